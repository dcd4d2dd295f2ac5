"""Rows of people, teams and roles."""

from collections.abc import Sequence
from itertools import count
from typing import Any

from assaydesk.domains.profiles.models import Profile, ProfileTeam, Role
from assaydesk.domains.profiles.service import ADMIN_ROLE
from assaydesk.domains.teams.models import Team
from assaydesk.platform.db.session import WriteSession

_numbers = count(1)


async def make_role(session: WriteSession, permissions: Sequence[str] = (), **values: Any) -> Role:
    held = [str(name) for name in permissions]
    role = Role(**{"name": f"Role {next(_numbers)}", "permissions": held} | values)
    session.add(role)
    await session.flush()
    return role


async def make_team(session: WriteSession, **values: Any) -> Team:
    team = Team(**{"name": f"Team {next(_numbers)}"} | values)
    session.add(team)
    await session.flush()
    return team


async def make_profile(
    session: WriteSession,
    *,
    role: int | None = ADMIN_ROLE,
    permissions: Sequence[str] | None = None,
    teams: Sequence[int] = (),
    **values: Any,
) -> Profile:
    """A person; `permissions` makes a role that holds just these."""
    number = next(_numbers)
    if permissions is not None:
        role = (await make_role(session, permissions)).id
    if values.get("type") == "aiAgent":
        role, values = None, {"email": None} | values
    profile = Profile(
        **{"first_name": f"Person{number}", "last_name": "Example", "email": f"person{number}@desk.example"}
        | {"role_id": role}
        | values
    )
    session.add(profile)
    await session.flush()
    session.add_all(ProfileTeam(profile_id=profile.id, team_id=team_id) for team_id in teams)
    await session.flush()
    return profile
