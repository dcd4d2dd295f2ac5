import { Alert, Badge, Button, Group, SimpleGrid, Stack, Text, Title, Tooltip } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useQueries, useQuery } from "@tanstack/react-query";
import { IconBook, IconStars } from "@tabler/icons-react";
import { Link, useNavigate } from "react-router";
import { useLive } from "@/api/live";
import { useSession } from "@/app/auth";
import { useI18n } from "@/i18n";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { ListSkeleton } from "@/ui/Skeletons";
import { isAppealState, type AppealState } from "./appeals/data";
import { AppealBadge } from "./appeals/parts";
import { assessmentQuery, assessmentsQuery, useFamilies } from "./data";
import { locate } from "./model/review";
import { meanOf, meansByCriterion, type CriterionMean } from "./model/mine";
import type { AssessmentSummary } from "./model/types";
import { ScoreText, StateBadge, scoreColor } from "./parts";
import type { Trail } from "./queue";
import classes from "./quality.module.css";

const LATEST_READ = 12;
const SHOWN_STATES = "aiReady,reviewOngoing,reviewedBySupervisor,discussedWithAssessee";

export default function MyQualityPage() {
  const { t } = useI18n();
  const { me } = useSession();
  const found = useQuery(assessmentsQuery({ user: me.profile.id, state: SHOWN_STATES, limit: 200 }));
  useLive("quality", () => void found.refetch());
  const rows = found.data?.assessments ?? [];
  return (
    <Stack p={{ base: "md", sm: "lg" }} gap="md" maw={1200} mx="auto">
      <div>
        <Title order={1} size="h2">{t("quality.mine.title")}</Title>
        <Text c="dimmed" size="sm">{t("quality.mine.intro")}</Text>
      </div>
      {found.isError ? (
        <ErrorState error={found.error} onRetry={() => void found.refetch()} />
      ) : !found.data ? (
        <ListSkeleton />
      ) : rows.length === 0 ? (
        <EmptyState icon={IconStars} title={t("quality.mine.emptyTitle")} text={t("quality.mine.emptyText")} />
      ) : (
        <Own rows={rows} />
      )}
    </Stack>
  );
}

function Own({ rows }: { rows: AssessmentSummary[] }) {
  const { t, format } = useI18n();
  const families = useFamilies();
  const workTime = (row: AssessmentSummary) => row.worklog.lastInteraction ?? row.createdAt;
  const newest = [...rows].sort((a, b) => workTime(b).localeCompare(workTime(a)));
  const ids = newest.map((row) => row.id);
  const trail: Trail = { ids, back: "/quality/mine" };
  const details = useQueries({ queries: newest.slice(0, LATEST_READ).map((row) => assessmentQuery(row.id)) });
  const criteria = details.flatMap(({ data }) => (data ? locate(data.data.categories).map(({ criterion }) => ({ criterion, base: data.scorecardBaseId })) : []));
  const means = meansByCriterion(criteria);
  const monthAgo = new Date(Date.now() - 30 * 86_400_000).toISOString();
  const unread = newest.filter(isUnread);
  const month = newest.filter((row) => workTime(row) >= monthAgo);
  return (
    <>
      {unread[0] && (
        <Alert variant="light" icon={<IconBook size={18} />} py={10}>
          <Group justify="space-between" gap="sm">
            <Text size="sm">{t("appeals.mineWaiting", { count: unread.length })}</Text>
            <Button component={Link} size="compact-sm" variant="light" to={`/quality/assessment/${unread[0].id}`} state={{ ids: unread.map((row) => row.id), back: trail.back }}>
              {t("appeals.mineRead")}
            </Button>
          </Group>
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }}>
        <Figure label={t("quality.mine.average")} value={meanOf(newest)} note={t("quality.mine.averageOf", { count: newest.length })} />
        <Figure label={t("quality.mine.lastMonth")} value={meanOf(month)} note={t("quality.mine.averageOf", { count: month.length })} />
      </SimpleGrid>
      <section className={classes.panel}>
        <Text component="h2" fw={650} size="sm" mb="sm">{t("quality.mine.trend")}</Text>
        <Trend rows={[...newest].reverse()} trail={trail} workTime={workTime} />
      </section>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Criteria title={t("quality.mine.strengths")} means={means.filter((mean) => mean.percentage >= 85).slice(0, 5)} />
        <Criteria title={t("quality.mine.toChange")} means={means.filter((mean) => mean.percentage < 85).reverse().slice(0, 5)} />
      </SimpleGrid>
      <section>
        <Text component="h2" fw={650} size="sm" mb="xs">{t("quality.mine.list")}</Text>
        <div className={classes.list}>
          {newest.map((row) => (
            <Link
              key={row.id} className={classes.row} to={`/quality/assessment/${row.id}`} state={trail}
            >
              <div><StateBadge state={row.state} /></div>
              <Text size="sm" fw={600} truncate>{families.name(row.scorecardBaseId)}</Text>
              <Text size="sm" c="dimmed">{format.date(workTime(row))}</Text>
              <div><ScoreText percentage={row.totals.percentage} knockedOut={row.totals.knockedOut} /></div>
              <div>{isUnread(row) && <Badge variant="dot" tt="none">{t("appeals.notAcknowledged")}</Badge>}</div>
              <Group gap={8}>
                <Text size="xs" c="dimmed">{t("quality.queue.ticket", { id: String(row.ticketId) })}</Text>
                {isAppealState(row.appealState) && <AppealMark state={row.appealState} />}
              </Group>
            </Link>
          ))}
        </div>
      </section>
    </>
  );
}

