"""Every query over absences (people.md 3.2)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from assaydesk.domains.profiles.models import Absence, Profile, ProfileTeam
from assaydesk.platform.db.session import ReadSession, WriteSession


async def get(session: ReadSession, profile_id: int, absence_id: int) -> Absence | None:
    query = select(Absence).where(
        Absence.id == absence_id, Absence.profile_id == profile_id, Absence.deleted_at.is_(None)
    )
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def of_profile(session: ReadSession, profile_id: int) -> Sequence[Absence]:
    """The absences of a person, the earliest first."""
    query = select(Absence).where(Absence.profile_id == profile_id, Absence.deleted_at.is_(None))
    return (await session.scalars(query.order_by(Absence.since, Absence.id))).all()


async def touching(
    session: ReadSession, profile_id: int, since: datetime, until: datetime | None, *, but: int | None
) -> int | None:
    """Another absence of the person in that time."""
    query = select(Absence.id).where(
        Absence.profile_id == profile_id,
        Absence.deleted_at.is_(None),
        or_(Absence.until.is_(None), Absence.until > since),
    )
    if until is not None:
        query = query.where(Absence.since < until)
    if but is not None:
        query = query.where(Absence.id != but)
    return await session.scalar(query.order_by(Absence.since).limit(1))


async def calendar(
    session: ReadSession,
    *,
    since: datetime | None,
    until: datetime | None,
    team_id: int | None,
    limit: int,
    offset: int,
) -> tuple[list[tuple[Absence, Profile]], int]:  # fmt: skip
    """Absences of people who have not left that touch the time, the earliest first, and how many there are."""
    wanted: list[ColumnElement[bool]] = [Absence.deleted_at.is_(None), Profile.state != "deleted"]
    if since is not None:
        wanted.append(or_(Absence.until.is_(None), Absence.until >= since))
    if until is not None:
        wanted.append(Absence.since <= until)
    if team_id is not None:
        members = select(ProfileTeam.profile_id).where(ProfileTeam.team_id == team_id)
        wanted.append(Absence.profile_id.in_(members))
    query: Any = select(Absence, Profile).join(Profile, Profile.id == Absence.profile_id).where(*wanted)
    total = await session.scalar(select(func.count()).select_from(query.subquery()))
    rows = await session.execute(query.order_by(Absence.since, Absence.id).limit(limit).offset(offset))
    return [(row[0], row[1]) for row in rows], total or 0


async def lock_beginning(session: WriteSession, limit: int) -> Sequence[Absence]:
    """Absences that last at this moment and whose substitute has not got the tickets yet."""
    query = select(Absence).where(
        Absence.substitute_user_id.is_not(None),
        Absence.handed_over_at.is_(None),
        Absence.deleted_at.is_(None),
        Absence.since <= func.now(),
        or_(Absence.until.is_(None), Absence.until > func.now()),
    )
    return (await session.scalars(query.order_by(Absence.id).limit(limit).with_for_update(skip_locked=True))).all()
