import { ActionIcon, Button, Group, Stack, Text, TextInput, Tooltip, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronUp, IconGripVertical, IconPlus, IconRobot, IconRuler2, IconSkull, IconTrash, IconUser } from "@tabler/icons-react";
import { useState } from "react";
import { useI18n } from "@/i18n";
import { moveCategory, moveCriterion, newCategory, newCriterion, placeCriterion, type Draft, type DraftCriterion, type Problem } from "../model/draft";
import classes from "../quality.module.css";
import { FindingMark } from "./Findings";
import type { Finding } from "./lint";

interface Props {
  draft: Draft;
  selected: string | null;
  problems: readonly Problem[];
  findings: readonly Finding[];
  disabled: boolean;
  onSelect: (key: string) => void;
  onChange: (draft: Draft) => void;
}

/** Categories and criteria in their order; moved by drag or, with the keys, by Alt and an arrow. */
export function Structure(props: Props) {
  const { t, format } = useI18n();
  const { draft, disabled, onChange } = props;
  const [dragged, setDragged] = useState<string | null>(null);
  const [over, setOver] = useState<string | null>(null);
  const criteria = draft.categories.flatMap((category) => category.criteria);
  const points = criteria.reduce((sum, criterion) => sum + Math.round(criterion.maxPoints * 100), 0) / 100;

  const drop = (categoryKey: string, beforeKey: string | null) => {
    if (dragged) onChange(placeCriterion(draft, dragged, categoryKey, beforeKey));
    setDragged(null);
    setOver(null);
  };
  const addCategory = () => onChange({ ...draft, categories: [...draft.categories, newCategory(t("quality.editor.newCategory"))] });
  const addCriterion = (categoryKey: string) => {
    const criterion = newCriterion(t("quality.editor.newCriterion"));
    onChange({
      ...draft,
      categories: draft.categories.map((category) => (category.key === categoryKey ? { ...category, criteria: [...category.criteria, criterion] } : category)),
    });
    props.onSelect(criterion.key);
  };

  return (
    <Stack gap="md" p="md">
      <Group justify="space-between">
        <Text size="xs" c="dimmed">{t("quality.editor.pointsTotal", { points: format.number(points, 2), count: criteria.length })}</Text>
        {!disabled && <Text size="xs" c="dimmed">{t("quality.editor.moveHint")}</Text>}
      </Group>
      {draft.categories.map((category, position) => (
        <section key={category.key} aria-label={category.label}>
          <Group gap={4} wrap="nowrap" mb={4}>
            <TextInput
              flex={1} size="xs" fw={650} aria-label={t("quality.editor.categoryName")} maxLength={200} disabled={disabled} value={category.label}
              error={props.problems.some((problem) => problem.key === category.key && problem.code === "labelMissing")}
              onChange={(event) => {
                const label = event.currentTarget.value;
                onChange({ ...draft, categories: draft.categories.map((one) => (one.key === category.key ? { ...one, label } : one)) });
              }}
            />
            {!disabled && (
              <>
                <ActionIcon variant="subtle" color="gray" disabled={position === 0} aria-label={`${t("quality.editor.moveUp")}: ${category.label}`} onClick={() => onChange(moveCategory(draft, category.key, -1))}><IconChevronUp size={16} /></ActionIcon>
                <ActionIcon variant="subtle" color="gray" disabled={position === draft.categories.length - 1} aria-label={`${t("quality.editor.moveDown")}: ${category.label}`} onClick={() => onChange(moveCategory(draft, category.key, 1))}><IconChevronDown size={16} /></ActionIcon>
                <ActionIcon
                  variant="subtle" color="gray" aria-label={`${t("quality.editor.removeCategory")}: ${category.label}`} disabled={category.criteria.length > 0}
                  onClick={() => onChange({ ...draft, categories: draft.categories.filter((one) => one.key !== category.key) })}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              </>
            )}
          </Group>
          <ul
            style={{ listStyle: "none", margin: 0, padding: 0, minHeight: 12 }}
            onDragOver={(event) => dragged && event.preventDefault()}
            onDrop={() => drop(category.key, null)}
          >
            {category.criteria.map((criterion) => (
              <Node
                key={criterion.key} criterion={criterion} {...props} over={over === criterion.key}
                found={props.findings.filter((one) => one.key === criterion.key)} faulty={props.problems.some((problem) => problem.key === criterion.key)}
                onDragStart={() => setDragged(criterion.key)} onDragEnd={() => { setDragged(null); setOver(null); }}
                onDragOver={() => dragged && setOver(criterion.key)} onDrop={() => drop(category.key, criterion.key)}
                onMove={(by) => onChange(moveCriterion(draft, criterion.key, by))}
              />
            ))}
            {category.criteria.length === 0 && <Text size="xs" c="dimmed" px={8} py={4}>{t("quality.editor.emptyCategory")}</Text>}
          </ul>
          {!disabled && (
            <Button size="compact-sm" variant="subtle" leftSection={<IconPlus size={14} />} onClick={() => addCriterion(category.key)} aria-label={`${t("quality.editor.addCriterion")}: ${category.label}`}>
              {t("quality.editor.addCriterion")}
            </Button>
          )}
        </section>
      ))}
      {draft.categories.length === 0 && (
        <div>
          <Text fw={600} size="sm">{t("quality.editor.noCategories")}</Text>
          <Text size="sm" c="dimmed">{t("quality.editor.noCategoriesText")}</Text>
        </div>
      )}
      {!disabled && <Button variant="default" leftSection={<IconPlus size={16} />} onClick={addCategory}>{t("quality.editor.addCategory")}</Button>}
    </Stack>
  );
}

