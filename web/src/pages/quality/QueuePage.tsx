import { Alert, Anchor, Badge, Button, Group, Pagination, Progress, Select, Stack, Tabs, Text, Title, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconAlertTriangle, IconArrowRight, IconDice3, IconFlag, IconPencil, IconScale, IconSkull, IconUserQuestion, type Icon, IconTargetArrow, IconUsers } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { useLive } from "@/api/live";
import { useSession } from "@/app/auth";
import { useI18n } from "@/i18n";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState, useShowError } from "@/ui/ErrorState";
import { Keys, useHotkey } from "@/ui/hotkeys";
import { Person } from "@/ui/Person";
import { ListSkeleton } from "@/ui/Skeletons";
import { TimeAgo } from "@/ui/TimeAgo";
import { assessmentsQuery, prefetchReview, useFamilies, usePeople, useTeams, type AssessmentFilters, type Lookup } from "./data";
import type { AssessmentState, AssessmentSummary } from "./model/types";
import { ScoreText, StateBadge } from "./parts";
import { waitingSecondsQuery } from "./second/data";
import { nextReview, queueQuery, REVIEW_REASONS, type QueueFilters, type ReviewQueue, type ReviewReason, type Trail, type WaitingState } from "./queue";
import classes from "./quality.module.css";

const PAGE_ROWS = 50;
const REASON_LOOK: Record<ReviewReason, { icon: Icon; color: string }> = {
  appeal: { icon: IconScale, color: "grape" },
  knockOut: { icon: IconSkull, color: "red" },
  uncertain: { icon: IconUserQuestion, color: "orange" },
  started: { icon: IconPencil, color: "assay" },
  sample: { icon: IconTargetArrow, color: "grape" },
  random: { icon: IconDice3, color: "blue" },
  failed: { icon: IconAlertTriangle, color: "red" },
};
const QUEUE_STATES = ["aiReady", "reviewOngoing", "error"] as const;
const ALL_STATES = ["unprocessed", "aiInProgress", "aiReady", "reviewOngoing", "reviewedBySupervisor", "discussedWithAssessee", "error"] as const;
const ORDERS = {
  newest: { orderByField: "createdAt", orderByDirection: "desc", label: "sortNewest" },
  oldest: { orderByField: "createdAt", orderByDirection: "asc", label: "sortOldest" },
  lowest: { orderByField: "percentage", orderByDirection: "asc", label: "sortLowest" },
  highest: { orderByField: "percentage", orderByDirection: "desc", label: "sortHighest" },
} as const;
type Order = keyof typeof ORDERS;

const FILTER_KEYS = ["user", "team", "card", "state", "reason", "page", "order"] as const;

function useFilters() {
  const [params, setParams] = useSearchParams();
  const number = (name: string) => Number(params.get(name)) || undefined;
  const set = (name: (typeof FILTER_KEYS)[number] | "tab", value: string | null) =>
    setParams(
      (previous) => {
        const next = new URLSearchParams(previous);
        if (value) next.set(name, value);
        else next.delete(name);
        if (name !== "page") next.delete("page");
        if (name === "tab") for (const key of ["state", "reason"]) next.delete(key);
        return next;
      },
      { replace: true },
    );
  const clear = () => setParams((previous) => new URLSearchParams(previous.get("tab") ? { tab: "all" } : {}), { replace: true });
  return { params, number, set, clear, path: `/quality/review${params.size > 0 ? `?${params}` : ""}` };
}

type Filters = ReturnType<typeof useFilters>;

/** The state is one of the open tab's: changing the tab forgets it. */
function shared({ number, params }: Filters): QueueFilters {
  const filters: QueueFilters = {
    user: number("user"),
    team: number("team"),
    scorecardBaseId: number("card"),
    state: (params.get("state") as WaitingState | null) ?? undefined,
  };
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
}

