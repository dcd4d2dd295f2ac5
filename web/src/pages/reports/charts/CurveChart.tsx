import "@mantine/charts/styles.css";
import { CompositeChart } from "@mantine/charts";
import { Paper, Text } from "@mantine/core";
import type { CoveragePoint } from "../data";
import classes from "../reports.module.css";

interface Props {
  points: CoveragePoint[];
  target: number;
  targetLabel: string;
  label: string;
  text: (point: CoveragePoint) => string;
  axes: { coverage: string; agreement: string };
  percent: (value: number) => string;
}

/** Agreement over the share that is answered. The table below it holds the points. */
export default function CurveChart({ points, target, targetLabel, label, text, axes, percent }: Props) {
  const data = [...points].sort((a, b) => a.coverage - b.coverage);
  const low = Math.min(target, ...data.map((point) => point.agreement));
  const step = low >= 0.65 ? 0.1 : 0.25;
  const bottom = Math.max(0, Math.floor((low - 0.02) / step) * step);
  const ticks = Array.from({ length: Math.round((1 - bottom) / step) + 1 }, (_, place) => Number((bottom + place * step).toFixed(2)));
  return (
    <div role="img" aria-label={label} className={classes.chart}>
      <CompositeChart
        h={250} data={data as never} dataKey="coverage" curveType="linear" tickLine="none" withDots={false} xAxisLabel={axes.coverage} yAxisLabel={axes.agreement}
        series={[{ name: "agreement", color: "assay.6", type: "line" }]}
        xAxisProps={{ type: "number", domain: [0, 1], ticks: [0, 0.25, 0.5, 0.75, 1], tickFormatter: percent }}
        yAxisProps={{ domain: [bottom, 1], ticks, tickFormatter: percent, width: 64 }}
        referenceLines={[{ y: target, label: targetLabel, color: "orange.7", labelPosition: "insideBottomRight" }]}
        composedChartProps={{ accessibilityLayer: false, margin: { top: 8, right: 16, bottom: 16 } }}
        lineProps={{ isAnimationActive: false, dot: { r: 3, strokeWidth: 0, fill: "var(--mantine-color-assay-6)" } }}
        tooltipProps={{
          content: ({ payload }) => {
            const point = payload?.[0]?.payload as CoveragePoint | undefined;
            return point ? <Paper px="sm" py={6} withBorder shadow="sm"><Text size="xs">{text(point)}</Text></Paper> : null;
          },
        }}
      />
    </div>
  );
}
