import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api, call, type Schema } from "@/api/client";
import { asApiError } from "@/api/errors";
import type { I18n, Translate } from "@/i18n";
import { errorText } from "@/ui/ErrorState";
import { assessmentQuery, useForgetLists } from "../data";
import type { Edits } from "../model/review";

export type Appeal = Schema<"AppealRead">;
export type AppealedCriterion = Schema<"AppealedCriterion">;
export type AppealState = Schema<"AppealState">;
export type AppealChance = Schema<"AppealChance">;
export type AppealCreate = Schema<"AppealCreate">;
export type AppealDecide = Schema<"AppealDecide">;

export const WAITING = ["open", "underReview"] as const satisfies readonly AppealState[];
export const APPEAL_STATES = ["open", "underReview", "accepted", "partiallyAccepted", "rejected", "withdrawn"] as const satisfies readonly AppealState[];
export const isWaiting = (state: string | null): boolean => state === "open" || state === "underReview";
export const isAppealState = (state: string | null): state is AppealState => APPEAL_STATES.includes(state as AppealState);

export interface AppealFilters {
  state?: AppealState;
  user?: number;
  scorecardBaseId?: number;
  limit: number;
  offset: number;
}

export const appealsQuery = (filters: AppealFilters) =>
  queryOptions({
    queryKey: ["quality", "appeals", filters],
    queryFn: () => call(api.GET("/api/mind/quality/appeal", { params: { query: filters } })),
    staleTime: 15_000,
  });

export const appealQuery = (id: number) =>
  queryOptions({
    queryKey: ["quality", "appeal", id],
    queryFn: () => call(api.GET("/api/mind/quality/appeal/{id}", { params: { path: { id } } })),
  });

export const appealsOfQuery = (assessmentId: number) =>
  queryOptions({
    queryKey: ["quality", "appealsOf", assessmentId],
    queryFn: () => call(api.GET("/api/mind/quality/assessment/{id}/appeal", { params: { path: { id: assessmentId } } })),
    staleTime: 15_000,
    retry: false,
  });

export const createAppeal = (assessmentId: number, body: AppealCreate) =>
  call(api.POST("/api/mind/quality/assessment/{id}/appeal", { params: { path: { id: assessmentId } }, body }));

export const moveAppeal = (id: number, state: "withdrawn" | "underReview") =>
  call(api.PATCH("/api/mind/quality/appeal/{id}", { params: { path: { id } }, body: { state } }));

export const decideAppeal = (id: number, body: AppealDecide) =>
  call(api.POST("/api/mind/quality/appeal/{id}/decision", { params: { path: { id } }, body }));

export const acknowledge = (assessmentId: number, comment: string) =>
  call(
    api.POST("/api/mind/quality/assessment/{id}/acknowledge", {
      params: { path: { id: assessmentId } },
      body: comment ? { comment } : {},
    }),
  );

/** What an appeal changes is shown in many places: they are read again. */
export function useAppealChanged(): (assessmentId: number) => void {
  const client = useQueryClient();
  const forgetLists = useForgetLists();
  return useCallback(
    (assessmentId) => {
      forgetLists();
      void client.invalidateQueries({ queryKey: ["quality", "appeals"] });
      void client.invalidateQueries({ queryKey: ["quality", "appeal"] });
      void client.invalidateQueries({ queryKey: ["quality", "appealsOf", assessmentId] });
      void client.invalidateQueries({ queryKey: assessmentQuery(assessmentId).queryKey });
    },
    [client, forgetLists],
  );
}

/** Why an appeal cannot be made or decided, in words for the person who tried. */
export function refusalText(error: unknown, t: Translate, format: I18n["format"]): string {
  const { code, details, fields } = asApiError(error);
  switch (code) {
    case "appeal_open":
      return t("appeals.refused.open");
    case "appeal_limit_reached":
      return t("appeals.refused.limit", { count: Number(details.limit ?? 0) });
    case "appeal_window_closed":
      return typeof details.until === "string" ? t("appeals.refused.windowUntil", { date: format.dateTime(details.until) }) : t("appeals.refused.window");
    case "invalid_state":
      return t("appeals.refused.state");
    case "own_decision":
      return t("appeals.refused.ownDecision");
    case "assessment_not_ready":
      return t("appeals.refused.notReady");
    default:
      return fields.length > 0 ? fields.map((fault) => fault.message).join(" ") : errorText(error, t);
  }
}

export function obstacleText(chance: AppealChance, t: Translate, format: I18n["format"]): string | null {
  switch (chance.obstacle) {
    case null:
      return null;
    case "appeal_open":
      return t("appeals.refused.open");
    case "appeal_limit_reached":
      return chance.limit === 0 ? t("appeals.refused.never") : t("appeals.refused.limit", { count: chance.limit });
    case "appeal_window_closed":
      return chance.until === null ? t("appeals.refused.window") : t("appeals.refused.windowUntil", { date: format.dateTime(chance.until) });
    case "invalid_state":
      return t("appeals.refused.notFinished");
  }
}

/** What somebody who decides does with one criterion. */
export type Choice = "keep" | "proposed" | "notApplicable" | number;

export interface Rest {
  categoryId: number;
  criterionId: number;
  proposedScore: number | null;
  proposedApplicable: boolean | null;
}

export const wantsSomething = (one: Rest): boolean => one.proposedScore !== null || one.proposedApplicable !== null;

/** The decision that follows from the choices: nobody has to keep a word and the scores in step. */
export function resultOf(appealed: readonly Rest[], choices: Readonly<Record<number, Choice>>): AppealDecide["state"] {
  const made = Object.values(choices).filter((choice) => choice !== "keep").length;
  if (made === 0) return "rejected";
  const refused = appealed.some((one) => wantsSomething(one) && choices[one.criterionId] !== "proposed");
  return refused ? "partiallyAccepted" : "accepted";
}

export type Change = {
  categoryId: number;
  criterionId: number;
  score?: number | null;
  applicable?: boolean;
};

/** The scores that the choices give, as the API takes them. */
export function changesOf(rows: readonly Rest[], choices: Readonly<Record<number, Choice>>): Change[] {
  return rows.flatMap((row): Change[] => {
    const { categoryId, criterionId } = row;
    const choice = choices[criterionId] ?? "keep";
    if (choice === "keep") return [];
    if (choice === "notApplicable") return [{ categoryId, criterionId, applicable: false }];
    if (choice !== "proposed") return [{ categoryId, criterionId, score: choice }];
    if (row.proposedApplicable === false) return [{ categoryId, criterionId, applicable: false }];
    return [{
      categoryId, criterionId,
      ...(row.proposedScore === null ? {} : { score: row.proposedScore }),
      ...(row.proposedApplicable === null ? {} : { applicable: row.proposedApplicable }),
    }];
  });
}

/** The same as edits of the page, to tell beforehand what the assessment would then come to. */
export const editsOf = (changes: readonly Change[]): Edits =>
  Object.fromEntries(changes.map(({ criterionId, score, applicable }) => [criterionId, applicable === false ? { applicable } : { score }]));
