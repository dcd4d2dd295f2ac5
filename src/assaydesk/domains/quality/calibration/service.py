"""Calibration sessions, the public face (quality.md 15). `sheets` is what reviewers write, `closing` the result."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from assaydesk.domains.notifications.service import Kind, notify
from assaydesk.domains.profiles.service import load_profiles
from assaydesk.domains.profiles.types import ProfileState, ProfileType
from assaydesk.domains.quality.calibration import repository
from assaydesk.domains.quality.calibration.closing import close_session, note_ai_answers, read_result
from assaydesk.domains.quality.calibration.errors import CalibrationNotFound, InvalidState
from assaydesk.domains.quality.calibration.events import CalibrationAiWanted
from assaydesk.domains.quality.calibration.models import Calibration, CalibrationItem
from assaydesk.domains.quality.calibration.schemas import CalibrationCreate, CalibrationUpdate
from assaydesk.domains.quality.calibration.sheets import show_item, write_sheet
from assaydesk.domains.quality.calibration.types import AiState, CalibrationState
from assaydesk.domains.quality.calibration.views import listed_json, session_json
from assaydesk.domains.quality.scorecards.service import get_revision
from assaydesk.domains.quality.scorecards.types import Revision, ScorecardState
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.worklogs.service import readable_worklogs
from assaydesk.kit.clock import iso, parse_instant, utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import FieldError, UnknownReference, ValidationFailed
from assaydesk.platform.events import publish
from assaydesk.platform.paging import Page
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.versions import refuse_stale

__all__ = [
    "close_session",
    "note_ai_answers",
    "read_result",
    "show_item",
    "write_sheet",
]  # Slices of this file.

MOST_WORKLOGS: Final = 50
MOST_REVIEWERS: Final = 30
_PEOPLE: Final = frozenset({ProfileType.USER, ProfileType.OPERATOR})


class _Work(NamedTuple):
    worklog_id: int
    ticket_id: int
    assessed_user: int


async def list_sessions(
    session: ReadSession, actor: Actor, states: Collection[CalibrationState], page: Page
) -> dict[str, Any]:
    """What the caller may know of, the newest first."""
    rows, total = await repository.page(session, actor, states, limit=page.limit, offset=page.offset)
    shown = [listed_json(row) for row in rows]
    return {"calibrations": shown, "total": total, "limit": page.limit, "offset": page.offset}


async def find_session(session: ReadSession, actor: Actor, calibration_id: int) -> Calibration:
    """Raises `CalibrationNotFound`, also for those who are neither manager nor reviewer."""
    row = await repository.find(session, actor, calibration_id)
    if row is None:
        raise CalibrationNotFound(calibration_id)
    return row


async def lock_session(
    session: WriteSession, actor: Actor, calibration_id: int, *, shared: bool = False
) -> Calibration:
    """The same, locked until the transaction ends."""
    row = await repository.lock(session, actor, calibration_id, shared=shared)
    if row is None:
        raise CalibrationNotFound(calibration_id)
    return row


async def show_session(session: ReadSession, actor: Actor, row: Calibration) -> dict[str, Any]:
    """The session as this caller may see it."""
    items = await repository.items_of(session, row.id)
    hidden = await repository.hidden_from_all(session, row.id)
    return session_json(row, items, await repository.sheets_of(session, row.id), actor.id, hidden)


async def create_session(session: WriteSession, actor: Actor, body: CalibrationCreate) -> Calibration:
    """Begin a session, tell its reviewers, and have the judge score too where that was asked for.

    Raises `ValidationFailed` and `UnknownReference`.
    """
    due_by = await _due_by(session, body.due_by)
    faults = [*_doubles("worklogIds", body.worklog_ids), *_doubles("reviewers", body.reviewers)]
    if body.reference_user_id is not None and body.reference_user_id not in body.reviewers:
        faults.append(FieldError("referenceUserId", "not_allowed", "The reference has to be one of the reviewers."))
    _refuse(faults)
    revision = await _revision(session, body.scorecard_id)
    works = await _works(session, actor, body.worklog_ids)
    await _require_people(session, body.reviewers)
    _refuse(_own_work(body.reviewers, works, "reviewers"))
    now = utc_now()
    row = Calibration(
        name=body.name,
        scorecard_id=revision.scorecard_id,
        scorecard_base_id=revision.base_id,
        content_id=revision.content_id,
        state=CalibrationState.OPEN,
        blind=body.blind,
        include_ai=body.include_ai,
        reviewers=body.reviewers,
        reference_user_id=body.reference_user_id,
        due_by=due_by,
        created_by=actor.user_id,
        created_at=now,
        modified_at=now,
        version=1,
    )
    session.add(row)
    await session.flush()
    changes = [Change(row.id, "state", None, row.state), Change(row.id, "reviewers", None, body.reviewers)]
    await write_audit(session, actor, "calibration:create", "calibration", changes)
    await _add_items(session, row, works, first=0)
    await _tell(session, actor, row, body.reviewers)
    return row


async def update_session(
    session: WriteSession,
    actor: Actor,
    row: Calibration,
    body: CalibrationUpdate,
    *,
    unmodified_since: str | None = None,
) -> None:
    """Change a locked session that is open: its name, its date, further people and work, or cancel it.

    Raises `ValidationFailed`, `UnknownReference`, `StaleObject`, `InvalidState`.
    """
    given = body.model_fields_set
    if "state" in given and body.state is not CalibrationState.CANCELLED:
        message = "Only cancelled can be set; a session is closed with its own operation."
        raise ValidationFailed([FieldError("state", "not_allowed", message)])
    due_by = await _due_by(session, body.due_by) if "due_by" in given else row.due_by
    items = await repository.items_of(session, row.id)
    present = {item.worklog_id for item in items}
    reviewers = [user for user in dict.fromkeys(body.reviewers) if user not in row.reviewers]
    wanted = [one for one in dict.fromkeys(body.worklog_ids) if one not in present]
    works = await _works(session, actor, wanted)
    await _require_people(session, reviewers)
    faults = [
        *_own_work(reviewers, [*map(_work_of, items), *works], "reviewers"),
        *_own_work(row.reviewers, works, "worklogIds"),
    ]
    if len(row.reviewers) + len(reviewers) > MOST_REVIEWERS:
        faults.append(FieldError("reviewers", "too_long", f"At most {MOST_REVIEWERS} people."))
    if len(present) + len(works) > MOST_WORKLOGS:
        faults.append(FieldError("worklogIds", "too_long", f"At most {MOST_WORKLOGS} pieces of work."))
    _refuse(faults)
    refuse_stale(unmodified_since, modified_at=row.modified_at, version=row.version)
    if row.state != CalibrationState.OPEN:
        raise InvalidState(CalibrationState(row.state), CalibrationState.OPEN)
    changes = _set(row, body, due_by, [*row.reviewers, *reviewers])
    changes += [Change(row.id, "worklogIds", None, work.worklog_id) for work in works]
    if not changes:
        return
    row.modified_at, row.version = utc_now(), row.version + 1
    await session.flush()
    await write_audit(session, actor, "calibration:change", "calibration", changes)
    if row.state == CalibrationState.OPEN:
        await _add_items(session, row, works, first=len(items))
        await _tell(session, actor, row, reviewers)


def _set(row: Calibration, body: CalibrationUpdate, due_by: datetime | None, reviewers: list[int]) -> list[Change]:
    wanted: dict[str, Any] = {"due_by": due_by, "reviewers": reviewers}
    if "name" in body.model_fields_set:
        wanted["name"] = body.name
    if "state" in body.model_fields_set:
        wanted["state"] = body.state
    changes = []
    for name, value in wanted.items():
        old = getattr(row, name)
        if old != value:
            setattr(row, name, value)
            changes.append(Change(row.id, name, _shown(old), _shown(value)))
    return changes


def _shown(value: Any) -> Any:
    return iso(value) if isinstance(value, datetime) else value


async def _add_items(session: WriteSession, row: Calibration, works: Sequence[_Work], *, first: int) -> None:
    ai_state = AiState.WAITING if row.include_ai else AiState.OFF
    session.add_all(
        CalibrationItem(
            calibration_id=row.id,
            worklog_id=work.worklog_id,
            ticket_id=work.ticket_id,
            assessed_user=work.assessed_user,
            position=first + index,
            ai_state=ai_state,
        )
        for index, work in enumerate(works)
    )
    await session.flush()
    if works and row.include_ai:
        await publish(session, CalibrationAiWanted(row.id))


async def _tell(session: WriteSession, actor: Actor, row: Calibration, reviewers: Sequence[int]) -> None:
    """Tell the reviewers; who made the session knows of it."""
    text = {
        "en": f"You are asked to score in the calibration “{row.name}”.",
        "de": f"Sie sind gebeten, in der Kalibrierung „{row.name}“ zu bewerten.",
    }
    told = [user for user in reviewers if user != actor.id]
    await notify(session, told, Kind.SYSTEM, text, url=f"/quality/calibration/{row.id}")


async def _due_by(session: ReadSession, sent: str | float | None) -> datetime | None:
    if sent is None:
        return None
    try:
        return parse_instant(sent, (await get_settings(session)).zone, upper_end=True)
    except ValueError as failure:
        raise ValidationFailed([FieldError("dueBy", "bad_format", "This is no date.")]) from failure


async def _revision(session: ReadSession, scorecard_id: int) -> Revision:
    found = await get_revision(session, scorecard_id)
    if found is None or found.state is ScorecardState.DELETED:
        message = f"Scorecard {scorecard_id} does not exist."
        raise UnknownReference(message, field="scorecardId", value=scorecard_id)
    if not any(True for _ in found.content.criteria):
        message = "This revision has no criteria to score."
        raise ValidationFailed([FieldError("scorecardId", "not_allowed", message)])
    return found


async def _works(session: ReadSession, actor: Actor, worklog_ids: Sequence[int]) -> list[_Work]:
    """In the order asked for. Raises `UnknownReference` for what the caller may not see."""
    if not worklog_ids:
        return []
    found = await repository.works(session, worklog_ids, readable_worklogs(actor))
    for number in worklog_ids:
        if number not in found:
            raise UnknownReference(f"Worklog {number} does not exist.", field="worklogIds", value=number)
    return [_Work(number, *found[number]) for number in worklog_ids]


async def _require_people(session: ReadSession, reviewers: Sequence[int]) -> None:
    """Raises `UnknownReference` for those who are no people at work here."""
    known = await load_profiles(session, reviewers) if reviewers else {}
    for user in reviewers:
        if user not in known or known[user].state != ProfileState.ACTIVE or known[user].type not in _PEOPLE:
            raise UnknownReference(f"Person {user} does not exist.", field="reviewers", value=user)


def _own_work(reviewers: Sequence[int], works: Sequence[_Work], field: str) -> list[FieldError]:
    """Nobody scores work of one's own."""
    message = "Somebody would score work of his or her own."
    if field == "worklogIds":
        return [
            FieldError(f"{field}.{index}", "not_allowed", message)
            for index, work in enumerate(works)
            if work.assessed_user in reviewers
        ]
    assessed = {work.assessed_user for work in works}
    return [
        FieldError(f"{field}.{index}", "not_allowed", message)
        for index, user in enumerate(reviewers)
        if user in assessed
    ]


def _work_of(item: CalibrationItem) -> _Work:
    return _Work(item.worklog_id, item.ticket_id, item.assessed_user)


def _doubles(name: str, values: Sequence[int]) -> list[FieldError]:
    return [
        FieldError(f"{name}.{index}", "duplicate", "It is named twice.")
        for index, value in enumerate(values)
        if value in values[:index]
    ]


def _refuse(faults: Sequence[FieldError]) -> None:
    if faults:
        raise ValidationFailed(faults)
