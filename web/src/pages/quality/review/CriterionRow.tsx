import { ActionIcon, Badge, Button, Chip, Group, NumberInput, Stack, Text, Textarea, ThemeIcon, Tooltip, UnstyledButton } from "@mantine/core";
import { IconCheck, IconCircleDashed, IconQuote, IconRobot, IconRuler2, IconSkull, IconUserQuestion, IconX } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useI18n, type Translate } from "@/i18n";
import { Keys } from "@/ui/hotkeys";
import { differsFromJudge, isAbstention, isAcceptable, isDecided, type CriterionEdit } from "../model/review";
import type { Criterion, OverrideReason, ScoredCriterion } from "../model/types";
import classes from "../quality.module.css";

export const REASONS = ["scoreWrong", "evidenceWrong", "evidenceMissing", "notApplicable", "other"] as const satisfies readonly OverrideReason[];

interface Props {
  criterion: ScoredCriterion;
  /** The criterion as the scorecard defines it. */
  definition: Pick<Criterion, "description" | "allowNotApplicable"> | undefined;
  editable: boolean;
  blind: boolean;
  active: boolean;
  hovered: boolean;
  onActivate: () => void;
  onHover: (hovered: boolean) => void;
  onEdit: (edit: CriterionEdit) => void;
  onScore: (score: number) => void;
  onAccept: () => void;
  onNotApplicable: () => void;
  /** Absent: no passages are quoted here. */
  onEvidence?: () => void;
  onShowPassage: (index: number) => void;
  onDone: () => void;
  /** Where the keys put the cursor: the number or the reason. */
  scoreField: React.RefObject<HTMLInputElement | null>;
  reasonField: React.RefObject<HTMLTextAreaElement | null>;
}

export function answerText(
  criterion: Pick<ScoredCriterion, "scoringType" | "maxPoints">,
  score: number | null,
  applicable: boolean | null,
  t: Translate,
  number: (value: number, digits?: number) => string,
): string {
  if (applicable === false) return t("quality.review.notApplicable");
  if (score === null) return "–";
  if (criterion.scoringType === "metNotMet") return t(score === 0 ? "quality.review.notMet" : "quality.review.met");
  return `${number(score, 2)} / ${number(criterion.maxPoints, 2)}`;
}

function StateIcon({ criterion }: { criterion: ScoredCriterion }) {
  const { t } = useI18n();
  const [Shown, color, label] = isDecided(criterion)
    ? ([IconCheck, "assay", t("quality.review.stateHuman")] as const)
    : criterion.state === "needsHuman"
      ? ([IconUserQuestion, "orange", t("quality.review.needsDecision")] as const)
      : criterion.origin === "rule"
        ? ([IconRuler2, "blue", t("quality.review.stateRule")] as const)
        : criterion.origin === "ai"
          ? ([IconRobot, "blue", t("quality.review.stateAi")] as const)
          : ([IconCircleDashed, "gray", t("quality.review.stateUnscored")] as const);
  return (
    <Tooltip label={label}>
      <ThemeIcon size={22} radius="xl" variant="light" color={color} aria-label={label} role="img"><Shown size={14} /></ThemeIcon>
    </Tooltip>
  );
}

export function CriterionRow(props: Props) {
  const { criterion, active } = props;
  const { t, format } = useI18n();
  const head = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!active) return;
    head.current?.focus({ preventScroll: true });
    head.current?.parentElement?.scrollIntoView({ block: "nearest" });
  }, [active]);
  const knock = criterion.makeOrBreakForAssessment
    ? t("quality.review.knockOutOfAssessment")
    : criterion.makeOrBreakForCategory
      ? t("quality.review.knockOutOfCategory")
      : null;
  const broken = knock !== null && criterion.score === 0 && criterion.applicable !== false;
  return (
    <li
      className={classes.criterion}
      data-active={active || undefined}
      data-hovered={props.hovered || undefined}
      data-criterion={criterion.id}
      data-state={criterion.state}
      data-origin={criterion.origin ?? undefined}
      onMouseEnter={() => props.onHover(true)}
      onMouseLeave={() => props.onHover(false)}
    >
      <UnstyledButton
        ref={head}
        className={classes.criterionHead}
        aria-expanded={active}
        onClick={props.onActivate}
        onKeyDown={(event) => {
          if (event.key === "Enter" && active && props.editable && !event.ctrlKey && !event.metaKey) {
            event.preventDefault();
            props.onAccept();
          }
        }}
      >
        <StateIcon criterion={criterion} />
        <Text size="sm" fw={active ? 650 : 500} span>{criterion.label}</Text>
        {knock && (
          <Tooltip label={knock}>
            <IconSkull size={15} role="img" aria-label={knock} color={broken ? "var(--mantine-color-red-6)" : "var(--desk-quiet)"} />
          </Tooltip>
        )}
        <Text size="sm" span className={classes.answer} fw={600} c={criterion.score === null ? "dimmed" : undefined}>
          {answerText(criterion, criterion.score, criterion.applicable, t, format.number)}
        </Text>
      </UnstyledButton>
      {active && <Body {...props} />}
    </li>
  );
}

