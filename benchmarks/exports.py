"""Exports: rows a second beside a bare COPY of the same table to a client.

Bar: none is set; the ratio says what the figures of each row (counts, topic, times in the zone) and the format cost.
COPY sends the columns as they are stored; the export looks up the tags, messages, worklogs and the person of each row.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import psycopg
from sqlalchemy import text

from assaydesk import registry
from assaydesk.domains.exports import service
from assaydesk.domains.exports.queries import Query
from assaydesk.domains.exports.service import Prepared
from assaydesk.domains.exports.types import Format
from assaydesk.domains.exports.writers import XlsxFile, text_writer
from assaydesk.platform.db.embedded import EmbeddedPostgres
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.migrate import upgrade
from assaydesk.platform.logging import configure_logging
from assaydesk.platform.security.actor import SYSTEM

ROWS = 50_000
ROUNDS = 3
SEED = """
insert into tags (name) values ('Billing'), ('Delivery'), ('Other');
insert into tickets (channel, status, subject, contract_id, created_at, sla_started_at, closed_at, due_by)
  select 'email', 'closed', 'Question ' || n, 'C-' || n, t, t, t + interval '5 hours', t + interval '6 hours'
  from (select n, timestamptz '2024-01-01' + n * interval '1 minute' t from generate_series(1, {rows}) n) s;
insert into ticket_tags (ticket_id, tag_id) select id, 1 + id % 3 from tickets;
insert into conversations (ticket_id, direction, body, body_plain, body_clean, created_at)
  select id, d, 'text', 'text', 'text', created_at from tickets, unnest(array['in', 'out']) d;
analyze;
"""


async def seed(database: Database) -> None:
    async with database.write() as session:
        for statement in SEED.format(rows=ROWS).split(";\n"):
            await session.execute(text(statement))


async def prepared(database: Database, form: Format) -> Prepared:
    async with database.read() as session:
        return await service.prepare(session, SYSTEM, "ticket", form, Query(ROWS, 0, None, "asc", ()))


async def export(database: Database, form: Format, folder: Path) -> None:
    """All rows to a file on the disk, as the job does it."""
    one = await prepared(database, form)
    cells = one.cells
    sheet = XlsxFile(folder / "export.xlsx", cells.names) if form is Format.XLSX else None
    writer = None if sheet else text_writer(form, cells.names, cells.free, one.delimiter)
    with (folder / "export").open("wb") as file:
        async with database.read() as session:
            async for rows in service.read_rows(session, one):
                if sheet is not None:
                    sheet.rows(rows)
                elif writer is not None:
                    file.write(writer.rows(rows))
    if sheet is not None:
        sheet.end()


async def copy(url: str) -> None:
    async with (
        await psycopg.AsyncConnection.connect(url) as connection,
        connection.cursor() as cursor,
        cursor.copy("copy tickets to stdout (format csv)") as stream,
    ):
        async for _ in stream:
            pass


async def timed(work: Callable[[], Awaitable[None]]) -> float:
    """Rows a second, the best of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        await work()
        best = min(best, time.perf_counter() - started)
    return ROWS / best


async def measure(url: str, folder: Path) -> dict[str, object]:
    database = Database(url)
    try:
        await seed(database)
        bare = await timed(lambda: copy(url))
        found: dict[str, object] = {"rows": ROWS, "copy_rows_per_second": round(bare)}
        for form in Format:
            rate = await timed(lambda form=form: export(database, form, folder))  # type: ignore[misc]
            found[f"{form}_rows_per_second"] = round(rate)
            found[f"{form}_of_copy"] = round(rate / bare, 3)
        return found
    finally:
        await database.close()


def main() -> None:
    configure_logging("error", "console")
    registry.import_models()
    registry.register_handlers()
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "db", fsync=False)
        server.start()
        try:
            upgrade(server.url)
            print(json.dumps(asyncio.run(measure(server.url, Path(folder))), indent=1))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
