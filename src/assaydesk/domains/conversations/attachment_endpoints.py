"""Files of messages: upload, metadata, download, remote images (ticket.md 4.3)."""

from typing import Annotated

from fastapi import Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from assaydesk.domains.conversations import service
from assaydesk.domains.conversations.deps import ConversationId, TicketId
from assaydesk.domains.conversations.errors import (
    AttachmentNotFound,
    AttachmentRefused,
    ConversationNotFound,
    RemoteImageFailed,
)
from assaydesk.domains.conversations.models import Attachment
from assaydesk.domains.conversations.view import attachment_json
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.tickets.schemas import AttachmentRead
from assaydesk.domains.tickets.service import TicketNotFound, get_visible
from assaydesk.integrations.web.opening import web_of
from assaydesk.integrations.web.port import WebFailed
from assaydesk.kit.clock import utc_now
from assaydesk.platform.errors import PayloadTooLarge, PermissionDenied, ValidationFailed
from assaydesk.platform.files.store import FileFacts
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Context, Reads, late_writes
from assaydesk.platform.http.signed import SignedOr
from assaydesk.platform.http.uploads import FORM, file_response, pieces, uploaded_file
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require

router = Router("attachment", prefix="/api/mind")

Uploader = Annotated[Actor, Depends(Require(Permission.REPLY_TO_TICKET, Permission.CREATE_TICKET))]
Reader = Annotated[Actor, Depends(Require(Permission.READ_TICKET))]
LinkOrReader = Annotated[Actor | None, Depends(SignedOr(Permission.READ_TICKET))]


@router.post(
    "/attachment",
    operation_id="uploadAttachment",
    response_model=AttachmentRead,
    responses=errors(PermissionDenied, ValidationFailed, PayloadTooLarge, AttachmentRefused),
    openapi_extra=FORM,
)
async def upload_attachment(request: Request, context: Context, actor: Uploader) -> Response:
    """Upload a file as the part `file` of a form, up to `maxAttachmentMb`.

    Name it as `{"id"}` in `attachments` of a ticket, a reply or a note; what no message takes is removed after 24
    hours. The risk class comes from name, declared type and content, whichever is worst; dangerous files are refused.
    """
    async with context.database.read() as session:
        most = (await get_settings(session)).max_attachment_mb * 1024 * 1024
    async with uploaded_file(request, most) as file, late_writes(request) as session:
        row = await service.keep_upload(
            session, actor, pieces(file), name=file.filename or "", content_type=file.content_type
        )
        return json_answer(attachment_json(row))


async def _visible(
    session: Reads, actor: Reader, attachment_id: Annotated[str, Path(alias="attachmentId")]
) -> Attachment:
    return await service.visible_attachment(session, actor, attachment_id)


@router.get(
    "/attachment/{attachmentId}",
    operation_id="getAttachment",
    response_model=AttachmentRead,
    responses=errors(PermissionDenied, AttachmentNotFound),
)
async def get_attachment(row: Annotated[Attachment, Depends(_visible)], _: Reader) -> Response:
    """What is known of a file: of a ticket that the caller may see, or of an upload of one's own."""
    return json_answer(attachment_json(row))


async def _wanted_file(context: Context, caller: LinkOrReader, path: str) -> FileFacts:
    """What the path names; its session ends before the first byte is sent."""
    async with context.database.read() as session:
        return await service.file_to_download(session, caller, path.partition("/")[0])


@router.get(
    "/storage/attachments/{path:path}",
    operation_id="downloadAttachment",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}, **errors(PermissionDenied, AttachmentNotFound)},
)
async def download_attachment(
    request: Request, context: Context, _: LinkOrReader, file: Annotated[FileFacts, Depends(_wanted_file)]
) -> Response:
    """The file itself. Its `url` points here; `path` begins with the id of the attachment.

    A caller who may see the ticket, or the holder of a signed link (`expires`, `sig`; 15 minutes). Pictures and PDF
    are shown, everything else is offered to be saved. A range of bytes may be asked for.
    """
    return file_response(request, context.database, file)


async def _wanted_image(
    context: Context,
    caller: LinkOrReader,
    ticket_id: TicketId,
    conversation_id: ConversationId,
    number: Annotated[int, Path(ge=1, le=100_000)],
) -> service.WantedImage:
    async with context.database.read() as session:
        if caller is not None:
            await get_visible(session, caller, ticket_id)
        return await service.find_remote_image(session, ticket_id, conversation_id, number)


@router.get(
    "/ticket/{ticketId}/conversation/{conversationId}/remoteImage/{number}",
    operation_id="getRemoteImage",
    tags=["conversation"],
    response_class=Response,
    responses={
        200: {"content": {"image/*": {}}},
        **errors(PermissionDenied, TicketNotFound, ConversationNotFound, RemoteImageFailed),
    },
)
async def get_remote_image(
    request: Request,
    context: Context,
    _: LinkOrReader,
    image: Annotated[service.WantedImage, Depends(_wanted_image)],
) -> Response:
    """The n-th image of a message, fetched by the server so that its sender does not see who looks at it.

    Images only, 5 MB, from public addresses only; kept for a day. For callers who may see the ticket and holders of
    the signed link in `data-remote-link` of the message.
    """
    if image.file is not None:
        return file_response(request, context.database, image.file)
    try:
        web = web_of(context.config, context.ports)
        answer = await web.request("GET", image.address, timeout=15.0, max_bytes=service.IMAGE_BYTES)
    except WebFailed as failure:
        raise RemoteImageFailed(failure.reason) from failure
    if not answer.ok:
        raise RemoteImageFailed(f"status{answer.status}")
    async with context.database.write() as session:
        file = await service.keep_remote_image(session, image, answer.body, utc_now())
    return file_response(request, context.database, file)
