import admin from "./admin";
import common from "./common";
import inbox from "./inbox";
import quality from "./quality";
import shell from "./shell";
import signin from "./signin";
import ticket from "./ticket";

export default { admin, common, inbox, quality, shell, signin, ticket };
