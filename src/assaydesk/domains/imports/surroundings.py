"""What stands around a conversation and may be there already: people, teams, customers, tags."""

from collections.abc import Collection, Iterable, Sequence
from hashlib import sha256
from re import compile as regex
from typing import Final

from assaydesk.domains.customers.service import store_customers
from assaydesk.domains.imports import repository
from assaydesk.domains.imports.formats.types import Customer, Participant
from assaydesk.domains.profiles.service import AGENT_ROLE, create_ai_agent_profile, create_profile
from assaydesk.domains.profiles.types import NewProfile
from assaydesk.domains.tags.service import create_tag
from assaydesk.domains.teams.schemas import TeamCreate
from assaydesk.domains.teams.service import create_team
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.actor import SYSTEM

TagPath = tuple[str, ...]
_NOT_IN_ADDRESSES: Final = regex(r"[^a-z0-9]+")


async def ensure_profiles(session: WriteSession, participants: Iterable[Participant]) -> dict[str, int]:
    """Profile ids by outside id. Whoever is known stays unchanged; whoever is missing is made, and joins the team."""
    everybody = {person.external_id: person for person in participants}
    found = await repository.find_profiles(session, everybody.values())
    missing = [person for person in everybody.values() if person.external_id not in found]
    # Two sources may know one person by one address: made for the first, found for the second.
    fresh = list({(person.email or person.external_id).lower(): person for person in reversed(missing)}.values())
    teams = await _ensure_teams(session, {person.team for person in fresh if person.team})
    for person in fresh:
        team_ids = (teams[person.team.lower()],) if person.team else ()
        found[person.external_id] = await _make_profile(session, person, team_ids)
    twins = [person for person in missing if person.external_id not in found]
    return found | (await repository.find_profiles(session, twins) if twins else {})


async def _make_profile(session: WriteSession, person: Participant, team_ids: tuple[int, ...]) -> int:
    """People get the role Agent and no password, so nobody can sign in as them."""
    if not person.is_person:
        return (await create_ai_agent_profile(session, name=person.name, external_id=person.external_id)).id
    first, _, last = person.name.partition(" ")
    new = NewProfile(
        first_name=first,
        last_name=last.strip(),
        email=person.email or _no_address(person),
        role_id=AGENT_ROLE,
        team_ids=team_ids,
        external_id=person.external_id,
    )
    return (await create_profile(session, SYSTEM, new)).id


def _no_address(person: Participant) -> str:
    """A user always has an address (people.md 1.1); nothing can ever be delivered to this one."""
    words = _NOT_IN_ADDRESSES.sub("-", person.external_id.lower()).strip("-")[:40]
    return f"{words}-{_short_hash(person.external_id)}@import.invalid"


def _short_hash(value: str) -> str:
    return sha256(value.encode()).hexdigest()[:12]


async def _ensure_teams(session: WriteSession, names: Collection[str]) -> dict[str, int]:
    found = await repository.find_teams(session, names) if names else {}
    for name in sorted(names):
        if name.lower() not in found:
            found[name.lower()] = (await create_team(session, SYSTEM, TeamCreate(name=name))).id
    return found


async def ensure_tags(session: WriteSession, paths: Sequence[TagPath]) -> dict[TagPath, int]:
    """Ticket tags by path, level by level, as first spelt. A name that another kind of tag has is left out."""
    found: dict[TagPath, int] = {(): 0}
    for depth in range(1, max((len(path) for path in paths), default=0) + 1):
        level = dict.fromkeys(path[:depth] for path in paths if len(path) >= depth and path[: depth - 1] in found)
        known = await repository.child_tags(session, {found[path[:-1]] for path in level})
        for path in level:
            parent, name = found[path[:-1]], path[-1]
            if (parent, name.lower()) not in known:
                values = {"name": name, "parent": parent or None, "reference": "ticket", "type": "skill"}
                known[parent, name.lower()] = (await create_tag(session, SYSTEM, values)).id, "ticket"
            tag_id, reference = known[parent, name.lower()]
            if reference == "ticket":
                found[path] = tag_id
    return found


async def ensure_customers(session: WriteSession, customers: Sequence[Customer]) -> dict[Customer, str]:
    """The customer ids of tickets. Known customers stay as they are; one without id and address is none."""
    emails = {one.email.lower() for one in customers if one.email and not one.customer_id}
    by_email = await repository.customer_ids_by_email(session, emails) if emails else {}
    ids: dict[Customer, str] = {}
    for one in customers:
        if one.customer_id:
            ids[one] = one.customer_id
        elif one.email:
            ids[one] = by_email.get(one.email.lower()) or f"import-{_short_hash(one.email.lower())}"
    rows = {customer_id: _customer_row(one, customer_id) for one, customer_id in ids.items()}
    await store_customers(session, list(rows.values()))
    return ids


def _customer_row(customer: Customer, customer_id: str) -> dict[str, str | None]:
    first, _, last = (customer.name or "").rpartition(" ")
    return {
        "customer_id": customer_id,
        "firstname": first or None,
        "lastname": last or None,
        "email": customer.email,
        "phone": customer.phone,
    }
