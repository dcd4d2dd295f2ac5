"""Guards, row loaders and parameters of the profile and role endpoints."""

from typing import Annotated, Any, Literal

from fastapi import Depends, Header, Path, Query

from assaydesk.domains.profiles import service
from assaydesk.domains.profiles.bulk import Entry, read_entries, with_password_hashes
from assaydesk.domains.profiles.filters import SHOWN, ProfileFilter
from assaydesk.domains.profiles.models import Absence, Profile, Role
from assaydesk.domains.profiles.reading import ONLINE, SEES_PRESENCE
from assaydesk.domains.profiles.schemas import (
    ProfileCreate,
    ProfilesUpdate,
    ProfileUpdate,
    SentCreate,
    SentUpdate,
)
from assaydesk.domains.profiles.types import ProfileState
from assaydesk.domains.teams.models import Team
from assaydesk.domains.teams.schemas import CHANNELS
from assaydesk.domains.teams.service import lock_team
from assaydesk.kit.clock import utc_now
from assaydesk.platform.errors import PermissionDenied
from assaydesk.platform.http.query_lists import ids, words
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.schema import Boolean, Id
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.passwords import LONGEST, hash_password
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require, verdicts
from assaydesk.platform.versions import HEADER

Caller = Annotated[Actor, Depends(Require())]
Creator = Annotated[Actor, Depends(Require(Permission.CREATE_PROFILE))]
Deleter = Annotated[Actor, Depends(Require(Permission.DELETE_PROFILE))]
Updater = Annotated[Actor, Depends(Require(Permission.UPDATE_SPECIFIC_PROFILE, Permission.UPDATE_USER_PROFILE_SKILLS))]
SeesPresence = Annotated[Actor, Depends(Require(*SEES_PRESENCE))]
AbsenceManager = Annotated[Actor, Depends(Require(Permission.MANAGE_ABSENCES))]
WorkerManager = Annotated[Actor, Depends(Require(Permission.MANAGE_SERVICE_WORKERS))]
RoleReader = Annotated[Actor, Depends(Require(Permission.READ_ROLES))]
RoleManager = Annotated[Actor, Depends(Require(Permission.MANAGE_ROLES))]
MemberManager = Annotated[Actor, Depends(Require(Permission.MANAGE_TEAMS, Permission.MANAGE_TEAM_MEMBERS))]

RowId = Annotated[Id, Path(alias="id")]
NamePart = Annotated[str, Query(max_length=200, description="Any part of first name, last name or e-mail address.")]
Format = Annotated[Literal["full", "short"] | None, Query(alias="format", description="Default: what you may see.")]
UnmodifiedSince = Annotated[str | None, Header(alias=HEADER, description="The `version` that was read.")]


async def profile_to_write(session: Writes, actor: Caller, profile_id: RowId) -> Profile:
    """The addressed row, before the right to change it is judged."""
    return await service.find_profile(session, profile_id)


async def profile_to_read(session: Reads, actor: Caller, profile_id: RowId) -> Profile:
    return await service.find_profile(session, profile_id)


async def role_to_read(session: Reads, actor: Caller, role_id: RowId) -> Role:
    return await service.find_role(session, role_id)


async def role_to_write(session: Writes, actor: Caller, role_id: RowId) -> Role:
    return await service.find_role(session, role_id)


async def team_to_write(session: Writes, actor: Caller, team_id: RowId) -> Team:
    return await lock_team(session, team_id)


async def worker_to_write(session: Writes, actor: Caller, worker_id: RowId) -> int:
    return (await service.lock_worker(session, worker_id)).id


async def absentee(session: Writes, actor: Caller, profile_id: RowId) -> Profile:
    """Whose absences are written: the caller's own, else it needs a right."""
    profile = await service.find_profile(session, profile_id)
    if profile.id != actor.id:
        _deny_without(actor, Permission.MANAGE_ABSENCES)
    return profile


async def absence_to_write(
    session: Writes, actor: Caller, profile_id: RowId, absence_id: Annotated[Id, Path(alias="absenceId")]
) -> Absence:
    await service.find_profile(session, profile_id)
    absence = await service.find_absence(session, profile_id, absence_id)
    if profile_id != actor.id:
        _deny_without(actor, Permission.MANAGE_ABSENCES)
    return absence


