import { ActionIcon, Alert, Button, Chip, Group, NumberInput, Select, Stack, Text, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useSession } from "@/app/auth";
import { useI18n } from "@/i18n";
import { useKept } from "../kept";
import { locate, withEdits } from "../model/review";
import { addUp } from "../model/totals";
import type { Assessment, Criterion, ScoredCriterion } from "../model/types";
import classes from "../quality.module.css";
import {
  changesOf, decideAppeal, editsOf, moveAppeal, refusalText, resultOf, useAppealChanged, wantsSomething, type Appeal, type AppealedCriterion, type Choice,
} from "./data";
import { criteriaOf, useAnswer } from "./parts";

interface Draft {
  reason: string;
  choices: Record<number, Choice>;
  /** Criteria of which the appeal says nothing. */
  added: number[];
}

const EMPTY: Draft = { reason: "", choices: {}, added: [] };
const ACTIONS = { accepted: "appeals.accept", partiallyAccepted: "appeals.acceptPartly", rejected: "appeals.reject" } as const;
const SUMS = { accepted: "appeals.willAccept", partiallyAccepted: "appeals.willAcceptPartly", rejected: "appeals.willReject" } as const;
const COLORS = { accepted: "assay", partiallyAccepted: "assay", rejected: "red" } as const;

interface Props {
  appeal: Appeal;
  assessment: Assessment;
  definitions: ReadonlyMap<number, Criterion>;
  link: (criterionId: number, label: string) => ReactNode;
  onDecided?: () => void;
}

