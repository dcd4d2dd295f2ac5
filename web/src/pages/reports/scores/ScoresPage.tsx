import { Alert, Button, Group, Menu, Select, SimpleGrid, Stack, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconChartBarOff, IconChevronDown, IconDownload } from "@tabler/icons-react";
import { Link } from "react-router";
import { useSession } from "@/app/auth";
import { useI18n } from "@/i18n";
import { useTeams } from "@/pages/quality/data";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { PageHead } from "@/ui/PageHead";
import { ListSkeleton } from "@/ui/Skeletons";
import { DIMENSIONS, isTime, scoresFile, scoresQuery, type Dimension, type ScoresAsked, type ScoresReport } from "../data";
import { Figure, Panel, PeriodPicker, ScorecardPicker, useScorecards } from "../parts";
import { filled, usePlace, useSpan, type Place } from "../place";
import classes from "../reports.module.css";
import { Bars } from "./Bars";
import { Behind } from "./Behind";
import { Automation, Distribution } from "./Distribution";
import { OverTime } from "./OverTime";
import { ScoresTable } from "./ScoresTable";
import { keyText } from "./names";

export const MIN_N = 5;

const dimensionOf = (text: string | null): Dimension | undefined => DIMENSIONS.find((one) => one === text);

function useAsked(place: Place): ScoresAsked {
  const span = useSpan(place);
  const first = dimensionOf(place.get("by")) ?? "agent";
  const second = dimensionOf(place.get("then"));
  const by = second && second !== first && !(isTime(first) && isTime(second)) ? [first, second] : [first];
  const team = place.get("team");
  return filled({ by, from: span.from, to: span.to, scorecardBaseId: Number(place.get("card")) || undefined, teams: team ? [team] : undefined });
}

export default function ScoresPage() {
  const { t } = useI18n();
  const place = usePlace("/reports/scores");
  const asked = useAsked(place);
  const report = useQuery(scoresQuery(asked));
  return (
    <Stack p={{ base: "md", sm: "lg" }} gap="md" maw={1400} mx="auto">
      <PageHead title={t("reports.nav.scores")} lead={t("reports.scores.lead")}><Export asked={asked} /></PageHead>
      <Filters place={place} asked={asked} />
      {report.isError ? (
        <ErrorState error={report.error} onRetry={() => void report.refetch()} />
      ) : !report.data ? (
        <ListSkeleton rows={7} />
      ) : report.data.overall.assessments === 0 ? (
        <EmptyState icon={IconChartBarOff} title={t("reports.scores.emptyTitle")} text={t("reports.scores.emptyText")}>
          {place.get("period") !== "all" && <Button variant="light" onClick={() => place.set({ period: "all", from: null, to: null })}>{t("reports.scores.showAll")}</Button>}
        </EmptyState>
      ) : (
        <Shown report={report.data} asked={asked} place={place} />
      )}
      <Behind asked={asked} place={place} report={report.data} />
    </Stack>
  );
}

function Filters({ place, asked }: { place: Place; asked: ScoresAsked }) {
  const { t } = useI18n();
  const span = useSpan(place);
  const cards = useScorecards();
  const teams = useTeams();
  const [first, second] = asked.by;
  const choices = DIMENSIONS.map((one) => ({ value: one, label: t(`reports.dimension.${one}`) }));
  return (
    <Group gap="sm" align="flex-end" role="group" aria-label={t("reports.filter.label")}>
      <PeriodPicker place={place} span={span} />
      <ScorecardPicker any families={cards.data ?? []} value={asked.scorecardBaseId ?? null} onChange={(card) => place.set({ card, open: null })} />
      <Select
        w={{ base: "100%", xs: 170 }} label={t("reports.filter.team")} placeholder={t("reports.filter.anyTeam")} clearable searchable={teams.list.length > 8}
        value={place.get("team")} onChange={(team) => place.set({ team, open: null })} data={teams.list.map(({ id, name }) => ({ value: String(id), label: name }))}
        clearButtonProps={{ "aria-label": t("common.clear") }}
      />
      <Select
        w={{ base: "calc(50% - 6px)", xs: 180 }} label={t("reports.filter.by")} allowDeselect={false} value={first} data={choices}
        onChange={(by) => place.set({ by: by === "agent" ? null : by, open: null })}
      />
      <Select
        w={{ base: "calc(50% - 6px)", xs: 180 }} label={t("reports.filter.then")} placeholder={t("reports.filter.thenNothing")} clearable value={second ?? null}
        data={choices.filter(({ value }) => value !== first && !(isTime(value) && first !== undefined && isTime(first)))} onChange={(then) => place.set({ then, open: null })}
        clearButtonProps={{ "aria-label": t("common.clear") }}
      />
    </Group>
  );
}

