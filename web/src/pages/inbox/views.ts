import type { Schema } from "@/api/client";

export type Filter = Schema<"FilterInput">;
export type Order = "due" | "newest" | "oldest" | "changed" | "relevance";

export interface Query {
  filters: Filter[];
  orderByField: string;
  orderByDirection: "asc" | "desc";
  ticketScope: "all" | "skills";
}

export const BUILT_IN = ["queue", "mine", "unassigned", "open", "overdue", "drafts", "closed"] as const;
export type BuiltIn = (typeof BUILT_IN)[number];

const OPEN: Filter = { key: "status", comparator: "in", values: ["open", "pending"] };
const VIEWS: Record<BuiltIn, { filters: Filter[]; scope?: "skills"; order: Order }> = {
  queue: { filters: [{ key: "status", comparator: "in", values: ["open"] }], scope: "skills", order: "due" },
  mine: { filters: [OPEN, { key: "assignedAgentId", comparator: "in", values: ["me"] }], order: "due" },
  unassigned: { filters: [OPEN, { key: "assignedAgentId", comparator: "isNull" }], order: "due" },
  open: { filters: [OPEN], order: "due" },
  overdue: { filters: [OPEN, { key: "dueBy", comparator: "less", value: "now" }], order: "due" },
  drafts: { filters: [{ key: "hasDraft", comparator: "equal", value: true }], order: "oldest" },
  closed: { filters: [{ key: "status", comparator: "in", values: ["closed"] }], order: "changed" },
};

const ORDERS: Record<Order, [string, "asc" | "desc"]> = {
  due: ["dueBy", "asc"],
  newest: ["createdAt", "desc"],
  oldest: ["createdAt", "asc"],
  changed: ["modifiedAt", "desc"],
  relevance: ["relevance", "desc"],
};

/** What the address of the page says: `view`, `q`, `status`, `channel`, `tag`, `assignee`, `priority`, `order`. */
export interface Choice {
  view: string;
  q: string;
  status: string | null;
  channel: string | null;
  tag: string | null;
  assignee: string | null;
  priority: string | null;
  order: Order | null;
}

export function readChoice(params: URLSearchParams): Choice {
  const order = params.get("order");
  return {
    view: params.get("view") ?? "open",
    q: params.get("q") ?? "",
    status: params.get("status"),
    channel: params.get("channel"),
    tag: params.get("tag"),
    assignee: params.get("assignee"),
    priority: params.get("priority"),
    order: order && order in ORDERS ? (order as Order) : null,
  };
}

export function hasFilters(choice: Choice): boolean {
  return Boolean(choice.q || choice.status || choice.channel || choice.tag || choice.assignee || choice.priority);
}

/** The search for a choice: the view, narrowed by the filters. A chosen status replaces that of the view. */
export function queryOf(choice: Choice, saved: Schema<"TicketViewListed"> | undefined): Query {
  const view = VIEWS[choice.view as BuiltIn] ?? VIEWS.open;
  const order = choice.order ?? (choice.q ? "relevance" : saved ? null : view.order);
  const base = saved ? saved.filters : view.filters;
  const filters = choice.status ? base.filter((one) => one.key !== "status") : [...base];
  const add = (key: string, value: string | null) => {
    if (value) filters.push({ key, comparator: "in", values: [value] });
  };
  add("status", choice.status);
  add("channel", choice.channel);
  add("tagId", choice.tag);
  add("assignedAgentId", choice.assignee);
  add("priority", choice.priority);
  if (choice.q.trim()) filters.push({ key: "q", comparator: "equal", value: choice.q.trim() });
  const [orderByField, orderByDirection] = order
    ? ORDERS[order]
    : ([saved!.orderByField, saved!.orderByDirection] as [string, "asc" | "desc"]);
  const scope = saved ? saved.ticketScope : (view.scope ?? "all");
  return { filters, orderByField, orderByDirection, ticketScope: scope };
}
