import { ActionIcon, Alert, Anchor, Badge, Button, Collapse, Group, Menu, SegmentedControl, Skeleton, Stack, Text, Textarea, Tooltip, UnstyledButton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconArrowBackUp, IconArrowLeft, IconCheck, IconChevronDown, IconChevronLeft, IconChevronRight, IconDots, IconHistory, IconMedal2, IconMessages, IconRefresh, IconReportSearch, IconTrash, IconUsers } from "@tabler/icons-react";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { Link, useLocation, useNavigate, useSearchParams } from "react-router";
import { api, call } from "@/api/client";
import { useSession } from "@/app/auth";
import { useI18n } from "@/i18n";
import { ErrorState, errorText, useShowError } from "@/ui/ErrorState";
import { Keys, useHotkey } from "@/ui/hotkeys";
import { Person } from "@/ui/Person";
import { OwnPart } from "../appeals/OwnPart";
import { AcknowledgedNote, AppealBanner } from "../appeals/ReviewPart";
import { assessmentQuery, isStale, messagesQuery, patchAssessment, prefetchReview, scorecardQuery, useForgetLists, usePeople, worklogQuery } from "../data";
import { canFinish, differsFromJudge, firstToReview, isAbstention, isAcceptable, isDecided, locate, nextOpen, scoreOfDigit, takesNumber, type CriterionEdit } from "../model/review";
import { ReviewSession } from "../model/session";
import type { Assessment, OverrideReason, ScoredCriterion } from "../model/types";
import { StateBadge } from "../parts";
import { isTrail, nextReview, releaseReview, type Trail } from "../queue";
import { AskDialog, SecondPart } from "../second/SecondPart";
import classes from "../quality.module.css";
import { ConversationPane, EvidenceBar, isAssessed } from "./ConversationPane";
import { CriterionRow } from "./CriterionRow";
import { ConfirmDialog, DiscussDialog, HistoryDrawer, RefreshDialog, ReopenDialog } from "./Dialogs";
import { TotalsPanel } from "./TotalsPanel";
import { useEvidenceChoice } from "./useEvidenceChoice";

const ReplayDialog = lazy(() => import("./ReplayDialog").then(({ ReplayDialog: dialog }) => ({ default: dialog })));
const AddToGolden = lazy(() => import("../../calibration/golden/AddToGolden"));

const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
type OpenDialog = "discuss" | "reopen" | "refresh" | "remove" | "history" | "replay" | "second" | "golden" | null;

function useReviewSession(assessment: Assessment) {
  const client = useQueryClient();
  const [session] = useState(
    () =>
      new ReviewSession(assessment, {
        patch: patchAssessment,
        stored: (stored) => client.setQueryData(assessmentQuery(stored.id).queryKey, stored),
        reread: (id) => client.fetchQuery({ ...assessmentQuery(id), staleTime: 0 }),
        isStale,
      }),
  );
  const snapshot = useSyncExternalStore(session.subscribe, session.getSnapshot);
  useEffect(() => session.receive(assessment), [session, assessment]);
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (session.getSnapshot().save !== "saved") event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => {
      window.removeEventListener("beforeunload", warn);
      void session.flush();
    };
  }, [session]);
  return { session, snapshot };
}

