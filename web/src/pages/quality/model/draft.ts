/** The scorecard while it is edited. Keys tell rows apart before the server has given them ids. */

import { sameValue } from "./diff";
import { isRuleName, parametersOf } from "./rules";
import type { Category, Criterion, Scorecard } from "./types";

export interface DraftCriterion extends Omit<Criterion, "id" | "order"> {
  key: string;
  id: number | null;
}

export interface DraftCategory {
  key: string;
  categoryId: number | null;
  label: string;
  criteria: DraftCriterion[];
}

export interface Draft {
  name: string;
  categories: DraftCategory[];
  assignment: Scorecard["assignment"];
  liveCoach: Scorecard["liveCoach"];
}

export interface Problem {
  key: string;
  code: "nameMissing" | "labelMissing" | "pointsWrong" | "aiNeedsWords" | "noCategory" | "noCriterion" | "ruleIncomplete";
}

let lastKey = 0;

function newKey(): string {
  lastKey += 1;
  return `new-${lastKey}`;
}

export function newCriterion(label: string): DraftCriterion {
  return {
    key: newKey(),
    id: null,
    label,
    description: "",
    maxPoints: 10,
    scoringType: "metNotMet",
    autoGenerateByAi: false,
    assessmentPrompt: "",
    makeOrBreakForCategory: false,
    makeOrBreakForAssessment: false,
    allowNotApplicable: true,
    applicabilityPrompt: null,
    confidenceThreshold: null,
    rule: null,
  };
}

export function newCategory(label: string): DraftCategory {
  return { key: newKey(), categoryId: null, label, criteria: [] };
}

export function draftOf(card: Scorecard): Draft {
  return {
    name: card.name,
    assignment: card.assignment,
    liveCoach: card.liveCoach,
    categories: card.categories.map((category: Category) => ({
      key: `category-${category.categoryId}`,
      categoryId: category.categoryId,
      label: category.label,
      criteria: category.criteria.map(({ order: _order, ...criterion }) => ({
        ...criterion,
        key: `criterion-${criterion.id}`,
      })),
    })),
  };
}

export const emptyDraft = (): Draft => ({
  name: "",
  categories: [],
  assignment: {
    ticketTags: [],
    teams: [],
    channels: [],
    responseContext: ["reply"],
    includeChildTags: false,
    samplePercent: 100,
  },
  liveCoach: { enabled: false, threshold: 80 },
});

/** The content as the API takes it: order by position, ids only where the server has given them. */
export function contentOf(draft: Draft) {
  return {
    name: draft.name.trim(),
    assignment: draft.assignment,
    liveCoach: draft.liveCoach,
    categories: draft.categories.map((category, position) => ({
      ...(category.categoryId === null ? {} : { categoryId: category.categoryId }),
      label: category.label.trim(),
      order: position + 1,
      criteria: category.criteria.map(({ key: _key, id, ...criterion }, index) => ({
        ...criterion,
        ...(id === null ? {} : { id }),
        label: criterion.label.trim(),
        order: index + 1,
      })),
    })),
  };
}

export const isChanged = (draft: Draft, saved: Draft): boolean => !sameValue(contentOf(draft), contentOf(saved));

/** The draft as a revision would show it; what has no id yet gets a negative one, which no revision has. */
export function previewOf(draft: Draft, card: Scorecard): Scorecard {
  let unnamed = 0;
  return {
    ...card,
    name: draft.name.trim(),
    assignment: draft.assignment,
    liveCoach: draft.liveCoach,
    categories: draft.categories.map((category, position) => ({
      categoryId: category.categoryId ?? (unnamed -= 1),
      label: category.label.trim(),
      order: position + 1,
      criteria: category.criteria.map(({ key: _key, id, ...criterion }, index) => ({
        ...criterion,
        id: id ?? (unnamed -= 1),
        label: criterion.label.trim(),
        order: index + 1,
      })),
    })),
  };
}

function isCompleteRule(rule: Record<string, unknown>): boolean {
  if (!isRuleName(rule.type)) return false;
  return parametersOf(rule.type)
    .filter((parameter) => parameter.required)
    .every((parameter) => {
      const value = rule[parameter.name];
      return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== "";
    });
}

