import { ActionIcon, Alert, Button, Checkbox, Group, MultiSelect, NumberInput, Select, Stack, Switch, Tabs, Text, TextInput, Tooltip, VisuallyHidden } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconArrowLeft, IconFlask } from "@tabler/icons-react";
import { useEffect, useMemo, useState } from "react";
import { Link, useNavigate } from "react-router";
import { api, call } from "@/api/client";
import { ApiError } from "@/api/errors";
import { useSession } from "@/app/auth";
import { useI18n } from "@/i18n";
import { ErrorState, useShowError } from "@/ui/ErrorState";
import { useHotkey } from "@/ui/hotkeys";
import { ListSkeleton } from "@/ui/Skeletons";
import { TimeAgo } from "@/ui/TimeAgo";
import { scorecardQuery, scorecardsQuery, useTags, useTeams, type Lookup } from "../data";
import { changeCriterion, contentOf, draftOf, emptyDraft, isChanged, placeCriterion, problemsOf, removeCriterion, type Draft, type DraftCriterion } from "../model/draft";
import type { ScorecardWithRevisions } from "../model/types";
import { CardStateBadge } from "../parts";
import classes from "../quality.module.css";
import cards from "./cards.module.css";
import { CriterionForm } from "./CriterionForm";
import { Diff } from "./Diff";
import { CriterionFindings, FindingsSummary } from "./Findings";
import { useLint } from "./lint";
import { Preview } from "./Preview";
import { GateText, PublishDialog, type Gate, type Trial } from "./Publish";
import { Structure } from "./Structure";

const CHANNELS = ["email", "portal", "phone", "letter", "system", "chat", "walkIn"] as const;
const CONTEXTS = ["reply", "closeWithoutReply", "status", "automated"] as const;

/** Unsaved work stays in this browser tab, so that a reload or a look at another page loses nothing. */
function useKeptDraft(key: string, saved: Draft) {
  const name = `assaydesk.scorecard.${key}`;
  const [kept] = useState(() => {
    try {
      const text = sessionStorage.getItem(name);
      return text === null ? null : (JSON.parse(text) as Draft);
    } catch {
      return null;
    }
  });
  const [draft, setDraft] = useState<Draft>(kept ?? saved);
  const changed = isChanged(draft, saved);
  useEffect(() => {
    if (changed) sessionStorage.setItem(name, JSON.stringify(draft));
    else sessionStorage.removeItem(name);
  }, [changed, draft, name]);
  const forget = () => sessionStorage.removeItem(name);
  return { draft, setDraft, changed, wasKept: kept !== null, forget };
}

