/** What an agent's assessments say together. */

import type { AssessmentSummary, ScoredCriterion } from "./types";

export interface CriterionMean {
  key: string;
  label: string;
  percentage: number;
  count: number;
  /** The newest reason that a person or the judge gave for losing, or not losing, points. */
  reason: string | null;
}

export function meanOf(rows: readonly Pick<AssessmentSummary, "totals">[]): number | null {
  const values = rows.flatMap((row) => (row.totals.percentage === null ? [] : [row.totals.percentage]));
  return values.length === 0 ? null : Math.round((10 * values.reduce((sum, value) => sum + value, 0)) / values.length) / 10;
}

/** Points over the maximum by criterion, the best first; newest answers come first in `answers`. */
export function meansByCriterion(answers: readonly { criterion: ScoredCriterion; base: number }[]): CriterionMean[] {
  const found = new Map<string, { label: string; points: number; max: number; count: number; full: string | null; lost: string | null }>();
  for (const { criterion, base } of answers) {
    if (criterion.score === null || criterion.applicable === false) continue;
    const key = `${base}-${criterion.id}`;
    const entry = found.get(key) ?? { label: criterion.label, points: 0, max: 0, count: 0, full: null, lost: null };
    entry.points += criterion.score;
    entry.max += criterion.maxPoints;
    entry.count += 1;
    if (criterion.score < criterion.maxPoints) entry.lost ??= criterion.reason;
    else entry.full ??= criterion.reason;
    found.set(key, entry);
  }
  return [...found]
    .map(([key, entry]) => ({
      key,
      label: entry.label,
      percentage: Math.round((100 * entry.points) / entry.max),
      count: entry.count,
      reason: entry.lost ?? entry.full,
    }))
    .sort((a, b) => b.percentage - a.percentage || b.count - a.count);
}
