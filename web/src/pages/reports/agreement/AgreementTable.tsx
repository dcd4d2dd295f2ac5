import { Button, Group, SimpleGrid, Stack, Table, Text, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { Fragment, type ReactNode } from "react";
import { useI18n } from "@/i18n";
import type { AgreementGroup, AgreementReport } from "../data";
import { Head, share, signed, useRange, Warnings, type Pair } from "../parts";
import type { Place } from "../place";
import classes from "../reports.module.css";
import { Matrix } from "./Matrix";
import { readingOf } from "./reading";

const COLUMNS = 10;

interface Props {
  report: AgreementReport;
  place: Place;
  nameOf: (group: AgreementGroup | null) => string;
}

export function AgreementTable({ report, place, nameOf }: Props) {
  const { t } = useI18n();
  const several = report.groups.length > 1;
  return (
    <Table.ScrollContainer minWidth={1020}>
      <Table className={classes.numbers} verticalSpacing={8}>
        <Table.Thead>
          <Table.Tr>
            <Head right={false} label={t(`reports.agreement.groups.${report.groupBy}`)} />
            <Head label={t("reports.agreement.n")} hint={t("reports.agreement.nHint")} />
            <Head label={t("reports.agreement.exact")} hint={t("reports.interval.hint")} />
            <Head label={t("reports.agreement.constantShort")} hint={t("reports.agreement.constantHint")} />
            <Head label={t("reports.agreement.gain")} hint={t("reports.agreement.gainHint")} />
            <Head label={t("reports.agreement.kappaShort")} hint={t("reports.agreement.kappaHint")} />
            <Head label={t("reports.agreement.alpha")} hint={t("reports.agreement.alphaHint")} />
            <Head label={t("reports.agreement.ceilingShort")} hint={t("reports.agreement.ceilingHint")} />
            <Head label={t("reports.agreement.coverageShort")} hint={t("reports.agreement.coverageHint")} />
            <Head label={t("reports.agreement.bias")} hint={t("reports.agreement.biasHint")} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {report.groups.map((group) => <Row key={String(group.key)} group={group} name={nameOf(group)} place={place} />)}
          {several && <Figures group={report.overall} name={<Text size="sm" fw={700}>{t("reports.agreement.all")}</Text>} />}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Row({ group, name, place }: { group: AgreementGroup; name: string; place: Place }) {
  const { t } = useI18n();
  const key = group.key === null || group.key === "" ? "-" : String(group.key);
  const opened = place.get("row") === key;
  return (
    <Fragment>
      <Figures
        group={group}
        name={
          <UnstyledButton
            className={classes.rowButton} fz="sm" aria-expanded={opened} aria-label={t("reports.agreement.details", { name })} onClick={() => place.set({ row: opened ? null : key })}
          >
            <Group gap={4} wrap="nowrap" align="flex-start">
              {opened ? <IconChevronDown size={16} style={{ flexShrink: 0, marginTop: 2 }} /> : <IconChevronRight size={16} style={{ flexShrink: 0, marginTop: 2 }} />}
              {name}
            </Group>
          </UnstyledButton>
        }
      />
      {opened && (
        <Table.Tr className={classes.detail}>
          <Table.Td colSpan={COLUMNS}><Detail group={group} place={place} groupKey={key} /></Table.Td>
        </Table.Tr>
      )}
    </Fragment>
  );
}

function Figures({ group, name }: { group: AgreementGroup; name: ReactNode }) {
  const { format } = useI18n();
  const range = useRange();
  const { constant } = group.baselines;
  const figure = (value: number | null, interval: Pair, show: (one: number) => string, bold = false) => (
    <Table.Td data-right>
      {value === null ? "–" : <Text span size="sm" fw={bold ? 700 : 500}>{show(value)}</Text>}
      {value !== null && <Text size="xs" c="dimmed" style={{ whiteSpace: "nowrap" }}>{range(interval, show)}</Text>}
    </Table.Td>
  );
  const percent = (value: number) => share(format, value);
  const two = (value: number) => format.number(value, 2);
  const points = (value: number) => signed(format, value);
  return (
    <Table.Tr>
      <Table.Td miw={200}>
        <Stack gap={4} align="flex-start">{name}<Warnings codes={group.warnings} /></Stack>
      </Table.Td>
      <Table.Td data-right fw={600}>{format.number(group.n)}</Table.Td>
      {figure(group.exactAgreement, group.ci95.exactAgreement, percent, true)}
      {figure(constant.exactAgreement, constant.ci95.exactAgreement, percent)}
      {figure(constant.gain, constant.ci95.gain, points)}
      {figure(group.cohenKappa, group.ci95.cohenKappa, two)}
      {figure(group.krippendorffAlpha, group.ci95.krippendorffAlpha, two)}
      {figure(group.humanCeiling?.krippendorffAlpha ?? null, group.humanCeiling?.ci95, two)}
      {figure(group.coverage, group.ci95.coverage, percent)}
      {figure(group.bias, group.ci95.bias, (value) => `${points(value)} %`)}
    </Table.Tr>
  );
}

function Detail({ group, place, groupKey }: { group: AgreementGroup; place: Place; groupKey: string }) {
  const i18n = useI18n();
  const { t, format } = i18n;
  const range = useRange();
  const open = (kind: "pair" | "abstention", human: string | null = null, ai: string | null = null) => place.set({ open: kind, key: groupKey, human, ai });
  const percent = (value: number) => share(format, value);
  const two = (value: number) => format.number(value, 2);
  const offset = group.baselines.reviewerOffset;
  const more: [string, number | null, Pair, (value: number) => string, number][] = [
    [t("reports.agreement.withinOne"), group.withinOne, group.ci95.withinOne, percent, group.nOf.withinOne],
    [t("reports.agreement.mae"), group.meanAbsoluteError, group.ci95.meanAbsoluteError, (value) => share(format, value, 1), group.nOf.meanAbsoluteError],
    [t("reports.agreement.applicability"), group.applicabilityKappa, group.ci95.applicabilityKappa, two, group.nOf.applicabilityKappa],
    [t("reports.agreement.offset"), offset.meanAbsoluteError, offset.ci95.meanAbsoluteError, (value) => share(format, value, 1), offset.n],
  ];
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg" p="xs">
      <Stack gap="sm">
        <Text size="sm" className={classes.reading} style={{ paddingInlineStart: 10 }}>{readingOf(group, i18n).join(" ")}</Text>
        <Group gap="xs">
          {group.n > 0 && <Button size="compact-sm" variant="light" onClick={() => open("pair")}>{t("reports.agreement.pairsAll", { count: group.n })}</Button>}
          {group.abstentions > 0 && <Button size="compact-sm" variant="default" onClick={() => open("abstention")}>{t("reports.agreement.pairsAbstained", { count: group.abstentions })}</Button>}
        </Group>
        {group.n > 0 && (
          <Table withRowBorders={false} verticalSpacing={2} w="auto" fz="sm">
            <Table.Tbody>
              {more.filter(([, value]) => value !== null).map(([label, value, interval, show, n]) => (
                <Table.Tr key={label}>
                  <Table.Th fw={500} scope="row">{label}</Table.Th>
                  <Table.Td data-right fw={600}>{show(value!)}</Table.Td>
                  <Table.Td c="dimmed">{range(interval, show)}; n = {format.number(n)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Stack>
      {group.confusionMatrix && <Matrix found={group.confusionMatrix} onOpen={(human, ai) => open("pair", human, ai)} />}
    </SimpleGrid>
  );
}
