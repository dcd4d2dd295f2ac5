import core from "./core";
import admin from "./admin";
import appeals from "./appeals";
import calibration from "./calibration";
import cards from "./cards";
import coach from "./coach";
import quality from "./quality";
import replay from "./replay";
import reports from "./reports";
import sampling from "./sampling";
import second from "./second";
import survey from "./survey";

export default {
  ...core,
  admin, appeals, calibration, cards, coach, quality, replay, reports, sampling, second, survey,
};
