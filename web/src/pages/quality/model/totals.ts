/** The running totals of a review, added up as the server does it, so that a key shows its effect at once. */

export type PercentageBase = "used" | "total";

export interface CountedCriterion {
  id: number;
  score: number | null;
  applicable: boolean | null;
  state: string;
  maxPoints: number;
  makeOrBreakForCategory: boolean;
  makeOrBreakForAssessment: boolean;
}

export interface CountedCategory {
  categoryId: number;
  criteria: readonly CountedCriterion[];
}

export interface CategoryTotals {
  categoryId: number;
  score: number;
  usedMaxPoints: number;
  maxPoints: number;
  /** Points that its criteria have before a knock-out takes them. */
  rawScore: number;
  /** Criteria scored 0 that set this category to 0. */
  knockedOutBy: number[];
}

export interface RunningTotals {
  scoredPoints: number;
  usedMaxPoints: number;
  totalMaxPoints: number;
  percentage: number | null;
  /** Percentage that the points would give if nothing knocked out. */
  percentageWithoutKnockOuts: number | null;
  /** Criteria scored 0 that set the whole assessment to 0. */
  knockedOutBy: number[];
  unscored: number;
  needsHuman: number;
  notApplicable: number;
  categories: CategoryTotals[];
}

/** Points have at most two decimals: whole hundredths add up exactly. */
const hundredths = (points: number): number => Math.round(points * 100);

/** 100 * points / base, half up to one decimal; null while nothing is scored, whatever the base. */
export function percentage(points: number, used: number, total: number, base: PercentageBase): number | null {
  if (used === 0) return null;
  const divisor = hundredths(base === "used" ? used : total);
  return Math.floor((2000 * hundredths(points) + divisor) / (2 * divisor)) / 10;
}

const counts = (criterion: CountedCriterion): boolean => criterion.score !== null && criterion.applicable !== false;

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + hundredths(value), 0) / 100;
}

function addUpCategory(category: CountedCategory): CategoryTotals {
  const scored = category.criteria.filter(counts);
  const rawScore = sum(scored.map((criterion) => criterion.score ?? 0));
  const knockedOutBy = scored.filter((c) => c.makeOrBreakForCategory && c.score === 0).map((c) => c.id);
  return {
    categoryId: category.categoryId,
    score: knockedOutBy.length > 0 ? 0 : rawScore,
    usedMaxPoints: sum(scored.map((criterion) => criterion.maxPoints)),
    maxPoints: sum(category.criteria.map((criterion) => criterion.maxPoints)),
    rawScore,
    knockedOutBy,
  };
}

export function addUp(categories: readonly CountedCategory[], base: PercentageBase): RunningTotals {
  const parts = categories.map(addUpCategory);
  const criteria = categories.flatMap((category) => category.criteria);
  const knockedOutBy = criteria
    .filter((c) => counts(c) && c.makeOrBreakForAssessment && c.score === 0)
    .map((c) => c.id);
  const usedMaxPoints = sum(parts.map((part) => part.usedMaxPoints));
  const totalMaxPoints = sum(parts.map((part) => part.maxPoints));
  const scoredPoints = knockedOutBy.length > 0 ? 0 : sum(parts.map((part) => part.score));
  const rawPoints = sum(parts.map((part) => part.rawScore));
  const open = criteria.filter((c) => c.score === null && c.applicable !== false);
  const needsHuman = open.filter((c) => c.state === "needsHuman").length;
  return {
    scoredPoints,
    usedMaxPoints,
    totalMaxPoints,
    percentage: percentage(scoredPoints, usedMaxPoints, totalMaxPoints, base),
    percentageWithoutKnockOuts: percentage(rawPoints, usedMaxPoints, totalMaxPoints, base),
    knockedOutBy,
    unscored: open.length - needsHuman,
    needsHuman,
    notApplicable: criteria.filter((c) => c.applicable === false).length,
    categories: parts,
  };
}
