"""Who belongs to which team (people.md 4). Memberships are known here, teams themselves are not changed."""

from collections.abc import Collection

from assaydesk.domains.profiles import repository
from assaydesk.domains.profiles.create import refuse_foreign_rights
from assaydesk.domains.profiles.events import ProfileUpdated
from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.profiles.types import ProfileState, ProfileType
from assaydesk.domains.teams.models import Team
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import FieldError, PermissionDenied, UnknownReference, ValidationFailed
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission


async def change_members(
    session: WriteSession, actor: Actor, team: Team, *, user_ids: Collection[int] | None, add: Collection[int],
    remove: Collection[int],
) -> list[int]:  # fmt: skip
    """Replace the members by `user_ids`, or add and remove some; answers the members as they are then.

    `team` is locked by the caller. A team that hands down a role counts like that role: the caller needs all of its
    permissions (`ExceedsOwnRights`). Raises `PermissionDenied`, `UnknownReference`, `ValidationFailed`.
    """
    if not actor.has(Permission.MANAGE_TEAMS) and team.id not in actor.team_ids:
        raise PermissionDenied(Permission.MANAGE_TEAMS, message="You may only change teams that you belong to.")
    present = set((await repository.members_of(session, [team.id])).get(team.id, ()))
    wanted = set(user_ids) if user_ids is not None else (present | set(add)) - set(remove)
    await _refuse_unfit(session, wanted - present)
    if wanted != present:
        await refuse_foreign_role(session, actor, (team.settings or {}).get("roleId"))
    await repository.set_members(session, team.id, add=wanted - present, remove=present - wanted)
    change = Change(team.id, "memberIds", sorted(present), sorted(wanted))
    await write_audit(session, actor, "team:members", "team", [change] if wanted != present else [])
    for profile_id in sorted(wanted ^ present):
        await publish(session, ProfileUpdated(profile_id, actor.user_id, ("settings.teamIds",)))
    return sorted(wanted)


async def refuse_foreign_role(session: ReadSession, actor: Actor, role_id: int | None) -> None:
    """Raise when a role holds permissions that the caller does not have."""
    role = (await repository.roles(session)).get(role_id) if role_id is not None else None
    if role is not None:
        refuse_foreign_rights(actor, role.permissions)


async def _refuse_unfit(session: ReadSession, ids: Collection[int]) -> None:
    found = await repository.load_profiles(session, ids)
    unknown = [one for one in sorted(ids) if one not in found or found[one].state == ProfileState.DELETED]
    if unknown:
        raise UnknownReference(f"There is no user {unknown[0]}.", field="userIds", value=unknown[0])
    agents = [profile for profile in found.values() if _in_no_team(profile)]
    if agents:
        raise ValidationFailed([FieldError("userIds", "not_allowed", f"{agents[0].id} is an AI agent.")])


def _in_no_team(profile: Profile) -> bool:
    return profile.type == ProfileType.AI_AGENT
