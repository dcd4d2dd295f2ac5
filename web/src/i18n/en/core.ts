import common from "./common";
import inbox from "./inbox";
import nav from "./nav";
import shell from "./shell";
import signin from "./signin";
import ticket from "./ticket";

/** What the frame, the inbox and the sign-in say; everything else is fetched after it. */
export default { common, inbox, nav, shell, signin, ticket };
