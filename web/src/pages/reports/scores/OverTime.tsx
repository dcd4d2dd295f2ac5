import { Group, Skeleton, Stack, Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import { useI18n } from "@/i18n";
import { isTime, type Dimension, type RowKey, type ScoresRow } from "../data";
import { useRange } from "../parts";
import type { TimePoint } from "../charts/TimeChart";
import { useNames } from "./names";

const TimeChart = lazy(() => import("../charts/TimeChart"));
const MOST_LINES = 6;
const COLORS = ["assay", "blue", "grape", "orange", "pink", "lime"];
const SHADES = ["6", "6", "6", "7", "6", "8"];

/** One line, or one for each value of the second dimension: those with the most assessments. */
export function OverTime({ rows, by, onOpen }: { rows: readonly ScoresRow[]; by: readonly Dimension[]; onOpen: (row: ScoresRow) => void }) {
  const { t, format } = useI18n();
  const names = useNames();
  const range = useRange();
  const time = by.find(isTime)!;
  const other = by.find((one) => !isTime(one));
  const sizes = new Map<string, number>();
  const points = new Map<string, TimePoint>();
  for (const row of rows) {
    const line = other ? names.part(row, other) : "";
    sizes.set(line, (sizes.get(line) ?? 0) + row.assessments);
    const day = String((row.key as RowKey).time);
    const point = points.get(day) ?? { time: names.part(row, time), lines: {} };
    if (row.meanPercentage !== null) {
      const mean = format.percent(row.meanPercentage, 1);
      point.lines[line] = {
        mean: row.meanPercentage, interval: row.ci95, open: () => onOpen(row),
        text: `${mean} (${range(row.ci95, (one) => format.percent(one, 1))}; n = ${format.number(row.assessments)})`,
      };
    }
    points.set(day, point);
  }
  const lines = [...sizes].sort((a, b) => b[1] - a[1]).slice(0, MOST_LINES).map(([name]) => name);
  const ordered = [...points].sort(([a], [b]) => a.localeCompare(b)).map(([, point]) => point);
  return (
    <Stack gap="xs">
      {other && (
        <Group gap="md">
          {lines.map((name, place) => (
            <Group key={name} gap={6}>
              <span style={{ width: 14, height: 3, borderRadius: 2, background: `var(--mantine-color-${COLORS[place]}-${SHADES[place]})` }} />
              <Text size="xs">{name}</Text>
            </Group>
          ))}
        </Group>
      )}
      <Suspense fallback={<Skeleton height={280} />}>
        <TimeChart points={ordered} lines={lines} label={t("reports.scores.chartTime")} />
      </Suspense>
      {sizes.size > lines.length && <Text size="xs" c="dimmed">{t("reports.scores.lineSome", { count: lines.length })}</Text>}
    </Stack>
  );
}
