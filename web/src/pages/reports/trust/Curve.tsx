import { Accordion, Skeleton, Stack, Table, Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import { useI18n } from "@/i18n";
import type { CoveragePoint } from "../data";
import { Head, share } from "../parts";
import classes from "../reports.module.css";

const CurveChart = lazy(() => import("../charts/CurveChart"));

/** Judges by the name under which they are calibrated. */
export function useJudgeName(): (judge: string) => string {
  const { t } = useI18n();
  return (judge) => (judge === "builtIn" ? t("reports.trust.builtIn") : judge);
}

/** How much is answered at each threshold, and how much of it agrees; with the points as a table. */
export function Curve({ judge, n, points, target }: { judge: string; n: number; points: CoveragePoint[]; target: number }) {
  const { t, format } = useI18n();
  const nameOf = useJudgeName();
  if (points.length === 0) return <Text size="sm" c="dimmed">{t("reports.trust.curveNone")}</Text>;
  const percent = (value: number) => share(format, value);
  const agreements = points.map((point) => point.agreement);
  const coverages = points.map((point) => point.coverage);
  const label = t("reports.trust.curveLabel", {
    judge: nameOf(judge), low: percent(Math.min(...agreements)), high: percent(Math.max(...agreements)), first: percent(Math.min(...coverages)), last: percent(Math.max(...coverages)), n,
  });
  const text = (point: CoveragePoint) =>
    `${t("reports.trust.threshold")} ${share(format, point.threshold, 1)} · ${t("reports.trust.coverage")} ${percent(point.coverage)} · ${t("reports.trust.agreement")} ${percent(point.agreement)} · n = ${format.number(point.n)}`;
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600}>{nameOf(judge)} <Text span size="sm" c="dimmed" fw={400}>n = {format.number(n)}</Text></Text>
      <Suspense fallback={<Skeleton height={250} />}>
        <CurveChart
          points={points} target={target} targetLabel={t("reports.trust.targetLine", { share: percent(target) })} label={label} text={text} percent={percent}
          axes={{ coverage: t("reports.trust.coverage"), agreement: t("reports.trust.agreement") }}
        />
      </Suspense>
      <Accordion chevronPosition="left" styles={{ control: { paddingInline: 0 }, label: { paddingBlock: 4 }, item: { border: 0 } }}>
        <Accordion.Item value="points">
          <Accordion.Control><Text size="sm">{t("reports.trust.curveTable")}</Text></Accordion.Control>
          <Accordion.Panel>
            <Table className={classes.numbers} verticalSpacing={3} w="auto" fz="sm">
              <Table.Thead>
                <Table.Tr>
                  <Head label={t("reports.trust.threshold")} />
                  <Head label={t("reports.trust.coverage")} />
                  <Head label={t("reports.trust.agreement")} />
                  <Head label={t("reports.trust.n")} />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {points.map((point, place) => (
                  <Table.Tr key={place}>
                    <Table.Td data-right>{share(format, point.threshold, 1)}</Table.Td>
                    <Table.Td data-right>{percent(point.coverage)}</Table.Td>
                    <Table.Td data-right>{percent(point.agreement)}</Table.Td>
                    <Table.Td data-right>{format.number(point.n)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Accordion.Panel>
        </Accordion.Item>
      </Accordion>
    </Stack>
  );
}