interface NodeProps {
  criterion: DraftCriterion;
  selected: string | null;
  disabled: boolean;
  over: boolean;
  faulty: boolean;
  found: readonly Finding[];
  onSelect: (key: string) => void;
  onDragStart: () => void;
  onDragEnd: () => void;
  onDragOver: () => void;
  onDrop: () => void;
  onMove: (by: -1 | 1) => void;
}

function Node({ criterion, selected, disabled, over, faulty, found, ...on }: NodeProps) {
  const { t, format } = useI18n();
  const knock = criterion.makeOrBreakForAssessment ? t("quality.review.knockOutOfAssessment") : criterion.makeOrBreakForCategory ? t("quality.review.knockOutOfCategory") : null;
  const Scorer = criterion.rule !== null ? IconRuler2 : criterion.autoGenerateByAi ? IconRobot : IconUser;
  return (
    <li
      className={classes.node} data-selected={selected === criterion.key || undefined} data-over={over || undefined} draggable={!disabled}
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", criterion.label);
        on.onDragStart();
      }}
      onDragEnd={on.onDragEnd}
      onDragOver={(event) => {
        event.preventDefault();
        on.onDragOver();
      }}
      onDrop={(event) => {
        event.preventDefault();
        event.stopPropagation();
        on.onDrop();
      }}
    >
      {!disabled && <span className={classes.grip} title={t("quality.editor.drag")}><IconGripVertical size={15} aria-hidden /></span>}
      <UnstyledButton
        className={classes.nodeButton} aria-current={selected === criterion.key} data-key={criterion.key} onClick={() => on.onSelect(criterion.key)}
        onKeyDown={(event) => {
          if (!event.altKey || disabled || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
          event.preventDefault();
          on.onMove(event.key === "ArrowUp" ? -1 : 1);
          requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-key="${criterion.key}"]`)?.focus());
        }}
      >
        <Scorer size={15} aria-hidden color={faulty ? "var(--mantine-color-red-6)" : "var(--desk-quiet)"} />
        <Text size="sm" truncate flex={1} c={faulty ? "red" : undefined}>{criterion.label || "–"}</Text>
        <FindingMark findings={found} />
        {knock && <Tooltip label={knock}><IconSkull size={14} role="img" aria-label={knock} color="var(--desk-quiet)" /></Tooltip>}
        <Text size="xs" c="dimmed">{format.number(criterion.maxPoints, 2)}</Text>
      </UnstyledButton>
    </li>
  );
}
