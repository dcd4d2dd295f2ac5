import { Anchor, Avatar, Button, Group, Progress, SegmentedControl, Stack, Table, Text } from "@mantine/core";
import { useQueries, useQuery } from "@tanstack/react-query";
import { IconArrowRight, IconFocusCentered, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { useSession } from "@/app/auth";
import { useI18n } from "@/i18n";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { PageHead } from "@/ui/PageHead";
import { Person } from "@/ui/Person";
import { ListSkeleton } from "@/ui/Skeletons";
import { TimeAgo } from "@/ui/TimeAgo";
import { usePeople, type Lookup } from "../../quality/data";
import classes from "../calibration.module.css";
import { ownProgress, sessionQuery, sessionsQuery, type Session, type SessionListed } from "../data";
import { SessionBadge, useCards } from "./parts";

const SHOWN = ["all", "open", "closed", "cancelled"] as const;
type Shown = (typeof SHOWN)[number];
const FACES = 5;

export default function SessionsPage() {
  const { t } = useI18n();
  const { can, me } = useSession();
  const found = useQuery(sessionsQuery());
  const people = usePeople();
  const [shown, setShown] = useState<Shown>("all");
  const manages = can("qualityManageCalibration");
  const rows = found.data?.calibrations ?? [];
  const mine = rows.filter((row) => row.state === "open" && row.reviewers.includes(me.profile.id));
  const details = useQueries({ queries: mine.map((row) => sessionQuery(row.id)) });
  const toDo = details.flatMap(({ data }) => (data && ownProgress(data, me.profile.id).open.length > 0 ? [data] : []));
  toDo.sort((a, b) => (a.dueBy ?? "9").localeCompare(b.dueBy ?? "9"));
  const listed = rows.filter((row) => shown === "all" || row.state === shown);
  const create = manages && (
    <Button component={Link} to="/quality/calibration/new" leftSection={<IconPlus size={18} />}>{t("calibration.sessions.create")}</Button>
  );
  return (
    <Stack p={{ base: "md", sm: "lg" }} gap="md" maw={1200} mx="auto">
      <PageHead title={t("calibration.sessions.title")} lead={t("calibration.sessions.intro")}>{rows.length > 0 && create}</PageHead>
      {found.isError ? (
        <ErrorState error={found.error} onRetry={() => void found.refetch()} />
      ) : !found.data ? (
        <ListSkeleton rows={5} />
      ) : rows.length === 0 ? (
        <EmptyState
          icon={IconFocusCentered} title={t("calibration.sessions.emptyTitle")}
          text={t(manages ? "calibration.sessions.emptyText" : "calibration.sessions.emptyTextReviewer")}
        >
          {create}
        </EmptyState>
      ) : (
        <>
          {toDo.length > 0 && (
            <section aria-label={t("calibration.sessions.mine")}>
              <Text component="h2" fw={650} size="sm" mb="xs">{t("calibration.sessions.mine")}</Text>
              <Stack gap="sm">{toDo.map((session) => <ToDo key={session.id} session={session} userId={me.profile.id} />)}</Stack>
            </section>
          )}
          <section aria-label={t("calibration.sessions.list")}>
            <Group justify="space-between" mb="xs">
              <Text component="h2" fw={650} size="sm">{t("calibration.sessions.list")}</Text>
              <SegmentedControl
                size="xs" value={shown} onChange={(value) => setShown(value as Shown)} aria-label={t("calibration.sessions.filter")}
                data={SHOWN.map((value) => ({ value, label: value === "all" ? t("calibration.sessions.all") : t(`calibration.state.${value}`) }))}
              />
            </Group>
            {listed.length === 0 ? (
              <Text c="dimmed" size="sm" py="md">{t("calibration.sessions.noneInState")}</Text>
            ) : (
              <List rows={listed} people={people} />
            )}
          </section>
        </>
      )}
    </Stack>
  );
}

function ToDo({ session, userId }: { session: Session; userId: number }) {
  const { t, format } = useI18n();
  const { open, done } = ownProgress(session, userId);
  const total = open.length + done;
  const words = t("calibration.sessions.ownProgress", { done, total });
  return (
    <Group className={classes.panel} justify="space-between" gap="md">
      <div style={{ flex: "1 1 240px" }}>
        <Anchor component={Link} to={`/quality/calibration/${session.id}`} fw={650}>{session.name}</Anchor>
        <Text size="xs" c="dimmed">
          {[words, session.dueBy ? t("calibration.session.due", { date: format.date(session.dueBy) }) : null].filter(Boolean).join(" · ")}
        </Text>
        <Progress value={(100 * done) / total} mt={8} size="sm" aria-label={words} maw={420} />
      </div>
      <Button component={Link} to={`/quality/calibration/${session.id}/item/${open[0]}`} rightSection={<IconArrowRight size={16} />}>
        {t(done > 0 ? "calibration.sessions.goOn" : "calibration.sessions.begin")}
      </Button>
    </Group>
  );
}

function List({ rows, people }: { rows: SessionListed[]; people: Lookup }) {
  const { t, format } = useI18n();
  const cards = useCards();
  return (
    <Table.ScrollContainer minWidth={760} className={classes.list}>
      <Table verticalSpacing="sm" highlightOnHover className={classes.table}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("calibration.sessions.name")}</Table.Th>
            <Table.Th>{t("calibration.sessions.state")}</Table.Th>
            <Table.Th>{t("calibration.sessions.reviewers")}</Table.Th>
            <Table.Th>{t("calibration.sessions.sheets")}</Table.Th>
            <Table.Th>{t("calibration.sessions.due")}</Table.Th>
            <Table.Th>{t("calibration.sessions.created")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => {
            const wanted = row.items * row.reviewers.length;
            const words = t("calibration.sessions.submitted", { done: row.submitted, total: wanted });
            return (
              <Table.Tr key={row.id}>
                <Table.Td>
                  <Anchor component={Link} to={`/quality/calibration/${row.id}`} fw={600} size="sm">{row.name}</Anchor>
                  <Text size="xs" c="dimmed">{cards.name(row.scorecardId)} · {t("calibration.sessions.items", { count: row.items })}</Text>
                </Table.Td>
                <Table.Td><SessionBadge state={row.state} /></Table.Td>
                <Table.Td>
                  <Group gap={4} wrap="nowrap">
                    {row.reviewers.slice(0, FACES).map((id) => <Person key={id} name={people.name(id)} size={28} />)}
                    {row.reviewers.length > FACES && <Avatar size={28}>+{row.reviewers.length - FACES}</Avatar>}
                  </Group>
                </Table.Td>
                <Table.Td>
                  <Text size="sm" className={classes.number}>{words}</Text>
                  <Progress value={wanted === 0 ? 0 : (100 * row.submitted) / wanted} size="xs" mt={4} aria-label={words} />
                </Table.Td>
                <Table.Td><Text size="sm">{row.dueBy ? format.date(row.dueBy) : "–"}</Text></Table.Td>
                <Table.Td><TimeAgo value={row.createdAt} size="sm" /></Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
