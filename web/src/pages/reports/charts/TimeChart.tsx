import "@mantine/charts/styles.css";
import { CompositeChart, type CompositeChartSeries } from "@mantine/charts";
import { Paper, Text } from "@mantine/core";
import classes from "../reports.module.css";

export interface TimePoint {
  /** Place of the point on the axis. */
  time: string;
  /** By line: mean, interval, and what a tooltip and a click need. */
  lines: Record<string, { mean: number; interval: readonly [number, number] | null; text: string; open: () => void }>;
}

export const LINE_COLORS = ["assay.6", "blue.6", "grape.6", "orange.7", "pink.6", "lime.8"];

/** Means over time as lines with the 95 % interval as a band. The table on the page holds the same figures. */
export default function TimeChart({ points, lines, label }: { points: TimePoint[]; lines: string[]; label: string }) {
  const data = points.map(({ time, lines: found }) => {
    const row: Record<string, unknown> = { time };
    lines.forEach((name, place) => {
      row[`line${place}`] = found[name]?.mean ?? null;
      row[`band${place}`] = found[name]?.interval ?? null;
    });
    return row;
  });
  const band = lines.length <= 3;
  const series: CompositeChartSeries[] = lines.flatMap((name, place) => {
    const color = LINE_COLORS[place % LINE_COLORS.length]!;
    const line: CompositeChartSeries = { name: `line${place}`, label: name, color, type: "line" };
    return band ? [{ name: `band${place}`, label: "", color, type: "area" }, line] : [line];
  });
  const isBand = (name: unknown) => String(name).startsWith("band");
  return (
    <div role="img" aria-label={label} className={classes.chart}>
      <CompositeChart
        h={280} data={data} dataKey="time" series={series} curveType="linear" withLegend={false} withDots={false} connectNulls tickLine="none"
        yAxisProps={{ domain: [0, 100], ticks: [0, 25, 50, 75, 100], width: 36 }}
        composedChartProps={{ accessibilityLayer: false, margin: { top: 8, right: 16 } }}
        areaProps={{ fillOpacity: 0.16, strokeOpacity: 0, strokeWidth: 0, activeDot: false, isAnimationActive: false, connectNulls: false }}
        lineProps={({ name }) => ({
          isAnimationActive: false,
          activeDot: false,
          dot: (props) => {
            const { cx, cy, index, stroke } = props as { cx?: number; cy?: number; index: number; stroke?: string };
            const found = points[index]?.lines[lines[Number(String(name).slice(4))]!];
            if (cx === undefined || cy === undefined || !found) return <g key={`${name}-${index}`} />;
            return (
              <g key={`${name}-${index}`} className={classes.clickable} onClick={found.open} data-point>
                <circle cx={cx} cy={cy} r={12} fill="transparent" />
                <circle cx={cx} cy={cy} r={5} fill={stroke} stroke="var(--desk-surface)" strokeWidth={2} />
              </g>
            );
          },
        })}
        tooltipProps={{
          content: ({ label: time, payload }) => {
            const point = points.find((one) => one.time === time);
            if (!point) return null;
            const names = (payload ?? []).filter((one) => !isBand(one.dataKey)).map((one) => lines[Number(String(one.dataKey).slice(4))]!);
            return (
              <Paper px="sm" py={6} withBorder shadow="sm">
                <Text size="xs" fw={650}>{time}</Text>
                {names.map((name) => point.lines[name] && <Text key={name} size="xs">{name ? `${name}: ` : ""}{point.lines[name].text}</Text>)}
              </Paper>
            );
          },
        }}
      />
    </div>
  );
}