function Export({ asked }: { asked: ScoresAsked }) {
  const { t } = useI18n();
  const { can } = useSession();
  return (
    <Menu position="bottom-end" withArrow>
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={17} />} rightSection={<IconChevronDown size={15} />}>{t("reports.filter.export")}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component="a" href={scoresFile(asked, "xlsx")} download>{t("reports.filter.xlsx")}</Menu.Item>
        <Menu.Item component="a" href={scoresFile(asked, "csv")} download>{t("reports.filter.csv")}</Menu.Item>
        {can("exportData") && <Menu.Item component={Link} to="/admin/exports">{t("reports.filter.exports")}</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  );
}

function Shown({ report, asked, place }: { report: ScoresReport; asked: ScoresAsked; place: Place }) {
  const { t, format } = useI18n();
  const { overall, rows } = report;
  const percent = (value: number) => format.percent(value, 1);
  const open = (key: object) => place.set({ open: keyText(key as never), bin: null });
  const time = asked.by.find(isTime);
  const words = asked.by.map((one) => t(`reports.dimension.${one}`)).join(", ");
  return (
    <>
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
        <Figure
          label={`${t("reports.scores.overall")}: ${t("reports.scores.mean")}`}
          value={<span data-overall-mean>{overall.meanPercentage === null ? t("reports.scores.noScore") : percent(overall.meanPercentage)}</span>}
          note={overall.ci95 ? t("reports.scores.meanRange", { low: percent(overall.ci95[0]), high: percent(overall.ci95[1]) }) : t("reports.scores.meanUnsure")}
        />
        <Figure
          label={t("reports.scores.assessments")} note={t("reports.scores.reviewedOf", { count: overall.reviewed })}
          value={<UnstyledButton className={classes.rowButton} fz="inherit" onClick={() => open({})}>{format.number(overall.assessments)} <VisuallyHidden>{t("reports.scores.open", { name: t("reports.scores.overall") })}</VisuallyHidden></UnstyledButton>}
        />
        <Figure label={t("reports.scores.knockOuts")} value={format.number(overall.knockOuts)} note={`${t("reports.scores.needsHuman")}: ${format.number(overall.needsHuman)}`} />
        <Figure
          label={t("reports.scores.handling")} note={t("reports.scores.handlingHint")}
          value={overall.handlingSeconds === null || overall.handlingSeconds === undefined ? "–" : `${format.duration(overall.handlingSeconds)} min`}
        />
      </SimpleGrid>
      {time ? (
        <Panel title={t("reports.scores.chartTime")} hint={t("reports.scores.lineHint")}>
          <OverTime rows={rows} by={asked.by} onOpen={(row) => open(row.key)} />
        </Panel>
      ) : (
        <Panel title={t("reports.scores.chart", { by: words })} hint={t("reports.scores.chartHint")}>
          <Bars rows={rows} by={asked.by} minN={MIN_N} onOpen={(row) => open(row.key)} />
        </Panel>
      )}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Distribution overall={overall} onOpen={(bin) => place.set({ open: "all", bin })} />
        <Automation overall={overall} onOpen={(level) => open({ automationLevel: level })} />
      </SimpleGrid>
      <Panel title={t("reports.scores.table")}>
        <ScoresTable rows={rows} by={asked.by} ranked={!time} onOpen={(row) => open(row.key)} />
        {report.total > rows.length && <Alert color="gray" mt="sm">{format.number(rows.length)} / {format.number(report.total)}</Alert>}
      </Panel>
    </>
  );
}

