import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/api/client";
import type { AssessmentState, AssessmentSummary } from "./model/types";

export const REVIEW_REASONS = ["appeal", "knockOut", "uncertain", "started", "random", "failed"] as const;
export type ReviewReason = (typeof REVIEW_REASONS)[number];

export interface QueueItem {
  assessment: AssessmentSummary;
  reasons: { code: ReviewReason; text: string; criterionIds: number[] }[];
  reservedBy: number | null;
  reservedUntil: string | null;
}

export interface ReviewQueue {
  items: QueueItem[];
  counts: Partial<Record<ReviewReason, number>>;
  progress: {
    weekStart: string;
    reviewed: number;
    target: number | null;
    byUser: { userId: number; reviewed: number; waiting: number }[];
  };
  total: number;
  limit: number;
  offset: number;
}

export interface QueueFilters {
  user?: number;
  team?: number;
  scorecardBaseId?: number;
  state?: AssessmentState;
  reason?: ReviewReason;
}

export interface HandedOut {
  assessmentId: number | null;
  reservedUntil: string | null;
  next: number[];
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
    queryFn: () =>
      call(
        api.GET("/api/mind/quality/reviewQueue" as never, { params: { query: filters } } as never) as unknown as Promise<{
          data?: ReviewQueue;
        }>,
      ),
    staleTime: 15_000,
  });

export function nextReview(filters: QueueFilters, after?: number): Promise<HandedOut> {
  const { state, ...rest } = filters;
  return call(
    api.POST("/api/mind/quality/reviewQueue/next" as never, {
      body: { ...rest, ...(state ? { state: [state] } : {}), ...(after === undefined ? {} : { after }) },
    } as never) as unknown as Promise<{ data?: HandedOut }>,
  );
}

export async function releaseReview(assessmentId: number): Promise<void> {
  await call(
    api.POST(`/api/mind/quality/reviewQueue/${assessmentId}/release` as never, {} as never) as unknown as Promise<{ data?: unknown }>,
  );
}
