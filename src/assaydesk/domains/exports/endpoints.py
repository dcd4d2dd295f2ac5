"""Exports of tickets, messages, worklogs, survey answers, users and assessments (ticket.md 10, worklog.md 9,
quality.md 10)."""

from typing import Any

from starlette.responses import JSONResponse, Response, StreamingResponse

from assaydesk.domains.exports import service
from assaydesk.domains.exports.answers import rows_answer
from assaydesk.domains.exports.deps import (
    AnyExporter,
    AssessmentQuery,
    AssessmentReader,
    Caller,
    Exporter,
    ExportQuery,
    Form,
    ToChange,
    ToRead,
)
from assaydesk.domains.exports.queries import Query
from assaydesk.domains.exports.schemas import ExportDetail, ExportList, QueuedExport
from assaydesk.domains.exports.service import BASE, ExportNotFound, ExportNotReady
from assaydesk.domains.exports.types import Format
from assaydesk.domains.exports.writers import MEDIA_TYPES
from assaydesk.platform.errors import PermissionDenied, UnknownFilterKey, UnknownReference, ValidationFailed
from assaydesk.platform.files.store import stream_file
from assaydesk.platform.http.context import AppContext
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Context, Reads, Writes
from assaydesk.platform.paging import Paging
from assaydesk.platform.schema import Done
from assaydesk.platform.security.actor import Actor

router = Router("export", prefix="/api/mind/export")

_MESSAGES = {
    "en": "The export is large and is prepared in the background. You are told when the file is ready.",
    "de": "Der Export ist groß und wird im Hintergrund erstellt. Sie erfahren, wenn die Datei bereit ist.",
}
_ROWS: dict[str, Any] = {"type": "array", "items": {"type": "object"}}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The rows: a bare array, RFC 4180 text, or one sheet.",
        "content": {
            "application/json": {"schema": _ROWS},
            "text/csv": {"schema": {"type": "string"}},
            MEDIA_TYPES[Format.XLSX]: {"schema": {"type": "string", "format": "binary"}},
        },
    },
    202: {"description": "Too large to be answered at once; it is queued.", "model": QueuedExport},
    **errors(PermissionDenied, UnknownFilterKey, ValidationFailed),
}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("/reporting_tickets", operation_id="exportReportingTickets", response_model=None, responses=_ANSWERS)
async def export_tickets(context: Context, actor: Exporter, query: ExportQuery, form: Form = None) -> Response:
    """Tickets with their figures. Filters: the keys of the ticket search and any column; order: any column."""
    return await _export(context, actor, "reporting_tickets", form, query)


@router.get("/ticket", operation_id="exportTickets", response_model=None, responses=_ANSWERS)
async def export_tickets_older(context: Context, actor: Exporter, query: ExportQuery, form: Form = None) -> Response:
    """The same under its older address; keys may have `t.` in front."""
    return await _export(context, actor, "ticket", form, query)


@router.get("/reporting_messages", operation_id="exportReportingMessages", response_model=None, responses=_ANSWERS)
async def export_messages(context: Context, actor: Exporter, query: ExportQuery, form: Form = None) -> Response:
    """Messages of tickets; drafts and deleted ones are left out."""
    return await _export(context, actor, "reporting_messages", form, query)


@router.get("/reporting_worklog", operation_id="exportReportingWorklog", response_model=None, responses=_ANSWERS)
async def export_worklogs(context: Context, actor: Exporter, query: ExportQuery, form: Form = None) -> Response:
    """Worklogs: who worked on which ticket, when, how long, and how it ended. Filters and order: any column."""
    return await _export(context, actor, "reporting_worklog", form, query)


@router.get("/surveys", operation_id="exportSurveys", response_model=None, responses=_ANSWERS)
async def export_surveys(context: Context, actor: Exporter, query: ExportQuery, form: Form = None) -> Response:
    """Survey answers: everybody's with `readSurveys`, otherwise those to the caller's own replies."""
    return await _export(context, actor, "surveys", form, query)


@router.get("/users", operation_id="exportUsers", response_model=None, responses=_ANSWERS)
async def export_users(context: Context, actor: Exporter, query: ExportQuery, form: Form = None) -> Response:
    """People, service workers and AI agents."""
    return await _export(context, actor, "users", form, query)


@router.get(
    "/qualityAssessments",
    operation_id="exportQualityAssessments",
    response_model=None,
    responses=_ANSWERS | errors(PermissionDenied, UnknownReference, ValidationFailed),
)
async def export_assessments(
    context: Context, actor: Exporter, _reader: AssessmentReader, query: AssessmentQuery, form: Form = None
) -> Response:
    """Assessments that the caller may see, newest first: totals, and a column for each criterion.

    Needs `exportData` and a right to see assessments. Without `scorecardId` a spreadsheet has a sheet for each
    scorecard with assessments; CSV and JSON have the scorecard of the newest one. The columns are the criteria of all
    its revisions, named as in the newest that has them. What waits for the AI, failed or was deleted is left out. Of a
    blind review that is not finished, those who may do it find their own scores only, and no totals.
    """
    return await _export(context, actor, "qualityAssessments", form, query)


@router.get("/job", operation_id="getExportJobs", response_model=ExportList, responses=errors(PermissionDenied))
async def list_jobs(session: Reads, actor: AnyExporter, page: Paging) -> Response:
    """The caller's own queued exports, newest first."""
    return json_answer(await service.list_exports(session, actor, limit=page.limit, offset=page.offset))


@router.get(
    "/job/{exportId}",
    operation_id="getExportJob",
    response_model=ExportDetail,
    responses=errors(ExportNotFound, ValidationFailed),
)
async def get_job(actor: Caller, export: ToRead) -> Response:
    """State and progress of a queued export of the caller."""
    return json_answer({"success": True} | service.export_view(export))


@router.delete("/job/{exportId}", operation_id="deleteExportJob", responses=errors(ExportNotFound, ValidationFailed))
async def delete_job(session: Writes, actor: Caller, export: ToChange) -> Done:
    """Cancel a queued export, or remove the file of a finished one."""
    await service.remove_export(session, export)
    return Done(success=True)


@router.get(
    "/file/{exportId}",
    operation_id="getExportFile",
    response_model=None,
    responses=_FILE | errors(ExportNotFound, ValidationFailed, ExportNotReady),
)
async def get_file(context: Context, actor: Caller, export: ToRead) -> Response:
    """The file of a finished export, for seven days and for its creator only."""
    file_id = service.file_of(export)
    headers = {"Content-Disposition": f'attachment; filename="{export.file_name}"', "Cache-Control": "no-store"}
    pieces = stream_file(context.database, file_id)
    return StreamingResponse(pieces, media_type=MEDIA_TYPES[Format(export.format)], headers=headers)


async def _export(context: AppContext, actor: Actor, path: str, form: Format | None, query: Query) -> Response:
    async with context.database.read() as session:
        prepared = await service.prepare(session, actor, path, form, query)
        small, rows = await service.is_small(session, prepared)
    async with context.database.write() as writer:
        if small:
            await service.note_export(writer, actor, prepared)
            return rows_answer(context.database, prepared)
        export_id = await service.queue_export(writer, actor, prepared, rows)
    message = _MESSAGES.get(actor.lang[:2].lower(), _MESSAGES["en"])
    body = {"success": True, "id": export_id, "exportId": export_id, "state": "queued", "message": message}
    return JSONResponse(body, 202, {"Location": f"{BASE}/job/{export_id}"})