function Body(props: Props) {
  const { criterion, definition, editable, blind } = props;
  const { t, format } = useI18n();
  const judge = criterion.aiScore !== null || criterion.aiApplicable !== null;
  return (
    <Stack gap={10} className={classes.criterionBody}>
      {definition?.description && <Text size="xs" c="dimmed">{definition.description}</Text>}
      {editable && <Answers {...props} />}
      {!editable && criterion.reason && !isAbstention(criterion) && <Text size="sm">{criterion.reason}</Text>}
      {!blind && criterion.state === "needsHuman" && (
        <div>
          <Badge variant="light" color="orange" tt="none">{t("quality.review.judgeAbstained")}</Badge>
          {criterion.aiReason && <Text size="xs" c="dimmed" mt={4}>{criterion.aiReason}</Text>}
        </div>
      )}
      {isDecided(criterion) && judge && (
        <Text size="xs" c="dimmed">
          {t("quality.review.judgeSaid", {
            answer: answerText(criterion, criterion.aiScore, criterion.aiApplicable, t, format.number),
          })}
          {criterion.aiReason && criterion.aiReason !== criterion.reason ? ` · ${criterion.aiReason}` : ""}
        </Text>
      )}
      {!isDecided(criterion) && criterion.confidence !== null && criterion.origin === "ai" && (
        <Text size="xs" c="dimmed">{t("quality.review.confidence", { percent: format.percent(criterion.confidence * 100) })}</Text>
      )}
      {editable && (differsFromJudge(criterion) || criterion.overrideReason !== null) && <Override {...props} />}
      {!editable && criterion.overrideReason && <Text size="xs" c="dimmed">{t(`quality.review.${criterion.overrideReason}`)}</Text>}
      {props.onEvidence && <EvidenceList {...props} />}
      {editable && (
        <Textarea
          ref={props.reasonField}
          label={<Group gap={6} component="span">{t("quality.review.reason")} <Keys keys="r" /></Group>}
          placeholder={t("quality.review.reasonPlaceholder")}
          size="xs" autosize minRows={1} maxRows={8} maxLength={4000}
          value={isAbstention(criterion) ? "" : (criterion.reason ?? "")}
          onChange={(event) => props.onEdit({ reason: event.currentTarget.value || null })}
          onKeyDown={(event) => {
            if (event.key === "Escape" || (event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.metaKey)) {
              event.preventDefault();
              props.onDone();
            }
          }}
        />
      )}
    </Stack>
  );
}

function Answers(props: Props) {
  const { criterion, definition } = props;
  const { t } = useI18n();
  const mayNotApply = definition?.allowNotApplicable ?? true;
  const verified = isDecided(criterion);
  return (
    <Group gap={6}>
      {criterion.scoringType === "metNotMet" ? (
        <Button.Group>
          <Choice label={t("quality.review.met")} keys="1" on={criterion.score !== null && criterion.score > 0} verified={verified} onClick={() => props.onScore(criterion.maxPoints)} />
          <Choice label={t("quality.review.notMet")} keys="0" on={criterion.score === 0} verified={verified} onClick={() => props.onScore(0)} />
        </Button.Group>
      ) : (
        <Scale {...props} />
      )}
      <Tooltip label={mayNotApply ? t("quality.review.notApplicable") : t("quality.review.alwaysApplies")}>
        <Button
          size="compact-sm" variant={criterion.applicable === false ? "filled" : "default"} disabled={!mayNotApply}
          onClick={props.onNotApplicable} rightSection={<Keys keys="x" />} aria-pressed={criterion.applicable === false}
        >
          {t("quality.review.notApplicableShort")}
        </Button>
      </Tooltip>
      {isAcceptable(criterion) && (
        <Tooltip label={t("quality.review.acceptHint")}>
          <Button size="compact-sm" variant="light" leftSection={<IconCheck size={14} />} rightSection={<Keys keys="a" />} onClick={props.onAccept}>
            {t("quality.review.accept")}
          </Button>
        </Tooltip>
      )}
    </Group>
  );
}

