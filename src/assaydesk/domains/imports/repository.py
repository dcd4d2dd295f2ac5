"""The rows of an import: looked up and written in sets, one batch of conversations at a time.

Tickets, messages and worklogs go through the services of their domains; here is what only an import asks.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import func, insert, or_, select, text

from assaydesk.domains.customers.models import Customer
from assaydesk.domains.imports.formats.types import Participant
from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.profiles.types import PEOPLE
from assaydesk.domains.tags.models import Tag
from assaydesk.domains.teams.models import Team
from assaydesk.domains.tickets.models import Ticket, TicketChange
from assaydesk.domains.worklogs.models import Worklog
from assaydesk.platform.db.session import ReadSession, WriteSession

Rows: TypeAlias = Sequence[Mapping[str, Any]]


async def lock_imports(session: WriteSession) -> None:
    """Let imports wait for each other, one batch at a time: two of the same file must not make a ticket twice."""
    await session.execute(text("select pg_advisory_xact_lock(hashtext('assaydesk.imports'))"))


async def fingerprints_of(session: ReadSession, external_ids: Collection[str]) -> dict[str, str | None]:
    """Those of the conversations that exist, deleted ones included; None for a ticket that no import made."""
    rows = await session.execute(
        select(Ticket.external_ticket_id, Ticket.raw_data["fingerprint"].astext).where(
            Ticket.external_ticket_id.in_(external_ids)
        )
    )
    return {str(external_id): found for external_id, found in rows}


async def find_profiles(session: ReadSession, participants: Collection[Participant]) -> dict[str, int]:
    """Profiles of the participants by their `external_id`: a person's address decides, then the outside id."""
    emails = {person.email.lower() for person in participants if person.email and person.is_person}
    outside = {person.external_id for person in participants}
    rows = (
        await session.execute(
            select(Profile.id, Profile.type, func.lower(Profile.email).label("email"), Profile.external_id).where(
                Profile.state != "deleted",
                or_(func.lower(Profile.email).in_(emails), Profile.external_id.in_(outside)),
            )
        )
    ).all()
    by_email = {row.email: row.id for row in rows if row.type in PEOPLE}
    by_outside_id = {row.external_id: row.id for row in rows if row.external_id}
    found: dict[str, int] = {}
    for person in participants:
        known = by_email.get(person.email.lower()) if person.email and person.is_person else None
        known = known or by_outside_id.get(person.external_id)
        if known is not None:
            found[person.external_id] = known
    return found


async def find_teams(session: ReadSession, names: Collection[str]) -> dict[str, int]:
    """Teams by lower-case name."""
    lowered = [func.lower(name) for name in names]
    rows = await session.execute(
        select(Team.name, Team.id).where(func.lower(Team.name).in_(lowered), Team.deleted_at.is_(None))
    )
    return {name.lower(): id_ for name, id_ in rows}


async def child_tags(session: ReadSession, parents: Collection[int]) -> dict[tuple[int, str], tuple[int, str]]:
    """Id and reference of all tags below these parents (0: the roots), by parent and lower-case name."""
    rows = await session.execute(
        select(func.coalesce(Tag.parent_id, 0), Tag.name, Tag.id, Tag.reference).where(
            func.coalesce(Tag.parent_id, 0).in_(parents), Tag.deleted_at.is_(None)
        )
    )
    return {(parent, name.lower()): (id_, reference) for parent, name, id_, reference in rows}


async def customer_ids_by_email(session: ReadSession, emails: Collection[str]) -> dict[str, str]:
    """Outside ids of customers by lower-case address; an address that several have tells nobody."""
    rows = await session.execute(
        select(func.lower(Customer.email), func.min(Customer.customer_id))
        .where(func.lower(Customer.email).in_(emails), Customer.deleted_at.is_(None))
        .group_by(func.lower(Customer.email))
        .having(func.count() == 1)
    )
    return {email.lower(): customer_id for email, customer_id in rows}


async def add_history(session: WriteSession, rows: Rows) -> None:
    if rows:
        await session.execute(insert(TicketChange), [dict(row) for row in rows])


async def replying_worklogs(session: ReadSession, ticket_ids: Collection[int]) -> dict[int, list[tuple[int, datetime]]]:
    """Worklogs with a reply by ticket, ascending: id and start."""
    rows = await session.execute(
        select(Worklog.ticket_id, Worklog.id, Worklog.started_at)
        .where(Worklog.ticket_id.in_(ticket_ids), Worklog.action_list.contains(["reply"]))
        .order_by(Worklog.started_at, Worklog.id)
    )
    found: dict[int, list[tuple[int, datetime]]] = {}
    for ticket_id, worklog_id, started_at in rows:
        found.setdefault(ticket_id, []).append((worklog_id, started_at))
    return found
