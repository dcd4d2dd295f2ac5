/** What differs between two revisions of a scorecard. Ids tell which criterion is the same. */

import type { Category, Criterion, Scorecard } from "./types";

export interface FieldChange {
  field: string;
  before: unknown;
  after: unknown;
}

export interface CriterionChange {
  kind: "added" | "removed" | "changed";
  id: number;
  label: string;
  category: string;
  fields: FieldChange[];
}

export interface CategoryChange {
  kind: "added" | "removed" | "changed";
  id: number;
  label: string;
  fields: FieldChange[];
}

export interface RevisionDiff {
  card: FieldChange[];
  categories: CategoryChange[];
  criteria: CriterionChange[];
}

const CRITERION_FIELDS = [
  "label",
  "description",
  "scoringType",
  "maxPoints",
  "autoGenerateByAi",
  "assessmentPrompt",
  "applicabilityPrompt",
  "allowNotApplicable",
  "confidenceThreshold",
  "makeOrBreakForCategory",
  "makeOrBreakForAssessment",
  "rule",
] as const satisfies readonly (keyof Criterion)[];

const ASSIGNMENT_FIELDS = [
  "ticketTags",
  "includeChildTags",
  "teams",
  "channels",
  "responseContext",
  "samplePercent",
] as const;

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, item]) => [key, canonical(item)]),
    );
  }
  return value ?? null;
}

export const sameValue = (a: unknown, b: unknown): boolean =>
  JSON.stringify(canonical(a)) === JSON.stringify(canonical(b));

function change(field: string, before: unknown, after: unknown): FieldChange[] {
  return sameValue(before, after) ? [] : [{ field, before, after }];
}

interface Placed {
  criterion: Criterion;
  category: Category;
  position: number;
}

function place(card: Scorecard): Map<number, Placed> {
  const placed = new Map<number, Placed>();
  for (const category of card.categories) {
    category.criteria.forEach((criterion, position) => placed.set(criterion.id, { criterion, category, position }));
  }
  return placed;
}

/** Positions count among the criteria that both revisions have in the category, so that one insertion is one change. */
function moved(before: Placed, after: Placed, old: Map<number, Placed>, now: Map<number, Placed>): boolean {
  if (before.category.categoryId !== after.category.categoryId) return true;
  const shared = (category: Category): number[] =>
    category.criteria
      .map((criterion) => criterion.id)
      .filter(
        (id) =>
          old.get(id)?.category.categoryId === category.categoryId &&
          now.get(id)?.category.categoryId === category.categoryId,
      );
  return shared(before.category).indexOf(before.criterion.id) !== shared(after.category).indexOf(after.criterion.id);
}

export function diffRevisions(before: Scorecard, after: Scorecard): RevisionDiff {
  const old = place(before);
  const now = place(after);
  const criteria: CriterionChange[] = [];
  for (const [id, placed] of now) {
    const previous = old.get(id);
    const base = { id, label: placed.criterion.label, category: placed.category.label };
    if (!previous) {
      criteria.push({ kind: "added", ...base, fields: [] });
      continue;
    }
    const fields = CRITERION_FIELDS.flatMap((field) =>
      change(field, previous.criterion[field], placed.criterion[field]),
    );
    if (moved(previous, placed, old, now)) {
      fields.push({
        field: "position",
        before: `${previous.category.label} · ${previous.position + 1}`,
        after: `${placed.category.label} · ${placed.position + 1}`,
      });
    }
    if (fields.length > 0) criteria.push({ kind: "changed", ...base, fields });
  }
  for (const [id, placed] of old) {
    if (!now.has(id)) {
      criteria.push({ kind: "removed", id, label: placed.criterion.label, category: placed.category.label, fields: [] });
    }
  }
  const categories: CategoryChange[] = [];
  const oldCategories = new Map(before.categories.map((category) => [category.categoryId, category]));
  for (const category of after.categories) {
    const previous = oldCategories.get(category.categoryId);
    const base = { id: category.categoryId, label: category.label };
    if (!previous) categories.push({ kind: "added", ...base, fields: [] });
    else {
      const fields = change("label", previous.label, category.label);
      if (fields.length > 0) categories.push({ kind: "changed", ...base, fields });
    }
  }
  const kept = new Set(after.categories.map((category) => category.categoryId));
  for (const category of before.categories) {
    if (!kept.has(category.categoryId)) {
      categories.push({ kind: "removed", id: category.categoryId, label: category.label, fields: [] });
    }
  }
  return {
    card: [
      ...change("name", before.name, after.name),
      ...ASSIGNMENT_FIELDS.flatMap((field) => change(field, before.assignment[field], after.assignment[field])),
      ...change("liveCoachEnabled", before.liveCoach.enabled, after.liveCoach.enabled),
      ...change("liveCoachThreshold", before.liveCoach.threshold, after.liveCoach.threshold),
    ],
    categories,
    criteria,
  };
}

export const isEmptyDiff = (diff: RevisionDiff): boolean =>
  diff.card.length + diff.categories.length + diff.criteria.length === 0;
