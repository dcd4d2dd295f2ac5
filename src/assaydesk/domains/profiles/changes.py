"""What a body changes of a profile, by dotted wire names, and putting it in."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel

from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.profiles.schemas import OwnProfileUpdate, ProfileFields
from assaydesk.domains.profiles.types import Status, WorkStatus, work_status_of
from assaydesk.domains.profiles.view import own_settings, own_skills
from assaydesk.platform.schema import camel

_COLUMNS: Final = (
    "first_name", "last_name", "email", "phone", "type", "is_sso_only", "lang", "timezone", "name_alias",
    "external_id", "state", "open_tickets",
)  # fmt: skip
_WRITE_ONLY: Final = ("image", "raw_data")
COLUMN_OF: Final = {camel(name): name for name in (*_COLUMNS, *_WRITE_ONLY)} | {
    "settings.roleId": "role_id",
    "settings.workStatus": "work_status",
    "settings.nameReports": "name_reports",
}
_NESTED: Final = {"settings.skills.tagIds": "tagIds", "settings.skills.channels": "channels"}

Changes = dict[str, tuple[Any, Any]]
"""Path -> (old, new). Values of what is written but never read are None when old."""


def current_values(profile: Profile, team_ids: Sequence[int]) -> dict[str, Any]:
    """Every comparable value of a profile by path."""
    skills = own_skills(profile)
    return {
        **{camel(name): getattr(profile, name) for name in _COLUMNS},
        **{f"settings.{name}": value for name, value in own_settings(profile).items()},
        "settings.roleId": profile.role_id,
        "settings.workStatus": profile.work_status,
        "settings.nameReports": profile.name_reports,
        "settings.teamIds": sorted(team_ids),
        "settings.skills.tagIds": skills["tagIds"],
        "settings.skills.channels": skills["channels"],
    }


def sent_values(body: ProfileFields | OwnProfileUpdate, *, work_status: str) -> dict[str, Any]:
    """What a body says, by path. `work_status`: the present one, for bodies that name only the documented two words."""
    sent = fields_set(body)
    sent.pop("password", None)
    settings = fields_set(sent.pop("settings")) if "settings" in sent else {}
    for routing in ("call_routing_status", "chat_routing_status"):
        if routing in sent:
            settings.setdefault(routing, sent.pop(routing))
    if sent.get("image", b"") is None:
        del sent["image"]
    if "open_tickets" in sent:
        sent["open_tickets"] = [
            {"id": ticket.id, "channel": ticket.channel, "blinking": ticket.blinking, "subject": ticket.subject}
            for ticket in sent["open_tickets"]
        ]
    skills = fields_set(settings.pop("skills")) if "skills" in settings else {}
    values = {camel(name): value for name, value in sent.items()}
    values |= {f"settings.{camel(name)}": value for name, value in settings.items()}
    values |= {f"settings.skills.{camel(name)}": value or [] for name, value in skills.items()}
    _put_status(values, work_status)
    if "settings.teamIds" in values:
        values["settings.teamIds"] = sorted(set(values["settings.teamIds"]))
    return values


def fields_set(model: BaseModel) -> dict[str, Any]:
    """The declared fields that the client sent, by their Python names."""
    return {name: getattr(model, name) for name in type(model).model_fields if name in model.model_fields_set}


def _put_status(values: dict[str, Any], present: str) -> None:
    status = values.pop("settings.status", None)
    if status is not None and "settings.workStatus" not in values and WorkStatus(present).status is not status:
        values["settings.workStatus"] = work_status_of(Status(status))


def changes_of(current: Mapping[str, Any], sent: Mapping[str, Any]) -> Changes:
    """What differs. Pictures and raw data, which are not read for a comparison, always count as changed."""
    missing = object()
    return {path: (current.get(path), value) for path, value in sent.items() if current.get(path, missing) != value}


def apply_changes(profile: Profile, changes: Changes) -> None:
    """Put the new values into the row; memberships are rows of their own and not touched."""
    settings = dict(profile.settings or {})
    for path, (_, new) in changes.items():
        if path in COLUMN_OF:
            setattr(profile, COLUMN_OF[path], (new or None) if path == "image" else new)
        elif path in _NESTED:
            settings["skills"] = (settings.get("skills") or {}) | {_NESTED[path]: new}
        elif path.startswith("settings.") and path != "settings.teamIds":
            settings[path.removeprefix("settings.")] = new
    profile.settings = settings
