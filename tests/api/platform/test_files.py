"""Files in the database: in pieces, shared by content, gone with their last name."""

import asyncio
from collections.abc import AsyncIterator

from sqlalchemy import text

from assaydesk.platform.db.engine import Database, JoinedDatabase
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.files.store import CHUNK, drop_files, put_file, read_file, stream_file, sweep


async def _in_parts(content: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def _count(session: WriteSession, table: str) -> int:
    return await session.scalar(text(f"select count(*) from {table}")) or 0


async def test_given_parts_of_any_length_the_same_bytes_come_back(
    session: WriteSession, database: JoinedDatabase
) -> None:
    content = bytes(range(256)) * (CHUNK // 256 * 2) + b"end"
    file = await put_file(session, _in_parts(content, 70_001), name="../a b.bin", content_type="image/png")
    await session.commit()
    assert (file.name, file.size, file.content_type, file.risk_class) == (
        "a b.bin", len(content), "application/octet-stream", "dangerous"
    )  # fmt: skip
    assert await read_file(session, file.id) == content
    assert b"".join([piece async for piece in stream_file(database, file.id)]) == content
    assert (
        b"".join([piece async for piece in stream_file(database, file.id, CHUNK - 1, CHUNK + 2)])
        == (content[CHUNK - 1 : CHUNK + 2])
    )


async def test_given_the_same_bytes_twice_they_are_stored_once(session: WriteSession) -> None:
    first = await put_file(session, b"a logo", name="logo.txt")
    second = await put_file(session, b"a logo", name="other.txt")
    assert first.id != second.id
    assert (await _count(session, "file_contents"), await _count(session, "file_chunks")) == (1, 1)
    await drop_files(session, [first.id])
    assert await read_file(session, second.id) == b"a logo"
    await drop_files(session, [second.id])
    assert (await _count(session, "file_contents"), await _count(session, "file_chunks")) == (0, 0)


async def test_given_nothing_an_empty_file_is_kept(session: WriteSession, database: JoinedDatabase) -> None:
    file = await put_file(session, b"", name="empty.txt")
    await session.commit()
    assert (file.size, file.content_type, [piece async for piece in stream_file(database, file.id)]) == (
        0, "text/plain", []
    )  # fmt: skip


async def test_given_a_rollback_nothing_is_left(committed: Database) -> None:
    try:
        async with committed.write() as session:
            await put_file(session, b"lost", name="lost.txt")
            raise KeyError
    except KeyError:
        pass
    async with committed.write() as session:
        assert await _count(session, "file_chunks") == 0


async def test_given_a_file_that_goes_while_another_shares_its_bytes_they_stay(committed: Database) -> None:
    async with committed.write() as session:
        first = (await put_file(session, b"a logo", name="logo.txt")).id
    async with committed.write() as sharing:
        second = (await put_file(sharing, b"a logo", name="other.txt")).id
        async with committed.write() as dropping:
            await drop_files(dropping, [first])
    async with committed.write() as session:
        assert await read_file(session, second) == b"a logo"
        assert await _count(session, "file_contents") == 1
    async with committed.write() as dropping:
        await drop_files(dropping, [second])
        late = asyncio.create_task(_put_logo(committed))
        await asyncio.sleep(0)
    third = await late
    async with committed.write() as session:
        assert await read_file(session, third) == b"a logo"
        assert await sweep(session) == 0


async def _put_logo(database: Database) -> str:
    async with database.write() as session:
        return (await put_file(session, b"a logo", name="third.txt")).id
