"""Who holds a permission (people.md 1.3)."""

from sqlalchemy import or_, select

from assaydesk.domains.profiles import repository
from assaydesk.domains.profiles.inheritance import effective_role
from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.profiles.types import ProfileState, ProfileType
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.security.permissions import Permission

_PEOPLE = (ProfileType.USER, ProfileType.OPERATOR)


async def holders_of(session: ReadSession, permission: Permission) -> list[int]:
    """Ids of the active people who hold the permission, by their own role or by that of a team."""
    roles = await repository.roles(session)
    sizes = {role.id: len(role.permissions) for role in roles.values()}
    granting = {role.id for role in roles.values() if str(permission) in role.permissions}
    query = select(Profile).where(
        Profile.state == ProfileState.ACTIVE,
        Profile.type.in_(_PEOPLE),
        or_(Profile.role_id.in_(granting), Profile.role_id.is_(None)),
    )
    people = {one.id: one for one in await session.scalars(query)}
    teams = await repository.teams_of(session, [one.id for one in people.values() if one.role_id is None])
    found = []
    for profile in people.values():
        of_teams = [
            (team.settings or {}).get("roleId")
            for team in teams.get(profile.id, ())
            if team.state == "active" and team.deleted_at is None
        ]
        inherit = bool(profile.settings.get("inheritTeamSettings"))
        if effective_role(profile.role_id, of_teams, inherit=inherit, role_sizes=sizes) in granting:
            found.append(profile.id)
    return sorted(found)
