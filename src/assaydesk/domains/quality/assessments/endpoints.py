"""Assessments (quality.md 8)."""

from functools import partial
from typing import Annotated

from fastapi import Body, Request
from starlette.responses import Response

from assaydesk.domains.quality.assessments import replay_endpoints, service
from assaydesk.domains.quality.assessments.deps import (
    AssessmentId,
    Assessor,
    Caller,
    Deleter,
    Filters,
    Format,
    Limit,
    Lister,
    Offset,
    Ordering,
    TicketId,
    ToAssess,
    ToDelete,
    ToInspect,
    ToRefresh,
    ToReopen,
    UnmodifiedSince,
)
from assaydesk.domains.quality.assessments.errors import (
    AlreadyRunning,
    AssessmentExists,
    AssessmentLocked,
    AssessmentNotDeleted,
    AssessmentNotFound,
    AssessmentNotReady,
    CriteriaNeedHuman,
    InvalidState,
    InvalidTransition,
    ScorecardFamilyMismatch,
    ScorecardNotActive,
    SelfAssessment,
)
from assaydesk.domains.quality.assessments.schemas import (
    AssessmentCreate,
    AssessmentFull,
    AssessmentPage,
    AssessmentRefresh,
    AssessmentReopen,
    AssessmentSingle,
    AssessmentSummary,
    AssessmentUpdate,
    RunPage,
    Succeeded,
)
from assaydesk.domains.tickets.service import TicketNotFound, get_visible
from assaydesk.platform.errors import (
    AiServiceFailed,
    BadGateway,
    Busy,
    FieldError,
    LlmNotConfigured,
    PermissionDenied,
    StaleObject,
    UnknownFilterKey,
    UnknownReference,
    ValidationFailed,
)
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.idempotency import forget
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Context, Reads, Writes, late_writes
from assaydesk.platform.jobs.job import Runtime
from assaydesk.platform.paging import Paging

router = Router("quality", prefix="/api/mind")
PATH = "/quality/assessment"


@router.get(
    PATH,
    operation_id="listQualityAssessments",
    response_model=AssessmentPage,
    responses=errors(PermissionDenied, ValidationFailed, UnknownFilterKey),
)
async def list_assessments(
    session: Reads, actor: Lister, asked: Filters, order: Ordering, limit: Limit = 1000, offset: Offset = 0
) -> Response:
    """List assessments, in the summary format.

    Only those that the caller may see: one's own once they are released, those of team mates, or all. Without `state`
    all but deleted ones.
    """
    viewer = await service.viewer_of(session, actor)
    found = asked.in_zone(viewer.settings.zone)
    return json_answer(await service.list_assessments(session, viewer, found, order, limit=limit, offset=offset))


@router.get(
    PATH + "/{id}",
    operation_id="getQualityAssessment",
    response_model=AssessmentSingle | AssessmentSummary,
    responses=errors(AssessmentNotFound, ValidationFailed),
)
async def get_assessment(session: Reads, actor: Caller, assessment_id: AssessmentId, form: Format = "full") -> Response:
    """One assessment with all criteria of its scorecard, their evidence and the history of changes."""
    viewer = await service.viewer_of(session, actor)
    seen = await service.find_assessment(session, viewer, assessment_id)
    show = service.show_single if form == "full" else service.show_summary
    return json_answer(await show(session, viewer, seen))


@router.post(
    PATH,
    operation_id="createQualityAssessment",
    response_model=AssessmentFull,
    responses=errors(
        PermissionDenied, SelfAssessment, ValidationFailed, UnknownReference, ScorecardNotActive, AssessmentExists
    ),
)
async def create_assessment(session: Writes, actor: Assessor, body: AssessmentCreate) -> Response:
    """Have a piece of work assessed that the job would not take, or score it without the AI.

    The scorecard's assignment, the age of the work and sampling are not looked at. The AI begins within a minute.
    """
    if (body.scorecard_id is None) == (body.scorecard_base_id is None):
        message = "Send exactly one of scorecardId and scorecardBaseId."
        code = "required" if body.scorecard_id is None else "not_allowed"
        raise ValidationFailed([FieldError("scorecardId", code, message)])
    viewer = await service.viewer_of(session, actor)
    seen = await service.create_by_hand(
        session,
        viewer,
        worklog_id=body.worklog_id,
        scorecard_id=body.scorecard_id,
        scorecard_base_id=body.scorecard_base_id,
        process_with_ai=body.process_with_ai,
    )
    return json_answer(await service.show_full(session, viewer, seen))


