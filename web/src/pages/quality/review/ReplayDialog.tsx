import { Accordion, Alert, Badge, Button, Code, Group, Modal, Skeleton, Stack, Table, Tabs, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useMutation, useQuery } from "@tanstack/react-query";
import { IconArrowRight, IconCircleCheck, IconInfoCircle, IconRefresh } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { api, call, type Schema } from "@/api/client";
import { asApiError } from "@/api/errors";
import { useI18n, type Translate } from "@/i18n";
import { errorText } from "@/ui/ErrorState";
import { locate } from "../model/review";
import type { Assessment, ScoredCriterion } from "../model/types";
import classes from "../quality.module.css";
import { answerText } from "./CriterionRow";

type ReplayRecord = Schema<"ReplayRecord">;
type ReplayRead = Schema<"ReplayRead">;
type ReplayAnswer = Schema<"ReplayAnswer">;
type RunCriterion = ReplayRecord["answers"][number];
type Part = NonNullable<ReplayRecord["differs"]>[number];
type Judge = Pick<Schema<"JudgeRead">, "provider" | "model" | "promptVersion" | "inputTokens" | "outputTokens" | "cost" | "currency" | "durationMs">;

const IMPOSSIBLE = ["noRun", "runFailed", "worklogRemoved", "contentUnknown", "modelNotConfigured", "promptVersionUnknown"] as const;
const PROVIDERS = ["builtIn", "rules"] as const;

const short = (hash: string): string => hash.replace(/^sha256:/, "").slice(0, 16);

function refusalText(error: unknown, t: Translate): string {
  const { code, details } = asApiError(error);
  const reason = IMPOSSIBLE.find((one) => one === details.reason);
  if (reason) return t(`replay.impossible.${reason}`);
  if (code === "blind_review") return t("replay.blind");
  if (code === "busy") return t("replay.busy");
  if (code === "ai_service_failed") return t("replay.serviceFailed");
  if (code === "llm_not_configured") return t("replay.impossible.modelNotConfigured");
  return errorText(error, t);
}

