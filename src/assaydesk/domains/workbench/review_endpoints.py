"""Quality flags of a list, and the review queue (platform.md 13.2, 13.3)."""

from typing import Annotated

from fastapi import Body, Depends, Query
from starlette.responses import Response

from assaydesk.domains.quality.assessments.errors import AssessmentNotFound, SelfAssessment
from assaydesk.domains.quality.assessments.types import State
from assaydesk.domains.workbench import review
from assaydesk.domains.workbench.deps import Assessor, FlagReader, ToRelease
from assaydesk.domains.workbench.review_schemas import (
    NextReview,
    QualityFlagList,
    ReviewFilter,
    ReviewHandedOut,
    ReviewQueue,
)
from assaydesk.domains.workbench.types import WAITING
from assaydesk.platform.errors import FieldError, PermissionDenied, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.query_lists import ids, words
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.schema import Done

router = Router("workbench", prefix="/api/mind/quality")

MOST_TICKETS = 200
TicketIds = Annotated[tuple[int, ...], Depends(ids("ticketIds", description="At most 200."))]
States = Annotated[
    tuple[str, ...],
    Depends(words("state", allowed=frozenset(WAITING), description="Comma-separated; default: all that wait.")),
]


@router.get(
    "/flag", operation_id="getQualityFlags", response_model=QualityFlagList,
    responses=errors(PermissionDenied, ValidationFailed),
)  # fmt: skip
async def get_flags(session: Reads, actor: FlagReader, ticket_ids: TicketIds) -> Response:
    """What a list of tickets shows of quality: one flag for each ticket with an assessment that the caller may see.

    In a blind review nothing tells what the AI found.
    """
    if len(ticket_ids) > MOST_TICKETS:
        raise ValidationFailed([FieldError("ticketIds", "too_long", f"At most {MOST_TICKETS} tickets.")])
    flags = await review.quality_flags(session, actor, ticket_ids)
    return json_answer({"success": True, "flags": flags, "total": len(flags)})


@router.get(
    "/reviewQueue", operation_id="getReviewQueue", response_model=ReviewQueue,
    responses=errors(PermissionDenied, ValidationFailed),
)  # fmt: skip
async def get_queue(
    session: Reads,
    actor: Assessor,
    asked: Annotated[ReviewFilter, Query()],
    states: States,
    limit: Annotated[int, Query(ge=1, le=1000, description="Rows of one answer.")] = 50,
    offset: Annotated[int, Query(ge=0, le=2**62, description="Rows to leave out at the beginning.")] = 0,
) -> Response:
    """What to review next, and why: appeals, knock-outs, doubtful ones, begun ones, samples, a random share, failures.

    Only what the caller may edit. What is overdue comes first. Each assessment stands at its first reason and names
    all of them; within a reason the oldest work comes first.
    """
    wanted = asked.wanted([State(one) for one in states])
    return json_answer(await review.review_queue(session, actor, wanted, limit=limit, offset=offset))


@router.post(
    "/reviewQueue/next", operation_id="nextReview", response_model=ReviewHandedOut,
    responses=errors(PermissionDenied, ValidationFailed),
)  # fmt: skip
async def next_review(session: Writes, actor: Assessor, body: Annotated[NextReview | None, Body()] = None) -> Response:
    """Hand out the first one that nobody else has, and reserve it for 15 minutes; each edit renews that.

    Two callers never get the same. A reservation forbids nobody to edit.
    """
    asked = body or NextReview()
    return json_answer(await review.next_review(session, actor, asked.wanted(asked.state), after=asked.after))


@router.post(
    "/reviewQueue/{assessmentId}/release",
    operation_id="releaseReview",
    response_model=Done,
    responses=errors(PermissionDenied, SelfAssessment, AssessmentNotFound, ValidationFailed),
)
async def release_review(session: Writes, actor: Assessor, assessment_id: ToRelease) -> Done:
    """Give a reserved review back, for the next caller. Nothing happens when somebody else has it."""
    await review.release_review(session, actor, assessment_id)
    return Done(success=True)
