import { IconChartBar, IconScaleOutline, IconUsersGroup } from "@tabler/icons-react";
import type { Page } from "@/app/pages";

const REPORTS = ["qualityViewReports"];

export const pages: readonly Page[] = [
  {
    path: "/reports/scores",
    title: "nav.reportsScores",
    permissions: REPORTS,
    load: () => import("./scores/ScoresPage"),
    nav: { group: "reports", icon: IconChartBar, order: 10, key: "o" },
  },
  {
    path: "/reports/agreement",
    title: "nav.reportsAgreement",
    permissions: REPORTS,
    load: () => import("./agreement/AgreementPage"),
    nav: { group: "reports", icon: IconScaleOutline, order: 20, key: "a" },
  },
  {
    path: "/reports/reviewers",
    title: "nav.reportsReviewers",
    permissions: REPORTS,
    load: () => import("./reviewers/ReviewersPage"),
    nav: { group: "reports", icon: IconUsersGroup, order: 30 },
  },
  {
    path: "/reports/trust/:scorecardId",
    title: "reports.nav.trust",
    permissions: [...REPORTS, "qualityManageScorecards"],
    load: () => import("./trust/TrustPage"),
  },
];
