"""The live quality coach (quality.md 9)."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from fastapi import Request
from starlette.responses import Response

from assaydesk.domains.quality.live_coach import service
from assaydesk.domains.quality.live_coach.deps import Editor, ToCheck
from assaydesk.domains.quality.live_coach.schemas import DraftCheck, DraftChecked
from assaydesk.domains.tickets.service import TicketNotFound
from assaydesk.platform.errors import (
    AiServiceFailed,
    Busy,
    LlmNotConfigured,
    PermissionDenied,
    UnknownReference,
    ValidationFailed,
)
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Context
from assaydesk.platform.jobs.job import Runtime

router = Router("quality", prefix="/api/mind")

CLIENT_LEFT = 499
"""Nobody reads this answer."""


@router.post(
    "/ticket/{ticketId}/quality/check",
    operation_id="checkDraftQuality",
    response_model=DraftChecked,
    responses=errors(
        PermissionDenied,
        TicketNotFound,
        ValidationFailed,
        UnknownReference,
        AiServiceFailed,
        LlmNotConfigured,
        Busy,
    ),
)
async def check_draft(
    request: Request, context: Context, actor: Editor, ticket_id: ToCheck, body: DraftCheck
) -> Response:
    """Check an unsent reply against the scorecards of the ticket; nothing is stored.

    Without `scorecardId` every active scorecard that applies and has its live coach on; one that has nothing a draft
    can be checked against is left out. With it exactly that revision. A criterion with `score` null was abstained from
    or does not apply; `state` says which. When one scorecard cannot be judged, the whole check fails.
    """
    runtime = Runtime(context.config, context.database, context.ports)
    checked = await _while_connected(request, service.check_draft(runtime, actor, ticket_id, body))
    return Response(status_code=CLIENT_LEFT) if checked is None else json_answer(checked)


async def _while_connected(request: Request, work: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any] | None:
    """What the work answers; None, and the work is broken off, when the client goes away first."""
    working = asyncio.create_task(work)
    leaving = asyncio.create_task(_client_left(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return await working if working.done() else None
    finally:
        for task in (working, leaving):
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task


async def _client_left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