export default function QueuePage() {
  const { t } = useI18n();
  const filters = useFilters();
  const client = useQueryClient();
  const all = filters.params.get("tab") === "all";
  useLive("quality", () => {
    void client.invalidateQueries({ queryKey: ["quality", "queue"] });
    void client.invalidateQueries({ queryKey: ["quality", "assessments"] });
  });
  const people = usePeople();
  const families = useFamilies();
  const navigate = useNavigate();
  const showError = useShowError();
  const asked = shared(filters);
  const reason = (filters.params.get("reason") as ReviewReason | null) ?? undefined;
  const guided: QueueFilters = { ...(all ? {} : asked), ...(reason && !all ? { reason } : {}) };
  const start = useMutation({
    mutationFn: () => nextReview(guided),
    onSuccess: ({ assessmentId, next }) => {
      if (assessmentId === null) {
        notifications.show({ message: t("quality.queue.nobodyLeft") });
        return;
      }
      const trail: Trail = { ids: [assessmentId, ...next], back: filters.path, guided };
      void navigate(`/quality/assessment/${assessmentId}`, { state: trail });
    },
    onError: showError,
  });
  useHotkey("s", t("quality.keys.startReview"), () => start.mutate(), { enabled: !all });
  return (
    <Stack p={{ base: "md", sm: "lg" }} gap="md" maw={1400} mx="auto">
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={1} size="h2">{t("quality.queue.title")}</Title>
          <Text c="dimmed" size="sm">{t("quality.queue.intro")}</Text>
        </div>
        <Tooltip label={t("quality.queue.startHint")}>
          <Button onClick={() => start.mutate()} loading={start.isPending} rightSection={<Keys keys="s" />} leftSection={<IconArrowRight size={18} />}>
            {t("quality.queue.startReview")}
          </Button>
        </Tooltip>
      </Group>
      <SecondReviews />
      <Tabs value={all ? "all" : "queue"} onChange={(tab) => filters.set("tab", tab === "all" ? "all" : null)} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="queue">{t("quality.queue.tabQueue")}</Tabs.Tab>
          <Tabs.Tab value="all">{t("quality.queue.tabAll")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="queue" pt="md"><ToReview filters={filters} people={people} families={families} reason={reason} /></Tabs.Panel>
        <Tabs.Panel value="all" pt="md"><AllAssessments filters={filters} people={people} families={families} /></Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

/** Independent second reviews that wait for the person who looks. */
function SecondReviews() {
  const { t } = useI18n();
  const { data } = useQuery(waitingSecondsQuery);
  if (!data || data.length === 0) return null;
  return (
    <Alert variant="light" color="grape" icon={<IconUsers size={18} />} py={10}>
      <Group gap="xs">
        <Text size="sm">{t("second.waiting", { count: data.length })}</Text>
        {data.slice(0, 5).map((review) => (
          <Anchor key={review.assessmentId} component={Link} to={`/quality/second/${review.assessmentId}`} size="sm" underline="always">
            {t("second.openWaiting", { id: String(review.ticketId) })}{review.state === "started" ? ` (${t("second.started")})` : ""}
          </Anchor>
        ))}
      </Group>
    </Alert>
  );
}

function FilterBar(props: { filters: Filters; people: Lookup; families: Lookup; states: readonly AssessmentState[]; children?: ReactNode }) {
  const { t } = useI18n();
  const teams = useTeams();
  const { filters } = props;
  const pick = (name: "user" | "team" | "card", label: string, lookup: Lookup) => (
    <Select
      size="xs" w={{ base: "calc(50% - 6px)", xs: 190 }} searchable clearable placeholder={label} aria-label={label} value={filters.params.get(name)}
      data={lookup.list.map(({ id, name: text }) => ({ value: String(id), label: text }))} onChange={(value) => filters.set(name, value)}
      clearButtonProps={{ "aria-label": t("common.clear") }}
    />
  );
  const anything = FILTER_KEYS.some((key) => key !== "page" && key !== "order" && filters.params.has(key));
  return (
    <Group gap="xs" mb="sm">
      {pick("user", t("quality.queue.filterAgent"), props.people)}
      {pick("team", t("quality.queue.filterTeam"), teams)}
      {pick("card", t("quality.queue.filterScorecard"), props.families)}
      <Select
        size="xs" w={{ base: "calc(50% - 6px)", xs: 170 }} clearable placeholder={t("quality.queue.filterState")} aria-label={t("quality.queue.filterState")} value={filters.params.get("state")}
        data={props.states.map((state) => ({ value: state, label: t(`quality.state.${state}`) }))} onChange={(value) => filters.set("state", value)}
        clearButtonProps={{ "aria-label": t("common.clear") }}
      />
      {props.children}
      {anything && <Button size="compact-xs" variant="subtle" onClick={filters.clear}>{t("quality.queue.clearFilters")}</Button>}
    </Group>
  );
}

interface ListProps {
  filters: Filters;
  people: Lookup;
  families: Lookup;
}

function NothingFound({ filters }: { filters: Filters }) {
  const { t } = useI18n();
  const filtered = FILTER_KEYS.some((key) => key !== "order" && filters.params.has(key));
  return filtered ? (
    <EmptyState title={t("quality.queue.emptyFilteredTitle")} text={t("quality.queue.emptyFilteredText")} icon={IconFlag}>
      <Button variant="light" onClick={filters.clear}>{t("quality.queue.clearFilters")}</Button>
    </EmptyState>
  ) : (
    <EmptyState title={t("quality.queue.emptyTitle")} text={t("quality.queue.emptyText")} />
  );
}

function ToReview({ filters, people, families, reason }: ListProps & { reason: ReviewReason | undefined }) {
  const { t } = useI18n();
  const { me } = useSession();
  const page = filters.number("page") ?? 1;
  const queue = useQuery({
    ...queueQuery({ ...shared(filters), ...(reason ? { reason } : {}), limit: PAGE_ROWS, offset: (page - 1) * PAGE_ROWS }),
    placeholderData: (previous) => previous,
  });
  if (queue.isError) return <ErrorState error={queue.error} onRetry={() => void queue.refetch()} />;
  const ids = (queue.data?.items ?? []).map((item) => item.assessment.id);
  const counts = queue.data?.counts ?? {};
  const sum = Object.values(counts).reduce((total, count) => total + count, 0);
  return (
    <Group align="flex-start" gap="lg">
      <div style={{ flex: "1 1 640px", minWidth: 0 }}>
        <FilterBar filters={filters} people={people} families={families} states={QUEUE_STATES} />
        <Group gap={6} mb="sm" role="group" aria-label={t("quality.queue.filterReason")}>
          <Button size="compact-sm" radius="xl" variant={reason ? "default" : "light"} aria-pressed={!reason} onClick={() => filters.set("reason", null)}>
            {t("quality.queue.allReasons")} · {sum}
          </Button>
          {REVIEW_REASONS.filter((code) => counts[code] || code === reason).map((code) => {
            const { icon: Shown, color } = REASON_LOOK[code];
            return (
              <Button
                key={code} size="compact-sm" radius="xl" variant={reason === code ? "light" : "default"} color={color} aria-pressed={reason === code}
                leftSection={<Shown size={14} aria-hidden />} onClick={() => filters.set("reason", reason === code ? null : code)}
              >
                {t(`quality.reason.${code}`)} · {counts[code] ?? 0}
              </Button>
            );
          })}
        </Group>
        {!queue.data ? (
          <ListSkeleton />
        ) : ids.length === 0 ? (
          <NothingFound filters={filters} />
        ) : (
          <>
            <div className={classes.list}>
              {queue.data.items.map((item) => (
                <AssessmentRow
                  key={item.assessment.id} assessment={item.assessment} people={people} families={families} trail={{ ids, back: filters.path }}
                  lead={
                    <Group gap={4}>
                      {item.reasons.slice(0, 1).map(({ code, text }) => {
                        const { icon: Shown, color } = REASON_LOOK[code];
                        return (
                          <Tooltip key={code} label={item.reasons.map((one) => one.text).join(" ")} multiline maw={360}>
                            <Badge variant="light" color={color} tt="none" leftSection={<Shown size={12} />} aria-label={`${t(`quality.reason.${code}`)}: ${text}`}>
                              {t(`quality.reason.${code}`)}
                            </Badge>
                          </Tooltip>
                        );
                      })}
                    </Group>
                  }
                  due={item.reviewDueAt === null ? null : { at: item.reviewDueAt, overdue: item.overdue }}
                  note={
                    item.reservedBy === null ? null : item.reservedBy === me.profile.id ? t("quality.queue.reservedMe") : t("quality.queue.reservedBy", { name: people.name(item.reservedBy) })
                  }
                />
              ))}
            </div>
            <Pages filters={filters} total={queue.data.total} />
          </>
        )}
      </div>
      {queue.data && <Week progress={queue.data.progress} people={people} />}
    </Group>
  );
}

function Week({ progress, people }: { progress: ReviewQueue["progress"]; people: Lookup }) {
  const { t } = useI18n();
  const { reviewed, target } = progress;
  const waiting = [...progress.byUser].sort((a, b) => b.waiting - a.waiting).slice(0, 12);
  return (
    <aside className={classes.panel} style={{ flex: "0 1 280px", minWidth: 250 }} aria-label={t("quality.queue.progressTitle")}>
      <Text fw={650} component="h2" size="sm">{t("quality.queue.progressTitle")}</Text>
      {target ? (
        <>
          <Text size="sm" mt={4}>{t("quality.queue.progressText", { reviewed, target })}</Text>
          <Progress value={Math.min(100, (100 * reviewed) / target)} mt={8} aria-label={t("quality.queue.progressText", { reviewed, target })} />
          {reviewed >= target && <Text size="xs" c="dimmed" mt={4}>{t("quality.queue.progressDone")}</Text>}
        </>
      ) : (
        <Text size="sm" mt={4}>{t("quality.queue.progressNoTarget", { count: reviewed })}</Text>
      )}
      {waiting.length > 0 && (
        <Stack gap={8} mt="md">
          <Text size="xs" fw={700} c="dimmed" tt="uppercase" component="h3">{t("quality.queue.byAgent")}</Text>
          {waiting.map((row) => (
            <Group key={row.userId} gap={8} wrap="nowrap">
              <Person name={people.name(row.userId)} size={22} />
              <Text size="sm" truncate flex={1}>{people.name(row.userId)}</Text>
              <Text size="xs" c="dimmed">{t("quality.queue.reviewedShort", { count: row.reviewed })} · {t("quality.queue.waitingShort", { count: row.waiting })}</Text>
            </Group>
          ))}
        </Stack>
      )}
    </aside>
  );
}

function AllAssessments({ filters, people, families }: ListProps) {
  const { t } = useI18n();
  const order = (filters.params.get("order") ?? "newest") as Order;
  const { orderByField, orderByDirection } = ORDERS[order] ?? ORDERS.newest;
  const page = filters.number("page") ?? 1;
  const asked: AssessmentFilters = { ...shared(filters), orderByField, orderByDirection, limit: PAGE_ROWS, offset: (page - 1) * PAGE_ROWS };
  const found = useQuery(assessmentsQuery(asked));
  const rows = found.data?.assessments ?? [];
  return (
    <>
      <FilterBar filters={filters} people={people} families={families} states={ALL_STATES}>
        <Select
          size="xs" w={{ base: "100%", xs: 200 }} aria-label={t("quality.queue.sort")} value={order} allowDeselect={false}
          data={(Object.keys(ORDERS) as Order[]).map((key) => ({ value: key, label: t(`quality.queue.${ORDERS[key].label}`) }))}
          onChange={(value) => filters.set("order", value === "newest" ? null : value)}
        />
      </FilterBar>
      {found.isError ? (
        <ErrorState error={found.error} onRetry={() => void found.refetch()} />
      ) : !found.data ? (
        <ListSkeleton />
      ) : rows.length === 0 ? (
        <NothingFound filters={filters} />
      ) : (
        <>
          <div className={classes.list}>
            {rows.map((assessment) => (
              <AssessmentRow
                key={assessment.id} assessment={assessment} people={people} families={families}
                trail={{ ids: rows.map((row) => row.id), back: filters.path }} lead={<StateBadge state={assessment.state} />} note={null}
              />
            ))}
          </div>
          <Pages filters={filters} total={found.data.total} />
        </>
      )}
    </>
  );
}

function Pages({ filters, total }: { filters: Filters; total: number }) {
  const { t } = useI18n();
  const pages = Math.ceil(total / PAGE_ROWS);
  return (
    <Group justify="space-between" mt="sm">
      <Text size="sm" c="dimmed">{t("quality.queue.total", { count: total })}</Text>
      {pages > 1 && (
        <Pagination
          size="sm" total={pages} value={filters.number("page") ?? 1} onChange={(page) => filters.set("page", page === 1 ? null : String(page))}
          getItemProps={(page) => ({ "aria-label": `${t("quality.queue.page")} ${page}` })}
          getControlProps={(control) => ({ "aria-label": `${t("quality.queue.page")} ${control === "next" ? "+1" : "-1"}` })}
        />
      )}
    </Group>
  );
}

/** Until when a sampling plan wants the review. */
function DueText({ at, overdue }: { at: string; overdue: boolean }) {
  const { t, format } = useI18n();
  return (
    <Text span inherit fw={600} c={overdue ? "light-dark(var(--mantine-color-red-8), var(--mantine-color-red-3))" : undefined}>
      {overdue ? t("sampling.queueOverdue") : t("sampling.queueDue", { when: format.date(at) })}
    </Text>
  );
}

function AssessmentRow(props: { assessment: AssessmentSummary; people: Lookup; families: Lookup; trail: Trail; lead: ReactNode; note: string | null; due?: { at: string; overdue: boolean } | null }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const { assessment, people, families } = props;
  const { totals } = assessment;
  const name = people.name(assessment.assessedUser);
  const warm = () => void prefetchReview(client, assessment.id);
  return (
    <Link
      className={classes.row} to={`/quality/assessment/${assessment.id}`} state={props.trail} onMouseEnter={warm} onFocus={warm}
    >
      <div>{props.lead}</div>
      <Group gap={8} wrap="nowrap"><Person name={name} size={26} /><Text size="sm" fw={600} truncate>{name}</Text></Group>
      <Text size="sm" lineClamp={2}>{families.name(assessment.scorecardBaseId)}</Text>
      <div><ScoreText percentage={totals.percentage} knockedOut={totals.knockedOut} /></div>
      <Text size="xs" c="dimmed">{totals.needsHumanCriteria > 0 ? t("quality.queue.needsHuman", { count: totals.needsHumanCriteria }) : ""}</Text>
      <Text size="xs" c="dimmed" lineClamp={2}>
        {t("quality.queue.ticket", { id: String(assessment.ticketId) })} · <TimeAgo value={assessment.worklog.lastInteraction ?? assessment.createdAt} />
        {props.note ? ` · ${props.note}` : ""}
        {props.due && <> · <DueText {...props.due} /></>}
      </Text>
    </Link>
  );
}
