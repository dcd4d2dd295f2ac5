import type en from "../en";
import admin from "./admin";
import coach from "./coach";
import common from "./common";
import inbox from "./inbox";
import quality from "./quality";
import shell from "./shell";
import signin from "./signin";
import survey from "./survey";
import ticket from "./ticket";

const de: typeof en = { admin, coach, common, inbox, quality, shell, signin, survey, ticket };
export default de;
