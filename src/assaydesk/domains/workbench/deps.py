"""Guards and row loaders of the workbench."""

from typing import Annotated

from fastapi import Depends, Path

from assaydesk.domains.quality.assessments import service as assessments
from assaydesk.domains.quality.assessments.policy import ANY_VIEW, DO
from assaydesk.domains.workbench import service
from assaydesk.domains.workbench.models import TicketView
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.schema import Id
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require

Reader = Annotated[Actor, Depends(Require(Permission.READ_TICKET))]
FlagReader = Annotated[Actor, Depends(Require(*ANY_VIEW))]
Assessor = Annotated[Actor, Depends(Require(*DO))]
ViewId = Annotated[Id, Path(alias="id")]


async def view_to_show(session: Reads, actor: Reader, view_id: ViewId) -> TicketView:
    return await service.find_view(session, actor, view_id)


async def view_to_write(session: Writes, actor: Reader, view_id: ViewId) -> TicketView:
    return await service.find_view(session, actor, view_id)


async def assessment_to_release(
    session: Writes, actor: Assessor, assessment_id: Annotated[Id, Path(alias="assessmentId")]
) -> int:
    """An assessment that the caller sees (else 404) and may review (else 403)."""
    viewer = await assessments.viewer_of(session, actor)
    row, team_mate = await assessments.find_assessment(session, viewer, assessment_id)
    assessments.require_assessor(viewer, row.assessed_user, team_mate=team_mate)
    return assessment_id


Shown = Annotated[TicketView, Depends(view_to_show)]
ToWrite = Annotated[TicketView, Depends(view_to_write)]
ToRelease = Annotated[int, Depends(assessment_to_release)]
