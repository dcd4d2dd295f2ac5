"""Repeating a run of the judge, and the record of what it was shown (quality.md 7.4)."""

from functools import partial
from typing import Annotated

from fastapi import Body, Path, Request
from starlette.responses import Response

from assaydesk.domains.quality.assessments import replay as replays
from assaydesk.domains.quality.assessments import service
from assaydesk.domains.quality.assessments.deps import Assessor, ToRefresh
from assaydesk.domains.quality.assessments.errors import (
    AssessmentNotFound,
    BlindReview,
    ReplayImpossible,
    RunNotFound,
    SelfAssessment,
)
from assaydesk.domains.quality.assessments.replay_schemas import ReplayCreate, ReplayRead, ReplayRecord
from assaydesk.platform.errors import AiServiceFailed, Busy, LlmNotConfigured, PermissionDenied, ValidationFailed
from assaydesk.platform.http.context import AppContext
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Context, late_writes
from assaydesk.platform.jobs.job import Runtime
from assaydesk.platform.schema import Id
from assaydesk.platform.security.actor import Actor

router = Router("quality")
RunId = Annotated[Id, Path(alias="runId")]
_REFUSALS = (
    PermissionDenied,
    SelfAssessment,
    AssessmentNotFound,
    RunNotFound,
    ValidationFailed,
    BlindReview,
    ReplayImpossible,
)


@router.post(
    "/quality/assessment/{id}/replay",
    operation_id="replayQualityAssessment",
    response_model=ReplayRead,
    responses=errors(*_REFUSALS, AiServiceFailed, LlmNotConfigured, Busy),
)
async def replay_run(
    request: Request,
    context: Context,
    actor: Assessor,
    assessment_id: ToRefresh,
    body: Annotated[ReplayCreate | None, Body()] = None,
) -> Response:
    """Ask the judge of a run again: the same model, prompt version and input, as far as they are still there.

    `inputMatches` says whether the question is the same word for word, `differs` which parts are not. Both answers to
    each criterion stand side by side. Nothing is stored but an entry of the audit log.
    """
    runtime = Runtime(context.config, context.database, context.ports)
    item = await _recorded(context, runtime, actor, assessment_id, body.run_id if body else None)
    return json_answer(await replays.replay(runtime, actor, item, opened=partial(late_writes, request)))


@router.get(
    "/quality/assessment/{id}/replay/{runId}",
    operation_id="getQualityAssessmentReplay",
    response_model=ReplayRecord,
    responses=errors(*_REFUSALS),
)
async def get_record(context: Context, actor: Assessor, assessment_id: ToRefresh, run_id: RunId) -> Response:
    """The record of a run: the messages as the judge saw them, the criteria, its instructions and its answers.

    It is put together from what is stored today; `inputMatches` proves that it is what the judge saw then.
    """
    runtime = Runtime(context.config, context.database, context.ports)
    item = await _recorded(context, runtime, actor, assessment_id, run_id)
    return json_answer(await replays.show_record(runtime, item))


async def _recorded(
    context: AppContext, runtime: Runtime, actor: Actor, assessment_id: int, run_id: int | None
) -> replays.Recorded:
    async with context.database.read() as session:
        viewer = await service.viewer_of(session, actor)
        seen = await service.find_assessment(session, viewer, assessment_id)
        masked = viewer.masks(seen.row, team_mate=seen.team_mate)
        return await replays.recorded(session, runtime, seen.row, run_id, masked=masked)
