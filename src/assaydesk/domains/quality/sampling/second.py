"""Independent second reviews: a sheet of its own beside a finished review, which it does not change.

Until it is submitted its reviewer does not see the assessment anywhere: `Assessment.second_reviewer` hides it from
every list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement

from assaydesk.domains.notifications.service import Kind, notify
from assaydesk.domains.profiles.actors import actor_of
from assaydesk.domains.profiles.service import holders_of
from assaydesk.domains.quality.assessments import service as assessments
from assaydesk.domains.quality.assessments.edits import CriterionChange, change_faults
from assaydesk.domains.quality.assessments.errors import InvalidState
from assaydesk.domains.quality.assessments.models import Assessment
from assaydesk.domains.quality.assessments.policy import DO, Subject, assess_denial
from assaydesk.domains.quality.assessments.service import Viewer
from assaydesk.domains.quality.assessments.types import REVIEWED_STATES
from assaydesk.domains.quality.sampling import repository
from assaydesk.domains.quality.sampling.draw import in_share, reviewer_of
from assaydesk.domains.quality.sampling.errors import AlreadySubmitted, SecondReviewNotFound
from assaydesk.domains.quality.sampling.models import SecondReview
from assaydesk.domains.quality.sampling.second_schemas import SecondReviewWrite
from assaydesk.domains.quality.sampling.types import SecondReviewState
from assaydesk.domains.quality.scorecards.service import load_content
from assaydesk.domains.quality.scorecards.types import Content
from assaydesk.domains.settings.service import get_settings
from assaydesk.kit.clock import iso, iso_or_none, utc_now
from assaydesk.kit.numbers import plain
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import FieldError, PermissionDenied, UnknownReference, ValidationFailed
from assaydesk.platform.security.actor import SYSTEM, Actor

PAGE: Final = "/quality/second/{}"
_ASKED: Final = {
    "en": "You are asked for an independent second review.",
    "de": "Sie werden um eine unabhängige Zweitprüfung gebeten.",
}


@dataclass(frozen=True, slots=True)
class SecondReviewPair:
    """What two people said about one criterion of one assessment, independently. A score is None: not applicable."""

    assessment_id: int
    scorecard_id: int
    scorecard_base_id: int
    content_id: int
    category_id: int
    criterion_id: int
    first_reviewer: int
    second_reviewer: int
    first_score: Decimal | None
    second_score: Decimal | None
    submitted_at: datetime


async def pairs_of_second_reviews(session: ReadSession, *where: ColumnElement[bool]) -> list[SecondReviewPair]:
    """Every criterion that both people decided; `where`: conditions on `Assessment`, such as who may see it."""
    return [
        SecondReviewPair(
            row.id, row.scorecard_id, row.scorecard_base_id, sheet.content_id, second["categoryId"],
            second["criterionId"], sheet.first_reviewer_id, sheet.reviewer_id, _decimal(first["score"]),
            _decimal(second["score"]), sheet.submitted_at,
        )
        for sheet, row in await repository.submitted(session, where)
        if sheet.submitted_at is not None
        for first, second in _paired(sheet)
    ]  # fmt: skip


async def ask_second_review(
    session: WriteSession, viewer: Viewer, row: Assessment, reviewer_id: int
) -> tuple[SecondReview, Assessment]:
    """Ask somebody; as long as nothing is submitted somebody else may be asked instead. The assessment is locked.

    Raises `InvalidState`, `UnknownReference`, `ValidationFailed`, `AlreadySubmitted`.
    """
    reviewer = await actor_of(session, reviewer_id)
    if reviewer is None:
        raise UnknownReference(f"Person {reviewer_id} does not exist.", field="reviewerId", value=reviewer_id)
    if not await _may_review(session, reviewer, row):
        message = "This person cannot review it independently."
        raise ValidationFailed([FieldError("reviewerId", "not_allowed", message)])
    if row.state not in REVIEWED_STATES or row.assessed_by_user is None:
        raise InvalidState(row.state, "Only a finished review can be reviewed a second time.")
    found = await repository.get_sheet(session, row.id, lock=True)
    if found is not None and found[0].state == SecondReviewState.SUBMITTED:
        raise AlreadySubmitted
    if found is not None and found[0].reviewer_id == reviewer_id:
        return found
    return await _ask(session, viewer.actor, row, reviewer_id, None if found is None else found[0]), row


async def ask_by_share(session: WriteSession, assessment_id: int) -> None:
    """Ask somebody when the finished review falls into the share that the settings name, and nobody was asked yet."""
    settings = await get_settings(session)
    if not in_share(assessment_id, settings.quality_second_review_percent):
        return
    row = await session.get(Assessment, assessment_id)
    if row is None or row.assessed_by_user is None or await repository.get_sheet(session, assessment_id) is not None:
        return
    seen = await repository.editors_of(session, assessment_id)
    people = [one for one in await holders_of(session, *DO) if one not in seen]
    loads = await repository.open_loads(session, people)
    fitting = []
    for one in people:
        actor = await actor_of(session, one)
        if actor is not None and await _may_review(session, actor, row):
            fitting.append((one, loads.get(one, 0)))
    chosen = reviewer_of(assessment_id, fitting)
    if chosen is not None:
        await _ask(session, SYSTEM, row, chosen, None)


async def find_sheet(
    session: ReadSession, viewer: Viewer, assessment_id: int, *, lock: bool = False
) -> tuple[SecondReview, Assessment]:
    """For its reviewer, and for those who may assess this person. Raises `SecondReviewNotFound`."""
    found = await repository.get_sheet(session, assessment_id, lock=lock)
    if found is None:
        raise SecondReviewNotFound(assessment_id)
    sheet, row = found
    if sheet.reviewer_id != viewer.actor.id:
        team_mate = row.assessed_user in await assessments.mates_among(session, viewer.actor, [row.assessed_user])
        if assess_denial(viewer.actor, Subject(row.assessed_user, team_mate), allow_self=False) is not None:
            raise SecondReviewNotFound(assessment_id)
    return found


async def write_sheet(
    session: WriteSession, viewer: Viewer, sheet: SecondReview, row: Assessment, body: SecondReviewWrite
) -> None:
    """Replace the answers of a locked sheet, and hand it in. Raises `PermissionDenied`, `AlreadySubmitted`,
    `ValidationFailed`."""
    if sheet.reviewer_id != viewer.actor.id:
        raise PermissionDenied(message="Only the person who was asked fills it in.")
    if sheet.state == SecondReviewState.SUBMITTED:
        raise AlreadySubmitted
    content = (await load_content(session, [sheet.content_id]))[sheet.content_id]
    faults = _faults(content, body)
    if faults:
        raise ValidationFailed(faults)
    now = utc_now()
    sheet.answers = [
        {
            "categoryId": item.category_id,
            "criterionId": item.criterion_id,
            "score": None if item.score is None else str(item.score),
            "applicable": item.applicable,
            "reason": item.reason,
        }
        for item in body.criteria
    ]
    if "comment" in body.model_fields_set:
        sheet.comment = body.comment
    sheet.state, sheet.modified_at = SecondReviewState.STARTED, now
    if body.submit:
        sheet.state, sheet.submitted_at, row.second_reviewer = SecondReviewState.SUBMITTED, now, None
        change = Change(row.id, "secondReview", SecondReviewState.STARTED, SecondReviewState.SUBMITTED)
        await write_audit(session, viewer.actor, "assessment:secondReview:submit", "assessment", [change])


async def show_sheet(session: ReadSession, viewer: Viewer, sheet: SecondReview, row: Assessment) -> dict[str, Any]:
    """The sheet: its own answers for its reviewer, and for others, with those of the first, once it is submitted."""
    content = (await load_content(session, [sheet.content_id]))[sheet.content_id]
    return _view(viewer, sheet, row, content)


async def list_own(
    session: ReadSession, viewer: Viewer, state: SecondReviewState | None, *, limit: int, offset: int
) -> dict[str, Any]:
    """What the caller was asked for, oldest first."""
    found, total = await repository.sheets_of(session, viewer.actor.id, state, limit=limit, offset=offset)
    contents = await load_content(session, {sheet.content_id for sheet, _ in found})
    shown = [_view(viewer, sheet, row, contents[sheet.content_id]) for sheet, row in found]
    return {"secondReviews": shown, "total": total}


async def list_of_assessment(session: ReadSession, viewer: Viewer, assessment_id: int) -> dict[str, Any]:
    """The second review of one assessment, if there is one that the caller may know of."""
    try:
        sheet, row = await find_sheet(session, viewer, assessment_id)
    except SecondReviewNotFound:
        return {"secondReviews": [], "total": 0}
    return {"secondReviews": [await show_sheet(session, viewer, sheet, row)], "total": 1}


async def _ask(
    session: WriteSession, actor: Actor, row: Assessment, reviewer_id: int, sheet: SecondReview | None
) -> SecondReview:
    assert row.assessed_by_user is not None
    now = utc_now()
    answers = await assessments.answers_of_assessment(session, row.id)
    first = [
        {
            "categoryId": one.category_id,
            "criterionId": one.criterion_id,
            "score": None if one.score is None else str(one.score),
        }
        for one in answers.values()
        if one.by_human
    ]
    values: dict[str, Any] = {
        "content_id": row.content_id, "first_reviewer_id": row.assessed_by_user, "reviewer_id": reviewer_id,
        "state": SecondReviewState.ASKED, "first": first, "answers": [], "comment": "", "asked_by": actor.user_id,
        "asked_at": now, "modified_at": now,
    }  # fmt: skip
    if sheet is None:
        sheet = SecondReview(assessment_id=row.id, **values)
        session.add(sheet)
    else:
        for name, value in values.items():
            setattr(sheet, name, value)
    row.second_reviewer = reviewer_id
    await session.flush()  # A notice must not find the assessment while its reader can still see it.
    url = PAGE.format(row.id)
    await notify(session, [reviewer_id], Kind.ASSESSMENT_READY, _ASKED, ticket_id=row.ticket_id, url=url)
    change = Change(row.id, "secondReview", None, reviewer_id)
    await write_audit(session, actor, "assessment:secondReview:ask", "assessment", [change])
    return sheet


async def _may_review(session: ReadSession, reviewer: Actor, row: Assessment) -> bool:
    """Whoever may assess the person, and neither did the work nor the first review."""
    if reviewer.id in (row.assessed_user, row.assessed_by_user):
        return False
    team_mate = row.assessed_user in await assessments.mates_among(session, reviewer, [row.assessed_user])
    return assess_denial(reviewer, Subject(row.assessed_user, team_mate), allow_self=False) is None


def _faults(content: Content, body: SecondReviewWrite) -> list[FieldError]:
    changes = [
        CriterionChange(
            item.category_id, item.criterion_id, frozenset({"score", "applicable"}), score=item.score,
            applicable=item.applicable,
        )
        for item in body.criteria
    ]  # fmt: skip
    faults = change_faults(content, changes)
    decided = {item.criterion_id for item in body.criteria if item.score is not None or not item.applicable}
    if body.submit:
        missing = [criterion.id for _, criterion in content.criteria if criterion.id not in decided]
        faults += [FieldError("criteria", "required", f"Criterion {one} has no answer.") for one in missing]
    return faults


def _paired(sheet: SecondReview) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    first = {one["criterionId"]: one for one in sheet.first}
    return [(first[one["criterionId"]], one) for one in sheet.answers if one["criterionId"] in first]


def _view(viewer: Viewer, sheet: SecondReview, row: Assessment, content: Content) -> dict[str, Any]:
    done = sheet.state == SecondReviewState.SUBMITTED
    open_ = done or sheet.reviewer_id == viewer.actor.id
    return {
        "assessmentId": row.id,
        "state": sheet.state,
        "reviewerId": sheet.reviewer_id,
        "askedBy": sheet.asked_by,
        "askedAt": iso(sheet.asked_at),
        "submittedAt": iso_or_none(sheet.submitted_at),
        "ticketId": row.ticket_id,
        "worklogId": row.worklog_id,
        "scorecard": _scorecard(content),
        "answers": [{**one, "score": _number(one["score"])} for one in sheet.answers] if open_ else None,
        "comment": sheet.comment if open_ else None,
        "pairs": [_pair_view(*pair) for pair in _paired(sheet)] if done else None,
    }


def _pair_view(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "criterionId": second["criterionId"],
        "firstScore": _number(first["score"]),
        "firstApplicable": first["score"] is not None,
        "secondScore": _number(second["score"]),
        "secondApplicable": second["applicable"],
        "equal": _decimal(first["score"]) == _decimal(second["score"]),
    }


def _scorecard(content: Content) -> dict[str, Any]:
    return {
        "name": content.name,
        "categories": [
            {
                "categoryId": category.category_id,
                "label": category.label,
                "criteria": [
                    {
                        "id": criterion.id,
                        "label": criterion.label,
                        "description": criterion.description,
                        "scoringType": criterion.scoring_type,
                        "maxPoints": plain(criterion.max_points),
                        "allowNotApplicable": criterion.allow_not_applicable,
                    }
                    for criterion in category.criteria
                ],
            }
            for category in content.categories
        ],
    }


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _number(text: str | None) -> int | float | None:
    return None if text is None else plain(Decimal(text))
