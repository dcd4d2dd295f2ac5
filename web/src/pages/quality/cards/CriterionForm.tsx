import { ActionIcon, Group, NumberInput, SegmentedControl, Stack, Switch, Text, Textarea, TextInput, Tooltip } from "@mantine/core";
import { IconCopy, IconTrash } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useI18n } from "@/i18n";
import type { DraftCriterion, Problem } from "../model/draft";
import { RuleFields } from "./RuleFields";

type Scorer = "person" | "ai" | "rule";

const scorerOf = (criterion: DraftCriterion): Scorer => (criterion.rule !== null ? "rule" : criterion.autoGenerateByAi ? "ai" : "person");

interface Props {
  criterion: DraftCriterion;
  problems: readonly Problem[];
  disabled: boolean;
  onChange: (change: Partial<DraftCriterion>) => void;
  onDuplicate: () => void;
  onRemove: () => void;
  /** What the linter says about it. */
  findings?: ReactNode;
}

export function CriterionForm({ criterion, problems, disabled, onChange, onDuplicate, onRemove, findings }: Props) {
  const { t, format, language } = useI18n();
  const scorer = scorerOf(criterion);
  const fault = (code: Problem["code"]) => (problems.some((problem) => problem.code === code) ? t(`quality.problem.${code}`) : undefined);
  const setScorer = (next: Scorer) =>
    onChange(next === "rule" ? { rule: criterion.rule ?? { type: "containsAny", texts: [] }, autoGenerateByAi: false } : { rule: null, autoGenerateByAi: next === "ai" });
  return (
    <Stack gap="md" p="lg" maw={760}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <TextInput
          flex={1} label={t("quality.editor.label")} required maxLength={200} disabled={disabled} value={criterion.label} error={fault("labelMissing")}
          onChange={(event) => onChange({ label: event.currentTarget.value })}
        />
        {!disabled && (
          <Group gap={4} mt={26} wrap="nowrap">
            <Tooltip label={t("quality.editor.duplicateCriterion")}>
              <ActionIcon variant="subtle" color="gray" size="lg" onClick={onDuplicate} aria-label={t("quality.editor.duplicateCriterion")}><IconCopy size={18} /></ActionIcon>
            </Tooltip>
            <Tooltip label={t("quality.editor.removeCriterion")}>
              <ActionIcon variant="subtle" color="red" size="lg" onClick={onRemove} aria-label={t("quality.editor.removeCriterion")}><IconTrash size={18} /></ActionIcon>
            </Tooltip>
          </Group>
        )}
      </Group>
      {findings}
      <Textarea
        label={t("quality.editor.description")} description={t("quality.editor.descriptionHint")} autosize minRows={2} maxRows={8} maxLength={4000} disabled={disabled}
        value={criterion.description} onChange={(event) => onChange({ description: event.currentTarget.value })}
      />
      <Group align="flex-end">
        <div>
          <Text size="sm" fw={500} mb={4} id="scoring-type">{t("quality.editor.scoringType")}</Text>
          <SegmentedControl
            aria-labelledby="scoring-type" disabled={disabled} value={criterion.scoringType} onChange={(value) => onChange({ scoringType: value as DraftCriterion["scoringType"] })}
            data={[{ value: "metNotMet", label: t("quality.editor.metNotMet") }, { value: "numericScale", label: t("quality.editor.numericScale") }]}
          />
        </div>
        <NumberInput
          label={t("quality.editor.maxPoints")} required w={120} min={0} max={1000} decimalScale={2} allowNegative={false} decimalSeparator={language === "de" ? "," : "."}
          disabled={disabled} value={criterion.maxPoints} error={fault("pointsWrong")} onChange={(value) => onChange({ maxPoints: typeof value === "number" ? value : 0 })}
        />
        {criterion.scoringType === "numericScale" && <Text size="xs" c="dimmed" pb={10}>{t("quality.editor.scaleHint", { max: format.number(criterion.maxPoints, 2) })}</Text>}
      </Group>
      <div>
        <Text size="sm" fw={500} mb={4} id="scored-by">{t("quality.editor.scoredBy")}</Text>
        <SegmentedControl
          aria-labelledby="scored-by" disabled={disabled} value={scorer} onChange={(value) => setScorer(value as Scorer)}
          data={[{ value: "ai", label: t("quality.editor.byAi") }, { value: "rule", label: t("quality.editor.byRule") }, { value: "person", label: t("quality.editor.byPerson") }]}
        />
        <Text size="xs" c="dimmed" mt={4}>{t(scorer === "ai" ? "quality.editor.byAiHint" : scorer === "rule" ? "quality.editor.byRuleHint" : "quality.editor.byPersonHint")}</Text>
      </div>
      {scorer === "ai" && (
        <>
          <Textarea
            label={t("quality.editor.prompt")} description={t("quality.editor.promptHint")} autosize minRows={3} maxRows={14} maxLength={8000} disabled={disabled}
            value={criterion.assessmentPrompt} error={fault("aiNeedsWords")} onChange={(event) => onChange({ assessmentPrompt: event.currentTarget.value })}
          />
          <Textarea
            label={t("quality.editor.applicabilityPrompt")} description={t("quality.editor.applicabilityHint")} autosize minRows={1} maxRows={8} maxLength={8000} disabled={disabled}
            value={criterion.applicabilityPrompt ?? ""} onChange={(event) => onChange({ applicabilityPrompt: event.currentTarget.value || null })}
          />
          <NumberInput
            label={t("quality.editor.confidence")} description={t("quality.editor.confidenceHint")} suffix=" %" w={260} min={0} max={100} allowDecimal={false} disabled={disabled}
            value={criterion.confidenceThreshold === null ? "" : Math.round(criterion.confidenceThreshold * 100)}
            onChange={(value) => onChange({ confidenceThreshold: typeof value === "number" ? value / 100 : null })}
          />
        </>
      )}
      {scorer === "rule" && criterion.rule && (
        <RuleFields key={criterion.key + String(criterion.rule.type)} rule={criterion.rule} disabled={disabled} onChange={(rule) => onChange({ rule })} />
      )}
      {fault("ruleIncomplete") && <Text size="sm" c="red">{fault("ruleIncomplete")}</Text>}
      <Switch
        label={t("quality.editor.allowNotApplicable")} disabled={disabled} checked={criterion.allowNotApplicable}
        onChange={(event) => onChange({ allowNotApplicable: event.currentTarget.checked })}
      />
      <Stack gap={8}>
        <Text size="sm" fw={500}>{t("quality.editor.knockOuts")}</Text>
        <Switch
          label={t("quality.editor.knockOutCategory")} disabled={disabled} checked={criterion.makeOrBreakForCategory}
          onChange={(event) => onChange({ makeOrBreakForCategory: event.currentTarget.checked })}
        />
        <Switch
          label={t("quality.editor.knockOutAssessment")} color="red" disabled={disabled} checked={criterion.makeOrBreakForAssessment}
          onChange={(event) => onChange({ makeOrBreakForAssessment: event.currentTarget.checked })}
        />
      </Stack>
    </Stack>
  );
}
