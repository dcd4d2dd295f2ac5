"""Queries of people and roles."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as upsert

from assaydesk.domains.profiles.models import Absence, Profile, ProfileTeam, Role, StatusChange
from assaydesk.domains.profiles.types import PEOPLE, ProfileState
from assaydesk.domains.profiles.view import Known
from assaydesk.domains.teams.models import Team
from assaydesk.platform.db.session import ReadSession, WriteSession

_HAS_IMAGE = Profile.image.is_not(None)
_BY_NAME = (
    func.lower(func.unaccent(Profile.first_name + " " + Profile.last_name)).collate("C"),
    Profile.id,
)


async def load_profiles(session: ReadSession, ids: Collection[int]) -> dict[int, Profile]:
    """Profiles by id, deleted ones included: names stay on old work."""
    if not ids:
        return {}
    rows = (await session.execute(select(Profile).where(Profile.id.in_(set(ids))))).scalars()
    return {row.id: row for row in rows}


async def team_ids_of(session: ReadSession, ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Effective (active) teams of each person."""
    if not ids:
        return {}
    rows = await session.execute(
        select(ProfileTeam.profile_id, ProfileTeam.team_id)
        .join(Team, Team.id == ProfileTeam.team_id)
        .where(ProfileTeam.profile_id.in_(set(ids)), Team.state == "active", Team.deleted_at.is_(None))
        .order_by(ProfileTeam.team_id)
    )
    found: dict[int, tuple[int, ...]] = {}
    for profile_id, team_id in rows:
        found[profile_id] = (*found.get(profile_id, ()), team_id)
    return found


async def get_for_update(session: WriteSession, profile_id: int) -> Profile | None:
    query = select(Profile).where(Profile.id == profile_id).with_for_update(key_share=True)
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def lock(session: WriteSession, ids: Collection[int]) -> None:
    """Lock rows in the order of their ids, so that two bulk updates cannot wait for each other."""
    await session.execute(
        select(Profile.id).where(Profile.id.in_(ids)).order_by(Profile.id).with_for_update(key_share=True)
    )


async def get_known(session: ReadSession, profile_id: int) -> Known | None:
    row = (await session.execute(select(Profile, _HAS_IMAGE).where(Profile.id == profile_id))).first()
    if row is None:
        return None
    teams = await teams_of(session, [profile_id])
    absent = await absent_among(session, [profile_id])
    return Known(row[0], bool(row[1]), teams.get(profile_id, []), profile_id in absent)


async def absent_among(session: ReadSession, ids: Collection[int]) -> set[int]:
    """Those of the people who are away at this moment by a recorded absence."""
    if not ids:
        return set()
    rows = await session.scalars(
        select(Absence.profile_id).where(
            Absence.profile_id.in_(set(ids)), Absence.deleted_at.is_(None), Absence.since <= func.now(),
            or_(Absence.until.is_(None), Absence.until > func.now()),
        )
    )  # fmt: skip
    return set(rows)


async def page(
    session: ReadSession, conditions: Sequence[ColumnElement[bool]], *, limit: int, offset: int
) -> tuple[list[tuple[Profile, bool]], int]:
    """One page by name, and the number of all."""
    query = select(Profile, _HAS_IMAGE).where(*conditions).order_by(*_BY_NAME)
    rows = (await session.execute(query.limit(limit).offset(offset))).all()
    total = await session.scalar(select(func.count()).select_from(Profile).where(*conditions))
    return [(row[0], bool(row[1])) for row in rows], total or 0


async def teams_of(session: ReadSession, profile_ids: Collection[int]) -> dict[int, list[Team]]:
    """The teams of each person by id, inactive ones included, deleted ones not."""
    rows = await session.execute(
        select(ProfileTeam.profile_id, Team)
        .join(Team, Team.id == ProfileTeam.team_id)
        .where(ProfileTeam.profile_id.in_(profile_ids), Team.deleted_at.is_(None))
        .order_by(Team.id)
    )
    found: dict[int, list[Team]] = {}
    for profile_id, team in rows:
        found.setdefault(profile_id, []).append(team)
    return found


async def teams_by_id(session: ReadSession, ids: Collection[int]) -> list[Team]:
    query = select(Team).where(Team.id.in_(ids), Team.deleted_at.is_(None)).order_by(Team.id)
    return list((await session.execute(query)).scalars())


