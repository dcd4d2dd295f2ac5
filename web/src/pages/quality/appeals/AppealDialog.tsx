import { Alert, Button, Checkbox, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { useI18n } from "@/i18n";
import { useKept } from "../kept";
import { locate } from "../model/review";
import type { Assessment, Criterion, ScoredCriterion } from "../model/types";
import { createAppeal, refusalText, useAppealChanged, type AppealChance } from "./data";
import { useAnswer } from "./parts";
import { ScoreField } from "./ScoreField";
import classes from "../quality.module.css";

interface Objection {
  score: number | null;
  applicable: boolean | null;
  comment: string;
}

interface Draft {
  reason: string;
  objections: Record<number, Objection>;
}

const EMPTY: Draft = { reason: "", objections: {} };
const SHORTEST = 10;

interface Props {
  assessment: Assessment;
  definitions: ReadonlyMap<number, Criterion>;
  chance: AppealChance | null;
  onClose: () => void;
}

/** The agent says what is wrong with an assessment. What is not sent yet stays for the next time. */
export function AppealDialog({ assessment, definitions, chance, onClose }: Props) {
  const { t, format } = useI18n();
  const changed = useAppealChanged();
  const narrow = useMediaQuery("(max-width: 48em)");
  const [draft, change, forget] = useKept<Draft>(`appeal.${assessment.id}`, EMPTY);
  const send = useMutation({
    mutationFn: () =>
      createAppeal(assessment.id, {
        reason: draft.reason.trim(),
        criteria: locate(assessment.data.categories).flatMap(({ category, criterion }) => {
          const one = draft.objections[criterion.id];
          if (!one) return [];
          return [{
            categoryId: category.categoryId,
            criterionId: criterion.id,
            ...(one.score === null ? {} : { proposedScore: one.score }),
            ...(one.applicable === null ? {} : { proposedApplicable: one.applicable }),
            ...(one.comment.trim() ? { comment: one.comment.trim() } : {}),
          }];
        }),
      }),
    onSuccess: () => {
      forget();
      changed(assessment.id);
      notifications.show({ color: "assay", message: t("appeals.sent") });
      onClose();
    },
  });
  const missing = SHORTEST - draft.reason.trim().length;
  const set = (id: number, objection: Objection | null) => {
    const rest = { ...draft.objections };
    if (objection) rest[id] = objection;
    else delete rest[id];
    change({ objections: rest });
  };
  const touched = draft.reason !== "" || Object.keys(draft.objections).length > 0;
  return (
    <Modal opened onClose={onClose} size="lg" fullScreen={narrow} title={t("appeals.dialogTitle")} closeButtonProps={{ "aria-label": t("common.close") }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          send.mutate();
        }}
      >
        <Stack>
          <Text size="sm" c="dimmed">
            {t("appeals.dialogText")}{" "}
            {chance?.until && t("appeals.until", { date: format.dateTime(chance.until) })}{" "}
            {chance && t("appeals.left", { count: chance.left })}
          </Text>
          <Textarea
            label={t("appeals.reason")} description={t("appeals.reasonHint")} required autosize minRows={3} maxRows={12} maxLength={4000} data-autofocus
            value={draft.reason} onChange={(event) => change({ reason: event.currentTarget.value })}
          />
          <div>
            <Text size="sm" fw={600} component="h3">{t("appeals.whichCriteria")}</Text>
            <Text size="xs" c="dimmed">{t("appeals.whichCriteriaHint")}</Text>
          </div>
          <Stack gap={4}>
            {assessment.data.categories.map((category) => (
              <div key={category.categoryId} role="group" aria-label={category.label}>
                <Text size="xs" fw={700} tt="uppercase" c="dimmed" mt="xs" mb={4}>{category.label}</Text>
                {category.criteria.map((criterion) => (
                  <ObjectionRow
                    key={criterion.id} criterion={criterion} objection={draft.objections[criterion.id] ?? null}
                    mayNotApply={definitions.get(criterion.id)?.allowNotApplicable ?? true} onChange={(objection) => set(criterion.id, objection)}
                  />
                ))}
              </div>
            ))}
          </Stack>
          {send.isError && <Alert color="red" variant="light" role="alert">{refusalText(send.error, t, format)}</Alert>}
          <Group justify="space-between" gap="xs">
            <Text size="xs" c="dimmed" role="status">{missing > 0 ? t("appeals.tooShort", { count: missing }) : touched ? t("appeals.kept") : ""}</Text>
            <Group gap="xs">
              {touched && <Button variant="subtle" color="gray" onClick={forget}>{t("appeals.discard")}</Button>}
              <Button variant="default" onClick={onClose}>{t("common.cancel")}</Button>
              <Button type="submit" loading={send.isPending} disabled={missing > 0}>{t("appeals.send")}</Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function ObjectionRow(props: { criterion: ScoredCriterion; objection: Objection | null; mayNotApply: boolean; onChange: (objection: Objection | null) => void }) {
  const { criterion, objection, onChange } = props;
  const { t } = useI18n();
  const answer = useAnswer();
  return (
    <div className={classes.criterion} data-active={objection !== null || undefined} style={{ marginInline: 0 }}>
      <Group justify="space-between" wrap="nowrap" p={6}>
        <Checkbox
          size="sm" checked={objection !== null} label={criterion.label}
          onChange={(event) => onChange(event.currentTarget.checked ? { score: null, applicable: null, comment: "" } : null)}
        />
        <Text size="sm" fw={600} style={{ whiteSpace: "nowrap" }}>{answer(criterion, criterion.score, criterion.applicable)}</Text>
      </Group>
      {objection && (
        <Stack gap={8} pb={10} ps={36} pe={8}>
          {criterion.reason && <Text size="xs" c="dimmed">{criterion.reason}</Text>}
          <Group gap={8}>
            <Text size="xs">{t("appeals.shouldBe")}</Text>
            <ScoreField
              label={criterion.label} scoringType={criterion.scoringType} maxPoints={criterion.maxPoints} mayNotApply={props.mayNotApply}
              score={objection.score} applicable={objection.applicable} onChange={(score, applicable) => onChange({ ...objection, score, applicable })}
            />
          </Group>
          <Textarea
            size="xs" autosize minRows={1} maxRows={6} maxLength={4000} placeholder={t("appeals.commentHint")} aria-label={t("appeals.commentOn", { label: criterion.label })}
            value={objection.comment} onChange={(event) => onChange({ ...objection, comment: event.currentTarget.value })}
          />
        </Stack>
      )}
    </div>
  );
}