/** Criterion by criterion: as proposed, as it is, or something else. What the decision is called follows from that. */
export function DecisionPanel({ appeal, assessment, definitions, link, onDecided }: Props) {
  const { t, format } = useI18n();
  const { can, me } = useSession();
  const changed = useAppealChanged();
  const [draft, change, forget] = useKept<Draft>(`decision.${appeal.id}`, EMPTY);
  const criteria = criteriaOf(assessment);
  const places = new Map(locate(assessment.data.categories).map(({ category, criterion }) => [criterion.id, category.categoryId]));
  const rows: AppealedCriterion[] = [
    ...appeal.criteria,
    ...draft.added.map((criterionId) => ({
      criterionId, categoryId: places.get(criterionId) ?? 0, scoreAtAppeal: criteria.get(criterionId)?.score ?? null, proposedScore: null,
      proposedApplicable: null, comment: null,
    })),
  ];
  const settled = (error: unknown): void => {
    notifications.show({ color: "red", title: t("common.errorTitle"), message: refusalText(error, t, format) });
    changed(assessment.id);
  };
  const takeUp = useMutation({
    mutationFn: () => moveAppeal(appeal.id, "underReview"),
    onSuccess: () => changed(assessment.id),
    onError: settled,
  });
  const changes = changesOf(rows, draft.choices);
  const result = resultOf(appeal.criteria, draft.choices);
  const decide = useMutation({
    mutationFn: () =>
      decideAppeal(appeal.id, {
        state: result,
        decisionReason: draft.reason.trim(),
        ...(result === "rejected" ? {} : { criteria: changes }),
      }),
    onSuccess: () => {
      forget();
      changed(assessment.id);
      notifications.show({ color: "assay", message: t("appeals.decided") });
      onDecided?.();
    },
  });

  if (!appeal.canDecide) {
    if (!can("qualityDecideAppeals")) return <Text size="sm" c="dimmed">{t("appeals.onlyDeciders")}</Text>;
    const own = assessment.assessedUser === me.profile.id;
    return <Alert variant="light" color="blue" title={t("appeals.notYours")}>{t(own ? "appeals.notYoursOwn" : "appeals.notYoursReviewer")}</Alert>;
  }

  const base = assessment.totals.percentageBase;
  const before = addUp(assessment.data.categories, base).percentage;
  const after = addUp(withEdits(assessment.data.categories, editsOf(changes)), base).percentage;
  const unanswered = rows.filter((row) => wantsSomething(row) && draft.choices[row.criterionId] === undefined).length;
  const choose = (criterionId: number, choice: Choice) => change({ choices: { ...draft.choices, [criterionId]: choice } });
  const all = (choice: "keep" | "proposed") =>
    change({ choices: { ...draft.choices, ...Object.fromEntries(appeal.criteria.filter(wantsSomething).map((row) => [row.criterionId, choice])) } });
  const others = [...criteria.values()].filter((criterion) => rows.every((row) => row.criterionId !== criterion.id));
  const ready = draft.reason.trim().length >= 3 && unanswered === 0;
  return (
    <form
      aria-label={t("appeals.decision")}
      onSubmit={(event) => {
        event.preventDefault();
        decide.mutate();
      }}
    >
      <Stack gap="sm">
        {appeal.state === "open" && (
          <Group gap="xs">
            <Button size="compact-sm" variant="default" loading={takeUp.isPending} onClick={() => takeUp.mutate()}>{t("appeals.takeUp")}</Button>
            <Text size="xs" c="dimmed">{t("appeals.takeUpHint")}</Text>
          </Group>
        )}
        {appeal.criteria.filter(wantsSomething).length > 1 && (
          <Group gap="xs">
            <Button size="compact-xs" variant="subtle" onClick={() => all("proposed")}>{t("appeals.allProposed")}</Button>
            <Button size="compact-xs" variant="subtle" color="gray" onClick={() => all("keep")}>{t("appeals.allKept")}</Button>
          </Group>
        )}
        <Stack gap={8} component="ul" style={{ listStyle: "none", margin: 0, padding: 0 }}>
          {rows.map((row) => (
            <DecidedRow
              key={row.criterionId} row={row} criterion={criteria.get(row.criterionId)} choice={draft.choices[row.criterionId]} link={link}
              mayNotApply={definitions.get(row.criterionId)?.allowNotApplicable ?? true} onChoose={(choice) => choose(row.criterionId, choice)}
              onRemove={
                draft.added.includes(row.criterionId)
                  ? () => {
                      const choices = { ...draft.choices };
                      delete choices[row.criterionId];
                      change({ choices, added: draft.added.filter((id) => id !== row.criterionId) });
                    }
                  : null
              }
            />
          ))}
        </Stack>
        {others.length > 0 && (
          <Select
            size="xs" searchable placeholder={t("appeals.addCriterion")} aria-label={t("appeals.addCriterion")} value={null}
            data={others.map((criterion) => ({ value: String(criterion.id), label: criterion.label }))}
            onChange={(value) => value && change({ added: [...draft.added, Number(value)] })}
          />
        )}
        <Textarea
          label={t("appeals.decisionReason")} description={t("appeals.decisionReasonHint")} required autosize minRows={2} maxRows={10} maxLength={4000}
          value={draft.reason} onChange={(event) => change({ reason: event.currentTarget.value })}
        />
        <div role="status">
          <Text size="sm" fw={600}>
            {unanswered > 0 ? t("appeals.unanswered", { count: unanswered }) : t(SUMS[result])}
            {unanswered === 0 && before !== null && after !== null && result !== "rejected" && (
              <> {t("appeals.scoreWould", { before: format.percent(before, 1), after: format.percent(after, 1) })}</>
            )}
          </Text>
          <Text size="xs" c="dimmed">
            {t("appeals.final")}{assessment.state === "discussedWithAssessee" && result !== "rejected" ? ` ${t("appeals.backToReviewed")}` : ""}
          </Text>
        </div>
        {decide.isError && <Alert color="red" variant="light" role="alert">{refusalText(decide.error, t, format)}</Alert>}
        <Group justify="flex-end">
          <Button type="submit" color={unanswered > 0 ? undefined : COLORS[result]} loading={decide.isPending} disabled={!ready}>{t(unanswered > 0 ? "appeals.decide" : ACTIONS[result])}</Button>
        </Group>
      </Stack>
    </form>
  );
}

