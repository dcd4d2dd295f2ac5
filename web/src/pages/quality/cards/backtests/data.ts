import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { api, call, type Schema } from "@/api/client";
import type { Draft } from "../../model/draft";
import { contentOf } from "../../model/draft";
import { scorecardsQuery } from "../../data";
import type { ScorecardSummary } from "../../model/types";

export type Backtest = Schema<"BacktestRead">;
export type BacktestListed = Schema<"BacktestListed">;
export type BacktestSummary = Schema<"BacktestSummary">;
export type BacktestCriterion = Schema<"BacktestCriterion">;
export type BacktestDiff = Schema<"BacktestDiff">;
export type DiffCriterion = Schema<"DiffCriterion">;
export type BacktestEstimate = Schema<"BacktestEstimate">;
export type BacktestState = BacktestListed["state"];
export type BacktestBody = Partial<Schema<"BacktestCreate">>;

const POLL_MS = 1_500;
const POLL_LIST_MS = 4_000;
export const PAGE = 50;

export const isOpen = (state: BacktestState): boolean => state === "queued" || state === "running";

export interface DiffsShown {
  onlyChanged?: boolean;
  allCriteria?: boolean;
  limit?: number;
  offset?: number;
}

export const readBacktest = (id: number, query: DiffsShown = {}): Promise<Backtest> =>
  call(api.GET("/api/mind/quality/backtest/{id}", { params: { path: { id }, query: { limit: PAGE, ...query } } }));

/** One backtest; read again and again while it runs. */
export const backtestQuery = (id: number, shown: DiffsShown = {}) =>
  queryOptions({
    queryKey: ["quality", "backtest", id, shown],
    queryFn: () => readBacktest(id, shown),
    placeholderData: keepPreviousData,
    refetchInterval: (query) => (query.state.data && isOpen(query.state.data.state) ? POLL_MS : false),
  });

export const backtestsQuery = (offset: number, limit = PAGE) =>
  queryOptions({
    queryKey: ["quality", "backtests", { offset, limit }],
    queryFn: () => call(api.GET("/api/mind/quality/backtest", { params: { query: { limit, offset } } })),
    placeholderData: keepPreviousData,
    refetchInterval: (query) => (query.state.data?.backtests.some((row) => isOpen(row.state)) ? POLL_LIST_MS : false),
  });

/** The id of the new backtest; a small one is finished by then. */
export async function startBacktest(scorecardId: number, body: BacktestBody): Promise<number> {
  const answer = await call(api.POST("/api/mind/quality/scorecard/{id}/backtest", { params: { path: { id: scorecardId } }, body: body as never }));
  return (answer as { id: number }).id;
}

export const estimateQuery = (scorecardId: number | null, body: BacktestBody) =>
  queryOptions({
    queryKey: ["quality", "backtest", "estimate", scorecardId, body],
    queryFn: async () =>
      (await call(
        api.POST("/api/mind/quality/scorecard/{id}/backtest", { params: { path: { id: scorecardId ?? 0 } }, body: { ...body, estimateOnly: true } as never }),
      )) as BacktestEstimate,
    enabled: scorecardId !== null,
    placeholderData: keepPreviousData,
    retry: false,
  });

/** A running one ends with the judgement under way; a finished one disappears from the lists. */
export const removeBacktest = (id: number) => call(api.DELETE("/api/mind/quality/backtest/{id}", { params: { path: { id } } }));

/** The criteria of a draft as a trial takes them. */
export const triedContent = (draft: Draft): NonNullable<BacktestBody["categories"]> => contentOf(draft).categories as never;

export interface Cards {
  list: ScorecardSummary[];
  of: (id: number | null) => ScorecardSummary | undefined;
}

/** All revisions that can be tried, by id. */
export function useCards(): Cards {
  const { data } = useQuery(scorecardsQuery("active,draft,retired"));
  const list = data ?? [];
  return { list, of: (id) => list.find((card) => card.id === id) };
}
