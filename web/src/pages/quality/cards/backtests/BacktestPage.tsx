import { ActionIcon, Alert, Anchor, Button, Group, Pagination, Progress, Stack, Switch, Table, Text, Title, Tooltip, UnstyledButton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconArrowLeft, IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { Fragment, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { ApiError } from "@/api/errors";
import { useI18n } from "@/i18n";
import { ErrorState, useShowError } from "@/ui/ErrorState";
import { ListSkeleton, PageSkeleton } from "@/ui/Skeletons";
import { TimeAgo } from "@/ui/TimeAgo";
import { usePeople, useTeams } from "../../data";
import { ScoreText } from "../../parts";
import { ConfirmDialog } from "../../review/Dialogs";
import classes from "../cards.module.css";
import { comparedText } from "./BacktestsPage";
import { backtestQuery, isOpen, PAGE, removeBacktest, useCards, type Backtest, type BacktestCriterion, type BacktestDiff } from "./data";
import { Figures, Turn } from "./Figures";
import { Answer, BacktestStateBadge, Details, FEW_LABELS, signed } from "./words";

export default function BacktestPage() {
  const given = Number(useParams().backtestId);
  const valid = Number.isSafeInteger(given) && given > 0;
  const [onlyChanged, setOnlyChanged] = useState(true);
  const [page, setPage] = useState(1);
  const found = useQuery({ ...backtestQuery(given, { onlyChanged, offset: (page - 1) * PAGE }), enabled: valid });
  if (!valid) return <ErrorState error={new ApiError(404, "backtest_not_found", "")} />;
  if (found.isError && !found.data) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data) return <PageSkeleton />;
  const shown = { onlyChanged, page, setPage, setOnlyChanged: (value: boolean) => (setPage(1), setOnlyChanged(value)) };
  return <Shown key={found.data.id} backtest={found.data} shown={shown} waiting={found.isPlaceholderData} />;
}

interface DiffsProps {
  onlyChanged: boolean;
  page: number;
  setPage: (page: number) => void;
  setOnlyChanged: (value: boolean) => void;
}

function Shown({ backtest, shown, waiting }: { backtest: Backtest; shown: DiffsProps; waiting: boolean }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const navigate = useNavigate();
  const showError = useShowError();
  const cards = useCards();
  const people = usePeople();
  const [asked, setAsked] = useState(false);
  const card = cards.of(backtest.scorecardId);
  const open = isOpen(backtest.state);
  const remove = useMutation({
    mutationFn: () => removeBacktest(backtest.id),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["quality", "backtests"] });
      void client.invalidateQueries({ queryKey: ["quality", "scorecard"] });
      notifications.show({ message: t(open ? "cards.backtest.cancelled" : "cards.backtest.removed") });
      void navigate("/quality/backtests", { replace: true });
    },
    onError: showError,
  });
  const name = card?.name ?? t("cards.backtests.gone", { id: backtest.scorecardId });
  return (
    <Stack p={{ base: "md", sm: "lg" }} gap="lg" maw={1200} mx="auto">
      <Group align="flex-start" gap="sm">
        <Tooltip label={t("cards.backtests.title")}>
          <ActionIcon variant="subtle" color="gray" component={Link} to="/quality/backtests" aria-label={t("cards.backtests.title")} mt={4}><IconArrowLeft size={18} /></ActionIcon>
        </Tooltip>
        <div style={{ flex: 1, minWidth: 240 }}>
          <Group gap="sm">
            <Title order={1} size="h2">{t("cards.backtest.title", { name })}</Title>
            <BacktestStateBadge state={backtest.state} />
          </Group>
          <Text size="sm" c="dimmed">
            {card ? <Anchor component={Link} to={`/quality/scorecards/${card.id}`} size="sm" underline="always">{t("quality.review.revision", { number: card.revision })}</Anchor> : null}
            {card && card.contentHash !== backtest.contentHash && ` (${t("cards.backtests.otherContent")})`}
            {card && " · "}
            {comparedText(backtest, cards.of(backtest.compareScorecardId)?.revision, t)}
            {" · "}
            {backtest.createdBy === null ? t("cards.backtests.system") : people.name(backtest.createdBy)}
            {", "}
            <TimeAgo value={backtest.createdAt} span size="sm" />
          </Text>
          <Request backtest={backtest} />
        </div>
        <Button variant="default" color={open ? undefined : "red"} loading={remove.isPending} onClick={() => setAsked(true)}>{t(open ? "cards.backtest.cancel" : "cards.backtest.remove")} …</Button>
      </Group>
      {open && <Running backtest={backtest} />}
      {backtest.state === "failed" && (
        <Alert variant="light" color="red" title={t("cards.backtest.failedTitle")}>
          {typeof backtest.errorMessage?.message === "string" ? backtest.errorMessage.message : t("cards.backtest.failedText")}
        </Alert>
      )}
      {backtest.state === "stopped" && <Alert variant="light" color="orange" title={t("cards.backtest.stoppedTitle")}>{t("cards.backtest.stoppedText")}</Alert>}
      {backtest.summary && (
        <section aria-labelledby="result-title">
          <Title order={2} size="h4" mb="xs" id="result-title">{t("cards.result.title")}</Title>
          {backtest.summary.scored === 0 ? (
            <Text size="sm" c="dimmed">{t("cards.result.nothing")}</Text>
          ) : (
            <Figures summary={backtest.summary} criteria={backtest.criteria} />
          )}
          {backtest.summary.excludedByPermission > 0 && <Text size="xs" c="dimmed" mt="xs">{t("cards.start.excluded", { count: backtest.summary.excludedByPermission })}</Text>}
        </section>
      )}
      {!open && backtest.criteria.length > 0 && <Criteria rows={backtest.criteria} compared={backtest.compareWith !== "none"} />}
      {!open && backtest.criteria.length > 0 && <Diffs backtest={backtest} {...shown} waiting={waiting} />}
      <ConfirmDialog
        opened={asked} onClose={() => setAsked(false)} pending={remove.isPending} title={t(open ? "cards.backtest.cancelTitle" : "cards.backtest.removeTitle")}
        text={t(open ? "cards.backtest.cancelText" : "cards.backtest.removeText")} action={t(open ? "cards.backtest.cancel" : "cards.backtest.remove")} color="red"
        onConfirm={() => remove.mutate()}
      />
    </Stack>
  );
}

