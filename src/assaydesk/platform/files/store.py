"""Files in the database: stored with the rows that name them, read piece by piece (ADR 0014)."""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import Any, Final

import imagesize
from sqlalchemy import delete, insert, select, update

from assaydesk.kit.file_types import clean_name, directory_place, real_type, risk_of
from assaydesk.kit.ids import secret_token
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.files.models import FileChunk, FileContent, StoredFile

__all__ = [
    "CHUNK", "FileFacts", "FileMissing", "StoredFile", "drop_files", "find_files", "put_file", "read_file",
    "stream_file", "sweep",
]  # fmt: skip

CHUNK: Final = 256 * 1024
"""Bytes in a piece."""

_DIRECTORY: Final = 16 * 1024
_BATCH: Final = 500


class FileMissing(LookupError):
    """There is no such file."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a download needs to know, beyond the session that read it."""

    id: str
    name: str
    size: int
    content_type: str
    risk_class: str
    etag: str

    @classmethod
    def of(cls, file: StoredFile, name: str | None = None) -> "FileFacts":
        return cls(file.id, name or file.name, file.size, file.content_type, file.risk_class, file.sha256.hex())


async def put_file(
    session: WriteSession, content: bytes | AsyncIterator[bytes], *, name: str, content_type: str | None = None
) -> StoredFile:
    """Store a file. It appears, and disappears, with the transaction.

    `content_type` is what somebody declared; the file gets the type that its content has, and the worse risk of name,
    declaration and content. An iterator must have its bytes at hand (memory, disk): the session is open meanwhile.
    """
    bytes_id = await session.scalar(insert(FileContent).values(size=0).returning(FileContent.id))
    assert bytes_id is not None
    digest = sha256()
    head, size, number = b"", 0, 0
    async for piece in _pieces(content):
        head = head or piece
        digest.update(piece)
        size += len(piece)
        await session.execute(insert(FileChunk).values(content_id=bytes_id, number=number, data=piece))
        number += 1
    bytes_id = await _share(session, bytes_id, digest.digest(), size)
    clean = clean_name(name)
    real = real_type(head, clean, directory=await _directory(session, bytes_id, head))
    width, height = _dimensions(head) if real.startswith("image/") and real != "image/svg+xml" else (None, None)
    file = StoredFile(
        id=secret_token(16),
        bytes_id=bytes_id,
        name=clean,
        size=size,
        sha256=digest.digest(),
        content_type=real,
        risk_class=risk_of(clean, content_type, real),
        width=width,
        height=height,
    )
    session.add(file)
    await session.flush()  # Rows that name the file refer to it.
    return file


async def find_files(session: ReadSession, ids: Collection[str]) -> dict[str, StoredFile]:
    """Files by id; those that do not exist are left out."""
    if not ids:
        return {}
    return {file.id: file for file in await session.scalars(select(StoredFile).where(StoredFile.id.in_(ids)))}


async def read_file(session: ReadSession, file_id: str) -> bytes:
    """All bytes at once, for mail and small files. Raises `FileMissing`."""
    found = (await find_files(session, [file_id])).get(file_id)
    if found is None:
        raise FileMissing(file_id)
    query = select(FileChunk.data).where(FileChunk.content_id == found.bytes_id).order_by(FileChunk.number)
    return b"".join(await session.scalars(query))


async def stream_file(database: Database, file_id: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
    """The bytes from `start` up to but not including `end`, a piece at a time.

    Each piece is read in a short session of its own, so that a slow reader holds no connection. Raises `FileMissing`.
    """
    async with database.read() as session:
        found = (await find_files(session, [file_id])).get(file_id)
        if found is None:
            raise FileMissing(file_id)
        bytes_id, size = found.bytes_id, found.size
    end = size if end is None else min(end, size)
    while start < end:
        number, within = divmod(start, CHUNK)
        async with database.read() as session:
            piece = await _chunk(session, bytes_id, number)
        wanted = piece[within : within + end - start]
        if not wanted:
            raise FileMissing(file_id)
        start += len(wanted)
        yield wanted


async def drop_files(session: WriteSession, ids: Collection[str]) -> None:
    """Remove files that nothing names any more, and bytes that no other file has."""
    if not ids:
        return
    gone = await session.scalars(delete(StoredFile).where(StoredFile.id.in_(ids)).returning(StoredFile.bytes_id))
    await _drop_bytes(session, FileContent.id.in_(set(gone)))


async def sweep(session: WriteSession) -> int:
    """Remove bytes that lost their last file while somebody else was about to share them; answers how many."""
    unused = ~select(StoredFile.id).where(StoredFile.bytes_id == FileContent.id).exists()
    return await _drop_bytes(session, unused)


async def _drop_bytes(session: WriteSession, which: Any) -> int:
    # First locked, then looked at: bytes that a transaction under way has shared are locked by it and passed over.
    query = select(FileContent.id).where(which).limit(_BATCH).with_for_update(skip_locked=True)
    locked = list(await session.scalars(query))
    if not locked:
        return 0
    used = set(await session.scalars(select(StoredFile.bytes_id).where(StoredFile.bytes_id.in_(locked))))
    dead = [one for one in locked if one not in used]
    await session.execute(delete(FileContent).where(FileContent.id.in_(dead)))
    return len(dead)


async def _share(session: WriteSession, bytes_id: int, digest: bytes, size: int) -> int:
    """The same bytes, if they are stored already: then what was just written is taken back."""
    same = (FileContent.sha256 == digest, FileContent.size == size, FileContent.id != bytes_id)
    # The lock lets others share as well, and keeps the bytes from being removed before this transaction ends.
    query = select(FileContent.id).where(*same).order_by(FileContent.id).limit(1).with_for_update(read=True)
    known = await session.scalar(query)
    if known is not None:
        await session.execute(delete(FileContent).where(FileContent.id == bytes_id))
        return known
    await session.execute(update(FileContent).where(FileContent.id == bytes_id).values(sha256=digest, size=size))
    return bytes_id


async def _chunk(session: ReadSession, bytes_id: int, number: int) -> bytes:
    query = select(FileChunk.data).where(FileChunk.content_id == bytes_id, FileChunk.number == number)
    return await session.scalar(query) or b""


async def _directory(session: WriteSession, bytes_id: int, head: bytes) -> bytes:
    """The directory of an old Office file may stand far behind its beginning."""
    place = directory_place(head)
    if place is None:
        return b""
    number, within = divmod(place, CHUNK)
    piece = head if number == 0 else await _chunk(session, bytes_id, number)
    return piece[within : within + _DIRECTORY]


def _dimensions(head: bytes) -> tuple[int | None, int | None]:
    try:
        width, height = imagesize.get(BytesIO(head))
    except Exception:  # The library raises whatever a broken picture makes it run into.
        return None, None
    return (width, height) if 0 < width < 2**31 and 0 < height < 2**31 else (None, None)


async def _pieces(content: bytes | AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The content in pieces of `CHUNK` bytes, the last one shorter."""
    if isinstance(content, bytes):
        for start in range(0, len(content), CHUNK):
            yield content[start : start + CHUNK]
        return
    rest = bytearray()
    async for part in content:
        rest += part
        while len(rest) >= CHUNK:
            yield bytes(rest[:CHUNK])
            del rest[:CHUNK]
    if rest:
        yield bytes(rest)