interface RowProps {
  row: AppealedCriterion;
  criterion: ScoredCriterion | undefined;
  choice: Choice | undefined;
  mayNotApply: boolean;
  link: (criterionId: number, label: string) => ReactNode;
  onChoose: (choice: Choice) => void;
  onRemove: (() => void) | null;
}

function DecidedRow({ row, criterion, choice, mayNotApply, link, onChoose, onRemove }: RowProps) {
  const { t, locale } = useI18n();
  const answer = useAnswer();
  const wants = wantsSomething(row);
  const label = criterion?.label ?? t("appeals.removedCriterion");
  const maximum = criterion?.maxPoints ?? 0;
  const proposed = answer(criterion, row.proposedScore, row.proposedApplicable);
  const present = answer(criterion, criterion?.score ?? null, criterion?.applicable ?? null);
  const moved = criterion !== undefined && row.scoreAtAppeal !== null && criterion.score !== row.scoreAtAppeal;
  const shown = choice === undefined ? "" : typeof choice === "number" ? (criterion?.scoringType === "metNotMet" ? String(choice) : "other") : choice;
  const values: { value: string; words: string }[] = [
    { value: "keep", words: t("appeals.keep", { answer: present }) },
    ...(wants ? [{ value: "proposed", words: t("appeals.asProposed", { answer: proposed }) }] : []),
    ...(criterion?.scoringType === "metNotMet"
      ? [maximum, 0]
          .filter((value) => value !== criterion.score && value !== row.proposedScore)
          .map((value) => ({ value: String(value), words: t(value === 0 ? "quality.review.notMet" : "quality.review.met") }))
      : [{ value: "other", words: t("appeals.otherScore") }]),
    ...(mayNotApply && row.proposedApplicable !== false && criterion?.applicable !== false
      ? [{ value: "notApplicable", words: t("quality.review.notApplicable") }]
      : []),
  ];
  return (
    <li className={classes.panel} style={{ padding: 12 }} data-appealed={row.criterionId}>
      <Group justify="space-between" wrap="nowrap" gap={8}>
        <Text size="sm" fw={600} component="div">{criterion ? link(row.criterionId, label) : label}</Text>
        {onRemove && <ActionIcon variant="subtle" color="gray" size="sm" aria-label={t("appeals.removeCriterion", { label })} onClick={onRemove}><IconX size={14} /></ActionIcon>}
      </Group>
      <Text size="xs" c="dimmed">
        {t("appeals.atAppeal", { answer: answer(criterion, row.scoreAtAppeal, null) })}
        {wants ? ` · ${t("appeals.proposedIs", { answer: proposed })}` : ""}
        {moved ? ` · ${t("appeals.nowIs", { answer: present })}` : ""}
      </Text>
      {row.comment && <Text size="sm" mt={4} style={{ whiteSpace: "pre-wrap" }}>{row.comment}</Text>}
      <Group gap={6} mt={8} role="radiogroup" aria-label={t("appeals.decisionOn", { label })}>
        <Chip.Group
          value={shown}
          onChange={(value) => {
            if (typeof value !== "string") return;
            if (value === "keep" || value === "proposed" || value === "notApplicable") onChoose(value);
            else onChoose(value === "other" ? (row.proposedScore ?? criterion?.score ?? 0) : Number(value));
          }}
        >
          {values.map(({ value, words }) => <Chip key={value} value={value} size="xs" variant="light">{words}</Chip>)}
        </Chip.Group>
        {shown === "other" && typeof choice === "number" && (
          <NumberInput
            size="xs" w={90} min={0} max={maximum} decimalScale={2} clampBehavior="strict" allowNegative={false} decimalSeparator={locale === "de-DE" ? "," : "."}
            aria-label={t("quality.review.scoreOf", { label, max: maximum })} value={choice} onChange={(value) => typeof value === "number" && onChoose(value)}
          />
        )}
      </Group>
    </li>
  );
}