interface Asked {
  sampleSize?: number;
  useAssignment?: boolean;
  judge?: string;
  model?: string;
  filters?: { from?: string | null; to?: string | null; teams?: number[]; onlyAssessed?: boolean };
}

/** What was asked for, as far as it differs from the usual. */
function Request({ backtest }: { backtest: Backtest }) {
  const { t, format } = useI18n();
  const teams = useTeams();
  const asked = backtest.request as Asked;
  const { from, to, teams: ids = [], onlyAssessed } = asked.filters ?? {};
  const parts = [
    from && t("cards.asked.from", { date: format.date(`${from.slice(0, 10)}T12:00:00Z`) }),
    to && t("cards.asked.to", { date: format.date(`${to.slice(0, 10)}T12:00:00Z`) }),
    ids.length > 0 && t("cards.asked.teams", { names: ids.map((id) => teams.name(id)).join(", ") }),
    onlyAssessed && t("cards.asked.onlyAssessed"),
    asked.useAssignment === false && t("cards.asked.anyWork"),
    asked.judge && t("cards.asked.judge", { judge: t(asked.judge === "builtIn" ? "cards.judge.builtIn" : asked.judge === "model" ? "cards.judge.model" : "cards.judge.asSet") }),
    asked.model && t("cards.asked.model", { model: asked.model }),
  ].filter((part): part is string => typeof part === "string");
  return parts.length > 0 ? <Text size="xs" c="dimmed">{parts.join(" · ")}</Text> : null;
}

function Running({ backtest }: { backtest: Backtest }) {
  const { t } = useI18n();
  const { done, total } = backtest.progress;
  return (
    <section className={classes.panel} style={{ padding: 16 }} aria-label={t("cards.progress.label")}>
      <Text size="sm" fw={600} mb={8} role="status">{backtest.state === "queued" && done === 0 ? t("cards.progress.queued") : t("cards.progress.running", { done, total })}</Text>
      <Progress value={(100 * done) / Math.max(1, total)} aria-label={t("cards.progress.label")} animated={backtest.state === "running"} />
      <Text size="xs" c="dimmed" mt={8}>{t("cards.progress.leave")}</Text>
    </section>
  );
}