const hasAtMostTwoDecimals = (value: number): boolean => Math.abs(value * 100 - Math.round(value * 100)) < 1e-6;

/** What stands in the way; `active` asks for at least one category and one criterion in each. */
export function problemsOf(draft: Draft, state: "draft" | "active"): Problem[] {
  const problems: Problem[] = [];
  if (!draft.name.trim()) problems.push({ key: "card", code: "nameMissing" });
  if (state === "active" && draft.categories.length === 0) problems.push({ key: "card", code: "noCategory" });
  for (const category of draft.categories) {
    if (!category.label.trim()) problems.push({ key: category.key, code: "labelMissing" });
    if (state === "active" && category.criteria.length === 0) problems.push({ key: category.key, code: "noCriterion" });
    for (const criterion of category.criteria) {
      if (!criterion.label.trim()) problems.push({ key: criterion.key, code: "labelMissing" });
      if (!(criterion.maxPoints > 0 && criterion.maxPoints <= 1000 && hasAtMostTwoDecimals(criterion.maxPoints))) {
        problems.push({ key: criterion.key, code: "pointsWrong" });
      }
      if (criterion.autoGenerateByAi && !criterion.description.trim() && !criterion.assessmentPrompt.trim()) {
        problems.push({ key: criterion.key, code: "aiNeedsWords" });
      }
      if (criterion.rule !== null && !isCompleteRule(criterion.rule)) {
        problems.push({ key: criterion.key, code: "ruleIncomplete" });
      }
    }
  }
  return problems;
}

export function moveCategory(draft: Draft, key: string, by: -1 | 1): Draft {
  const from = draft.categories.findIndex((category) => category.key === key);
  const to = from + by;
  if (from < 0 || to < 0 || to >= draft.categories.length) return draft;
  const categories = [...draft.categories];
  const [moved] = categories.splice(from, 1);
  if (moved) categories.splice(to, 0, moved);
  return { ...draft, categories };
}

/** Put a criterion before `beforeKey` of a category, or at its end when it is null. */
export function placeCriterion(draft: Draft, key: string, categoryKey: string, beforeKey: string | null): Draft {
  if (key === beforeKey) return draft;
  const criterion = draft.categories.flatMap((category) => category.criteria).find((item) => item.key === key);
  if (!criterion) return draft;
  return {
    ...draft,
    categories: draft.categories.map((category) => {
      const criteria = category.criteria.filter((item) => item.key !== key);
      if (category.key === categoryKey) {
        const at = beforeKey === null ? criteria.length : criteria.findIndex((item) => item.key === beforeKey);
        criteria.splice(at < 0 ? criteria.length : at, 0, criterion);
      }
      return { ...category, criteria };
    }),
  };
}

/** One step up or down; at the edge of a category on into the next one. */
export function moveCriterion(draft: Draft, key: string, by: -1 | 1): Draft {
  const at = draft.categories.findIndex((category) => category.criteria.some((item) => item.key === key));
  const category = draft.categories[at];
  if (!category) return draft;
  const index = category.criteria.findIndex((item) => item.key === key);
  if (by === -1) {
    if (index > 0) return placeCriterion(draft, key, category.key, category.criteria[index - 1]?.key ?? null);
    const above = draft.categories[at - 1];
    return above ? placeCriterion(draft, key, above.key, null) : draft;
  }
  if (index < category.criteria.length - 1) {
    return placeCriterion(draft, key, category.key, category.criteria[index + 2]?.key ?? null);
  }
  const below = draft.categories[at + 1];
  return below ? placeCriterion(draft, key, below.key, below.criteria[0]?.key ?? null) : draft;
}

export function changeCriterion(draft: Draft, key: string, change: Partial<DraftCriterion>): Draft {
  return {
    ...draft,
    categories: draft.categories.map((category) => ({
      ...category,
      criteria: category.criteria.map((item) => (item.key === key ? { ...item, ...change } : item)),
    })),
  };
}

export function removeCriterion(draft: Draft, key: string): Draft {
  return {
    ...draft,
    categories: draft.categories.map((category) => ({
      ...category,
      criteria: category.criteria.filter((item) => item.key !== key),
    })),
  };
}
