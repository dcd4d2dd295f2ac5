"""Writing large exports, and removing them when they had their time."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import structlog

from assaydesk.domains.exports import repository, service
from assaydesk.domains.exports.models import Export
from assaydesk.domains.exports.queries import Query
from assaydesk.domains.exports.service import Prepared
from assaydesk.domains.exports.types import Format
from assaydesk.domains.exports.writers import MEDIA_TYPES, text_writer
from assaydesk.domains.profiles.actors import actor_of
from assaydesk.kit.clock import utc_now
from assaydesk.kit.table_files import XlsxFile
from assaydesk.platform.errors import DomainError, PermissionDenied
from assaydesk.platform.files.store import CHUNK as PIECE
from assaydesk.platform.files.store import put_file
from assaydesk.platform.jobs.job import JobResult, Runtime, job
from assaydesk.platform.jobs.queue import enqueue
from assaydesk.platform.security.permissions import Permission

log = structlog.get_logger("exports")

MOST_TRIES: Final = 5
REPORT_EVERY: Final = 5000
BATCH: Final = 100


class Superseded(Exception):
    """The export was cancelled, or another worker writes it."""


@job("exports.write", queue="default", retries=MOST_TRIES, timeout_seconds=6 * 3600)
async def write_export(runtime: Runtime, *, export_id: int) -> None:
    """Write the file of one export. A worker that is killed leaves nothing; the next one begins from the start."""
    async with runtime.database.write() as session:
        export = await repository.claim(session, export_id)
    if export is None:
        return
    if export.attempt > MOST_TRIES:
        # Its workers were killed each time; perhaps by it.
        async with runtime.database.write() as session:
            await repository.fail(session, export_id, export.attempt, "internal_error", utc_now())
        return
    folder = runtime.config.data_path / "exports" / str(export_id)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        await _write(runtime, export, folder)
    except Superseded:
        log.info("export_superseded", export_id=export_id)
    except Exception as failure:
        final = isinstance(failure, DomainError) or export.attempt >= MOST_TRIES
        if final:
            code = failure.code if isinstance(failure, DomainError) else "internal_error"
            async with runtime.database.write() as session:
                await repository.fail(session, export_id, export.attempt, code, utc_now())
        if not isinstance(failure, DomainError):
            raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _write(runtime: Runtime, export: Export, folder: Path) -> None:
    async with runtime.database.read() as session:
        actor = await actor_of(session, export.user_id)
        if actor is None or not actor.has(Permission.EXPORT_DATA):
            raise PermissionDenied(Permission.EXPORT_DATA)
        query = Query.from_json(export.query)
        prepared = await service.prepare(session, actor, export.path, Format(export.format), query)
    path = folder / "export"
    rows = await _write_file(runtime, export, prepared, path)
    async with runtime.database.write() as session:
        name = export.file_name or prepared.file_name
        media = MEDIA_TYPES[prepared.form].split(";")[0]
        file = await put_file(session, _pieces(path), name=name, content_type=media)
        if not await service.finish_export(session, export, file_id=file.id, rows=rows):
            # Leaving the block by an error takes the file back.
            raise Superseded


async def _write_file(runtime: Runtime, export: Export, prepared: Prepared, path: Path) -> int:
    if prepared.form is Format.XLSX:
        return await _write_book(runtime, export, prepared, path)
    [sheet] = prepared.sheets
    writer, done = text_writer(prepared.form, sheet.names, sheet.free, prepared.delimiter), 0
    with path.open("wb") as file:
        file.write(writer.begin())
        async with runtime.database.read() as session:
            async for rows in service.read_rows(session, sheet):
                file.write(writer.rows(rows))
                done = await _count(runtime, export, done, len(rows))
        file.write(writer.end())
    return done


async def _write_book(runtime: Runtime, export: Export, prepared: Prepared, path: Path) -> int:
    book, done = XlsxFile(path), 0
    async with runtime.database.read() as session:
        for sheet in prepared.sheets:
            book.begin(sheet.title, sheet.names)
            async for rows in service.read_rows(session, sheet):
                await asyncio.to_thread(book.rows, rows)
                done = await _count(runtime, export, done, len(rows))
    await asyncio.to_thread(book.end)
    return done


async def _count(runtime: Runtime, export: Export, done: int, new: int) -> int:
    """Rows so far; they are told now and then, which also finds out whether anybody still wants them."""
    if (done + new) // REPORT_EVERY > done // REPORT_EVERY:
        await _report(runtime, export, done + new)
    return done + new


async def _report(runtime: Runtime, export: Export, rows: int) -> None:
    async with runtime.database.write() as session:
        going_on = await repository.note_progress(session, export.id, export.attempt, rows)
    if not going_on:
        raise Superseded


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


@job("exports.tidy", cron="* * * * *", cron_name="exports", can_disable=False)
async def tidy(runtime: Runtime) -> JobResult:
    """Start exports that nobody writes, and remove files that had their time."""
    async with runtime.database.read() as session:
        alone = await repository.left_alone(session, write_export.name)
    for export_id in alone:
        async with runtime.database.write() as session:
            await enqueue(session, write_export, key=f"export:{export_id}", export_id=export_id)
    removed, found = 0, BATCH
    while found == BATCH:
        async with runtime.database.write() as session:
            found = await service.remove_expired(session, BATCH)
        removed += found
    return {"started": len(alone), "removed": removed}
