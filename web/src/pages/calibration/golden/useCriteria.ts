import { useQuery } from "@tanstack/react-query";
import { useI18n } from "@/i18n";
import { scorecardQuery, scorecardsQuery } from "../../quality/data";
import { answerText } from "../../quality/review/CriterionRow";
import type { Criterion } from "../../quality/model/types";

/** The criteria of a family by their ids, as its active revision (else the newest) defines them. */
export function useCriteria(scorecardBaseId: number): Map<number, Criterion> {
  const cards = useQuery(scorecardsQuery("active,draft,retired"));
  const family = (cards.data ?? []).filter((card) => card.baseId === scorecardBaseId).sort((a, b) => b.revision - a.revision);
  const id = (family.find((card) => card.state === "active") ?? family[0])?.id;
  const card = useQuery({ ...scorecardQuery(id ?? 0), enabled: id !== undefined });
  return new Map((card.data?.categories ?? []).flatMap((category) => category.criteria.map((criterion) => [criterion.id, criterion] as const)));
}

/** A label or an answer of the judge in words. */
export function useValueText(criteria: Map<number, Criterion>) {
  const { t, format } = useI18n();
  return (criterionId: number, value: number | string | null): string => {
    if (value === null) return t("calibration.golden.abstained");
    if (typeof value === "string") return t("quality.review.notApplicable");
    const criterion = criteria.get(criterionId);
    return criterion ? answerText(criterion, value, true, t, format.number) : format.number(value, 2);
  };
}
