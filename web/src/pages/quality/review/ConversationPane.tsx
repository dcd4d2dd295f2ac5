import { Badge, Button, Collapse, Group, Paper, Stack, Text, Tooltip, UnstyledButton } from "@mantine/core";
import { IconBolt, IconChevronDown, IconClockHour4, IconLock } from "@tabler/icons-react";
import { Fragment, useEffect, useMemo, useRef, useState } from "react";
import { useI18n } from "@/i18n";
import { cutAtMarks, overlaps, passageOf, type Mark, type Passage } from "../model/text";
import type { Assessment, Message, ScoredCriterion, ToolCall, Worklog } from "../model/types";
import classes from "../quality.module.css";

export interface EvidenceChoice {
  chosen: Passage[];
  /** The sentence on which the keys stand. */
  cursor: Passage | null;
  onToggle: (passage: Passage) => void;
}

/** Who worked, and when: that is what the conversation needs to know of an assessment. */
export interface AssessedWork {
  assessedUser: number;
  time: Pick<Assessment["time"], "segments">;
  worklog: Pick<Assessment["worklog"], "lastInteraction">;
}

interface Props {
  assessment: AssessedWork;
  messages: readonly Message[];
  worklog: Worklog | undefined;
  criteria: readonly ScoredCriterion[];
  activeId: number | null;
  hoveredId: number | null;
  onHover: (criterionId: number | null) => void;
  onActivate: (criterionId: number) => void;
  agentName: (id: number | null) => string;
  choice: EvidenceChoice | null;
}

type Entry =
  | { kind: "message"; at: number; message: Message; assessed: boolean }
  | { kind: "tool"; at: number; call: ToolCall }
  | { kind: "work"; at: number; seconds: number; words: string[] }
  | { kind: "end"; at: number };

/** Of the highlights: the cursor of the evidence choice and what is chosen, beside the ids of criteria. */
const CURSOR = -1;
const CHOSEN = -2;

const seconds = (iso: string | null | undefined): number => (iso ? Date.parse(iso) / 1000 : 0);

export function isAssessed(message: Message, assessment: AssessedWork): boolean {
  const spans = assessment.time.segments;
  if (message.agentId !== assessment.assessedUser || message.direction === "in") return false;
  const last = seconds(assessment.worklog.lastInteraction);
  const first = spans.length > 0 ? Math.min(...spans.map((span) => seconds(span.from))) : 0;
  return message.createdAt >= first - 60 && message.createdAt <= last + 60;
}

export function timeline(assessment: AssessedWork, messages: readonly Message[], worklog: Worklog | undefined): Entry[] {
  const entries: Entry[] = messages
    .filter((message) => !message.isDraft && message.deletedAt === null)
    .map((message) => ({ kind: "message", at: message.createdAt, message, assessed: isAssessed(message, assessment) }));
  for (const call of worklog?.toolCalls ?? []) entries.push({ kind: "tool", at: seconds(call.at), call });
  for (const span of worklog?.time.segments ?? assessment.time.segments) {
    entries.push({
      kind: "work",
      at: seconds(span.to) + 0.5,
      seconds: seconds(span.to) - seconds(span.from),
      words: span.actionListText,
    });
  }
  entries.sort((a, b) => a.at - b.at);
  const end = seconds(assessment.worklog.lastInteraction);
  const behind = entries.findIndex((entry) => entry.kind === "message" && !entry.assessed && entry.at > end + 60);
  if (end > 0 && behind > 0) entries.splice(behind, 0, { kind: "end", at: end });
  return entries;
}

