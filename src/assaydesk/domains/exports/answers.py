"""Answers of exports: streamed rows with constant memory, spreadsheets by way of a file."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Final, cast

from starlette.responses import StreamingResponse
from starlette.types import Send

from assaydesk.domains.exports import service
from assaydesk.domains.exports.service import Prepared
from assaydesk.domains.exports.types import Format
from assaydesk.domains.exports.writers import MEDIA_TYPES, text_writer
from assaydesk.kit.table_files import XlsxFile
from assaydesk.platform.db.engine import Database

LONGEST_SECONDS: Final = 300.0
"""A reader that takes longer holds a connection of the database for nothing."""
PIECE: Final = 64 * 1024


class RowsResponse(StreamingResponse):
    """Begins when the first rows are there, so that a failure before them is still answered as one."""

    async def stream_response(self, send: Send) -> None:
        pieces = cast(AsyncGenerator[bytes, None], self.body_iterator)
        async with aclosing(pieces), asyncio.timeout(LONGEST_SECONDS):
            first = await anext(pieces, b"")
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": first, "more_body": True})
            async for piece in pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})


def rows_answer(database: Database, prepared: Prepared) -> RowsResponse:
    """The rows of an export in its format."""
    pieces = _sheet(database, prepared) if prepared.form is Format.XLSX else _text(database, prepared)
    headers = {"Cache-Control": "no-store"}
    if prepared.form is not Format.JSON:
        headers["Content-Disposition"] = f'attachment; filename="{prepared.file_name}"'
    return RowsResponse(pieces, media_type=MEDIA_TYPES[prepared.form], headers=headers)


async def _text(database: Database, prepared: Prepared) -> AsyncIterator[bytes]:
    [sheet] = prepared.sheets
    writer = text_writer(prepared.form, sheet.names, sheet.free, prepared.delimiter)
    lead = writer.begin()
    async with database.read() as session:
        async for rows in service.read_rows(session, sheet):
            yield lead + writer.rows(rows)
            lead = b""
    yield lead + writer.end()


async def _sheet(database: Database, prepared: Prepared) -> AsyncIterator[bytes]:
    with tempfile.TemporaryDirectory(prefix="assaydesk-export-") as folder:
        path = Path(folder) / "export.xlsx"
        book = XlsxFile(path)
        async with database.read() as session:
            for sheet in prepared.sheets:
                book.begin(sheet.title, sheet.names)
                async for rows in service.read_rows(session, sheet):
                    await asyncio.to_thread(book.rows, rows)
        await asyncio.to_thread(book.end)
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece
