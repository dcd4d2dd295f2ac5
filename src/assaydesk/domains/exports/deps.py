"""Guards, query parameters and row loaders of exports."""

from typing import Annotated, Literal

from fastapi import Depends, Path, Query

from assaydesk.domains.exports import service
from assaydesk.domains.exports.models import Export
from assaydesk.domains.exports.queries import Query as Asking
from assaydesk.domains.exports.types import Format
from assaydesk.domains.quality.assessments.policy import ANY_VIEW
from assaydesk.platform.http.query_filters import QueryFilters
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.schema import Id
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require

Exporter = Annotated[Actor, Depends(Require(Permission.EXPORT_DATA))]
AnyExporter = Annotated[Actor, Depends(Require(Permission.EXPORT_DATA, Permission.EXPORT_CUSTOM_DATA))]
AssessmentReader = Annotated[Actor, Depends(Require(*ANY_VIEW))]
Caller = Annotated[Actor, Depends(Require())]
Form = Annotated[
    Format | None, Query(alias="format", description="By default that of the setting `defaultDateExportFormat`.")
]


async def asking(
    filters: QueryFilters,
    limit: Annotated[int, Query(ge=1, le=1_000_000, description="Rows at most.")] = 100,
    offset: Annotated[int, Query(ge=0, le=2**62, description="Rows to leave out at the beginning.")] = 0,
    order_by_field: Annotated[
        str | None, Query(alias="orderByField", max_length=100, description="A column; `t.` in front is accepted.")
    ] = None,
    order_by_direction: Annotated[Literal["asc", "desc"], Query(alias="orderByDirection")] = "desc",
) -> Asking:
    """What was asked for."""
    field = None if order_by_field is None else order_by_field.removeprefix("t.")
    return Asking(limit, offset, field, order_by_direction, tuple(filters))


async def asking_assessments(
    scorecard_id: Annotated[
        Id | None, Query(alias="scorecardId", description="A revision; it stands for its whole family.")
    ] = None,
    since: Annotated[str | None, Query(alias="from", max_length=40, description="Creation date, inclusive.")] = None,
    until: Annotated[str | None, Query(alias="to", max_length=40, description="Creation date, inclusive.")] = None,
    limit: Annotated[int, Query(ge=1, le=1_000_000, description="Rows at most.")] = 1_000_000,
    offset: Annotated[int, Query(ge=0, le=2**62, description="Rows to leave out at the beginning.")] = 0,
) -> Asking:
    """What was asked of the assessments: newest first, and all of them unless somebody wants fewer."""
    named = {"scorecardId": scorecard_id, "from": since, "to": until}
    chosen = {name: value for name, value in named.items() if value is not None}
    return Asking(limit, offset, None, "desc", (), chosen)


AssessmentQuery = Annotated[Asking, Depends(asking_assessments)]
ExportQuery = Annotated[Asking, Depends(asking)]
ExportId = Annotated[Id, Path(alias="exportId")]


async def export_to_read(session: Reads, actor: Caller, export_id: ExportId) -> Export:
    """The addressed export; those of others do not exist."""
    return await service.find_export(session, actor, export_id)


async def export_to_change(session: Writes, actor: Caller, export_id: ExportId) -> Export:
    """The addressed export, locked."""
    return await service.lock_export(session, actor, export_id)


ToRead = Annotated[Export, Depends(export_to_read)]
ToChange = Annotated[Export, Depends(export_to_change)]