function Criteria({ rows, compared }: { rows: readonly BacktestCriterion[]; compared: boolean }) {
  const i18n = useI18n();
  const { t, format } = i18n;
  const labelled = rows.some((row) => row.agreementBefore.n > 0 || row.agreementAfter.n > 0);
  return (
    <section aria-labelledby="criteria-title">
      <Title order={2} size="h4" mb="xs" id="criteria-title">{t("cards.criteria.title")}</Title>
      <Table.ScrollContainer minWidth={compared ? 860 : 480} className={classes.panel}>
        <Table verticalSpacing={8} aria-labelledby="criteria-title">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("cards.criteria.criterion")}</Table.Th>
              <Table.Th ta="right">{t("cards.result.judged")}</Table.Th>
              {compared && <Table.Th ta="right">{t("cards.criteria.changed")}</Table.Th>}
              {compared && <Table.Th ta="right">{t("cards.criteria.difference")}</Table.Th>}
              <Table.Th>{t("cards.result.needsHuman")}</Table.Th>
              {labelled && <Table.Th>{t("cards.criteria.agreement")}</Table.Th>}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={row.criterionId}>
                <Table.Td>
                  <Text size="sm" fw={600}>{row.label}</Text>
                  <Text size="xs" c="dimmed">{row.categoryLabel} · {t("quality.editor.points", { count: row.maxPoints })}</Text>
                </Table.Td>
                <Table.Td ta="right" className={classes.number}>{format.number(row.judged)}</Table.Td>
                {compared && (
                  <Table.Td ta="right" className={classes.number}>
                    {row.compared === 0 ? <Text span size="sm" c="dimmed">{t("cards.criteria.notCompared")}</Text> : t("cards.criteria.of", { count: row.changed, total: row.compared })}
                  </Table.Td>
                )}
                {compared && <Table.Td ta="right" className={classes.number}>{row.meanDifference === null ? "–" : signed(row.meanDifference, i18n, 2)}</Table.Td>}
                <Table.Td className={classes.number}>
                  {row.compared > 0 ? (
                    <Turn before={t("cards.criteria.of", { count: row.needsHumanBefore, total: row.compared })} after={t("cards.criteria.of", { count: row.needsHumanAfter, total: row.judged })} />
                  ) : (
                    t("cards.criteria.of", { count: row.needsHumanAfter, total: row.judged })
                  )}
                </Table.Td>
                {labelled && <Table.Td><Turn before={<CriterionAgreement found={row.agreementBefore} />} after={<CriterionAgreement found={row.agreementAfter} />} /></Table.Td>}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {labelled && <Text size="xs" c="dimmed" mt="xs">{t("cards.criteria.agreementHint", { few: FEW_LABELS })}</Text>}
    </section>
  );
}

function CriterionAgreement({ found }: { found: BacktestCriterion["agreementBefore"] }) {
  const { t, format } = useI18n();
  if (found.n === 0 || found.exact === null) return <Text span size="sm" c="dimmed">{t("cards.criteria.noLabels")}</Text>;
  const few = found.n < FEW_LABELS;
  return (
    <Text span size="sm" c={few ? "dimmed" : undefined} className={classes.number}>
      {t(few ? "cards.criteria.agreementFew" : "cards.criteria.agreementOf", { share: format.percent(found.exact * 100), count: found.n })}
      {!few && found.kappa !== null && <Text span size="xs" c="dimmed">{` κ ${format.number(found.kappa, 2)}`}</Text>}
    </Text>
  );
}

