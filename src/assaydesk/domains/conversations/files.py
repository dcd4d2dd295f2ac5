"""Files of messages: checking what a body names, storing it, showing it (ticket.md 4)."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, cast

from assaydesk.domains.conversations import file_repository, policy, repository
from assaydesk.domains.conversations.attachments import MOST_BYTES, Reference, RiskClass, removal_note
from assaydesk.domains.conversations.errors import AttachmentNotFound, AttachmentRefused
from assaydesk.domains.conversations.events import FilesToFetch
from assaydesk.domains.conversations.models import Attachment
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.tickets import service as tickets
from assaydesk.kit.file_types import clean_name, real_type, risk_of
from assaydesk.kit.ids import secret_token
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import PayloadTooLarge, UnknownReference
from assaydesk.platform.events import publish
from assaydesk.platform.files.store import FileFacts, StoredFile, drop_files, find_files, put_file, sweep
from assaydesk.platform.security.actor import Actor

MEGABYTE: Final = 1024 * 1024
UNUSED_UPLOADS: Final = timedelta(hours=24)
REMOTE_IMAGES: Final = timedelta(days=1)
_BATCH: Final = 500
_TOO_MUCH: Final = "The files of one message have 50 MB at most."


async def settle_files(
    session: WriteSession,
    actor: Actor,
    files: Sequence[Reference],
    *,
    ticket_id: int | None = None,
    written_here: bool = True,
) -> list[Reference]:
    """The files of a message to be, found and allowed.

    Replies and notes (`written_here`) are refused when their author may not attach a file; what came from elsewhere
    is kept, and a text takes the place of a dangerous file. Raises `PayloadTooLarge`, `UnknownReference`,
    `AttachmentRefused`.
    """
    if not files:
        return []
    settings = await get_settings(session)
    found = await _with_uploads(session, actor, files, ticket_id)
    largest = settings.max_attachment_mb * MEGABYTE
    for file in found:
        if file.content is not None and len(file.content) > largest:
            raise PayloadTooLarge(f"{file.name} is larger than {settings.max_attachment_mb} MB.", limitBytes=largest)
    if sum(file.size or 0 for file in found if not file.fetch) > MOST_BYTES:
        raise PayloadTooLarge(_TOO_MUCH, limitBytes=MOST_BYTES)
    if not written_here:
        return [_harmless(file, settings.default_language) for file in found]
    refused = policy.refused_attachment(actor, found)
    if refused is not None:
        raise AttachmentRefused(refused.name, refused.risk_class)
    return found


async def _with_uploads(
    session: WriteSession, actor: Actor, files: Sequence[Reference], ticket_id: int | None
) -> list[Reference]:
    """Ids of uploads, or of files that the ticket has already, replaced by what they stand for."""
    ids = {file.upload_id for file in files if file.upload_id is not None}
    rows = await file_repository.usable(session, ids, actor.id, ticket_id)
    settled = []
    for index, file in enumerate(files):
        row = rows.get(file.upload_id or "")
        if file.upload_id is None or (row is None and file.fetch):
            settled.append(file._replace(upload_id=None))
        elif row is None:
            raise UnknownReference(
                "There is no such upload, or it was used already.", field=f"attachments.{index}.id",
                value=file.upload_id,
            )  # fmt: skip
        else:
            waits = row.conversation_id is None
            settled.append(
                Reference(
                    row.name, row.original_url, row.content_type, cast(RiskClass, row.risk_class), row.size,
                    row.width, row.height, inline=file.inline or row.inline,
                    upload_id=row.id if waits else None, file_id=None if waits else row.file_id,
                    content_id=file.content_id or row.content_id,
                )
            )  # fmt: skip
    return settled


def _harmless(file: Reference, language: str) -> Reference:
    if file.risk_class != "dangerous" or file.content is None:
        return file
    name, text = removal_note(file.name, file.content_type or "dangerous", language)
    return Reference(name, file.url, "text/plain", "safe", size=len(text), content=text)


async def add_files(session: WriteSession, conversation_id: int, files: Sequence[Reference]) -> None:
    """Store the files of a message behind those it has; what lies elsewhere is fetched afterwards, by a job.

    Raises `PayloadTooLarge` when the message would have too much.
    """
    if not files:
        return
    first = await file_repository.next_position(session, conversation_id)
    there = await file_repository.stored_bytes(session, conversation_id) if first else 0
    if there + sum(file.size or 0 for file in files if not file.fetch) > MOST_BYTES:
        raise PayloadTooLarge(_TOO_MUCH, limitBytes=MOST_BYTES)
    for position, file in enumerate(files, first):
        if file.upload_id is not None:
            await file_repository.claim(session, file.upload_id, conversation_id, position, file)
            continue
        row = Attachment(**file_columns(file), conversation_id=conversation_id, position=position)
        if file.content is not None:
            take_over(row, await put_file(session, file.content, name=file.name, content_type=file.content_type))
        session.add(row)
    if any(file.fetch for file in files):
        await publish(session, FilesToFetch(conversation_id))


def file_columns(file: Reference) -> dict[str, Any]:
    """A file's columns but those that say where it belongs. `url` is where it came from."""
    return {
        "id": secret_token(16),
        "file_id": file.file_id,
        "content_id": file.content_id,
        "url": file.url,
        "original_url": file.url,
        "name": file.name,
        "size": file.size,
        "width": file.width,
        "height": file.height,
        "inline": file.inline,
        "content_type": file.content_type,
        "risk_class": file.risk_class,
        "extraction_status": "pending" if file.fetch else "skipped",
    }


