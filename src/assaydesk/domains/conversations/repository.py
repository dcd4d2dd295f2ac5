"""Every query over messages and their files. Who may read a ticket may read its messages."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Table, any_, func, insert, literal, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import InstrumentedAttribute

from assaydesk.domains.conversations.models import Attachment, Conversation
from assaydesk.domains.settings.models import Subchannel
from assaydesk.domains.tickets.models import Ticket
from assaydesk.platform.db.base import BigInts
from assaydesk.platform.db.recordset import recordset
from assaydesk.platform.db.session import ReadSession, WriteSession

_TABLE: Final = cast(Table, Conversation.__table__)
_SHOWN: Final = tuple(one for one in _TABLE.columns if one.name != "raw_data")
_FILES: Final = cast(Table, Attachment.__table__)


def _among(one: InstrumentedAttribute[int] | ColumnElement[int], ids: Collection[int]) -> ColumnElement[bool]:
    return one == any_(literal(list(set(ids)), BigInts))


def _counts() -> ColumnElement[bool]:
    """Messages of the customer: inbound, no notes, not deleted."""
    return (Conversation.direction == "in") & Conversation.private.is_(False) & Conversation.deleted_at.is_(None)


async def page(
    session: ReadSession, ticket_id: int, *, deleted: bool = False, raw: bool = False
) -> Sequence[Mapping[str, Any]]:
    """The messages of a ticket, oldest first."""
    columns = (*_SHOWN, _TABLE.c.raw_data) if raw else _SHOWN
    query = select(*columns).where(Conversation.ticket_id == ticket_id)
    if not deleted:
        query = query.where(Conversation.deleted_at.is_(None))
    rows = await session.execute(query.order_by(Conversation.created_at, Conversation.id))
    return [cast(Mapping[str, Any], row) for row in rows.mappings()]


async def get_row(session: ReadSession, conversation_id: int) -> Mapping[str, Any]:
    rows = await session.execute(select(*_SHOWN).where(Conversation.id == conversation_id))
    return cast(Mapping[str, Any], rows.mappings().one())


async def get(session: ReadSession, ticket_id: int, conversation_id: int) -> Conversation | None:
    """A message of this ticket that is not deleted, as it is now."""
    query = select(Conversation).where(
        Conversation.id == conversation_id, Conversation.ticket_id == ticket_id, Conversation.deleted_at.is_(None)
    )
    return (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def by_external_id(session: ReadSession, ticket_id: int, external_id: str) -> Conversation | None:
    """The message of this outside id in the ticket, or in one that continues it."""
    tickets = select(Ticket.id).where(or_(Ticket.id == ticket_id, Ticket.previous_ticket_id == ticket_id))
    query = (
        select(Conversation)
        .where(Conversation.ticket_id.in_(tickets), Conversation.external_conversation_id == external_id)
        .order_by(Conversation.id)
        .limit(1)
    )
    return (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def of_tickets(session: ReadSession, ticket_ids: Collection[int]) -> Sequence[Conversation]:
    """Messages of many tickets, each ticket's oldest first; deleted ones are left out."""
    query = select(Conversation).where(_among(Conversation.ticket_id, ticket_ids), Conversation.deleted_at.is_(None))
    ordered = query.order_by(Conversation.ticket_id, Conversation.created_at, Conversation.id)
    return (await session.scalars(ordered)).all()


async def searched_columns(session: ReadSession, ticket_ids: Collection[int]) -> Sequence[Mapping[str, Any]]:
    """What of the messages is searched, oldest first; deleted ones are left out."""
    c = _TABLE.c
    query = (
        select(c.ticket_id, c.direction, c.subject, c.from_email, c.from_email_name, c.body_clean)
        .where(_among(c.ticket_id, ticket_ids), c.deleted_at.is_(None))
        .order_by(c.created_at, c.id)
    )
    return [cast(Mapping[str, Any], row) for row in (await session.execute(query)).mappings()]


async def first_of(session: ReadSession, ticket_ids: Collection[int]) -> dict[int, Mapping[str, Any]]:
    """The first message of each ticket; drafts are none."""
    query = (
        select(*_SHOWN)
        .ext(distinct_on(_TABLE.c.ticket_id))
        .where(_among(_TABLE.c.ticket_id, ticket_ids), _TABLE.c.deleted_at.is_(None), _TABLE.c.is_draft.is_(False))
        .order_by(_TABLE.c.ticket_id, _TABLE.c.created_at, _TABLE.c.id)
    )
    return {row["ticket_id"]: cast(Mapping[str, Any], row) for row in (await session.execute(query)).mappings()}


async def first_authors(session: ReadSession, ticket_ids: Collection[int]) -> dict[int, int | None]:
    """The user who wrote the first message of each ticket that no customer opened."""
    c = _TABLE.c
    query = (
        select(c.ticket_id, c.agent_id)
        .ext(distinct_on(c.ticket_id))
        .join(Ticket, Ticket.id == c.ticket_id)
        .where(_among(c.ticket_id, ticket_ids), c.deleted_at.is_(None), c.is_draft.is_(False), Ticket.direction != "in")
        .order_by(c.ticket_id, c.created_at, c.id)
    )
    return {row.ticket_id: row.agent_id for row in await session.execute(query)}