function Diffs({ backtest, onlyChanged, setOnlyChanged, page, setPage, waiting }: DiffsProps & { backtest: Backtest; waiting: boolean }) {
  const { t } = useI18n();
  const compared = backtest.compareWith !== "none";
  const [open, setOpen] = useState<number | null>(null);
  const labels = new Map(backtest.criteria.map((one) => [one.criterionId, one]));
  return (
    <section aria-labelledby="diffs-title">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4" id="diffs-title">{t(onlyChanged && compared ? "cards.diffs.changed" : "cards.diffs.all", { count: backtest.total })}</Title>
        {compared && <Switch label={t("cards.diffs.onlyChanged")} checked={onlyChanged} onChange={(event) => setOnlyChanged(event.currentTarget.checked)} />}
      </Group>
      {waiting ? (
        <ListSkeleton rows={5} />
      ) : backtest.diffs.length === 0 ? (
        <Text size="sm" c="dimmed" className={classes.panel} p="md">{t(onlyChanged ? "cards.diffs.none" : "cards.diffs.nothing")}</Text>
      ) : (
        <Table.ScrollContainer minWidth={640} className={classes.panel}>
          <Table verticalSpacing={8} aria-labelledby="diffs-title">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("cards.diffs.work")}</Table.Th>
                <Table.Th>{t("cards.diffs.score")}</Table.Th>
                <Table.Th>{t("cards.diffs.criteria")}</Table.Th>
                <Table.Th>{t("cards.diffs.open")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {backtest.diffs.map((row, index) => {
                const key = row.worklogId ?? -index - 1;
                return (
                  <Fragment key={key}>
                    <DiffRow row={row} opened={open === key} onToggle={() => setOpen(open === key ? null : key)} />
                    {open === key && (
                      <Table.Tr>
                        <Table.Td colSpan={4} p={0} bg="var(--desk-ground)">
                          {row.criteria.length === 0 && <Text size="sm" c="dimmed" p="md">{t("cards.diffs.same")}</Text>}
                          {row.criteria.map((one) => (
                            <div key={one.criterionId} className={classes.answer}>
                              <div className={classes.answerHead}>
                                <Text span size="sm" fw={600}>{labels.get(one.criterionId)?.label ?? `#${one.criterionId}`}</Text>
                                <span className={classes.turn}>
                                  {row.percentageBefore === null && one.stateBefore === null ? (
                                    <Answer criterion={one} side="after" />
                                  ) : (
                                    <Turn before={<Answer criterion={one} side="before" />} after={<Answer criterion={one} side="after" />} />
                                  )}
                                </span>
                              </div>
                              <Details criterion={one} />
                            </div>
                          ))}
                        </Table.Td>
                      </Table.Tr>
                    )}
                  </Fragment>
                );
              })}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {backtest.total > PAGE && (
        <Pagination
          mt="sm" total={Math.ceil(backtest.total / PAGE)} value={page} onChange={setPage} getControlProps={(control) => ({ "aria-label": t(`cards.pages.${control}`) })}
          getItemProps={(number) => ({ "aria-label": t("cards.pages.page", { number }) })}
        />
      )}
    </section>
  );
}

function DiffRow({ row, opened, onToggle }: { row: BacktestDiff; opened: boolean; onToggle: () => void }) {
  const { t } = useI18n();
  const after = <ScoreText percentage={row.percentageAfter} knockedOut={row.knockedOutAfter} />;
  return (
    <Table.Tr>
      <Table.Td>
        <UnstyledButton aria-expanded={opened} onClick={onToggle}>
          <Group gap={6} wrap="nowrap">
            {opened ? <IconChevronDown size={16} aria-hidden /> : <IconChevronRight size={16} aria-hidden />}
            <Text span size="sm" fw={600}>{t("quality.queue.ticket", { id: String(row.ticketId) })}</Text>
          </Group>
        </UnstyledButton>
      </Table.Td>
      <Table.Td>{row.knockedOutBefore === null ? after : <Turn before={<ScoreText percentage={row.percentageBefore} knockedOut={row.knockedOutBefore} />} after={after} />}</Table.Td>
      <Table.Td><Text span size="sm">{row.knockedOutBefore === null ? t("cards.diffs.notAssessed") : t("cards.diffs.differing", { count: row.criteria.length })}</Text></Table.Td>
      <Table.Td>
        <Group gap="md" wrap="nowrap">
          {row.assessmentId !== null && <Anchor component={Link} to={`/quality/assessment/${row.assessmentId}`} size="sm">{t("cards.diffs.assessment")}</Anchor>}
          <Anchor component={Link} to={`/ticket/${row.ticketId}`} size="sm">{t("cards.diffs.ticket")}</Anchor>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
