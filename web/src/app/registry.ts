import { pages as admin } from "@/pages/admin/pages";
import { pages as calibration } from "@/pages/calibration/pages";
import { pages as inbox } from "@/pages/inbox/pages";
import { pages as quality } from "@/pages/quality/pages";
import { pages as reports } from "@/pages/reports/pages";
import { pages as ticket } from "@/pages/ticket/pages";
import type { Page } from "./pages";

/** All pages of the program; the navigation follows from them. */
export const PAGES: readonly Page[] = [...inbox, ...ticket, ...quality, ...calibration, ...reports, ...admin];
