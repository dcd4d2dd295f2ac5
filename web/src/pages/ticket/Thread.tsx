import { ActionIcon, Avatar, Badge, Button, Group, Menu, Text, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconArrowsSplit, IconDots, IconLock, IconPencil, IconSend } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { memo, useCallback, useState, type ReactNode } from "react";
import { useNavigate } from "react-router";
import { api, call } from "@/api/client";
import { useMay, useMe } from "@/app/auth";
import { useI18n } from "@/i18n";
import { EmptyState } from "@/ui/EmptyState";
import { useShowError } from "@/ui/ErrorState";
import { MailFrame } from "@/ui/MailFrame";
import { TimeAgo } from "@/ui/TimeAgo";
import { Attachments } from "./Attachments";
import classes from "./Ticket.module.css";
import { useRefreshTicket, type Message, type Ticket } from "./useTicket";

export function Thread({ ticket, messages }: { ticket: Ticket; messages: Message[] }) {
  const { t } = useI18n();
  const split = useSplit(ticket, messages);
  if (messages.length === 0) return <EmptyState title={t("ticket.noMessages")} text={t("ticket.noMessagesText")} />;
  return (
    <div className={classes.thread}>
      {messages.map((message, index) => (
        <MessageCard key={message.id} ticket={ticket} message={message} onSplit={index > 0 && split ? () => split(index) : undefined} />
      ))}
    </div>
  );
}

function useSplit(ticket: Ticket, messages: Message[]): ((index: number) => void) | null {
  const { t } = useI18n();
  const may = useMay();
  const navigate = useNavigate();
  const refresh = useRefreshTicket(ticket.id);
  const onError = useShowError();
  const run = useMutation({
    mutationFn: (index: number) =>
      call(api.POST("/api/mind/ticket/{ticketId}/split", {
        params: { path: { ticketId: ticket.id } },
        body: { conversationIds: messages.slice(index).map(({ id }) => id) } as never,
      })),
    onSuccess: async ({ ticket: { id: ticketId } }) => {
      await refresh();
      notifications.show({
        color: "teal",
        message: (
          <>
            {t("ticket.splitDone", { id: String(ticketId) })}{" "}
            <Button size="compact-sm" variant="subtle" onClick={() => void navigate(`/ticket/${ticketId}`)}>{t("ticket.splitOpen")}</Button>
          </>
        ),
      });
    },
    onError,
  });
  return may("mergeTickets") ? (index) => run.mutate(index) : null;
}

const MessageCard = memo(function MessageCard(props: { ticket: Ticket; message: Message; onSplit?: () => void }) {
  const { ticket, message, onSplit } = props;
  const { t } = useI18n();
  const kind = message.isDraft ? "draft" : message.private ? "note" : message.direction === "in" ? "in" : "out";
  const name = message.sender.name || message.fromEmailName || message.fromEmail || t("ticket.unknownSender");
  return (
    <article className={classes.message} data-kind={kind} aria-label={name}>
      <Avatar name={name} color={kind === "in" ? "gray" : "initials"} size={34} className={classes.face} />
      <div className={classes.bubble}>
        <Group gap={8} mb={6} wrap="nowrap" align="baseline">
          <Text fw={600} size="sm" truncate>{name}</Text>
          {kind === "note" && <Mark icon={<IconLock size={12} />} text={t("ticket.note")} color="yellow" />}
          {kind === "draft" && <Mark icon={<IconPencil size={12} />} text={t("ticket.draft")} color="grape" />}
          {message.toEmail.length > 0 && kind !== "note" && (
            <Tooltip label={message.toEmail.join(", ")}>
              <Text size="xs" c="dimmed" truncate flex="0 1 auto">{t("ticket.to", { names: message.toEmail[0] ?? "" })}</Text>
            </Tooltip>
          )}
          <Text size="xs" c="dimmed" ml="auto" className={classes.when}>
            {message.editedAt !== null && `${t("ticket.edited")} · `}<TimeAgo value={message.createdAt} />
          </Text>
          {onSplit && (
            <Menu position="bottom-end">
              <Menu.Target>
                <ActionIcon size="sm" variant="subtle" color="gray" aria-label={t("ticket.more")}><IconDots size={14} /></ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item leftSection={<IconArrowsSplit size={14} />} onClick={onSplit}>{t("ticket.split")}</Menu.Item>
              </Menu.Dropdown>
            </Menu>
          )}
        </Group>
        <Body ticketId={ticket.id} message={message} />
        <Attachments files={message.attachments} />
        <Delivery ticketId={ticket.id} message={message} />
        {kind === "draft" && <DraftActions ticketId={ticket.id} message={message} />}
      </div>
    </article>
  );
});

