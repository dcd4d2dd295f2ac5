"""Calibration sessions (quality.md 15)."""

from starlette.responses import Response

from assaydesk.domains.quality.calibration import service
from assaydesk.domains.quality.calibration.deps import (
    Caller,
    Manager,
    States,
    ToManage,
    ToRead,
    ToScore,
    UnmodifiedSince,
    WorklogId,
)
from assaydesk.domains.quality.calibration.errors import (
    AlreadySubmitted,
    CalibrationNotFound,
    InvalidState,
    ItemNotFound,
    TooFewSubmissions,
)
from assaydesk.domains.quality.calibration.schemas import (
    CalibrationCreate,
    CalibrationPage,
    CalibrationRead,
    CalibrationResult,
    CalibrationUpdate,
    ItemToScore,
    SheetRead,
    SheetWrite,
)
from assaydesk.platform.errors import PermissionDenied, StaleObject, UnknownReference, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.paging import Paging

router = Router("quality", prefix="/api/mind")
PATH = "/quality/calibration"


@router.post(
    PATH,
    operation_id="createCalibration",
    response_model=CalibrationRead,
    responses=errors(PermissionDenied, ValidationFailed, UnknownReference),
)
async def create_calibration(session: Writes, actor: Manager, body: CalibrationCreate) -> Response:
    """Have several people score the same work, to see how far they agree.

    The reviewers are told, and may read exactly these conversations. While `blind` nobody sees what others or the AI
    answered before the session is closed. Assessments and reports of scores are not touched.
    """
    row = await service.create_session(session, actor, body)
    return json_answer(await service.show_session(session, actor, row))


@router.get(
    PATH,
    operation_id="listCalibrations",
    response_model=CalibrationPage,
    responses=errors(ValidationFailed),
)
async def list_calibrations(session: Reads, actor: Caller, states: States, page: Paging) -> Response:
    """List calibration sessions, the newest first: all for managers, one's own for reviewers."""
    return json_answer(await service.list_sessions(session, actor, states, page))


@router.get(
    PATH + "/{id}",
    operation_id="getCalibration",
    response_model=CalibrationRead,
    responses=errors(CalibrationNotFound, ValidationFailed),
)
async def get_calibration(session: Reads, actor: Caller, row: ToRead) -> Response:
    """One session: how far each reviewer is with each piece of work.

    Answers of others and of the AI are null until the session is closed, unless it is not blind.
    """
    return json_answer(await service.show_session(session, actor, row))


@router.patch(
    PATH + "/{id}",
    operation_id="updateCalibration",
    response_model=CalibrationRead,
    responses=errors(
        PermissionDenied, CalibrationNotFound, ValidationFailed, UnknownReference, InvalidState, StaleObject
    ),
)
async def update_calibration(
    session: Writes, actor: Manager, row: ToManage, body: CalibrationUpdate, unmodified_since: UnmodifiedSince = None
) -> Response:
    """Change an open session: name, date, further reviewers and work, or cancel it with `state`."""
    await service.update_session(session, actor, row, body, unmodified_since=unmodified_since)
    return json_answer(await service.show_session(session, actor, row))


@router.get(
    PATH + "/{id}/item/{worklogId}",
    operation_id="getCalibrationItem",
    response_model=ItemToScore,
    responses=errors(CalibrationNotFound, ItemNotFound, ValidationFailed),
)
async def get_calibration_item(session: Reads, actor: Caller, row: ToRead, worklog_id: WorklogId) -> Response:
    """One piece of work to score: its messages, the criteria, and one's own scores so far."""
    return json_answer(await service.show_item(session, actor, row, worklog_id))


@router.put(
    PATH + "/{id}/item/{worklogId}",
    operation_id="writeCalibrationSheet",
    response_model=SheetRead,
    responses=errors(
        PermissionDenied,
        CalibrationNotFound,
        ItemNotFound,
        ValidationFailed,
        InvalidState,
        AlreadySubmitted,
        StaleObject,
    ),
)
async def write_calibration_sheet(
    session: Writes,
    actor: Caller,
    row: ToScore,
    worklog_id: WorklogId,
    body: SheetWrite,
    unmodified_since: UnmodifiedSince = None,
) -> Response:
    """Keep one's own scores of a piece of work, as a draft or, with `submit`, for good.

    `criteria` replaces what was there before; a key that is missing keeps it.
    """
    sheet = await service.write_sheet(session, actor, row, worklog_id, body, unmodified_since=unmodified_since)
    return json_answer(sheet)


@router.post(
    PATH + "/{id}/close",
    operation_id="closeCalibration",
    response_model=CalibrationRead,
    responses=errors(PermissionDenied, CalibrationNotFound, ValidationFailed, InvalidState, TooFewSubmissions),
)
async def close_calibration(session: Writes, actor: Manager, row: ToManage) -> Response:
    """Close a session and compute its result. Sheets that are not submitted count as missing.

    The AI does not hold this up: what it answers later is added to the result.
    """
    await service.close_session(session, actor, row)
    return json_answer(await service.show_session(session, actor, row))


@router.get(
    PATH + "/{id}/result",
    operation_id="getCalibrationResult",
    response_model=CalibrationResult,
    responses=errors(CalibrationNotFound, ValidationFailed, InvalidState),
)
async def get_calibration_result(session: Reads, actor: Caller, row: ToRead) -> Response:
    """How far people agree: alpha, exact agreement, who is strict, the range of each piece of work, and the AI.

    `heatMap` says how far each reviewer is from the others on each criterion.
    """
    return json_answer(await service.read_result(session, row))