export function Editor({ card }: { card: ScorecardWithRevisions | null }) {
  const { t } = useI18n();
  const { can } = useSession();
  const client = useQueryClient();
  const navigate = useNavigate();
  const showError = useShowError();
  const saved = useMemo(() => (card ? draftOf(card) : emptyDraft()), [card]);
  const { draft, setDraft, changed, wasKept, forget } = useKeptDraft(card ? `${card.id}.${card.version}` : "new", saved);
  const [selected, setSelected] = useState<string | null>(saved.categories[0]?.criteria[0]?.key ?? null);
  const [publishing, setPublishing] = useState(false);
  const [trying, setTrying] = useState(false);
  const [tab, setTab] = useState<string | null>("criteria");
  const [trial, setTrial] = useState<Trial | null>(null);
  const revisions = card?.revisions ?? [];
  const newest = revisions.filter((row) => row.state !== "deleted").sort((a, b) => b.revision - a.revision)[0];
  const active = revisions.find((row) => row.state === "active");
  const isNewest = !card || card.id === newest?.id;
  const editable = can("qualityManageScorecards") && isNewest && (card === null || card.canEdit);
  const problems = problemsOf(draft, "active");
  const draftProblems = problemsOf(draft, "draft");
  const mayLint = can("qualityManageScorecards");
  const lint = useLint(draft, card && !changed ? card : null, mayLint);
  const mayTry = card !== null && can("qualityRunBacktest");
  const criterion = draft.categories.flatMap((category) => category.criteria).find((one) => one.key === selected);
  const number = card === null ? 1 : card.state === "draft" ? card.revision : card.revision + 1;

  useEffect(() => {
    if (!changed) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [changed]);

  const save = useMutation({
    mutationFn: async (state: "draft" | "active"): Promise<{ id: number; revision: number; state: "draft" | "active"; gate: Gate | null }> => {
      const content = contentOf(draft);
      if (card === null) {
        const made = await call(api.POST("/api/mind/quality/scorecard", { body: { ...content, state } as never }));
        return { id: made.id, revision: 1, state, gate: null };
      }
      const answer = await call(
        api.PATCH("/api/mind/quality/scorecard/{id}", {
          params: { path: { id: card.id }, header: { "If-Unmodified-Since-Version": String(card.version) } },
          body: { ...(changed ? content : {}), ...(card.state === state ? {} : { state }), ...(changed && card.state === "active" ? { state } : {}) } as never,
        }),
      );
      return { id: answer.scorecard.id, revision: answer.scorecard.revision, state, gate: state === "active" ? answer.goldenGate : null };
    },
    onSuccess: async ({ id, revision, state, gate }) => {
      forget();
      setPublishing(false);
      await client.invalidateQueries({ queryKey: ["quality", "scorecard"] });
      void client.invalidateQueries({ queryKey: scorecardsQuery("").queryKey.slice(0, 2) });
      notifications.show({ color: "assay", message: state === "active" ? t("quality.editor.published", { number: revision }) : t("quality.editor.savedDraft") });
      if (gate) notifications.show({ color: "orange", autoClose: false, title: t("cards.gate.warnedTitle"), message: <GateText gate={gate} onOpen={(path) => void navigate(path)} /> });
      if (id !== card?.id) void navigate(`/quality/scorecards/${id}`, { replace: true });
    },
    onError: (error, state) => {
      // What a golden set has against the content stands in the dialog, beside the result of the backtest.
      if (state === "active" && error instanceof ApiError && error.code === "golden_gate_failed") return;
      setPublishing(false);
      if (error instanceof ApiError && error.code === "stale_object") {
        notifications.show({ color: "orange", autoClose: 12_000, message: t("quality.editor.changedElsewhere") });
      } else showError(error);
    },
  });

  const rollBack = useMutation({
    mutationFn: (id: number) => call(api.PATCH("/api/mind/quality/scorecard/{id}", { params: { path: { id } }, body: { state: "active" } as never })),
    onSuccess: async ({ scorecard }, id) => {
      const from = revisions.find((row) => row.id === id)?.revision ?? 0;
      await client.invalidateQueries({ queryKey: ["quality", "scorecard"] });
      void client.invalidateQueries({ queryKey: ["quality", "scorecards"] });
      notifications.show({ color: "assay", message: t("quality.editor.rollBackDone", { number: scorecard.revision, from }) });
      void navigate(`/quality/scorecards/${scorecard.id}`);
    },
    onError: showError,
  });

  useHotkey("mod+s", t("quality.editor.saveDraft"), () => changed && draftProblems.length === 0 && save.mutate("draft"), { inFields: true, enabled: editable });

  const duplicate = (original: DraftCriterion) => {
    const key = `copy-${Date.now()}`;
    const home = draft.categories.find((category) => category.criteria.includes(original));
    if (!home) return;
    const after = home.criteria[home.criteria.indexOf(original) + 1]?.key ?? null;
    const grown = {
      ...draft,
      categories: draft.categories.map((category) =>
        category === home ? { ...category, criteria: [...category.criteria, { ...original, key, id: null, label: `${original.label} (2)`.slice(0, 200) }] } : category,
      ),
    };
    setDraft(placeCriterion(grown, key, home.key, after));
    setSelected(key);
  };

  /** Says what was done, and takes it back on demand. */
  const undoable = (message: string, undo: () => void) => {
    const id = notifications.show({
      autoClose: 8_000,
      message: (
        <Group justify="space-between">
          {message}
          <Button
            size="compact-xs" variant="light"
            onClick={() => {
              undo();
              notifications.hide(id);
            }}
          >
            {t("quality.editor.undo")}
          </Button>
        </Group>
      ),
    });
  };

  const remove = (gone: DraftCriterion) => {
    const before = draft;
    setDraft(removeCriterion(draft, gone.key));
    setSelected(null);
    undoable(t("quality.editor.removedCriterion", { label: gone.label }), () => {
      setDraft(before);
      setSelected(gone.key);
    });
  };

  const useWording = (target: DraftCriterion, change: Partial<DraftCriterion>) => {
    const before = Object.fromEntries(Object.keys(change).map((field) => [field, target[field as keyof DraftCriterion]])) as Partial<DraftCriterion>;
    setDraft((now) => changeCriterion(now, target.key, change));
    undoable(t("cards.lint.used", { label: target.label }), () => setDraft((now) => changeCriterion(now, target.key, before)));
  };

  /** Show a criterion, and put the keyboard on its first field. */
  const showCriterion = (key: string) => {
    setTab("criteria");
    setSelected(key);
    requestAnimationFrame(() => document.querySelector<HTMLElement>("[data-criterion-form] input")?.focus());
  };

  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <Tooltip label={t("quality.cards.title")}>
          <ActionIcon variant="subtle" color="gray" component={Link} to="/quality/scorecards" aria-label={t("quality.cards.title")}><IconArrowLeft size={18} /></ActionIcon>
        </Tooltip>
        <VisuallyHidden component="h1">{card?.name ?? t("quality.editor.newTitle")}</VisuallyHidden>
        <TextInput
          w={{ base: "100%", sm: 260 }} fw={650} aria-label={t("quality.editor.name")} placeholder={t("quality.editor.name")} maxLength={200} disabled={!editable}
          value={draft.name} onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })} autoFocus={card === null}
        />
        {card && <CardStateBadge state={card.state} />}
        {card && <Text size="sm" c="dimmed">{t("quality.review.revision", { number: card.revision })}</Text>}
        <Group ms="auto" gap="xs">
          {mayTry && (
            <Button
              variant={trying ? "light" : "default"} leftSection={<IconFlask size={16} aria-hidden />} aria-pressed={trying}
              onClick={() => {
                setTrying(!trying);
                setTab("criteria");
              }}
            >
              {t("cards.preview.open")}
            </Button>
          )}
          {editable ? (
            <>
              <Text size="xs" c="dimmed" role="status">{t(changed ? "quality.editor.stateUnsaved" : "quality.editor.stateSaved")}</Text>
              {changed && <Button variant="subtle" color="gray" onClick={() => setDraft(saved)}>{t("quality.editor.discard")}</Button>}
              <Button variant="default" disabled={!changed || draftProblems.length > 0} loading={save.isPending && save.variables === "draft"} onClick={() => save.mutate("draft")}>
                {t("quality.editor.saveDraft")}
              </Button>
              <Button disabled={problems.length > 0 || (!changed && card?.state === "active")} onClick={() => {
                  save.reset();
                  setPublishing(true);
                }}
              >
                {t("quality.editor.publishRevision", { number })}
              </Button>
            </>
          ) : (
            <Text size="sm" c="dimmed">{isNewest ? t("quality.editor.readOnly") : null}</Text>
          )}
        </Group>
      </header>
      {!isNewest && card && newest && (
        <Alert variant="light" color="blue" radius={0} py={8}>
          <Group justify="space-between">
            <Text size="sm">{t("quality.editor.olderRevision", { number: card.revision, newest: newest.revision })}</Text>
            <Group gap="xs">
              {can("qualityManageScorecards") && card.state === "retired" && (
                <Button size="compact-sm" variant="default" loading={rollBack.isPending} onClick={() => rollBack.mutate(card.id)}>{t("quality.editor.rollBack")}</Button>
              )}
              <Button size="compact-sm" component={Link} to={`/quality/scorecards/${newest.id}`}>{t("quality.editor.openNewest")}</Button>
            </Group>
          </Group>
        </Alert>
      )}
      {wasKept && changed && <Alert variant="light" color="orange" radius={0} py={8} title={t("quality.editor.keptTitle")}>{t("quality.editor.keptText")}</Alert>}
      {editable && changed && problems.length > 0 && (
        <Alert variant="light" color="orange" radius={0} py={8} title={t("quality.editor.problems")}>
          {[...new Set(problems.map((problem) => t(`quality.problem.${problem.code}`, { label: draft.categories.find((one) => one.key === problem.key)?.label ?? "" })))].join(" ")}
        </Alert>
      )}
      <Tabs value={tab} onChange={setTab} keepMounted={false} display="flex" flex={1} mih={0} style={{ flexDirection: "column" }}>
        <Tabs.List px="md">
          <Tabs.Tab value="criteria">{t("quality.editor.tabCriteria")}</Tabs.Tab>
          <Tabs.Tab value="assignment">{t("quality.editor.tabAssignment")}</Tabs.Tab>
          <Tabs.Tab value="coach">{t("quality.editor.tabCoach")}</Tabs.Tab>
          {card && <Tabs.Tab value="revisions">{t("quality.editor.tabRevisions")}</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="criteria" flex={1} mih={0} display="flex">
          <div className={trying ? `${classes.editor} ${cards.trying}` : classes.editor}>
            <div className={`${classes.pane} ${classes.tree}`} tabIndex={-1}>
              {mayLint && <div className={cards.summary}><FindingsSummary lint={lint} onSelect={showCriterion} /></div>}
              <Structure draft={draft} selected={selected} problems={changed ? problems : []} findings={lint.findings} disabled={!editable} onSelect={setSelected} onChange={setDraft} />
            </div>
            <div className={classes.pane} tabIndex={-1} data-criterion-form>
              {criterion ? (
                <CriterionForm
                  key={criterion.key} criterion={criterion} problems={problems.filter((problem) => problem.key === criterion.key)} disabled={!editable}
                  onChange={(change) => setDraft(changeCriterion(draft, criterion.key, change))} onDuplicate={() => duplicate(criterion)} onRemove={() => remove(criterion)}
                  findings={<CriterionFindings criterion={criterion} lint={lint} disabled={!editable} onUse={(change) => useWording(criterion, change)} />}
                />
              ) : (
                <Text c="dimmed" p="lg">{t("quality.editor.nothingSelected")}</Text>
              )}
            </div>
            {trying && card && <Preview scorecardId={card.id} baseId={card.baseId} draft={draft} selected={selected} onSelect={setSelected} onClose={() => setTrying(false)} />}
          </div>
        </Tabs.Panel>
        <Tabs.Panel value="assignment" className={classes.pane}><Assignment draft={draft} disabled={!editable} onChange={setDraft} /></Tabs.Panel>
        <Tabs.Panel value="coach" className={classes.pane}><Coach draft={draft} disabled={!editable} onChange={setDraft} /></Tabs.Panel>
        {card && <Tabs.Panel value="revisions" className={classes.pane}><Revisions card={card} /></Tabs.Panel>}
      </Tabs>
      <PublishDialog
        opened={publishing} onClose={() => setPublishing(false)} card={card} draft={draft} changed={changed} activeId={active?.id ?? null} trial={trial} onTrial={setTrial}
        pending={save.isPending} error={save.variables === "active" ? save.error : null} onPublish={() => save.mutate("active")}
      />
    </div>
  );
}

