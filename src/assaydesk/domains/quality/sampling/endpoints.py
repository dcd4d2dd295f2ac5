"""Sampling plans, what they drew, and independent second reviews."""

from typing import Annotated, Any

from fastapi import Query

from assaydesk.domains.quality.assessments import service as assessments
from assaydesk.domains.quality.assessments.errors import AssessmentNotFound, InvalidState, SelfAssessment
from assaydesk.domains.quality.sampling import service
from assaydesk.domains.quality.sampling.deps import (
    Assessor,
    Manager,
    SheetToShow,
    SheetToWrite,
    ToAsk,
    ToChange,
    ToShow,
)
from assaydesk.domains.quality.sampling.errors import (
    AlreadySubmitted,
    SamplingPlanNotFound,
    SecondReviewNotFound,
)
from assaydesk.domains.quality.sampling.schemas import (
    DrawPage,
    SamplingPlanCreate,
    SamplingPlanPage,
    SamplingPlanRead,
    SamplingPlanUpdate,
)
from assaydesk.domains.quality.sampling.second_schemas import (
    SecondReviewAsk,
    SecondReviewList,
    SecondReviewRead,
    SecondReviewWrite,
)
from assaydesk.domains.quality.sampling.types import SecondReviewState
from assaydesk.platform.errors import PermissionDenied, UnknownReference, ValidationFailed
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.paging import Paging
from assaydesk.platform.schema import Done, Id

router = Router("quality", prefix="/api/mind/quality")
PLAN = "/samplingPlan/{id}"
SHEET = "/assessment/{id}/secondReview"


@router.get(
    "/samplingPlan", operation_id="listSamplingPlans", response_model=SamplingPlanPage,
    responses=errors(PermissionDenied, ValidationFailed),
)  # fmt: skip
async def list_plans(session: Reads, actor: Manager, paging: Paging) -> dict[str, Any]:
    """The sampling plans: how much of each person's work is reviewed in a week."""
    return await service.list_plans(session, limit=paging.limit, offset=paging.offset)


@router.post(
    "/samplingPlan", operation_id="createSamplingPlan", response_model=SamplingPlanRead,
    responses=errors(PermissionDenied, ValidationFailed, UnknownReference),
)  # fmt: skip
async def create_plan(session: Writes, actor: Manager, body: SamplingPlanCreate) -> dict[str, Any]:
    """Have work drawn for review every week, from the last full week on.

    Of each person's work a share is drawn at random and the rest from what is risky. Every probability is kept, so that
    estimates can be weighted.
    """
    return service.plan_view(
        await service.create_plan(session, actor, body.model_dump(exclude=set(body.model_extra or ())))
    )


@router.get(
    PLAN, operation_id="getSamplingPlan", response_model=SamplingPlanRead,
    responses=errors(PermissionDenied, SamplingPlanNotFound, ValidationFailed),
)  # fmt: skip
async def get_plan(actor: Manager, plan: ToShow) -> dict[str, Any]:
    """One sampling plan."""
    return service.plan_view(plan)


@router.patch(
    PLAN, operation_id="updateSamplingPlan", response_model=SamplingPlanRead,
    responses=errors(PermissionDenied, SamplingPlanNotFound, ValidationFailed, UnknownReference),
)  # fmt: skip
async def update_plan(session: Writes, actor: Manager, plan: ToChange, body: SamplingPlanUpdate) -> dict[str, Any]:
    """Change what is drawn from now on; what was drawn stays."""
    await service.update_plan(session, actor, plan, body.model_dump(include=body.model_fields_set))
    return service.plan_view(plan)


@router.delete(
    PLAN, operation_id="deleteSamplingPlan", response_model=Done,
    responses=errors(PermissionDenied, SamplingPlanNotFound, ValidationFailed),
)  # fmt: skip
async def delete_plan(session: Writes, actor: Manager, plan: ToChange) -> Done:
    """Draw no more by this plan. What was drawn stays to be reviewed."""
    await service.delete_plan(session, actor, plan)
    return Done(success=True)


@router.get(
    PLAN + "/draw", operation_id="listSamplingDraws", response_model=DrawPage,
    responses=errors(PermissionDenied, SamplingPlanNotFound, ValidationFailed),
)  # fmt: skip
async def list_draws(session: Reads, actor: Manager, plan: ToShow, paging: Paging) -> dict[str, Any]:
    """What was drawn, newest week first: how much work there was, what was chosen, why, and how likely that was.

    Only of people whose assessments the caller may see, and never of one's own work.
    """
    viewer = await assessments.viewer_of(session, actor)
    return await service.list_draws(session, viewer, plan, limit=paging.limit, offset=paging.offset)


@router.post(
    SHEET, operation_id="askForSecondReview", response_model=SecondReviewRead,
    responses=errors(
        PermissionDenied, SelfAssessment, AssessmentNotFound, ValidationFailed, UnknownReference, InvalidState,
        AlreadySubmitted,
    ),
)  # fmt: skip
async def ask(session: Writes, actor: Assessor, target: ToAsk, body: SecondReviewAsk) -> dict[str, Any]:
    """Ask somebody to score a finished review again, without seeing the AI's scores or the first ones.

    The assessment is hidden from that person until the second review is submitted. It changes nothing of the first.
    """
    found = await service.ask_second_review(session, target.viewer, target.seen.row, body.reviewer_id)
    return await service.show_sheet(session, target.viewer, *found)


@router.get(
    SHEET, operation_id="getSecondReview", response_model=SecondReviewRead,
    responses=errors(PermissionDenied, SecondReviewNotFound, ValidationFailed),
)  # fmt: skip
async def get_sheet(session: Reads, actor: Assessor, found: SheetToShow) -> dict[str, Any]:
    """The second review: for its reviewer the sheet, for others its answers beside the first ones once submitted."""
    return await service.show_sheet(session, found.viewer, found.sheet, found.row)


@router.put(
    SHEET, operation_id="writeSecondReview", response_model=SecondReviewRead,
    responses=errors(PermissionDenied, SecondReviewNotFound, ValidationFailed, AlreadySubmitted),
)  # fmt: skip
async def write_sheet(session: Writes, actor: Assessor, found: SheetToWrite, body: SecondReviewWrite) -> dict[str, Any]:
    """Fill in the sheet; with `submit` it is handed in, and both reviews stand beside each other."""
    await service.write_sheet(session, found.viewer, found.sheet, found.row, body)
    return await service.show_sheet(session, found.viewer, found.sheet, found.row)


@router.get(
    "/secondReview", operation_id="listOwnSecondReviews", response_model=SecondReviewList,
    responses=errors(PermissionDenied, ValidationFailed),
)  # fmt: skip
async def list_own(
    session: Reads,
    actor: Assessor,
    paging: Paging,
    state: Annotated[SecondReviewState | None, Query()] = None,
    assessment_id: Annotated[
        Id | None, Query(alias="assessmentId", description="The one of this assessment, whoever was asked.")
    ] = None,
) -> dict[str, Any]:
    """The second reviews that the caller was asked for, oldest first."""
    viewer = await assessments.viewer_of(session, actor)
    if assessment_id is not None:
        return await service.list_of_assessment(session, viewer, assessment_id)
    return await service.list_own(session, viewer, state, limit=paging.limit, offset=paging.offset)
