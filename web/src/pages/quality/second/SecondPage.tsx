import { ActionIcon, Alert, Button, Group, SegmentedControl, Skeleton, Stack, Text, Textarea, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconArrowLeft, IconCheck } from "@tabler/icons-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { Link, useParams } from "react-router";
import { ApiError } from "@/api/errors";
import { useSession } from "@/app/auth";
import { useI18n } from "@/i18n";
import { ErrorState, errorText } from "@/ui/ErrorState";
import { PageSkeleton } from "@/ui/Skeletons";
import { ScoreField } from "../appeals/ScoreField";
import { messagesQuery, usePeople, worklogQuery } from "../data";
import classes from "../quality.module.css";
import { ConversationPane, type AssessedWork } from "../review/ConversationPane";
import { ConfirmDialog } from "../review/Dialogs";
import { Compared } from "./Compared";
import { cardOf, secondOfQuery, sheetQuery, waitingSecondsQuery, writeSheet, type SecondReview, type SheetCriterion, type SheetWrite } from "./data";

const QUIET_MS = 800;

export default function SecondPage() {
  const id = Number(useParams().assessmentId);
  const valid = Number.isSafeInteger(id) && id > 0;
  const found = useQuery({ ...sheetQuery(id), enabled: valid, refetchOnWindowFocus: false });
  if (!valid) return <ErrorState error={new ApiError(404, "second_review_not_found", "")} />;
  if (found.isError && !found.data) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data) return <PageSkeleton />;
  return <Sheet key={id} review={found.data} />;
}

/** What was assessed, put together from the piece of work: the assessment itself is hidden from its second reviewer. */
function useWork(review: SecondReview): AssessedWork | null {
  const { data, isError } = useQuery(worklogQuery(review.worklogId));
  return useMemo(() => {
    if (data) return { assessedUser: data.worklog.userId, time: data.time, worklog: { lastInteraction: data.latestInteraction } };
    return isError || review.worklogId === null ? UNKNOWN : null;
  }, [data, isError, review.worklogId]);
}

/** The piece of work was removed: the conversation is shown without marks. */
const UNKNOWN: AssessedWork = { assessedUser: 0, time: { segments: [] }, worklog: { lastInteraction: null } };

function Sheet({ review }: { review: SecondReview }) {
  const { t } = useI18n();
  const { me } = useSession();
  const people = usePeople();
  const [pane, setPane] = useState<"sheet" | "conversation">("sheet");
  const messages = useQuery(messagesQuery(review.ticketId));
  const worklog = useQuery(worklogQuery(review.worklogId));
  const work = useWork(review);
  const own = review.reviewerId === me.profile.id;
  const done = review.state === "submitted";
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <Tooltip label={t("quality.review.back")}>
          <ActionIcon variant="subtle" color="gray" component={Link} to="/quality/review" aria-label={t("quality.review.back")}><IconArrowLeft size={18} /></ActionIcon>
        </Tooltip>
        <div>
          <Text component="h1" fw={700} size="md">{t("second.title")}{work && work !== UNKNOWN ? ` · ${people.name(work.assessedUser)}` : ""}</Text>
          <Text size="xs" c="dimmed">{cardOf(review).name} · {t("quality.queue.ticket", { id: String(review.ticketId) })}</Text>
        </div>
      </header>
      <div className={classes.paneSwitch}>
        <SegmentedControl
          fullWidth size="xs" value={pane} onChange={(value) => setPane(value as typeof pane)}
          data={[{ value: "sheet", label: t("second.sheet") }, { value: "conversation", label: t("quality.review.conversation") }]}
        />
      </div>
      <div className={classes.columns} data-shown={pane === "sheet" ? "scorecard" : "conversation"}>
        <section className={classes.pane} aria-label={t("quality.review.conversation")} tabIndex={0}>
          {messages.isError ? (
            <ErrorState error={messages.error} onRetry={() => void messages.refetch()} />
          ) : messages.data && work ? (
            <ConversationPane
              assessment={work} messages={messages.data} worklog={worklog.data} criteria={[]} activeId={null} hoveredId={null} onHover={() => undefined}
              onActivate={() => undefined} agentName={people.name} choice={null}
            />
          ) : (
            <Stack p="md">{[120, 90, 150].map((height) => <Skeleton key={height} height={height} radius="md" />)}</Stack>
          )}
        </section>
        <section className={`${classes.pane} ${classes.card}`} aria-label={t("second.sheet")} tabIndex={-1}>
          {done ? (
            <Stack p="md">
              <Alert variant="light" color="assay" icon={<IconCheck size={18} />}>{t(own ? "second.youHandedIn" : "second.wasHandedIn")}</Alert>
              <Compared review={review} nameOf={people.name} />
              <Group><Button component={Link} to={`/quality/assessment/${review.assessmentId}`} variant="light">{t("appeals.toReview")}</Button></Group>
            </Stack>
          ) : own ? (
            <Answers review={review} />
          ) : (
            <Alert m="md" variant="light" color="blue">{t("second.notYours", { name: people.name(review.reviewerId) })}</Alert>
          )}
        </section>
      </div>
    </div>
  );
}

interface Answer {
  score: number | null;
  applicable: boolean;
  reason: string;
}

const NOTHING: Answer = { score: null, applicable: true, reason: "" };
type Saved = "saved" | "waiting" | "saving" | "failed";

