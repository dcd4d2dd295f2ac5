/** What a reviewer does to an assessment before it is stored. Pure: assessment and edits in, shown criteria out. */

import type {
  Assessment,
  CriterionUpdate,
  OverrideReason,
  ScoredCategory,
  ScoredCriterion,
  Evidence,
} from "./types";

export interface CriterionEdit {
  /** Absent: the answer stays and is confirmed. */
  score?: number | null;
  applicable?: boolean;
  reason?: string | null;
  overrideReason?: OverrideReason | null;
  evidence?: Evidence[];
}

export type Edits = Readonly<Record<number, CriterionEdit>>;

export interface Located {
  category: ScoredCategory;
  criterion: ScoredCriterion;
}

export function locate(categories: readonly ScoredCategory[]): Located[] {
  return categories.flatMap((category) => category.criteria.map((criterion) => ({ category, criterion })));
}

/** A person has answered it: scored or confirmed it, or said that it does not apply. */
export const isDecided = (criterion: ScoredCriterion): boolean => criterion.origin === "human";

/** There is an answer of the judge that a person can accept as it is. */
export const isAcceptable = (criterion: ScoredCriterion): boolean =>
  !isDecided(criterion) && (criterion.score !== null || criterion.applicable === false);

/** The reason that stands there is the judge's own for leaving the answer to a person; it explains no score. */
export const isAbstention = (criterion: ScoredCriterion): boolean =>
  criterion.state === "needsHuman" && criterion.reason === criterion.aiReason;

/** The person's answer differs from the judge's. */
export const differsFromJudge = (criterion: ScoredCriterion): boolean => {
  if (criterion.origin !== "human") return false;
  if (criterion.applicable === false) return criterion.aiApplicable === true || criterion.aiScore !== null;
  if (criterion.aiApplicable === false) return true;
  return criterion.aiScore !== null && criterion.aiScore !== criterion.score;
};

export function applyEdit(criterion: ScoredCriterion, edit: CriterionEdit): ScoredCriterion {
  const next = { ...criterion };
  if (edit.applicable === false) {
    Object.assign(next, { applicable: false, score: null, state: "notApplicable", origin: "human" });
  } else if (edit.score === null) {
    Object.assign(next, { applicable: edit.applicable ?? null, score: null, state: "unscored", origin: null });
  } else if (edit.score !== undefined) {
    Object.assign(next, { applicable: true, score: edit.score, state: "humanVerified", origin: "human" });
  } else if (criterion.score !== null) {
    Object.assign(next, { applicable: true, state: "humanVerified", origin: "human" });
  } else if (criterion.state === "notApplicable") {
    next.origin = "human";
  }
  if (edit.reason !== undefined) next.reason = edit.reason;
  if (edit.overrideReason !== undefined) next.overrideReason = edit.overrideReason;
  if (edit.evidence !== undefined) next.evidence = edit.evidence;
  return next;
}

/** The assessment's categories with the edits laid over them. */
export function withEdits(categories: readonly ScoredCategory[], edits: Edits): ScoredCategory[] {
  return categories.map((category) => ({
    ...category,
    criteria: category.criteria.map((criterion) => {
      const edit = edits[criterion.id];
      return edit ? applyEdit(criterion, edit) : criterion;
    }),
  }));
}

export function mergeEdit(edits: Edits, criterionId: number, edit: CriterionEdit): Edits {
  const merged: CriterionEdit = { ...edits[criterionId], ...edit };
  if (edit.applicable === false) delete merged.score;
  else if (edit.score !== undefined && edit.score !== null) delete merged.applicable;
  return { ...edits, [criterionId]: merged };
}

/** The body of the PATCH. */
export function updatesOf(categories: readonly ScoredCategory[], edits: Edits): CriterionUpdate[] {
  return locate(categories).flatMap(({ category, criterion }) => {
    const edit = edits[criterion.id];
    return edit ? [{ categoryId: category.categoryId, criterionId: criterion.id, ...edit }] : [];
  });
}

/** The edit that brings a criterion's values back; a verified answer stays verified, for the server keeps no way back. */
export function revertTo(criterion: ScoredCriterion): CriterionEdit {
  const rest = { reason: criterion.reason, overrideReason: criterion.overrideReason, evidence: criterion.evidence };
  if (criterion.applicable === false) return { ...rest, applicable: false };
  return { ...rest, score: criterion.score };
}

/** The first criterion after `current` (then from the start) that no person has decided; null when all are. */
export function nextOpen(criteria: readonly ScoredCriterion[], current: number | null): number | null {
  const at = criteria.findIndex((criterion) => criterion.id === current);
  const order = [...criteria.slice(at + 1), ...criteria.slice(0, Math.max(0, at))];
  return order.find((criterion) => !isDecided(criterion))?.id ?? null;
}

/** Where a review begins: what the judge left to a person, then what is open, then the first. */
export function firstToReview(criteria: readonly ScoredCriterion[]): number | null {
  return (
    criteria.find((criterion) => criterion.state === "needsHuman")?.id ??
    criteria.find((criterion) => !isDecided(criterion))?.id ??
    criteria[0]?.id ??
    null
  );
}

/** The key of a score: on a scale of at most 9 whole points a digit is the score, else a share of the maximum. */
export function scoreOfDigit(criterion: ScoredCriterion, digit: number): number | null {
  if (criterion.scoringType === "metNotMet") {
    if (digit === 0) return 0;
    return digit === 1 ? criterion.maxPoints : null;
  }
  if (criterion.maxPoints <= 9) return digit <= criterion.maxPoints ? digit : null;
  return null;
}

/** Digits that name a score directly; a larger scale takes the digits as the beginning of a number. */
export const takesNumber = (criterion: ScoredCriterion): boolean =>
  criterion.scoringType === "numericScale" && criterion.maxPoints > 9;

export const canFinish = (assessment: Assessment): boolean =>
  assessment.canEdit && (assessment.state === "aiReady" || assessment.state === "reviewOngoing");
