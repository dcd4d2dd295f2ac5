/** One reviewer's sheet before it is stored. Pure. */

import type { ScoredCriterion } from "../../quality/model/types";
import { isAnswered, type Answer, type CriterionToScore, type ItemToScore } from "../data";

export interface Draft {
  answers: Readonly<Record<number, Answer>>;
  comment: string;
}

export interface Placed {
  categoryId: number;
  criterion: CriterionToScore;
}

export const placed = (item: ItemToScore): Placed[] =>
  item.categories.flatMap(({ categoryId, criteria }) => criteria.map((criterion) => ({ categoryId, criterion })));

export const draftOf = (item: ItemToScore): Draft => ({
  answers: Object.fromEntries((item.sheet?.criteria ?? []).map((answer) => [answer.criterionId, answer])),
  comment: item.sheet?.comment ?? "",
});

export type Change = Partial<Pick<Answer, "score" | "applicable" | "reason">>;

export function withChange(draft: Draft, { categoryId, criterion }: Placed, change: Change): Draft {
  const before: Answer = draft.answers[criterion.id] ?? { categoryId, criterionId: criterion.id, score: null, applicable: null, reason: null };
  const next = { ...before, ...change };
  if (change.score !== undefined && change.score !== null) next.applicable = true;
  if (change.applicable === false) next.score = null;
  return { ...draft, answers: { ...draft.answers, [criterion.id]: next } };
}

export const missingOf = (item: ItemToScore, draft: Draft): CriterionToScore[] =>
  placed(item).flatMap(({ criterion }) => (isAnswered(draft.answers[criterion.id]) ? [] : [criterion]));

/** The next without an answer after this one, then from the start. */
export function nextMissing(item: ItemToScore, draft: Draft, current: number): number | null {
  const all = placed(item).map(({ criterion }) => criterion.id);
  const at = all.indexOf(current);
  return [...all.slice(at + 1), ...all.slice(0, Math.max(0, at))].find((id) => !isAnswered(draft.answers[id])) ?? null;
}

/** A criterion in the shape that the rows of a review show; the judge has no part in it. */
export function rowOf(criterion: CriterionToScore, answer: Answer | undefined): ScoredCriterion {
  const answered = isAnswered(answer);
  return {
    id: criterion.id,
    label: criterion.label,
    score: answer?.score ?? null,
    maxPoints: criterion.maxPoints,
    scoringType: criterion.scoringType,
    reason: answer?.reason ?? null,
    state: !answered ? "unscored" : answer?.applicable === false ? "notApplicable" : "humanVerified",
    lastEditedByUserId: null,
    lastEditedAt: null,
    applicable: answer?.applicable ?? null,
    confidence: null,
    evidence: [],
    searchedConversationIds: [],
    toolCallIds: [],
    origin: answered ? "human" : null,
    aiScore: null,
    aiApplicable: null,
    aiReason: null,
    overrideReason: null,
    autoGenerateByAi: false,
    makeOrBreakForCategory: criterion.makeOrBreakForCategory,
    makeOrBreakForAssessment: criterion.makeOrBreakForAssessment,
  };
}