/** The blind sheet: what is written is kept at once; handing in ends it. */
function Answers({ review }: { review: SecondReview }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const card = cardOf(review);
  const [answers, setAnswers] = useState<Record<number, Answer>>(() =>
    Object.fromEntries((review.answers ?? []).map(({ criterionId, score, applicable, reason }) => [criterionId, { score, applicable, reason: reason ?? "" }])),
  );
  const [comment, setComment] = useState(review.comment ?? "");
  const [saved, setSaved] = useState<Saved>("saved");
  const [error, setError] = useState<unknown>(null);
  const [sure, setSure] = useState(false);
  const timer = useRef<number | undefined>(undefined);
  const criteria = card.categories.flatMap((category) => category.criteria.map((criterion) => ({ criterion, categoryId: category.categoryId })));
  const isAnswered = (id: number): boolean => {
    const one = answers[id];
    return one !== undefined && (one.score !== null || !one.applicable);
  };
  const left = criteria.filter(({ criterion }) => !isAnswered(criterion.id)).length;

  const body = (submit: boolean): SheetWrite => ({
    comment,
    submit,
    criteria: criteria.flatMap(({ criterion, categoryId }) => {
      const one = answers[criterion.id];
      if (!one || (one.score === null && one.applicable && one.reason === "")) return [];
      return [{ categoryId, criterionId: criterion.id, score: one.score, applicable: one.applicable, reason: one.reason || null }];
    }),
  });
  const latest = useRef(body);
  latest.current = body;
  const save = useRef(async () => {
    timer.current = undefined;
    setSaved("saving");
    try {
      await writeSheet(review.assessmentId, latest.current(false));
      setSaved(timer.current === undefined ? "saved" : "waiting");
      setError(null);
    } catch (thrown) {
      setError(thrown);
      setSaved("failed");
    }
  });
  const later = () => {
    setSaved("waiting");
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => void save.current(), QUIET_MS);
  };
  // Whoever leaves within the second takes the last words along.
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (timer.current !== undefined) event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => {
      window.removeEventListener("beforeunload", warn);
      if (timer.current === undefined) return;
      window.clearTimeout(timer.current);
      void save.current();
    };
  }, []);

  const submit = useMutation({
    mutationFn: () => {
      window.clearTimeout(timer.current);
      timer.current = undefined;
      return writeSheet(review.assessmentId, body(true));
    },
    onSuccess: (done) => {
      client.setQueryData(sheetQuery(review.assessmentId).queryKey, done);
      client.setQueryData(secondOfQuery(review.assessmentId).queryKey, done);
      void client.invalidateQueries({ queryKey: waitingSecondsQuery.queryKey });
      notifications.show({ color: "assay", message: t("second.youHandedIn") });
    },
    onError: (thrown) => {
      setSure(false);
      setError(thrown);
    },
  });

  const set = (id: number, change: Partial<Answer>) => {
    setAnswers((before) => ({ ...before, [id]: { ...(before[id] ?? NOTHING), ...change } }));
    later();
  };
  return (
    <>
      <Alert m="md" mb={0} variant="light" color="blue">{t("second.blind")}</Alert>
      {card.categories.map((category) => (
        <section key={category.categoryId} aria-label={category.label}>
          <div className={classes.category}><Text component="h2" size="xs" fw={700} tt="uppercase" c="dimmed">{category.label}</Text></div>
          {category.criteria.map((criterion) => (
            <SheetRow key={criterion.id} criterion={criterion} answer={answers[criterion.id] ?? NOTHING} answered={isAnswered(criterion.id)} onChange={(change) => set(criterion.id, change)} />
          ))}
        </section>
      ))}
      <Stack p="md" gap="sm">
        <Textarea
          label={t("second.comment")} autosize minRows={2} maxRows={10} maxLength={20000} value={comment}
          onChange={(event) => {
            setComment(event.currentTarget.value);
            later();
          }}
        />
        {error !== null && <Alert color="red" variant="light" role="alert">{errorText(error, t)}</Alert>}
        <Group justify="space-between">
          <Text size="xs" c="dimmed" role="status">{left > 0 ? t("second.left", { count: left }) : t("second.allAnswered")} · {t(`quality.review.${saved}`)}</Text>
          <Button disabled={left > 0} onClick={() => setSure(true)}>{t("second.submit")} …</Button>
        </Group>
      </Stack>
      {sure && (
        <ConfirmDialog
          opened onClose={() => setSure(false)} title={t("second.submitTitle")} text={t("second.submitText")} action={t("second.submit")} pending={submit.isPending}
          onConfirm={() => submit.mutate()}
        />
      )}
    </>
  );
}

function SheetRow({ criterion, answer, answered, onChange }: { criterion: SheetCriterion; answer: Answer; answered: boolean; onChange: (change: Partial<Answer>) => void }) {
  const { t } = useI18n();
  return (
    <div className={classes.criterion} style={{ padding: "8px 10px" }} data-criterion={criterion.id}>
      <Group gap={6} wrap="nowrap" justify="space-between">
        <Text size="sm" fw={600}>{criterion.label}</Text>
        {answered && <IconCheck size={16} role="img" aria-label={t("second.answered")} />}
      </Group>
      {criterion.description && <Text size="xs" c="dimmed">{criterion.description}</Text>}
      <Stack gap={6} mt={6}>
        <ScoreField
          label={criterion.label} scoringType={criterion.scoringType} maxPoints={criterion.maxPoints} mayNotApply={criterion.allowNotApplicable} score={answer.score}
          applicable={answer.applicable ? null : false} onChange={(score, applicable) => onChange({ score, applicable: applicable !== false })}
        />
        <Textarea
          size="xs" autosize minRows={1} maxRows={6} maxLength={4000} placeholder={t("second.reasonPlaceholder")} aria-label={t("second.reasonFor", { label: criterion.label })}
          value={answer.reason} onChange={(event) => onChange({ reason: event.currentTarget.value })}
        />
      </Stack>
    </div>
  );
}
