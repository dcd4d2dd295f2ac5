"""Showing profiles: lists, one, the own one, who is online, how a status changed (people.md 2 and 3.1)."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from assaydesk.domains.profiles import repository
from assaydesk.domains.profiles.errors import ProfileNotFound
from assaydesk.domains.profiles.events import UNREAD_NOTIFICATIONS
from assaydesk.domains.profiles.filters import ProfileFilter, conditions
from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.profiles.types import Effective, ProfileType
from assaydesk.domains.profiles.view import (
    Known,
    effective_person,
    full_view,
    identity_view,
    settings_view,
    short_view,
)
from assaydesk.domains.settings.service import get_settings
from assaydesk.kit.clock import iso, iso_or_none, utc_now
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.errors import PermissionDenied
from assaydesk.platform.paging import Page
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission

ONLINE: Final = timedelta(minutes=10)
SEES_PRESENCE: Final = (Permission.READ_USER_LAST_SEEN_DATE, Permission.READ_ANY_USER_PROFILE)


async def list_profiles(
    session: ReadSession, actor: Actor, wanted: ProfileFilter, page: Page, *, full: bool
) -> tuple[list[dict[str, Any]], int]:
    """One page by name, and the number of all. Service workers are left out without `manageServiceWorkers`."""
    if not actor.has(Permission.MANAGE_SERVICE_WORKERS):
        wanted = replace(wanted, types=wanted.types - {ProfileType.SERVICE_WORKER})
    rows, total = await repository.page(session, conditions(wanted), limit=page.limit, offset=page.offset)
    absent = await repository.absent_among(session, [profile.id for profile, _ in rows])
    if not full:
        return [
            short_view(profile, has_image=has_image, absent=profile.id in absent) for profile, has_image in rows
        ], total
    teams = await repository.teams_of(session, [profile.id for profile, _ in rows])
    sizes, zone = await role_sizes(session), (await get_settings(session)).zone
    known = [Known(profile, has_image, teams.get(profile.id, []), profile.id in absent) for profile, has_image in rows]
    return [full_view(one, sizes, zone) for one in known], total


async def read_profile(
    session: ReadSession, actor: Actor, profile_id: int, *, force_inheritance: bool = False,
    team_ids: Sequence[int] = (), include_raw_data: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """One profile; the short form for those who may not see more.

    `force_inheritance`: effective values as if the person took over the settings of their teams, or of `team_ids`.
    """
    known = await repository.get_known(session, profile_id)
    if known is None:
        raise ProfileNotFound(profileId=profile_id)
    if actor.id != profile_id and not actor.has(Permission.READ_ANY_USER_PROFILE):
        return short_view(known.profile, has_image=known.has_image, absent=known.absent)
    forced = None
    if force_inheritance:
        forced = await repository.teams_by_id(session, team_ids) if team_ids else known.teams
    zone = (await get_settings(session)).zone
    shown = identity_view(known.profile, has_image=known.has_image, zone=zone)
    shown["settings"] = settings_view(known, await role_sizes(session), forced=forced)
    if include_raw_data:
        shown["rawData"] = await repository.raw_data(session, profile_id)
    return shown


async def read_own_profile(session: ReadSession, actor: Actor) -> dict[str, Any]:
    """The caller's profile with the permissions that count at this moment."""
    known = await repository.get_known(session, actor.id)
    if known is None:
        raise ProfileNotFound(profileId=actor.id)
    zone = (await get_settings(session)).zone
    unread = await UNREAD_NOTIFICATIONS.load(session, actor, [actor.id])
    return {
        "id": actor.id,
        "settings": settings_view(known, await role_sizes(session)),
        "permissions": sorted(actor.permissions),
        "openTickets": known.profile.open_tickets,
        "sideConversations": [],
        "unreadNotifications": unread.get(actor.id, 0),
        "profile": identity_view(known.profile, has_image=known.has_image, zone=zone),
    }


async def online_summary(session: ReadSession) -> dict[str, Any]:
    """Who was active in the last ten minutes. No telephony is connected, so there are no calls."""
    now = utc_now()
    counts = await repository.counted_online(session, now - ONLINE)
    by_type = {name: counts.get(name, 0) for name in ("user", "enneo", "serviceWorker")}
    return {
        "success": True, "online": {"total": sum(by_type.values())} | by_type, "liveCalls": 0, "callsInQueue": 0,
        "generatedAt": iso(now),
    }  # fmt: skip


async def find_profile(session: ReadSession, profile_id: int) -> Profile:
    """A profile, deleted ones included: names stay on old work."""
    profile = await session.get(Profile, profile_id)
    if profile is None:
        raise ProfileNotFound(profileId=profile_id)
    return profile


async def read_image(session: ReadSession, profile_id: int) -> bytes | None:
    return await repository.image(session, profile_id)


async def status_history(
    session: ReadSession, actor: Actor, profile_id: int, *, since: datetime | None, until: datetime | None, page: Page
) -> tuple[list[dict[str, Any]], int]:
    """Periods of the working status that touch the time asked for, oldest first. The last one has no end yet."""
    await _refuse_foreign_history(session, actor, profile_id)
    changes = await repository.status_changes(session, profile_id)
    ends: list[datetime | None] = [change.at for change in changes[1:]]
    now = utc_now()
    periods = [
        {
            "workStatus": change.work_status, "from": iso(change.at), "to": iso_or_none(end),
            "seconds": int(((end or now) - change.at).total_seconds()),
        }
        for change, end in zip(changes, [*ends, None], strict=False)
        if (until is None or change.at <= until) and (since is None or end is None or end >= since)
    ]  # fmt: skip
    return periods[page.offset : page.offset + page.limit], len(periods)


async def _refuse_foreign_history(session: ReadSession, actor: Actor, profile_id: int) -> None:
    if actor.id == profile_id or actor.has(Permission.WORKLOG_VIEW_ALL):
        return
    if actor.has(Permission.WORKLOG_VIEW_TEAM_MATE):
        teams = (await repository.teams_of(session, [profile_id])).get(profile_id, [])
        if any(team.state == "active" and team.id in actor.team_ids for team in teams):
            return
        raise PermissionDenied(Permission.WORKLOG_VIEW_ALL)
    raise PermissionDenied(Permission.WORKLOG_VIEW_TEAM_MATE, Permission.WORKLOG_VIEW_ALL)


async def load_effective(session: ReadSession, ids: Collection[int]) -> dict[int, Effective]:
    """What counts for people at this moment, in three queries for any number of them."""
    profiles = await repository.load_profiles(session, ids)
    teams = await repository.teams_of(session, profiles)
    absent = await repository.absent_among(session, profiles)
    return {
        one: effective_person(profile, teams.get(one, []), absent=one in absent) for one, profile in profiles.items()
    }


async def effective_skills(session: ReadSession, profile: Profile) -> tuple[frozenset[int], frozenset[str]]:
    """Skill tags and channels of a person, those of the teams included where they are taken over."""
    inherits = bool((profile.settings or {}).get("inheritTeamSettings"))
    teams = (await repository.teams_of(session, [profile.id])).get(profile.id, []) if inherits else []
    person = effective_person(profile, teams, absent=False)
    return person.tag_ids, person.channels


async def role_sizes(session: ReadSession) -> dict[int, int]:
    """Number of permissions of each role."""
    return {role.id: len(role.permissions) for role in (await repository.roles(session)).values()}
