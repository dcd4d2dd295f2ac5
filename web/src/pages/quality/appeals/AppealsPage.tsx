import { Anchor, Button, Group, Pagination, Select, Stack, Tabs, Text } from "@mantine/core";
import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconArrowLeft, IconScale } from "@tabler/icons-react";
import { useMemo } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { useLive } from "@/api/live";
import { useI18n } from "@/i18n";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { PageHead } from "@/ui/PageHead";
import { Person } from "@/ui/Person";
import { ListSkeleton } from "@/ui/Skeletons";
import { TimeAgo } from "@/ui/TimeAgo";
import { assessmentQuery, scorecardQuery, useFamilies, usePeople, type Lookup } from "../data";
import { ScoreText } from "../parts";
import classes from "../quality.module.css";
import { DecisionPanel } from "./DecisionPanel";
import { APPEAL_STATES, appealQuery, appealsQuery, isAppealState, isWaiting, WAITING, type Appeal } from "./data";
import { AppealBadge, AppealText, criteriaOf, EvidenceLink } from "./parts";

const PAGE_ROWS = 25;
const MOST_WAITING = 100;
type Name = "tab" | "state" | "user" | "card" | "page" | "appeal";

function useAddress() {
  const [params, setParams] = useSearchParams();
  const set = (name: Name, value: string | null) =>
    setParams((before) => {
      const next = new URLSearchParams(before);
      if (value) next.set(name, value);
      else next.delete(name);
      if (name !== "page" && name !== "appeal") next.delete("page");
      if (name === "tab") next.delete("state");
      return next;
    }, { replace: name !== "appeal" });
  return { params, number: (name: Name) => Number(params.get(name)) || undefined, set };
}

type Address = ReturnType<typeof useAddress>;

export default function AppealsPage() {
  const { t } = useI18n();
  const address = useAddress();
  const client = useQueryClient();
  const people = usePeople();
  const families = useFamilies();
  useLive("quality", () => {
    void client.invalidateQueries({ queryKey: ["quality", "appeals"] });
    void client.invalidateQueries({ queryKey: ["quality", "appeal"] });
  });
  const all = address.params.get("tab") === "all";
  const shown = address.number("appeal");
  const pick = (name: "user" | "card", label: string, lookup: Lookup) => (
    <Select
      size="xs" w={{ base: "100%", xs: 200 }} searchable clearable placeholder={label} aria-label={label} value={address.params.get(name)}
      data={lookup.list.map(({ id, name: text }) => ({ value: String(id), label: text }))} onChange={(value) => address.set(name, value)}
      clearButtonProps={{ "aria-label": t("common.clear") }}
    />
  );
  return (
    <Stack p={{ base: "md", sm: "lg" }} gap={0} maw={1400} mx="auto">
      <PageHead title={t("appeals.title")} lead={t("appeals.intro")} />
      <Tabs value={all ? "all" : "waiting"} onChange={(tab) => address.set("tab", tab === "all" ? "all" : null)} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="waiting">{t("appeals.tabWaiting")}</Tabs.Tab>
          <Tabs.Tab value="all">{t("appeals.tabAll")}</Tabs.Tab>
        </Tabs.List>
        <Group gap="xs" my="sm">
          {pick("user", t("quality.queue.filterAgent"), people)}
          {pick("card", t("quality.queue.filterScorecard"), families)}
          {all && (
            <Select
              size="xs" w={{ base: "100%", xs: 190 }} clearable placeholder={t("quality.queue.filterState")} aria-label={t("quality.queue.filterState")} value={address.params.get("state")}
              data={APPEAL_STATES.map((state) => ({ value: state, label: t(`appeals.state.${state}`) }))} onChange={(value) => address.set("state", value)}
              clearButtonProps={{ "aria-label": t("common.clear") }}
            />
          )}
        </Group>
        <div className={classes.split} data-open={shown !== undefined || undefined}>
          <Tabs.Panel value="waiting"><Waiting address={address} people={people} /></Tabs.Panel>
          <Tabs.Panel value="all"><All address={address} people={people} /></Tabs.Panel>
          {shown !== undefined && <Opened key={shown} id={shown} people={people} onClose={() => address.set("appeal", null)} />}
        </div>
      </Tabs>
    </Stack>
  );
}

