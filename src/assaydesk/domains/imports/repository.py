"""The rows of an import: looked up and written in sets, one batch of conversations at a time.

An import writes history: nothing is sent, routed or asked because of it. That is why tickets and messages are written
as rows here and not through the services that make them for live work.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from re import compile as regex
from typing import Any, Final, TypeAlias, cast
from uuid import uuid4

from sqlalchemy import Table, func, insert, or_, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from assaydesk.domains.conversations.models import Attachment, Conversation
from assaydesk.domains.customers.models import Customer
from assaydesk.domains.imports.formats.types import Attachment as AttachmentReference
from assaydesk.domains.imports.formats.types import Customer as ParsedCustomer
from assaydesk.domains.imports.formats.types import Participant, ParticipantType
from assaydesk.domains.profiles.models import Profile, ProfileTeam
from assaydesk.domains.profiles.service import AGENT_ROLE
from assaydesk.domains.tags.models import Tag
from assaydesk.domains.teams.models import Team
from assaydesk.domains.tickets.models import Ticket, TicketChange, TicketTag
from assaydesk.platform.db.session import ReadSession, WriteSession

_NOT_IN_NAMES: Final = regex(r"[^\w .\-]")
_NOT_IN_ADDRESSES: Final = regex(r"[^a-z0-9]+")
Rows: TypeAlias = Sequence[Mapping[str, Any]]
_PEOPLE: Final = ("user", "enneo")


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
    emails = {person.email.lower() for person in participants if _is_person(person) and person.email}
    outside = {person.external_id for person in participants}
    rows = (
        await session.execute(
            select(Profile.id, Profile.type, func.lower(Profile.email).label("email"), Profile.external_id).where(
                Profile.state != "deleted",
                or_(func.lower(Profile.email).in_(emails), Profile.external_id.in_(outside)),
            )
        )
    ).all()
    by_email = {row.email: row.id for row in rows if row.type in _PEOPLE}
    by_outside_id = {row.external_id: row.id for row in rows if row.external_id}
    found: dict[str, int] = {}
    for person in participants:
        known = by_email.get(person.email.lower()) if _is_person(person) and person.email else None
        known = known or by_outside_id.get(person.external_id)
        if known is not None:
            found[person.external_id] = known
    return found


async def add_profiles(session: WriteSession, participants: Sequence[Participant]) -> dict[str, int]:
    """Make profiles: people with the role Agent and no way to sign in, AI agents with neither address nor role."""
    ids = await _insert(session, Profile, [_profile(person) for person in participants])
    return {person.external_id: id_ for person, id_ in zip(participants, ids, strict=True)}


def _profile(person: Participant) -> dict[str, Any]:
    if not _is_person(person):
        return {
            "type": "aiAgent", "first_name": person.name, "last_name": "", "email": None, "role_id": None,
            "external_id": person.external_id,
        }  # fmt: skip
    first, _, last = person.name.partition(" ")
    return {
        "type": "user", "first_name": first, "last_name": last.strip(), "email": person.email or _no_address(person),
        "role_id": AGENT_ROLE, "external_id": person.external_id,
    }  # fmt: skip


def _is_person(person: Participant) -> bool:
    return person.type is ParticipantType.USER


def _no_address(person: Participant) -> str:
    """A user always has an address (people.md 1.1); nothing can ever be delivered to this one."""
    words = _NOT_IN_ADDRESSES.sub("-", person.external_id.lower()).strip("-")[:40]
    return f"{words}-{_short_hash(person.external_id)}@import.invalid"


def _short_hash(value: str) -> str:
    return sha256(value.encode()).hexdigest()[:12]


async def ensure_teams(session: WriteSession, names: Collection[str]) -> dict[str, int]:
    """Teams by lower-case name; missing ones are made."""
    wanted = {name.lower(): name for name in names}
    found = await _teams(session, wanted)
    missing = [name for key, name in wanted.items() if key not in found]
    if missing:
        await session.execute(insert(Team), [{"name": name} for name in missing])
        found = await _teams(session, wanted)
    return found


async def _teams(session: ReadSession, names: Collection[str]) -> dict[str, int]:
    lowered = [func.lower(name) for name in names]
    rows = await session.execute(
        select(Team.name, Team.id).where(func.lower(Team.name).in_(lowered), Team.deleted_at.is_(None))
    )
    return {name.lower(): id_ for name, id_ in rows}


async def add_members(session: WriteSession, pairs: Iterable[tuple[int, int]]) -> None:
    """Put profiles (first) into teams (second)."""
    rows = [{"profile_id": profile_id, "team_id": team_id} for profile_id, team_id in pairs]
    if rows:
        await session.execute(upsert(ProfileTeam).on_conflict_do_nothing(), rows)


async def ensure_tags(session: WriteSession, paths: Collection[tuple[str, ...]]) -> dict[tuple[str, ...], int]:
    """Ticket tags by path; missing ones are made, level by level. A name that another kind of tag has is left out."""
    found: dict[tuple[str, ...], int] = {}
    for depth in range(1, max((len(path) for path in paths), default=0) + 1):
        level = {path[:depth] for path in paths if len(path) >= depth and (depth == 1 or path[: depth - 1] in found)}
        wanted = {(found.get(path[:-1], 0), path[-1].lower()): path for path in sorted(level)}
        known = await _children(session, {parent for parent, _name in wanted})
        missing = [
            {"name": path[-1], "parent_id": parent or None, "reference": "ticket", "type": "skill", "tag_routing": True}
            for (parent, name), path in wanted.items()
            if (parent, name) not in known
        ]
        if missing:
            await session.execute(insert(Tag), missing)
            known = await _children(session, {parent for parent, _name in wanted})
        for path in level:
            id_, reference = known[found.get(path[:-1], 0), path[-1].lower()]
            if reference == "ticket":
                found[path] = id_
    return found


async def _children(session: ReadSession, parents: Collection[int]) -> dict[tuple[int, str], tuple[int, str]]:
    """Id and reference of all tags below these parents (0: roots), by parent and lower-case name."""
    rows = await session.execute(
        select(func.coalesce(Tag.parent_id, 0), Tag.name, Tag.id, Tag.reference).where(
            func.coalesce(Tag.parent_id, 0).in_(parents), Tag.deleted_at.is_(None)
        )
    )
    return {(parent, name.lower()): (id_, reference) for parent, name, id_, reference in rows}


async def ensure_customers(session: WriteSession, customers: Collection[ParsedCustomer]) -> dict[ParsedCustomer, str]:
    """The customer ids of tickets. Known customers stay as they are; one without id and address is none."""
    emails = {one.email.lower() for one in customers if one.email and not one.customer_id}
    rows = await session.execute(
        select(func.lower(Customer.email), func.min(Customer.customer_id))
        .where(func.lower(Customer.email).in_(emails), Customer.deleted_at.is_(None))
        .group_by(func.lower(Customer.email))
        .having(func.count() == 1)
    )
    by_email = {email.lower(): customer_id for email, customer_id in rows}
    ids: dict[ParsedCustomer, str] = {}
    for one in customers:
        if one.customer_id:
            ids[one] = one.customer_id
        elif one.email:
            ids[one] = by_email.get(one.email.lower()) or f"import-{_short_hash(one.email.lower())}"
    values = {customer_id: _customer(one, customer_id) for one, customer_id in ids.items()}
    if values:
        statement = upsert(Customer).on_conflict_do_nothing(
            index_elements=[Customer.customer_id], index_where=Customer.deleted_at.is_(None)
        )
        await session.execute(statement, list(values.values()))
    return ids


def _customer(customer: ParsedCustomer, customer_id: str) -> dict[str, Any]:
    first, _, last = (customer.name or "").rpartition(" ")
    return {
        "customer_id": customer_id, "firstname": first or None, "lastname": last or None, "email": customer.email,
        "phone": customer.phone,
    }  # fmt: skip


async def add_tickets(session: WriteSession, tickets: Rows) -> list[int]:
    """Insert tickets with the same columns; answers their ids in the same order."""
    return await _insert(session, Ticket, tickets)


async def add_messages(session: WriteSession, messages: Rows) -> list[int]:
    """Insert messages with the same columns; answers their ids in the same order."""
    return await _insert(session, Conversation, messages)


async def _insert(session: WriteSession, model: type[Ticket | Conversation | Profile], rows: Rows) -> list[int]:
    if not rows:
        return []
    # The table and not the model: the latter would make a statement of its own for each set of columns without null.
    table = cast(Table, model.__table__)
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return list(await session.scalars(statement, [dict(row) for row in rows]))


async def add_attachments(session: WriteSession, attachments: Iterable[tuple[int, AttachmentReference]]) -> None:
    """Keep references to files: (message id, reference). Nothing is fetched."""
    rows = [
        {
            "id": uuid4().hex, "conversation_id": message_id, "original_url": one.url,
            "name": _NOT_IN_NAMES.sub("", one.name)[:200] or "attachment",
        }
        for message_id, one in attachments
    ]  # fmt: skip
    if rows:
        await session.execute(insert(Attachment), rows)


async def add_ticket_tags(session: WriteSession, rows: Rows) -> None:
    if rows:
        await session.execute(insert(TicketTag), [{**row, "set_by": "import"} for row in rows])


async def add_history(session: WriteSession, rows: Rows) -> None:
    if rows:
        await session.execute(insert(TicketChange), [dict(row) for row in rows])
