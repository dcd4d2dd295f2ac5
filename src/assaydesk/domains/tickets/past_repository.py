"""Queries over earlier tickets and over the history of one."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, any_, false, func, literal, select

from assaydesk.domains.settings.models import Subchannel
from assaydesk.domains.tickets.models import Ticket, TicketChange
from assaydesk.domains.tickets.repository import readable
from assaydesk.platform.db.base import BigInts, Texts
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.paging import Page
from assaydesk.platform.security.actor import Actor


async def alike(
    session: ReadSession, actor: Actor, ticket: Mapping[str, Any], page: Page
) -> tuple[Sequence[Any], int, int]:
    """Earlier and later tickets of the same contract, else customer, else sender; how many; how many not closed."""
    same = (_same(ticket), Ticket.id != ticket["id"], readable(actor), Ticket.deleted_at.is_(None))
    query = (
        select(Ticket.id, Ticket.channel, Ticket.subchannel_id, Ticket.status, Ticket.subject, Ticket.created_at)
        .where(*same)
        .order_by(Ticket.created_at.desc(), Ticket.id.desc())
        .limit(page.limit)
        .offset(page.offset)
    )
    counts = select(func.count(), func.count().filter(Ticket.status != "closed")).select_from(Ticket).where(*same)
    total, opened = (await session.execute(counts)).one()
    return (await session.execute(query)).all(), total, opened


def _same(ticket: Mapping[str, Any]) -> ColumnElement[bool]:
    contract_id, customer_id, sender = (ticket[name] for name in ("contract_id", "customer_id", "from_address"))
    if contract_id is not None:
        return Ticket.contract_id == literal(contract_id, String)
    if customer_id is not None:
        return Ticket.customer_id == literal(customer_id, String)
    return func.lower(Ticket.from_address) == literal(sender.lower(), String) if sender else false()


async def activity(
    session: ReadSession, ticket_id: int, page: Page, kinds: Collection[str]
) -> tuple[Sequence[TicketChange], int]:
    """Lines of the history, newest first, and how many there are."""
    query = select(TicketChange).where(TicketChange.ticket_id == ticket_id)
    if kinds:
        query = query.where(TicketChange.kind == any_(literal(list(kinds), Texts)))
    total = await session.scalar(select(func.count()).select_from(query.subquery()))
    rows = await session.scalars(query.order_by(TicketChange.id.desc()).limit(page.limit).offset(page.offset))
    return rows.all(), total or 0


async def subchannel_names(session: ReadSession, ids: Collection[int]) -> dict[int, str]:
    """Names of sub-channels, deleted ones included."""
    if not ids:
        return {}
    query = select(Subchannel.id, Subchannel.name).where(Subchannel.id == any_(literal(list(ids), BigInts)))
    return {row.id: row.name for row in await session.execute(query)}