const isUnread = (row: AssessmentSummary): boolean =>
  row.acknowledgedAt === null && (row.state === "reviewedBySupervisor" || row.state === "discussedWithAssessee");

function AppealMark({ state }: { state: AppealState }) {
  const { t } = useI18n();
  return <Group gap={4}><Text size="xs" c="dimmed">{t("appeals.single")}:</Text><AppealBadge state={state} /></Group>;
}

function Figure({ label, value, note }: { label: string; value: number | null; note: string }) {
  const { t, format } = useI18n();
  return (
    <div className={classes.panel}>
      <Text size="sm" c="dimmed">{label}</Text>
      <Text className={classes.percent} my={6}>{value === null ? t("quality.mine.noFigure") : format.percent(value, 1)}</Text>
      <Text size="xs" c="dimmed">{note}</Text>
    </div>
  );
}

function Criteria({ title, means }: { title: string; means: CriterionMean[] }) {
  const { t, format } = useI18n();
  return (
    <section className={classes.panel}>
      <Text component="h2" fw={650} size="sm" mb="sm">{title}</Text>
      {means.length === 0 && <Text size="sm" c="dimmed">{t("quality.mine.noStrengths")}</Text>}
      <Stack gap="sm">
        {means.map((mean) => (
          <div key={mean.key}>
            <Group justify="space-between" wrap="nowrap" gap="sm">
              <Text size="sm" fw={600}>{mean.label}</Text>
              <Text size="xs" c="dimmed" style={{ whiteSpace: "nowrap" }}>
                {t("quality.mine.criterionMean", { percent: format.percent(mean.percentage), count: mean.count })}
              </Text>
            </Group>
            {mean.reason && <Text size="xs" c="dimmed" lineClamp={2}>{mean.reason}</Text>}
          </div>
        ))}
      </Stack>
    </section>
  );
}

const HEIGHT = 180;
const INSET = { left: 44, right: 12, top: 10, bottom: 22 };

/** Every assessment is a point by the day of the work; the list below holds the same figures as text. */
function Trend({ rows, trail, workTime }: { rows: AssessmentSummary[]; trail: Trail; workTime: (row: AssessmentSummary) => string }) {
  const { t, format } = useI18n();
  const navigate = useNavigate();
  const { ref, width: room } = useElementSize();
  const width = Math.max(260, room);
  const points = rows.flatMap((row) => (row.totals.percentage === null ? [] : [{ row, at: Date.parse(workTime(row)), value: row.totals.percentage }]));
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return <Text size="sm" c="dimmed">{t("quality.mine.noStrengths")}</Text>;
  const span = Math.max(1, last.at - first.at);
  const x = (at: number) => INSET.left + ((at - first.at) / span) * (width - INSET.left - INSET.right);
  const y = (value: number) => INSET.top + ((100 - value) / 100) * (HEIGHT - INSET.top - INSET.bottom);
  const values = points.map((point) => point.value);
  const path = points.map((point, index) => `${index === 0 ? "M" : "L"}${x(point.at).toFixed(1)} ${y(point.value).toFixed(1)}`).join(" ");
  const label = t("quality.mine.trendLabel", {
    from: format.date(new Date(first.at)), to: format.date(new Date(last.at)), low: format.percent(Math.min(...values), 1), high: format.percent(Math.max(...values), 1),
  });
  return (
    <div ref={ref}>
      <svg viewBox={`0 0 ${width} ${HEIGHT}`} width="100%" height={HEIGHT} role="img" aria-label={label}>
        {[0, 50, 100].map((value) => (
          <g key={value}>
            <line x1={INSET.left} x2={width - INSET.right} y1={y(value)} y2={y(value)} stroke="var(--desk-line)" />
            <text x={INSET.left - 8} y={y(value) + 4} textAnchor="end" fontSize="12" fill="var(--desk-quiet)">{format.percent(value)}</text>
          </g>
        ))}
        <text x={INSET.left} y={HEIGHT - 4} fontSize="12" fill="var(--desk-quiet)">{format.date(new Date(first.at))}</text>
        <text x={width - INSET.right} y={HEIGHT - 4} textAnchor="end" fontSize="12" fill="var(--desk-quiet)">{format.date(new Date(last.at))}</text>
        <path d={path} fill="none" stroke="var(--mantine-color-assay-5)" strokeWidth="1.5" opacity="0.5" />
        {points.map((point) => (
          <Tooltip key={point.row.id} label={`${format.date(new Date(point.at))} · ${format.percent(point.value, 1)}`}>
            <circle
              className={classes.chartDot} cx={x(point.at)} cy={y(point.value)} r="5" fill={`var(--mantine-color-${scoreColor(point.value)}-6)`}
              onClick={() => void navigate(`/quality/assessment/${point.row.id}`, { state: trail })}
            />
          </Tooltip>
        ))}
      </svg>
    </div>
  );
}