/** Where the scores of an assessment come from: the run, what the judge was shown, and the same question once more. */
export function ReplayDialog({ assessment, onClose }: { assessment: Assessment; onClose: () => void }) {
  const { t } = useI18n();
  const narrow = useMediaQuery("(max-width: 48em)");
  const runId = assessment.judge?.runId ?? 0;
  const record = useQuery({
    queryKey: ["quality", "replay", assessment.id, runId],
    queryFn: () => call(api.GET("/api/mind/quality/assessment/{id}/replay/{runId}", { params: { path: { id: assessment.id, runId } } })),
    enabled: runId > 0,
    staleTime: 60_000,
    retry: false,
  });
  const again = useMutation({
    mutationFn: () => call(api.POST("/api/mind/quality/assessment/{id}/replay", { params: { path: { id: assessment.id } }, body: { runId } })),
  });
  const criteria = new Map(locate(assessment.data.categories).map(({ criterion }) => [criterion.id, criterion]));
  return (
    <Modal opened onClose={onClose} size="xl" fullScreen={narrow} title={t("replay.title")} closeButtonProps={{ "aria-label": t("common.close") }}>
      <Tabs defaultValue="run" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="run">{t("replay.tabRun")}</Tabs.Tab>
          <Tabs.Tab value="shown">{t("replay.tabShown")}</Tabs.Tab>
          <Tabs.Tab value="again">{t("replay.tabAgain")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="run">
          {assessment.judge && <Provenance judge={assessment.judge} />}
          <Loaded record={record.data} error={record.error}>
            {(found) => (
              <Stack gap="md" mt="md">
                <Match found={found} />
                <SaidThen answers={found.answers} criteria={criteria} />
              </Stack>
            )}
          </Loaded>
        </Tabs.Panel>
        <Tabs.Panel value="shown">
          <Loaded record={record.data} error={record.error}>{(found) => <Shown record={found} />}</Loaded>
        </Tabs.Panel>
        <Tabs.Panel value="again">
          <Stack gap="md">
            <Text size="sm">{t("replay.againText")}</Text>
            <Group>
              <Button leftSection={<IconRefresh size={16} />} loading={again.isPending} onClick={() => again.mutate()}>{t("replay.ask")}</Button>
            </Group>
            {again.isError && <Alert color="orange" variant="light" role="alert">{refusalText(again.error, t)}</Alert>}
            {again.data && <Difference answer={again.data} criteria={criteria} />}
          </Stack>
        </Tabs.Panel>
      </Tabs>
    </Modal>
  );
}

function Loaded({ record, error, children }: { record: ReplayRecord | undefined; error: unknown; children: (record: ReplayRecord) => ReactNode }) {
  const { t } = useI18n();
  if (error) return <Alert mt="md" color="orange" variant="light" role="alert">{refusalText(error, t)}</Alert>;
  if (!record) return <Stack mt="md" aria-busy="true">{[60, 100, 100].map((height, index) => <Skeleton key={index} height={height} radius="md" />)}</Stack>;
  return children(record);
}

function useJudgeName(): (judge: Pick<Judge, "provider" | "model">) => string {
  const { t } = useI18n();
  return ({ provider, model }) => {
    const known = PROVIDERS.find((one) => one === provider);
    const name = known ? t(`replay.provider.${known}`) : provider;
    return model ? `${name} · ${model}` : name;
  };
}

function Facts({ rows }: { rows: [string, ReactNode][] }) {
  return (
    <dl className={classes.facts}>
      {rows.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function useCosts(): (judge: Judge) => [string, ReactNode][] {
  const { t, format } = useI18n();
  return ({ inputTokens, outputTokens, cost, currency, durationMs }) => [
    [t("replay.duration"), t("replay.milliseconds", { count: durationMs })],
    [t("replay.tokens"), inputTokens === null && outputTokens === null ? t("replay.noTokens") : t("replay.tokenCount", { in: inputTokens ?? 0, out: outputTokens ?? 0 })],
    [t("replay.cost"), cost === null ? t("replay.noCost") : `${format.number(cost, 6)} ${currency ?? ""}`],
  ];
}

function Provenance({ judge }: { judge: NonNullable<Assessment["judge"]> }) {
  const { t, format } = useI18n();
  const nameOf = useJudgeName();
  const costs = useCosts();
  return (
    <Facts
      rows={[
        [t("replay.judge"), nameOf(judge)],
        [t("replay.prompt"), judge.promptVersion ?? t("replay.noPrompt")],
        [t("replay.when"), format.dateTime(judge.finishedAt)],
        [t("replay.repeats"), t("replay.repeatsText", { count: judge.repeats, temperature: format.number(judge.temperature, 2) })],
        ...costs(judge),
        [t("replay.contentHash"), <Code key="content">{short(judge.contentHash)}</Code>],
        [t("replay.inputHash"), <Code key="input">{short(judge.inputHash)}</Code>],
        [t("replay.run"), String(judge.runId)],
      ]}
    />
  );
}

/** Whether what is shown is what the judge saw. */
function Match({ found }: { found: Pick<ReplayRecord, "inputMatches" | "differs"> }) {
  const { t } = useI18n();
  if (found.inputMatches) {
    return <Alert variant="light" color="assay" icon={<IconCircleCheck size={18} />} py={8}>{t("replay.matches")}</Alert>;
  }
  const parts = (found.differs ?? []).map((part: Part) => t(`replay.part.${part}`));
  return (
    <Alert variant="light" color="orange" icon={<IconInfoCircle size={18} />} py={8}>
      {parts.length > 0 ? t("replay.differs", { parts: parts.join(", ") }) : t("replay.differsUnknown")}
    </Alert>
  );
}

function SaidThen({ answers, criteria }: { answers: readonly RunCriterion[]; criteria: ReadonlyMap<number, ScoredCriterion> }) {
  const { t, format } = useI18n();
  return (
    <div>
      <Text size="sm" fw={650} component="h3" mb={4}>{t("replay.saidThen")}</Text>
      <Table.ScrollContainer minWidth={520} scrollAreaProps={{ viewportProps: { tabIndex: 0, "aria-label": t("replay.saidThen") } as never }}>
        <Table verticalSpacing={6} aria-label={t("replay.saidThen")}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("replay.criterion")}</Table.Th>
              <Table.Th>{t("replay.answer")}</Table.Th>
              <Table.Th>{t("replay.confidence")}</Table.Th>
              <Table.Th>{t("replay.by")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {answers.map((one) => {
              const criterion = criteria.get(one.criterionId);
              return (
                <Table.Tr key={one.criterionId}>
                  <Table.Td><Text size="sm" fw={600}>{criterion?.label ?? `#${one.criterionId}`}</Text><Text size="xs" c="dimmed">{one.reason}</Text></Table.Td>
                  <Table.Td style={{ whiteSpace: "nowrap" }}>
                    {one.abstained ? t("replay.abstained") : criterion ? answerText(criterion, one.score, one.applicable, t, format.number) : (one.score ?? "–")}
                  </Table.Td>
                  <Table.Td style={{ whiteSpace: "nowrap" }}>
                    {one.confidence === null ? "–" : format.percent(one.confidence * 100)}
                    {one.raw && one.raw.confidence !== null && Math.abs(one.raw.confidence - (one.confidence ?? one.raw.confidence)) >= 0.005 && (
                      <Text size="xs" c="dimmed">{t("replay.rawConfidence", { percent: format.percent(one.raw.confidence * 100) })}</Text>
                    )}
                  </Table.Td>
                  <Table.Td><Text size="xs" c="dimmed">{one.producedBy}</Text></Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </div>
  );
}

function Shown({ record }: { record: ReplayRecord }) {
  const { t, format } = useI18n();
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">{t("replay.shownText")}</Text>
      <Match found={record} />
      <Stack gap="xs">
        {record.messages.map((message) => (
          <div key={message.conversationId} className={classes.step} style={{ maxWidth: "none" }}>
            <Group gap={6} mb={4}>
              <Text size="xs" fw={700}>{t(`replay.role.${message.role}`)}</Text>
              {message.assessed && <Badge size="xs" variant="light" tt="none">{t("quality.review.assessed")}</Badge>}
              {!message.shownInFull && <Badge size="xs" variant="light" color="orange" tt="none">{t("replay.cut")}</Badge>}
              <Text size="xs" c="dimmed" ms="auto">{format.dateTime(message.at)}</Text>
            </Group>
            {message.subject && <Text size="sm" fw={600}>{message.subject}</Text>}
            <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }} mah={260} component="div" className={classes.scroll} tabIndex={0}>{message.text || t("quality.review.noText")}</Text>
            {message.attachments.length > 0 && <Text size="xs" c="dimmed">{t("replay.attachments", { names: message.attachments.join(", ") })}</Text>}
          </div>
        ))}
      </Stack>
      {record.toolCalls.length > 0 && (
        <Text size="sm">{t("replay.toolCalls")}: {record.toolCalls.map((one) => one.name).join(", ")}</Text>
      )}
      <Accordion variant="contained" chevronPosition="left">
        <Accordion.Item value="instructions">
          <Accordion.Control>{t("replay.instructions")}</Accordion.Control>
          <Accordion.Panel>
            {record.instructions ? <pre className={classes.json}>{record.instructions}</pre> : <Text size="sm" c="dimmed">{t("replay.noInstructions")}</Text>}
          </Accordion.Panel>
        </Accordion.Item>
      </Accordion>
    </Stack>
  );
}

function Difference({ answer, criteria }: { answer: ReplayRead; criteria: ReadonlyMap<number, ScoredCriterion> }) {
  const { t, format } = useI18n();
  const nameOf = useJudgeName();
  const costs = useCosts();
  const { judge } = answer;
  const changed = answer.criteria.filter((one) => one.changed.length > 0);
  const shown = (id: number, one: ReplayAnswer | null): string => {
    const criterion = criteria.get(id);
    if (one === null) return t("replay.notAsked");
    if (one.abstained) return t("replay.abstained");
    return criterion ? answerText(criterion, one.score, one.applicable, t, format.number) : one.score === null ? "–" : format.number(one.score, 2);
  };
  const sure = (one: ReplayAnswer | null) => (one === null || one.confidence === null ? "" : ` (${format.percent(one.confidence * 100)})`);
  return (
    <Stack gap="md">
      <Match found={answer} />
      <Text size="sm" fw={650} role="status">
        {changed.length === 0 ? t("replay.same", { total: answer.criteria.length }) : t("replay.changed", { count: changed.length, total: answer.criteria.length })}
      </Text>
      {changed.map((one) => (
        <div key={one.criterionId} className={classes.panel} style={{ padding: 12 }}>
          <Group justify="space-between" gap={8}>
            <Text size="sm" fw={600}>{one.label}</Text>
            <Group gap={4}>{one.changed.map((what) => <Badge key={what} size="sm" color="orange" variant="light" tt="none">{t(`replay.what.${what}`)}</Badge>)}</Group>
          </Group>
          <Group gap={6} mt={4}>
            <Text size="sm" span className={classes.before}>{shown(one.criterionId, one.before)}{sure(one.before)}</Text>
            <IconArrowRight size={14} role="img" aria-label={t("replay.then")} />
            <Text size="sm" span className={classes.after}>{shown(one.criterionId, one.after)}{sure(one.after)}</Text>
          </Group>
          {one.after?.reason && one.after.reason !== one.before?.reason && <Text size="xs" c="dimmed" mt={4}>{one.after.reason}</Text>}
        </div>
      ))}
      <Facts rows={[[t("replay.judge"), nameOf(judge)], [t("replay.prompt"), judge.promptVersion ?? t("replay.noPrompt")], ...costs(judge)]} />
      <Text size="xs" c="dimmed">{t("replay.notStored")}</Text>
    </Stack>
  );
}
