"""Founds the demonstration company (design.md 5). The command `demo` calls this."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select, text, update

from assaydesk.domains.demo.founding import Company, found_company
from assaydesk.domains.demo.participation import take_part
from assaydesk.domains.demo.plan import CompanyPlan, plan_company
from assaydesk.domains.demo.reviewing import review_work
from assaydesk.domains.demo.templates import found_templates
from assaydesk.domains.demo.working import import_tickets
from assaydesk.domains.quality.assessments.service import create_due
from assaydesk.domains.settings.models import Setting
from assaydesk.domains.tickets.models import Ticket
from assaydesk.kit.clock import iso, parse_instant, utc_now
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.errors import Conflict
from assaydesk.platform.security.passwords import hash_password, random_password

MARKER: Final = "demoCompany"
"""Setting that tells how far the founding has come. It is written in the same transaction as what it tells."""
SEED: Final = 1
UTC_ZONE: Final = ZoneInfo("UTC")


class Way(NamedTuple):
    """One person's way to sign in."""

    email: str
    password: str
    role: str


class InstanceInUse(Conflict):
    """409: there are tickets already, and invented ones would mix with them."""

    default_message = (
        "This instance already has tickets of its own. Choose an empty folder for the demonstration: --data-dir."
    )


@dataclass(frozen=True, slots=True)
class _Founded:
    now: datetime
    seed: int
    company: Company
    done: bool


async def seed_company(
    database: Database,
    *,
    known: Mapping[str, str] | None = None,
    keep: Callable[[list[Way]], object] | None = None,
    progress: Callable[[str], object] | None = None,
    now: datetime | None = None,
) -> list[Way]:
    """Found the company; answers how its people sign in, or nothing when it was founded before.

    `known`: passwords by e-mail address that are to be used again. `keep` gets the ways in before anything is stored,
    so that no password is lost. A founding that was broken off is gone on with, by the plan that it began with.
    Raises `InstanceInUse`.
    """
    say = progress or (lambda _text: None)
    async with database.read() as session:
        founded = await _founded(session)
        if founded is None:
            await _refuse_used(session)
    if founded is not None and founded.done:
        return []
    ways: list[Way] = []
    if founded is None:
        present = (now or utc_now()).replace(second=0, microsecond=0)
        plan = await asyncio.to_thread(plan_company, present, SEED)
        say("Hiring people, writing scorecards ...")
        ways = _ways(plan, known or {})
        if keep is not None:
            keep(ways)
        founded = await _found(database, plan, ways, present)
    else:
        plan = await asyncio.to_thread(plan_company, founded.now, founded.seed)
    await import_tickets(database, plan, founded.company, founded.now, say)
    await review_work(database, plan, founded.company, say)
    say("Agents and supervisors talk about it ...")
    async with database.write() as session:
        await take_part(session, plan, founded.company)
        # The rest waits for the worker from the first moment on, instead of for the next full minute.
        await create_due(session, now=founded.now)
        await session.execute(update(Setting).where(Setting.name == MARKER).values(value=_marker(founded, done=True)))
    return ways


def _ways(plan: CompanyPlan, known: Mapping[str, str]) -> list[Way]:
    """The administrator first."""
    ways = [
        Way(person.email, known.get(person.email) or random_password(), person.role) for person in plan.content.people
    ]
    return sorted(ways, key=lambda way: (way.role != "Admin", way.role, way.email))


async def _found(database: Database, plan: CompanyPlan, ways: list[Way], present: datetime) -> _Founded:
    stored = await asyncio.gather(*(hash_password(way.password) for way in ways))
    hashes = {way.email: form for way, form in zip(ways, stored, strict=True)}
    async with database.write() as session:
        await session.execute(text("select pg_advisory_xact_lock(hashtext('assaydesk.demo'))"))
        founded = await _founded(session)
        if founded is not None:
            return founded
        founded = _Founded(present, SEED, await found_company(session, plan, hashes), done=False)
        await found_templates(session)
        session.add(Setting(name=MARKER, value=_marker(founded, done=False), modified_at=utc_now()))
    return founded


def _marker(founded: _Founded, *, done: bool) -> dict[str, Any]:
    return {"now": iso(founded.now), "seed": founded.seed, "company": asdict(founded.company), "done": done}


async def _founded(session: ReadSession) -> _Founded | None:
    value = await session.scalar(select(Setting.value).where(Setting.name == MARKER))
    if value is None:
        return None
    return _Founded(parse_instant(value["now"], UTC_ZONE), value["seed"], Company(**value["company"]), value["done"])


async def _refuse_used(session: ReadSession) -> None:
    if await session.scalar(select(exists().where(Ticket.id.is_not(None)))):
        raise InstanceInUse
