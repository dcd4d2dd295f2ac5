"""Queries that find the ticket of a mail."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import any_, func, literal, select
from sqlalchemy.orm import undefer

from assaydesk.domains.conversations.models import Conversation
from assaydesk.domains.conversations.threading import MOST_HOPS, forms
from assaydesk.domains.tickets.models import Ticket
from assaydesk.platform.db.base import Texts
from assaydesk.platform.db.session import ReadSession, WriteSession

_MOST_MESSAGES = 200


class Named(NamedTuple):
    """A stored message."""

    id: int
    ticket_id: int
    direction: str
    private: bool


async def by_message_ids(session: ReadSession, ids: Collection[str]) -> dict[str, Named]:
    """Messages by Message-ID as it is stored, deleted ones included: an answer to them still belongs there."""
    if not ids:
        return {}
    wanted = sorted({form for one in ids for form in forms(one)})
    query = (
        select(
            Conversation.message_id, Conversation.id, Conversation.ticket_id, Conversation.direction,
            Conversation.private,
        )
        .where(Conversation.message_id == any_(literal(wanted, Texts)))
        .order_by(Conversation.id.desc())
    )  # fmt: skip
    # The oldest of several wins: it is written last.
    return {
        row.message_id or "": Named(row.id, row.ticket_id, row.direction, row.private)
        for row in await session.execute(query)
    }


async def known_addresses(session: ReadSession, ticket_id: int) -> Sequence[str | None]:
    """Everybody outside who wrote or was written to in a ticket; empty when there is none."""
    c = Conversation
    newest = (
        select(c.direction, c.from_email, c.reply_to, c.to_email, c.cc_emails, c.bcc_emails)
        .where(c.ticket_id == ticket_id, c.deleted_at.is_(None), c.is_draft.is_(False))
        .order_by(c.created_at.desc(), c.id.desc())
        .limit(_MOST_MESSAGES)
    )
    found: list[str | None] = []
    for direction, sender, reply_to, to, cc, bcc in await session.execute(newest):
        # The sender of what goes out is us, by whichever address that was.
        found += [*([sender, reply_to] if direction == "in" else ()), *to, *cc, *bcc]
    opening = select(Ticket.from_address, Ticket.to_addresses, Ticket.cc_emails).where(
        Ticket.id == ticket_id, Ticket.deleted_at.is_(None)
    )
    row = (await session.execute(opening)).first()
    return found if row is None else [*found, row.from_address, *row.to_addresses, *row.cc_emails]


async def merged_chain(session: ReadSession, ticket_id: int) -> dict[int, int | None]:
    """Each ticket of a chain of merges, and where it leads."""
    start = (
        select(Ticket.id, Ticket.merged_into_ticket_id, literal(1).label("hops"))
        .where(Ticket.id == ticket_id)
        .cte("chain", recursive=True)
    )
    step = select(Ticket.id, Ticket.merged_into_ticket_id, (start.c.hops + 1).label("hops")).where(
        Ticket.id == start.c.merged_into_ticket_id, start.c.hops < MOST_HOPS
    )
    chain = start.union_all(step)
    query = select(chain.c.id, func.max(chain.c.merged_into_ticket_id).label("target")).group_by(chain.c.id)
    return {row.id: row.target for row in await session.execute(query)}


async def lock_with_raw_data(session: WriteSession, conversation_id: int) -> Conversation | None:
    query = select(Conversation).where(Conversation.id == conversation_id).options(undefer(Conversation.raw_data))
    return (await session.scalars(query.with_for_update().execution_options(populate_existing=True))).one_or_none()
