import { ActionIcon, Alert, Button, Group, Select, Stack, Text, Tooltip, UnstyledButton } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQuery } from "@tanstack/react-query";
import { IconFlask, IconX } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { Link } from "react-router";
import { api, call } from "@/api/client";
import { useI18n } from "@/i18n";
import { ErrorState } from "@/ui/ErrorState";
import { useHotkey } from "@/ui/hotkeys";
import { ListSkeleton } from "@/ui/Skeletons";
import { assessmentsQuery, usePeople } from "../data";
import { problemsOf, type Draft } from "../model/draft";
import { ScoreText } from "../parts";
import { isOpen, readBacktest, removeBacktest, startBacktest, triedContent, type Backtest } from "./backtests/data";
import { Turn } from "./backtests/Figures";
import { Answer, Details, differs } from "./backtests/words";
import classes from "./cards.module.css";
import quality from "../quality.module.css";

const RECENT = 20;
const LONGEST_MS = 120_000;

interface Props {
  scorecardId: number;
  baseId: number;
  draft: Draft;
  selected: string | null;
  onSelect: (key: string) => void;
  onClose: () => void;
}

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Judge one piece of past work by the draft; nothing of it stays behind. */
async function tryOn(scorecardId: number, worklogId: number, draft: Draft): Promise<Backtest> {
  const id = await startBacktest(scorecardId, { filters: { worklogIds: [worklogId] } as never, useAssignment: false, compareWith: "assessed", categories: triedContent(draft) });
  const until = Date.now() + LONGEST_MS;
  let found = await readBacktest(id, { allCriteria: true });
  while (isOpen(found.state) && Date.now() < until) {
    await wait(1_000);
    found = await readBacktest(id, { allCriteria: true });
  }
  // A trial of one piece of work is no backtest to look at later.
  await removeBacktest(id);
  return found;
}

