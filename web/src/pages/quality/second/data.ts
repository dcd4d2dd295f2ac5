import { queryOptions } from "@tanstack/react-query";
import { api, call, type Schema } from "@/api/client";
import type { ScoringType } from "../model/types";

export type SecondReview = Schema<"SecondReviewRead">;
export type SheetWrite = Schema<"SecondReviewWrite">;

export interface SheetCriterion {
  id: number;
  label: string;
  description: string | null;
  scoringType: ScoringType;
  maxPoints: number;
  allowNotApplicable: boolean;
}

export interface SheetCard {
  name: string;
  categories: { categoryId: number; label: string; criteria: SheetCriterion[] }[];
}

/** The card comes as it was stored; its shape is that of the scorecard. */
export const cardOf = (review: SecondReview): SheetCard => review.scorecard as unknown as SheetCard;

export const sheetQuery = (assessmentId: number) =>
  queryOptions({
    queryKey: ["quality", "secondSheet", assessmentId],
    queryFn: () => call(api.GET("/api/mind/quality/assessment/{id}/secondReview", { params: { path: { id: assessmentId } } })),
    retry: false,
  });

/** The second review of an assessment, whoever was asked; null when there is none. */
export const secondOfQuery = (assessmentId: number) =>
  queryOptions({
    queryKey: ["quality", "secondOf", assessmentId],
    queryFn: async () =>
      (await call(api.GET("/api/mind/quality/secondReview", { params: { query: { assessmentId } } }))).secondReviews[0] ?? null,
    staleTime: 30_000,
  });

/** What the caller was asked for and has not handed in. */
export const waitingSecondsQuery = queryOptions({
  queryKey: ["quality", "seconds"],
  queryFn: async () => {
    const answers = await Promise.all(
      (["asked", "started"] as const).map((state) => call(api.GET("/api/mind/quality/secondReview", { params: { query: { state } } }))),
    );
    return answers.flatMap(({ secondReviews }) => secondReviews).sort((a, b) => a.askedAt.localeCompare(b.askedAt));
  },
  staleTime: 30_000,
});

export const askForSecond = (assessmentId: number, reviewerId: number) =>
  call(api.POST("/api/mind/quality/assessment/{id}/secondReview", { params: { path: { id: assessmentId } }, body: { reviewerId } }));

export const writeSheet = (assessmentId: number, body: SheetWrite) =>
  call(api.PUT("/api/mind/quality/assessment/{id}/secondReview", { params: { path: { id: assessmentId } }, body }));
