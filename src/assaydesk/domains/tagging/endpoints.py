"""Trying the detection of tags (tags.md 3)."""

from typing import Annotated

from fastapi import Depends, Path
from starlette.responses import Response

from assaydesk.domains.tagging import service
from assaydesk.domains.tagging.schemas import DetectBody, DetectedTags, TagTested
from assaydesk.domains.tags.models import Tag
from assaydesk.domains.tags.service import TagNotFound, find_tag, note_test
from assaydesk.domains.tickets.service import TicketNotFound, get_visible, with_sight
from assaydesk.platform.errors import FieldError, PermissionDenied, UnknownReference, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Context, Writes
from assaydesk.platform.schema import Id
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require

router = Router("tag", prefix="/api/mind/tag")

Manager = Annotated[Actor, Depends(Require(Permission.MANAGE_TAGS))]


async def tag_to_test(session: Writes, tag_id: Annotated[Id, Path(alias="id")]) -> Tag:
    return await find_tag(session, tag_id)


@router.post(
    "/detect",
    operation_id="detectTags",
    response_model=DetectedTags,
    responses=errors(PermissionDenied, ValidationFailed, UnknownReference),
)
async def detect_tags(context: Context, actor: Manager, body: DetectBody) -> Response:
    """Say which tags a text or a ticket would get; nothing is stored.

    A ticket's own tags do not count here: the default skill is named when nothing else is detected. The method
    `assignByCustomLogic` is not run.
    """
    if (body.text is None) == (body.ticket_id is None):
        raise ValidationFailed([FieldError("text", "required", "Send either text or ticketId.")])
    async with context.database.read() as session:
        if body.text is not None:
            prepared = await service.prepare_text(session, body.text, body.channel)
        else:
            assert body.ticket_id is not None
            try:
                await get_visible(session, with_sight(actor), body.ticket_id)
            except TicketNotFound as failure:
                raise UnknownReference(failure.message, field="ticketId", value=body.ticket_id) from failure
            prepared = await service.prepare(session, [body.ticket_id])
    found = await service.decide_in_thread(context.config.embedding, prepared)
    shown = [
        {"id": one.tag_id, "name": one.name, "confidence": one.confidence, "method": one.method}
        for one in sorted(next(iter(found.values()), []), key=lambda one: (-one.confidence, one.tag_id))
    ]
    return json_answer({"success": True, "tags": shown})


@router.post(
    "/{id}/test",
    operation_id="testTag",
    response_model=TagTested,
    responses=errors(PermissionDenied, TagNotFound, ValidationFailed),
)
async def try_tag(
    session: Writes, context: Context, tag: Annotated[Tag, Depends(tag_to_test)], actor: Manager
) -> Response:
    """Run the detection of a tag on its test tickets. Tickets stay as they are; the tag keeps the result."""
    wanted, unwanted = service.test_tickets(tag)
    prepared = await service.prepare(session, [*wanted, *unwanted], also=tag)
    found = await service.decide_in_thread(context.config.embedding, prepared)
    sure = {ticket_id: {one.tag_id: one.confidence for one in tags} for ticket_id, tags in found.items()}
    detected = [ticket_id for ticket_id, tags in sure.items() if tag.id in tags]
    precision, recall = service.scores(set(wanted) & sure.keys(), set(unwanted) & sure.keys(), detected)
    await note_test(session, tag, precision=precision, recall=recall)
    rows = [
        {
            "ticketId": ticket_id,
            "expected": ticket_id in wanted,
            "detected": tag.id in sure[ticket_id],
            "confidence": sure[ticket_id].get(tag.id, 0.0),
        }
        for ticket_id in dict.fromkeys([*wanted, *unwanted])
        if ticket_id in sure
    ]
    return json_answer({"success": True, "precision": precision, "recall": recall, "tickets": rows})