/** Recently assessed work of the family, and that of a ticket whose number is typed. */
function useWork(baseId: number, words: string) {
  const { t, format } = useI18n();
  const people = usePeople();
  const [typed] = useDebouncedValue(words.trim().replace(/^#/, ""), 300);
  const ticketId = /^\d{1,12}$/.test(typed) ? Number(typed) : null;
  const recent = useQuery(assessmentsQuery({ scorecardBaseId: baseId, state: "aiReady,reviewOngoing,reviewedBySupervisor,discussedWithAssessee", orderByField: "createdAt", orderByDirection: "desc", limit: RECENT }));
  const ofTicket = useQuery({
    queryKey: ["quality", "ticketWork", ticketId],
    queryFn: () => call(api.GET("/api/mind/ticket/{ticketId}/worklog", { params: { path: { ticketId: ticketId ?? 0 } } })),
    enabled: ticketId !== null,
    retry: false,
  });
  const options = useMemo(() => {
    const groups: { group: string; items: { value: string; label: string }[] }[] = [];
    const seen = new Set<string>();
    const text = (ticket: number, user: number, at: string) => t("cards.preview.work", { ticket: String(ticket), name: people.name(user), date: format.date(at) });
    const add = (group: string, rows: { id: number; label: string }[]) => {
      const items = rows.filter((row) => !seen.has(String(row.id))).map(({ id, label }) => ({ value: String(id), label }));
      items.forEach((item) => seen.add(item.value));
      if (items.length > 0) groups.push({ group, items });
    };
    if (ticketId !== null) {
      const rows = (ofTicket.data ?? []) as { id: number; ticketId: number; latestInteraction: string; worklog: { userId: number } }[];
      add(t("cards.preview.ofTicket", { id: String(ticketId) }), rows.map((row) => ({ id: row.id, label: text(row.ticketId, row.worklog.userId, row.latestInteraction) })));
    }
    add(
      t("cards.preview.recent"),
      (recent.data?.assessments ?? []).flatMap((row) =>
        row.worklogId === null || row.worklogId === undefined ? [] : [{ id: row.worklogId, label: text(row.ticketId, row.assessedUser, row.worklog.lastInteraction ?? row.createdAt) }],
      ),
    );
    return groups;
  }, [ofTicket.data, recent.data, people, ticketId, t, format]);
  return { options, pending: recent.isPending || (ticketId !== null && ofTicket.isPending) };
}

/** The draft on a real piece of work: what each criterion would have become. */
export function Preview({ scorecardId, baseId, draft, selected, onSelect, onClose }: Props) {
  const { t } = useI18n();
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);
  const { options, pending } = useWork(baseId, words);
  const known = options.flatMap((group) => group.items);
  const [kept, setKept] = useState<{ value: string; label: string } | null>(null);
  const data = kept && !known.some((item) => item.value === kept.value) ? [...options, { group: t("cards.preview.chosen"), items: [kept] }] : options;
  const text = useMemo(() => JSON.stringify(triedContent(draft)), [draft]);
  const [tried, setTried] = useState<{ text: string; work: string } | null>(null);
  const problems = problemsOf(draft, "active").filter((problem) => problem.code !== "nameMissing");
  const run = useMutation({
    mutationFn: ({ work }: { work: string }) => tryOn(scorecardId, Number(work), draft),
    onMutate: ({ work }) => setTried({ text, work }),
  });
  const may = chosen !== null && problems.length === 0 && !run.isPending;
  const start = () => chosen !== null && may && run.mutate({ work: chosen });
  useHotkey("mod+Enter", t("cards.preview.run"), start, { inFields: true, enabled: may });
  const stale = run.isSuccess && tried !== null && (tried.text !== text || tried.work !== chosen);

  return (
    <section className={`${quality.pane} ${classes.preview}`} aria-label={t("cards.preview.title")} tabIndex={-1}>
      <Stack gap="xs" className={classes.previewHead}>
        <Group justify="space-between" wrap="nowrap">
          <Text fw={650}>{t("cards.preview.title")}</Text>
          <ActionIcon variant="subtle" color="gray" onClick={onClose} aria-label={t("cards.preview.close")}><IconX size={18} /></ActionIcon>
        </Group>
        <Select
          label={t("cards.preview.choose")} placeholder={t("cards.preview.placeholder")} searchable data={data} value={chosen} searchValue={words} onSearchChange={setWords}
          limit={60} nothingFoundMessage={pending ? t("common.loading") : t("cards.preview.nothing")}
          onChange={(value) => {
            setChosen(value);
            setKept(known.find((item) => item.value === value) ?? null);
          }}
        />
        <Group gap="xs">
          <Tooltip label="Ctrl ↵">
            <Button leftSection={<IconFlask size={16} aria-hidden />} disabled={!may} loading={run.isPending} onClick={start}>{t(run.isSuccess ? "cards.preview.again" : "cards.preview.run")}</Button>
          </Tooltip>
          {problems.length > 0 && <Text size="xs" c="dimmed" flex={1}>{t("cards.preview.incomplete")}</Text>}
          {stale && <Text size="xs" c="dimmed" flex={1} role="status">{t("cards.preview.stale")}</Text>}
        </Group>
      </Stack>
      {run.isPending ? (
        <ListSkeleton rows={5} height={44} />
      ) : run.isError ? (
        <ErrorState error={run.error} onRetry={start} />
      ) : run.data ? (
        <Outcome found={run.data} draft={draft} selected={selected} onSelect={onSelect} />
      ) : (
        <Text size="sm" c="dimmed" p="md">{t("cards.preview.intro")}</Text>
      )}
    </section>
  );
}

function Outcome({ found, draft, selected, onSelect }: { found: Backtest; draft: Draft; selected: string | null; onSelect: (key: string) => void }) {
  const { t, format } = useI18n();
  const criteria = draft.categories.flatMap((category) => category.criteria);
  const row = found.diffs[0];
  const byPeople = criteria.filter((one) => !one.autoGenerateByAi && one.rule === null).length;
  if (!row) {
    const why = isOpen(found.state) ? "slow" : found.state === "failed" ? "failed" : found.progress.total === 0 ? "hidden" : (found.summary?.failed ?? 0) > 0 ? "failed" : "notApplicable";
    return (
      <Alert variant="light" color={why === "notApplicable" ? "blue" : "orange"} m="md" title={t(`cards.preview.${why}Title`)}>
        {t(`cards.preview.${why}`)}
        {found.errorMessage && typeof found.errorMessage.message === "string" && ` (${found.errorMessage.message})`}
      </Alert>
    );
  }
  const same = row.criteria.filter((one) => !differs(one)).length;
  const compared = row.percentageBefore !== null || row.assessmentId !== null;
  return (
    <div role="region" aria-label={t("cards.preview.result")}>
      <Stack gap={4} px="md" py="sm">
        <Group gap="sm" align="baseline">
          {compared ? (
            <Turn
              before={<ScoreText percentage={row.percentageBefore} knockedOut={row.knockedOutBefore ?? false} />}
              after={<ScoreText percentage={row.percentageAfter} knockedOut={row.knockedOutAfter} size="xl" />}
            />
          ) : (
            <ScoreText percentage={row.percentageAfter} knockedOut={row.knockedOutAfter} size="xl" />
          )}
          {row.assessmentId !== null && <Text size="sm" component={Link} to={`/quality/assessment/${row.assessmentId}`} c="var(--mantine-color-anchor)">{t("cards.preview.openAssessment")}</Text>}
          <Text size="sm" component={Link} to={`/ticket/${row.ticketId}`} c="var(--mantine-color-anchor)">{t("quality.queue.ticket", { id: String(row.ticketId) })}</Text>
        </Group>
        <Text size="xs" c="dimmed" role="status">
          {compared ? t("cards.preview.differ", { count: row.criteria.length - same, total: row.criteria.length }) : t("cards.preview.notAssessed")}
          {byPeople > 0 && ` ${t("cards.preview.byPeople", { count: byPeople })}`}
        </Text>
      </Stack>
      {row.criteria.map((one) => {
        const shape = found.criteria.find((criterion) => criterion.criterionId === one.criterionId);
        const place = criteria.find((criterion) => criterion.id === one.criterionId) ?? criteria.find((criterion) => criterion.id === null && criterion.label.trim() === shape?.label);
        return (
          <div key={one.criterionId} className={classes.answer} data-current={(place && place.key === selected) || undefined}>
            <UnstyledButton className={classes.answerHead} disabled={!place} onClick={() => place && onSelect(place.key)} aria-current={place && place.key === selected}>
              <Text span size="sm" fw={600}>{shape?.label ?? `#${one.criterionId}`}</Text>
              <span className={classes.turn}>
                {compared && differs(one) ? <Turn before={<Answer criterion={one} side="before" />} after={<Answer criterion={one} side="after" />} /> : <Answer criterion={one} side="after" />}
                {shape && one.scoreAfter !== null && <Text span size="xs" c="dimmed">{t("cards.answer.of", { max: format.number(shape.maxPoints, 2) })}</Text>}
              </span>
            </UnstyledButton>
            <Details criterion={one} />
          </div>
        );
      })}
    </div>
  );
}
