"""What lies elsewhere: files that a body names by their address, and remote images of messages (ticket.md 2.3, 4.3).

Each step has a session of its own; the fetching stands between them, in the job or the endpoint.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from assaydesk.domains.conversations import file_repository, repository
from assaydesk.domains.conversations.attachments import MOST_BYTES
from assaydesk.domains.conversations.bodies import remote_image_address
from assaydesk.domains.conversations.errors import ConversationNotFound, RemoteImageFailed
from assaydesk.domains.conversations.files import MEGABYTE, REMOTE_IMAGES, take_over
from assaydesk.domains.conversations.models import Attachment, Conversation
from assaydesk.domains.notifications.service import Kind, notify
from assaydesk.domains.profiles.service import load_profiles
from assaydesk.domains.profiles.types import ProfileType
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.tickets import service as tickets
from assaydesk.kit.clock import utc_now
from assaydesk.kit.file_types import clean_name, real_type, risk_of
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.files.store import FileFacts, drop_files, find_files, put_file

IMAGE_BYTES: Final = 5 * MEGABYTE
GIVE_UP_AFTER: Final = timedelta(hours=1)
_SHOWABLE: Final = frozenset(
    ["image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/avif", "image/apng", "image/x-icon"]
)
_MACHINES: Final = frozenset({ProfileType.AI_AGENT, ProfileType.SERVICE_WORKER})
_FAILED: Final = {
    "en": "The attachment {name} of ticket {ticket} could not be fetched: {reason}",
    "de": "Der Anhang {name} von Vorgang {ticket} konnte nicht geholt werden: {reason}",
}


@dataclass(frozen=True, slots=True)
class ToFetch:
    """A file that waits to be fetched; no more than `max_bytes` of it are wanted."""

    attachment_id: str
    url: str
    max_bytes: int


async def files_to_fetch(session: ReadSession, conversation_id: int) -> list[ToFetch]:
    """The files of a message that are `pending`."""
    rows = await file_repository.pending(session, conversation_id)
    if not rows:
        return []
    most = (await get_settings(session)).max_attachment_mb * MEGABYTE
    return [ToFetch(row.id, row.url, most) for row in rows if row.url is not None]


async def files_are_pending(session: ReadSession, conversation_id: int) -> bool:
    """Whether a message still waits for files that lie elsewhere. Sending it waits for them."""
    return await file_repository.any_pending(session, conversation_id)


async def keep_fetched(
    session: WriteSession, attachment_id: str, content: bytes | None, *, declared: str | None, problem: str | None
) -> None:
    """Store what was fetched, or why there is nothing. A file that is no longer `pending` is left alone."""
    row = await file_repository.lock_pending(session, attachment_id)
    if row is None or row.conversation_id is None:
        return
    message = await file_repository.message(session, row.conversation_id)
    if content is not None:
        real = real_type(content[:262144], row.name)
        row.risk_class = risk_of(clean_name(row.name), declared, real)
        room = MOST_BYTES - await file_repository.stored_bytes(session, row.conversation_id)
        if row.risk_class in await _refused_classes(session, message):
            problem = f"files of this kind are refused ({row.risk_class})"
        elif len(content) > room:
            problem = "the files of one message have 50 MB at most"
        else:
            take_over(row, await put_file(session, content, name=row.name, content_type=declared))
            row.extraction_status = "success"
            return
    await _note_failure(session, row, message, problem or "there is no answer")


async def give_up_fetching(session: WriteSession, now: datetime) -> int:
    """Let files that are `pending` for an hour count as failed; answers how many."""
    rows = await file_repository.lock_stale(session, now - GIVE_UP_AFTER)
    for row in rows:
        if row.conversation_id is not None:
            message = await file_repository.message(session, row.conversation_id)
            await _note_failure(session, row, message, "there was no answer for an hour")
    return len(rows)


async def _refused_classes(session: ReadSession, message: Conversation) -> tuple[str, ...]:
    """The same rule as for files that are sent along: programs attach nothing risky (ticket.md 4.2)."""
    if message.direction == "in" or message.agent_id is None:
        return ("dangerous",)
    author = (await load_profiles(session, [message.agent_id])).get(message.agent_id)
    return ("dangerous", "risky") if author is not None and author.type in _MACHINES else ("dangerous",)


async def _note_failure(session: WriteSession, row: Attachment, message: Conversation, problem: str) -> None:
    row.extraction_status = "failed"
    row.extraction_data = {"error": problem}
    details = {"conversationId": message.id, "attachmentId": row.id, "name": row.name, "reason": problem}
    await tickets.log_activity(session, message.ticket_id, "attachmentFailed", at=utc_now(), details=details)
    words = {
        language: text.format(name=row.name, ticket=message.ticket_id, reason=problem)
        for language, text in _FAILED.items()
    }
    await notify(session, [message.agent_id], Kind.SYSTEM, words, ticket_id=message.ticket_id)


@dataclass(frozen=True, slots=True)
class WantedImage:
    """A remote image: where it lies, and the stored file when it was fetched within a day."""

    conversation_id: int
    address: str
    file: FileFacts | None


async def find_remote_image(session: ReadSession, ticket_id: int, conversation_id: int, number: int) -> WantedImage:
    """The n-th image of the cleaned text. Raises `ConversationNotFound` when there is no such image."""
    row = await repository.get(session, ticket_id, conversation_id)
    address = remote_image_address(row.body, row.type, number) if row is not None else None
    if address is None:
        raise ConversationNotFound(conversation_id)
    since = utc_now() - REMOTE_IMAGES
    file_id = await file_repository.remote_image(session, conversation_id, _hash(address), since)
    file = (await find_files(session, [file_id])).get(file_id) if file_id is not None else None
    return WantedImage(conversation_id, address, FileFacts.of(file) if file is not None else None)


async def keep_remote_image(session: WriteSession, image: WantedImage, content: bytes, at: datetime) -> FileFacts:
    """Store a fetched image for a day. Raises `RemoteImageFailed` when it is none that is shown."""
    if real_type(content[:262144]) not in _SHOWABLE:
        raise RemoteImageFailed("noImage")
    file = await put_file(session, content, name="image")
    older = await file_repository.keep_remote_image(session, image.conversation_id, _hash(image.address), file.id, at)
    if older is not None:
        await drop_files(session, [older])
    return FileFacts.of(file)


def _hash(address: str) -> bytes:
    return sha256(address.encode()).digest()
