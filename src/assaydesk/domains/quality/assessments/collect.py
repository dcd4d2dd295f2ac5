"""Step one of judging: frozen snapshots of pieces of work, any number in a few statements (quality.md 7.1)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final

from sqlalchemy import and_, or_, select

from assaydesk.domains.conversations.models import Attachment, Conversation, ConversationMove
from assaydesk.domains.conversations.moves import moves_column, ticket_at
from assaydesk.domains.customers.models import Customer
from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.quality.assessments.filters import any_of
from assaydesk.domains.quality.judging.types import CaseMessage, CaseToolCall, Role, WorklogCase
from assaydesk.domains.tickets.models import Ticket
from assaydesk.domains.worklogs.experience import sla_met
from assaydesk.domains.worklogs.models import ToolCall, Worklog
from assaydesk.platform.db.session import ReadSession

DRAFT: Final = 0
"""What a message that is not sent yet has in place of its number; no stored message has it."""

_TICKET: Final = (
    Ticket.channel, Ticket.language, Ticket.language_code, Ticket.subject, Ticket.from_address, Ticket.from_name,
    Ticket.customer_id, Ticket.contract_id,
    Customer.company, Customer.firstname, Customer.lastname, Customer.address, Customer.phone, Customer.email,
)  # fmt: skip
_WORK: Final = (
    Worklog.id, Worklog.user_id, Worklog.ticket_id, Worklog.started_at, Worklog.latest_interaction, Worklog.action_list,
    Worklog.conversation_id, Worklog.duration_ms, Worklog.sla_due_at, Worklog.net_seconds_after_sla, *_TICKET,
)  # fmt: skip
_CUSTOMER: Final = and_(Customer.customer_id == Ticket.customer_id, Customer.deleted_at.is_(None))
_MESSAGE: Final = (
    Conversation.id, Conversation.ticket_id, Conversation.direction, Conversation.private, Conversation.agent_id,
    Conversation.subject, Conversation.body_plain, Conversation.created_at, Conversation.version,
    moves_column().label("moves"),
)  # fmt: skip
_TERMS: Final = (
    "from_address", "from_name", "customer_id", "contract_id", "company", "firstname", "lastname", "address", "phone",
    "email",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A case, the end of its worklog, and a stamp of its messages by which a change is noticed later."""

    case: WorklogCase
    until: datetime
    stamp: str


async def collect(
    session: ReadSession, worklog_ids: Collection[int], *, now: datetime, until: datetime | None = None
) -> dict[int, Snapshot]:
    """Snapshots by worklog id; worklogs that do not exist are left out. Five statements for any number.

    `until`: as they stood then, as far as messages are concerned.
    """
    works = await _works(session, worklog_ids)
    if until is not None:
        works = [SimpleNamespace(**{**work._mapping, "latest_interaction": until}) for work in works]
    if not works:
        return {}
    tickets = {work.ticket_id for work in works}
    messages = await _messages(session, tickets, max(work.latest_interaction for work in works))
    seen = _by_worklog(works, messages)
    ids = [message.id for message in messages]
    attachments = await _attachment_names(session, ids)
    calls = await _tool_calls(session, worklog_ids)
    people = {row.agent_id for row in messages if row.agent_id is not None}
    names = await _names(session, people | {work.user_id for work in works})
    return {work.id: _snapshot(work, seen[work.id], attachments, calls.get(work.id, ()), names, now) for work in works}


async def collect_draft(session: ReadSession, ticket_id: int, user_id: int, text: str, *, now: datetime) -> WorklogCase:
    """A case of a reply that is not sent: the ticket as it stands, and the draft as its last and only assessed message.

    The draft has the number `DRAFT`, and so has the worklog that there is not yet. The ticket must exist.
    """
    messages = [row for row in await _messages(session, [ticket_id], now) if row.ticket_id == ticket_id]
    attachments = await _attachment_names(session, [row.id for row in messages])
    names = await _names(session, {user_id, *(row.agent_id for row in messages if row.agent_id is not None)})
    query = select(*_TICKET).outerjoin(Customer, _CUSTOMER).where(Ticket.id == ticket_id)
    ticket = (await session.execute(query)).one()
    drafted = CaseMessage(DRAFT, Role.AGENT, text, now, assessed=True, subject=None)
    return WorklogCase(
        worklog_id=DRAFT,
        ticket_id=ticket_id,
        channel=ticket.channel,
        language=ticket.language_code or ticket.language,
        subject=ticket.subject,
        messages=(*(_shown(row, attachments.get(row.id, ()), assessed=False) for row in messages), drafted),
        tool_calls=(),
        action_list=("reply",),
        duration_seconds=0,
        sla_met=None,
        customer_terms=_terms(getattr(ticket, name) for name in _TERMS),
        agent_terms=_terms(name for known in names.values() for name in known),
    )


def _by_worklog(works: Sequence[Any], messages: Sequence[Any]) -> dict[int, list[Any]]:
    """The messages that stood in the ticket of each worklog when it ended, oldest first."""
    moved = [message for message in messages if message.moves]
    here: defaultdict[int, list[Any]] = defaultdict(list)
    for message in messages:
        if not message.moves:
            here[message.ticket_id].append(message)
    found = {}
    for work in works:
        rows = list(here[work.ticket_id])
        end = work.latest_interaction
        own = [one for one in moved if ticket_at(one.ticket_id, one.moves, end) == work.ticket_id]
        found[work.id] = sorted([*rows, *own], key=lambda row: (row.created_at, row.id)) if own else rows
    return found


