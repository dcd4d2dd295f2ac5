import { Accordion, Badge, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useI18n } from "@/i18n";
import type { CriterionTrust, JudgeTrust } from "../data";
import { share } from "../parts";
import classes from "../reports.module.css";
import { Curve, useJudgeName } from "./Curve";

const ORIGINS = ["blind", "corrected", "byHand", "confirmed", "confirmedOwn"] as const;
const COLORS = { rule: "gray", ai: "assay", person: "blue" } as const;
const GATES = { target: "assay", closed: "orange", criterion: "blue", setting: "gray" } as const;

/** One criterion: closed, what one needs to know; opened, why. */
export function Criterion({ found, target }: { found: CriterionTrust; target: number }) {
  const { t, format } = useI18n();
  const { labels, missing } = found;
  const ai = found.decidedBy === "ai";
  const needed = labels.total + missing.labels;
  const enough = missing.labels === 0 && missing.ofKind === 0;
  return (
    <Accordion.Item value={String(found.criterionId)}>
      <Accordion.Control>
        <Group justify="space-between" gap="xs">
          <div>
            <Text size="sm" fw={650}>{found.label}</Text>
            <Text size="xs" c="dimmed">{t("reports.trust.labelsOf", { count: labels.total })}</Text>
          </div>
          <Group gap={6}>
            {found.head && <Badge variant="light" tt="none">{t("reports.trust.agreement")} {share(format, found.head.heldOutAgreement)}, n = {format.number(found.head.labels)}</Badge>}
            <Badge variant="light" color={COLORS[found.decidedBy]} tt="none">{t(`reports.trust.decidedBy.${found.decidedBy}`)}</Badge>
          </Group>
        </Group>
      </Accordion.Control>
      <Accordion.Panel>
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
          <Stack gap="sm">
            <div>
              <Text size="sm" fw={600}>{t("reports.trust.labels")}: {format.number(labels.total)}</Text>
              {ai ? (
                <>
                  <div className={classes.progress} style={{ marginBlock: 6 }} aria-hidden><span style={{ width: `${needed ? (100 * labels.total) / needed : 100}%` }} /></div>
                  <Text size="sm">
                    {enough ? t("reports.trust.enough") : [
                      ...(missing.labels > 0 ? [t("reports.trust.missing", { count: missing.labels })] : []),
                      ...(missing.ofKind > 0 ? [t("reports.trust.missingKind", { count: missing.ofKind })] : []),
                    ].join(" ")}
                  </Text>
                </>
              ) : (
                <Text size="sm" c="dimmed">{t(found.decidedBy === "rule" ? "reports.trust.ruleNeedsNone" : "reports.trust.personNeedsNone")}</Text>
              )}
            </div>
            {labels.total > 0 && (
              <div>
                <Text size="xs" fw={600} c="dimmed">{t("reports.trust.origin")}</Text>
                <Text size="sm">{ORIGINS.filter((one) => labels[one] > 0).map((one) => `${format.number(labels[one])} ${t(`reports.trust.${one}`)}`).join(", ")}</Text>
                <Text size="xs" c="dimmed">{t("reports.trust.weightHint")}</Text>
              </div>
            )}
            <Spread found={found} />
            {ai && (
              <Text size="sm">
                {found.head ? t("reports.trust.head", { share: format.number(Math.round(100 * found.head.heldOutAgreement)), count: found.head.labels }) : t("reports.trust.headNone")}
              </Text>
            )}
          </Stack>
          <Stack gap="md">
            {found.judges.map((judge) => <Judge key={judge.judge} judge={judge} target={target} />)}
            {ai && found.judges.length === 0 && <Text size="sm" c="dimmed">{t("reports.trust.curveNone")}</Text>}
          </Stack>
        </SimpleGrid>
      </Accordion.Panel>
    </Accordion.Item>
  );
}

function Spread({ found }: { found: CriterionTrust }) {
  const { t, format } = useI18n();
  const rows = found.scores.map(({ score, labels }) => ({
    name: found.scoringType === "metNotMet" ? t(`reports.agreement.answer.${score > 0 ? "met" : "notMet"}`) : t("reports.agreement.points", { score: format.number(score, 2), max: format.number(found.maxPoints, 2) }),
    labels,
  }));
  if (found.labels.notApplicable > 0) rows.push({ name: t("reports.trust.notApplicable"), labels: found.labels.notApplicable });
  if (rows.length === 0) return null;
  const most = Math.max(...rows.map(({ labels }) => labels));
  return (
    <div>
      <Text size="xs" fw={600} c="dimmed" mb={2}>{t("reports.trust.spread")}</Text>
      {rows.map(({ name, labels }) => (
        <Group key={name} gap="xs" wrap="nowrap">
          <Text size="xs" w={110} style={{ flexShrink: 0 }}>{name}</Text>
          <div className={classes.progress} style={{ flex: 1 }} aria-hidden><span style={{ width: `${(100 * labels) / most}%` }} /></div>
          <Text size="xs" w={28} ta="end">{format.number(labels)}</Text>
        </Group>
      ))}
    </div>
  );
}

function Judge({ judge, target }: { judge: JudgeTrust; target: number }) {
  const { t, format } = useI18n();
  const nameOf = useJudgeName();
  const threshold = judge.threshold === null ? "–" : share(format, judge.threshold, 1);
  return (
    <div>
      <Group gap={6} mb={4}>
        <Text size="sm" fw={650}>{nameOf(judge.judge)}</Text>
        <Text size="xs" fw={600} c="dimmed">{t("reports.trust.gateTitle")}</Text>
      </Group>
      <Badge variant="light" color={GATES[judge.gate]} tt="none" h="auto" py={5} mb={6} radius="sm" styles={{ label: { whiteSpace: "normal", lineHeight: 1.3 } }}>
        {t(`reports.trust.gate.${judge.gate}`, { threshold, target: share(format, target) })}
      </Badge>
      {judge.agreement !== null && <Text size="sm" mb="xs">{t("reports.trust.agreedSoFar", { share: share(format, judge.agreement), count: judge.n })}</Text>}
      {judge.curve.length > 0 && <Curve judge={judge.judge} n={judge.n} points={judge.curve} target={target} />}
    </div>
  );
}
