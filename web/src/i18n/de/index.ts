import type en from "../en";
import admin from "./admin";
import common from "./common";
import inbox from "./inbox";
import quality from "./quality";
import shell from "./shell";
import signin from "./signin";
import ticket from "./ticket";

const de: typeof en = { admin, common, inbox, quality, shell, signin, ticket };
export default de;
