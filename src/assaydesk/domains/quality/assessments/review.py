"""What people change: a review, its end, opening it again, and what comes of an appeal (quality.md 8.4, 8.6, 13)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from assaydesk.domains.quality.assessments import repository
from assaydesk.domains.quality.assessments.criteria import totals_of
from assaydesk.domains.quality.assessments.edits import CriterionChange, apply_change, change_faults, history_of
from assaydesk.domains.quality.assessments.errors import CriteriaNeedHuman, InvalidState, refuse
from assaydesk.domains.quality.assessments.events import AssessmentEdited, QualityAssessmentReviewed
from assaydesk.domains.quality.assessments.lifecycle import Command, Refusal, move
from assaydesk.domains.quality.assessments.models import Assessment
from assaydesk.domains.quality.assessments.quotes import check_evidence
from assaydesk.domains.quality.assessments.record import stored_totals
from assaydesk.domains.quality.assessments.repository import Seen
from assaydesk.domains.quality.assessments.schemas import AssessmentUpdate, CriterionUpdate
from assaydesk.domains.quality.assessments.types import (
    REVIEWED_STATES,
    CriterionAnswer,
    CriterionState,
    Edit,
    State,
    Trigger,
)
from assaydesk.domains.quality.assessments.views import Viewer
from assaydesk.domains.quality.scorecards.service import load_content
from assaydesk.domains.quality.scorecards.types import Content, Totals
from assaydesk.kit.clock import iso, parse_instant, utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.errors import FieldError, PermissionDenied, ValidationFailed
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.versions import refuse_stale

_DATES: Final = {"assessment_date": "assessmentDate", "discussion_date": "discussionDate"}
_EDITS: Final = frozenset({"ai_summary", "supervisor_assessment", "criteria", *_DATES})
_COMMANDS: Final = {State.REVIEWED: Command.REVIEW, State.DISCUSSED: Command.DISCUSS}
_SPOKEN: Final = (".reason", ".evidence", "aiSummary", "supervisorAssessment", "reopenReason", "acknowledgementComment")
"""Ends of the fields that hold texts, which stay out of the audit log."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A PATCH that was found to be well formed. `dates` are those that were sent."""

    body: AssessmentUpdate
    changes: Sequence[CriterionChange]
    dates: dict[str, datetime | None]


async def update_assessment(
    session: WriteSession, viewer: Viewer, seen: Seen, body: AssessmentUpdate, *, unmodified_since: str | None = None
) -> None:
    """Change a locked assessment that the caller may assess.

    Raises `ValidationFailed`, and by the state of the row `InvalidState`, `AssessmentLocked`, `AssessmentNotReady`,
    `InvalidTransition`, `CriteriaNeedHuman`, `StaleObject`. Then nothing is changed.
    """
    row, now = seen.row, utc_now()
    masked = viewer.masks(row, team_mate=seen.team_mate)
    content = (await load_content(session, [row.content_id]))[row.content_id]
    asked = await _read(session, viewer, row, content, body)
    refuse_stale(unmodified_since, modified_at=row.modified_at, version=row.version)
    before: State = State(row.state)
    if before == State.DELETED:
        raise InvalidState(before)
    if body.model_fields_set & _EDITS:
        _allowed(before, Command.EDIT, State.REVIEW_ONGOING)
    answers = (await repository.answers_of(session, [row.id]))[row.id]
    changed, edits = _changed_answers(answers, asked.changes, user_id=viewer.actor.user_id, now=now, unseen=masked)
    edits += _edit_texts(row, body, masked=masked)
    edits += [edit for name, value in asked.dates.items() for edit in _set(row, name, value)]
    state: State = before
    if edits:
        state = _allowed(before, Command.EDIT, State.REVIEW_ONGOING)
        edits += _note_edited(row, scores_changed=_scores_changed(answers, changed))
    answers |= changed
    totals = totals_of(content, answers.values(), viewer.base)
    if changed:
        for name, value in stored_totals(totals).items():
            setattr(row, name, value)
    if "state" in body.model_fields_set:
        state = _allowed(state, _COMMANDS[State(body.state)], State(body.state))
        if state is not before:
            _require_decisions(viewer, content, answers)
            edits += _sign(row, viewer.actor, state, now=now, sent=asked.dates)
    edits += _steps(before, state)
    if not edits:
        return
    await repository.save_answers(session, row.id, changed.values())
    await _save(session, viewer.actor, row, state, edits, now)
    if state is not before and state in REVIEWED_STATES:
        await publish(session, QualityAssessmentReviewed(row.id, state, totals.percentage))


async def reopen_assessment(session: WriteSession, actor: Actor, row: Assessment, reason: str) -> None:
    """Go on with a finished review. Dates stay, an acknowledgement is withdrawn.

    Raises `InvalidTransition`.
    """
    before = State(row.state)
    state = _allowed(before, Command.REOPEN, State.REVIEW_ONGOING)
    edits = [Edit("state", before, state), Edit("reopenReason", None, reason), *_withdraw_acknowledgement(row)]
    await _save(session, actor, row, state, edits, utc_now())


