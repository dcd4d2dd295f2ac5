import { Badge, Button, Collapse, Group, Text, Tooltip, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { IconAlertOctagon, IconAlertTriangle, IconBulb, IconChevronDown, IconChevronUp, IconCircleCheck, IconSparkles, type Icon } from "@tabler/icons-react";
import { useState } from "react";
import { useI18n, type Translate } from "@/i18n";
import type { DraftCriterion } from "../model/draft";
import { targetOf, type Finding, type Lint, type Severity } from "./lint";
import classes from "./cards.module.css";

const ICONS: Record<Severity, Icon> = { error: IconAlertOctagon, warning: IconAlertTriangle, hint: IconBulb };
const COLORS: Record<Severity, string> = { error: "red", warning: "orange", hint: "blue" };
const shade = (severity: Severity) => `light-dark(var(--mantine-color-${COLORS[severity]}-8), var(--mantine-color-${COLORS[severity]}-3))`;

function SeverityText({ severity }: { severity: Severity }) {
  const { t } = useI18n();
  const Shown = ICONS[severity];
  return (
    <Group gap={4} wrap="nowrap" c={shade(severity)}>
      <Shown size={16} aria-hidden style={{ flexShrink: 0 }} />
      <Text span size="xs" fw={700}>{t(`cards.lint.${severity}`)}</Text>
    </Group>
  );
}

function countsText(lint: Lint, t: Translate): string {
  const parts: [number, string][] = [
    [lint.errors, t("cards.lint.errors", { count: lint.errors })],
    [lint.warnings, t("cards.lint.warnings", { count: lint.warnings })],
    [lint.hints, t("cards.lint.hints", { count: lint.hints })],
  ];
  return parts.filter(([count]) => count > 0).map(([, words]) => words).join(", ");
}

/** All findings in one list; choosing one leads to its criterion. */
export function FindingsSummary({ lint, onSelect }: { lint: Lint; onSelect: (key: string) => void }) {
  const { t } = useI18n();
  const [opened, setOpened] = useState(false);
  if (lint.pending) return <Text size="xs" c="dimmed" role="status">{t("cards.lint.pending")}</Text>;
  if (lint.failed) {
    return (
      <Group gap="xs" role="status">
        <Text size="xs" c="dimmed">{t("cards.lint.failed")}</Text>
        <Button size="compact-xs" variant="light" onClick={lint.retry}>{t("common.retry")}</Button>
      </Group>
    );
  }
  const gravest: Severity | null = lint.errors > 0 ? "error" : lint.warnings > 0 ? "warning" : lint.hints > 0 ? "hint" : null;
  if (gravest === null) {
    return (
      <Group gap={6} role="status" wrap="nowrap">
        <IconCircleCheck size={16} aria-hidden color="var(--mantine-color-assay-6)" />
        <Text size="xs" c="dimmed">{t("cards.lint.none")}</Text>
      </Group>
    );
  }
  const Shown = ICONS[gravest];
  return (
    <section aria-label={t("cards.lint.title")} className={classes.findings}>
      <UnstyledButton className={classes.findingsHead} aria-expanded={opened} aria-controls="lint-findings" onClick={() => setOpened(!opened)}>
        <Shown size={16} aria-hidden color={shade(gravest)} />
        <Text size="sm" fw={600} flex={1}>{t("cards.lint.found", { counts: countsText(lint, t) })}</Text>
        {opened ? <IconChevronUp size={16} aria-hidden /> : <IconChevronDown size={16} aria-hidden />}
      </UnstyledButton>
      <VisuallyHidden role="status">{countsText(lint, t)}</VisuallyHidden>
      <Collapse expanded={opened} id="lint-findings">
        <ul className={classes.plain}>
          {lint.findings.map((finding, index) => (
            <li key={`${finding.code}-${finding.key ?? ""}-${index}`}>
              {finding.key === null ? (
                <div className={classes.finding}><FindingLine finding={finding} /></div>
              ) : (
                <UnstyledButton className={classes.finding} onClick={() => onSelect(finding.key ?? "")}><FindingLine finding={finding} /></UnstyledButton>
              )}
            </li>
          ))}
        </ul>
        <Text size="xs" c="dimmed" px={10} pb={8}>{t("cards.lint.advice")}</Text>
      </Collapse>
    </section>
  );
}

function FindingLine({ finding }: { finding: Finding }) {
  return (
    <>
      <Group gap={8} wrap="nowrap">
        <SeverityText severity={finding.severity} />
        {finding.place && <Text span size="xs" c="dimmed" truncate>{finding.place}</Text>}
      </Group>
      <Text size="sm">{finding.text}</Text>
    </>
  );
}

interface CriterionProps {
  criterion: DraftCriterion;
  lint: Lint;
  disabled: boolean;
  onUse: (change: Partial<DraftCriterion>) => void;
}

/** What is weak about one criterion, beside its fields. */
export function CriterionFindings({ criterion, lint, disabled, onUse }: CriterionProps) {
  const { t } = useI18n();
  const findings = lint.findings.filter((one) => one.key === criterion.key);
  if (findings.length === 0) return null;
  return (
    <section aria-label={t("cards.lint.ofCriterion")} className={classes.findings}>
      <ul className={classes.plain}>
        {findings.map((finding, index) => {
          const target = targetOf(finding, criterion);
          const { suggestion } = finding;
          return (
            <li key={`${finding.code}-${index}`} className={classes.findingBox}>
              <SeverityText severity={finding.severity} />
              <Text size="sm">{finding.text}</Text>
              {suggestion && (
                <Group gap="xs" align="flex-start" wrap="nowrap" mt={4}>
                  <Text size="sm" className={classes.suggestion} flex={1}>{suggestion}</Text>
                  {!disabled && (
                    <Button size="compact-sm" variant="light" onClick={() => onUse({ [target]: target === "label" ? suggestion.slice(0, 200) : suggestion })}>
                      {t(`cards.lint.use.${target}`)}
                    </Button>
                  )}
                </Group>
              )}
            </li>
          );
        })}
      </ul>
      {!disabled && findings.every((one) => one.suggestion === null) && (
        <Group gap="xs" px={10} pb={8}>
          <Button size="compact-sm" variant="subtle" leftSection={<IconSparkles size={14} aria-hidden />} loading={lint.suggesting} onClick={lint.suggest}>
            {t("cards.lint.suggest")}
          </Button>
          {lint.suggestions && <Text size="xs" c="dimmed" role="status">{t(lint.suggestions === "none" ? "cards.lint.noModel" : "cards.lint.noSuggestion")}</Text>}
        </Group>
      )}
    </section>
  );
}

/** The mark of a criterion in the list. */
export function FindingMark({ findings }: { findings: readonly Finding[] }) {
  const { t } = useI18n();
  const first = findings[0];
  if (!first) return null;
  const Shown = ICONS[first.severity];
  const label = findings.map((one) => t(`cards.lint.${one.severity}`)).join(", ");
  return (
    <Tooltip label={`${t("cards.lint.ofCriterion")}: ${label}`}>
      <Badge variant="transparent" px={0} c={shade(first.severity)} leftSection={<Shown size={14} aria-hidden />}>
        <span role="img" aria-label={label}>{findings.length > 1 ? findings.length : ""}</span>
      </Badge>
    </Tooltip>
  );
}