export function ConversationPane(props: Props) {
  const { t } = useI18n();
  const { assessment, messages, worklog, criteria, choice } = props;
  const entries = useMemo(() => timeline(assessment, messages, worklog), [assessment, messages, worklog]);
  const marks = useMemo(() => marksOf(criteria), [criteria]);
  const active = criteria.find((criterion) => criterion.id === props.activeId);
  const endAt = entries.findIndex((entry) => entry.kind === "end");
  if (entries.every((entry) => entry.kind !== "message")) {
    return <Text c="dimmed" p="lg">{t("quality.review.noConversation")}</Text>;
  }
  return (
    <Stack gap="sm" p="md">
      {entries.map((entry, index) => (
        <Fragment key={index}>
          {entry.kind === "message" && (
            <MessageCard
              {...props}
              message={entry.message}
              assessed={entry.assessed}
              late={endAt >= 0 && index > endAt}
              marks={choice ? choiceMarks(choice, entry.message.id) : (marks.get(entry.message.id) ?? [])}
            />
          )}
          {entry.kind === "tool" && (
            <ToolRow call={entry.call} lit={active?.toolCallIds.includes(entry.call.id) ?? false} />
          )}
          {entry.kind === "work" && <WorkRow {...entry} name={props.agentName(assessment.assessedUser)} />}
          {entry.kind === "end" && <Text size="xs" c="dimmed" ta="center" className={classes.rule}>{t("quality.review.afterWork")}</Text>}
        </Fragment>
      ))}
    </Stack>
  );
}

function marksOf(criteria: readonly ScoredCriterion[]): Map<number, Mark[]> {
  const marks = new Map<number, Mark[]>();
  for (const criterion of criteria) {
    for (const { conversationId, start, end } of criterion.evidence) {
      marks.set(conversationId, [...(marks.get(conversationId) ?? []), { criterionId: criterion.id, start, end }]);
    }
  }
  return marks;
}

function choiceMarks({ chosen, cursor }: EvidenceChoice, conversationId: number): Mark[] {
  const marks = chosen
    .filter((passage) => passage.conversationId === conversationId)
    .map(({ start, end }) => ({ criterionId: CHOSEN, start, end }));
  if (cursor?.conversationId === conversationId) marks.push({ criterionId: CURSOR, start: cursor.start, end: cursor.end });
  return marks;
}

interface MessageProps extends Props {
  message: Message;
  assessed: boolean;
  late: boolean;
  marks: Mark[];
}

function MessageCard(props: MessageProps) {
  const { t, format } = useI18n();
  const { message, assessed, late } = props;
  const internal = message.direction === "internal" || message.private;
  const sender =
    message.agentId !== null ? props.agentName(message.agentId) : (message.sender.name ?? message.fromEmailName ?? message.fromEmail);
  const role = message.direction === "in" ? t("quality.review.customer") : internal ? t("quality.review.note") : null;
  return (
    <Paper
      component="article"
      withBorder
      className={classes.message}
      data-direction={internal ? "internal" : message.direction}
      data-assessed={assessed || undefined}
      data-late={late || undefined}
      aria-label={sender ?? t("quality.review.system")}
    >
      <Group justify="space-between" gap="xs" mb={6}>
        <Group gap={8}>
          {internal && <IconLock size={14} aria-hidden />}
          <Text size="sm" fw={650}>{sender ?? t("quality.review.system")}</Text>
          {role && <Text size="xs" c="dimmed">{role}</Text>}
          {assessed && (
            <Tooltip label={t("quality.review.assessedHint")}>
              <Badge size="xs" variant="light" tt="none">{t("quality.review.assessed")}</Badge>
            </Tooltip>
          )}
        </Group>
        <Text size="xs" c="dimmed">{format.dateTime(new Date(message.createdAt * 1000))}</Text>
      </Group>
      {message.subject && <Text size="sm" fw={600} mb={4}>{message.subject}</Text>}
      {message.bodyPlain.trim() ? <MarkedText {...props} /> : <Text size="sm" c="dimmed">{t("quality.review.noText")}</Text>}
    </Paper>
  );
}

