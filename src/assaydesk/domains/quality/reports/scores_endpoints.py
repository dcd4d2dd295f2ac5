"""The scores report (quality.md 17)."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from fastapi import Query
from starlette.responses import Response

from assaydesk.domains.quality.assessments.schemas import AssessmentPage
from assaydesk.domains.quality.reports.scores import assessments_behind, scores_report, table_of
from assaydesk.domains.quality.reports.scores_deps import Reader, RowKey, RowPart, ToReport
from assaydesk.domains.quality.reports.scores_schemas import ScoresReport
from assaydesk.kit.clock import day_of, utc_now
from assaydesk.kit.table_files import CsvWriter, XlsxFile
from assaydesk.platform.errors import PermissionDenied, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads
from assaydesk.platform.paging import Paging

router = Router("quality", prefix="/api/mind/quality/report")

_MOST: Final = 1000
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The report; as a file all rows with `overall` at the end.",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            _XLSX: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
Form = Annotated[Literal["json", "csv", "xlsx"], Query(alias="format")]
Limit = Annotated[int | None, Query(ge=1, le=_MOST, description="Rows; by default 1000 in JSON and all in a file.")]
Offset = Annotated[int, Query(ge=0, le=2**62, description="Rows to leave out at the beginning.")]


@router.get(
    "/scores",
    operation_id="getScoresReport",
    response_model=ScoresReport,
    responses=_FILES | errors(PermissionDenied, ValidationFailed),
)
async def get_scores(
    session: Reads, actor: Reader, wanted: ToReport, form: Form = "json", limit: Limit = None, offset: Offset = 0
) -> Response:
    """Scores by people, teams, scorecards, criteria, channels, tags, AI agents, automation levels or time.

    With `qualityViewReports` over the assessments that the caller may see; with `qualityViewAssessmentOwn` alone over
    one's own, once they are released. Blind reviews that the caller may still do are left out of every figure, because
    a mean over few rows would tell what the AI said. A worklog in several teams or tags counts in each row, and once in
    `overall`; work without a team or tag is the row with the key null. The key of `time` is the first day of the
    interval; keys of categories and criteria name their scorecard too. Where `reportingPrivacyLevel` is `anonymous`,
    people other than the caller are one row. Every figure opens with `GET /quality/report/scores/assessment`, the same
    filters and the `key` of its row.
    """
    shown = limit if limit is not None or form != "json" else _MOST
    report = await scores_report(session, wanted.viewer, wanted.asked, limit=shown, offset=offset)
    if form == "json":
        return json_answer(report)
    settings = wanted.viewer.settings
    names, rows, free = table_of(report, wanted.asked.group_by)
    body = await asyncio.to_thread(_file, form, names, rows, free, settings.export_csv_delimiter)
    name = f"scores-{day_of(utc_now(), settings.zone).isoformat()}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, media_type=_XLSX if form == "xlsx" else "text/csv; charset=utf-8", headers=headers)


@router.get(
    "/scores/assessment",
    operation_id="listAssessmentsOfScores",
    response_model=AssessmentPage,
    responses=errors(PermissionDenied, ValidationFailed),
)
async def list_assessments(
    session: Reads, actor: Reader, wanted: ToReport, key: RowKey, part: RowPart, page: Paging
) -> Response:
    """The assessments behind a figure of the scores report, in the summary format, newest work first.

    Takes the filters of the report and the `key` of a row, one parameter for each dimension; without a key those behind
    `overall`. `total` equals `assessments` of the row. `percentFrom` and `percentTo` open one part of its distribution.
    """
    viewer, asked = wanted
    found = await assessments_behind(session, viewer, asked, key, part, limit=page.limit, offset=page.offset)
    return json_answer(found)


def _file(form: str, names: Sequence[str], rows: Sequence[Sequence[Any]], free: Sequence[int], delimiter: str) -> bytes:
    if form == "csv":
        writer = CsvWriter(names, free, delimiter)
        return writer.begin() + writer.rows(rows) + writer.end()
    with tempfile.TemporaryDirectory(prefix="assaydesk-report-") as folder:
        path = Path(folder) / "report.xlsx"
        book = XlsxFile(path)
        book.begin("Scores", names)
        book.rows(rows)
        book.end()
        return path.read_bytes()
