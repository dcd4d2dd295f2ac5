import type { ComponentType } from "react";
import type { Icon } from "@tabler/icons-react";
import type { Key } from "@/i18n";

/** One page of the program. A page without `nav` is reached by links only. */
export interface Page {
  /** Path of the router, `/ticket/:ticketId`. */
  path: string;
  title: Key;
  /** Any of these permissions opens the page; empty: everybody who is signed in. */
  permissions?: readonly string[];
  load: () => Promise<{ default: ComponentType }>;
  nav?: {
    group: "work" | "quality" | "reports" | "admin";
    icon: Icon;
    order: number;
    /** Second key of the shortcut `g …`. */
    key?: string;
  };
}
