"""People, AI agents and roles: the public face of the domain."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from assaydesk.domains.profiles.models import Profile, ProfileTeam, Role
from assaydesk.domains.teams.models import Team
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.security import permissions as shipped

ADMIN_ROLE: Final = 1
AGENT_ROLE: Final = 2
SUPERVISOR_ROLE: Final = 3
QUALITY_MANAGER_ROLE: Final = 4
READ_ONLY_ROLE: Final = 5
_ROLES: Final = (
    (ADMIN_ROLE, "Admin", "Everything but the instance operator's own right", None, shipped.ADMIN),
    (AGENT_ROLE, "Agent", "Works tickets", None, shipped.AGENT),
    (SUPERVISOR_ROLE, "Supervisor", "Leads a team and reviews its work", AGENT_ROLE, shipped.SUPERVISOR),
    (QUALITY_MANAGER_ROLE, "QualityManager", "Owns scorecards and reports", AGENT_ROLE, shipped.QUALITY_MANAGER),
    (READ_ONLY_ROLE, "ReadOnly", "Looks only", AGENT_ROLE, shipped.READ_ONLY),
)


async def ensure_roles(session: WriteSession) -> None:
    """Make the shipped roles when they are missing; changed ones are left alone."""
    await session.execute(
        insert(Role)
        .values(
            [
                {
                    "id": id_, "name": name, "description": description, "base_role_id": base,
                    "permissions": sorted(held), "is_system": True,
                }
                for id_, name, description, base, held in _ROLES
            ]
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    await session.execute(
        text("select setval(pg_get_serial_sequence('roles', 'id'), greatest(100, max(id))) from roles")
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