def may_reopen(actor: Actor, row: Assessment) -> None:
    """Raises `PermissionDenied` for others than the reviewer and those who may assess everybody."""
    if row.assessed_by_user != actor.id and not actor.has(Permission.QUALITY_DO_ASSESSMENTS_ALL):
        raise PermissionDenied(Permission.QUALITY_DO_ASSESSMENTS_ALL)


async def change_by_appeal(
    session: WriteSession, viewer: Viewer, seen: Seen, changes: Sequence[CriterionChange], appeal_state: str
) -> Totals:
    """What the decision of an accepted appeal does to a locked assessment; answers the new totals.

    The acknowledgement is withdrawn, and a discussed assessment has to be discussed again. Raises `ValidationFailed`,
    and by the state of the row `AssessmentNotReady`, `InvalidState`.
    """
    row, now = seen.row, utc_now()
    content = (await load_content(session, [row.content_id]))[row.content_id]
    faults = change_faults(content, changes)
    if faults:
        raise ValidationFailed(faults)
    before = State(row.state)
    state = _allowed(before, Command.APPEAL, State.REVIEWED)
    answers = (await repository.answers_of(session, [row.id]))[row.id]
    masked = viewer.masks(row, team_mate=seen.team_mate)
    changed, edits = _changed_answers(answers, changes, user_id=viewer.actor.user_id, now=now, unseen=masked)
    edits += _note_edited(row, scores_changed=True)
    totals = totals_of(content, (answers | changed).values(), viewer.base)
    for name, value in stored_totals(totals).items():
        setattr(row, name, value)
    if state is not before:
        edits.append(Edit("state", before, state))
    edits += _set(row, "appeal_state", appeal_state, "appealState")
    await repository.save_answers(session, row.id, changed.values())
    await _save(session, viewer.actor, row, state, edits, now)
    return totals


async def note_appeal(session: WriteSession, actor: Actor, row: Assessment, appeal_state: str) -> None:
    """Keep the state of the newest appeal with its locked assessment."""
    edits = _set(row, "appeal_state", appeal_state, "appealState")
    await _note(session, actor, row, edits, f"assessment:appeal:{appeal_state}")


async def acknowledge_assessment(session: WriteSession, actor: Actor, row: Assessment, comment: str | None) -> None:
    """Note that the assessed person has read it. A second time keeps the moment, and a comment that there was.

    Raises `InvalidState` for a review that is not finished.
    """
    if row.state not in REVIEWED_STATES:
        raise InvalidState(row.state, "Only a finished review can be acknowledged.")
    edits = [] if row.acknowledged_at is not None else _set(row, "acknowledged_at", utc_now(), "acknowledgedAt")
    if comment and not row.acknowledgement_comment:
        edits += _set(row, "acknowledgement_comment", comment, "acknowledgementComment")
    await _note(session, actor, row, edits, "assessment:acknowledge")


async def _read(
    session: WriteSession, viewer: Viewer, row: Assessment, content: Content, body: AssessmentUpdate
) -> _Asked:
    """Look for every fault of the body at once. Raises `ValidationFailed`."""
    given = body.model_fields_set
    faults: list[FieldError] = []
    dates: dict[str, datetime | None] = {}
    for name in _DATES.keys() & given:
        value = getattr(body, name)
        try:
            dates[name] = None if value is None else parse_instant(value, viewer.settings.zone)
        except ValueError:
            faults.append(FieldError(_DATES[name], "bad_format", "This is no date."))
    items = body.criteria if "criteria" in given else []
    quotations, quote_faults = await check_evidence(
        session, row.ticket_id, [item.evidence if "evidence" in item.model_fields_set else () for item in items]
    )
    changes = [_change(item, evidence) for item, evidence in zip(items, quotations, strict=True)]
    faults += [*change_faults(content, changes), *quote_faults]
    if faults:
        raise ValidationFailed(faults)
    return _Asked(body, changes, dates)


def _change(item: CriterionUpdate, evidence: tuple[Any, ...]) -> CriterionChange:
    return CriterionChange(
        category_id=item.category_id,
        criterion_id=item.criterion_id,
        given=frozenset(item.model_fields_set),
        score=item.score,
        reason=item.reason,
        applicable=item.applicable,
        override_reason=item.override_reason,
        evidence=evidence,
    )


def _allowed(state: State, command: Command, target: State) -> State:
    reached = move(state, command)
    if isinstance(reached, Refusal):
        raise refuse(reached, state, target)
    return reached


def _changed_answers(
    answers: dict[int, CriterionAnswer],
    changes: Iterable[CriterionChange],
    *,
    user_id: int | None,
    now: datetime,
    unseen: bool,
) -> tuple[dict[int, CriterionAnswer], list[Edit]]:
    changed: dict[int, CriterionAnswer] = {}
    edits: list[Edit] = []
    for change in changes:
        old = answers.get(change.criterion_id) or CriterionAnswer(change.criterion_id, change.category_id)
        new = apply_change(old, change, user_id=user_id, now=now, unseen=unseen)
        if new is not old:
            changed[change.criterion_id] = new
            # Taking over an answer is an edit even where no value changes.
            edits += history_of(old, new) or [
                Edit(f"criteria.{new.category_id}.{new.criterion_id}.origin", old.origin, new.origin)
            ]
    return changed, edits


