"""Exports: which there are, who gets which rows, at once or as a file later (ticket.md 10)."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Select

from assaydesk.domains.events.service import emit
from assaydesk.domains.exports import repository
from assaydesk.domains.exports.assessments import assessment_sheets
from assaydesk.domains.exports.columns import Asked, Plan
from assaydesk.domains.exports.events import ExportQueued
from assaydesk.domains.exports.lifecycle import Step, move
from assaydesk.domains.exports.models import Export
from assaydesk.domains.exports.people import survey_plan, user_plan
from assaydesk.domains.exports.queries import Query, Sheet, build, sheet_of
from assaydesk.domains.exports.tickets import message_plan, ticket_plan
from assaydesk.domains.exports.types import Format, Privacy, State
from assaydesk.domains.exports.worklogs import worklog_plan
from assaydesk.domains.notifications.service import notify
from assaydesk.domains.profiles.service import load_profiles
from assaydesk.domains.settings.service import InstanceSettings, get_settings
from assaydesk.kit.business_hours import business_hours
from assaydesk.kit.clock import day_of, iso, iso_or_none, utc_now
from assaydesk.kit.table_files import Row
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import Conflict, NotFound
from assaydesk.platform.events import publish
from assaydesk.platform.files.store import drop_files
from assaydesk.platform.security.actor import Actor

CHUNK: Final = 1000
"""Rows that are in memory at a time."""
KEPT: Final = timedelta(days=7)
BASE: Final = "/api/mind/export"
ASSESSMENTS: Final = "qualityAssessments"
"""The export whose columns depend on the scorecard."""

PLANS: Final[dict[str, Callable[[Asked, InstanceSettings], Plan]]] = {
    "reporting_tickets": lambda asked, settings: ticket_plan(asked, settings.worklog_gap_seconds),
    "ticket": lambda asked, settings: ticket_plan(asked, settings.worklog_gap_seconds),
    "reporting_messages": lambda asked, _: message_plan(asked),
    "reporting_worklog": lambda asked, _: worklog_plan(asked),
    "surveys": lambda asked, _: survey_plan(asked),
    "users": lambda asked, _: user_plan(asked),
}
"""The exports by the last part of their address."""


class ExportNotFound(NotFound):
    default_message = "This export does not exist."


class ExportNotReady(Conflict):
    default_message = "There is no file yet."


@dataclass(frozen=True, slots=True)
class Prepared:
    """An export that is ready to run. `limit_at_once`: rows up to which it is answered at once.

    `sheets`: one, or for a spreadsheet several. `count`: a statement for the number of all rows.
    """

    path: str
    form: Format
    query: Query
    sheets: tuple[Sheet, ...]
    count: Select[Any]
    delimiter: str
    limit_at_once: int
    file_name: str


async def prepare(session: ReadSession, actor: Actor, path: str, form: Format | None, query: Query) -> Prepared:
    """Read what was asked for.

    Raises `UnknownFilterKey`, `UnknownReference`, `PermissionDenied`, or `ValidationFailed` with all other faults.
    """
    settings = await get_settings(session)
    form = form or Format(settings.default_date_export_format)
    asked = await _asked(session, actor, settings)
    if path == ASSESSMENTS:
        sheets, count = await assessment_sheets(session, asked, settings, query, several=form is Format.XLSX)
    else:
        statements = build(PLANS[path](asked, settings), query, asked.input_zone)
        sheets, count = (sheet_of(statements),), statements.count
    at_once = settings.export_sync_rows_xlsx if form is Format.XLSX else settings.export_sync_rows_text
    name = f"{path}-{day_of(asked.now, asked.zone).isoformat()}.{form}"
    return Prepared(path, form, query, sheets, count, settings.export_csv_delimiter, at_once, name)


async def count_rows(session: ReadSession, prepared: Prepared) -> int:
    """How many rows filters, limit and offset leave."""
    return await session.scalar(prepared.count) or 0


async def is_small(session: ReadSession, prepared: Prepared) -> tuple[bool, int]:
    """Whether the rows are answered at once; and their number, as far as it had to be found out."""
    if prepared.query.limit <= prepared.limit_at_once:
        return True, 0
    rows = await count_rows(session, prepared)
    return rows <= prepared.limit_at_once, rows


async def read_rows(session: ReadSession, sheet: Sheet) -> AsyncIterator[list[Row]]:
    """The rows, a chunk at a time, from a cursor of the database: all of one moment, and never all in memory."""
    connection = await session.connection()
    async with connection.stream(sheet.rows, execution_options={"yield_per": CHUNK}) as result:
        async for part in result.partitions():
            yield [sheet.turn(row) for row in part]


async def note_export(session: WriteSession, actor: Actor, prepared: Prepared, export_id: int = 0) -> None:
    """Exports are in the audit log (platform.md 9)."""
    change = Change(export_id, prepared.path, None, {"format": prepared.form, "limit": prepared.query.limit})
    await write_audit(session, actor, "export:rows:read", "export", [change])


async def queue_export(session: WriteSession, actor: Actor, prepared: Prepared, rows: int) -> int:
    """Have a large export written in the background; answers its id."""
    export = Export(
        user_id=actor.id,
        path=prepared.path,
        format=prepared.form,
        query=prepared.query.as_json(),
        state=State.QUEUED,
        rows_total=rows,
        file_name=prepared.file_name,
        created_at=utc_now(),
    )
    session.add(export)
    await session.flush()  # The job names the id.
    await publish(session, ExportQueued(export.id))
    await note_export(session, actor, prepared, export.id)
    return export.id


async def finish_export(session: WriteSession, export: Export, *, file_id: str, rows: int) -> bool:
    """The file is there: say so to whoever asked for it. False when the export was cancelled or taken over."""
    now = utc_now()
    done = await repository.finish(
        session, export.id, export.attempt,
        file_id=file_id, rows_done=rows, rows_total=rows, finished_at=now, expires_at=now + KEPT, error=None,
    )  # fmt: skip
    if done:
        await emit(session, "ReportReady", user_id=export.user_id, data={"exportId": export.id})
        words = {
            "en": f"Your export is ready: {export.file_name} ({rows} rows).",
            "de": f"Ihr Export ist fertig: {export.file_name} ({rows} Zeilen).",
        }
        await notify(session, [export.user_id], "exportReady", words, url=f"{BASE}/file/{export.id}")
    return done


async def list_exports(session: ReadSession, actor: Actor, *, limit: int, offset: int) -> dict[str, Any]:
    """The caller's own queued exports, newest first."""
    rows, total = await repository.page(session, actor.id, limit=limit, offset=offset)
    jobs = [export_view(row) for row in rows]
    return {"success": True, "jobs": jobs, "total": total, "limit": limit, "offset": offset}


