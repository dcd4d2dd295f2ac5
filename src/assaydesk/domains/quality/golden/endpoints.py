"""Golden sets (quality.md 18)."""

from typing import Annotated

from fastapi import Body
from starlette.responses import Response

from assaydesk.domains.quality.golden import service
from assaydesk.domains.quality.golden.deps import BaseId, ItemId, Manager, RunId, ToChange, ToRead, UnmodifiedSince
from assaydesk.domains.quality.golden.errors import (
    GoldenSetEmpty,
    GoldenSetNotFound,
    ItemExists,
    ItemNotFound,
    RunNotFound,
    ScorecardFamilyMismatch,
    ScorecardNotActive,
)
from assaydesk.domains.quality.golden.schemas import (
    GoldenItemCreate,
    GoldenItemRead,
    GoldenRunCreate,
    GoldenRunPage,
    GoldenRunRead,
    GoldenSetCreate,
    GoldenSetPage,
    GoldenSetRead,
    GoldenSetUpdate,
    RunQueued,
)
from assaydesk.domains.settings.service import get_settings
from assaydesk.platform.errors import (
    LlmNotConfigured,
    PermissionDenied,
    StaleObject,
    UnknownReference,
    ValidationFailed,
)
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Context, Reads, Writes
from assaydesk.platform.paging import Paging
from assaydesk.platform.schema import Done

router = Router("quality", prefix="/api/mind")
PATH = "/quality/goldenSet"


@router.post(
    PATH,
    operation_id="createGoldenSet",
    response_model=GoldenSetRead,
    responses=errors(PermissionDenied, ValidationFailed, UnknownReference),
)
async def create_golden_set(session: Writes, actor: Manager, body: GoldenSetCreate) -> Response:
    """Begin a set of work with settled labels, for one scorecard family."""
    row = await service.create_set(session, actor, body)
    return json_answer(await service.show_set(session, row))


@router.get(
    PATH,
    operation_id="listGoldenSets",
    response_model=GoldenSetPage,
    responses=errors(PermissionDenied, ValidationFailed),
)
async def list_golden_sets(session: Reads, actor: Manager, page: Paging, scorecard_base_id: BaseId = None) -> Response:
    """List golden sets, the newest first, each with its last run."""
    return json_answer(await service.list_sets(session, scorecard_base_id, page))


@router.get(
    PATH + "/{id}",
    operation_id="getGoldenSet",
    response_model=GoldenSetRead,
    responses=errors(PermissionDenied, GoldenSetNotFound, ValidationFailed),
)
async def get_golden_set(session: Reads, actor: Manager, row: ToRead) -> Response:
    """One set with its items and its last run. The frozen texts are not shown, only their hashes."""
    return json_answer(await service.show_set(session, row))


@router.patch(
    PATH + "/{id}",
    operation_id="updateGoldenSet",
    response_model=GoldenSetRead,
    responses=errors(PermissionDenied, GoldenSetNotFound, ValidationFailed, StaleObject),
)
async def update_golden_set(
    session: Writes, actor: Manager, row: ToChange, body: GoldenSetUpdate, unmodified_since: UnmodifiedSince = None
) -> Response:
    """Change name, description, the kappa that a run has to reach, and whether the set is in use."""
    await service.update_set(session, actor, row, body, unmodified_since=unmodified_since)
    return json_answer(await service.show_set(session, row))


@router.delete(
    PATH + "/{id}",
    operation_id="deleteGoldenSet",
    response_model=Done,
    responses=errors(PermissionDenied, GoldenSetNotFound, ValidationFailed),
)
async def delete_golden_set(session: Writes, actor: Manager, row: ToChange) -> Response:
    """Delete a set. Its runs stay stored; it guards no activation any more."""
    await service.delete_set(session, actor, row)
    return json_answer({"success": True})


@router.post(
    PATH + "/{id}/item",
    operation_id="addGoldenItem",
    response_model=GoldenItemRead,
    responses=errors(PermissionDenied, GoldenSetNotFound, ValidationFailed, UnknownReference, ItemExists),
)
async def add_golden_item(session: Writes, actor: Manager, row: ToChange, body: GoldenItemCreate) -> Response:
    """Take a piece of work into the set: its conversation is frozen as it stands now, with a hash.

    The labels are sent, or taken from the criteria of an assessment that people verified.
    """
    return json_answer(await service.add_item(session, actor, row, body))


@router.delete(
    PATH + "/{id}/item/{itemId}",
    operation_id="removeGoldenItem",
    response_model=Done,
    responses=errors(PermissionDenied, GoldenSetNotFound, ItemNotFound, ValidationFailed),
)
async def remove_golden_item(session: Writes, actor: Manager, row: ToChange, item_id: ItemId) -> Response:
    """Take an item out of the set."""
    await service.remove_item(session, actor, row, item_id)
    return json_answer({"success": True})


@router.post(
    PATH + "/{id}/run",
    operation_id="runGoldenSet",
    status_code=202,
    response_model=RunQueued,
    responses=errors(
        PermissionDenied,
        GoldenSetNotFound,
        ValidationFailed,
        UnknownReference,
        ScorecardFamilyMismatch,
        ScorecardNotActive,
        GoldenSetEmpty,
        LlmNotConfigured,
    ),
)
async def run_golden_set(
    context: Context,
    session: Writes,
    actor: Manager,
    row: ToChange,
    body: Annotated[GoldenRunCreate | None, Body()] = None,
) -> Response:
    """Have the judge answer all items again, with the active revision or the one named, in the background.

    The frozen texts are judged, so that a run differs from another only by judge, prompt and scorecard.
    """
    setup = service.setup_of(await get_settings(session), context.config, context.ports)
    run = await service.create_run(session, actor, row, body or GoldenRunCreate(), setup)
    return json_answer({"success": True, "id": run.id, "state": run.state}, status=202)


@router.get(
    PATH + "/{id}/run",
    operation_id="listGoldenRuns",
    response_model=GoldenRunPage,
    responses=errors(PermissionDenied, GoldenSetNotFound, ValidationFailed),
)
async def list_golden_runs(session: Reads, actor: Manager, row: ToRead, page: Paging) -> Response:
    """List the runs of a set, the newest first, without their figures."""
    return json_answer(await service.list_runs(session, row, page))


@router.get(
    PATH + "/{id}/run/{runId}",
    operation_id="getGoldenRun",
    response_model=GoldenRunRead,
    responses=errors(PermissionDenied, GoldenSetNotFound, RunNotFound, ValidationFailed),
)
async def get_golden_run(session: Reads, actor: Manager, row: ToRead, run_id: RunId) -> Response:
    """One run: the judge, the figures of each criterion, whether it passed, and which answers changed."""
    return json_answer(await service.show_run(session, row, run_id))
