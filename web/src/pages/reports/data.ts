import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, call, type Schema } from "@/api/client";
import { filled } from "./place";

const MINUTE = 60_000;

export const DIMENSIONS = [
  "agent", "team", "scorecard", "category", "criterion", "channel", "tag", "aiAgent", "automationLevel", "week", "month",
] as const;
/** As it is chosen here: time is one dimension of the API with an interval. */
export type Dimension = (typeof DIMENSIONS)[number];
export const isTime = (one: Dimension): boolean => one === "week" || one === "month";

/** While more of the same list is read, what is there stays; another list begins empty. */
function sameList(key: readonly unknown[]) {
  const known = JSON.stringify(key);
  return <Data>(previous: Data | undefined, query?: { queryKey: readonly unknown[] }): Data | undefined =>
    query && JSON.stringify(query.queryKey.slice(0, key.length)) === known ? previous : undefined;
}

export type ScoresReport = Schema<"ScoresReport">;
export type ScoresRow = ScoresReport["rows"][number];
export type RowKey = Record<string, string | number | null>;

export interface ScoresAsked {
  by: readonly Dimension[];
  from?: string;
  to?: string;
  scorecardBaseId?: number;
  teams?: string[];
}

function scoresQueryOf({ by, ...asked }: ScoresAsked) {
  return filled({
    ...asked,
    groupBy: by.map((one) => (isTime(one) ? "time" : one)),
    interval: by.includes("week") ? ("week" as const) : ("month" as const),
  });
}

export const scoresQuery = (asked: ScoresAsked) =>
  queryOptions({
    queryKey: ["quality", "reports", "scores", asked],
    queryFn: async () =>
      (await call(
        api.GET("/api/mind/quality/report/scores", { params: { query: { ...scoresQueryOf(asked), distribution: true } } }),
      )) as ScoresReport,
    placeholderData: keepPreviousData,
    staleTime: MINUTE,
  });

/** The same report as a file. */
export function scoresFile(asked: ScoresAsked, format: "csv" | "xlsx"): string {
  const params = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(scoresQueryOf(asked))) {
    for (const one of Array.isArray(value) ? value : [value]) params.append(name, String(one));
  }
  return `/api/mind/quality/report/scores?${params}`;
}

export interface Behind {
  key: RowKey;
  percentFrom?: number;
  percentTo?: number;
}

export const behindQuery = (asked: ScoresAsked, { key, ...part }: Behind, limit: number, offset: number) =>
  queryOptions({
    queryKey: ["quality", "reports", "behind", asked, key, part, limit, offset],
    queryFn: () => {
      const words = Object.fromEntries(Object.entries(key).map(([name, value]) => [name, value === null ? "null" : String(value)]));
      const query = { ...scoresQueryOf(asked), ...words, ...filled(part), limit, offset };
      return call(api.GET("/api/mind/quality/report/scores/assessment", { params: { query: query as never } }));
    },
    placeholderData: sameList(["quality", "reports", "behind", asked, key, part]),
    staleTime: MINUTE,
  });

export const GROUPS = ["criterion", "reviewer", "model", "promptVersion", "month"] as const;
export const SOURCES = ["review", "calibration", "golden"] as const;

export interface AgreementAsked {
  scorecardBaseId: number;
  from?: string;
  to?: string;
  source: (typeof SOURCES)[number];
  groupBy: (typeof GROUPS)[number];
  blindOnly: boolean;
  includeImplicit: boolean;
}

export type AgreementReport = Schema<"AgreementReport">;
export type AgreementGroup = Schema<"AgreementGroup">;
export type PairRead = Schema<"PairRead">;

export const agreementQuery = (asked: AgreementAsked) =>
  queryOptions({
    queryKey: ["quality", "reports", "agreement", asked],
    queryFn: () => call(api.GET("/api/mind/quality/report/agreement", { params: { query: filled(asked) } })),
    placeholderData: keepPreviousData,
    staleTime: MINUTE,
  });

export interface PairsAsked {
  key?: string;
  kind: "pair" | "abstention";
  human?: string;
  ai?: string;
}

export const pairsQuery = (asked: AgreementAsked, part: PairsAsked, limit: number, offset: number) =>
  queryOptions({
    queryKey: ["quality", "reports", "pairs", asked, part, limit, offset],
    queryFn: () =>
      call(
        api.GET("/api/mind/quality/report/agreement/pair", {
          params: { query: { ...filled(asked), ...filled(part), limit, offset } },
        }),
      ),
    placeholderData: sameList(["quality", "reports", "pairs", asked, part]),
    staleTime: MINUTE,
  });

export type ReviewerRow = Schema<"ReviewerRead">;

export const reviewersQuery = (asked: { scorecardBaseId: number; from?: string; to?: string }) =>
  queryOptions({
    queryKey: ["quality", "reports", "reviewers", asked],
    queryFn: () => call(api.GET("/api/mind/quality/report/reviewers", { params: { query: filled(asked) } })),
    placeholderData: keepPreviousData,
    staleTime: MINUTE,
  });

export type Trust = Schema<"TrustRead">;
export type CriterionTrust = Schema<"CriterionTrust">;
export type JudgeTrust = Schema<"JudgeTrustRead">;
export type CoveragePoint = Schema<"CoveragePoint">;

export const trustQuery = (id: number) =>
  queryOptions({
    queryKey: ["quality", "trust", id],
    queryFn: () => call(api.GET("/api/mind/quality/scorecard/{id}/trust", { params: { path: { id } } })),
    staleTime: MINUTE,
  });

export const setTarget = (id: number, targetAgreement: number | null) =>
  call(api.PATCH("/api/mind/quality/scorecard/{id}/trust", { params: { path: { id } }, body: { targetAgreement } }));

export const trainNow = (id: number) =>
  call(api.POST("/api/mind/quality/scorecard/{id}/trust/train", { params: { path: { id } } }));

export const forgetTrust = (id: number) =>
  call(api.DELETE("/api/mind/quality/scorecard/{id}/trust", { params: { path: { id } } }));
