import { Button, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useState } from "react";
import { useI18n } from "@/i18n";
import type { Dimension, ScoresRow } from "../data";
import { useRange } from "../parts";
import classes from "../reports.module.css";
import { keyText, useNames } from "./names";

const SHOWN = 12;

interface Props {
  rows: readonly ScoresRow[];
  by: readonly Dimension[];
  minN: number;
  onOpen: (row: ScoresRow) => void;
}

/** Means as bars from 0 to 100 with the 95 % interval across their end. What is too few to compare stands apart. */
export function Bars({ rows, by, minN, onOpen }: Props) {
  const { t } = useI18n();
  const names = useNames();
  const [all, setAll] = useState(false);
  const main = by[0]!;
  const then = by[1];
  const enough = rows.filter((row) => row.rank !== null);
  const few = rows.filter((row) => row.rank === null);
  const shown = all ? enough : enough.slice(0, SHOWN);
  const groups = new Map<string, ScoresRow[]>();
  for (const row of shown) {
    const name = then ? names.part(row, then) : "";
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  const bar = (row: ScoresRow, isFew: boolean) => <Bar key={keyText(row.key as never)} row={row} name={isFew ? names.row(row, by) : names.part(row, main)} few={isFew} onOpen={onOpen} />;
  return (
    <div>
      <div className={classes.axis} aria-hidden>
        <span />
        <div className={classes.scale}>{[0, 25, 50, 75, 100].map((value) => <span key={value}>{value}</span>)}</div>
        <span />
        <span />
      </div>
      {[...groups].map(([name, members]) => (
        <div key={name} className={classes.bars}>
          {name && <Text className={classes.group} size="sm" fw={650}>{name}</Text>}
          {members.map((row) => bar(row, false))}
        </div>
      ))}
      {enough.length > SHOWN && (
        <Button mt="xs" size="compact-sm" variant="subtle" onClick={() => setAll(!all)}>
          {all ? t("reports.scores.fewerRows") : t("reports.scores.moreRows", { count: enough.length - SHOWN })}
        </Button>
      )}
      {few.length > 0 && (
        <div className={classes.bars}>
          <div className={classes.group}>
            <Text size="sm" fw={650}>{t("reports.scores.tooFewTitle", { count: few.length })}</Text>
            <Text size="xs" c="dimmed">{t("reports.scores.tooFewText", { n: minN })}</Text>
          </div>
          {(all ? few : few.slice(0, SHOWN)).map((row) => bar(row, true))}
        </div>
      )}
    </div>
  );
}

function Bar({ row, name, few, onOpen }: { row: ScoresRow; name: string; few: boolean; onOpen: (row: ScoresRow) => void }) {
  const { t, format } = useI18n();
  const range = useRange();
  const mean = row.meanPercentage;
  const value = mean === null ? t("reports.scores.noScore") : format.percent(mean, 1);
  const label = `${t("reports.scores.openPoint", { name, mean: value, count: row.assessments })}, ${t("reports.scores.interval95")}: ${range(row.ci95, (one) => format.percent(one, 1))}${few ? `, ${t("reports.scores.tooFew")}` : ""}`;
  return (
    <UnstyledButton className={classes.bar} data-few={few || undefined} onClick={() => onOpen(row)} title={label}>
      <VisuallyHidden>{label}</VisuallyHidden>
      <span className={classes.barName} aria-hidden>{name}</span>
      <span className={classes.track} aria-hidden>
        {mean !== null && <span className={classes.fill} style={{ width: `${mean}%` }} />}
        {row.ci95 && <span className={classes.whisker} style={{ left: `${row.ci95[0]}%`, right: `${100 - row.ci95[1]}%` }} />}
      </span>
      <span className={classes.barValue} aria-hidden>{value}</span>
      <span className={classes.barCount} aria-hidden>n = {format.number(row.assessments)}</span>
    </UnstyledButton>
  );
}
