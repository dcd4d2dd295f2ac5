import { Avatar, Checkbox, Group, Text, Tooltip } from "@mantine/core";
import { IconFlag3Filled } from "@tabler/icons-react";
import { memo } from "react";
import { Link } from "react-router";
import { fullName } from "@/api/lookups";
import { useI18n } from "@/i18n";
import { ChannelIcon } from "@/ui/Channel";
import { Person } from "@/ui/Person";
import { SlaClock } from "@/ui/SlaClock";
import { StatusPill } from "@/ui/StatusPill";
import { TagPill } from "@/ui/TagPill";
import { TimeAgo } from "@/ui/TimeAgo";
import classes from "./Inbox.module.css";
import { QualityFlag, type Flag } from "./QualityFlag";
import type { Listed } from "./useTickets";

export const TicketRow = memo(function TicketRow(props: {
  ticket: Listed;
  flag: Flag | undefined;
  current: boolean;
  selected: boolean;
  onSelect: (id: number, range: boolean) => void;
}) {
  const { ticket, current, selected, onSelect } = props;
  const { t } = useI18n();
  const customer = ticket.customerName || ticket.fromName || ticket.from || "–";
  return (
    <div className={classes.row} data-current={current || undefined} data-selected={selected || undefined} data-ticket={ticket.id}>
      <Checkbox
        size="xs" checked={selected} aria-label={t("inbox.select", { id: String(ticket.id) })} className={classes.check}
        onChange={() => undefined} onClick={(event) => onSelect(ticket.id, event.shiftKey)}
      />
      <span className={classes.channel}><ChannelIcon channel={ticket.channel} /></span>
      <Link to={`/ticket/${ticket.id}`} className={classes.what} tabIndex={current ? 0 : -1}>
        <Text span className={classes.customer}>{customer}</Text>
        <Text span className={classes.subject}>
          {(ticket.priority === "urgent" || ticket.priority === "high") && (
            <Tooltip label={t(`ticket.priority.${ticket.priority}`)}>
              <IconFlag3Filled size={13} className={classes.flag} data-priority={ticket.priority} aria-label={t(`ticket.priority.${ticket.priority}`)} role="img" />
            </Tooltip>
          )}
          {ticket.subject || ticket.summary || t("inbox.noSubject")}
        </Text>
      </Link>
      <Group gap={4} wrap="nowrap" className={classes.tags}>
        {ticket.tags.slice(0, 2).map((tag) => <TagPill key={tag.id} name={tag.name} title={tag.fullName} color={tag.color} />)}
        {ticket.tags.length > 2 && (
          <Tooltip label={ticket.tags.slice(2).map((tag) => tag.name).join(", ")}>
            <Text span size="xs" c="dimmed">+{ticket.tags.length - 2}</Text>
          </Tooltip>
        )}
      </Group>
      <span className={classes.due}>
        {ticket.status === "closed" ? <StatusPill status="closed" /> : <SlaClock due={ticket.dueBy ?? ticket.firstResponseDueBy} />}
      </span>
      <span className={classes.quality}><QualityFlag flag={props.flag} /></span>
      <span className={classes.people}>
        {ticket.workedOnBy.length > 0 ? (
          ticket.workedOnBy.slice(0, 1).map((person) => (
            <Tooltip key={person.id} label={t("inbox.workedOn", { name: fullName(person) })}>
              <Avatar size={24} name={fullName(person)} color="initials" className={classes.working} />
            </Tooltip>
          ))
        ) : ticket.assignedAgents[0] ? (
          <Person name={fullName(ticket.assignedAgents[0])} size={24} />
        ) : null}
      </span>
      <Text span size="xs" className={classes.age}><TimeAgo value={ticket.createdAt} /></Text>
    </div>
  );
});
