"""What the settings of a profile or team name: roles, teams, tags; and the rights that come of them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from assaydesk.domains.profiles import repository
from assaydesk.domains.profiles.inheritance import effective_role
from assaydesk.domains.profiles.models import Role
from assaydesk.domains.tags.service import existing_tag_ids
from assaydesk.domains.teams.models import Team
from assaydesk.domains.teams.service import named_tags
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.errors import UnknownReference


def permissions_of(
    role_id: int | None, settings: Mapping[str, Any], teams: Sequence[Team], roles: Mapping[int, Role]
) -> frozenset[str]:
    """The permissions of a person with these own values in these teams."""
    of_teams = [(team.settings or {}).get("roleId") for team in teams if team.state == "active"]
    sizes = {role.id: len(role.permissions) for role in roles.values()}
    inherit = bool(settings.get("inheritTeamSettings"))
    role = effective_role(role_id, of_teams, inherit=inherit, role_sizes=sizes)
    return frozenset(roles[role].permissions) if role is not None and role in roles else frozenset()


async def check_references(
    session: ReadSession, *, role_id: int | None = None, team_ids: Collection[int] = (),
    settings: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Raise `UnknownReference` for the first thing that does not exist."""
    if role_id is not None and role_id not in await repository.roles(session):
        raise UnknownReference(f"There is no role {role_id}.", field="settings.roleId", value=role_id)
    known_teams = {team.id for team in await repository.teams_by_id(session, team_ids)} if team_ids else set()
    _refuse_unknown(set(team_ids) - known_teams, "settings.teamIds", "team")
    lists = {f"settings.{path}": tags for path, tags in named_tags(settings or {}).items()}
    tags = {tag for ids in lists.values() for tag in ids}
    if not tags:
        return
    unknown = tags - await existing_tag_ids(session, tags)
    for field, ids in lists.items():
        _refuse_unknown(unknown & set(ids), field, "tag")


def _refuse_unknown(ids: set[int], field: str, what: str) -> None:
    if ids:
        raise UnknownReference(f"There is no {what} {min(ids)}.", field=field, value=min(ids))