async def find_export(session: ReadSession, actor: Actor, export_id: int) -> Export:
    """An export of the caller. Raises `ExportNotFound`, also for one of somebody else."""
    export = await repository.find(session, actor.id, export_id)
    if export is None:
        raise ExportNotFound(exportId=export_id)
    return export


async def lock_export(session: WriteSession, actor: Actor, export_id: int) -> Export:
    """The same, locked."""
    export = await repository.find_for_update(session, actor.id, export_id)
    if export is None:
        raise ExportNotFound(exportId=export_id)
    return export


def file_of(export: Export) -> str:
    """The file of an export. Raises `ExportNotFound` when it had its time, `ExportNotReady` when there is none."""
    if export.state == State.EXPIRED:
        raise ExportNotFound("The file of this export was removed.", exportId=export.id)
    if export.file_id is None:
        raise ExportNotReady(exportId=export.id, state=export.state)
    return export.file_id


async def remove_export(session: WriteSession, export: Export) -> None:
    """Cancel an export that is not finished, or remove its file. Once more changes nothing."""
    step = Step.EXPIRE if export.state == State.DONE else Step.CANCEL
    state = move(State(export.state), step)
    if state is None:
        return
    file_id, export.file_id = export.file_id, None
    export.state = state
    export.finished_at = export.finished_at or utc_now()
    await session.flush()  # The row lets go of the file before it is dropped.
    if file_id is not None:
        await drop_files(session, [file_id])


async def remove_expired(session: WriteSession, limit: int) -> int:
    """Remove the files of exports that had their time; answers how many."""
    rows = await repository.expired(session, utc_now(), limit)
    for export in rows:
        await remove_export(session, export)
    return len(rows)


def export_view(export: Export) -> dict[str, Any]:
    """A queued export as the API shows it."""
    done = export.state == State.DONE
    return {
        "id": export.id,
        "path": f"/export/{export.path}",
        "format": export.format,
        "state": export.state,
        "rowsDone": export.rows_done,
        "rowsTotal": export.rows_total,
        "createdAt": iso(export.created_at),
        "finishedAt": iso_or_none(export.finished_at),
        "expiresAt": iso_or_none(export.expires_at),
        "fileUrl": f"{BASE}/file/{export.id}" if done else None,
        "error": export.error,
    }


async def _asked(session: ReadSession, actor: Actor, settings: InstanceSettings) -> Asked:
    profile = (await load_profiles(session, [actor.id])).get(actor.id)
    own_zone = profile.timezone if profile is not None else None
    roots, names = await _tag_names(session)
    return Asked(
        actor=actor,
        now=utc_now(),
        zone=ZoneInfo(own_zone) if own_zone else settings.zone,
        input_zone=settings.zone,
        privacy=Privacy(settings.reporting_privacy_level),
        hours=business_hours(settings.timezone, settings.working_hours, settings.holidays, settings.holiday_regions),
        roots=roots,
        names=names,
    )


async def _tag_names(session: ReadSession) -> tuple[dict[str, str], dict[str, str]]:
    """By tag id: the name of the root of its tree; and its own, for tags that are no roots (tags.md 2)."""
    rows = {row.id: row for row in await repository.tags(session)}
    roots: dict[str, str] = {}
    names: dict[str, str] = {}
    for row in rows.values():
        root, seen = row, {row.id}
        while root.parent_id in rows and root.parent_id not in seen:
            seen.add(root.parent_id)
            root = rows[root.parent_id]
        roots[str(row.id)] = root.name
        if root is not row:
            names[str(row.id)] = row.name
    return roots, names