export function Review({ assessment }: { assessment: Assessment }) {
  const { t, format, language } = useI18n();
  const { can, me } = useSession();
  const client = useQueryClient();
  const navigate = useNavigate();
  const location = useLocation();
  const [params] = useSearchParams();
  const people = usePeople();
  const showError = useShowError();
  const forgetLists = useForgetLists();
  const trail: Trail = isTrail(location.state) ? location.state : { ids: [assessment.id], back: "/quality/review" };
  const { session, snapshot } = useReviewSession(assessment);
  const { server, categories } = snapshot;
  const messages = useQuery(messagesQuery(server.ticketId));
  const worklog = useQuery(worklogQuery(server.worklogId));
  const scorecard = useQuery(scorecardQuery(server.scorecardId));
  const criteria = useMemo(() => locate(categories).map(({ criterion }) => criterion), [categories]);
  const [activeId, setActiveId] = useState<number | null>(() => {
    const asked = Number(params.get("criterion"));
    if (criteria.some((criterion) => criterion.id === asked)) return asked;
    return assessment.canEdit ? firstToReview(criteria) : null;
  });
  const [hoveredId, setHoveredId] = useState<number | null>(null);
  const [pane, setPane] = useState<"conversation" | "scorecard">("scorecard");
  const [dialog, setDialog] = useState<OpenDialog>(null);
  const [summaryOpen, setSummaryOpen] = useState(false);
  const passageAt = useRef(0);
  const scoreField = useRef<HTMLInputElement>(null);
  const reasonField = useRef<HTMLTextAreaElement>(null);
  const supervisorField = useRef<HTMLTextAreaElement>(null);
  const conversation = useRef<HTMLDivElement>(null);
  const editable = server.canEdit;
  const reviewed = server.state === "reviewedBySupervisor" || server.state === "discussedWithAssessee";
  const blind = server.blindReview && !reviewed && editable;
  const active = criteria.find((criterion) => criterion.id === activeId);
  const definitions = useMemo(
    () => new Map((scorecard.data?.categories ?? []).flatMap((category) => category.criteria.map((one) => [one.id, one] as const))),
    [scorecard.data],
  );
  const nameOf = (id: number | null) => people.name(id);
  const agent = people.name(server.assessedUser);

  const assessedIds = useMemo(
    () => new Set((messages.data ?? []).filter((message) => isAssessed(message, server)).map((message) => message.id)),
    [messages.data, server],
  );
  const shownMessages = useMemo(
    () => (messages.data ?? []).filter((message) => !message.isDraft && message.deletedAt === null),
    [messages.data],
  );
  const evidence = useEvidenceChoice(
    shownMessages,
    assessedIds,
    language,
    (criterion, chosen) =>
      session.edit(criterion.id, {
        evidence: chosen,
        ...(criterion.overrideReason === null && criterion.aiReason !== null
          ? { overrideReason: criterion.evidence.length > 0 ? ("evidenceWrong" as const) : ("evidenceMissing" as const) }
          : {}),
      }),
    () => notifications.show({ color: "orange", message: t("quality.review.evidenceTooMany") }),
  );
  const choosing = evidence.choice !== null;

  const scrollTo = useCallback((selector: string) => {
    setPane((shown) => (window.matchMedia("(max-width: 61.99em)").matches ? "conversation" : shown));
    requestAnimationFrame(() => {
      conversation.current?.querySelector(selector)?.scrollIntoView({ block: "center", behavior: "auto" });
    });
  }, []);

  const activate = useCallback((id: number | null) => {
    passageAt.current = 0;
    setActiveId(id);
  }, []);

  // Pointing at a criterion brings its first passage into view, on wide screens only: there both sides are visible.
  useEffect(() => {
    if (activeId === null || choosing || window.matchMedia("(max-width: 61.99em)").matches) return;
    requestAnimationFrame(() => {
      conversation.current?.querySelector("mark[data-active]")?.scrollIntoView({ block: "nearest" });
    });
  }, [activeId, choosing, messages.data]);

  const cursor = evidence.choice?.cursor;
  useEffect(() => {
    if (cursor) conversation.current?.querySelector("mark[data-cursor]")?.scrollIntoView({ block: "nearest" });
  }, [cursor]);

  const focusRow = () => {
    requestAnimationFrame(() => {
      document.querySelector<HTMLElement>("li[data-criterion][data-active] > button")?.focus();
    });
  };

  const edit = (criterion: ScoredCriterion, change: CriterionEdit) => session.edit(criterion.id, change);

  const step = (by: 1 | -1) => {
    const at = criteria.findIndex((criterion) => criterion.id === activeId);
    const next = criteria[Math.min(criteria.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
    if (next) activate(next.id);
  };

  const goOn = (criterion: ScoredCriterion) => {
    const rest = locate(session.getSnapshot().categories).map((one) => one.criterion);
    activate(nextOpen(rest, criterion.id) ?? criterion.id);
  };

  const whyOf = (criterion: ScoredCriterion, score: number | null): OverrideReason | null => {
    const judged = criterion.aiScore !== null || criterion.aiApplicable === false;
    const { overrideReason: given } = criterion;
    // What a person said about the evidence stays, whatever the score.
    const other = given === "scoreWrong" || given === "notApplicable" ? null : given;
    if (!judged) return other;
    if (score === null) return criterion.aiApplicable === false ? other : (other ?? "notApplicable");
    return criterion.aiScore === score ? other : (other ?? "scoreWrong");
  };

  const score = (criterion: ScoredCriterion, value: number, stay = false) => {
    edit(criterion, { score: value, overrideReason: whyOf(criterion, value), ...(isAbstention(criterion) ? { reason: null } : {}) });
    // A person who contradicts the judge stays at the criterion and can say why with one more key.
    const contradicts = criterion.aiApplicable === false || (criterion.aiScore !== null && criterion.aiScore !== value);
    if (!stay && !contradicts) goOn(criterion);
  };

  const accept = (criterion: ScoredCriterion) => {
    if (isAcceptable(criterion)) edit(criterion, {});
    else if (!isDecided(criterion)) {
      notifications.show({ id: "nothing-to-accept", color: "orange", message: t("quality.review.nothingToAccept") });
      return;
    }
    goOn(criterion);
  };

  const acceptAll = () => {
    const rest = criteria.filter(isAcceptable);
    for (const criterion of rest) session.edit(criterion.id, {});
    notifications.show({ message: t("quality.review.acceptedCount", { count: rest.length }) });
    const left = locate(session.getSnapshot().categories).map((one) => one.criterion);
    activate(nextOpen(left, null) ?? activeId);
  };

  const notApplicable = (criterion: ScoredCriterion) => {
    if (definitions.get(criterion.id)?.allowNotApplicable === false) {
      notifications.show({ color: "orange", message: t("quality.review.alwaysApplies") });
      return;
    }
    edit(criterion, { applicable: false, overrideReason: whyOf(criterion, null), ...(isAbstention(criterion) ? { reason: null } : {}) });
    goOn(criterion);
  };

  const openHistory = () => {
    setDialog("history");
    void session.flush().then(() => client.invalidateQueries({ queryKey: assessmentQuery(server.id).queryKey }));
  };

  const undo = () => {
    const id = session.undo();
    if (id !== null) activate(id);
  };

  const showPassage = (index: number) => {
    if (!active || active.evidence.length === 0) return;
    const passage = active.evidence[index % active.evidence.length];
    if (!passage) return;
    const order = active.evidence.filter((one) => one.conversationId === passage.conversationId).indexOf(passage);
    scrollTo(`[data-message="${passage.conversationId}"] mark[data-active]:nth-of-type(1n)`);
    requestAnimationFrame(() => {
      const marks = conversation.current?.querySelectorAll(`[data-message="${passage.conversationId}"] mark[data-active]`);
      marks?.[Math.min(order, marks.length - 1)]?.scrollIntoView({ block: "center" });
    });
  };

  const at = trail.ids.indexOf(server.id);
  const open = useCallback(
    (id: number, ids: number[] = trail.ids) => void navigate(`/quality/assessment/${id}`, { state: { ...trail, ids } }),
    [navigate, trail],
  );
  const neighbour = (by: 1 | -1) => {
    const id = trail.ids[at + by];
    if (id !== undefined) open(id);
  };

  useEffect(() => {
    for (const id of trail.ids.slice(at + 1, at + 3)) void prefetchReview(client, id);
    // The neighbours of this page; the trail is a new object on each render.
  }, [client, server.id]);

  const finish = useMutation({
    mutationFn: async () => {
      const done = await session.flush("reviewedBySupervisor");
      if (!done) throw session.getSnapshot().error;
      return trail.guided === undefined ? null : nextReview(trail.guided, server.id);
    },
    onSuccess: (handed) => {
      forgetLists();
      const left = criteria.filter((criterion) => criterion.score === null && criterion.applicable !== false).length;
      notifications.show({
        color: "assay",
        icon: <IconCheck size={16} />,
        message: left > 0 ? t("quality.review.finishedOpen", { count: left }) : t("quality.review.finished"),
      });
      if (handed) {
        if (handed.assessmentId === null) {
          void navigate(trail.back);
          notifications.show({ message: t("quality.queue.nobodyLeft") });
        } else open(handed.assessmentId, [...trail.ids.slice(0, at + 1), handed.assessmentId, ...handed.next]);
      } else if (trail.ids[at + 1] !== undefined) neighbour(1);
    },
    onError: showError,
  });

  const reopen = useMutation({
    mutationFn: (reason: string) =>
      call(api.POST("/api/mind/quality/assessment/{id}/reopen", { params: { path: { id: server.id } }, body: { reason } })),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: assessmentQuery(server.id).queryKey });
      forgetLists();
      setDialog(null);
      notifications.show({ message: t("quality.review.reopened2") });
    },
    onError: showError,
  });

  const refresh = useMutation({
    mutationFn: async (overwriteHuman: boolean) => {
      await session.flush();
      return call(
        api.POST("/api/mind/quality/assessment/{id}/refresh", { params: { path: { id: server.id } }, body: { overwriteHuman } }),
      );
    },
    onSuccess: (answer) => {
      void client.invalidateQueries({ queryKey: assessmentQuery(server.id).queryKey });
      forgetLists();
      setDialog(null);
      const later = answer !== undefined && answer.state === "aiInProgress";
      notifications.show({ message: t(later ? "quality.review.refreshLater" : "quality.review.refreshDone") });
    },
    onError: showError,
  });

  const remove = useMutation({
    mutationFn: () => call(api.DELETE("/api/mind/quality/assessment/{id}", { params: { path: { id: server.id } } })),
    onSuccess: () => {
      forgetLists();
      const restore = () =>
        void call(api.POST("/api/mind/quality/assessment/{id}/restore", { params: { path: { id: server.id } } })).then(forgetLists, showError);
      notifications.show({
        autoClose: 10_000,
        message: (
          <Group justify="space-between">
            {t("quality.review.removed")}
            <Button size="compact-xs" variant="light" onClick={restore}>{t("quality.review.undo")}</Button>
          </Group>
        ),
      });
      void navigate(trail.back);
    },
    onError: showError,
  });

  const discuss = async (date: string, text: string) => {
    const done = await session.flush("discussedWithAssessee", { discussionDate: date, supervisorAssessment: text });
    if (done) {
      forgetLists();
      setDialog(null);
      notifications.show({ message: t("quality.review.discussed") });
    } else showError(session.getSnapshot().error);
  };

  const typed = (digit: number) => {
    if (!active) return;
    const direct = scoreOfDigit(active, digit);
    if (direct !== null) score(active, direct);
    else if (takesNumber(active)) {
      scoreField.current?.focus();
      score(active, Math.min(digit, active.maxPoints), true);
    }
  };

  const keys = { enabled: editable && !choosing };
  useHotkey("j", t("quality.keys.nextCriterion"), () => step(1), { enabled: !choosing });
  useHotkey("k", t("quality.keys.previousCriterion"), () => step(-1), { enabled: !choosing });
  useHotkey("ArrowDown", t("quality.keys.nextCriterion"), () => step(1), { enabled: !choosing });
  useHotkey("ArrowUp", t("quality.keys.previousCriterion"), () => step(-1), { enabled: !choosing });
  useHotkey("a", t("quality.keys.accept"), () => active && accept(active), keys);
  useHotkey("y", t("quality.keys.met"), () => active && score(active, active.maxPoints), keys);
  useHotkey("n", t("quality.keys.notMet"), () => active && score(active, 0), keys);
  for (const digit of DIGITS) useHotkey(String(digit), t("quality.keys.number"), () => typed(digit), keys);
  useHotkey("x", t("quality.keys.notApplicable"), () => active && notApplicable(active), keys);
  useHotkey("r", t("quality.keys.reason"), () => reasonField.current?.focus(), keys);
  useHotkey("s", t("quality.keys.scoreWrong"), () => active && edit(active, { overrideReason: "scoreWrong" }), keys);
  useHotkey("d", t("quality.keys.evidenceWrong"), () => active && edit(active, { overrideReason: "evidenceWrong" }), keys);
  useHotkey("f", t("quality.keys.evidenceMissing"), () => active && edit(active, { overrideReason: "evidenceMissing" }), keys);
  useHotkey("e", t("quality.keys.evidence"), () => active && beginEvidence(active), keys);
  useHotkey("v", t("quality.keys.showEvidence"), () => showPassage(passageAt.current++), { enabled: !choosing });
  useHotkey("mod+a", t("quality.keys.acceptAll"), acceptAll, keys);
  useHotkey("t", t("quality.keys.text"), () => supervisorField.current?.focus(), keys);
  useHotkey("u", t("quality.keys.undo"), undo, keys);
  useHotkey("mod+Enter", t("quality.keys.finish"), () => finish.mutate(), { enabled: canFinish(server) && !choosing && dialog === null, inFields: true });
  useHotkey("]", t("quality.keys.nextAssessment"), () => neighbour(1), { enabled: !choosing });
  useHotkey("[", t("quality.keys.previousAssessment"), () => neighbour(-1), { enabled: !choosing });
  useHotkey("h", t("quality.keys.history"), () => openHistory(), { enabled: !choosing });

  const beginEvidence = (criterion: ScoredCriterion) => {
    evidence.begin(criterion);
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    scrollTo("mark[data-cursor]");
  };
  const endEvidence = (keep: boolean) => {
    if (keep) evidence.done();
    else evidence.cancel();
    setPane("scorecard");
    focusRow();
  };
  useHotkey("ArrowDown", t("quality.keys.evidence"), () => evidence.move(1), { enabled: choosing });
  useHotkey("j", t("quality.keys.evidence"), () => evidence.move(1), { enabled: choosing });
  useHotkey("ArrowUp", t("quality.keys.evidence"), () => evidence.move(-1), { enabled: choosing });
  useHotkey("k", t("quality.keys.evidence"), () => evidence.move(-1), { enabled: choosing });
  useHotkey(" ", t("quality.keys.evidence"), () => evidence.toggle(), { enabled: choosing });
  useHotkey("Enter", t("quality.review.evidenceDone"), () => endEvidence(true), { enabled: choosing });
  useHotkey("Escape", t("quality.review.evidenceCancel"), () => endEvidence(false), { enabled: choosing });

  const mayReopen = reviewed && (server.assessedByUser === me.profile.id || can("qualityDoAssessmentsAll")) && can("qualityDoAssessmentsTeam", "qualityDoAssessmentsAll");
  const mayDiscuss = editable && server.state !== "error";
  const mayRefresh = editable && !reviewed;
  const mayGolden = can("qualityManageGoldenSets") && server.worklogId !== null && criteria.some(isDecided);
  const judges = can("qualityDoAssessmentsTeam", "qualityDoAssessmentsAll");
  const isOwn = server.assessedUser === me.profile.id;
  const mayReplay = judges && !isOwn && !blind && server.judge !== null;
  const mayAskSecond = judges && !isOwn && reviewed && server.assessedByUser !== null;
  const showCriterion = (id: number) => {
    activate(id);
    scrollTo("mark[data-active]");
  };
  const summary = snapshot.texts.aiSummary ?? server.data.aiSummary;
  const supervisorText = snapshot.texts.supervisorAssessment ?? server.data.supervisorAssessment;
  const facts = [
    server.customerExperience.slaMet === null ? null : t(server.customerExperience.slaMet ? "quality.review.slaMet" : "quality.review.slaMissed"),
    server.customerExperience.reOpened ? t("quality.review.reopened") : null,
    server.time.duration > 0 ? t("quality.review.workTime", { duration: format.duration(server.time.duration) }) : null,
    server.customerExperience.csat?.answerStars ? t("quality.review.csat", { stars: server.customerExperience.csat.answerStars, scale: server.customerExperience.csat.scale }) : null,
  ].filter(Boolean);

  return (
    <div className={classes.page} data-assessment={server.id}>
      <header className={classes.head}>
        <Tooltip label={t("quality.review.back")}>
          <ActionIcon variant="subtle" color="gray" component={Link} to={trail.back} onClick={() => trail.guided && !reviewed && releaseReview(server.id)} aria-label={t("quality.review.back")}><IconArrowLeft size={18} /></ActionIcon>
        </Tooltip>
        <Person name={agent} size={34} />
        <div>
          <Group gap={8}>
            <Text component="h1" fw={700} size="md">{agent}</Text>
            <StateBadge state={server.state} />
          </Group>
          <Text size="xs" c="dimmed">
            {scorecard.data?.name ?? "…"} · <Anchor component={Link} to={`/ticket/${server.ticketId}`} size="xs" underline="always" aria-label={t("quality.review.openTicket", { id: server.ticketId })}>{t("quality.queue.ticket", { id: String(server.ticketId) })}</Anchor>
            {facts.length > 0 ? ` · ${facts.join(" · ")}` : ""}
          </Text>
        </div>
        <Group gap={6} ms="auto">
          {editable && <SaveState snapshot={snapshot} onRetry={() => void session.flush()} />}
          {trail.ids.length > 1 && at >= 0 && (
            <Group gap={2} wrap="nowrap">
              <ActionIcon variant="subtle" color="gray" disabled={at <= 0} onClick={() => neighbour(-1)} aria-label={t("quality.review.previous")}><IconChevronLeft size={18} /></ActionIcon>
              <Text size="xs" c="dimmed">{t("quality.review.position", { position: at + 1, total: trail.ids.length })}</Text>
              <ActionIcon variant="subtle" color="gray" disabled={at >= trail.ids.length - 1} onClick={() => neighbour(1)} aria-label={t("quality.review.next")}><IconChevronRight size={18} /></ActionIcon>
            </Group>
          )}
          {editable && (
            <Tooltip label={t("quality.review.undo")}>
              <ActionIcon variant="subtle" color="gray" disabled={!snapshot.canUndo} onClick={undo} aria-label={t("quality.review.undo")}><IconArrowBackUp size={18} /></ActionIcon>
            </Tooltip>
          )}
          <Tooltip label={t("quality.review.history")}>
            <ActionIcon variant="subtle" color="gray" onClick={openHistory} aria-label={t("quality.review.history")}><IconHistory size={18} /></ActionIcon>
          </Tooltip>
          {(mayDiscuss || mayGolden || mayReopen || mayRefresh || mayReplay || mayAskSecond || can("qualityDeleteAssessment")) && (
            <Menu position="bottom-end" withArrow>
              <Menu.Target><ActionIcon variant="subtle" color="gray" aria-label={t("quality.review.more")}><IconDots size={18} /></ActionIcon></Menu.Target>
              <Menu.Dropdown>
                {mayDiscuss && <Menu.Item leftSection={<IconMessages size={16} />} onClick={() => setDialog("discuss")}>{t("quality.review.discuss")} …</Menu.Item>}
                {mayReopen && <Menu.Item leftSection={<IconArrowBackUp size={16} />} onClick={() => setDialog("reopen")}>{t("quality.review.reopen")} …</Menu.Item>}
                {mayRefresh && <Menu.Item leftSection={<IconRefresh size={16} />} onClick={() => setDialog("refresh")}>{t("quality.review.refresh")} …</Menu.Item>}
                {mayAskSecond && <Menu.Item leftSection={<IconUsers size={16} />} onClick={() => setDialog("second")}>{t("second.menu")} …</Menu.Item>}
                {mayReplay && <Menu.Item leftSection={<IconReportSearch size={16} />} onClick={() => setDialog("replay")}>{t("replay.menu")}</Menu.Item>}
                {mayGolden && <Menu.Item leftSection={<IconMedal2 size={16} />} onClick={() => setDialog("golden")}>{t("calibration.golden.addHere")} …</Menu.Item>}
                {can("qualityDeleteAssessment") && <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => setDialog("remove")}>{t("quality.review.remove")} …</Menu.Item>}
              </Menu.Dropdown>
            </Menu>
          )}
        </Group>
      </header>
      <div className={classes.paneSwitch}>
        <SegmentedControl
          fullWidth size="xs" value={pane} onChange={(value) => setPane(value as typeof pane)}
          data={[{ value: "scorecard", label: t("quality.review.scorecard") }, { value: "conversation", label: t("quality.review.conversation") }]}
        />
      </div>
      <div className={classes.columns} data-shown={pane}>
        <section className={classes.pane} ref={conversation} aria-label={t("quality.review.conversation")} tabIndex={0}>
          {choosing && evidence.criterion && (
            <EvidenceBar label={evidence.criterion.label} count={evidence.choice?.chosen.length ?? 0} onDone={() => endEvidence(true)} onCancel={() => endEvidence(false)} />
          )}
          {messages.isError ? (
            <ErrorState error={messages.error} onRetry={() => void messages.refetch()} />
          ) : messages.data ? (
            <ConversationPane
              assessment={server} messages={messages.data} worklog={worklog.data} criteria={criteria} activeId={activeId} hoveredId={hoveredId}
              onHover={setHoveredId} onActivate={activate} agentName={nameOf} choice={evidence.choice}
            />
          ) : (
            <Stack p="md">{[120, 90, 150].map((height) => <Skeleton key={height} height={height} radius="md" />)}</Stack>
          )}
        </section>
        <section className={`${classes.pane} ${classes.card}`} aria-label={t("quality.review.scorecard")} tabIndex={-1}>
          <TotalsPanel categories={categories} base={server.totals.percentageBase} />
          <Notices assessment={server} blind={blind} />
          {isOwn && reviewed && <OwnPart key={`own-${server.id}`} assessment={server} definitions={definitions} nameOf={nameOf} onCriterion={showCriterion} />}
          {!isOwn && (judges || can("qualityDecideAppeals")) && (
            <AppealBanner key={`appeal-${server.id}-${server.appealState}`} assessment={server} definitions={definitions} nameOf={nameOf} onCriterion={showCriterion} />
          )}
          {mayAskSecond && <SecondPart assessment={server} nameOf={nameOf} onAsk={() => setDialog("second")} />}
          {!isOwn && <AcknowledgedNote assessment={server} name={agent} />}
          {!blind && (summary || editable) && (
            <div className={classes.category}>
              <UnstyledButton onClick={() => setSummaryOpen(!summaryOpen)} aria-expanded={summaryOpen} w="100%">
                <Group gap={6} wrap="nowrap" align="flex-start">
                  <Text size="sm" c={summary ? undefined : "dimmed"} lineClamp={summaryOpen ? undefined : 2} flex={1}>
                    {summary || t("quality.review.noSummary")}
                  </Text>
                  <IconChevronDown size={16} aria-hidden />
                </Group>
              </UnstyledButton>
            </div>
          )}
          {editable && !blind && (
            <Collapse expanded={summaryOpen} px="md">
              <Textarea
                size="xs" autosize minRows={2} maxRows={10} maxLength={20000} aria-label={t("quality.review.summary")} value={summary}
                onChange={(event) => session.write({ aiSummary: event.currentTarget.value })}
              />
            </Collapse>
          )}
          {categories.map((category) => (
            <section key={category.categoryId} aria-label={category.label}>
              <CategoryHead category={category} />
              <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>
                {category.criteria.map((criterion) => (
                  <CriterionRow
                    key={criterion.id} criterion={criterion} definition={definitions.get(criterion.id)} editable={editable} blind={blind}
                    active={criterion.id === activeId} hovered={criterion.id === hoveredId}
                    onActivate={() => activate(criterion.id === activeId ? null : criterion.id)}
                    onHover={(over) => setHoveredId(over ? criterion.id : null)}
                    onEdit={(change) => edit(criterion, change)}
                    onScore={(value) => score(criterion, value, true)}
                    onAccept={() => accept(criterion)} onNotApplicable={() => notApplicable(criterion)}
                    onEvidence={() => beginEvidence(criterion)} onShowPassage={showPassage} onDone={focusRow}
                    scoreField={scoreField} reasonField={reasonField}
                  />
                ))}
              </ul>
            </section>
          ))}
          {(editable || supervisorText) && (
            <div className={classes.category}>
              <Textarea
                ref={supervisorField} w="100%" autosize minRows={3} maxRows={14} maxLength={20000} readOnly={!editable}
                label={<Group gap={6} component="span">{t("quality.review.supervisor")} {editable && <Keys keys="t" />}</Group>}
                placeholder={t("quality.review.supervisorPlaceholder")} value={supervisorText}
                onChange={(event) => session.write({ supervisorAssessment: event.currentTarget.value })}
                onKeyDown={(event) => {
                  if (event.key === "Escape") {
                    event.preventDefault();
                    focusRow();
                  }
                }}
              />
            </div>
          )}
          <Steps assessment={server} nameOf={nameOf} />
        </section>
      </div>
      {editable && (
        <footer className={classes.foot}>
          <Button variant="default" size="sm" onClick={acceptAll} disabled={!criteria.some(isAcceptable)} rightSection={<Keys keys="mod+a" />}>
            {t("quality.review.acceptAll")}
          </Button>
          {criteria.some(differsFromJudge) && <Badge variant="light" color="orange" tt="none">{t("quality.diff.changed")}: {criteria.filter(differsFromJudge).length}</Badge>}
          <Group ms="auto" gap="xs">
            {server.state === "reviewedBySupervisor" && <Button onClick={() => setDialog("discuss")}>{t("quality.review.discuss")}</Button>}
            {canFinish(server) && (
              <Button onClick={() => finish.mutate()} loading={finish.isPending} rightSection={<Keys keys="mod+Enter" />}>
                {t(trail.guided !== undefined || trail.ids[at + 1] !== undefined ? "quality.review.finishNext" : "quality.review.finish")}
              </Button>
            )}
          </Group>
        </footer>
      )}
      {dialog === "discuss" && <DiscussDialog opened onClose={() => setDialog(null)} name={agent} text={supervisorText} onConfirm={(date, text) => void discuss(date, text)} />}
      {dialog === "reopen" && <ReopenDialog opened onClose={() => setDialog(null)} pending={reopen.isPending} onConfirm={reopen.mutate} />}
      {dialog === "refresh" && <RefreshDialog opened onClose={() => setDialog(null)} pending={refresh.isPending} onConfirm={refresh.mutate} />}
      {dialog === "remove" && (
        <ConfirmDialog
          opened onClose={() => setDialog(null)} title={t("quality.review.removeTitle")} text={t("quality.review.removeText")} action={t("quality.review.remove")}
          color="red" pending={remove.isPending} onConfirm={() => remove.mutate()}
        />
      )}
      {dialog === "second" && <AskDialog assessment={server} onClose={() => setDialog(null)} />}
      {dialog === "replay" && <Suspense fallback={null}><ReplayDialog assessment={server} onClose={() => setDialog(null)} /></Suspense>}
      {dialog === "golden" && <Suspense><AddToGolden assessment={server} onClose={() => setDialog(null)} /></Suspense>}
      <HistoryDrawer opened={dialog === "history"} onClose={() => setDialog(null)} assessment={server} nameOf={nameOf} />
    </div>
  );
}

