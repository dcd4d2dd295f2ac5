"""What a parsed conversation becomes: the values of its ticket, messages, tool calls and work. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from assaydesk.domains.imports.formats.types import (
    Action,
    Message,
    ParsedConversation,
    ParticipantType,
    Role,
    ToolCall,
    Turn,
)
from assaydesk.domains.imports.timing import Timeline

_DIRECTIONS: Final = {Role.CUSTOMER: "in", Role.AGENT: "out", Role.AI_AGENT: "out"}
_ACTIONS: Final = {Role.AGENT: "reply", Role.AI_AGENT: "reply", Role.NOTE: "internal-note"}
_STATUS_OF: Final = {"closed": "closed", "pending": "pending", "opened": "open"}


@dataclass(frozen=True, slots=True)
class StatusChange:
    """`author`: key of a participant, None for a consequence."""

    at: datetime
    old: str
    new: str
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """How the ticket stands after the last turn."""

    changes: tuple[StatusChange, ...]
    status: str
    closed_at: datetime | None = None
    pending_since: datetime | None = None
    due_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """`before`: position of the message that follows in `Plan.messages`, None for none."""

    author: str
    at: datetime
    name: str
    arguments: Any
    result: Any
    before: int | None


@dataclass(frozen=True, slots=True)
class Deed:
    """What one participant did at one instant. `message`: position in `Plan.messages`; `length`: of its plain text."""

    at: datetime
    actions: tuple[str, ...] = ()
    message: int | None = None
    length: int = 0
    ai_usage: int = 0


@dataclass(slots=True)
class Plan:
    """Values by field of `ImportedTicket` and `ImportedMessage`; `author` of a message is the key of a participant."""

    ticket: dict[str, Any]
    messages: list[dict[str, Any]] = field(default_factory=list)
    calls: list[PlannedCall] = field(default_factory=list)
    deeds: dict[str, list[Deed]] = field(default_factory=dict)
    ending: Ending = Ending((), "closed")


def make_plan(conversation: ParsedConversation, timeline: Timeline, *, now: datetime, pending_days: int) -> Plan:
    """Lay out a conversation whose turns have times. `pending_days`: how long a ticket waits without a stated date."""
    timed = list(zip(conversation.turns, timeline.times, strict=True))
    ending = _ending(conversation, timed, now, timedelta(days=pending_days))
    plan = Plan(_ticket(conversation, timed, ending), ending=ending)
    plan.ticket["raw_data"] = _raw_data(conversation, timeline)
    for turn, at in timed:
        if isinstance(turn, Message):
            plan.messages.append(_message(conversation, turn, at))
        position = len(plan.messages)
        if isinstance(turn, ToolCall):
            plan.calls.append(PlannedCall(turn.author, at, turn.name, turn.arguments, turn.result, position))
        if turn.author is not None:
            plan.deeds.setdefault(turn.author, []).append(_deed(turn, at, position - 1))
    plan.calls = [_without_end(call, len(plan.messages)) for call in plan.calls]
    return plan


def _without_end(call: PlannedCall, messages: int) -> PlannedCall:
    if call.before is not None and call.before < messages:
        return call
    return PlannedCall(call.author, call.at, call.name, call.arguments, call.result, None)


def _deed(turn: Turn, at: datetime, position: int) -> Deed:
    if isinstance(turn, Message):
        return Deed(at, (_ACTIONS[turn.role],), position, len(turn.text), turn.ai_usage)
    return Deed(at, (turn.action,) if isinstance(turn, Action) else ())


def _ticket(conversation: ParsedConversation, timed: Sequence[tuple[Turn, datetime]], ending: Ending) -> dict[str, Any]:
    """The ticket but for what needs ids."""
    customer = conversation.customer
    machines = _machines(conversation)
    asked = [at for turn, at in timed if isinstance(turn, Message) and turn.role is Role.CUSTOMER]
    answered = [at for turn, at in timed if isinstance(turn, Message) and _DIRECTIONS.get(turn.role) == "out"]
    by_people = any(turn.author is not None and turn.author not in machines for turn, _at in timed)
    return {
        "external_ticket_id": conversation.external_id,
        "direction": "in" if asked else "out" if answered else "internal",
        "from_address": customer.email if customer else None,
        "from_name": customer.name if customer else None,
        "contract_id": customer.contract_id if customer else None,
        "channel": conversation.channel,
        "subject": conversation.subject,
        "language": conversation.language,
        "language_code": conversation.language,
        "ai_support_level": "human" if by_people or not machines else "automated",
        "status": ending.status,
        "closed_at": ending.closed_at,
        "due_by": ending.due_by,
        "pending_since": ending.pending_since,
        "created_at": timed[0][1],
        "first_response_at": answered[0] if answered else None,
        "last_customer_message_at": asked[-1] if asked else None,
    }


def _machines(conversation: ParsedConversation) -> set[str]:
    return {person.key for person in conversation.participants if person.type is ParticipantType.AI_AGENT}


def _message(conversation: ParsedConversation, message: Message, at: datetime) -> dict[str, Any]:
    """The message but its ids; an internal one is private."""
    customer = conversation.customer if message.role is Role.CUSTOMER else None
    direction = _DIRECTIONS.get(message.role, "internal")
    return {
        "author": message.author,
        "attachments": message.attachments,
        "type": "html" if message.html else "text",
        "direction": direction,
        "private": direction == "internal",
        "from_email": customer.email if customer else None,
        "from_email_name": customer.name if customer else None,
        "subject": conversation.subject,
        "body": message.html or message.text,
        "plain": message.text,
        "external_conversation_id": message.external_id,
        "at": at,
    }


def _raw_data(conversation: ParsedConversation, timeline: Timeline) -> dict[str, Any]:
    csat = conversation.csat
    return {
        "source": conversation.source,
        "id": conversation.id,
        "times": timeline.origin.value,
        "fingerprint": conversation.fingerprint,
        **({"csat": {"scale": csat.scale, "answerStars": csat.stars, "answerText": csat.text}} if csat else {}),
        **({"data": dict(conversation.raw)} if conversation.raw else {}),
    }


def _ending(
    conversation: ParsedConversation, timed: Iterable[tuple[Turn, datetime]], now: datetime, pending: timedelta
) -> Ending:
    """Follow the status through the turns: a customer's message reopens, as it does live (ticket.md 5.2)."""
    status, changes, due_by, acted, at = "open", [], None, False, now
    for turn, at in timed:
        new = status
        if isinstance(turn, Action) and turn.action in _STATUS_OF:
            new, acted = _STATUS_OF[turn.action], True
            due_by = (turn.due_by or at + pending) if new == "pending" else None
        elif isinstance(turn, Message) and turn.role is Role.CUSTOMER:
            new = "open"
        if new != status:
            changes.append(StatusChange(at, status, new, turn.author))
            status = new
    wanted = conversation.status or (status if acted else "closed")
    if wanted == "pending" and (due_by or at + pending) <= now:
        # Its waiting time is over: the job that brings waiting tickets back would open it at once.
        wanted = "open"
    if wanted != status:
        changes.append(StatusChange(at, status, wanted))
    since = changes[-1].at if changes else None
    if wanted == "pending":
        return Ending(tuple(changes), wanted, pending_since=since, due_by=due_by or at + pending)
    return Ending(tuple(changes), wanted, closed_at=since if wanted == "closed" else None)


def people_of(plan: Plan, conversation: ParsedConversation) -> Mapping[str, str | None]:
    """`agent`: the person who replied last; `responder`: whoever did; None for nobody."""
    machines = _machines(conversation)
    replies = [message["author"] for message in plan.messages if message["direction"] == "out"]
    by_people = [author for author in replies if author not in machines]
    return {"agent": by_people[-1] if by_people else None, "responder": replies[-1] if replies else None}
