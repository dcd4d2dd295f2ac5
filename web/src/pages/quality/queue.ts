import { queryOptions } from "@tanstack/react-query";
import { api, call, type Schema } from "@/api/client";
import type { AssessmentState } from "./model/types";

export const REVIEW_REASONS = ["appeal", "knockOut", "uncertain", "started", "sample", "random", "failed"] as const;
export type ReviewReason = (typeof REVIEW_REASONS)[number];
export type ReviewQueue = Schema<"ReviewQueue">;
/** The states that the queue knows. */
export type WaitingState = Extract<AssessmentState, "aiReady" | "reviewOngoing" | "error">;
export type HandedOut = Schema<"ReviewHandedOut">;

export interface QueueFilters {
  user?: number;
  team?: number;
  scorecardBaseId?: number;
  state?: WaitingState;
  reason?: ReviewReason;
}

/** Assessments that are looked through one after the other, and the page to which they belong. */
export interface Trail {
  ids: number[];
  back: string;
  /** The next one comes from the server, which hands it to one person at a time. */
  guided?: QueueFilters;
}

export const isTrail = (state: unknown): state is Trail =>
  typeof state === "object" && state !== null && Array.isArray((state as Trail).ids);

export const queueQuery = (filters: QueueFilters & { limit: number; offset: number }) =>
  queryOptions({
    queryKey: ["quality", "queue", filters],
    queryFn: () => {
      const { state, ...query } = filters;
      return call(
        api.GET("/api/mind/quality/reviewQueue", { params: { query: { ...query, ...(state ? { state: [state] } : {}) } } }),
      );
    },
    staleTime: 15_000,
  });

export function nextReview(filters: QueueFilters, after?: number): Promise<HandedOut> {
  const { state, ...body } = filters;
  return call(
    api.POST("/api/mind/quality/reviewQueue/next", {
      body: { ...body, ...(state ? { state: [state] } : {}), ...(after === undefined ? {} : { after }) },
    }),
  );
}

/** Give a reserved review back. Whoever leaves need not wait for it, and a reservation ends by itself after a while. */
export function releaseReview(assessmentId: number): void {
  call(api.POST("/api/mind/quality/reviewQueue/{assessmentId}/release", { params: { path: { assessmentId } } })).catch(
    () => undefined,
  );
}