interface ListProps {
  address: Address;
  people: Lookup;
}

/** Those that somebody has to decide, the longest waiting first. */
function Waiting({ address, people }: ListProps) {
  const { t } = useI18n();
  const filters = { user: address.number("user"), scorecardBaseId: address.number("card"), limit: MOST_WAITING, offset: 0 };
  const found = useQueries({ queries: WAITING.map((state) => appealsQuery({ ...filters, state })) });
  const failed = found.find((query) => query.isError);
  if (failed) return <ErrorState error={failed.error} onRetry={() => found.forEach((query) => void query.refetch())} />;
  if (found.some((query) => !query.data)) return <ListSkeleton />;
  const appeals = found.flatMap(({ data }) => data?.appeals ?? []).sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  const filtered = filters.user !== undefined || filters.scorecardBaseId !== undefined;
  if (appeals.length === 0) {
    return filtered ? <NoMatch address={address} /> : <EmptyState icon={IconScale} title={t("appeals.emptyTitle")} text={t("appeals.emptyText")} />;
  }
  return <List appeals={appeals} address={address} people={people} />;
}

function All({ address, people }: ListProps) {
  const { t } = useI18n();
  const state = address.params.get("state");
  const page = address.number("page") ?? 1;
  const filters = { user: address.number("user"), scorecardBaseId: address.number("card"), ...(isAppealState(state) ? { state } : {}) };
  const found = useQuery({ ...appealsQuery({ ...filters, limit: PAGE_ROWS, offset: (page - 1) * PAGE_ROWS }), placeholderData: (before) => before });
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data) return <ListSkeleton />;
  if (found.data.total === 0) {
    const filtered = Object.values(filters).some((value) => value !== undefined);
    return filtered ? <NoMatch address={address} /> : <EmptyState icon={IconScale} title={t("appeals.emptyTitle")} text={t("appeals.emptyText")} />;
  }
  const pages = Math.ceil(found.data.total / PAGE_ROWS);
  return (
    <>
      <List appeals={found.data.appeals} address={address} people={people} />
      <Group justify="space-between" mt="sm">
        <Text size="sm" c="dimmed">{t("appeals.total", { count: found.data.total })}</Text>
        {pages > 1 && (
          <Pagination
            size="sm" total={pages} value={page} onChange={(next) => address.set("page", next === 1 ? null : String(next))}
            getItemProps={(item) => ({ "aria-label": `${t("quality.queue.page")} ${item}` })}
            getControlProps={(control) => ({ "aria-label": `${t("quality.queue.page")} ${control === "next" ? "+1" : "-1"}` })}
          />
        )}
      </Group>
    </>
  );
}

function NoMatch({ address }: { address: Address }) {
  const { t } = useI18n();
  const clear = () => {
    for (const name of ["user", "card", "state"] as const) address.set(name, null);
  };
  return (
    <EmptyState icon={IconScale} title={t("quality.queue.emptyFilteredTitle")} text={t("quality.queue.emptyFilteredText")}>
      <Button variant="light" onClick={clear}>{t("quality.queue.clearFilters")}</Button>
    </EmptyState>
  );
}

