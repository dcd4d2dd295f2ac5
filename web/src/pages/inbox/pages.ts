import { IconInbox } from "@tabler/icons-react";
import type { Page } from "@/app/pages";

export const pages: readonly Page[] = [
  {
    path: "/inbox",
    title: "inbox.title",
    permissions: ["readTicket"],
    load: () => import("./InboxPage"),
    nav: { group: "work", icon: IconInbox, order: 10, key: "i" },
  },
];
