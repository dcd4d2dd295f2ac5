"""What the agreement report compares, in SQL: two statements for any number of assessments (quality.md 16).

Both begin with the assessments that the caller may see, and with reviews that are finished: nothing that is still
reviewed blind is read.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Double, Text, and_, case, cast, exists, false, func, literal, null, or_, select

from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.quality.assessments.filters import any_of
from assaydesk.domains.quality.assessments.models import Assessment, AssessmentCriterion, AssessmentEdit, JudgeRun
from assaydesk.domains.quality.assessments.pairs import NOT_APPLICABLE, Compared, Subject
from assaydesk.domains.quality.assessments.service import Viewer, readable
from assaydesk.domains.quality.assessments.types import REVIEWED_STATES, CriterionState, Origin
from assaydesk.domains.quality.reports.agreement_types import Asked
from assaydesk.domains.quality.scorecards.models import Scorecard
from assaydesk.platform.db.session import ReadSession

A: Final = Assessment
C: Final = AssessmentCriterion
_AT_ONCE: Final = 5_000
"""Rows that are read before other requests get their turn."""


async def family_of(session: ReadSession, *, base_id: int | None, scorecard_id: int | None) -> int | None:
    """The scorecard family that was asked for; None when there is none, or the revision is of another one."""
    query = select(Scorecard.base_id).limit(1)
    if base_id is not None:
        query = query.where(Scorecard.base_id == base_id)
    if scorecard_id is not None:
        query = query.where(Scorecard.id == scorecard_id)
    return await session.scalar(query)


async def families(session: ReadSession, scorecard_id: int | None) -> list[tuple[int, str]]:
    """Number and newest name of each scorecard family that was not deleted, or of the one of a revision; by name."""
    newest = (
        select(Scorecard.base_id, Scorecard.name)
        .distinct(Scorecard.base_id)
        .order_by(Scorecard.base_id, Scorecard.revision.desc())
    )
    if scorecard_id is None:
        newest = newest.where(Scorecard.state != "deleted")
    else:
        mine = select(Scorecard.base_id).where(Scorecard.id == scorecard_id).scalar_subquery()
        newest = newest.where(Scorecard.base_id == mine)
    rows = (await session.execute(newest)).all()
    return sorted(((row.base_id, row.name) for row in rows), key=lambda one: (one[1].lower(), one[0]))


def finished(viewer: Viewer, asked: Asked) -> ColumnElement[bool]:
    """The finished reviews of the period that the caller may see."""
    found: list[ColumnElement[bool]] = [
        A.scorecard_base_id == asked.base_id,
        A.state.in_(REVIEWED_STATES),
        readable(viewer.actor, viewer.settings),
    ]
    if asked.scorecard_id is not None:
        found.append(A.scorecard_id == asked.scorecard_id)
    if asked.since is not None:
        found.append(A.assessment_date >= asked.since)
    if asked.until is not None:
        found.append(A.assessment_date <= asked.until)
    return and_(*found)


def judged(viewer: Viewer, asked: Asked) -> ColumnElement[bool]:
    """Those of them that a judge has answered, and that were reviewed blind if only these are wanted."""
    found = [finished(viewer, asked), A.run_id.is_not(None)]
    if asked.blind_only:
        found.append(A.blind_review.is_(True))
    return and_(*found)


async def review_pairs(session: ReadSession, viewer: Viewer, asked: Asked) -> tuple[list[Subject], list[Compared]]:
    """The finished reviews, and their criteria that the judge was given or a rule decided.

    Which of them a rule decides is in the content, not here.
    """
    wanted = judged(viewer, asked)
    query = (
        select(
            A.id, A.content_id, A.ticket_id, A.worklog_id, A.run_id, A.assessed_by_user, A.assessed_user,
            A.assessment_date, JudgeRun.provider, JudgeRun.model, JudgeRun.prompt_version,
        )
        .outerjoin(JudgeRun, JudgeRun.id == A.run_id)
        .where(wanted)
        .order_by(A.id)
    )  # fmt: skip
    subjects = [
        Subject(
            key=row.id,
            content_id=row.content_id,
            at=row.assessment_date,
            assessment_id=row.id,
            ticket_id=row.ticket_id,
            worklog_id=row.worklog_id,
            run_id=row.run_id,
            reviewer=row.assessed_by_user,
            assessed_user=row.assessed_user,
            model=row.model or row.provider,
            prompt_version=row.prompt_version,
        )
        for row in (await session.execute(query)).all()
    ]
    by_person = C.origin == Origin.HUMAN
    answered: ColumnElement[bool] = by_person & C.state.in_(
        (CriterionState.HUMAN_VERIFIED, CriterionState.NOT_APPLICABLE)
    )
    unseen = case((A.blind_review.is_(True), ~_after_the_reveal()), else_=false())
    if asked.blind_only:
        answered = and_(answered, unseen)
    kept = [answered]
    if asked.include_implicit:
        left = and_(C.origin == Origin.AI, C.state.in_((CriterionState.AI_SCORED, CriterionState.NOT_APPLICABLE)))
        kept.append(left)
    values = select(
        C.assessment_id, C.criterion_id,
        _value(C.ai_applicable, C.ai_score).label("ai"),
        case((or_(*kept), _value(C.applicable, C.score)), else_=null()).label("human"),
        case((by_person, C.last_edited_by_user_id), else_=null()).label("editor"),
        by_person.label("explicit"), and_(by_person, unseen).label("blind"),
    ).join(A, A.id == C.assessment_id).where(wanted).order_by(C.assessment_id, C.criterion_id)  # fmt: skip
    reviewers = {subject.key: subject.reviewer for subject in subjects}
    compared: list[Compared] = []
    connection = await session.connection()
    async with connection.stream(values) as rows:
        async for part in rows.partitions(_AT_ONCE):
            compared += [
                Compared(number, criterion, ai, human, editor or reviewers.get(number), bool(explicit), bool(blind))
                for number, criterion, ai, human, editor, explicit, blind in part
            ]
    return subjects, compared


def _value(applicable: Any, score: Any) -> ColumnElement[Any]:
    return case((applicable.is_(False), NOT_APPLICABLE), else_=cast(score, Double))


def _after_the_reveal() -> ColumnElement[bool]:
    """The answer was changed after the review had once been finished: by then the judge's answer was to be seen."""
    E = AssessmentEdit
    done = or_(*(E.new_value == func.to_jsonb(literal(state.value, Text)) for state in REVIEWED_STATES))
    return exists().where(E.assessment_id == C.assessment_id, E.field == "state", done, E.at < C.last_edited_at)


async def names_of(session: ReadSession, ids: Sequence[int]) -> dict[int, str]:
    """Names of people, by id."""
    if not ids:
        return {}
    name = func.trim(Profile.first_name + " " + Profile.last_name).label("name")
    rows = await session.execute(select(Profile.id, name).where(any_of(Profile.id, ids)))
    return {row.id: row.name for row in rows}
