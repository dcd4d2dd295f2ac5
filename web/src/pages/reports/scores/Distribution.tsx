import { Group, Skeleton, Stack, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { lazy, Suspense } from "react";
import { useI18n } from "@/i18n";
import type { ScoresRow } from "../data";
import { Panel } from "../parts";
import classes from "../reports.module.css";
import { useNames } from "./names";

const CountChart = lazy(() => import("../charts/CountChart"));

/** How the percentages spread: two means that are equal may hide very different work. */
export function Distribution({ overall, onOpen }: { overall: ScoresRow; onOpen: (bin: string) => void }) {
  const { t } = useI18n();
  const bins = (overall.distribution ?? []).map((bin) => ({
    name: `${bin.from}–${bin.to}`,
    count: bin.assessments,
    text: t("reports.scores.binOpen", { from: bin.from, to: bin.to, count: bin.assessments }),
    open: () => onOpen(`${bin.from}-${bin.to}`),
  }));
  return (
    <Panel title={t("reports.scores.distribution")} hint={t("reports.scores.distributionHint")}>
      <Suspense fallback={<Skeleton height={210} />}><CountChart counts={bins} label={t("reports.scores.distribution")} /></Suspense>
      <VisuallyHidden component="ul">
        {bins.filter(({ count }) => count > 0).map(({ name, text, open }) => <li key={name}><button type="button" onClick={open}>{text}</button></li>)}
      </VisuallyHidden>
    </Panel>
  );
}

export function Automation({ overall, onOpen }: { overall: ScoresRow; onOpen: (level: number) => void }) {
  const { t, format } = useI18n();
  const names = useNames();
  const levels = Object.entries(overall.automationLevels ?? {}).map(([level, count]) => ({ level: Number(level), count })).sort((a, b) => a.level - b.level);
  const sum = levels.reduce((total, { count }) => total + count, 0);
  return (
    <Panel title={t("reports.scores.automation")} hint={t("reports.scores.automationHint")}>
      <Stack gap={4}>
        {levels.map(({ level, count }) => (
          <UnstyledButton
            key={level} className={classes.bar} onClick={() => onOpen(level)} style={{ display: "block" }}
            aria-label={t("reports.scores.automationOpen", { level: names.level(level), count })}
          >
            <Group justify="space-between" gap="xs" wrap="nowrap">
              <Text size="sm">{names.level(level)}</Text>
              <Text size="sm" fw={600} className={classes.numbers}>{format.number(count)} · {format.percent((100 * count) / sum)}</Text>
            </Group>
            <div className={classes.progress}><span style={{ width: `${(100 * count) / sum}%` }} /></div>
          </UnstyledButton>
        ))}
      </Stack>
    </Panel>
  );
}
