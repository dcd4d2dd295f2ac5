import type en from "../en/core";
import common from "./common";
import inbox from "./inbox";
import nav from "./nav";
import shell from "./shell";
import signin from "./signin";
import ticket from "./ticket";

const de: typeof en = { common, inbox, nav, shell, signin, ticket };
export default de;