interface PartProps {
  draft: Draft;
  disabled: boolean;
  onChange: (draft: Draft) => void;
}

function options(lookup: Lookup, chosen: readonly number[]) {
  const known = lookup.list.map(({ id, name }) => ({ value: String(id), label: name }));
  const unknown = chosen.filter((id) => !lookup.list.some((item) => item.id === id)).map((id) => ({ value: String(id), label: `#${id}` }));
  return [...known, ...unknown];
}

function Assignment({ draft, disabled, onChange }: PartProps) {
  const { t, language } = useI18n();
  const tags = useTags();
  const teams = useTeams();
  const { assignment } = draft;
  const set = (change: Partial<Draft["assignment"]>) => onChange({ ...draft, assignment: { ...assignment, ...change } });
  return (
    <Stack p="lg" maw={640}>
      <Text c="dimmed" size="sm">{t("quality.editor.assignmentIntro")}</Text>
      <MultiSelect
        label={t("quality.editor.tags")} searchable clearable disabled={disabled} data={options(tags, assignment.ticketTags)} value={assignment.ticketTags.map(String)}
        onChange={(values) => set({ ticketTags: values.map(Number) })} clearButtonProps={{ "aria-label": t("common.clear") }}
      />
      <Switch
        label={t("quality.editor.includeChildTags")} disabled={disabled} checked={assignment.includeChildTags}
        onChange={(event) => set({ includeChildTags: event.currentTarget.checked })}
      />
      <MultiSelect
        label={t("quality.editor.teams")} searchable clearable disabled={disabled} data={options(teams, assignment.teams)} value={assignment.teams.map(String)}
        onChange={(values) => set({ teams: values.map(Number) })} clearButtonProps={{ "aria-label": t("common.clear") }}
      />
      <Checkbox.Group label={t("quality.editor.channels")} value={assignment.channels} onChange={(values) => set({ channels: values as Draft["assignment"]["channels"] })}>
        <Group mt={6}>{CHANNELS.map((channel) => <Checkbox key={channel} value={channel} label={t(`quality.channel.${channel}`)} disabled={disabled} />)}</Group>
      </Checkbox.Group>
      <Checkbox.Group
        label={t("quality.editor.context")} description={t("quality.editor.contextHint")} value={assignment.responseContext}
        onChange={(values) => set({ responseContext: values as Draft["assignment"]["responseContext"] })}
      >
        <Group mt={6}>{CONTEXTS.map((context) => <Checkbox key={context} value={context} label={t(`quality.context.${context}`)} disabled={disabled} />)}</Group>
      </Checkbox.Group>
      <NumberInput
        label={t("quality.editor.sample")} w={260} suffix=" %" min={0} max={100} decimalScale={2} decimalSeparator={language === "de" ? "," : "."} disabled={disabled}
        value={assignment.samplePercent} onChange={(value) => typeof value === "number" && set({ samplePercent: value })}
      />
    </Stack>
  );
}

