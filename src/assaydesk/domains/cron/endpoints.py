"""Periodic jobs, the queue, and the health of both (platform.md 2 and 4)."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Body, Query
from starlette.responses import JSONResponse, Response

from assaydesk.domains.cron import service
from assaydesk.domains.cron.deps import CronName, JobToChange, Manager, Operator, Reader, States
from assaydesk.domains.cron.schemas import (
    CronDetail,
    CronList,
    CronRunRequest,
    CronUpdate,
    CronUpdated,
    HealthDetails,
    JobList,
    Queued,
)
from assaydesk.domains.cron.service import (
    CronNotFound,
    JobNotFailed,
    JobNotFound,
    JobNotWaiting,
    JobRequired,
    JobRunning,
)
from assaydesk.domains.settings.service import get_settings
from assaydesk.kit.clock import iso_or_none, parse_instant
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.errors import FieldError, PermissionDenied, ValidationFailed
from assaydesk.platform.health import Probe, run_checks
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Context, Reads, Writes
from assaydesk.platform.paging import Paging
from assaydesk.platform.schema import Done

router = Router("cron", prefix="/api/mind")
_ACCEPTED: dict[int | str, dict[str, Any]] = {202: {"description": "It is queued."}}


@router.get("/cron", operation_id="getCronJobs", response_model=CronList, responses=errors(PermissionDenied))
async def list_cron(session: Reads, actor: Reader) -> Response:
    """The periodic jobs of this instance, with their last run and the next one."""
    return json_answer({"success": True, "jobs": await service.list_cron(session, actor)})


@router.get(
    "/cron/{name}",
    operation_id="getCronJob",
    response_model=CronDetail,
    responses=errors(PermissionDenied, CronNotFound),
)
async def get_cron(session: Reads, name: CronName, actor: Reader) -> Response:
    """One periodic job with its last 50 runs."""
    return json_answer({"success": True} | await service.read_cron(session, actor, name))


@router.post(
    "/cron/{name}/run",
    operation_id="runCronJob",
    status_code=202,
    response_model=Queued,
    responses=errors(PermissionDenied, CronNotFound, ValidationFailed, JobRunning) | _ACCEPTED,
)
async def run_cron(
    session: Writes, name: CronName, actor: Manager, body: Annotated[CronRunRequest | None, Body()] = None
) -> Response:
    """Run a periodic job at once, also one that is switched off. `args` are for jobs that take any."""
    job_id = await service.run_cron(session, actor, name, body.args if body else {})
    return JSONResponse({"success": True, "id": job_id, "state": "queued"}, 202, {"Location": f"/api/mind/cron/{name}"})


@router.patch(
    "/cron/{name}",
    operation_id="updateCronJob",
    response_model=CronUpdated,
    responses=errors(PermissionDenied, CronNotFound, ValidationFailed, JobRequired),
)
async def update_cron(session: Writes, name: CronName, actor: Manager, body: CronUpdate) -> CronUpdated:
    """Switch a periodic job on or off, or give it another schedule: five fields, in the time zone of the instance."""
    sent = body.model_fields_set
    upcoming = await service.change_cron(
        session,
        actor,
        name,
        enabled=body.enabled if "enabled" in sent else None,
        schedule=body.schedule,
        reset="schedule" in sent and body.schedule is None,
    )
    return CronUpdated(success=True, next_run_at=iso_or_none(upcoming))


@router.get(
    "/job", operation_id="getJobs", response_model=JobList, responses=errors(PermissionDenied, ValidationFailed)
)
async def list_jobs(
    session: Reads,
    actor: Reader,
    page: Paging,
    states: States,
    name: Annotated[str | None, Query(max_length=128, description="Name of the kind of job.")] = None,
    since: Annotated[str | None, Query(alias="from", description="Scheduled at or after.")] = None,
    until: Annotated[str | None, Query(alias="to", description="Scheduled at or before.")] = None,
) -> Response:
    """Background jobs of the queue, newest first. Done ones are kept for a day, failed and cancelled ones for 30."""
    found = await service.list_jobs(
        session,
        actor,
        states=states,
        name=name,
        since=await _instant(session, since, "from"),
        until=await _instant(session, until, "to"),
        limit=page.limit,
        offset=page.offset,
    )
    return json_answer(found)


@router.post(
    "/job/{id}/retry",
    operation_id="retryJob",
    status_code=202,
    response_model=Queued,
    responses=errors(PermissionDenied, JobNotFound, ValidationFailed, JobNotFailed, JobRunning) | _ACCEPTED,
)
async def retry_job(session: Writes, job: JobToChange, actor: Manager) -> Response:
    """Run a failed job again."""
    await service.retry_job(session, actor, job.id, job.state)
    return JSONResponse({"success": True, "id": job.id, "state": "queued"}, 202, {"Location": "/api/mind/job"})


@router.post(
    "/job/{id}/cancel",
    operation_id="cancelJob",
    responses=errors(PermissionDenied, JobNotFound, ValidationFailed, JobRunning, JobNotWaiting),
)
async def cancel_job(session: Writes, job: JobToChange, actor: Manager) -> Done:
    """Take a waiting job out of the queue."""
    await service.cancel_job(session, actor, job.id, job.state)
    return Done(success=True)


@router.get(
    "/health/details",
    tags=["health"],
    operation_id="getHealthDetails",
    response_model=HealthDetails,
    responses=errors(PermissionDenied),
)
async def health_details(context: Context, actor: Operator) -> Response:
    """What works and what does not: one check for each thing that the desk depends on. No model is called."""
    return json_answer(await run_checks(Probe(context.config, context.database, context.ports)))


async def _instant(session: ReadSession, sent: str | None, name: str) -> datetime | None:
    if sent is None:
        return None
    zone = (await get_settings(session)).zone
    try:
        return parse_instant(sent, zone, upper_end=name == "to")
    except (ValueError, OverflowError):
        raise ValidationFailed([FieldError(name, "bad_format", "This is no date.")]) from None
