"""Guards and row loaders of the appeal endpoints."""

from typing import Annotated, NamedTuple

from fastapi import Depends, Path, Query

from assaydesk.domains.quality.appeals import service
from assaydesk.domains.quality.appeals.models import Appeal
from assaydesk.domains.quality.appeals.schemas import AppealQuery
from assaydesk.domains.quality.assessments import service as assessments
from assaydesk.domains.quality.assessments.service import Seen, Viewer
from assaydesk.platform.errors import PermissionDenied
from assaydesk.platform.http.sessions import Writes
from assaydesk.platform.schema import Id
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require

Caller = Annotated[Actor, Depends(Require())]
Appellant = Annotated[Actor, Depends(Require(Permission.QUALITY_APPEAL_ASSESSMENT))]
Acknowledger = Annotated[Actor, Depends(Require(Permission.QUALITY_VIEW_ASSESSMENT_OWN))]
Decider = Annotated[Actor, Depends(Require(Permission.QUALITY_DECIDE_APPEALS))]
AppealId = Annotated[Id, Path(alias="id")]
AssessmentId = Annotated[Id, Path(alias="id")]
Asked = Annotated[AppealQuery, Query()]


class Own(NamedTuple):
    """A locked assessment of the caller's own work."""

    viewer: Viewer
    seen: Seen


class Case(NamedTuple):
    """A locked appeal with its locked assessment."""

    viewer: Viewer
    appeal: Appeal
    seen: Seen


async def own_assessment(session: Writes, actor: Caller, assessment_id: AssessmentId) -> Own:
    """The row, for the person whose work it is."""
    viewer = await assessments.viewer_of(session, actor)
    seen = await assessments.lock_assessment(session, viewer, assessment_id)
    if seen.row.assessed_user != actor.id:
        raise PermissionDenied(message="Only the assessed person can do this.")
    return Own(viewer, seen)


async def appeal_to_change(session: Writes, actor: Caller, appeal_id: AppealId) -> Case:
    viewer = await assessments.viewer_of(session, actor)
    appeal, seen = await service.lock_appeal(session, viewer, appeal_id)
    return Case(viewer, appeal, seen)


async def appeal_to_decide(session: Writes, actor: Decider, appeal_id: AppealId) -> Case:
    """For those who may decide this one."""
    case = await appeal_to_change(session, actor, appeal_id)
    service.require_decider(case.viewer, case.seen.row)
    return case


OwnAssessment = Annotated[Own, Depends(own_assessment)]
ToChange = Annotated[Case, Depends(appeal_to_change)]
ToDecide = Annotated[Case, Depends(appeal_to_decide)]
