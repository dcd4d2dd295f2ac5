"""Live updates (platform.md 12)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header
from starlette.requests import Request
from starlette.responses import StreamingResponse

from assaydesk.domains.workbench.live import Live
from assaydesk.domains.workbench.live_changes import (
    MOST_TICKETS,
    RIGHTS,
    Topics,
    UnknownTopic,
    missing_right,
    read_topics,
    usual_topics,
)
from assaydesk.platform.errors import Busy, FieldError, PermissionDenied, ValidationFailed
from assaydesk.platform.http.context import request_context
from assaydesk.platform.http.query_lists import words
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.require import Require

Caller = Annotated[Actor, Depends(Require())]
Words = Annotated[
    tuple[str, ...],
    Depends(words("topics", description=f"Comma-separated: {', '.join(RIGHTS)}, ticket:<id>. Default: tickets, "
                                        "notifications.")),
]  # fmt: skip


class EventStream(StreamingResponse):
    media_type = "text/event-stream"


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Servers that do not know of streams stop them here."""
    yield
    if getattr(app.state, "live", None) is not None:
        await app.state.live.stop()


router = Router("workbench", lifespan=lifespan)


async def live_of(request: Request) -> Live:
    """The streams of this process; the first caller starts them."""
    state, context = request.app.state, request_context(request)
    if getattr(state, "live", None) is None:
        state.live = Live(context.database)
    live: Live = state.live
    if live.stop not in context.stopping:
        context.stopping.append(live.stop)
    return live


async def topics_of(actor: Caller, asked: Words) -> Topics:
    """What is asked for, if it exists and the caller may have it."""
    if not asked:
        return usual_topics(actor)
    try:
        topics = read_topics(asked)
    except UnknownTopic as unknown:
        message = f"Unknown: {str(unknown)[:50]}. Use {', '.join(RIGHTS)}, ticket:<id>."
        raise ValidationFailed([FieldError("topics", "not_allowed", message)]) from None
    if len(topics.tickets) > MOST_TICKETS:
        raise ValidationFailed([FieldError("topics", "too_long", f"At most {MOST_TICKETS} tickets.")])
    missing = missing_right(topics, actor)
    if missing:
        raise PermissionDenied(*missing)
    return topics


@router.get(
    "/api/mind/live",
    operation_id="getLiveUpdates",
    response_class=EventStream,
    responses=errors(PermissionDenied, ValidationFailed, Busy),
)
async def get_live(
    request: Request,
    actor: Caller,
    topics: Annotated[Topics, Depends(topics_of)],
    live: Annotated[Live, Depends(live_of)],
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID", max_length=100)] = None,
) -> EventStream:
    """The caller's own stream of changes (server-sent events), so that clients need not poll.

    Events: `ticket`, `presence`, `notification`, `assessment`, `export`, `queue`, `job`, `resync` (something may be
    missing, read the lists again), `end`. They hold ids and states, never contents. A client that comes back with
    `Last-Event-ID` within 10 minutes gets what it missed, else `resync`. At most 6 streams a person; a stream lasts 30
    minutes.
    """
    authenticate = request_context(request).authenticate
    scope: dict[str, Any] = {**request.scope, "state": {"looking_again": True}}

    async def look_again() -> Actor:
        return await authenticate(Request(scope))

    stream = await live.join(actor, topics, look_again, last_event_id)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return EventStream(live.texts(stream), headers=headers)
