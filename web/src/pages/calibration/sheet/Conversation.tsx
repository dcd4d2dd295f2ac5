import { Badge, Group, Paper, Stack, Text, Tooltip } from "@mantine/core";
import { IconLock, IconPaperclip } from "@tabler/icons-react";
import { useI18n } from "@/i18n";
import quality from "../../quality/quality.module.css";
import { ToolRow } from "../../quality/review/ConversationPane";
import type { ItemToScore } from "../data";

type Message = ItemToScore["conversations"][number];

/** What was written up to the end of the work, without the name of whoever did it. */
export function Conversation({ item }: { item: ItemToScore }) {
  const { t } = useI18n();
  const entries = [
    ...item.conversations.map((message) => ({ at: message.createdAt, message, call: null })),
    ...item.toolCalls.map((call) => ({ at: call.at, message: null, call })),
  ].sort((a, b) => a.at.localeCompare(b.at));
  if (item.conversations.length === 0) return <Text c="dimmed" p="lg">{t("quality.review.noConversation")}</Text>;
  return (
    <Stack gap="sm" p="md">
      {entries.map(({ message, call }, at) =>
        message ? <Card key={at} message={message} /> : call ? <ToolRow key={at} call={call} lit={false} /> : null,
      )}
    </Stack>
  );
}

function Card({ message }: { message: Message }) {
  const { t, format } = useI18n();
  const customer = message.role === "customer";
  const sender = t(
    customer
      ? "quality.review.customer"
      : message.private
        ? "quality.review.note"
        : message.role === "agent"
          ? "calibration.sheet.agent"
          : "quality.review.system",
  );
  return (
    <Paper
      component="article" withBorder className={quality.message} aria-label={sender}
      data-direction={message.private ? "internal" : customer ? "in" : "out"} data-assessed={message.assessed || undefined}
    >
      <Group justify="space-between" gap="xs" mb={6}>
        <Group gap={8}>
          {message.private && <IconLock size={14} aria-hidden />}
          <Text size="sm" fw={650}>{sender}</Text>
          {message.assessed && (
            <Tooltip label={t("calibration.sheet.assessedHint")}>
              <Badge size="xs" variant="light" tt="none">{t("calibration.sheet.assessed")}</Badge>
            </Tooltip>
          )}
        </Group>
        <Text size="xs" c="dimmed">{format.dateTime(message.createdAt)}</Text>
      </Group>
      {message.subject && <Text size="sm" fw={600} mb={4}>{message.subject}</Text>}
      {message.bodyPlain.trim() ? <div className={quality.body}>{message.bodyPlain}</div> : <Text size="sm" c="dimmed">{t("quality.review.noText")}</Text>}
      {message.attachments.length > 0 && (
        <Group gap={6} mt={8} c="dimmed"><IconPaperclip size={14} aria-hidden /><Text size="xs">{message.attachments.join(", ")}</Text></Group>
      )}
    </Paper>
  );
}
