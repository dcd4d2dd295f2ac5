import { Button, Group, Select, Stack, Switch, Text, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconScaleOutline, IconSchool } from "@tabler/icons-react";
import { Link } from "react-router";
import { useI18n } from "@/i18n";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { PageHead } from "@/ui/PageHead";
import { ListSkeleton } from "@/ui/Skeletons";
import { agreementQuery, GROUPS, SOURCES, type AgreementAsked, type AgreementGroup, type AgreementReport } from "../data";
import { Panel, PeriodPicker, ScorecardPicker, useScorecards, Warnings, type Family } from "../parts";
import { filled, usePlace, useSpan, type Place } from "../place";
import classes from "../reports.module.css";
import { AgreementTable } from "./AgreementTable";
import { Pairs } from "./Pairs";
import { readingOf } from "./reading";

const CLOSED = { open: null, key: null, human: null, ai: null };
const EMPTY = { review: "emptyReview", calibration: "emptyCalibration", golden: "emptyGolden" } as const;

export default function AgreementPage() {
  const { t } = useI18n();
  const place = usePlace("/reports/agreement");
  const cards = useScorecards();
  const families = cards.data ?? [];
  const chosen = families.find(({ baseId }) => String(baseId) === place.get("card")) ?? families[0];
  return (
    <Stack p={{ base: "md", sm: "lg" }} gap="md" maw={1400} mx="auto">
      <PageHead title={t("reports.nav.agreement")} lead={t("reports.agreement.lead")}>
        {chosen && <Button component={Link} to={`/reports/trust/${chosen.id}`} variant="default" leftSection={<IconSchool size={17} />}>{t("reports.agreement.toTrust")}</Button>}
      </PageHead>
      {cards.isError ? (
        <ErrorState error={cards.error} onRetry={() => void cards.refetch()} />
      ) : !cards.data ? (
        <ListSkeleton />
      ) : !chosen ? (
        <EmptyState icon={IconScaleOutline} title={t("reports.agreement.noCardsTitle")} text={t("reports.agreement.noCardsText")} />
      ) : (
        <OfScorecard place={place} families={families} chosen={chosen} />
      )}
    </Stack>
  );
}

function OfScorecard({ place, families, chosen }: { place: Place; families: Family[]; chosen: Family }) {
  const { t } = useI18n();
  const span = useSpan(place);
  const asked: AgreementAsked = filled({
    scorecardBaseId: chosen.baseId,
    from: span.from,
    to: span.to,
    source: SOURCES.find((one) => one === place.get("source")) ?? "review",
    groupBy: GROUPS.find((one) => one === place.get("by")) ?? "criterion",
    blindOnly: place.get("blind") === "1",
    includeImplicit: place.get("untouched") === "1",
  });
  const report = useQuery(agreementQuery(asked));
  const change = (values: Record<string, string | null>) => place.set({ ...CLOSED, row: null, ...values });
  const toggle = (name: string, label: string, hint: string) => (
    <Tooltip label={hint} multiline maw={300}>
      <Switch label={label} checked={place.get(name) === "1"} onChange={(event) => change({ [name]: event.currentTarget.checked ? "1" : null })} />
    </Tooltip>
  );
  const nameOf = useGroupName(asked);
  return (
    <>
      <Group gap="sm" align="flex-end" role="group" aria-label={t("reports.filter.label")}>
        <ScorecardPicker families={families} value={chosen.baseId} onChange={(card) => change({ card })} />
        <PeriodPicker place={place} span={span} />
        <Select
          w={{ base: "calc(50% - 6px)", xs: 190 }} label={t("reports.agreement.source")} allowDeselect={false} value={asked.source}
          data={SOURCES.map((one) => ({ value: one, label: t(`reports.agreement.sources.${one}`) }))} onChange={(source) => change({ source: source === "review" ? null : source })}
        />
        <Select
          w={{ base: "calc(50% - 6px)", xs: 160 }} label={t("reports.agreement.by")} allowDeselect={false} value={asked.groupBy}
          data={GROUPS.map((one) => ({ value: one, label: t(`reports.agreement.groups.${one}`) }))} onChange={(by) => change({ by: by === "criterion" ? null : by })}
        />
        <Stack gap={6} pb={4}>
          {toggle("blind", t("reports.agreement.blindOnly"), t("reports.agreement.blindHint"))}
          {toggle("untouched", t("reports.agreement.implicit"), t("reports.agreement.implicitHint"))}
        </Stack>
      </Group>
      {report.isError ? (
        <ErrorState error={report.error} onRetry={() => void report.refetch()} />
      ) : !report.data ? (
        <ListSkeleton />
      ) : report.data.overall.given === 0 && report.data.overall.n === 0 ? (
        <EmptyState icon={IconScaleOutline} title={t("reports.agreement.emptyTitle")} text={t(`reports.agreement.${EMPTY[asked.source]}`)}>
          {place.get("period") !== "all" && <Button variant="light" onClick={() => place.set({ period: "all", from: null, to: null })}>{t("reports.scores.showAll")}</Button>}
        </EmptyState>
      ) : (
        <Shown report={report.data} place={place} nameOf={nameOf} chosen={chosen} />
      )}
      <Pairs asked={asked} place={place} nameOf={(key) => nameOf(report.data?.groups.find((group) => String(group.key ?? "") === key) ?? null)} />
    </>
  );
}

