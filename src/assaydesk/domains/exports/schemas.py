"""Wire shapes of queued exports (ticket.md 10)."""

from assaydesk.platform.schema import Done, Schema


class QueuedExport(Done):
    id: int
    export_id: int
    state: str
    message: str


class ExportRead(Schema):
    id: int
    path: str
    format: str
    state: str
    rows_done: int
    rows_total: int
    created_at: str
    finished_at: str | None
    expires_at: str | None
    file_url: str | None
    error: str | None


class ExportDetail(ExportRead):
    success: bool


class ExportList(Done):
    jobs: list[ExportRead]
    total: int
    limit: int
    offset: int
