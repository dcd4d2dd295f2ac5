"""The exports of tickets and of messages (ticket.md 10)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import Table, Text, case, exists, false, literal

from assaydesk.domains.conversations.models import Conversation
from assaydesk.domains.exports.columns import (
    Asked,
    Column,
    Lookup,
    Plan,
    instant,
    person_email,
    raw_data,
    seconds_between,
)
from assaydesk.domains.exports.lookups import MANUAL_WORK, MESSAGES, person, tags, topic
from assaydesk.domains.exports.types import Privacy
from assaydesk.domains.tickets.models import Ticket
from assaydesk.domains.tickets.policy import may_see
from assaydesk.domains.tickets.search.fields import Present, at_present, fields
from assaydesk.platform.filters import Kind

_TICKET = Lookup("select channel from tickets where id = {r}.ticket_id", {"channel": Text()})
_PEOPLE = frozenset({"agentId", "assignedAgentId", "workedOnById"})


def ticket_plan(asked: Asked, gap_seconds: int) -> Plan:
    """Every ticket that the caller may see; merged ones included."""
    present = Present(asked.actor.user_id, asked.now, asked.input_zone, timedelta(seconds=gap_seconds))
    further = dict(fields(present))
    if asked.privacy is Privacy.ANONYMOUS:
        further = {key: one for key, one in further.items() if key not in _PEOPLE}
    seen = Ticket.deleted_at.is_(None) if may_see(asked.actor) else false()

    def columns(t: Any, beside: Mapping[str, Any]) -> list[Column]:
        tag, message, work, agent = beside["tag"], beside["message"], beside["work"], beside["agent"]
        end = case((t.status == "closed", t.closed_at), else_=literal(asked.now))
        closed = case((t.status == "closed", t.closed_at))
        return [
            Column("id", t.id, Kind.ID),
            Column("channel", t.channel, Kind.TEXT),
            Column("direction", t.direction, Kind.TEXT),
            Column("status", t.status, Kind.TEXT),
            Column("priority", t.priority, Kind.TEXT),
            Column("contractId", t.contract_id, Kind.TEXT, free=True),
            Column("customerId", t.customer_id, Kind.TEXT, free=True),
            Column("customerLegitimation", t.customer_legitimation, Kind.NUMBER),
            *topic(tag.main, asked, "tag"),
            Column("allTags", tag.names, Kind.TEXT, ("tag",), free=True),
            Column("incomingMessages", message.incoming, Kind.NUMBER, ("message",)),
            Column("outgoingMessages", message.outgoing, Kind.NUMBER, ("message",)),
            Column("internalMessages", message.internal, Kind.NUMBER, ("message",)),
            Column("manualWorkEntries", work.entries, Kind.NUMBER, ("work",)),
            instant("createdAt", t.created_at, asked),
            instant("closedAt", t.closed_at, asked),
            instant("modifiedAt", t.modified_at, asked),
            instant("dueBy", t.due_by, asked),
            instant("lastMessageAt", message.last_at, asked, "message"),
            instant("lastCustomerMessageAt", t.last_customer_message_at, asked),
            Column("secondsSinceLastCustomerMessage", seconds_between(t.last_customer_message_at, end), Kind.NUMBER),
            Column("secondsToClose", seconds_between(t.created_at, closed), Kind.NUMBER),
            Column("secondsClosedAfterSLA", seconds_between(t.due_by, closed), Kind.NUMBER),
            person_email("email", agent, asked, "agent"),
            *(raw_data(t.raw_data, asked) if asked.privacy is Privacy.FULL else ()),
        ]

    table = cast(Table, Ticket.__table__)
    return Plan(
        table=table,
        lookups={"tag": tags("id"), "message": MESSAGES, "work": MANUAL_WORK, "agent": person("agent_id")},
        columns=columns,
        where=(seen,),
        order="id",
        further=further,
        read_filter=lambda item: at_present(item, present),
        unused=_but(
            table, "id", "channel", "direction", "status", "priority", "contract_id", "customer_id", "due_by",
            "customer_legitimation", "created_at", "closed_at", "modified_at", "last_customer_message_at", "agent_id",
            *(("raw_data",) if asked.privacy is Privacy.FULL else ()),
        ),
    )  # fmt: skip


def message_plan(asked: Asked) -> Plan:
    """Every message of the tickets that the caller may see; drafts and deleted ones are none."""
    visible = exists().where(Ticket.id == Conversation.ticket_id, Ticket.deleted_at.is_(None))
    seen = visible if may_see(asked.actor) else false()

    def columns(c: Any, beside: Mapping[str, Any]) -> list[Column]:
        return [
            Column("ticketId", c.ticket_id, Kind.ID),
            Column("conversationId", c.id, Kind.ID),
            Column("channel", beside["ticket"].channel, Kind.TEXT, ("ticket",)),
            Column("direction", c.direction, Kind.TEXT),
            instant("createdAt", c.created_at, asked),
            *(raw_data(c.raw_data, asked) if asked.privacy is Privacy.FULL else ()),
        ]

    table = cast(Table, Conversation.__table__)
    return Plan(
        table=table,
        lookups={"ticket": _TICKET},
        columns=columns,
        where=(Conversation.deleted_at.is_(None), Conversation.is_draft.is_(False), seen),
        order="createdAt",
        unused=_but(
            table, "id", "ticket_id", "direction", "created_at",
            *(("raw_data",) if asked.privacy is Privacy.FULL else ()),
        ),
    )  # fmt: skip


def _but(table: Table, *used: str) -> tuple[str, ...]:
    return tuple(one.name for one in table.columns if one.name not in used)