@router.patch(
    PATH + "/{id}",
    operation_id="updateQualityAssessment",
    response_model=AssessmentFull,
    responses=errors(
        PermissionDenied,
        SelfAssessment,
        AssessmentNotFound,
        ValidationFailed,
        AssessmentLocked,
        AssessmentNotReady,
        InvalidTransition,
        InvalidState,
        CriteriaNeedHuman,
        StaleObject,
    ),
)
async def update_assessment(
    session: Writes,
    actor: Assessor,
    target: ToAssess,
    body: AssessmentUpdate,
    unmodified_since: UnmodifiedSince = None,
) -> Response:
    """Review an assessment: rewrite the summary, score criteria, and finish or discuss it with `state`.

    An item of `criteria` with its two ids alone confirms the AI's answer; `score` null clears it; `applicable` false
    says that the criterion does not apply. Every changed field is kept in the history. The first change moves
    `aiReady` to `reviewOngoing`.
    """
    await service.update_assessment(session, target.viewer, target.seen, body, unmodified_since=unmodified_since)
    return json_answer(await service.show_full(session, target.viewer, target.seen))


@router.delete(
    PATH + "/{id}",
    operation_id="deleteQualityAssessment",
    response_model=Succeeded,
    responses=errors(PermissionDenied, AssessmentNotFound, ValidationFailed),
)
async def delete_assessment(session: Writes, actor: Deleter, target: ToDelete) -> dict[str, bool]:
    """Delete an assessment; nothing is lost, and the job does not make it again."""
    await service.delete_assessment(session, actor, target.seen.row)
    return {"success": True}


@router.post(
    PATH + "/{id}/restore",
    operation_id="restoreQualityAssessment",
    response_model=AssessmentFull,
    responses=errors(PermissionDenied, AssessmentNotFound, ValidationFailed, AssessmentNotDeleted, AssessmentExists),
)
async def restore_assessment(session: Writes, actor: Deleter, target: ToDelete) -> Response:
    """Bring a deleted assessment back in its old state."""
    await service.restore_assessment(session, actor, target.seen.row)
    return json_answer(await service.show_full(session, target.viewer, target.seen))


@router.post(
    PATH + "/{id}/reopen",
    operation_id="reopenQualityAssessment",
    response_model=AssessmentFull,
    responses=errors(PermissionDenied, SelfAssessment, AssessmentNotFound, ValidationFailed, InvalidTransition),
)
async def reopen_assessment(session: Writes, actor: Assessor, target: ToReopen, body: AssessmentReopen) -> Response:
    """Go on with a finished review. For its reviewer, and for those who may assess everybody."""
    await service.reopen_assessment(session, actor, target.seen.row, body.reason)
    return json_answer(await service.show_full(session, target.viewer, target.seen))


@router.post(
    PATH + "/{id}/refresh",
    operation_id="refreshQualityAssessment",
    response_model=AssessmentFull,
    responses=errors(
        PermissionDenied,
        SelfAssessment,
        AssessmentNotFound,
        ValidationFailed,
        UnknownReference,
        ScorecardFamilyMismatch,
        AssessmentLocked,
        AlreadyRunning,
        InvalidState,
        AiServiceFailed,
        LlmNotConfigured,
        Busy,
    )
    | {202: {"description": "The AI needs longer; the assessment is in `aiInProgress`.", "model": AssessmentFull}},
)
async def refresh_assessment(
    request: Request,
    context: Context,
    actor: Assessor,
    assessment_id: ToRefresh,
    body: Annotated[AssessmentRefresh | None, Body()] = None,
) -> Response:
    """Have the AI assess again, with the newest active revision or the one named.

    What people decided is kept unless `overwriteHuman` is true. When the AI service fails, scores and state stay as
    they were.
    """
    runtime = Runtime(context.config, context.database, context.ports)
    opened = partial(late_writes, request)
    try:
        shown, finished = await service.refresh_assessment(
            runtime, actor, assessment_id, body or AssessmentRefresh(), opened=opened
        )
    except BadGateway:
        async with context.database.write() as session:
            await forget(request, session)
        raise
    return json_answer(shown, status=200 if finished else 202)


@router.get(
    PATH + "/{id}/runs",
    operation_id="listQualityAssessmentRuns",
    response_model=RunPage,
    responses=errors(PermissionDenied, SelfAssessment, AssessmentNotFound, ValidationFailed),
)
async def list_runs(session: Reads, actor: Assessor, target: ToInspect, paging: Paging) -> Response:
    """Every run of the judge on this assessment, newest first, with what it answered."""
    return json_answer(
        await service.list_runs(session, target.viewer, target.seen, limit=paging.limit, offset=paging.offset)
    )


@router.get(
    "/ticket/{ticketId}/assessments",
    operation_id="getTicketAssessments",
    response_model=list[AssessmentSummary],
    responses=errors(TicketNotFound, ValidationFailed),
)
async def list_of_ticket(session: Reads, actor: Caller, ticket_id: TicketId) -> Response:
    """The assessments of a ticket that the caller may see: a bare array by time of creation, in the summary format."""
    await get_visible(session, actor, ticket_id)
    found = await service.list_of_ticket(session, actor, ticket_id)
    return json_answer(found, total=len(found))


router.include_router(replay_endpoints.router)