function MarkedText({ message, marks, activeId, hoveredId, onHover, onActivate, choice }: MessageProps) {
  const body = useRef<HTMLDivElement>(null);
  const pieces = useMemo(() => cutAtMarks(message.bodyPlain, marks), [message.bodyPlain, marks]);
  const lit = (ids: number[], id: number | null) => id !== null && ids.includes(id);

  const takeSelection = () => {
    const selection = window.getSelection();
    if (!choice || !body.current || !selection || selection.isCollapsed || selection.rangeCount === 0) return;
    const range = selection.getRangeAt(0);
    if (!body.current.contains(range.startContainer) || !body.current.contains(range.endContainer)) return;
    const before = document.createRange();
    before.selectNodeContents(body.current);
    before.setEnd(range.startContainer, range.startOffset);
    const from = before.toString().length;
    const passage = passageOf(message.id, message.bodyPlain, from, from + range.toString().length);
    selection.removeAllRanges();
    if (passage) choice.onToggle(passage);
  };

  return (
    <div ref={body} className={classes.body} onMouseUp={takeSelection} data-message={message.id}>
      {pieces.map((piece) => {
        const { criterionIds: ids } = piece;
        if (ids.length === 0) return <Fragment key={piece.from}>{piece.text}</Fragment>;
        const criterion = ids.find((id) => id > 0) ?? null;
        return (
          <mark
            key={piece.from}
            className={classes.mark}
            data-active={lit(ids, activeId) || undefined}
            data-hovered={lit(ids, hoveredId) || undefined}
            data-cursor={ids.includes(CURSOR) || undefined}
            data-chosen={ids.includes(CHOSEN) || undefined}
            data-criteria={ids.join(" ")}
            onMouseEnter={() => onHover(criterion)}
            onMouseLeave={() => onHover(null)}
            onClick={() => criterion !== null && onActivate(lit(ids, activeId) ? (ids.find((id) => id !== activeId) ?? criterion) : criterion)}
          >
            {piece.text}
          </mark>
        );
      })}
    </div>
  );
}

export function ToolRow({ call, lit }: { call: Pick<ToolCall, "name" | "arguments" | "result" | "at">; lit: boolean }) {
  const { t, format } = useI18n();
  const [opened, setOpened] = useState(false);
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (lit) row.current?.scrollIntoView({ block: "nearest" });
  }, [lit]);
  return (
    <div ref={row} className={classes.step} data-lit={lit || undefined}>
      <UnstyledButton onClick={() => setOpened(!opened)} aria-expanded={opened} className={classes.stepHead}>
        <IconBolt size={15} aria-hidden />
        <Text size="xs" c="dimmed" span>{t("quality.review.toolCall")}</Text>
        <Text size="sm" ff="monospace" fw={600} span>{call.name}</Text>
        <Text size="xs" c="dimmed" span ms="auto">{format.time(call.at)}</Text>
        <IconChevronDown size={14} aria-hidden />
      </UnstyledButton>
      <Collapse expanded={opened}>
        <Text size="xs" c="dimmed" mt={6}>{t("quality.review.toolArguments")}</Text>
        <pre className={classes.json}>{JSON.stringify(call.arguments, null, 1)}</pre>
        <Text size="xs" c="dimmed">{t("quality.review.toolResult")}</Text>
        <pre className={classes.json}>{JSON.stringify(call.result, null, 1)}</pre>
      </Collapse>
    </div>
  );
}

function WorkRow({ seconds: worked, words, name }: { seconds: number; words: string[]; name: string }) {
  const { t, format } = useI18n();
  return (
    <Group gap={8} px="xs" c="dimmed" wrap="nowrap">
      <IconClockHour4 size={15} aria-hidden />
      <Text size="xs">
        {[t("quality.review.worked", { name, duration: format.duration(worked) }), ...words].join(" · ")}
      </Text>
    </Group>
  );
}

export function EvidenceBar(props: { label: string; count: number; onDone: () => void; onCancel: () => void }) {
  const { t } = useI18n();
  return (
    <div className={classes.evidenceBar} role="status">
      <div>
        <Text size="sm" fw={650}>{t("quality.review.evidenceMode", { label: props.label })} · {t("quality.review.evidenceChosen", { count: props.count })}</Text>
        <Text size="xs">{t("quality.review.evidenceHelp")}</Text>
      </div>
      <Group gap="xs" wrap="nowrap">
        <Button size="compact-sm" variant="default" onClick={props.onCancel}>{t("quality.review.evidenceCancel")}</Button>
        <Button size="compact-sm" onClick={props.onDone}>{t("quality.review.evidenceDone")}</Button>
      </Group>
    </div>
  );
}

/** Take a passage or leave it; one that overlaps a chosen one replaces it. */
export function toggled(chosen: readonly Passage[], passage: Passage): Passage[] {
  const same = chosen.some((one) => one.conversationId === passage.conversationId && one.start <= passage.start && one.end >= passage.end);
  const rest = chosen.filter((one) => !overlaps(one, passage));
  return same ? rest : [...rest, passage];
}
