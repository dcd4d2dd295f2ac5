"""Longer absences: recording them, and what follows from them (people.md 3.2)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from assaydesk.domains.profiles import absence_repository, repository
from assaydesk.domains.profiles.errors import AbsenceNotFound, AbsenceOverlap
from assaydesk.domains.profiles.events import AbsenceBegan
from assaydesk.domains.profiles.models import Absence
from assaydesk.domains.profiles.types import ProfileState
from assaydesk.domains.profiles.update import lock_profile
from assaydesk.domains.settings.service import get_settings
from assaydesk.kit.clock import iso, iso_or_none, utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.dates import instant
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import FieldError, UnknownReference, ValidationFailed
from assaydesk.platform.events import publish
from assaydesk.platform.paging import Page
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission

_WIRE: Final = {
    "since": "from", "until": "to", "reason": "reason", "note": "note", "substitute_user_id": "substituteUserId"
}  # fmt: skip
_BATCH: Final = 100


def absence_json(absence: Absence, *, private: bool) -> dict[str, Any]:
    """`private`: whether the reader may know why."""
    return {
        "id": absence.id,
        "from": iso(absence.since),
        "to": iso_or_none(absence.until),
        "reason": absence.reason if private else None,
        "note": absence.note if private else None,
        "substituteUserId": absence.substitute_user_id,
        "createdBy": absence.created_by,
    }


async def list_absences(session: ReadSession, actor: Actor, profile_id: int) -> list[dict[str, Any]]:
    """Those of a person, the earliest first."""
    private = actor.id == profile_id or actor.has(Permission.MANAGE_ABSENCES)
    return [absence_json(one, private=private) for one in await absence_repository.of_profile(session, profile_id)]


async def absence_calendar(
    session: ReadSession, *, since: datetime | None, until: datetime | None, team_id: int | None, page: Page
) -> tuple[list[dict[str, Any]], int]:
    """Who is away when; for those who manage absences."""
    rows, total = await absence_repository.calendar(
        session, since=since, until=until, team_id=team_id, limit=page.limit, offset=page.offset
    )
    shown = [
        absence_json(absence, private=True)
        | {"userId": profile.id, "firstName": profile.first_name, "lastName": profile.last_name}
        for absence, profile in rows
    ]
    return shown, total


async def find_absence(session: ReadSession, profile_id: int, absence_id: int) -> Absence:
    """Raises `AbsenceNotFound`."""
    found = await absence_repository.get(session, profile_id, absence_id)
    if found is None:
        raise AbsenceNotFound(profileId=profile_id, absenceId=absence_id)
    return found


async def record_absence(session: WriteSession, actor: Actor, profile_id: int, sent: Mapping[str, Any]) -> int:
    """Record an absence; `sent` has the columns. Raises `ValidationFailed`, `UnknownReference`, `AbsenceOverlap`."""
    await lock_profile(session, profile_id)
    absence = Absence(profile_id=profile_id, created_by=actor.user_id, reason="other")
    changes = await _put(session, absence, sent)
    session.add(absence)
    await session.flush()  # The id is part of the answer.
    record = {name: new for name, (_, new) in changes.items() if name != "note"}
    await write_audit(
        session, actor, "profile:absence:create", "profile", [Change(profile_id, "absence", None, record)]
    )
    await hand_over(session)
    return absence.id


async def change_absence(
    session: WriteSession, actor: Actor, profile_id: int, absence_id: int, sent: Mapping[str, Any]
) -> None:
    """Change what is sent. Raises as `record_absence`, and `AbsenceNotFound`."""
    await lock_profile(session, profile_id)
    absence = await find_absence(session, profile_id, absence_id)
    changes = await _put(session, absence, sent)
    if not changes:
        return
    if "substituteUserId" in changes:
        absence.handed_over_at = None
    await session.flush()  # What follows is found by a query.
    records = [
        Change(profile_id, f"absence.{name}") if name == "note" else Change(profile_id, f"absence.{name}", old, new)
        for name, (old, new) in changes.items()
    ]
    await write_audit(session, actor, "profile:absence:change", "profile", records)
    await hand_over(session)


async def delete_absence(session: WriteSession, actor: Actor, profile_id: int, absence_id: int) -> None:
    """Take an absence back. Tickets that went to the substitute stay there. Raises `AbsenceNotFound`."""
    await lock_profile(session, profile_id)
    absence = await find_absence(session, profile_id, absence_id)
    absence.deleted_at = utc_now()
    record = {"from": iso(absence.since)}
    await write_audit(
        session, actor, "profile:absence:delete", "profile", [Change(profile_id, "absence", record, None)]
    )


async def hand_over(session: WriteSession) -> int:
    """Let the substitutes of absences that have begun take over; answers how many there were."""
    beginning = await absence_repository.lock_beginning(session, _BATCH)
    for absence in beginning:
        absence.handed_over_at = utc_now()
        assert absence.substitute_user_id is not None
        await publish(session, AbsenceBegan(absence.profile_id, absence.substitute_user_id))
    return len(beginning)


async def absent_among(session: ReadSession, ids: set[int]) -> set[int]:
    """Those of the people who are away at this moment by a recorded absence."""
    return await repository.absent_among(session, ids)


async def _put(session: WriteSession, absence: Absence, sent: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Put the sent columns into the row; answers what changed by wire name, JSON-ready."""
    zone = (await get_settings(session)).zone
    values = dict(sent)
    for name in ("since", "until"):
        if name in values:
            values[name] = instant(_WIRE[name], values[name], zone, upper_end=name == "until")
    since, until = values.get("since", absence.since), values.get("until", absence.until)
    substitute = values.get("substitute_user_id", absence.substitute_user_id)
    if until is not None and until <= since:
        raise ValidationFailed([FieldError("to", "out_of_range", "An absence ends after it begins.")])
    if substitute == absence.profile_id:
        raise ValidationFailed([FieldError("substituteUserId", "not_allowed", "Nobody stands in for themselves.")])
    if substitute is not None and "substitute_user_id" in values:
        people = await repository.load_profiles(session, [substitute])
        if substitute not in people or people[substitute].state == ProfileState.DELETED:
            raise UnknownReference(f"There is no user {substitute}.", field="substituteUserId", value=substitute)
    with session.no_autoflush:
        other = await absence_repository.touching(session, absence.profile_id, since, until, but=absence.id)
    if other is not None:
        raise AbsenceOverlap(absenceId=other)
    changes = {}
    for name, value in values.items():
        before = getattr(absence, name)
        if before != value:
            changes[_WIRE[name]] = (_plain(before), _plain(value))
            setattr(absence, name, value)
    return changes


def _plain(value: Any) -> Any:
    return iso(value) if isinstance(value, datetime) else value