def take_over(row: Attachment, file: StoredFile) -> None:
    """Let an attachment be a stored file."""
    row.file_id = file.id
    row.name = file.name
    row.size = file.size
    row.width, row.height = file.width, file.height
    row.content_type = file.content_type
    row.risk_class = file.risk_class


async def keep_received(
    session: WriteSession, content: bytes, *, name: str, content_type: str | None = None, language: str | None = None
) -> StoredFile:
    """Store a file of a mail that came in. Of a dangerous one only a text is kept that tells of its removal."""
    real = real_type(content[:262144], name)
    if risk_of(clean_name(name), content_type, real) == "dangerous":
        name, content = removal_note(name, real, language)
        content_type = "text/plain"
    return await put_file(session, content, name=name, content_type=content_type)


async def attach_files(
    session: WriteSession,
    conversation_id: int,
    files: Sequence[StoredFile],
    *,
    inline: bool | Collection[str] = False,
    content_ids: Mapping[str, str] | None = None,
) -> list[Attachment]:
    """Give stored files to a message. `inline`: all, or the ids of those that stand in the text; `content_ids`: by
    id of the file, without angle brackets."""
    first = await file_repository.next_position(session, conversation_id) if files else 0
    rows = []
    for position, file in enumerate(files, first):
        row = Attachment(
            id=secret_token(16),
            conversation_id=conversation_id,
            position=position,
            inline=inline if isinstance(inline, bool) else file.id in inline,
            content_id=(content_ids or {}).get(file.id),
        )
        take_over(row, file)
        rows.append(row)
    session.add_all(rows)
    await session.flush()  # Readers of the message find them.
    return rows


async def attachments_of(session: ReadSession, conversation_ids: Collection[int]) -> dict[int, list[Attachment]]:
    """Files by message, in order. Without `file_id` nothing is stored: a reference, or not fetched yet (`pending`)."""
    return await repository.files_of(session, conversation_ids)


async def keep_upload(
    session: WriteSession, actor: Actor, content: AsyncIterator[bytes], *, name: str, content_type: str | None
) -> Attachment:
    """An upload that waits for its message. Raises `AttachmentRefused` for a dangerous one."""
    file = await put_file(session, content, name=name, content_type=content_type)
    if file.risk_class == "dangerous":
        raise AttachmentRefused(file.name, file.risk_class)
    row = Attachment(id=secret_token(16), uploaded_by=actor.id, extraction_status="skipped", inline=False)
    take_over(row, file)
    session.add(row)
    await session.flush()  # The answer shows the row.
    return row


async def visible_attachment(session: ReadSession, actor: Actor, attachment_id: str) -> Attachment:
    """One that the caller may see: of a ticket in sight, or the caller's own upload. Raises `AttachmentNotFound`."""
    found = await file_repository.with_ticket(session, attachment_id)
    if found is None:
        raise AttachmentNotFound(attachment_id)
    row, ticket_id = found
    if ticket_id is None:
        if row.uploaded_by != actor.id:
            raise AttachmentNotFound(attachment_id)
        return row
    try:
        await tickets.get_visible(session, actor, ticket_id)
    except tickets.TicketNotFound as failure:
        raise AttachmentNotFound(attachment_id) from failure
    return row


async def file_to_download(session: ReadSession, actor: Actor | None, attachment_id: str) -> FileFacts:
    """What is stored of an attachment; `actor` None holds a signed link. Raises `AttachmentNotFound`."""
    if actor is not None:
        row = await visible_attachment(session, actor, attachment_id)
    else:
        found = await file_repository.with_ticket(session, attachment_id)
        if found is None or found[1] is None:
            raise AttachmentNotFound(attachment_id)
        row = found[0]
    file = (await find_files(session, [row.file_id])).get(row.file_id) if row.file_id is not None else None
    if file is None:
        raise AttachmentNotFound(attachment_id)
    return FileFacts.of(file, row.name)


async def remove_unused(session: WriteSession, now: datetime) -> int:
    """Remove some uploads that nobody used within a day, and remote images of yesterday; answers how many."""
    file_ids = await file_repository.take_unused(session, now - UNUSED_UPLOADS, _BATCH)
    file_ids += await file_repository.take_old_images(session, now - REMOTE_IMAGES, _BATCH)
    await drop_files(session, await file_repository.unnamed(session, file_ids))
    return len(file_ids) + await sweep(session)
