import { ActionIcon, Alert, Anchor, Avatar, Button, Drawer, Group, Menu, Tabs, Text, Title, Tooltip } from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import {
  IconArrowLeft, IconArrowMerge, IconCheck, IconClock, IconDots, IconInfoCircle, IconPlayerTrackNext, IconRotate, IconShieldX,
} from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { fullName } from "@/api/lookups";
import { useMay, useMe } from "@/app/auth";
import { useI18n } from "@/i18n";
import { useNext } from "@/pages/inbox/useNext";
import { ChannelIcon } from "@/ui/Channel";
import { ErrorState } from "@/ui/ErrorState";
import { useHotkey } from "@/ui/hotkeys";
import { ListSkeleton, PageSkeleton } from "@/ui/Skeletons";
import { SlaClock } from "@/ui/SlaClock";
import { StatusPill } from "@/ui/StatusPill";
import { Coach } from "./Coach";
import { Composer } from "./Composer";
import { Activity, CustomerCard, Details, History } from "./Details";
import { MergeDialog } from "./Merge";
import { Quality } from "./Quality";
import { Thread } from "./Thread";
import classes from "./Ticket.module.css";
import { useCoach } from "./useCoach";
import { usePresence } from "./usePresence";
import { useChangeTicket, useMessages, useTicket, useTicketLive, type Ticket } from "./useTicket";

export default function TicketPage() {
  const ticketId = Number(useParams().ticketId);
  const ticket = useTicket(ticketId);
  if (ticket.isPending) return <PageSkeleton />;
  if (ticket.isError && !ticket.data) return <ErrorState error={ticket.error} onRetry={() => void ticket.refetch()} />;
  return <Loaded key={ticketId} ticket={ticket.data} />;
}

