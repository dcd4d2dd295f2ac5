"""What the report on reviewers counts, in SQL; always over finished reviews that the caller may see."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Text, func, literal, or_, select

from assaydesk.domains.quality.appeals.models import Appeal
from assaydesk.domains.quality.assessments.models import Assessment, AssessmentEdit
from assaydesk.domains.quality.assessments.pairs import values_of
from assaydesk.domains.quality.assessments.service import Viewer
from assaydesk.domains.quality.assessments.types import REVIEWED_STATES
from assaydesk.domains.quality.calibration.pairs import sheets_of_closed
from assaydesk.domains.quality.reports.agreement_queries import finished
from assaydesk.domains.quality.reports.agreement_sources import scope_of
from assaydesk.domains.quality.reports.agreement_types import Asked
from assaydesk.domains.quality.sampling.models import SecondReview
from assaydesk.platform.db.session import ReadSession

A = Assessment


class Sheet(NamedTuple):
    """One person's answers to a piece of work that others answered, too. `work` is what they have in common."""

    work: tuple[str, int, int]
    content_id: int
    reviewer: int
    values: dict[int, float | None]


async def review_counts(session: ReadSession, viewer: Viewer, asked: Asked) -> dict[int, int]:
    """Finished reviews by the person who finished them."""
    query = (
        select(A.assessed_by_user, func.count())
        .where(finished(viewer, asked), A.assessed_by_user.is_not(None))
        .group_by(A.assessed_by_user)
    )
    return {reviewer: count for reviewer, count in (await session.execute(query)).all() if reviewer is not None}


async def durations(session: ReadSession, viewer: Viewer, asked: Asked) -> Sequence[Any]:
    """`reviewer` and `seconds` of each review: from the reviewer's first edit to the first finish after it.

    What was saved in one step has 0 seconds: when it was begun is not known.
    """
    E = AssessmentEdit
    done = or_(*(E.new_value == func.to_jsonb(literal(state.value, Text)) for state in REVIEWED_STATES))
    end = func.min(E.at).filter(E.field == "state", done)
    query = (
        select(
            A.assessed_by_user.label("reviewer"), func.extract("epoch", end - func.min(E.at)).label("seconds")
        )
        .join(E, (E.assessment_id == A.id) & (E.user_id == A.assessed_by_user))
        .where(finished(viewer, asked))
        .group_by(A.id, A.assessed_by_user)
        .having(end.is_not(None))
        .order_by(A.id)
    )  # fmt: skip
    return (await session.execute(query)).all()


async def appeal_counts(session: ReadSession, viewer: Viewer, asked: Asked) -> Sequence[Any]:
    """`reviewer`, `state` and `count` of the appeals against finished reviews."""
    query = (
        select(A.assessed_by_user.label("reviewer"), Appeal.state, func.count().label("number"))
        .join(Appeal, Appeal.assessment_id == A.id)
        .where(finished(viewer, asked), A.assessed_by_user.is_not(None))
        .group_by(A.assessed_by_user, Appeal.state)
    )
    return (await session.execute(query)).all()


async def shared_sheets(session: ReadSession, viewer: Viewer, asked: Asked) -> list[Sheet]:
    """Independent answers of several people to the same work: closed calibration sessions and second reviews."""
    found = [
        Sheet(("calibration", number, worklog), content, reviewer, values)
        for number, content, worklog, reviewer, values in await sheets_of_closed(
            session, scope_of(viewer), base_id=asked.base_id
        )
    ]
    S = SecondReview
    query = (
        select(S.id, S.content_id, S.first_reviewer_id, S.reviewer_id, S.first, S.answers)
        .join(A, A.id == S.assessment_id)
        .where(finished(viewer, asked), S.state == "submitted")
        .order_by(S.id)
    )
    for row in (await session.execute(query)).all():
        for reviewer, answers in ((row.first_reviewer_id, row.first), (row.reviewer_id, row.answers)):
            found.append(Sheet(("second", row.id, 0), row.content_id, reviewer, values_of(answers)))
    return found
