"""How a profile is shown: stored values, effective values and defaults put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from assaydesk.domains.profiles.inheritance import Values, effective, values_from
from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.profiles.types import Effective, RoutingStatus, WorkStatus
from assaydesk.domains.teams.models import Team
from assaydesk.kit.clock import zoneless

FILTER_DEFAULTS: Final[dict[str, Any]] = {
    "groups": [], "intents": [], "tagIds": [], "personalQueue": False, "onlyIntents": False
}  # fmt: skip
SETTING_DEFAULTS: Final[dict[str, Any]] = {
    "supersetRole": None,
    "ticketsFilters": FILTER_DEFAULTS,
    "limitTicketBacklogAccess": False,
    "ticketBacklogRequiredTagIds": [],
    "ticketBacklogExcludedTagIds": [],
    "tagsOnRoute": [],
    "tagsOnEdit": [],
    "isPersonalFilters": False,
    "inheritTeamSettings": False,
    "callRoutingStatus": RoutingStatus.OFFLINE,
    "chatRoutingStatus": RoutingStatus.OFFLINE,
}


@dataclass(frozen=True, slots=True)
class Known:
    """A profile with what is needed to show it. `teams`: not deleted ones, inactive ones included."""

    profile: Profile
    has_image: bool
    teams: Sequence[Team]
    absent: bool = False

    @property
    def work_status(self) -> WorkStatus:
        return shown_work_status(self.profile, absent=self.absent)


def shown_work_status(profile: Profile, *, absent: bool) -> WorkStatus:
    """The working status; a recorded absence shows as one (people.md 3.2)."""
    return WorkStatus.LONG_ABSENCE if absent else WorkStatus(profile.work_status)


def own_settings(profile: Profile) -> dict[str, Any]:
    """The own values as they are read: the stored ones over the defaults. A stored null stays null."""
    stored = profile.settings or {}
    values = {name: stored.get(name, default) for name, default in SETTING_DEFAULTS.items()}
    values["ticketsFilters"] = FILTER_DEFAULTS | (stored.get("ticketsFilters") or {})
    return values


def own_skills(profile: Profile) -> dict[str, Any]:
    skills = (profile.settings or {}).get("skills") or {}
    return {"intents": [], "tagIds": skills.get("tagIds") or [], "channels": skills.get("channels") or []}


def effective_values(
    profile: Profile, teams: Sequence[Team], role_sizes: Mapping[int, int], *, force: bool = False
) -> Values:
    """The effective values of a profile; `force`: as if it took over the settings of its teams."""
    own = values_from(profile.settings or {}, profile.role_id)
    of_teams = [values_from(team.settings or {}) for team in teams if team.state == "active"]
    inherit = force or bool((profile.settings or {}).get("inheritTeamSettings"))
    return effective(own, of_teams, inherit=inherit, role_sizes=role_sizes)


def effective_person(profile: Profile, teams: Sequence[Team], *, absent: bool) -> Effective:
    """What counts for a person at this moment."""
    values = effective_values(profile, teams, {})
    settings = profile.settings or {}
    active = [team for team in teams if team.state == "active"]
    lists = [settings, *(team.settings or {} for team in active if settings.get("inheritTeamSettings"))]
    return Effective(
        profile_id=profile.id,
        type=profile.type,
        state=profile.state,
        work_status=shown_work_status(profile, absent=absent),
        team_ids=tuple(team.id for team in active),
        tag_ids=frozenset(values.tag_ids),
        channels=frozenset(values.channels),
        limit_backlog=values.limit_backlog,
        required_tag_ids=frozenset(values.required_tag_ids),
        excluded_tag_ids=frozenset(tag for one in lists for tag in one.get("ticketBacklogExcludedTagIds") or ()),
        tags_on_route=values.tags_on_route,
        call_routing_status=RoutingStatus(settings.get("callRoutingStatus") or RoutingStatus.OFFLINE),
        chat_routing_status=RoutingStatus(settings.get("chatRoutingStatus") or RoutingStatus.OFFLINE),
        last_seen=profile.last_seen,
    )


def short_view(profile: Profile, *, has_image: bool, absent: bool = False) -> dict[str, Any]:
    """What everybody who is signed in may see of somebody else."""
    return {
        "id": profile.id,
        "firstName": profile.first_name,
        "lastName": profile.last_name,
        "nameAlias": profile.name_alias,
        "type": profile.type,
        "imageUrl": _image_url(profile, has_image),
        "settings": {"status": shown_work_status(profile, absent=absent).status},
    }


def identity_view(profile: Profile, *, has_image: bool, zone: ZoneInfo, last_seen: bool = True) -> dict[str, Any]:
    """The identity part (people.md 1.1). `zone`: that of the instance."""
    seen = profile.last_seen if last_seen else None
    return {
        "id": profile.id,
        "firstName": profile.first_name,
        "lastName": profile.last_name,
        "email": profile.email,
        "phone": profile.phone,
        "image": None,
        "imageUrl": _image_url(profile, has_image),
        "lastSeen": None if seen is None else zoneless(seen, zone),
        "type": profile.type,
        "isSsoOnly": int(profile.is_sso_only),
        "lang": profile.lang,
        "timezone": profile.timezone,
        "nameAlias": profile.name_alias,
        "externalId": profile.external_id,
        "state": profile.state,
        "version": profile.version,
    }


def settings_view(
    known: Known, role_sizes: Mapping[int, int], *, forced: Sequence[Team] | None = None
) -> dict[str, Any]:
    """The settings with their effective values. `forced`: teams to compute with in place of the own ones."""
    profile = known.profile
    teams = known.teams if forced is None else forced
    actual = effective_values(profile, teams, role_sizes, force=forced is not None)
    work_status = known.work_status
    return {
        **own_settings(profile),
        "status": work_status.status,
        "workStatus": work_status,
        "roleId": profile.role_id,
        "teamIds": [team.id for team in known.teams],
        "skills": own_skills(profile),
        "nameReports": profile.name_reports,
        "actualRoleId": actual.role_id,
        "actualTeamIds": [team.id for team in teams if team.state == "active"],
        "actualSkills": {"intents": [], "tagIds": list(actual.tag_ids), "channels": list(actual.channels)},
        "actualLimitTicketBacklogAccess": actual.limit_backlog,
        "actualTicketBacklogRequiredTagIds": list(actual.required_tag_ids),
        "actualTagsOnRoute": list(actual.tags_on_route),
        "actualTagsOnEdit": list(actual.tags_on_edit),
    }


def full_view(known: Known, role_sizes: Mapping[int, int], zone: ZoneInfo) -> dict[str, Any]:
    identity = identity_view(known.profile, has_image=known.has_image, zone=zone)
    return identity | {"settings": settings_view(known, role_sizes)}


def _image_url(profile: Profile, has_image: bool) -> str | None:
    return f"/api/mind/profile/{profile.id}/image" if has_image else None
