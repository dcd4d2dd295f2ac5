import { Group, Progress, Stack, Text } from "@mantine/core";
import { IconSkull } from "@tabler/icons-react";
import { useI18n } from "@/i18n";
import { isDecided, locate } from "../model/review";
import { addUp } from "../model/totals";
import type { PercentageBase } from "../model/totals";
import type { ScoredCategory } from "../model/types";
import { scoreColor } from "../parts";
import classes from "../quality.module.css";

export function TotalsPanel({ categories, base }: { categories: readonly ScoredCategory[]; base: PercentageBase }) {
  const { t, format } = useI18n();
  const totals = addUp(categories, base);
  const criteria = locate(categories);
  const decided = criteria.filter(({ criterion }) => isDecided(criterion)).length;
  const labelOf = (id: number) => criteria.find(({ criterion }) => criterion.id === id)?.criterion.label ?? "";
  const maximum = base === "used" ? totals.usedMaxPoints : totals.totalMaxPoints;
  const open = totals.unscored + totals.needsHuman;
  const share = criteria.length === 0 ? 0 : (100 * decided) / criteria.length;
  const without =
    totals.percentageWithoutKnockOuts === null
      ? ""
      : t("quality.review.withoutKnockOut", { percent: format.percent(totals.percentageWithoutKnockOuts, 1) });
  const knocks = [
    ...totals.knockedOutBy.map((id) => t("quality.review.knockOutAssessment", { criterion: labelOf(id) })),
    ...totals.categories.flatMap((part) =>
      part.knockedOutBy.map((id) =>
        t("quality.review.knockOutCategory", {
          criterion: labelOf(id),
          category: categories.find((category) => category.categoryId === part.categoryId)?.label ?? "",
        }),
      ),
    ),
  ];
  const notes = [
    totals.notApplicable > 0 ? t("quality.review.notCounted", { count: totals.notApplicable }) : null,
    open > 0 ? t("quality.review.open", { count: open }) : null,
  ].filter(Boolean);
  const shade = scoreColor(totals.percentage);
  return (
    <div className={classes.totals}>
      <Group justify="space-between" align="flex-end" wrap="nowrap" gap="md">
        <Group gap="sm" align="flex-end" wrap="nowrap">
          <Text
            component="output" className={classes.percent} aria-live="polite"
            c={totals.percentage === null ? "dimmed" : `light-dark(var(--mantine-color-${shade}-8), var(--mantine-color-${shade}-3))`}
          >
            {totals.percentage === null ? "–" : format.percent(totals.percentage, 1)}
          </Text>
          <Text size="sm" c="dimmed">
            {totals.percentage === null
              ? t("quality.review.noScore")
              : t("quality.review.totalPoints", { points: format.number(totals.scoredPoints, 2), max: format.number(maximum, 2) })}
          </Text>
        </Group>
        <Text size="sm" c="dimmed" ta="end">
          {decided === criteria.length
            ? t("quality.review.allDecided")
            : t("quality.review.decided", { done: decided, total: criteria.length })}
        </Text>
      </Group>
      <Progress value={share} size="xs" mt={8} aria-label={t("quality.review.decided", { done: decided, total: criteria.length })} />
      {(knocks.length > 0 || notes.length > 0) && (
        <Stack gap={4} mt={8}>
          {knocks.map((words, index) => (
            <div key={words} className={classes.knock} role="alert">
              <IconSkull size={16} aria-hidden />
              <span>{words}{index === knocks.length - 1 && without ? ` ${without}.` : ""}</span>
            </div>
          ))}
          {notes.length > 0 && <Text size="xs" c="dimmed">{notes.join(" · ")}</Text>}
        </Stack>
      )}
    </div>
  );
}
