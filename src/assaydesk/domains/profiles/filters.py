"""What GET /profiles can be narrowed by (people.md 2.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, cast, exists, false, func, or_, select, true
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH

from assaydesk.domains.profiles.models import Profile, ProfileTeam
from assaydesk.domains.profiles.types import ProfileState, ProfileType
from assaydesk.domains.teams.models import Team

SHOWN: Final[dict[str, frozenset[ProfileType]]] = {
    "users": frozenset({ProfileType.USER}),
    "enneo": frozenset({ProfileType.OPERATOR}),
    "serviceWorkers": frozenset({ProfileType.SERVICE_WORKER}),
    "all": frozenset(ProfileType),
}


@dataclass(frozen=True, slots=True)
class ProfileFilter:
    """None and empty mean "whatever". `team_ids`: ids; `without_team` adds people of no team."""

    types: frozenset[ProfileType]
    q: str = ""
    user_ids: tuple[int, ...] = ()
    team_ids: tuple[int, ...] = ()
    without_team: bool = False
    tag_ids: tuple[int, ...] = ()
    channels: tuple[str, ...] = ()
    role_id: int | None = None
    state: ProfileState = ProfileState.ACTIVE
    seen_since: datetime | None = None


def conditions(wanted: ProfileFilter) -> list[ColumnElement[bool]]:
    """The filter as SQL."""
    found: list[ColumnElement[bool]] = [Profile.state == wanted.state, Profile.type.in_(sorted(wanted.types))]
    if wanted.q:
        name = Profile.first_name + " " + Profile.last_name
        found.append(or_(*(field.icontains(wanted.q, autoescape=True) for field in (name, Profile.email))))
    if wanted.user_ids:
        found.append(Profile.id.in_(wanted.user_ids))
    if wanted.team_ids or wanted.without_team:
        found.append(or_(_in_teams(wanted.team_ids), ~_in_any_team() if wanted.without_team else false()))
    if wanted.tag_ids:
        found.append(_has_skill("tagIds", wanted.tag_ids))
    if wanted.channels:
        found.append(_has_skill("channels", wanted.channels))
    if wanted.role_id is not None:
        found.append(Profile.role_id == wanted.role_id)
    if wanted.seen_since is not None:
        found.append(Profile.last_seen >= wanted.seen_since)
    return found


def _memberships() -> ColumnElement[bool]:
    return and_(ProfileTeam.profile_id == Profile.id, Team.id == ProfileTeam.team_id, Team.deleted_at.is_(None))


def _in_teams(team_ids: tuple[int, ...]) -> ColumnElement[bool]:
    return exists(select(Team.id).where(_memberships(), Team.id.in_(team_ids))) if team_ids else false()


def _in_any_team() -> ColumnElement[bool]:
    return exists(select(Team.id).where(_memberships()))


def _has_skill(name: str, values: Sequence[int | str]) -> ColumnElement[bool]:
    """True for a skill that counts: an own one, or one of an active team whose settings the person takes over."""
    inherits = Profile.settings["inheritTeamSettings"].as_boolean().is_(true())
    of_team = exists(
        select(Team.id).where(_memberships(), Team.state == "active", _contains(Team.settings, name, values))
    )
    return or_(_contains(Profile.settings, name, values), and_(inherits, of_team))


def _contains(settings: object, name: str, values: Sequence[int | str]) -> ColumnElement[bool]:
    path = cast(f"$.skills.{name}[*] ? (@ == $wanted[*])", JSONPATH)
    return func.jsonb_path_exists(settings, path, cast({"wanted": list(values)}, JSONB))