function Mark({ icon, text, color }: { icon: ReactNode; text: string; color: string }) {
  return <Badge size="sm" variant="light" autoContrast={false} color={color} tt="none" leftSection={icon} className={classes.mark}>{text}</Badge>;
}

function Body({ ticketId, message }: { ticketId: number; message: Message }) {
  const { t } = useI18n();
  const [whole, setWhole] = useState(false);
  const imageUrl = useCallback(
    (number: string) => `/api/mind/ticket/${ticketId}/conversation/${message.id}/remoteImage/${encodeURIComponent(number)}`,
    [ticketId, message.id],
  );
  if (message.type === "html" && /<[a-z!]/i.test(message.body)) return <MailFrame html={message.body} imageUrl={imageUrl} />;
  const quoted = message.bodyClean && message.bodyClean.length < message.bodyPlain.trim().length;
  const text = quoted && !whole ? message.bodyClean : message.bodyPlain || message.body;
  return (
    <>
      <Text size="sm" className={classes.plain}>{text}</Text>
      {quoted && !whole && (
        <Button size="compact-xs" variant="subtle" color="gray" mt={6} onClick={() => setWhole(true)}>{t("ticket.quoted")}</Button>
      )}
    </>
  );
}

const QUIET = new Set(["stored", "sent"]);

function Delivery({ ticketId, message }: { ticketId: number; message: Message }) {
  const { t } = useI18n();
  const refresh = useRefreshTicket(ticketId);
  const onError = useShowError();
  const again = useMutation({
    mutationFn: () =>
      call(api.POST("/api/mind/ticket/{ticketId}/conversation/{conversationId}/resend", {
        params: { path: { ticketId, conversationId: message.id } },
        body: {} as never,
      })),
    onSettled: refresh,
    onError,
  });
  if (message.direction !== "out" || message.isDraft || QUIET.has(message.deliveryStatus)) return null;
  const failed = ["failed", "bounced", "uncertain"].includes(message.deliveryStatus);
  return (
    <Group gap="xs" mt={8}>
      <Badge size="sm" variant="light" tt="none" color={failed ? "red" : "gray"}>{t(`ticket.delivery.${message.deliveryStatus}`)}</Badge>
      {message.deliveryError && <Text size="xs" c="dimmed">{message.deliveryError}</Text>}
      {failed && <Button size="compact-xs" variant="light" loading={again.isPending} onClick={() => again.mutate()}>{t("ticket.resend")}</Button>}
    </Group>
  );
}

function DraftActions({ ticketId, message }: { ticketId: number; message: Message }) {
  const { t } = useI18n();
  const may = useMay();
  const me = useMe();
  const refresh = useRefreshTicket(ticketId);
  const onError = useShowError();
  const own = message.agentId === me.id;
  const params = { path: { ticketId, conversationId: message.id } };
  const release = useMutation({
    mutationFn: () =>
      call(api.PATCH("/api/mind/ticket/{ticketId}/conversation/{conversationId}", { params, body: { isDraft: false } as never })),
    onSuccess: () => notifications.show({ color: "teal", message: t("ticket.released") }),
    onSettled: refresh,
    onError,
  });
  const discard = useMutation({
    mutationFn: () => call(api.DELETE("/api/mind/ticket/{ticketId}/conversation/{conversationId}", { params })),
    onSuccess: () => notifications.show({ message: t("ticket.discarded") }),
    onSettled: refresh,
    onError,
  });
  return (
    <Group gap="xs" mt="sm">
      {may(own ? "sendWithoutApproval" : "approveDrafts") && (
        <Button size="xs" leftSection={<IconSend size={14} />} loading={release.isPending} onClick={() => release.mutate()}>{t("ticket.release")}</Button>
      )}
      {(own || may("editAnyConversation")) && (
        <Button size="xs" variant="default" loading={discard.isPending} onClick={() => discard.mutate()}>{t("ticket.discard")}</Button>
      )}
    </Group>
  );
}
