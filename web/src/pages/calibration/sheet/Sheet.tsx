import { ActionIcon, Alert, Button, Group, Progress, SegmentedControl, Text, Textarea, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { IconArrowBackUp, IconArrowLeft, IconCheck, IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { Link, useNavigate } from "react-router";
import { useSession } from "@/app/auth";
import { useI18n } from "@/i18n";
import { errorText, useShowError } from "@/ui/ErrorState";
import { Keys, useHotkey } from "@/ui/hotkeys";
import { scoreOfDigit, takesNumber } from "../../quality/model/review";
import quality from "../../quality/quality.module.css";
import { CriterionRow } from "../../quality/review/CriterionRow";
import classes from "../calibration.module.css";
import { itemQuery, ownProgress, type ItemToScore, type Session } from "../data";
import { Answers } from "./Answers";
import { Conversation } from "./Conversation";
import { missingOf, nextMissing, placed, rowOf } from "./model";
import { useSheet } from "./useSheet";

const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as const;

export function Sheet({ session, item }: { session: Session; item: ItemToScore }) {
  const { t } = useI18n();
  const { me } = useSession();
  const navigate = useNavigate();
  const client = useQueryClient();
  const showError = useShowError();
  const reviews = item.sheet !== null;
  const editable = reviews && session.state === "open" && item.sheet?.state !== "submitted";
  const sheet = useSheet(item, editable);
  const { draft } = sheet;
  const all = placed(item);
  const missing = missingOf(item, draft);
  const [activeId, setActiveId] = useState<number | null>(() => (editable ? (missing[0]?.id ?? null) : null));
  const [hoveredId, setHoveredId] = useState<number | null>(null);
  const [pane, setPane] = useState<"conversation" | "scorecard">("conversation");
  const [told, setTold] = useState(false);
  const scoreField = useRef<HTMLInputElement>(null);
  const reasonField = useRef<HTMLTextAreaElement>(null);
  const commentField = useRef<HTMLTextAreaElement>(null);
  const active = all.find(({ criterion }) => criterion.id === activeId);
  const ids = session.items.map((one) => one.worklogId);
  const at = ids.indexOf(item.worklogId);
  const own = ownProgress(session, me.profile.id);
  const back = `/quality/calibration/${session.id}`;
  const open = (worklogId: number) => void navigate(`${back}/item/${worklogId}`);
  const shows = session.state === "closed" || !session.blind;

  useEffect(() => {
    const next = ids[at + 1];
    if (editable && next !== undefined) void client.prefetchQuery(itemQuery(session.id, next));
    // The next piece of work of this page; the list of ids is a new one on each render.
  }, [client, session.id, item.worklogId]);

  const focusRow = () => requestAnimationFrame(() => document.querySelector<HTMLElement>("li[data-criterion][data-active] > button")?.focus());
  const activate = (id: number | null) => {
    setActiveId(id);
    if (id !== null) setPane("scorecard");
  };
  const step = (by: 1 | -1) => {
    const place = all.findIndex(({ criterion }) => criterion.id === activeId);
    const next = all[Math.min(all.length - 1, Math.max(0, place < 0 ? 0 : place + by))];
    if (next) activate(next.criterion.id);
  };
  const answer = (score: number | null, applicable: boolean, stay = false) => {
    if (!active) return;
    if (!applicable && !active.criterion.allowNotApplicable) {
      notifications.show({ color: "orange", message: t("quality.review.alwaysApplies") });
      return;
    }
    const change = applicable ? { score, applicable: true } : { score: null, applicable: false };
    sheet.answer(active, change);
    if (stay) return;
    const rest = { ...draft, answers: { ...draft.answers, [active.criterion.id]: { ...change, categoryId: active.categoryId, criterionId: active.criterion.id, reason: null } } };
    setActiveId(nextMissing(item, rest, active.criterion.id) ?? active.criterion.id);
  };
  const typed = (digit: number) => {
    if (!active) return;
    const row = rowOf(active.criterion, draft.answers[active.criterion.id]);
    const direct = scoreOfDigit(row, digit);
    if (direct !== null) answer(direct, true);
    else if (takesNumber(row)) {
      scoreField.current?.focus();
      answer(Math.min(digit, row.maxPoints), true, true);
    }
  };
  const undo = () => {
    const id = sheet.undo();
    if (id !== null) activate(id);
  };

  const submit = useMutation({
    mutationFn: () => sheet.submit(),
    onSuccess: () => {
      const left = own.open.filter((id) => id !== item.worklogId);
      const next = left.find((id) => ids.indexOf(id) > at) ?? left[0];
      notifications.show({
        color: "assay",
        icon: <IconCheck size={16} />,
        message: next === undefined ? t("calibration.sheet.allDone") : t("calibration.sheet.submitted", { count: left.length }),
      });
      if (next === undefined) void navigate(back);
      else open(next);
    },
    onError: showError,
  });
  const trySubmit = () => {
    if (submit.isPending) return;
    setTold(missing.length > 0);
    if (missing.length > 0) activate(missing[0]!.id);
    else submit.mutate();
  };

  const keys = { enabled: editable };
  useHotkey("j", t("quality.keys.nextCriterion"), () => step(1), keys);
  useHotkey("k", t("quality.keys.previousCriterion"), () => step(-1), keys);
  useHotkey("ArrowDown", t("quality.keys.nextCriterion"), () => step(1), keys);
  useHotkey("ArrowUp", t("quality.keys.previousCriterion"), () => step(-1), keys);
  useHotkey("y", t("quality.keys.met"), () => answer(active?.criterion.maxPoints ?? 0, true), keys);
  useHotkey("n", t("quality.keys.notMet"), () => answer(0, true), keys);
  for (const digit of DIGITS) useHotkey(String(digit), t("quality.keys.number"), () => typed(digit), keys);
  useHotkey("x", t("quality.keys.notApplicable"), () => answer(null, false), keys);
  useHotkey("r", t("quality.keys.reason"), () => reasonField.current?.focus(), keys);
  useHotkey("t", t("calibration.sheet.comment"), () => commentField.current?.focus(), keys);
  useHotkey("u", t("quality.keys.undo"), undo, keys);
  useHotkey("mod+Enter", t("calibration.sheet.submit"), trySubmit, { ...keys, inFields: true });
  useHotkey("]", t("calibration.sheet.next"), () => ids[at + 1] !== undefined && open(ids[at + 1]!));
  useHotkey("[", t("calibration.sheet.previous"), () => ids[at - 1] !== undefined && open(ids[at - 1]!));

  const words = t("calibration.sheet.answered", { done: all.length - missing.length, total: all.length });
  return (
    <div className={quality.page} data-sheet={item.worklogId}>
      <header className={quality.head}>
        <Tooltip label={t("calibration.sheet.back")}>
          <ActionIcon variant="subtle" color="gray" component={Link} to={back} aria-label={t("calibration.sheet.back")}><IconArrowLeft size={18} /></ActionIcon>
        </Tooltip>
        <div style={{ minWidth: 0, flex: "1 1 200px" }}>
          <Text component="h1" fw={700} size="md" truncate>{item.subject || t("calibration.session.item", { number: at + 1, ticket: String(item.ticketId) })}</Text>
          <Text size="xs" c="dimmed" truncate>{session.name}</Text>
        </div>
        <Group gap={6} ms="auto" wrap="nowrap">
          {editable && <Saving save={sheet.save} error={sheet.error} onRetry={sheet.retry} />}
          <ActionIcon variant="subtle" color="gray" disabled={at <= 0} onClick={() => open(ids[at - 1]!)} aria-label={t("calibration.sheet.previous")}><IconChevronLeft size={18} /></ActionIcon>
          <Text size="xs" c="dimmed" className={classes.number}>{t("quality.review.position", { position: at + 1, total: ids.length })}</Text>
          <ActionIcon variant="subtle" color="gray" disabled={at >= ids.length - 1} onClick={() => open(ids[at + 1]!)} aria-label={t("calibration.sheet.next")}><IconChevronRight size={18} /></ActionIcon>
          {editable && (
            <Tooltip label={t("quality.review.undo")}>
              <ActionIcon variant="subtle" color="gray" disabled={!sheet.canUndo} onClick={undo} aria-label={t("quality.review.undo")}><IconArrowBackUp size={18} /></ActionIcon>
            </Tooltip>
          )}
        </Group>
      </header>
      <div className={quality.paneSwitch}>
        <SegmentedControl
          fullWidth size="xs" value={pane} onChange={(value) => setPane(value as typeof pane)}
          data={[{ value: "conversation", label: t("quality.review.conversation") }, { value: "scorecard", label: t("quality.review.scorecard") }]}
        />
      </div>
      <div className={shows && !editable ? `${quality.columns} ${classes.even}` : quality.columns} data-shown={pane}>
        <section className={quality.pane} aria-label={t("quality.review.conversation")} tabIndex={0}><Conversation item={item} /></section>
        <section className={`${quality.pane} ${quality.card}`} aria-label={t("quality.review.scorecard")} tabIndex={-1}>
          {reviews && !(shows && !editable) && (
            <div className={quality.totals}>
              <Text size="sm" fw={600} mb={6}>{words}</Text>
              <Progress value={all.length === 0 ? 0 : (100 * (all.length - missing.length)) / all.length} size="sm" aria-label={words} />
            </div>
          )}
          <Notices session={session} item={item} reviews={reviews} />
          {told && missing.length > 0 && (
            <Alert color="orange" variant="light" mx="md" mt="sm" role="alert" title={t("calibration.sheet.missing", { count: missing.length })}>
              <div className={classes.missing}>
                {missing.map((criterion) => (
                  <Button key={criterion.id} size="compact-xs" variant="default" onClick={() => activate(criterion.id)}>{criterion.label}</Button>
                ))}
              </div>
            </Alert>
          )}
          {shows && <Answers session={session} item={item} />}
          {reviews && !(shows && !editable) && item.categories.map((category) => (
            <section key={category.categoryId} aria-label={category.label}>
              <div className={quality.category}><Text component="h2" size="xs" fw={700} tt="uppercase" c="dimmed">{category.label}</Text></div>
              <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>
                {category.criteria.map((criterion) => {
                  const where = { categoryId: category.categoryId, criterion };
                  return (
                    <CriterionRow
                      key={criterion.id} criterion={rowOf(criterion, draft.answers[criterion.id])} definition={criterion} editable={editable} blind
                      active={criterion.id === activeId} hovered={criterion.id === hoveredId}
                      onActivate={() => activate(criterion.id === activeId ? null : criterion.id)} onHover={(over) => setHoveredId(over ? criterion.id : null)}
                      onEdit={(change) => change.reason !== undefined && sheet.answer(where, { reason: change.reason })}
                      onScore={(score) => answer(score, true, true)} onAccept={() => step(1)} onNotApplicable={() => answer(null, false)}
                      onShowPassage={() => undefined} onDone={focusRow} scoreField={scoreField} reasonField={reasonField}
                    />
                  );
                })}
              </ul>
            </section>
          ))}
          {reviews && (editable || draft.comment) && (
            <div className={quality.category}>
              <Textarea
                ref={commentField} w="100%" autosize minRows={2} maxRows={10} maxLength={20000} readOnly={!editable} mb="md"
                label={<Group gap={6} component="span">{t("calibration.sheet.comment")} {editable && <Keys keys="t" />}</Group>}
                placeholder={t("calibration.sheet.commentPlaceholder")} value={draft.comment} onChange={(event) => sheet.write(event.currentTarget.value)}
                onKeyDown={(event) => {
                  if (event.key === "Escape") {
                    event.preventDefault();
                    focusRow();
                  }
                }}
              />
            </div>
          )}
        </section>
      </div>
      {editable && (
        <footer className={quality.foot}>
          <Text size="xs" c="dimmed" flex="1 1 200px">{t(missing.length > 0 ? "calibration.sheet.draftKept" : "calibration.sheet.finalHint")}</Text>
          <Button ms="auto" onClick={trySubmit} loading={submit.isPending} rightSection={<Keys keys="mod+Enter" />}>{t("calibration.sheet.submit")}</Button>
        </footer>
      )}
    </div>
  );
}

function Saving({ save, error, onRetry }: { save: ReturnType<typeof useSheet>["save"]; error: unknown; onRetry: () => void }) {
  const { t } = useI18n();
  if (save === "failed") {
    return (
      <Tooltip label={errorText(error, t)} multiline maw={360}>
        <Button size="compact-xs" color="red" variant="light" onClick={onRetry}>{t("quality.review.failed")} · {t("quality.review.retry")}</Button>
      </Tooltip>
    );
  }
  return <Text size="xs" c="dimmed" role="status">{t(`quality.review.${save}`)}</Text>;
}

function Notices({ session, item, reviews }: { session: Session; item: ItemToScore; reviews: boolean }) {
  const { t, format } = useI18n();
  const notices: string[] = [];
  if (!reviews && session.state !== "closed") notices.push(t("calibration.sheet.notReviewer"));
  if (reviews && session.state === "open" && session.blind) {
    notices.push(
      item.sheet?.state === "submitted"
        ? t("calibration.sheet.wasSubmitted", { date: item.sheet.submittedAt ? format.dateTime(item.sheet.submittedAt) : "" })
        : t("calibration.sheet.blind"),
    );
  }
  if (session.state === "cancelled") notices.push(t("calibration.session.wasCancelled"));
  return notices.map((words) => <Alert key={words} variant="light" color="blue" mx="md" mt="sm" py={8}>{words}</Alert>);
}