async def own_or_updater(session: Reads, actor: Caller, profile_id: RowId) -> Profile:
    profile = await service.find_profile(session, profile_id)
    if profile.id != actor.id:
        _deny_without(actor, Permission.UPDATE_SPECIFIC_PROFILE)
    return profile


Absentee = Annotated[Profile, Depends(absentee)]
AbsenceToWrite = Annotated[Absence, Depends(absence_to_write)]
OwnOrUpdater = Annotated[Profile, Depends(own_or_updater)]
ToWrite = Annotated[Profile, Depends(profile_to_write)]
ToRead = Annotated[Profile, Depends(profile_to_read)]
RoleToRead = Annotated[Role, Depends(role_to_read)]
RoleToWrite = Annotated[Role, Depends(role_to_write)]
WorkerToWrite = Annotated[int, Depends(worker_to_write)]
TeamToWrite = Annotated[Team, Depends(team_to_write)]


async def sent_create(actor: Creator, body: ProfileCreate) -> SentCreate:
    """The body with its password hashed, before a session opens."""
    return SentCreate(body, await _hashed(body.password))


async def sent_update(actor: Updater, body: ProfileUpdate) -> SentUpdate:
    return SentUpdate(body, await _hashed(body.password))


async def sent_entries(actor: Updater, body: ProfilesUpdate) -> list[Entry]:
    current = verdicts.get()
    if current is not None:
        current.ignored.extend(body.model_extra or ())
        if current.denied is not None:
            return []
    return await with_password_hashes(read_entries(body.profiles))


async def _hashed(password: str | None) -> str | None:
    """None also for a password that is refused anyway, and for callers who lack the right."""
    current = verdicts.get()
    denied = current is not None and current.denied is not None
    if password is None or denied or len(password) > LONGEST:
        return None
    return await hash_password(password)


Created = Annotated[SentCreate, Depends(sent_create)]
Updated = Annotated[SentUpdate, Depends(sent_update)]
Entries = Annotated[list[Entry], Depends(sent_entries)]


async def profile_filter(
    actor: Caller,
    show: Annotated[tuple[str, ...], Depends(words("show", allowed=frozenset(SHOWN), description="Default: users."))],
    user_ids: Annotated[tuple[Any, ...], Depends(ids("userIds"))],
    team_ids: Annotated[
        tuple[Any, ...],
        Depends(ids("teamIds", besides=frozenset({"unassigned"}), description="Ids, or `unassigned`.")),
    ],
    tag_ids: Annotated[tuple[Any, ...], Depends(ids("tagIds", description="People with any of these skills."))],
    channels: Annotated[tuple[str, ...], Depends(words("channels", allowed=frozenset(CHANNELS)))],
    q: NamePart = "",
    role_id: Annotated[Id | None, Query(alias="roleId")] = None,
    state: ProfileState = ProfileState.ACTIVE,
    online_only: Annotated[Boolean, Query(alias="onlineOnly", description="Seen in the last ten minutes.")] = False,
    last_seen: Annotated[
        Literal["online"] | None, Query(alias="lastSeen", deprecated=True, description="Use onlineSummary.")
    ] = None,
) -> ProfileFilter:
    """What is asked for. Asking for service workers, or for who is online, needs its own right."""
    if "serviceWorkers" in show:
        _deny_without(actor, Permission.MANAGE_SERVICE_WORKERS)
    online = online_only or last_seen is not None
    if online:
        _deny_without(actor, *SEES_PRESENCE)
    return ProfileFilter(
        types=frozenset[Any]().union(*(SHOWN[word] for word in show or ("users",))),
        q=q.strip(), user_ids=user_ids, team_ids=tuple(one for one in team_ids if one != "unassigned"),
        without_team="unassigned" in team_ids, tag_ids=tag_ids, channels=channels, role_id=role_id, state=state,
        seen_since=utc_now() - ONLINE if online else None,
    )  # fmt: skip


Wanted = Annotated[ProfileFilter, Depends(profile_filter)]


async def full_format(actor: Caller, form: Format = None) -> bool:
    """True for the full form, which needs a right when it is asked for."""
    if form == "full":
        _deny_without(actor, Permission.READ_ANY_USER_PROFILE)
    return form != "short" and actor.has(Permission.READ_ANY_USER_PROFILE)


Full = Annotated[bool, Depends(full_format)]


def _deny_without(actor: Actor, *any_of: Permission) -> None:
    current = verdicts.get()
    if not actor.has(*any_of) and current is not None and current.denied is None:
        current.denied = PermissionDenied(*any_of)
