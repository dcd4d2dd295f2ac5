"""Guards, row loaders and query parameters of the calibration endpoints."""

from typing import Annotated

from fastapi import Depends, Header, Path, Query

from assaydesk.domains.quality.calibration import service
from assaydesk.domains.quality.calibration.models import Calibration
from assaydesk.domains.quality.calibration.types import CalibrationState
from assaydesk.platform.errors import FieldError, ValidationFailed
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.schema import Id
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require
from assaydesk.platform.versions import HEADER

Caller = Annotated[Actor, Depends(Require())]
Manager = Annotated[Actor, Depends(Require(Permission.QUALITY_MANAGE_CALIBRATION))]

CalibrationId = Annotated[Id, Path(alias="id")]
WorklogId = Annotated[Id, Path(alias="worklogId")]
UnmodifiedSince = Annotated[str | None, Header(alias=HEADER, description="The `version` that was read.")]


async def wanted_states(
    state: Annotated[list[str] | None, Query(description="Comma-separated: open, closed, cancelled.")] = None,
) -> tuple[CalibrationState, ...]:
    """The states to list, by default all."""
    words = [word.strip() for text in state or [] for word in text.split(",") if word.strip()]
    unknown = [word for word in words if word not in tuple(CalibrationState)]
    if unknown:
        message = f"Unknown: {', '.join(unknown)[:100]}. Use {', '.join(CalibrationState)}."
        raise ValidationFailed([FieldError("state", "not_allowed", message)])
    return tuple(CalibrationState(word) for word in words) or tuple(CalibrationState)


async def to_read(session: Reads, actor: Caller, calibration_id: CalibrationId) -> Calibration:
    """The row, for managers and its reviewers."""
    return await service.find_session(session, actor, calibration_id)


async def to_manage(session: Writes, actor: Manager, calibration_id: CalibrationId) -> Calibration:
    """The row, locked alone; a reviewer who is no manager is told that the right is missing."""
    return await service.lock_session(session, actor, calibration_id)


async def to_score(session: Writes, actor: Caller, calibration_id: CalibrationId) -> Calibration:
    """The row, locked together with other reviewers: it cannot be closed meanwhile."""
    return await service.lock_session(session, actor, calibration_id, shared=True)


States = Annotated[tuple[CalibrationState, ...], Depends(wanted_states)]
ToRead = Annotated[Calibration, Depends(to_read)]
ToManage = Annotated[Calibration, Depends(to_manage)]
ToScore = Annotated[Calibration, Depends(to_score)]