def _snapshot(
    work: Any,
    messages: Sequence[Any],
    attachments: dict[int, tuple[str, ...]],
    calls: Sequence[CaseToolCall],
    names: dict[int, tuple[str, ...]],
    now: datetime,
) -> Snapshot:
    shown = [row for row in messages if row.created_at <= work.latest_interaction or row.id == work.conversation_id]
    case = WorklogCase(
        worklog_id=work.id,
        ticket_id=work.ticket_id,
        channel=work.channel,
        language=work.language_code or work.language,
        subject=work.subject,
        messages=tuple(_message(row, work, attachments.get(row.id, ())) for row in shown),
        tool_calls=tuple(calls),
        action_list=tuple(work.action_list),
        duration_seconds=(work.duration_ms + 500) // 1000,
        sla_met=sla_met(work.sla_due_at, work.net_seconds_after_sla, now),
        customer_terms=_terms(getattr(work, name) for name in _TERMS),
        agent_terms=_terms(
            name for user_id in {work.user_id, *(row.agent_id for row in shown)} for name in names.get(user_id, ())
        ),
    )
    return Snapshot(case, work.latest_interaction, stamp_of(shown))


def stamp_of(messages: Sequence[Any]) -> str:
    """How many messages, and the sum of their versions; `queue.lock_claimed` says the same in SQL."""
    return f"{len(messages)}:{sum(row.version for row in messages) if messages else ''}"


def _message(row: Any, work: Any, attachments: tuple[str, ...]) -> CaseMessage:
    in_worklog = work.started_at <= row.created_at <= work.latest_interaction or row.id == work.conversation_id
    own = _role(row) in (Role.AGENT, Role.NOTE) and row.agent_id == work.user_id
    return _shown(row, attachments, assessed=own and in_worklog)


def _shown(row: Any, attachments: tuple[str, ...], *, assessed: bool) -> CaseMessage:
    return CaseMessage(
        conversation_id=row.id,
        role=_role(row),
        text=row.body_plain,
        at=row.created_at,
        assessed=assessed,
        attachments=attachments,
        subject=row.subject,
    )


def _role(row: Any) -> Role:
    if row.private:
        return Role.NOTE
    if row.direction == "in":
        return Role.CUSTOMER
    return Role.AGENT if row.direction == "out" else Role.SYSTEM


def _terms(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted({value.strip() for value in values if value and value.strip()}))


async def _works(session: ReadSession, worklog_ids: Collection[int]) -> Sequence[Any]:
    query = (
        select(*_WORK)
        .join(Ticket, Ticket.id == Worklog.ticket_id)
        .outerjoin(Customer, _CUSTOMER)
        .where(any_of(Worklog.id, worklog_ids))
    )
    return (await session.execute(query)).all()


async def _messages(session: ReadSession, ticket_ids: Collection[int], until: datetime) -> Sequence[Any]:
    """By ticket, oldest first. `until` is the latest end of all worklogs; each case takes those up to its own.

    Those that a merge or a split carried away stand under the ticket where they are now.
    """
    gone = select(ConversationMove.conversation_id).where(any_of(ConversationMove.from_ticket_id, ticket_ids))
    own_replies = select(Worklog.conversation_id).where(any_of(Worklog.ticket_id, ticket_ids))
    query = (
        select(*_MESSAGE)
        .where(
            or_(any_of(Conversation.ticket_id, ticket_ids), Conversation.id.in_(gone)),
            Conversation.deleted_at.is_(None),
            ~Conversation.is_draft,
            or_(Conversation.created_at <= until, Conversation.id.in_(own_replies)),
        )
        .order_by(Conversation.ticket_id, Conversation.created_at, Conversation.id)
    )
    return (await session.execute(query)).all()


async def _attachment_names(session: ReadSession, conversation_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    query = (
        select(Attachment.conversation_id, Attachment.name)
        .where(any_of(Attachment.conversation_id, conversation_ids))
        .order_by(Attachment.conversation_id, Attachment.id)
    )
    found: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
    for conversation_id, name in await session.execute(query):
        found[conversation_id or 0] += (name,)
    return found


async def _tool_calls(session: ReadSession, worklog_ids: Collection[int]) -> dict[int, list[CaseToolCall]]:
    query = select(ToolCall).where(any_of(ToolCall.worklog_id, worklog_ids)).order_by(ToolCall.at, ToolCall.id)
    found: defaultdict[int, list[CaseToolCall]] = defaultdict(list)
    for row in (await session.execute(query)).scalars():
        if row.worklog_id is not None:
            found[row.worklog_id].append(
                CaseToolCall(row.id, row.name, row.arguments, row.result, row.at, row.conversation_id)
            )
    return found


async def _names(session: ReadSession, user_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """What may stand in signatures; none of it reaches a model."""
    query = select(Profile.id, Profile.first_name, Profile.last_name, Profile.name_alias, Profile.email).where(
        any_of(Profile.id, user_ids)
    )
    return {row.id: _terms(row[1:]) for row in await session.execute(query)}
