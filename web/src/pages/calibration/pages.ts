import { IconArrowsExchange, IconFocusCentered, IconMedal2 } from "@tabler/icons-react";
import type { Page } from "@/app/pages";

const REVIEWERS = ["qualityManageCalibration", "qualityDoAssessmentsTeam", "qualityDoAssessmentsAll"];

/** Whoever is named in a session may open it, with whatever rights: the session itself says so. */
export const pages: readonly Page[] = [
  {
    path: "/quality/calibration",
    title: "nav.qualityCalibration",
    permissions: REVIEWERS,
    load: () => import("./sessions/SessionsPage"),
    nav: { group: "quality", icon: IconFocusCentered, order: 50 },
  },
  {
    path: "/quality/calibration/new",
    title: "calibration.create.title",
    permissions: ["qualityManageCalibration"],
    load: () => import("./sessions/CreatePage"),
  },
  {
    path: "/quality/calibration/:sessionId",
    title: "calibration.session.title",
    load: () => import("./sessions/SessionPage"),
  },
  {
    path: "/quality/calibration/:sessionId/item/:worklogId",
    title: "calibration.sheet.title",
    load: () => import("./sheet/SheetPage"),
  },
  {
    path: "/quality/golden",
    title: "nav.qualityGolden",
    permissions: ["qualityManageGoldenSets"],
    load: () => import("./golden/GoldenSetsPage"),
    nav: { group: "quality", icon: IconMedal2, order: 60 },
  },
  {
    path: "/quality/golden/:setId",
    title: "calibration.golden.title",
    permissions: ["qualityManageGoldenSets"],
    load: () => import("./golden/GoldenSetPage"),
  },
  {
    path: "/quality/fairness",
    title: "nav.qualityFairness",
    permissions: ["qualityRunBacktest"],
    load: () => import("./fairness/FairnessPage"),
    nav: { group: "quality", icon: IconArrowsExchange, order: 70 },
  },
];
