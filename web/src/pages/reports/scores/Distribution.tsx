import { Group, Stack, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useI18n } from "@/i18n";
import type { ScoresRow } from "../data";
import { Panel } from "../parts";
import classes from "../reports.module.css";
import { useNames } from "./names";

/** How the percentages spread: two means that are equal may hide very different work. */
export function Distribution({ overall, onOpen }: { overall: ScoresRow; onOpen: (bin: string) => void }) {
  const { t, format } = useI18n();
  const bins = overall.distribution ?? [];
  const most = Math.max(1, ...bins.map((bin) => bin.assessments));
  return (
    <Panel title={t("reports.scores.distribution")} hint={t("reports.scores.distributionHint")}>
      <div className={classes.columns}>
        {bins.map(({ from, to, assessments: count }) => {
          const text = t("reports.scores.binOpen", { from, to, count });
          return (
            <UnstyledButton key={from} className={classes.column} disabled={count === 0} onClick={() => onOpen(`${from}-${to}`)} title={text}>
              <VisuallyHidden>{text}</VisuallyHidden>
              <span className={classes.columnCount} aria-hidden>{format.number(count)}</span>
              <span className={classes.columnFill} aria-hidden style={{ height: `${(120 * count) / most}px` }} />
              <span className={classes.columnName} aria-hidden>{from}–{to}</span>
            </UnstyledButton>
          );
        })}
      </div>
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
          >
            <VisuallyHidden>{t("reports.scores.automationOpen", { level: names.level(level), count })}</VisuallyHidden>
            <Group justify="space-between" gap="xs" wrap="nowrap" aria-hidden>
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