function CategoryHead({ category }: { category: Assessment["data"]["categories"][number] }) {
  return (
    <div className={classes.category}>
      <Text component="h2" size="xs" fw={700} tt="uppercase" c="dimmed">{category.label}</Text>
    </div>
  );
}

function SaveState({ snapshot, onRetry }: { snapshot: ReturnType<ReviewSession["getSnapshot"]>; onRetry: () => void }) {
  const { t } = useI18n();
  if (snapshot.save === "failed") {
    return (
      <Tooltip label={errorText(snapshot.error, t)} multiline maw={360}>
        <Button size="compact-xs" color="red" variant="light" onClick={onRetry}>{t("quality.review.failed")} · {t("quality.review.retry")}</Button>
      </Tooltip>
    );
  }
  return <Text size="xs" c="dimmed" role="status">{t(`quality.review.${snapshot.save}`)}</Text>;
}

function Notices({ assessment, blind }: { assessment: Assessment; blind: boolean }) {
  const { t } = useI18n();
  const { can } = useSession();
  const notices: { words: string; color: string }[] = [];
  const judges = can("qualityDoAssessmentsTeam", "qualityDoAssessmentsAll");
  if (blind) notices.push({ words: t("quality.review.blind"), color: "blue" });
  if (assessment.state === "error") {
    notices.push({ words: t("quality.review.failedText", { message: assessment.errorMessage?.message ?? "" }), color: "red" });
  }
  if (assessment.state === "unprocessed" || assessment.state === "aiInProgress") notices.push({ words: t("quality.review.notReady"), color: "blue" });
  else if (!assessment.canEdit && judges) {
    notices.push({ words: t(assessment.state === "discussedWithAssessee" ? "quality.review.locked" : "quality.review.readOnly"), color: "gray" });
  }
  if (assessment.worklogChanged) notices.push({ words: t("quality.review.worklogChanged"), color: "orange" });
  return notices.map(({ words, color }) => (
    <Alert key={words} variant="light" color={color} mx="md" mt="sm" py={8}>{words}</Alert>
  ));
}

function Steps({ assessment, nameOf }: { assessment: Assessment; nameOf: (id: number | null) => string }) {
  const { t, format } = useI18n();
  const { assessmentDate, discussionDate } = assessment.data;
  const steps = [
    assessment.assessedByUser === null ? null : t("quality.review.reviewedBy", { name: nameOf(assessment.assessedByUser) }),
    assessmentDate ? t("quality.review.reviewedOn", { date: format.dateTime(assessmentDate) }) : null,
    discussionDate ? t("quality.review.discussedOn", { date: format.dateTime(discussionDate) }) : null,
    assessment.judge?.model ? `${assessment.judge.provider} · ${assessment.judge.model}` : null,
  ].filter(Boolean);
  if (steps.length === 0) return <div style={{ height: 24 }} />;
  return <Text size="xs" c="dimmed" px="md" py="md">{steps.join(" · ")}</Text>;
}
