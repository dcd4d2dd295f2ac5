"""Appeals and acknowledgements (quality.md 13 and 14)."""

from typing import Annotated, Any

from fastapi import Body
from starlette.responses import Response

from assaydesk.domains.quality.appeals import service
from assaydesk.domains.quality.appeals.deps import (
    Acknowledger,
    AppealId,
    Appellant,
    Asked,
    AssessmentId,
    Caller,
    Decider,
    OwnAssessment,
    ToChange,
    ToDecide,
)
from assaydesk.domains.quality.appeals.errors import (
    AppealLimitReached,
    AppealNotFound,
    AppealOpen,
    AppealWindowClosed,
    OwnDecision,
)
from assaydesk.domains.quality.appeals.repository import AppealFilter
from assaydesk.domains.quality.appeals.schemas import (
    Acknowledgement,
    AppealCreate,
    AppealDecide,
    AppealList,
    AppealPage,
    AppealRead,
    AppealUpdate,
)
from assaydesk.domains.quality.assessments import service as assessments
from assaydesk.domains.quality.assessments.errors import AssessmentNotFound, AssessmentNotReady, InvalidState
from assaydesk.domains.quality.assessments.schemas import AssessmentFull
from assaydesk.kit.clock import parse_instant
from assaydesk.platform.errors import FieldError, PermissionDenied, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.paging import Paging

router = Router("quality", prefix="/api/mind/quality")


@router.post(
    "/assessment/{id}/appeal",
    operation_id="createQualityAppeal",
    response_model=AppealRead,
    responses=errors(
        PermissionDenied, AssessmentNotFound, ValidationFailed, InvalidState, AppealOpen, AppealLimitReached,
        AppealWindowClosed,
    ),
)  # fmt: skip
async def create_appeal(session: Writes, actor: Appellant, target: OwnAssessment, body: AppealCreate) -> dict[str, Any]:
    """Appeal against the finished assessment of one's own work, and say what the criteria should get.

    Possible for `qualityAppealWindowDays` after the review or the discussion, one at a time.
    """
    return await service.create_appeal(session, target.viewer, target.seen, body)


@router.get(
    "/assessment/{id}/appeal",
    operation_id="listQualityAppealsOfAssessment",
    response_model=AppealList,
    responses=errors(PermissionDenied, AssessmentNotFound, ValidationFailed),
)
async def list_of_assessment(session: Reads, actor: Caller, assessment_id: AssessmentId) -> dict[str, Any]:
    """The appeals against an assessment, newest first: for the assessed person and those who may edit or decide.

    `chance` tells the assessed person until when and how often an appeal is possible, and what stands against it.
    """
    viewer = await assessments.viewer_of(session, actor)
    seen = await assessments.find_assessment(session, viewer, assessment_id)
    return {
        "appeals": await service.appeals_of(session, viewer, seen),
        "chance": await service.chance_of_appeal(session, viewer, seen),
    }


@router.get("/appeal", operation_id="listQualityAppeals", response_model=AppealPage, responses=errors(ValidationFailed))
async def list_appeals(session: Reads, actor: Caller, asked: Asked, paging: Paging) -> dict[str, Any]:
    """Appeals that the caller may know of, newest first: one's own, and those that one may edit or decide."""
    viewer = await assessments.viewer_of(session, actor)
    faults, times = [], {}
    for name, text in (("from", asked.since), ("to", asked.until)):
        try:
            zone = viewer.settings.zone
            times[name] = None if text is None else parse_instant(text, zone, upper_end=name == "to")
        except ValueError:
            faults.append(FieldError(name, "bad_format", "This is no date."))
    if faults:
        raise ValidationFailed(faults)
    wanted = AppealFilter(asked.state, asked.user, asked.scorecard_base_id, times["from"], times["to"])
    return await service.list_appeals(session, viewer, wanted, limit=paging.limit, offset=paging.offset)


@router.get(
    "/appeal/{id}",
    operation_id="getQualityAppeal",
    response_model=AppealRead,
    responses=errors(AppealNotFound, ValidationFailed),
)
async def get_appeal(session: Reads, actor: Caller, appeal_id: AppealId) -> dict[str, Any]:
    """One appeal."""
    viewer = await assessments.viewer_of(session, actor)
    appeal, seen = await service.find_appeal(session, viewer, appeal_id)
    return service.view(viewer, appeal, seen.row, team_mate=seen.team_mate)


@router.patch(
    "/appeal/{id}",
    operation_id="updateQualityAppeal",
    response_model=AppealRead,
    responses=errors(PermissionDenied, OwnDecision, AppealNotFound, ValidationFailed, InvalidState),
)
async def update_appeal(session: Writes, actor: Caller, case: ToChange, body: AppealUpdate) -> dict[str, Any]:
    """Withdraw one's own appeal, or, as a decider, say that it is under review."""
    change = service.withdraw_appeal if body.state == "withdrawn" else service.take_up_appeal
    await change(session, case.viewer, case.seen, case.appeal)
    return service.view(case.viewer, case.appeal, case.seen.row, team_mate=case.seen.team_mate)


@router.post(
    "/appeal/{id}/decision",
    operation_id="decideQualityAppeal",
    response_model=AppealRead,
    responses=errors(
        PermissionDenied, OwnDecision, AppealNotFound, ValidationFailed, InvalidState, AssessmentNotReady
    ),
)  # fmt: skip
async def decide_appeal(session: Writes, actor: Decider, case: ToDecide, body: AppealDecide) -> dict[str, Any]:
    """Decide an appeal. Accepted wholly or partly, it sets the scores of the criteria and redoes the totals.

    A discussed assessment goes back to `reviewedBySupervisor`. Whoever reviewed it does not decide, unless
    `qualityAppealIndependentDecider` is off.
    """
    await service.decide_appeal(session, case.viewer, case.seen, case.appeal, body)
    return service.view(case.viewer, case.appeal, case.seen.row, team_mate=case.seen.team_mate)


@router.post(
    "/assessment/{id}/acknowledge",
    operation_id="acknowledgeQualityAssessment",
    response_model=AssessmentFull,
    responses=errors(PermissionDenied, AssessmentNotFound, ValidationFailed, InvalidState),
)
async def acknowledge(
    session: Writes, actor: Acknowledger, target: OwnAssessment, body: Annotated[Acknowledgement | None, Body()] = None
) -> Response:
    """Say that one has read the finished assessment of one's own work. An appeal stays possible.

    A second time keeps the moment, and adds a comment where there was none.
    """
    comment = None if body is None else body.comment
    await assessments.acknowledge_assessment(session, actor, target.seen.row, comment)
    return json_answer(await assessments.show_full(session, target.viewer, target.seen))
