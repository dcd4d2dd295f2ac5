import { Badge, Group, Stack, Text } from "@mantine/core";
import { useI18n, type Key, type Translate } from "@/i18n";
import { useTags, useTeams } from "../data";
import { diffRevisions, isEmptyDiff, type FieldChange } from "../model/diff";
import { isRuleName } from "../model/rules";
import type { Scorecard } from "../model/types";
import classes from "../quality.module.css";

const KIND_COLORS = { added: "green", removed: "red", changed: "blue" } as const;

/** What the second revision says differently from the first. */
export function Diff({ before, after }: { before: Scorecard; after: Scorecard }) {
  const { t } = useI18n();
  const diff = diffRevisions(before, after);
  if (isEmptyDiff(diff)) return <Text c="dimmed" size="sm">{t("quality.editor.noChanges")}</Text>;
  return (
    <Stack gap="md">
      {diff.card.length > 0 && <Part kind="changed" title={t("quality.diff.card")} fields={diff.card} />}
      {diff.categories.map((category) => (
        <Part key={`category-${category.id}`} kind={category.kind} title={`${t("quality.diff.category")}: ${category.label}`} fields={category.fields} />
      ))}
      {diff.criteria.map((criterion) => (
        <Part key={`criterion-${criterion.id}-${criterion.label}`} kind={criterion.kind} title={`${criterion.category} · ${criterion.label}`} fields={criterion.fields} />
      ))}
    </Stack>
  );
}

function Part({ kind, title, fields }: { kind: keyof typeof KIND_COLORS; title: string; fields: FieldChange[] }) {
  const { t } = useI18n();
  const show = useShown();
  return (
    <section>
      <Group gap={8} mb={4}>
        <Badge variant="light" color={KIND_COLORS[kind]} tt="none">{t(`quality.diff.${kind}`)}</Badge>
        <Text size="sm" fw={600}>{title}</Text>
      </Group>
      <Stack gap={6} ps="md">
        {fields.map(({ field, before, after }) => (
          <div key={field}>
            <Text size="xs" c="dimmed">{t(`quality.diff.${field}` as Key)}</Text>
            <Group gap={6} align="flex-start">
              <Text size="sm" component="del" className={classes.before}>{show(field, before)}</Text>
              <Text size="sm" component="ins" className={classes.after} td="none">{show(field, after)}</Text>
            </Group>
          </div>
        ))}
      </Stack>
    </section>
  );
}

function ruleText(rule: Record<string, unknown>, t: Translate): string {
  const name = isRuleName(rule.type) ? t(`quality.rule.${rule.type}`) : String(rule.type);
  const rest = Object.entries(rule).filter(([key]) => key !== "type");
  return [name, ...rest.map(([key, value]) => `${t(`quality.param.${key}` as Key)}: ${Array.isArray(value) ? value.join(", ") : String(value)}`)].join(" · ");
}

function useShown(): (field: string, value: unknown) => string {
  const { t, format } = useI18n();
  const tags = useTags();
  const teams = useTeams();
  return (field, value) => {
    if (value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) return t("quality.diff.none");
    if (typeof value === "boolean") return t(value ? "quality.diff.yes" : "quality.diff.no");
    if (typeof value === "number") {
      if (field === "confidenceThreshold") return format.percent(value * 100);
      return field === "samplePercent" || field === "liveCoachThreshold" ? format.percent(value, 2) : format.number(value, 2);
    }
    if (Array.isArray(value)) {
      return value
        .map((one: unknown) => {
          if (field === "ticketTags") return tags.name(one as number);
          if (field === "teams") return teams.name(one as number);
          if (field === "channels") return t(`quality.channel.${String(one)}` as Key);
          if (field === "responseContext") return t(`quality.context.${String(one)}` as Key);
          return String(one);
        })
        .join(", ");
    }
    if (typeof value === "object") return ruleText(value as Record<string, unknown>, t);
    if (field === "scoringType") return t(value === "metNotMet" ? "quality.editor.metNotMet" : "quality.editor.numericScale");
    return String(value);
  };
}
