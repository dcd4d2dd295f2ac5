"""What the agreement report is asked for, checked and read in the time zone of the instance."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends

from assaydesk.domains.quality.assessments.service import Viewer
from assaydesk.domains.quality.reports.agreement_queries import family_of
from assaydesk.domains.quality.reports.agreement_schemas import AgreementQuery
from assaydesk.domains.quality.reports.agreement_types import Asked
from assaydesk.kit.clock import parse_instant
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.errors import FieldError, UnknownReference, ValidationFailed
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require

Reporter = Annotated[Actor, Depends(Require(Permission.QUALITY_VIEW_REPORTS))]


async def asked_of(session: ReadSession, viewer: Viewer, query: AgreementQuery) -> Asked:
    """Raises `ValidationFailed`, or `UnknownReference` for a scorecard that there is not."""
    faults: list[FieldError] = []
    if query.scorecard_base_id is None and query.scorecard_id is None:
        faults.append(FieldError("scorecardBaseId", "required", "Send scorecardBaseId or scorecardId."))
    zone = viewer.settings.zone
    since = instant_of("from", query.since, zone, faults)
    until = instant_of("to", query.until, zone, faults, upper_end=True)
    if faults:
        raise ValidationFailed(faults)
    base_id = await family_of(session, base_id=query.scorecard_base_id, scorecard_id=query.scorecard_id)
    if base_id is None:
        raise UnknownReference("There is no such scorecard.")
    return Asked(
        base_id=base_id,
        scorecard_id=query.scorecard_id,
        since=since,
        until=until,
        source=query.source,
        group_by=query.group_by,
        blind_only=query.blind_only,
        include_implicit=query.include_implicit,
        min_n=query.min_n or viewer.settings.quality_report_min_n,
    )


def instant_of(
    name: str, text: str | None, zone: ZoneInfo, faults: list[FieldError], *, upper_end: bool = False
) -> datetime | None:
    """The time of a query parameter; what is none becomes a fault."""
    if text is None:
        return None
    try:
        return parse_instant(text, zone, upper_end=upper_end)
    except ValueError:
        faults.append(FieldError(name, "bad_format", "This is no date."))
        return None