function Loaded({ ticket }: { ticket: Ticket }) {
  const { t, format } = useI18n();
  const may = useMay();
  const me = useMe();
  const navigate = useNavigate();
  const messages = useMessages(ticket.id);
  const change = useChangeTicket(ticket);
  const next = useNext();
  const { others, seconds } = usePresence(ticket.id);
  const [panel, panelHandlers] = useDisclosure();
  const [merging, merge] = useDisclosure();
  const wide = useMediaQuery("(min-width: 68em)", true, { getInitialValueInEffect: false });
  const closed = ticket.status === "closed";
  const [draft, setDraft] = useState("");
  const coach = useCoach(ticket.id, draft, may("updateTicket"));
  const shown = useRef<(quote: string) => void>(() => undefined);
  const coachPanel = <Coach coach={coach} onShow={(quote) => shown.current(quote)} />;
  useTicketLive(ticket.id);

  const subject = ticket.subject || t("ticket.noSubject");
  useEffect(() => {
    document.title = `#${ticket.id} ${subject} · Assaydesk`;
  }, [ticket.id, subject]);

  const count = messages.data?.length ?? 0;
  const scroller = useRef<HTMLDivElement>(null);
  const seen = useRef(0);
  useEffect(() => {
    if (count > seen.current) scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
    seen.current = count;
  }, [count]);

  const toggle = () => {
    change.mutate({ status: closed ? "open" : "closed" }, {
      onSuccess: () => {
        if (closed) return;
        const id = notifications.show({
          color: "teal",
          autoClose: 8000,
          message: (
            <>
              {t("ticket.closed")}{" "}
              <Button variant="subtle" size="compact-sm" onClick={() => {
                notifications.hide(id);
                change.mutate({ status: ticket.status });
              }}>{t("common.undo")}</Button>
            </>
          ),
        });
      },
    });
  };
  useHotkey("e", t("ticket.keys.close"), toggle, { enabled: may("updateTicket") });
  useHotkey("n", t("ticket.keys.next"), () => next.mutate());
  useHotkey("a", t("ticket.keys.assign"), () => change.mutate({ assignedAgentIds: [...new Set([...ticket.assignedAgentIds, me.id])] }), { enabled: may("updateTicket") });
  useHotkey("u", t("ticket.keys.back"), () => void navigate("/inbox"));

  const side = (
    <Tabs defaultValue="details" keepMounted={false} className={classes.tabs}>
      <Tabs.List grow>
        <Tabs.Tab value="details">{t("ticket.details")}</Tabs.Tab>
        <Tabs.Tab value="history">{t("ticket.history")}</Tabs.Tab>
        <Tabs.Tab value="activity">{t("ticket.activity")}</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="details" pt="md">
        <Details ticket={ticket} />
        <Title order={2} size="h6" mt="lg" mb="xs">{t("ticket.customer")}</Title>
        <CustomerCard ticket={ticket} />
        <Quality ticketId={ticket.id} />
      </Tabs.Panel>
      <Tabs.Panel value="history" pt="md"><History ticketId={ticket.id} /></Tabs.Panel>
      <Tabs.Panel value="activity" pt="md"><Activity ticketId={ticket.id} /></Tabs.Panel>
    </Tabs>
  );

  return (
    <div className={classes.page}>
      <div className={classes.main}>
        <header className={classes.head}>
          <Tooltip label={t("ticket.back")}>
            <ActionIcon component={Link} to="/inbox" variant="subtle" color="gray" size="lg" aria-label={t("ticket.back")}><IconArrowLeft size={18} /></ActionIcon>
          </Tooltip>
          <div className={classes.subject}>
            <Title order={1} size="h4" lineClamp={1} title={subject}>{subject}</Title>
            <Group gap={8} c="dimmed" wrap="nowrap">
              <ChannelIcon channel={ticket.channel} size={14} />
              <Text size="xs">#{ticket.id}</Text>
              <Text size="xs" truncate>{ticket.customerName || ticket.fromName || ticket.from}</Text>
              <StatusPill status={ticket.status} />
              {!closed && <SlaClock due={ticket.dueBy ?? ticket.firstResponseDueBy} />}
            </Group>
          </div>
          {others.length > 0 && (
            <Tooltip label={t("ticket.here", { names: others.map(fullName).join(", ") })}>
              <Avatar.Group aria-label={t("ticket.here", { names: others.map(fullName).join(", ") })} role="img">
                {others.slice(0, 3).map((person) => <Avatar key={person.id} size={28} name={fullName(person)} color="initials" />)}
              </Avatar.Group>
            </Tooltip>
          )}
          <Tooltip label={t("ticket.timer")}>
            <Group gap={4} c="dimmed" wrap="nowrap" visibleFrom="sm" className={classes.timer}>
              <IconClock size={14} aria-hidden /><Text size="xs" ff="monospace">{format.duration(seconds)}</Text>
            </Group>
          </Tooltip>
          <Menu position="bottom-end">
            <Menu.Target><ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("ticket.more")}><IconDots size={18} /></ActionIcon></Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconPlayerTrackNext size={16} />} onClick={() => next.mutate()}>{t("ticket.keys.next")}</Menu.Item>
              {may("mergeTickets") && <Menu.Item leftSection={<IconArrowMerge size={16} />} onClick={merge.open}>{t("ticket.merge")}</Menu.Item>}
              {may("markSpam") && (
                <Menu.Item leftSection={<IconShieldX size={16} />} onClick={() => change.mutate({ spamStatus: isSpam(ticket) ? "manual_clean" : "manual_spam" })}>
                  {isSpam(ticket) ? t("ticket.notSpam") : t("ticket.spam")}
                </Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
          {may("updateTicket") && (
            <Button variant={closed ? "default" : "light"} size="sm" loading={change.isPending} onClick={toggle} className={classes.close}
              leftSection={closed ? <IconRotate size={16} /> : <IconCheck size={16} />}>
              {closed ? t("ticket.reopen") : t("ticket.close")}
            </Button>
          )}
          {!wide && (
            <ActionIcon variant="default" size="lg" onClick={panelHandlers.open} aria-label={t("ticket.panel")}><IconInfoCircle size={18} /></ActionIcon>
          )}
        </header>
        <div className={classes.scroll} ref={scroller} tabIndex={0} role="region" aria-label={t("ticket.thread")}>
          <div className={classes.column}>
            {ticket.mergedIntoTicketId !== null && (
              <Alert variant="light" mb="md" icon={<IconArrowMerge size={18} />}>
                <Anchor component={Link} to={`/ticket/${ticket.mergedIntoTicketId}`}>{t("ticket.mergedInto", { id: String(ticket.mergedIntoTicketId) })}</Anchor>
              </Alert>
            )}
            {messages.isPending ? <ListSkeleton rows={3} height={110} /> : messages.isError ? (
              <ErrorState error={messages.error} onRetry={() => void messages.refetch()} />
            ) : (
              <Thread ticket={ticket} messages={messages.data} />
            )}
          </div>
        </div>
        {may("replyToTicket") && (
          <div className={classes.foot}>
            {!wide && <div className={classes.coachAbove}>{coachPanel}</div>}
            <Composer ticket={ticket} onDraft={setDraft} shown={shown} />
          </div>
        )}
      </div>
      {wide ? (
        <aside className={classes.side} aria-label={t("ticket.panel")}>{coachPanel}{side}</aside>
      ) : (
        <Drawer opened={panel} onClose={panelHandlers.close} position="right" size="min(380px, 92vw)" title={t("ticket.panel")}
          closeButtonProps={{ "aria-label": t("common.close") }}>{side}</Drawer>
      )}
      <MergeDialog ticketId={ticket.id} opened={merging} onClose={merge.close} />
    </div>
  );
}

function isSpam(ticket: Ticket): boolean {
  return ticket.spamStatus?.endsWith("spam") === true || ticket.spamStatus === "auto_programmatic";
}
