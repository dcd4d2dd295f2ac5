import { Anchor, Button, Group, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconUsersGroup } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { useI18n } from "@/i18n";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { PageHead } from "@/ui/PageHead";
import { ListSkeleton } from "@/ui/Skeletons";
import { reviewersQuery, type ReviewerRow } from "../data";
import { Forest, Head, Panel, PeriodPicker, ScorecardPicker, share, signed, useRange, useScorecards, Warnings, type Pair } from "../parts";
import { filled, usePlace, useSpan, type Place } from "../place";
import classes from "../reports.module.css";

export default function ReviewersPage() {
  const { t } = useI18n();
  const place = usePlace("/reports/reviewers");
  const span = useSpan(place);
  const cards = useScorecards();
  const families = cards.data ?? [];
  const chosen = families.find(({ baseId }) => String(baseId) === place.get("card")) ?? families[0];
  return (
    <Stack p={{ base: "md", sm: "lg" }} gap="md" maw={1400} mx="auto">
      <PageHead title={t("reports.nav.reviewers")} lead={t("reports.reviewers.lead")} />
      {cards.isError ? (
        <ErrorState error={cards.error} onRetry={() => void cards.refetch()} />
      ) : !cards.data ? (
        <ListSkeleton />
      ) : !chosen ? (
        <EmptyState icon={IconUsersGroup} title={t("reports.agreement.noCardsTitle")} text={t("reports.agreement.noCardsText")} />
      ) : (
        <>
          <Group gap="sm" align="flex-end" role="group" aria-label={t("reports.filter.label")}>
            <ScorecardPicker families={families} value={chosen.baseId} onChange={(card) => place.set({ card })} />
            <PeriodPicker place={place} span={span} />
          </Group>
          <OfScorecard place={place} asked={filled({ scorecardBaseId: chosen.baseId, from: span.from, to: span.to })} />
        </>
      )}
    </Stack>
  );
}

function OfScorecard({ place, asked }: { place: Place; asked: { scorecardBaseId: number; from?: string; to?: string } }) {
  const { t, format } = useI18n();
  const report = useQuery(reviewersQuery(asked));
  if (report.isError) return <ErrorState error={report.error} onRetry={() => void report.refetch()} />;
  if (!report.data) return <ListSkeleton />;
  const { minN } = report.data;
  const rows = [...report.data.reviewers].sort((a, b) => a.reviewer.name.localeCompare(b.reviewer.name));
  if (rows.length === 0) {
    return (
      <EmptyState icon={IconUsersGroup} title={t("reports.reviewers.emptyTitle")} text={t("reports.reviewers.emptyText")}>
        {place.get("period") !== "all" && <Button variant="light" onClick={() => place.set({ period: "all", from: null, to: null })}>{t("reports.scores.showAll")}</Button>}
      </EmptyState>
    );
  }
  const clear = rows.flatMap(({ reviewer, severity, warnings }) => {
    const { meanDifference: mean, ci95 } = severity.toAi;
    if (mean === null || !ci95 || warnings.includes("fewPairs") || (ci95[0]! <= 0 && ci95[1]! >= 0)) return [];
    return [t(mean < 0 ? "reports.reviewers.stricter" : "reports.reviewers.milder", { name: reviewer.name, share: share(format, Math.abs(mean)) })];
  });
  const beside = rows.flatMap(({ reviewer, severity }) => {
    const { meanDifference: mean, ci95, n } = severity.toReviewers;
    if (mean === null || !ci95 || n < minN || (ci95[0]! <= 0 && ci95[1]! >= 0)) return [];
    return [t(mean < 0 ? "reports.reviewers.stricterThanOthers" : "reports.reviewers.milderThanOthers", { name: reviewer.name, share: share(format, Math.abs(mean)) })];
  });
  const seen = rows.some(({ warnings }) => warnings.includes("onlySeenAnswers"));
  const ends = rows.flatMap(({ severity }) => [severity.toAi, severity.toReviewers].flatMap(({ ci95, meanDifference }) => [...(ci95 ?? []), meanDifference ?? 0])).map(Math.abs);
  const limit = Math.min(1, Math.max(0.1, Math.ceil(10 * Math.max(0, ...ends)) / 10));
  return (
    <>
      <Panel title={t("reports.agreement.reading")}>
        <Text className={classes.reading} style={{ paddingInlineStart: 12 }}>{[clear.length > 0 ? clear.join(" ") : t("reports.reviewers.within"), ...beside].join(" ")}</Text>
      </Panel>
      <Panel title={t("reports.agreement.table")} hint={seen ? t("reports.reviewers.seenHint") : undefined}>
        <Table.ScrollContainer minWidth={1080}>
          <Table className={classes.numbers} verticalSpacing={10}>
            <Table.Thead>
              <Table.Tr>
                <Head right={false} label={t("reports.reviewers.reviewer")} />
                <Head label={t("reports.reviewers.reviews")} />
                <Head right={false} label={t("reports.reviewers.severity")} hint={t("reports.reviewers.severityHint")} />
                <Head right={false} label={t("reports.reviewers.toOthers")} hint={t("reports.reviewers.toOthersHint")} />
                <Head label={t("reports.reviewers.time")} hint={t("reports.reviewers.timeHint")} />
                <Head label={t("reports.reviewers.changed")} hint={t("reports.reviewers.changedHint")} />
                <Head label={t("reports.reviewers.same")} hint={t("reports.interval.hint")} />
                <Head label={t("reports.reviewers.kappa")} hint={t("reports.agreement.kappaHint")} />
                <Head label={t("reports.reviewers.appeals")} />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>{rows.map((row) => <Row key={row.reviewer.id} row={row} limit={limit} place={place} />)}</Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Panel>
    </>
  );
}

