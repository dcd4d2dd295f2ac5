import { ActionIcon, Button, Group, Menu, Stack, Switch, Table, Text, TextInput, Title, Anchor, Badge, Tooltip, VisuallyHidden } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconArchive, IconCopy, IconDots, IconListDetails, IconPlayerPlay, IconPlus, IconSchool, IconSearch, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { api, call } from "@/api/client";
import { useSession } from "@/app/auth";
import { useI18n } from "@/i18n";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState, useShowError } from "@/ui/ErrorState";
import { ListSkeleton } from "@/ui/Skeletons";
import { TimeAgo } from "@/ui/TimeAgo";
import { scorecardsQuery } from "../data";
import type { ScorecardSummary } from "../model/types";
import { CardStateBadge } from "../parts";
import { ConfirmDialog } from "../review/Dialogs";
import classes from "../quality.module.css";

interface Family {
  /** The row by which the family is known: the active revision, else the newest. */
  shown: ScorecardSummary;
  draft: ScorecardSummary | null;
  revisions: number;
}

function familiesOf(cards: readonly ScorecardSummary[]): Family[] {
  const byBase = new Map<number, ScorecardSummary[]>();
  for (const card of cards) byBase.set(card.baseId, [...(byBase.get(card.baseId) ?? []), card]);
  return [...byBase.values()].flatMap((rows) => {
    const newest = [...rows].sort((a, b) => b.revision - a.revision);
    const active = newest.find((row) => row.state === "active");
    const shown = active ?? newest[0];
    if (!shown) return [];
    return [{ shown, draft: active ? (newest.find((row) => row.state === "draft") ?? null) : null, revisions: Math.max(...rows.map((row) => row.revision)) }];
  });
}

type Asked = { what: "retire" | "remove"; card: ScorecardSummary } | null;

