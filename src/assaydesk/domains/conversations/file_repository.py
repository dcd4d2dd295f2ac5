"""Queries of the files of messages."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, and_, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from assaydesk.domains.conversations.attachments import Reference
from assaydesk.domains.conversations.models import Attachment, Conversation, RemoteImage
from assaydesk.platform.db.session import ReadSession, WriteSession


async def usable(
    session: WriteSession, ids: Collection[str], user_id: int, ticket_id: int | None
) -> dict[str, Attachment]:
    """Uploads of this user that wait, locked, and stored files of the ticket."""
    if not ids:
        return {}
    waiting = select(Attachment).where(
        Attachment.id.in_(ids), Attachment.conversation_id.is_(None), Attachment.uploaded_by == user_id
    )
    found = {row.id: row for row in await session.scalars(waiting.with_for_update())}
    if ticket_id is not None and len(found) < len(ids):
        there = (
            select(Attachment)
            .join(Conversation, Conversation.id == Attachment.conversation_id)
            .where(Attachment.id.in_(ids), Attachment.file_id.is_not(None))
            .where(Conversation.ticket_id == ticket_id, Conversation.deleted_at.is_(None))
        )
        found |= {row.id: row for row in await session.scalars(there)}
    return found


async def next_position(session: WriteSession, conversation_id: int) -> int:
    query = select(func.coalesce(func.max(Attachment.position) + 1, 0))
    return await session.scalar(query.where(Attachment.conversation_id == conversation_id)) or 0


async def claim(
    session: WriteSession, attachment_id: str, conversation_id: int, position: int, file: Reference
) -> None:
    """Give an upload to a message."""
    values = {"conversation_id": conversation_id, "position": position, "inline": file.inline}
    statement = update(Attachment).where(Attachment.id == attachment_id, Attachment.conversation_id.is_(None))
    await session.execute(statement.values(**values, content_id=file.content_id))


async def with_ticket(session: ReadSession, attachment_id: str) -> tuple[Attachment, int | None] | None:
    """An attachment and the ticket of its message; those of deleted messages do not exist."""
    query = (
        select(Attachment, Conversation.ticket_id)
        .outerjoin(Conversation, Conversation.id == Attachment.conversation_id)
        .where(Attachment.id == attachment_id, Conversation.deleted_at.is_(None))
    )
    row = (await session.execute(query)).one_or_none()
    return None if row is None else (row[0], row[1])


async def message(session: ReadSession, conversation_id: int) -> Conversation:
    """A message that exists, deleted or not."""
    return await session.get_one(Conversation, conversation_id)


async def pending(session: ReadSession, conversation_id: int) -> Sequence[Attachment]:
    """Files of a message that are to be fetched."""
    return (await session.scalars(_pending(conversation_id))).all()


async def any_pending(session: ReadSession, conversation_id: int) -> bool:
    return await session.scalar(_pending(conversation_id).limit(1)) is not None


def _pending(conversation_id: int) -> Select[Attachment]:
    return (
        select(Attachment)
        .where(Attachment.conversation_id == conversation_id, Attachment.extraction_status == "pending")
        .order_by(Attachment.position)
    )


async def lock_pending(session: WriteSession, attachment_id: str) -> Attachment | None:
    """The file, if it still waits to be fetched."""
    query = select(Attachment).where(Attachment.id == attachment_id, Attachment.extraction_status == "pending")
    return (await session.scalars(query.with_for_update())).one_or_none()


async def lock_stale(session: WriteSession, before: datetime) -> Sequence[Attachment]:
    """Some files that wait to be fetched since then."""
    query = select(Attachment).where(Attachment.extraction_status == "pending", Attachment.created_at < before)
    return (await session.scalars(query.limit(100).with_for_update(skip_locked=True))).all()


async def stored_bytes(session: ReadSession, conversation_id: int) -> int:
    """Size of what is stored of a message's files."""
    query = select(func.coalesce(func.sum(Attachment.size), 0)).where(
        Attachment.conversation_id == conversation_id, Attachment.file_id.is_not(None)
    )
    return int(await session.scalar(query) or 0)


async def take_unused(session: WriteSession, before: datetime, limit: int) -> list[str]:
    """Delete uploads that no message took; answers their files."""
    ids = (
        select(Attachment.id)
        .where(Attachment.conversation_id.is_(None), Attachment.created_at < before)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    gone = await session.scalars(delete(Attachment).where(Attachment.id.in_(ids)).returning(Attachment.file_id))
    return [one for one in gone if one is not None]


async def take_old_images(session: WriteSession, before: datetime, limit: int) -> list[str]:
    """Forget remote images; answers their files."""
    old = (
        select(RemoteImage.conversation_id, RemoteImage.address_hash)
        .where(RemoteImage.fetched_at < before)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .subquery()
    )
    statement = delete(RemoteImage).where(
        and_(
            RemoteImage.conversation_id == old.c.conversation_id,
            RemoteImage.address_hash == old.c.address_hash,
        )
    )
    return list(await session.scalars(statement.returning(RemoteImage.file_id)))


async def unnamed(session: WriteSession, file_ids: Collection[str]) -> list[str]:
    """Those of the files that no attachment and no remote image names."""
    if not file_ids:
        return []
    attached = select(Attachment.file_id).where(Attachment.file_id.in_(file_ids))
    shown = select(RemoteImage.file_id).where(RemoteImage.file_id.in_(file_ids))
    used = set(await session.scalars(attached.union(shown)))
    return [one for one in set(file_ids) if one not in used]


async def remote_image(session: ReadSession, conversation_id: int, address_hash: bytes, since: datetime) -> str | None:
    """The stored file of a remote image that was fetched after `since`."""
    query = select(RemoteImage.file_id).where(
        RemoteImage.conversation_id == conversation_id,
        RemoteImage.address_hash == address_hash,
        RemoteImage.fetched_at > since,
    )
    return await session.scalar(query)


async def keep_remote_image(
    session: WriteSession, conversation_id: int, address_hash: bytes, file_id: str, at: datetime
) -> str | None:
    """Remember a remote image; answers the file that it had before."""
    known = select(RemoteImage.file_id).where(
        RemoteImage.conversation_id == conversation_id, RemoteImage.address_hash == address_hash
    )
    before = await session.scalar(known.with_for_update())
    new = insert(RemoteImage).values(
        conversation_id=conversation_id, address_hash=address_hash, file_id=file_id, fetched_at=at
    )
    await session.execute(
        new.on_conflict_do_update(
            index_elements=["conversation_id", "address_hash"], set_={"file_id": file_id, "fetched_at": at}
        )
    )
    return before
