import type { Page } from "@/app/pages";

export const pages: readonly Page[] = [
  { path: "/ticket/:ticketId", title: "ticket.title", permissions: ["readTicket"], load: () => import("./TicketPage") },
];