export default function ScorecardsPage() {
  const { t } = useI18n();
  const { can } = useSession();
  const client = useQueryClient();
  const navigate = useNavigate();
  const showError = useShowError();
  const cards = useQuery(scorecardsQuery("active,draft,retired"));
  const [words, setWords] = useState("");
  const [retired, setRetired] = useState(false);
  const [asked, setAsked] = useState<Asked>(null);
  const manages = can("qualityManageScorecards");
  const again = () => client.invalidateQueries({ queryKey: ["quality"], refetchType: "active" });

  const setState = useMutation({
    mutationFn: ({ id, state }: { id: number; state: ScorecardSummary["state"] }) =>
      call(api.PATCH("/api/mind/quality/scorecard/{id}", { params: { path: { id } }, body: { state } as never })),
    onSuccess: async (_, { state }) => {
      await again();
      setAsked(null);
      if (state === "retired") notifications.show({ message: t("quality.cards.retired") });
    },
    onError: showError,
  });

  const clone = useMutation({
    mutationFn: (id: number) => call(api.POST("/api/mind/quality/scorecard/{id}/clone", { params: { path: { id } }, body: {} as never })),
    onSuccess: async (created) => {
      await again();
      void navigate(`/quality/scorecards/${created.id}`);
    },
    onError: showError,
  });

  const remove = useMutation({
    mutationFn: (card: ScorecardSummary) => call(api.DELETE("/api/mind/quality/scorecard/{id}", { params: { path: { id: card.id } } })),
    onSuccess: async (_, card) => {
      await again();
      setAsked(null);
      const restore = () => {
        const state = card.state === "draft" ? "draft" : "retired";
        void call(api.PATCH("/api/mind/quality/scorecard/{id}", { params: { path: { id: card.id } }, body: { state } as never }))
          .then(() => (card.state === "active" ? setState.mutateAsync({ id: card.id, state: "active" }) : undefined))
          .then(() => notifications.show({ message: t("quality.cards.restored") }))
          .then(again, showError);
      };
      notifications.show({
        autoClose: 10_000,
        message: (
          <Group justify="space-between">
            {t("quality.cards.removed")}
            <Button size="compact-xs" variant="light" onClick={restore}>{t("quality.cards.undo")}</Button>
          </Group>
        ),
      });
    },
    onError: showError,
  });

  const families = familiesOf(cards.data ?? []);
  const found = families
    .filter(({ shown }) => retired || shown.state !== "retired")
    .filter(({ shown }) => shown.name.toLocaleLowerCase().includes(words.trim().toLocaleLowerCase()))
    .sort((a, b) => a.shown.name.localeCompare(b.shown.name));

  return (
    <Stack p={{ base: "md", sm: "lg" }} gap="md" maw={1200} mx="auto">
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={1} size="h2">{t("quality.cards.title")}</Title>
          <Text c="dimmed" size="sm">{t("quality.cards.intro")}</Text>
        </div>
        {manages && <Button component={Link} to="/quality/scorecards/new" leftSection={<IconPlus size={18} />}>{t("quality.cards.create")}</Button>}
      </Group>
      <Group>
        <TextInput
          w={300} placeholder={t("quality.cards.search")} aria-label={t("quality.cards.search")} leftSection={<IconSearch size={16} />}
          value={words} onChange={(event) => setWords(event.currentTarget.value)}
        />
        <Switch label={t("quality.cards.showRetired")} checked={retired} onChange={(event) => setRetired(event.currentTarget.checked)} />
      </Group>
      {cards.isError ? (
        <ErrorState error={cards.error} onRetry={() => void cards.refetch()} />
      ) : !cards.data ? (
        <ListSkeleton rows={5} />
      ) : families.length === 0 ? (
        <EmptyState icon={IconListDetails} title={t("quality.cards.emptyTitle")} text={t("quality.cards.emptyText")}>
          {manages && <Button component={Link} to="/quality/scorecards/new">{t("quality.cards.create")}</Button>}
        </EmptyState>
      ) : found.length === 0 ? (
        <EmptyState icon={IconSearch} title={t("quality.cards.noMatchTitle")} text={t("quality.cards.noMatchText")} />
      ) : (
        <Table.ScrollContainer minWidth={720} className={classes.list}>
          <Table verticalSpacing="sm" highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("quality.cards.name")}</Table.Th>
                <Table.Th>{t("quality.cards.state")}</Table.Th>
                <Table.Th>{t("quality.cards.revision")}</Table.Th>
                <Table.Th>{t("quality.cards.categories")}</Table.Th>
                <Table.Th>{t("quality.cards.coach")}</Table.Th>
                <Table.Th>{t("quality.cards.modified")}</Table.Th>
                {manages && <Table.Th><VisuallyHidden>{t("common.actions")}</VisuallyHidden></Table.Th>}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {found.map(({ shown, draft }) => (
                <Table.Tr key={shown.baseId}>
                  <Table.Td>
                    <Group gap={6} wrap="nowrap">
                      <Anchor component={Link} to={`/quality/scorecards/${shown.id}`} fw={600} size="sm">{shown.name}</Anchor>
                      {can("qualityViewReports", "qualityManageScorecards") && (
                        <Tooltip label={t("reports.trust.open")}>
                          <ActionIcon component={Link} to={`/reports/trust/${shown.id}`} variant="subtle" color="gray" size="sm" aria-label={t("reports.trust.openFor", { name: shown.name })}>
                            <IconSchool size={16} />
                          </ActionIcon>
                        </Tooltip>
                      )}
                    </Group>
                  </Table.Td>
                  <Table.Td>
                    <Group gap={6}>
                      <CardStateBadge state={shown.state} />
                      {draft && (
                        <Badge component={Link} to={`/quality/scorecards/${draft.id}`} variant="outline" color="orange" tt="none" style={{ cursor: "pointer" }}>
                          {t("quality.cards.draftWaiting", { number: draft.revision })}
                        </Badge>
                      )}
                    </Group>
                  </Table.Td>
                  <Table.Td>{shown.revision}</Table.Td>
                  <Table.Td>{shown.categoryCount}</Table.Td>
                  <Table.Td>
                    {shown.liveCoach.enabled ? t("quality.cards.coachOn", { threshold: `${shown.liveCoach.threshold} %` }) : t("quality.cards.coachOff")}
                  </Table.Td>
                  <Table.Td><TimeAgo value={shown.modifiedAt} size="sm" /></Table.Td>
                  {manages && (
                    <Table.Td>
                      <Menu position="bottom-end" withArrow>
                        <Menu.Target>
                          <ActionIcon variant="subtle" color="gray" aria-label={t("quality.cards.actions", { name: shown.name })}><IconDots size={18} /></ActionIcon>
                        </Menu.Target>
                        <Menu.Dropdown>
                          <Menu.Item leftSection={<IconCopy size={16} />} onClick={() => clone.mutate(shown.id)}>{t("quality.cards.clone")}</Menu.Item>
                          {shown.state === "active" && (
                            <Menu.Item leftSection={<IconArchive size={16} />} onClick={() => setAsked({ what: "retire", card: shown })}>{t("quality.cards.retire")} …</Menu.Item>
                          )}
                          {shown.state === "retired" && (
                            <Menu.Item leftSection={<IconPlayerPlay size={16} />} onClick={() => setState.mutate({ id: shown.id, state: "active" })}>{t("quality.cards.activate")}</Menu.Item>
                          )}
                          {can("qualityDeleteScorecard") && (
                            <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => setAsked({ what: "remove", card: shown })}>{t("quality.cards.remove")} …</Menu.Item>
                          )}
                        </Menu.Dropdown>
                      </Menu>
                    </Table.Td>
                  )}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {asked && (
        <ConfirmDialog
          opened onClose={() => setAsked(null)} pending={setState.isPending || remove.isPending}
          title={t(asked.what === "retire" ? "quality.cards.retireTitle" : "quality.cards.removeTitle", { name: asked.card.name })}
          text={t(asked.what === "retire" ? "quality.cards.retireText" : "quality.cards.removeText")}
          action={t(asked.what === "retire" ? "quality.cards.retire" : "quality.cards.remove")}
          color={asked.what === "remove" ? "red" : undefined}
          onConfirm={() => (asked.what === "retire" ? setState.mutate({ id: asked.card.id, state: "retired" }) : remove.mutate(asked.card))}
        />
      )}
    </Stack>
  );
}
