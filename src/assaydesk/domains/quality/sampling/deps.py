"""Guards and row loaders of sampling plans and second reviews."""

from typing import Annotated, NamedTuple

from fastapi import Depends, Path

from assaydesk.domains.quality.assessments import service as assessments
from assaydesk.domains.quality.assessments.models import Assessment
from assaydesk.domains.quality.assessments.policy import DO
from assaydesk.domains.quality.assessments.service import Seen, Viewer
from assaydesk.domains.quality.sampling import service
from assaydesk.domains.quality.sampling.models import SamplingPlan, SecondReview
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.schema import Id
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require

Manager = Annotated[Actor, Depends(Require(Permission.QUALITY_MANAGE_SCORECARDS))]
Assessor = Annotated[Actor, Depends(Require(*DO))]
RowId = Annotated[Id, Path(alias="id")]


class Asked(NamedTuple):
    """A locked assessment of which a second review is wanted."""

    viewer: Viewer
    seen: Seen


class Sheet(NamedTuple):
    viewer: Viewer
    sheet: SecondReview
    row: Assessment


async def plan_to_show(session: Reads, actor: Manager, plan_id: RowId) -> SamplingPlan:
    return await service.find_plan(session, plan_id)


async def plan_to_change(session: Writes, actor: Manager, plan_id: RowId) -> SamplingPlan:
    return await service.find_plan(session, plan_id, lock=True)


async def to_review_again(session: Writes, actor: Assessor, assessment_id: RowId) -> Asked:
    """For those who may assess this person."""
    viewer = await assessments.viewer_of(session, actor)
    seen = await assessments.lock_assessment(session, viewer, assessment_id)
    assessments.require_assessor(viewer, seen.row.assessed_user, team_mate=seen.team_mate)
    return Asked(viewer, seen)


async def sheet_to_show(session: Reads, actor: Assessor, assessment_id: RowId) -> Sheet:
    viewer = await assessments.viewer_of(session, actor)
    return Sheet(viewer, *await service.find_sheet(session, viewer, assessment_id))


async def sheet_to_write(session: Writes, actor: Assessor, assessment_id: RowId) -> Sheet:
    viewer = await assessments.viewer_of(session, actor)
    return Sheet(viewer, *await service.find_sheet(session, viewer, assessment_id, lock=True))


ToShow = Annotated[SamplingPlan, Depends(plan_to_show)]
ToChange = Annotated[SamplingPlan, Depends(plan_to_change)]
ToAsk = Annotated[Asked, Depends(to_review_again)]
SheetToShow = Annotated[Sheet, Depends(sheet_to_show)]
SheetToWrite = Annotated[Sheet, Depends(sheet_to_write)]