function List({ appeals, address, people }: ListProps & { appeals: Appeal[] }) {
  const { t, format } = useI18n();
  const shown = address.number("appeal");
  return (
    <div className={classes.list}>
      {appeals.map((appeal) => {
        const name = people.name(appeal.createdBy);
        const { percentageBefore: before, percentageAfter: after } = appeal;
        const next = new URLSearchParams(address.params);
        next.set("appeal", String(appeal.id));
        return (
          <Link
            key={appeal.id} to={`/quality/appeals?${next}`} className={classes.appealRow} aria-current={appeal.id === shown || undefined}
          >
            <Group justify="space-between" gap={8} wrap="nowrap">
              <Group gap={8} wrap="nowrap" miw={0}><Person name={name} size={26} /><Text size="sm" fw={600} truncate>{name}</Text></Group>
              <AppealBadge state={appeal.state} />
            </Group>
            <Text size="sm" lineClamp={2}>{appeal.reason}</Text>
            <Text size="xs" c="dimmed">
              <TimeAgo value={appeal.createdAt} /> · {t("appeals.criteriaCount", { count: appeal.criteria.length })}
              {before !== null && ` · ${after === null || after === before ? format.percent(before, 1) : `${format.percent(before, 1)} → ${format.percent(after, 1)}`}`}
              {appeal.decidedBy !== null && ` · ${t("appeals.decidedBy", { name: people.name(appeal.decidedBy) })}`}
            </Text>
          </Link>
        );
      })}
    </div>
  );
}

function Opened({ id, people, onClose }: { id: number; people: Lookup; onClose: () => void }) {
  const { t } = useI18n();
  const navigate = useNavigate();
  const families = useFamilies();
  const appeal = useQuery(appealQuery(id));
  const assessmentId = appeal.data?.assessmentId ?? 0;
  const assessment = useQuery({ ...assessmentQuery(assessmentId), enabled: assessmentId > 0 });
  const card = useQuery({ ...scorecardQuery(assessment.data?.scorecardId ?? 0), enabled: assessment.data !== undefined });
  const definitions = useMemo(
    () => new Map((card.data?.categories ?? []).flatMap((category) => category.criteria.map((one) => [one.id, one] as const))),
    [card.data],
  );
  const error = appeal.error ?? assessment.error;
  const reviewAt = (criterionId?: number) => `/quality/assessment/${assessmentId}${criterionId === undefined ? "" : `?criterion=${criterionId}`}`;
  const trail = { ids: [assessmentId], back: `/quality/appeals?appeal=${id}` };
  const link = (criterionId: number, label: string) => (
    <EvidenceLink label={label} onClick={() => void navigate(reviewAt(criterionId), { state: trail })} />
  );
  return (
    <section className={classes.panel} aria-label={t("appeals.single")}>
      <Button className={classes.splitBack} variant="subtle" color="gray" size="compact-sm" mb="sm" leftSection={<IconArrowLeft size={16} />} onClick={onClose}>
        {t("appeals.backToList")}
      </Button>
      {error ? (
        <ErrorState error={error} onRetry={() => void (appeal.isError ? appeal : assessment).refetch()} />
      ) : !appeal.data || !assessment.data ? (
        <ListSkeleton rows={4} />
      ) : (
        <Stack gap="md">
          <Group justify="space-between" gap="sm">
            <div>
              <Group gap={8}>
                <Text component="h2" fw={700}>{people.name(assessment.data.assessedUser)}</Text>
                <AppealBadge state={appeal.data.state} />
              </Group>
              <Text size="xs" c="dimmed">
                {families.name(assessment.data.scorecardBaseId)} · {t("quality.queue.ticket", { id: String(assessment.data.ticketId) })}
                {assessment.data.assessedByUser !== null && ` · ${t("quality.review.reviewedBy", { name: people.name(assessment.data.assessedByUser) })}`}
              </Text>
            </div>
            <Group gap="sm">
              <ScoreText percentage={assessment.data.totals.percentage} knockedOut={assessment.data.totals.knockedOut} size="lg" />
              <Anchor component={Link} to={reviewAt()} state={trail} size="sm" underline="always">{t("appeals.toReview")}</Anchor>
            </Group>
          </Group>
          <AppealText appeal={appeal.data} criteria={criteriaOf(assessment.data)} nameOf={people.name} link={link} plain={isWaiting(appeal.data.state)} />
          {isWaiting(appeal.data.state) && <DecisionPanel appeal={appeal.data} assessment={assessment.data} definitions={definitions} link={link} />}
        </Stack>
      )}
    </section>
  );
}
