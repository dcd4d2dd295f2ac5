import { IconClipboardCheck, IconDice3, IconFlask, IconListDetails, IconScale, IconStars } from "@tabler/icons-react";
import type { Page } from "@/app/pages";

const JUDGES = ["qualityDoAssessmentsTeam", "qualityDoAssessmentsAll"];
const VIEWERS = ["qualityViewAssessmentOwn", "qualityViewAssessmentTeamMate", "qualityViewAssessmentAll"];

export const pages: readonly Page[] = [
  {
    path: "/quality/review",
    title: "nav.qualityReview",
    permissions: JUDGES,
    load: () => import("./QueuePage"),
    nav: { group: "quality", icon: IconClipboardCheck, order: 10, key: "r" },
  },
  {
    path: "/quality/assessment/:assessmentId",
    title: "quality.review.scorecard",
    permissions: [...VIEWERS, ...JUDGES],
    load: () => import("./review/ReviewPage"),
  },
  {
    path: "/quality/mine",
    title: "nav.qualityMine",
    permissions: ["qualityViewAssessmentOwn"],
    load: () => import("./MyQualityPage"),
    nav: { group: "quality", icon: IconStars, order: 20, key: "m" },
  },
  {
    path: "/quality/scorecards",
    title: "nav.qualityScorecards",
    permissions: ["qualityManageScorecards", ...JUDGES, "qualityViewReports"],
    load: () => import("./cards/ScorecardsPage"),
    nav: { group: "quality", icon: IconListDetails, order: 30, key: "s" },
  },
  {
    path: "/quality/scorecards/:scorecardId",
    title: "quality.cards.title",
    load: () => import("./cards/EditorPage"),
  },
  {
    path: "/quality/backtests",
    title: "nav.qualityBacktests",
    permissions: ["qualityRunBacktest", "qualityManageScorecards"],
    load: () => import("./cards/backtests/BacktestsPage"),
    nav: { group: "quality", icon: IconFlask, order: 32, key: "b" },
  },
  {
    path: "/quality/backtests/:backtestId",
    title: "cards.backtests.title",
    permissions: ["qualityRunBacktest", "qualityManageScorecards"],
    load: () => import("./cards/backtests/BacktestPage"),
  },
  {
    path: "/quality/appeals",
    title: "nav.qualityAppeals",
    permissions: ["qualityDecideAppeals", ...JUDGES],
    load: () => import("./appeals/AppealsPage"),
    nav: { group: "quality", icon: IconScale, order: 15, key: "e" },
  },
  {
    path: "/quality/second/:assessmentId",
    title: "second.title",
    permissions: JUDGES,
    load: () => import("./second/SecondPage"),
  },
  {
    path: "/quality/sampling",
    title: "nav.qualitySampling",
    permissions: ["qualityManageScorecards"],
    load: () => import("./sampling/SamplingPage"),
    nav: { group: "quality", icon: IconDice3, order: 36 },
  },
];