function Coach({ draft, disabled, onChange }: PartProps) {
  const { t } = useI18n();
  const { liveCoach } = draft;
  return (
    <Stack p="lg" maw={640}>
      <Text c="dimmed" size="sm">{t("quality.editor.coachIntro")}</Text>
      <Switch
        label={t("quality.editor.coachEnabled")} disabled={disabled} checked={liveCoach.enabled}
        onChange={(event) => onChange({ ...draft, liveCoach: { ...liveCoach, enabled: event.currentTarget.checked } })}
      />
      <NumberInput
        label={t("quality.editor.threshold")} w={200} suffix=" %" min={0} max={100} disabled={disabled || !liveCoach.enabled} value={liveCoach.threshold}
        onChange={(value) => typeof value === "number" && onChange({ ...draft, liveCoach: { ...liveCoach, threshold: value } })}
      />
    </Stack>
  );
}

function Revisions({ card }: { card: ScorecardWithRevisions }) {
  const { t } = useI18n();
  const rows = [...card.revisions].filter((row) => row.state !== "deleted").sort((a, b) => b.revision - a.revision);
  const previous = rows.find((row) => row.revision < card.revision) ?? rows.find((row) => row.id !== card.id);
  const [other, setOther] = useState<string | null>(previous ? String(previous.id) : null);
  const against = useQuery({ ...scorecardQuery(Number(other)), enabled: other !== null });
  const ordered = against.data && against.data.revision < card.revision ? [against.data, card] : against.data ? [card, against.data] : null;
  return (
    <Stack p="lg" maw={820}>
      <div className={classes.list}>
        {rows.map((row) => (
          <Group key={row.id} px="md" py={8} justify="space-between" bg={row.id === card.id ? "var(--desk-selected)" : undefined}>
            <Group gap="sm">
              <Text size="sm" fw={600} component={Link} to={`/quality/scorecards/${row.id}`} c="inherit">{t("quality.editor.fromRevision", { number: row.revision })}</Text>
              <CardStateBadge state={row.state} />
            </Group>
            <TimeAgo value={row.modifiedAt} size="xs" c="dimmed" />
          </Group>
        ))}
      </div>
      {rows.length > 1 && (
        <>
          <Select
            label={t("quality.editor.compareWith")} w={260} allowDeselect={false} value={other} onChange={setOther}
            data={rows.filter((row) => row.id !== card.id).map((row) => ({ value: String(row.id), label: t("quality.editor.fromRevision", { number: row.revision }) }))}
          />
          {against.isError ? <ErrorState error={against.error} /> : ordered?.[0] && ordered[1] ? <Diff before={ordered[0]} after={ordered[1]} /> : <ListSkeleton rows={3} />}
        </>
      )}
    </Stack>
  );
}
