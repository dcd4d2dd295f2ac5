import { Button, Drawer, Group, Modal, Stack, Switch, Text, Textarea, TextInput, Timeline } from "@mantine/core";
import { useState } from "react";
import { useI18n } from "@/i18n";
import { TimeAgo } from "@/ui/TimeAgo";
import { locate } from "../model/review";
import type { Assessment, HistoryEntry, OverrideReason } from "../model/types";
import { REASONS } from "./CriterionRow";

interface Dialog {
  opened: boolean;
  onClose: () => void;
}

/** The local wall clock of now, as a date and time field takes it. */
function localNow(): string {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function DiscussDialog(props: Dialog & { name: string; text: string; onConfirm: (date: string, text: string) => void }) {
  const { t } = useI18n();
  const [date, setDate] = useState(localNow);
  const [text, setText] = useState(props.text);
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={t("quality.review.discussTitle", { name: props.name })} closeButtonProps={{ "aria-label": t("common.close") }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          props.onConfirm(new Date(date).toISOString(), text);
        }}
      >
        <Stack>
          <TextInput type="datetime-local" label={t("quality.review.discussDate")} value={date} onChange={(event) => setDate(event.currentTarget.value)} required />
          <Textarea
            label={t("quality.review.supervisor")} placeholder={t("quality.review.supervisorPlaceholder")} autosize minRows={4} maxRows={12} maxLength={20000}
            value={text} onChange={(event) => setText(event.currentTarget.value)} data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>{t("quality.review.cancel")}</Button>
            <Button type="submit">{t("quality.review.discuss")}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

export function ReopenDialog(props: Dialog & { pending: boolean; onConfirm: (reason: string) => void }) {
  const { t } = useI18n();
  const [reason, setReason] = useState("");
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={t("quality.review.reopenTitle")} closeButtonProps={{ "aria-label": t("common.close") }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          props.onConfirm(reason.trim());
        }}
      >
        <Stack>
          <Textarea
            label={t("quality.review.reopenReason")} required minLength={3} maxLength={2000} autosize minRows={3}
            value={reason} onChange={(event) => setReason(event.currentTarget.value)} data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>{t("quality.review.cancel")}</Button>
            <Button type="submit" loading={props.pending} disabled={reason.trim().length < 3}>{t("quality.review.reopen")}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

export function RefreshDialog(props: Dialog & { pending: boolean; onConfirm: (overwriteHuman: boolean) => void }) {
  const { t } = useI18n();
  const [overwrite, setOverwrite] = useState(false);
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={t("quality.review.refreshTitle")} closeButtonProps={{ "aria-label": t("common.close") }}>
      <Stack>
        <Text size="sm">{t("quality.review.refreshText")}</Text>
        <Switch label={t("quality.review.refreshOverwrite")} checked={overwrite} onChange={(event) => setOverwrite(event.currentTarget.checked)} />
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>{t("quality.review.cancel")}</Button>
          <Button loading={props.pending} onClick={() => props.onConfirm(overwrite)} data-autofocus>{t("quality.review.refresh")}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

export function ConfirmDialog(props: Dialog & { title: string; text: string; action: string; color?: string; pending: boolean; onConfirm: () => void }) {
  const { t } = useI18n();
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={props.title} closeButtonProps={{ "aria-label": t("common.close") }}>
      <Stack>
        <Text size="sm">{props.text}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>{t("quality.review.cancel")}</Button>
          <Button color={props.color} loading={props.pending} onClick={props.onConfirm} data-autofocus>{props.action}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

const FIELDS = ["score", "reason", "applicable", "overrideReason", "evidence", "state", "aiSummary", "supervisorAssessment", "assessmentDate", "discussionDate", "scorecardId"] as const;
type Field = (typeof FIELDS)[number];
const isReason = (value: string): value is OverrideReason => (REASONS as readonly string[]).includes(value);
const isField = (name: string): name is Field => (FIELDS as readonly string[]).includes(name);

export function HistoryDrawer(props: Dialog & { assessment: Assessment; nameOf: (id: number | null) => string }) {
  const { t } = useI18n();
  const labels = new Map(locate(props.assessment.data.categories).map(({ criterion }) => [criterion.id, criterion.label]));
  const entries = [...props.assessment.editingHistory].sort((a, b) => b.timestamp.localeCompare(a.timestamp));
  return (
    <Drawer opened={props.opened} onClose={props.onClose} position="right" size="md" title={t("quality.review.history")} closeButtonProps={{ "aria-label": t("common.close") }}>
      {entries.length === 0 && <Text c="dimmed">{t("quality.review.historyEmpty")}</Text>}
      <Timeline bulletSize={12} lineWidth={2}>
        {entries.map((entry, index) => (
          <Timeline.Item key={index} title={<Change entry={entry} labels={labels} />}>
            <Text size="xs" c="dimmed">
              {entry.userId === null ? t("quality.review.historySystem") : props.nameOf(entry.userId)} · <TimeAgo value={entry.timestamp} />
            </Text>
          </Timeline.Item>
        ))}
      </Timeline>
    </Drawer>
  );
}

function Change({ entry, labels }: { entry: HistoryEntry; labels: ReadonlyMap<number, string> }) {
  const { t } = useI18n();
  const show = useShownValue();
  const parts = entry.field.split(".");
  const name = parts.at(-1) ?? "";
  const criterion = parts[0] === "criteria" ? labels.get(Number(parts[2])) : undefined;
  const field = isField(name) ? t(`quality.field.${name}`) : t("quality.field.other");
  return (
    <Text size="sm" component="span">
      {criterion && <><b>{criterion}</b>{" · "}</>}{field}: <s>{show(name, entry.oldValue)}</s> → {show(name, entry.newValue)}
    </Text>
  );
}

function useShownValue() {
  const { t, format } = useI18n();
  return (field: string, value: unknown): string => {
    if (value === null || value === undefined || value === "") return t("quality.field.empty");
    if (typeof value === "boolean") return t(value ? "quality.field.yes" : "quality.field.no");
    if (typeof value === "number") return format.number(value, 2);
    if (Array.isArray(value)) return t("quality.field.passages", { count: value.length });
    if (typeof value !== "string") return JSON.stringify(value);
    if (field.endsWith("Date")) return format.dateTime(value);
    if (field === "state") return stateName(value, t) ?? value;
    if (field === "overrideReason" && isReason(value)) return t(`quality.review.${value}`);
    return value.length > 160 ? `${value.slice(0, 160)}…` : value;
  };
}

function stateName(value: string, t: ReturnType<typeof useI18n>["t"]): string | null {
  switch (value) {
    case "unprocessed":
    case "aiInProgress":
    case "aiReady":
    case "reviewOngoing":
    case "reviewedBySupervisor":
    case "discussedWithAssessee":
    case "error":
    case "deleted":
      return t(`quality.state.${value}`);
    case "unscored":
      return t("quality.review.stateUnscored");
    case "aiScored":
      return t("quality.review.stateAi");
    case "needsHuman":
      return t("quality.review.needsDecision");
    case "humanVerified":
      return t("quality.review.stateHuman");
    default:
      return null;
  }
}
