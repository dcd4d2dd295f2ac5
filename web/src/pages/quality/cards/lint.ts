/** What the linter says about the scorecard as it stands in the editor. */

import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { api, call, type Schema } from "@/api/client";
import { useI18n } from "@/i18n";
import { contentOf, problemsOf, type Draft, type DraftCriterion } from "../model/draft";

export type LintFinding = Schema<"LintFinding">;
export type Severity = LintFinding["severity"];

const PAUSE_MS = 700;
const GRAVITY: Record<Severity, number> = { error: 0, warning: 1, hint: 2 };

export interface Finding extends LintFinding {
  /** Of the criterion in the draft; null: it concerns a category or the whole scorecard. */
  key: string | null;
  place: string | null;
}

/** The draft with a number for everything, so that a finding leads back to what has none yet. */
function numbered(draft: Draft) {
  const keys = new Map<number, DraftCriterion>();
  const categories = new Map<number, string>();
  const criteria = draft.categories.flatMap((category) => category.criteria);
  let criterionId = Math.max(0, ...criteria.map((one) => one.id ?? 0));
  let categoryId = Math.max(0, ...draft.categories.map((one) => one.categoryId ?? 0));
  const copy: Draft = {
    ...draft,
    categories: draft.categories.map((category) => {
      const number = category.categoryId ?? (categoryId += 1);
      categories.set(number, category.label);
      return {
        ...category,
        categoryId: number,
        criteria: category.criteria.map((one) => {
          const id = one.id ?? (criterionId += 1);
          keys.set(id, one);
          return { ...one, id };
        }),
      };
    }),
  };
  // The name is not judged, and a scorecard that has none yet can be looked at as well.
  return { body: { ...contentOf(copy), name: draft.name.trim() || "–" }, keys, categories };
}

export interface Lint {
  findings: Finding[];
  errors: number;
  warnings: number;
  hints: number;
  pending: boolean;
  failed: boolean;
  retry: () => void;
  /** Ask the language model for other wordings of what is found. */
  suggest: () => void;
  suggesting: boolean;
  /** "none": there is no model; "failed": it gave nothing that can be used; null: nothing to say about it. */
  suggestions: "none" | "failed" | null;
}

/** Findings of a draft, or of the stored revision while nothing is changed. `enabled`: the caller may manage them. */
export function useLint(draft: Draft, stored: { id: number; version: number } | null, enabled: boolean): Lint {
  const { language } = useI18n();
  const sound = problemsOf(draft, "draft").every((problem) => problem.code === "nameMissing");
  const text = useMemo(() => JSON.stringify({ draft, stored }), [draft, stored?.id, stored?.version]);
  const [settled] = useDebouncedValue(text, PAUSE_MS);
  const [suggestFor, setSuggestFor] = useState<string | null>(null);
  const suggest = suggestFor === settled;
  const given = useMemo(() => JSON.parse(settled) as { draft: Draft; stored: typeof stored }, [settled]);
  const seen = useMemo(() => numbered(given.draft), [given]);
  const found = useQuery({
    queryKey: ["quality", "lint", given.stored ? `${given.stored.id}.${given.stored.version}` : seen.body, language, suggest],
    queryFn: async ({ signal }) => {
      const header = { "Accept-Language": language };
      const report = given.stored
        ? await call(api.GET("/api/mind/quality/scorecard/{id}/lint", { params: { path: { id: given.stored.id }, query: { suggest }, header }, signal }))
        : await call(api.POST("/api/mind/quality/scorecard/lint", { params: { query: { suggest }, header }, body: seen.body as never, signal }));
      return { report, seen };
    },
    enabled: enabled && (given.stored !== null || (sound && text === settled)),
    placeholderData: keepPreviousData,
    staleTime: 5 * 60_000,
  });
  const present = useMemo(() => new Map(draft.categories.flatMap((category) => category.criteria).map((one) => [one.key, one.label])), [draft]);
  const findings = useMemo(() => {
    const report = found.data;
    if (!report) return [];
    return report.report.findings
      .flatMap((finding): Finding[] => {
        const criterion = finding.criterionId === null ? undefined : report.seen.keys.get(finding.criterionId);
        if (criterion && !present.has(criterion.key)) return [];
        const place = criterion ? (present.get(criterion.key) ?? null) : finding.categoryId === null ? null : (report.seen.categories.get(finding.categoryId) ?? null);
        return [{ ...finding, key: criterion?.key ?? null, place }];
      })
      .sort((a, b) => GRAVITY[a.severity] - GRAVITY[b.severity]);
  }, [found.data, present]);
  const count = (severity: Severity) => findings.filter((one) => one.severity === severity).length;
  const report = found.data?.report;
  return {
    findings,
    errors: count("error"),
    warnings: count("warning"),
    hints: count("hint"),
    pending: enabled && !found.data && !found.isError,
    failed: found.isError,
    retry: () => void found.refetch(),
    suggest: () => setSuggestFor(settled),
    suggesting: suggest && found.isFetching,
    suggestions: !suggest || found.isFetching || !report ? null : report.suggestionsFailed ? "failed" : report.model === null ? "none" : null,
  };
}

/** Which field of a criterion a wording belongs into. */
export function targetOf(finding: Finding, criterion: DraftCriterion): "label" | "assessmentPrompt" | "description" {
  if (finding.code === "negated_label" && (finding.suggestion?.length ?? 0) <= 120) return "label";
  if (criterion.autoGenerateByAi && criterion.rule === null && ["no_prompt", "no_anchors"].includes(finding.code)) return "assessmentPrompt";
  return "description";
}
