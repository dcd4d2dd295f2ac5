"""Event hooks (code.md 8)."""

from starlette.responses import Response

from assaydesk.domains.events import service
from assaydesk.domains.events.deps import DeliveryState, From, Manager, Shown, To, ToWrite
from assaydesk.domains.events.schemas import (
    DeliveryPage,
    EventHookCreate,
    EventHookList,
    EventHookSingle,
    EventHookUpdate,
    HookTrial,
    HookTried,
)
from assaydesk.domains.events.service import EventHookNotFound
from assaydesk.platform.errors import PermissionDenied, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.paging import Paging
from assaydesk.platform.schema import Done, Made

router = Router("settings", prefix="/settings/eventHook")


@router.get("", operation_id="getEventHooks", response_model=EventHookList, responses=errors(PermissionDenied))
async def get_event_hooks(session: Reads, _: Manager) -> Response:
    """All hooks in their order. Header values are masked unless they name a secret."""
    return json_answer({"success": True, "eventHooks": await service.list_hooks(session)})


@router.post(
    "", operation_id="createEventHook", response_model=Made, responses=errors(PermissionDenied, ValidationFailed)
)
async def create_event_hook(session: Writes, actor: Manager, body: EventHookCreate) -> Made:
    """Have an address called when something happens.

    The executor is an `apiCall`; header values take `{{secret.KEY}}`. The receiver gets the payload as JSON and the
    headers `X-Assaydesk-Event`, `X-Assaydesk-Timestamp`, `X-Assaydesk-Delivery` (the same on every try) and, when the
    secret `signingSecret` (else `APICALL_SIGNING_KEY`) exists, `X-Assaydesk-Signature`: `sha256=` and the HMAC over
    timestamp, dot and body. A failed try is repeated after 1, 5, 15, 60 and 360 minutes. Events of one ticket come in
    their order.
    """
    hook = await service.create_hook(session, actor, {name: getattr(body, name) for name in body.model_fields_set})
    return Made(success=True, id=hook.id)


@router.get(
    "/{id}",
    operation_id="getEventHook",
    response_model=EventHookSingle,
    responses=errors(PermissionDenied, EventHookNotFound, ValidationFailed),
)
async def get_event_hook(_: Manager, hook: Shown) -> Response:
    """One hook."""
    return json_answer({"success": True, "eventHook": service.hook_json(hook)})


@router.patch(
    "/{id}",
    operation_id="updateEventHook",
    response_model=Done,
    responses=errors(PermissionDenied, EventHookNotFound, ValidationFailed),
)
async def update_event_hook(session: Writes, actor: Manager, hook: ToWrite, body: EventHookUpdate) -> Done:
    """Change a hook. What is not sent stays; a masked header value keeps the stored one."""
    sent = {name: getattr(body, name) for name in body.model_fields_set}
    await service.update_hook(session, actor, hook, sent)
    return Done(success=True)


@router.delete(
    "/{id}",
    operation_id="deleteEventHook",
    response_model=Done,
    responses=errors(PermissionDenied, EventHookNotFound, ValidationFailed),
)
async def delete_event_hook(session: Writes, actor: Manager, hook: ToWrite) -> Done:
    """End a hook. What still waits for it counts as failed; the log of its deliveries stays at the events."""
    await service.delete_hook(session, actor, hook)
    return Done(success=True)


@router.post(
    "/{id}/test",
    operation_id="testEventHook",
    response_model=HookTried,
    responses=errors(PermissionDenied, EventHookNotFound, ValidationFailed),
)
async def try_event_hook(session: Reads, _: Manager, hook: Shown, body: HookTrial) -> Response:
    """Say what the hook would send for an event. Nothing is sent; secrets are masked."""
    return json_answer(await service.try_hook(session, hook, body.event, body.payload))


@router.get(
    "/{id}/delivery",
    operation_id="getEventHookDeliveries",
    response_model=DeliveryPage,
    responses=errors(PermissionDenied, EventHookNotFound, ValidationFailed),
)
async def get_deliveries(
    session: Reads,
    _: Manager,
    hook: Shown,
    page: Paging,
    state: DeliveryState = None,
    from_: From = None,
    to: To = None,
) -> Response:
    """What the hook was told, newest first: state, tries, status and error of the last try."""
    found = await service.list_deliveries(session, hook, page, state=state, start=from_, end=to)
    return json_answer(found)