async def openings(session: ReadSession, ticket_ids: Collection[int]) -> dict[int, Any]:
    """By id, how tickets were opened and whose they are: what recipients are recommended from."""
    query = select(
        Ticket.id, Ticket.direction, Ticket.from_address, Ticket.to_addresses, Ticket.subchannel_id, Ticket.customer_id
    ).where(_among(Ticket.id, ticket_ids))
    return {row.id: row for row in await session.execute(query)}


async def newest_of(session: ReadSession, ticket_ids: Collection[int]) -> dict[tuple[int, str], Mapping[str, Any]]:
    """The newest message of each ticket and direction that the customer knows, with its addresses."""
    c = _TABLE.c
    query = (
        select(c.ticket_id, c.direction, c.from_email, c.reply_to, c.to_email, c.cc_emails)
        .ext(distinct_on(c.ticket_id, c.direction))
        .where(_among(c.ticket_id, ticket_ids), c.deleted_at.is_(None), c.private.is_(False), c.is_draft.is_(False))
        .order_by(c.ticket_id, c.direction, c.created_at.desc(), c.id.desc())
    )
    rows = (await session.execute(query)).mappings()
    return {(row["ticket_id"], row["direction"]): cast(Mapping[str, Any], row) for row in rows}


async def last_text(session: ReadSession, ticket_id: int) -> str | None:
    """Plain text of the newest message of a ticket."""
    query = select(Conversation.body_plain).where(
        Conversation.ticket_id == ticket_id, Conversation.deleted_at.is_(None), Conversation.is_draft.is_(False)
    )
    ordered = query.order_by(Conversation.created_at.desc(), Conversation.id.desc()).limit(1)
    return await session.scalar(ordered)


async def customer_messages(session: ReadSession, ticket_ids: Collection[int]) -> Sequence[Any]:
    """`ticket_id`, `id`, `created_at`, `stored_at` of the customer's messages, oldest first; spam left out."""
    query = (
        select(Conversation.ticket_id, Conversation.id, Conversation.created_at, Conversation.stored_at)
        .join(Ticket, Ticket.id == Conversation.ticket_id)
        .where(_among(Conversation.ticket_id, ticket_ids), _counts())
        .where(or_(Ticket.spam_status.is_(None), Ticket.spam_status.in_(("auto_clean", "manual_clean"))))
    )
    return (await session.execute(query.order_by(Conversation.created_at, Conversation.id))).all()


async def files_of(session: ReadSession, conversation_ids: Collection[int]) -> dict[int, list[Attachment]]:
    """Attachments by message, in the order in which they came."""
    if not conversation_ids:
        return {}
    query = select(Attachment).where(Attachment.conversation_id == any_(literal(list(conversation_ids), BigInts)))
    found: dict[int, list[Attachment]] = {}
    for file in await session.scalars(query.order_by(Attachment.position, Attachment.id)):
        if file.conversation_id is not None:
            found.setdefault(file.conversation_id, []).append(file)
    return found


async def own_addresses(session: ReadSession) -> dict[int, list[str]]:
    """Addresses of the instance's mailboxes by sub-channel, the main one first."""
    rows = await session.execute(select(Subchannel.id, Subchannel.data).where(Subchannel.deleted_at.is_(None)))
    found: dict[int, list[str]] = {}
    for number, data in rows:
        aliases = data.get("aliases")
        addresses = [data.get("address"), *(aliases if isinstance(aliases, list) else ())]
        found[number] = [one for one in addresses if isinstance(one, str) and one]
    return found


async def subchannel_exists(session: ReadSession, subchannel_id: int) -> bool:
    query = select(Subchannel.id).where(Subchannel.id == subchannel_id, Subchannel.deleted_at.is_(None))
    return await session.scalar(query) is not None


async def add_many(
    session: WriteSession, rows: Sequence[Mapping[str, Any]], files: Sequence[Mapping[str, Any]]
) -> list[int]:
    """Add messages of one shape and their files (`message` is the position in `rows`); answers the ids in order."""
    sequence = func.pg_get_serial_sequence(_TABLE.name, "id")
    numbers = func.generate_series(1, len(rows)).table_valued("number")
    ids = list(await session.scalars(select(func.nextval(sequence)).select_from(numbers)))
    numbered = [{**row, "id": number} for row, number in zip(rows, ids, strict=True)]
    await _insert(session, _TABLE, numbered)
    if files:
        await _insert(
            session,
            _FILES,
            [
                {name: value for name, value in file.items() if name != "message"}
                | {"conversation_id": ids[file["message"]]}
                for file in files
            ],
        )
    return ids


async def _insert(session: WriteSession, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    names = list(rows[0])
    given = recordset(rows, {name: table.c[name].type for name in names})
    await session.execute(insert(table).from_select(names, select(*(given.c[name] for name in names))))
