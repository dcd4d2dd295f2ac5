"""Appeals: made, taken up, withdrawn, decided (quality.md 13)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from assaydesk.domains.quality.appeals import repository
from assaydesk.domains.quality.appeals.errors import (
    AppealLimitReached,
    AppealNotFound,
    AppealOpen,
    AppealWindowClosed,
    OwnDecision,
)
from assaydesk.domains.quality.appeals.events import QualityAppealCreated, QualityAppealDecided
from assaydesk.domains.quality.appeals.lifecycle import (
    DECISIONS,
    Command,
    may_decide,
    move,
    obstacle,
    window_end,
)
from assaydesk.domains.quality.appeals.models import Appeal
from assaydesk.domains.quality.appeals.repository import AppealFilter
from assaydesk.domains.quality.appeals.schemas import AppealCreate, AppealDecide, DecidedCriterion
from assaydesk.domains.quality.appeals.types import OPEN_STATES, AppealObstacle, AppealState, Proposal
from assaydesk.domains.quality.assessments import service as assessments
from assaydesk.domains.quality.assessments.edits import CriterionChange, change_faults
from assaydesk.domains.quality.assessments.errors import InvalidState
from assaydesk.domains.quality.assessments.models import Assessment
from assaydesk.domains.quality.assessments.policy import Subject, assess_denial
from assaydesk.domains.quality.assessments.service import Seen, Viewer
from assaydesk.domains.quality.assessments.types import State
from assaydesk.domains.quality.scorecards.scoring import percentage
from assaydesk.domains.quality.scorecards.service import load_content
from assaydesk.domains.quality.scorecards.types import Totals
from assaydesk.kit.clock import iso, iso_or_none, utc_now
from assaydesk.kit.numbers import plain_or_none
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import FieldError, PermissionDenied, ValidationFailed
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import SYSTEM, Actor
from assaydesk.platform.security.permissions import Permission

_PATHS = {".score": ".proposedScore", ".applicable": ".proposedApplicable"}


async def create_appeal(session: WriteSession, viewer: Viewer, seen: Seen, body: AppealCreate) -> dict[str, Any]:
    """Appeal against a locked assessment of the caller's own work.

    Raises `ValidationFailed`, `InvalidState`, `AppealOpen`, `AppealLimitReached`, `AppealWindowClosed`.
    """
    row, settings, now = seen.row, viewer.settings, utc_now()
    content = (await load_content(session, [row.content_id]))[row.content_id]
    changes = [_proposed(Proposal(**item.model_dump(include=_PROPOSAL))) for item in body.criteria]
    faults = [FieldError(_own_path(one.path), one.code, one.message) for one in change_faults(content, changes)]
    if faults:
        raise ValidationFailed(faults)
    earlier = await repository.of_assessment(session, row.id)
    until = window_end(row.assessment_date, row.discussion_date, settings.quality_appeal_window_days)
    most = settings.quality_appeal_max_per_assessment
    found = obstacle(State(row.state), [AppealState(one.state) for one in earlier], most=most, until=until, now=now)
    if found is not None:
        raise _refusal(found, row, most, until)
    answers = await assessments.answers_of_assessment(session, row.id)
    appeal = Appeal(
        assessment_id=row.id,
        state=AppealState.OPEN,
        created_by=viewer.actor.id,
        created_at=now,
        modified_at=now,
        reason=body.reason,
        criteria=[_stored(item, answers) for item in body.criteria],
        criterion_ids=[item.criterion_id for item in body.criteria],
        points_before=_points(row),
    )
    session.add(appeal)
    await session.flush()  # The id is part of the answer and of the event.
    await assessments.note_appeal(session, viewer.actor, row, AppealState.OPEN)
    await _audit(session, viewer.actor, appeal, None)
    await publish(session, QualityAppealCreated(appeal.id, row.id, appeal.state))
    return view(viewer, appeal, row, team_mate=seen.team_mate)


async def withdraw_appeal(session: WriteSession, viewer: Viewer, seen: Seen, appeal: Appeal) -> None:
    """Take a locked appeal back. Raises `PermissionDenied` for others than the appellant, `InvalidState`."""
    if appeal.created_by != viewer.actor.id:
        raise PermissionDenied(message="Only the person who appealed can withdraw it.")
    await _change(session, viewer.actor, seen.row, appeal, Command.WITHDRAW)


async def take_up_appeal(session: WriteSession, viewer: Viewer, seen: Seen, appeal: Appeal) -> None:
    """Say that somebody looks into a locked appeal. Raises `PermissionDenied`, `OwnDecision`, `InvalidState`."""
    require_decider(viewer, seen.row)
    await _change(session, viewer.actor, seen.row, appeal, Command.TAKE_UP)


async def decide_appeal(session: WriteSession, viewer: Viewer, seen: Seen, appeal: Appeal, body: AppealDecide) -> None:
    """Decide a locked appeal; accepted wholly or partly, it changes the assessment.

    Raises `ValidationFailed`, `InvalidState`, and by the state of the assessment `AssessmentNotReady`.
    """
    row, before, result = seen.row, AppealState(appeal.state), AppealState(body.state)
    given = body.criteria if "criteria" in body.model_fields_set else []
    changes = [_decided(item) for item in given]
    if result is AppealState.REJECTED and given:
        raise ValidationFailed([FieldError("criteria", "not_allowed", "A rejected appeal changes nothing.")])
    if result is AppealState.ACCEPTED and not given:
        changes = [_proposed(one) for one in map(_proposal, appeal.criteria) if one.wants_something]
    if result is not AppealState.REJECTED and not changes:
        message = "Say what the criteria get." if given or before in OPEN_STATES else "Nothing is proposed."
        raise ValidationFailed([FieldError("criteria", "required", message)])
    if move(before, DECISIONS[result]) is None:
        raise InvalidState(before, f"The appeal is settled: {before}.")
    if result is AppealState.REJECTED:
        await assessments.note_appeal(session, viewer.actor, row, result)
        appeal.points_after = _points(row)
    else:
        totals = await assessments.change_by_appeal(session, viewer, seen, changes, result)
        appeal.points_after = _points_of(totals)
    now = utc_now()
    appeal.state, appeal.modified_at, appeal.version = result, now, appeal.version + 1
    appeal.decided_by, appeal.decided_at, appeal.decision_reason = viewer.actor.user_id, now, body.decision_reason
    await _audit(session, viewer.actor, appeal, before)
    await publish(session, QualityAppealDecided(appeal.id, row.id, result))


async def withdraw_with_assessment(session: WriteSession, assessment_id: int) -> None:
    """A deleted assessment leaves nothing to decide."""
    appeal = await repository.lock_open(session, assessment_id)
    row = await session.get(Assessment, assessment_id)
    if appeal is not None and row is not None:
        await _change(session, SYSTEM, row, appeal, Command.WITHDRAW)


async def list_appeals(
    session: ReadSession, viewer: Viewer, asked: AppealFilter, *, limit: int, offset: int
) -> dict[str, Any]:
    """A page of the appeals that the caller may know of."""
    rows, total = await repository.page(session, viewer, asked, limit=limit, offset=offset)
    mates = await assessments.mates_among(session, viewer.actor, {row.assessed_user for _, row in rows})
    shown = [view(viewer, appeal, row, team_mate=row.assessed_user in mates) for appeal, row in rows]
    return {"appeals": shown, "total": total, "limit": limit, "offset": offset}


async def appeals_of(session: ReadSession, viewer: Viewer, seen: Seen) -> list[dict[str, Any]]:
    """Those of one assessment that the caller sees. Raises `PermissionDenied` for mere onlookers."""
    row, actor = seen.row, viewer.actor
    denied = assess_denial(
        actor, Subject(row.assessed_user, seen.team_mate), allow_self=viewer.settings.quality_allow_self_assessment
    )
    if row.assessed_user != actor.id and denied is not None and not actor.has(Permission.QUALITY_DECIDE_APPEALS):
        raise PermissionDenied(Permission.QUALITY_DO_ASSESSMENTS_ALL, Permission.QUALITY_DECIDE_APPEALS)
    found = await repository.of_assessment(session, row.id)
    return [view(viewer, appeal, row, team_mate=seen.team_mate) for appeal in found]


async def chance_of_appeal(session: ReadSession, viewer: Viewer, seen: Seen) -> dict[str, Any] | None:
    """Whether the assessed person can appeal now, and what stands against it; None for everybody else."""
    row, settings = seen.row, viewer.settings
    if row.assessed_user != viewer.actor.id or not viewer.actor.has(Permission.QUALITY_APPEAL_ASSESSMENT):
        return None
    earlier = [AppealState(one.state) for one in await repository.of_assessment(session, row.id)]
    until = window_end(row.assessment_date, row.discussion_date, settings.quality_appeal_window_days)
    most = settings.quality_appeal_max_per_assessment
    found = obstacle(State(row.state), earlier, most=most, until=until, now=utc_now())
    return {
        "obstacle": found,
        "until": iso_or_none(until),
        "left": max(0, most - len(earlier)),
        "limit": most,
    }


async def find_appeal(session: ReadSession, viewer: Viewer, appeal_id: int) -> tuple[Appeal, Seen]:
    """Raises `AppealNotFound`."""
    found = await repository.get(session, viewer, appeal_id)
    if found is None:
        raise AppealNotFound(appeal_id)
    return found[0], await assessments.find_assessment(session, viewer, found[1].id)


async def lock_appeal(session: WriteSession, viewer: Viewer, appeal_id: int) -> tuple[Appeal, Seen]:
    """The same, with its assessment held until the end of the transaction. Raises `AppealNotFound`."""
    found = await repository.get(session, viewer, appeal_id)
    if found is None:
        raise AppealNotFound(appeal_id)
    seen = await assessments.lock_assessment(session, viewer, found[1].id)
    return await repository.lock(session, appeal_id), seen


def require_decider(viewer: Viewer, row: Assessment) -> None:
    """Raises `PermissionDenied`, `OwnDecision`."""
    if not viewer.actor.has(Permission.QUALITY_DECIDE_APPEALS):
        raise PermissionDenied(Permission.QUALITY_DECIDE_APPEALS)
    if not _may_decide(viewer, row):
        raise OwnDecision


def view(viewer: Viewer, appeal: Appeal, row: Assessment, *, team_mate: bool) -> dict[str, Any]:
    """An appeal in its wire form; a blind reviewer of a reopened review is not told scores."""
    masked = viewer.masks(row, team_mate=team_mate)
    decides = viewer.actor.has(Permission.QUALITY_DECIDE_APPEALS) and _may_decide(viewer, row)
    return {
        "id": appeal.id,
        "assessmentId": appeal.assessment_id,
        "state": appeal.state,
        "createdBy": appeal.created_by,
        "createdAt": iso(appeal.created_at),
        "reason": appeal.reason,
        "criteria": [_criterion_view(one, masked=masked) for one in appeal.criteria],
        "decidedBy": appeal.decided_by,
        "decidedAt": iso_or_none(appeal.decided_at),
        "decisionReason": appeal.decision_reason,
        "percentageBefore": None if masked else _share(viewer, appeal.points_before),
        "percentageAfter": None if masked else _share(viewer, appeal.points_after),
        "version": appeal.version,
        "canDecide": decides and appeal.state in OPEN_STATES,
    }


_PROPOSAL = {"category_id", "criterion_id", "proposed_score", "proposed_applicable", "comment"}


async def _change(session: WriteSession, actor: Actor, row: Assessment, appeal: Appeal, command: Command) -> None:
    before = AppealState(appeal.state)
    after = move(before, command)
    if after is None:
        raise InvalidState(before, f"The appeal is settled: {before}.")
    if after is before:
        return
    appeal.state, appeal.modified_at, appeal.version = after, utc_now(), appeal.version + 1
    await assessments.note_appeal(session, actor, row, after)
    await _audit(session, actor, appeal, before)


async def _audit(session: WriteSession, actor: Actor, appeal: Appeal, before: AppealState | None) -> None:
    change = Change(appeal.id, "state", before, appeal.state)
    await write_audit(session, actor, f"appeal:state:{appeal.state}", "appeal", [change])


def _may_decide(viewer: Viewer, row: Assessment) -> bool:
    independent = viewer.settings.quality_appeal_independent_decider
    return may_decide(
        viewer.actor.id, assessed_user=row.assessed_user, assessed_by=row.assessed_by_user, independent=independent
    )


def _refusal(found: AppealObstacle, row: Assessment, most: int, until: Any) -> Exception:
    if found is AppealObstacle.INVALID_STATE:
        return InvalidState(row.state, "An appeal is possible once the review is finished.")
    if found is AppealObstacle.OPEN:
        return AppealOpen()
    return AppealLimitReached(most) if found is AppealObstacle.LIMIT else AppealWindowClosed(until)


def _own_path(path: str) -> str:
    for ending, own in _PATHS.items():
        if path.endswith(ending):
            return path.removesuffix(ending) + own
    return path


def _proposed(one: Proposal) -> CriterionChange:
    given = {"score"} if one.proposed_score is not None else set()
    given |= {"applicable"} if one.proposed_applicable is not None else set()
    return CriterionChange(
        one.category_id,
        one.criterion_id,
        frozenset(given),
        score=one.proposed_score,
        applicable=one.proposed_applicable,
    )


def _decided(item: DecidedCriterion) -> CriterionChange:
    return CriterionChange(
        item.category_id, item.criterion_id, frozenset(item.model_fields_set), score=item.score,
        applicable=item.applicable, reason=item.reason,
    )  # fmt: skip


def _stored(item: Any, answers: Mapping[int, Any]) -> dict[str, Any]:
    present = answers.get(item.criterion_id)
    return {
        "categoryId": item.category_id,
        "criterionId": item.criterion_id,
        "scoreAtAppeal": None if present is None or present.score is None else str(present.score),
        "proposedScore": None if item.proposed_score is None else str(item.proposed_score),
        "proposedApplicable": item.proposed_applicable,
        "comment": item.comment,
    }


def _proposal(stored: Mapping[str, Any]) -> Proposal:
    return Proposal(
        stored["categoryId"], stored["criterionId"], _decimal(stored["scoreAtAppeal"]),
        _decimal(stored["proposedScore"]), stored["proposedApplicable"], stored["comment"],
    )  # fmt: skip


def _criterion_view(stored: Mapping[str, Any], *, masked: bool) -> dict[str, Any]:
    one = _proposal(stored)
    return {
        "categoryId": one.category_id,
        "criterionId": one.criterion_id,
        "scoreAtAppeal": None if masked else plain_or_none(one.score_at_appeal),
        "proposedScore": plain_or_none(one.proposed_score),
        "proposedApplicable": one.proposed_applicable,
        "comment": one.comment,
    }


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _points(row: Assessment) -> list[str]:
    return [str(row.scored_points), str(row.used_max_points), str(row.total_max_points)]


def _points_of(totals: Totals) -> list[str]:
    return [str(totals.scored_points), str(totals.used_max_points), str(totals.total_max_points)]


def _share(viewer: Viewer, points: Sequence[str] | None) -> int | float | None:
    if points is None:
        return None
    scored, used, total = map(Decimal, points)
    return plain_or_none(percentage(scored, used, total, viewer.base))
