"""The audit log (platform.md 9)."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Query
from starlette.responses import Response

from assaydesk.domains.audit import queries
from assaydesk.domains.audit.schemas import AuditList
from assaydesk.domains.settings.service import get_settings
from assaydesk.kit.clock import parse_instant
from assaydesk.platform.errors import FieldError, PermissionDenied, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads
from assaydesk.platform.paging import Paging
from assaydesk.platform.schema import DateInput, Id
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require

router = Router("privacy", prefix="/api/mind/audit")

Reader = Annotated[Actor, Depends(Require(Permission.READ_AUDIT_LOG))]


@router.get(
    "", operation_id="getAuditLog", response_model=AuditList, responses=errors(PermissionDenied, ValidationFailed)
)
async def get_audit_log(
    session: Reads,
    actor: Reader,
    page: Paging,
    object_type: Annotated[str | None, Query(alias="objectType", max_length=40)] = None,
    object_id: Annotated[Id | None, Query(alias="objectId")] = None,
    user_id: Annotated[Id | None, Query(alias="userId", description="Who did it.")] = None,
    action: Annotated[str | None, Query(max_length=60, description="How the action begins: `role:`.")] = None,
    since: Annotated[DateInput | None, Query(alias="from", description="At this time or later.")] = None,
    until: Annotated[DateInput | None, Query(alias="to", description="At this time or before.")] = None,
    before_id: Annotated[
        Id | None, Query(alias="beforeId", description="Older than this entry: pages at any depth.")
    ] = None,
) -> Response:
    """Who changed what, when and from where, newest first. Nothing is ever changed or removed here.

    Values never hold secrets or texts of messages. Entries about assessments are told to those who see the assessment.
    """
    zone = (await get_settings(session)).zone
    faults: list[FieldError] = []
    first, last = _moment("from", since, zone, faults), _moment("to", until, zone, faults, upper_end=True)
    if faults:
        raise ValidationFailed(faults)
    wanted = queries.Wanted(
        object_type=object_type, object_id=object_id, user_id=user_id, action=action, since=first, until=last,
        before_id=before_id,
    )  # fmt: skip
    rows, total = await queries.page(session, actor, wanted, page)
    return json_answer({"success": True, "entries": rows, "total": total, "limit": page.limit, "offset": page.offset})


def _moment(
    name: str, sent: DateInput | None, zone: ZoneInfo, faults: list[FieldError], *, upper_end: bool = False
) -> datetime | None:
    if sent is None:
        return None
    try:
        return parse_instant(sent, zone, upper_end=upper_end)
    except ValueError:
        faults.append(FieldError(name, "bad_format", "This is no date."))
        return None
