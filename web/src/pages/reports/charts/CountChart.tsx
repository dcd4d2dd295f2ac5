import "@mantine/charts/styles.css";
import { BarChart } from "@mantine/charts";
import { Paper, Text } from "@mantine/core";
import classes from "../reports.module.css";

export interface Count {
  name: string;
  count: number;
  text: string;
  open: () => void;
}

/** How often each of a few things occurs; a list beside it holds the same figures. */
export default function CountChart({ counts, label }: { counts: Count[]; label: string }) {
  return (
    <div role="img" aria-label={label} className={classes.chart}>
      <BarChart
        h={210} data={counts as never} dataKey="name" series={[{ name: "count", color: "assay.6" }]} tickLine="none" gridAxis="y"
        barChartProps={{ accessibilityLayer: false, margin: { top: 8, right: 8 } }} yAxisProps={{ allowDecimals: false, width: 36 }}
        xAxisProps={{ interval: 0, tick: { fontSize: 11 } }}
        barProps={{ isAnimationActive: false, className: classes.clickable, onClick: (_: unknown, place: number) => counts[place]?.open() }}
        tooltipProps={{
          content: ({ label: name }) => {
            const found = counts.find((one) => one.name === name);
            return found ? <Paper px="sm" py={6} withBorder shadow="sm"><Text size="xs">{found.text}</Text></Paper> : null;
          },
        }}
      />
    </div>
  );
}