function Choice(props: { label: string; keys: string; on: boolean; verified: boolean; onClick: () => void }) {
  return (
    <Button
      size="compact-sm" variant={props.on ? (props.verified ? "filled" : "light") : "default"} aria-pressed={props.on}
      onClick={props.onClick} rightSection={<Keys keys={props.keys} />}
    >
      {props.label}
    </Button>
  );
}

/** The server takes a score with two decimals between 0 and the maximum; the field refuses others. */
function Scale(props: Props) {
  const { criterion } = props;
  const { t, locale } = { ...useI18n() };
  const half = Math.round(criterion.maxPoints * 50) / 100;
  const verified = isDecided(criterion);
  return (
    <Group gap={6} wrap="nowrap">
      <NumberInput
        ref={props.scoreField}
        aria-label={t("quality.review.scoreOf", { label: criterion.label, max: criterion.maxPoints })}
        size="xs" w={92} min={0} max={criterion.maxPoints} decimalScale={2} clampBehavior="strict" allowNegative={false}
        decimalSeparator={locale === "de-DE" ? "," : "."}
        value={criterion.score ?? ""}
        onChange={(value) => typeof value === "number" && value !== criterion.score && props.onScore(value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" || event.key === "Escape") {
            event.preventDefault();
            props.onDone();
          }
        }}
      />
      <Button.Group>
        {[0, half, criterion.maxPoints].map((score) => (
          <Button
            key={score} size="compact-sm" aria-pressed={criterion.score === score}
            variant={criterion.score === score ? (verified ? "filled" : "light") : "default"} onClick={() => props.onScore(score)}
          >
            {score.toLocaleString(locale)}
          </Button>
        ))}
      </Button.Group>
    </Group>
  );
}

function Override({ criterion, onEdit }: Props) {
  const { t } = useI18n();
  const keys: Partial<Record<OverrideReason, string>> = { scoreWrong: "s", evidenceWrong: "d", evidenceMissing: "f" };
  return (
    <Chip.Group
      value={criterion.overrideReason ?? ""}
      onChange={(value) => onEdit({ overrideReason: (value as OverrideReason) || null })}
    >
      <Group gap={4} role="radiogroup" aria-label={t("quality.review.whyChanged")}>
        <Text size="xs" c="dimmed" w="100%">{t("quality.review.whyChanged")}</Text>
        {REASONS.map((reason) => (
          <Chip key={reason} value={reason} size="xs" variant="light">
            {t(`quality.review.${reason}`)}{keys[reason] ? ` (${keys[reason].toUpperCase()})` : ""}
          </Chip>
        ))}
      </Group>
    </Chip.Group>
  );
}

function EvidenceList({ criterion, editable, onEvidence, onShowPassage, onEdit }: Props) {
  const { t } = useI18n();
  const { evidence } = criterion;
  return (
    <Stack gap={6}>
      {evidence.map((passage, index) => (
        <Group key={`${passage.conversationId}-${passage.start}`} gap={4} wrap="nowrap" align="flex-start">
          <UnstyledButton className={classes.quote} flex={1} onClick={() => onShowPassage(index)} aria-label={`${t("quality.review.showEvidence")}: ${passage.quote}`}>
            <Text size="xs" lineClamp={3} inherit>{passage.quote}</Text>
          </UnstyledButton>
          {editable && (
            <ActionIcon
              size="sm" variant="subtle" color="gray" aria-label={t("quality.review.removeEvidence")}
              onClick={() => onEdit({ evidence: evidence.filter((_, at) => at !== index), overrideReason: criterion.overrideReason ?? "evidenceWrong" })}
            >
              <IconX size={14} />
            </ActionIcon>
          )}
        </Group>
      ))}
      {evidence.length === 0 && (
        <Text size="xs" c="dimmed">
          {criterion.searchedConversationIds.length > 0
            ? t("quality.review.searched", { count: criterion.searchedConversationIds.length })
            : t("quality.review.noEvidence")}
        </Text>
      )}
      {editable && (
        <Group>
          <Button size="compact-xs" variant="subtle" leftSection={<IconQuote size={14} />} rightSection={<Keys keys="e" />} onClick={onEvidence}>
            {t(evidence.length > 0 ? "quality.review.editEvidence" : "quality.review.addEvidence")}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
