import { Table, Text, UnstyledButton } from "@mantine/core";
import { useI18n } from "@/i18n";
import { isTime, type Dimension, type ScoresRow } from "../data";
import { Head, useRange } from "../parts";
import classes from "../reports.module.css";
import { keyText, useNames } from "./names";

interface Props {
  rows: readonly ScoresRow[];
  by: readonly Dimension[];
  ranked: boolean;
  onOpen: (row: ScoresRow) => void;
}

export function ScoresTable({ rows, by, ranked, onOpen }: Props) {
  const { t, format } = useI18n();
  const names = useNames();
  const range = useRange();
  const number = (value: number) => <Table.Td data-right>{format.number(value)}</Table.Td>;
  return (
    <Table.ScrollContainer minWidth={980}>
      <Table className={classes.numbers} highlightOnHover verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            {by.map((one) => <Head key={one} right={false} label={t(`reports.dimension.${one}`)} />)}
            <Head label={t("reports.scores.assessments")} />
            <Head label={t("reports.scores.reviewed")} />
            <Head label={t("reports.scores.mean")} />
            <Head label={t("reports.scores.interval95")} hint={t("reports.interval.hint")} />
            <Head label={t("reports.scores.median")} />
            {ranked && <Head label={t("reports.scores.rank")} />}
            <Head label={t("reports.scores.knockOutsShort")} />
            <Head label={t("reports.scores.needsHumanShort")} />
            <Head label={t("reports.scores.notApplicable")} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={keyText(row.key as never)}>
              {by.map((one, place) => (
                <Table.Td key={one} data-fixed={isTime(one) || undefined}>
                  {place === 0 ? (
                    <UnstyledButton className={classes.rowButton} fz="sm" onClick={() => onOpen(row)} aria-label={t("reports.scores.open", { name: names.row(row, by) })}>
                      {names.part(row, one)}
                    </UnstyledButton>
                  ) : names.part(row, one)}
                </Table.Td>
              ))}
              {number(row.assessments)}
              {number(row.reviewed)}
              <Table.Td data-right fw={650}>{row.meanPercentage === null ? "–" : format.percent(row.meanPercentage, 1)}</Table.Td>
              <Table.Td data-right>{range(row.ci95, (value) => format.number(value, 1))}</Table.Td>
              <Table.Td data-right>{row.medianPercentage === null ? "–" : format.percent(row.medianPercentage, 1)}</Table.Td>
              {ranked && <Table.Td data-right>{row.rank === null ? <Text span size="sm" c="dimmed">{t("reports.scores.tooFew")}</Text> : row.rank}</Table.Td>}
              {number(row.knockOuts)}
              {number(row.needsHuman)}
              {number(row.notApplicable)}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