/** What a group is called. */
function useGroupName({ groupBy }: AgreementAsked) {
  const { t, locale } = useI18n();
  return (group: AgreementGroup | null): string => {
    if (group === null) return t("reports.agreement.all");
    const text = group.label || String(group.key ?? "");
    if (groupBy === "month" && /^\d{4}-\d\d$/.test(text)) {
      return new Intl.DateTimeFormat(locale, { month: "long", year: "numeric", timeZone: "UTC" }).format(new Date(`${text}-01T00:00:00Z`));
    }
    return text || t("reports.agreement.unnamed");
  };
}

function Shown(props: { report: AgreementReport; place: Place; nameOf: (group: AgreementGroup | null) => string; chosen: Family }) {
  const i18n = useI18n();
  const { t } = i18n;
  const { report, place, nameOf, chosen } = props;
  const { overall } = report;
  return (
    <>
      <Panel title={t("reports.agreement.reading")}>
        
          <div className={classes.reading} style={{ paddingInlineStart: 12, maxWidth: 860 }} data-reading>
            {readingOf(overall, i18n).map((sentence, place) => <Text key={sentence} span fw={place === 0 ? 650 : 400}>{sentence} </Text>)}
            {overall.n === 0 && <Text size="sm" c="dimmed" mt={6}>{t("reports.agreement.nothingDo")}</Text>}
          </div>

        <Group gap="xs" mt="sm">
          {overall.n > 0 && (
            <Button size="compact-sm" variant="light" onClick={() => place.set({ ...CLOSED, open: "pair" })}>{t("reports.agreement.pairsAll", { count: overall.n })}</Button>
          )}
          {overall.abstentions > 0 && (
            <Button size="compact-sm" variant="default" onClick={() => place.set({ ...CLOSED, open: "abstention" })}>{t("reports.agreement.pairsAbstained", { count: overall.abstentions })}</Button>
          )}
          {overall.n === 0 && (
            <>
              <Button size="compact-sm" variant="default" component={Link} to="/quality/review">{t("reports.agreement.toReview")}</Button>
              <Button size="compact-sm" variant="default" component={Link} to={`/reports/trust/${chosen.id}`}>{t("reports.agreement.toTrust")}</Button>
            </>
          )}
          <Warnings codes={overall.warnings.filter((code) => code !== "noPairs")} />
        </Group>
      </Panel>
      <Panel title={t("reports.agreement.table")}><AgreementTable report={report} place={place} nameOf={nameOf} /></Panel>
    </>
  );
}
