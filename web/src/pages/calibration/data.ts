import { queryOptions } from "@tanstack/react-query";
import { api, call, type Schema } from "@/api/client";

export type Session = Schema<"CalibrationRead">;
export type SessionListed = Schema<"CalibrationListed">;
export type SessionResult = Schema<"CalibrationResult">;
export type SessionItem = Session["items"][number];
export type SheetRead = SessionItem["sheets"][number];
export type SheetState = SheetRead["state"];
export type SessionState = Session["state"];
export type Answer = Schema<"AnswerRead">;
export type ItemToScore = Schema<"ItemToScore">;
export type CriterionToScore = ItemToScore["categories"][number]["criteria"][number];
export type ReviewerLine = SessionResult["reviewers"][number];
export type GoldenSet = Schema<"GoldenSetRead">;
export type GoldenItem = GoldenSet["items"][number];
export type GoldenRunListed = Schema<"GoldenRunListed">;
export type GoldenRun = Schema<"GoldenRunRead">;
export type RunCriterion = GoldenRun["criteria"][number];
export type Probe = Schema<"FairnessRead">;
export type ProbeResult = NonNullable<Probe["result"]>;
export type KindResult = ProbeResult["kinds"][number];
export type Movements = ProbeResult["noise"];
export type Work = Schema<"WorklogRead">;

/** Below it, what is seen may be chance: it is shown, but nothing is read from it. */
export const FEW = 10;
const RUNNING_MS = 2_000;
const RECENT = 100;

export const sessionsQuery = () =>
  queryOptions({
    queryKey: ["quality", "calibration", "list"],
    queryFn: () => call(api.GET("/api/mind/quality/calibration", { params: { query: { limit: 200 } } })),
  });

export const sessionQuery = (id: number) =>
  queryOptions({
    queryKey: ["quality", "calibration", id],
    queryFn: () => call(api.GET("/api/mind/quality/calibration/{id}", { params: { path: { id } } })),
  });

export const resultQuery = (id: number, enabled: boolean) =>
  queryOptions({
    queryKey: ["quality", "calibration", id, "result"],
    queryFn: async () =>
      (await call(api.GET("/api/mind/quality/calibration/{id}/result", { params: { path: { id } } }))) as SessionResult,
    enabled,
  });

export const itemQuery = (id: number, worklogId: number) =>
  queryOptions({
    queryKey: ["quality", "calibration", id, "item", worklogId],
    queryFn: () =>
      call(api.GET("/api/mind/quality/calibration/{id}/item/{worklogId}", { params: { path: { id, worklogId } } })),
  });

export const goldenSetsQuery = (scorecardBaseId?: number) =>
  queryOptions({
    queryKey: ["quality", "golden", "list", scorecardBaseId ?? null],
    queryFn: () => call(api.GET("/api/mind/quality/goldenSet", { params: { query: { limit: 200, scorecardBaseId } } })),
  });

export const goldenSetQuery = (id: number) =>
  queryOptions({
    queryKey: ["quality", "golden", id],
    queryFn: () => call(api.GET("/api/mind/quality/goldenSet/{id}", { params: { path: { id } } })),
  });

const waits = (state: string): boolean => state === "queued" || state === "running";

export const goldenRunsQuery = (id: number) =>
  queryOptions({
    queryKey: ["quality", "golden", id, "runs"],
    queryFn: () =>
      call(api.GET("/api/mind/quality/goldenSet/{id}/run", { params: { path: { id }, query: { limit: 50 } } })),
    refetchInterval: ({ state }) => (state.data?.runs.some((run) => waits(run.state)) ? RUNNING_MS : false),
  });

/** The state belongs to the key: a run that has ended is read once more, with its figures. */
export const goldenRunQuery = (id: number, runId: number, state: string) =>
  queryOptions({
    queryKey: ["quality", "golden", id, "runs", runId, state],
    queryFn: () =>
      call(api.GET("/api/mind/quality/goldenSet/{id}/run/{runId}", { params: { path: { id, runId } } })),
  });

export const probesQuery = () =>
  queryOptions({
    queryKey: ["quality", "fairness"],
    queryFn: () => call(api.GET("/api/mind/quality/fairness", { params: { query: { limit: 50 } } })),
    refetchInterval: ({ state }) => (state.data?.probes.some((probe) => waits(probe.state)) ? RUNNING_MS : false),
  });

/** The newest work of people, newest first. */
export const recentWorkQuery = (userId: number | null, from: string | null) =>
  queryOptions({
    queryKey: ["quality", "recentWork", userId, from],
    queryFn: () =>
      call(
        api.POST("/api/mind/worklog/search", {
          body: {
            limit: RECENT,
            offset: 0,
            orderByField: "latestInteraction",
            orderByDirection: "desc",
            filters: [
              { key: "context", comparator: "equal", value: "reply" },
              ...(userId === null ? [] : [{ key: "userId", comparator: "equal", value: userId }]),
              ...(from === null ? [] : [{ key: "latestInteraction", comparator: "greaterOrEqual", value: from }]),
            ],
          },
        }),
      ),
  });

/** People who can be asked: at work here, no AI agents. */
export const reviewersQuery = () =>
  queryOptions({
    queryKey: ["people", "reviewers"],
    queryFn: async () =>
      (
        await call(
          api.GET("/api/mind/profiles", { params: { query: { format: "short", limit: 1000, show: ["all"] } } }),
        )
      ).profiles
        .filter((profile) => profile.type === "user" || profile.type === "enneo")
        .map((profile) => ({ id: profile.id, name: `${profile.firstName} ${profile.lastName}`.trim() }))
        .sort((a, b) => a.name.localeCompare(b.name)),
    staleTime: 300_000,
  });

/** How far one person is with a session. */
export function ownProgress(session: Session, userId: number): { open: number[]; done: number } {
  const open: number[] = [];
  let done = 0;
  for (const item of session.items) {
    const own = item.sheets.find((sheet) => sheet.userId === userId);
    if (own === undefined) continue;
    if (own.state === "submitted") done += 1;
    else open.push(item.worklogId);
  }
  return { open, done };
}

export const isAnswered = (answer: Pick<Answer, "score" | "applicable"> | undefined): boolean =>
  answer !== undefined && (answer.score !== null || answer.applicable === false);