def _scores_changed(old: dict[int, CriterionAnswer], changed: dict[int, CriterionAnswer]) -> bool:
    unanswered = CriterionAnswer(0, 0)
    return any(
        (new.score, new.applicable) != (old.get(number, unanswered).score, old.get(number, unanswered).applicable)
        for number, new in changed.items()
    )


def _edit_texts(row: Assessment, body: AssessmentUpdate, *, masked: bool) -> list[Edit]:
    edits: list[Edit] = []
    given = body.model_fields_set
    if "supervisor_assessment" in given:
        edits += _set(row, "supervisor_assessment", body.supervisor_assessment, "supervisorAssessment")
    # A blind reviewer who sends the empty summary back has not rewritten the hidden one.
    shown = "" if masked and row.ai_summary_generated is None else row.ai_summary
    if "ai_summary" in given and body.ai_summary != shown:
        if row.ai_summary_generated is None:
            row.ai_summary_generated = row.ai_summary
        edits += _set(row, "ai_summary", body.ai_summary, "aiSummary")
    return edits


def _note_edited(row: Assessment, *, scores_changed: bool) -> list[Edit]:
    """A person takes over: the judge does not come back by itself."""
    row.touched_by_human = True
    row.trigger, row.next_try_at, row.failing_since, row.error, row.tries = Trigger.JOB, None, None, None, 0
    return _withdraw_acknowledgement(row) if scores_changed else []


def _withdraw_acknowledgement(row: Assessment) -> list[Edit]:
    edits = _set(row, "acknowledged_at", None, "acknowledgedAt")
    return edits + _set(row, "acknowledgement_comment", None, "acknowledgementComment")


def _require_decisions(viewer: Viewer, content: Content, answers: dict[int, CriterionAnswer]) -> None:
    if not viewer.settings.quality_require_human_decision:
        return
    undecided = (CriterionState.NEEDS_HUMAN, CriterionState.UNSCORED)
    waiting = [
        criterion.id
        for category, criterion in content.criteria
        if answers.get(criterion.id, CriterionAnswer(criterion.id, category.category_id)).state in undecided
    ]
    if waiting:
        raise CriteriaNeedHuman(waiting)


def _sign(
    row: Assessment, actor: Actor, state: State, *, now: datetime, sent: dict[str, datetime | None]
) -> list[Edit]:
    """Who finished the review and when; discussing an unfinished one finishes it as well."""
    edits: list[Edit] = []
    finishes = row.state not in REVIEWED_STATES
    if finishes:
        row.review_due_at = None
    if finishes or row.assessed_by_user is None:
        row.assessed_by_user = actor.user_id
    if finishes and row.assessment_date is None and "assessment_date" not in sent:
        edits += _set(row, "assessment_date", now)
    if state is State.DISCUSSED and row.discussion_date is None and "discussion_date" not in sent:
        edits += _set(row, "discussion_date", now)
    return edits


def _steps(before: State, after: State) -> list[Edit]:
    """The change of state in the history; discussing an unfinished review takes both steps."""
    if before is after:
        return []
    if after is State.DISCUSSED and before is not State.REVIEWED:
        return [Edit("state", before, State.REVIEWED), Edit("state", State.REVIEWED, after)]
    return [Edit("state", before, after)]


def _set(row: Assessment, name: str, value: Any, path: str | None = None) -> list[Edit]:
    """Change a column; the history entry, if that changed anything."""
    old = getattr(row, name)
    if old == value:
        return []
    setattr(row, name, value)
    return [Edit(path or _DATES[name], _shown(old), _shown(value))]


def _shown(value: Any) -> Any:
    return iso(value) if isinstance(value, datetime) else value


async def _note(session: WriteSession, actor: Actor, row: Assessment, edits: Sequence[Edit], action: str) -> None:
    """Keep what is no edit of the review in the history and in the audit log."""
    if not edits:
        return
    now = utc_now()
    row.modified_at, row.version = now, row.version + 1
    await repository.add_edits(session, row.id, [(actor.user_id, edit) for edit in edits], at=now)
    await write_audit(session, actor, action, "assessment", _audited(row, edits))


def _audited(row: Assessment, edits: Sequence[Edit]) -> list[Change]:
    return [
        Change(row.id, edit.field) if edit.field.endswith(_SPOKEN) else Change(row.id, edit.field, edit.old, edit.new)
        for edit in edits
    ]


async def _save(
    session: WriteSession, actor: Actor, row: Assessment, state: State, edits: Sequence[Edit], now: datetime
) -> None:
    row.state, row.modified_at, row.version = state, now, row.version + 1
    await repository.add_edits(session, row.id, [(actor.user_id, edit) for edit in edits], at=now)
    await write_audit(session, actor, "assessment:review:change", "assessment", _audited(row, edits))
    await publish(session, AssessmentEdited(row.id, actor.user_id, state in REVIEWED_STATES, now))