function Row({ row, limit, place }: { row: ReviewerRow; limit: number; place: Place }) {
  const { t, format } = useI18n();
  const range = useRange();
  const { severity, time, changed, agreement, appeals } = row;
  const percent = (value: number) => share(format, value);
  const figure = (value: number | null, interval: Pair, show: (one: number) => string, n: number, more?: ReactNode) => (
    <Table.Td data-right>
      {value === null ? "–" : <Text size="sm" fw={650}>{show(value)}</Text>}
      {value !== null && <Text size="xs" c="dimmed" style={{ whiteSpace: "nowrap" }}>{range(interval, show)}<br />n = {format.number(n)}</Text>}
      {more}
    </Table.Td>
  );
  const { explicit, blind } = agreement;
  const answers = new URLSearchParams({ ...(place.get("card") ? { card: place.get("card")! } : {}), ...(place.get("period") ? { period: place.get("period")! } : {}), by: "reviewer", row: String(row.reviewer.id) });
  return (
    <Table.Tr>
      <Table.Td miw={180}>
        <Stack gap={4} align="flex-start">
          <Anchor component={Link} size="sm" fw={600} to={`/reports/agreement?${answers}`}>{row.reviewer.name}</Anchor>
          <Warnings codes={row.warnings} />
        </Stack>
      </Table.Td>
      <Table.Td data-right>{format.number(row.reviews)}</Table.Td>
      <Table.Td><Severity found={severity.toAi} limit={limit} /></Table.Td>
      <Table.Td><Severity found={severity.toReviewers} limit={limit} /></Table.Td>
      <Table.Td data-right maw={120} style={{ whiteSpace: "normal" }}>
        {time.medianSeconds === null ? "–" : <Text size="sm" fw={650}>{format.duration(time.medianSeconds)} min</Text>}
        {time.n > 0 && <Text size="xs" c="dimmed">{t("reports.reviewers.n", { count: time.n })}</Text>}
        {time.notMeasurable > 0 && <Text size="xs" c="dimmed">{t("reports.reviewers.notMeasured", { count: time.notMeasurable })}</Text>}
      </Table.Td>
      {figure(changed.share, changed.ci95, percent, changed.n)}
      {figure(explicit.exactAgreement, explicit.ci95.exactAgreement, percent, explicit.n,
        blind.exactAgreement !== null && <Text size="xs" c="dimmed">{t("reports.reviewers.blind", { share: percent(blind.exactAgreement), count: blind.n })}</Text>)}
      {figure(explicit.cohenKappa, explicit.ci95.cohenKappa, (value) => format.number(value, 2), explicit.n)}
      <Table.Td data-right maw={140} style={{ whiteSpace: "normal" }}>
        <Text size="sm">{appeals.decided > 0 ? t("reports.reviewers.appealsText", { lost: appeals.lost, partly: appeals.partlyLost, won: appeals.won }) : appeals.open === 0 ? t("reports.reviewers.appealsNone") : ""}</Text>
        {appeals.open > 0 && <Text size="xs" c="dimmed">{t("reports.reviewers.appealsOpen", { count: appeals.open })}</Text>}
      </Table.Td>
    </Table.Tr>
  );
}

function Severity({ found, limit }: { found: { meanDifference: number | null; ci95: Pair; n: number }; limit: number }) {
  const { t, format } = useI18n();
  const range = useRange();
  if (found.meanDifference === null) return "–";
  const points = (value: number) => signed(format, value);
  const text = `${points(found.meanDifference)} %; ${range(found.ci95, points)}; n = ${format.number(found.n)}`;
  return (
    <div style={{ minWidth: 150 }}>
      <Group justify="space-between" gap={4}>
        <Text size="xs" c="dimmed">{t("reports.reviewers.strict")}</Text>
        <Text size="xs" c="dimmed">{t("reports.reviewers.mild")}</Text>
      </Group>
      <Forest value={found.meanDifference} interval={found.ci95} limit={limit} label={text} />
      <Text size="xs" c="dimmed" ta="center" style={{ whiteSpace: "nowrap" }}>{text}</Text>
    </div>
  );
}
