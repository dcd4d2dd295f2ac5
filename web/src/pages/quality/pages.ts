import { IconClipboardCheck, IconListDetails, IconStars } from "@tabler/icons-react";
import type { Page } from "@/app/pages";

const JUDGES = ["qualityDoAssessmentsTeam", "qualityDoAssessmentsAll"];
const VIEWERS = ["qualityViewAssessmentOwn", "qualityViewAssessmentTeamMate", "qualityViewAssessmentAll"];

export const pages: readonly Page[] = [
  {
    path: "/quality/review",
    title: "quality.queue.title",
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
    title: "quality.mine.title",
    permissions: ["qualityViewAssessmentOwn"],
    load: () => import("./MyQualityPage"),
    nav: { group: "quality", icon: IconStars, order: 20, key: "m" },
  },
  {
    path: "/quality/scorecards",
    title: "quality.cards.title",
    permissions: ["qualityManageScorecards", ...JUDGES, "qualityViewReports"],
    load: () => import("./cards/ScorecardsPage"),
    nav: { group: "quality", icon: IconListDetails, order: 30, key: "s" },
  },
  {
    path: "/quality/scorecards/:scorecardId",
    title: "quality.cards.title",
    load: () => import("./cards/EditorPage"),
  },
];