async def members_of(session: ReadSession, team_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Members of each team, deleted people left out."""
    rows = await session.execute(
        select(ProfileTeam.team_id, func.array_agg(aggregate_order_by(Profile.id, Profile.id)))
        .join(Profile, Profile.id == ProfileTeam.profile_id)
        .where(ProfileTeam.team_id.in_(team_ids), Profile.state != ProfileState.DELETED)
        .group_by(ProfileTeam.team_id)
    )
    return {team_id: tuple(ids) for team_id, ids in rows}


async def set_teams(session: WriteSession, profile_id: int, *, add: Collection[int], remove: Collection[int]) -> None:
    if remove:
        await session.execute(
            delete(ProfileTeam).where(ProfileTeam.profile_id == profile_id, ProfileTeam.team_id.in_(remove))
        )
    if add:
        session.add_all(ProfileTeam(profile_id=profile_id, team_id=team_id) for team_id in add)


async def set_members(session: WriteSession, team_id: int, *, add: Collection[int], remove: Collection[int]) -> None:
    if remove:
        await session.execute(
            delete(ProfileTeam).where(ProfileTeam.team_id == team_id, ProfileTeam.profile_id.in_(remove))
        )
    if add:
        await session.execute(insert(ProfileTeam), [{"team_id": team_id, "profile_id": one} for one in sorted(add)])


async def roles(session: ReadSession) -> dict[int, Role]:
    """All roles; there are few."""
    return {role.id: role for role in (await session.execute(select(Role).order_by(Role.id))).scalars()}


async def role_for_update(session: WriteSession, role_id: int, *, deleting: bool = False) -> Role | None:
    """Lock a role. `deleting` also waits for everybody who is just being given it."""
    query = select(Role).where(Role.id == role_id).with_for_update(key_share=not deleting)
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def add_shipped_roles(session: WriteSession, rows: Sequence[dict[str, Any]]) -> None:
    """Insert roles with fixed ids; own ones are numbered from 101."""
    if rows:
        await session.execute(upsert(Role).values(list(rows)).on_conflict_do_nothing())
    await session.execute(
        text("select setval(pg_get_serial_sequence('roles', 'id'), greatest(100, max(id))) from roles")
    )


async def users_of_roles(session: ReadSession) -> dict[int, int]:
    """How many people who are not deleted have each role as their own."""
    rows = await session.execute(
        select(Profile.role_id, func.count())
        .where(Profile.state != ProfileState.DELETED, Profile.role_id.is_not(None))
        .group_by(Profile.role_id)
    )
    return {role_id: count for role_id, count in rows if role_id is not None}


async def teams_with_role(session: ReadSession, role_id: int) -> list[int]:
    query = select(Team.id).where(Team.settings["roleId"].as_string() == str(role_id), Team.deleted_at.is_(None))
    return list((await session.execute(query.order_by(Team.id))).scalars())


async def move_people(session: WriteSession, from_role: int, to_role: int | None, *, now: datetime) -> list[int]:
    """Give everybody who has a role another; answers their ids."""
    moved = await session.execute(
        update(Profile)
        .where(Profile.role_id == from_role)
        .values(role_id=to_role, modified_at=now, version=Profile.version + 1)
        .returning(Profile.id)
    )
    return sorted(moved.scalars())


async def has_role(session: ReadSession, profile_id: int, role_id: int) -> bool:
    return await session.scalar(select(Profile.role_id).where(Profile.id == profile_id)) == role_id


async def other_active_people_with_role(session: ReadSession, role_id: int, profile_id: int) -> bool:
    query = select(Profile.id).where(
        Profile.role_id == role_id, Profile.id != profile_id, Profile.state == ProfileState.ACTIVE,
        Profile.type.in_(PEOPLE),
    )  # fmt: skip
    return (await session.execute(query.limit(1))).first() is not None


async def email_taken(session: ReadSession, email: str, *, but: int | None = None) -> bool:
    query = select(Profile.id).where(func.lower(Profile.email) == email.lower(), Profile.state != ProfileState.DELETED)
    return await _other(session, query, but)


async def external_id_taken(session: ReadSession, external_id: str, *, but: int | None = None) -> bool:
    query = select(Profile.id).where(Profile.external_id == external_id, Profile.state != ProfileState.DELETED)
    return await _other(session, query, but)


async def pseudonyms_taken(session: ReadSession, names: Collection[str], *, but: int | None = None) -> set[str]:
    """Which of the report names somebody else has, in lower case."""
    query = select(func.lower(Profile.name_reports)).where(
        func.lower(Profile.name_reports).in_([name.lower() for name in names])
    )
    if but is not None:
        query = query.where(Profile.id != but)
    return set((await session.execute(query)).scalars())


async def _other(session: ReadSession, query: Select[int], but: int | None) -> bool:
    if but is not None:
        query = query.where(Profile.id != but)
    return (await session.execute(query.limit(1))).first() is not None


async def all_settings(session: ReadSession) -> dict[int, dict[str, Any]]:
    """The own settings of everybody who is not deleted."""
    rows = await session.execute(select(Profile.id, Profile.settings).where(Profile.state != ProfileState.DELETED))
    return {row.id: row.settings for row in rows}


async def image(session: ReadSession, profile_id: int) -> bytes | None:
    return await session.scalar(select(Profile.image).where(Profile.id == profile_id))


async def raw_data(session: ReadSession, profile_id: int) -> dict[str, Any]:
    return await session.scalar(select(Profile.raw_data).where(Profile.id == profile_id)) or {}


async def nobody_yet(session: ReadSession) -> bool:
    return (await session.execute(select(Profile.id).where(Profile.type.in_(PEOPLE)).limit(1))).first() is None


async def hold_people(session: WriteSession) -> None:
    """Let only one transaction at a time decide that there is nobody yet."""
    await session.execute(text("select pg_advisory_xact_lock(hashtext('assaydesk.first_admin'))"))


async def counted_online(session: ReadSession, since: datetime) -> dict[str, int]:
    """Active profiles seen since then, by type."""
    rows = await session.execute(
        select(Profile.type, func.count())
        .where(Profile.last_seen >= since, Profile.state == ProfileState.ACTIVE)
        .group_by(Profile.type)
    )
    return {row[0]: row[1] for row in rows}


async def status_changes(session: ReadSession, profile_id: int) -> list[StatusChange]:
    """All changes of the working status, the first one first."""
    query = select(StatusChange).where(StatusChange.profile_id == profile_id)
    return list((await session.execute(query.order_by(StatusChange.at, StatusChange.id))).scalars())


async def workers(session: ReadSession, *, limit: int, offset: int) -> tuple[list[Profile], int]:
    conditions = (Profile.type == "serviceWorker", Profile.state != ProfileState.DELETED)
    query = select(Profile).where(*conditions).order_by(*_BY_NAME).limit(limit).offset(offset)
    total = await session.scalar(select(func.count()).select_from(Profile).where(*conditions))
    return list((await session.execute(query)).scalars()), total or 0


async def idle(session: ReadSession) -> list[int]:
    """Active people who would take a call or a chat."""
    idle_word = ["idle"]
    ready = Profile.settings["callRoutingStatus"].as_string().in_(idle_word)
    chats = Profile.settings["chatRoutingStatus"].as_string().in_(idle_word)
    query = select(Profile.id).where(Profile.state == ProfileState.ACTIVE, Profile.type.in_(PEOPLE), or_(ready, chats))
    return list(await session.scalars(query.order_by(Profile.id)))


async def set_offline(session: WriteSession, unseen_since: datetime) -> int:
    """Nobody who was not seen since then takes calls or chats; answers how many changed."""
    done = await session.execute(
        text(
            """
            update profiles set settings = settings
              || case when settings ->> 'callRoutingStatus' <> 'offline' then '{"callRoutingStatus": "offline"}'::jsonb
                      else '{}'::jsonb end
              || case when settings ->> 'chatRoutingStatus' <> 'offline' then '{"chatRoutingStatus": "offline"}'::jsonb
                      else '{}'::jsonb end
            where (settings ->> 'callRoutingStatus' <> 'offline' or settings ->> 'chatRoutingStatus' <> 'offline')
              and (last_seen is null or last_seen < :unseen_since)
            returning id
            """
        ),
        {"unseen_since": unseen_since},
    )
    return len(done.all())


async def team_mates(session: ReadSession, ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """The other members of the active teams of each person, deleted people left out."""
    teams = await team_ids_of(session, ids)
    members = await members_of(session, {team for own in teams.values() for team in own})
    return {
        one: tuple(dict.fromkeys(mate for team in own for mate in members.get(team, ()) if mate != one))
        for one, own in teams.items()
    }
