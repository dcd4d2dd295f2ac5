"""Queries of appeals; each read begins with who may see the assessment, and then who may know of its appeals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy import true as always

from assaydesk.domains.quality.appeals.models import Appeal
from assaydesk.domains.quality.appeals.types import OPEN_STATES, AppealState
from assaydesk.domains.quality.assessments.models import Assessment
from assaydesk.domains.quality.assessments.service import Viewer, editable, readable
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.security.permissions import Permission

Found = tuple[Appeal, Assessment]


@dataclass(frozen=True, slots=True)
class AppealFilter:
    """What was asked for; None filters nothing."""

    state: AppealState | None = None
    user: int | None = None
    scorecard_base_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def visible(viewer: Viewer) -> ColumnElement[bool]:
    """Appeals of assessments that the caller sees: one's own, and those that one may edit or decide."""
    actor = viewer.actor
    decides = actor.has(Permission.QUALITY_DECIDE_APPEALS)
    scope = always() if decides else or_(Assessment.assessed_user == actor.id, editable(actor, viewer.settings))
    return and_(readable(actor, viewer.settings), scope)


async def page(
    session: ReadSession, viewer: Viewer, asked: AppealFilter, *, limit: int, offset: int
) -> tuple[Sequence[Found], int]:
    """Newest first; and how many there are."""
    equal: list[tuple[Any, Any]] = [
        (Appeal.state, asked.state),
        (Assessment.assessed_user, asked.user),
        (Assessment.scorecard_base_id, asked.scorecard_base_id),
    ]
    where = [visible(viewer), *(column == value for column, value in equal if value is not None)]
    if asked.since is not None:
        where.append(Appeal.created_at >= asked.since)
    if asked.until is not None:
        where.append(Appeal.created_at <= asked.until)
    joined = select(Appeal, Assessment).join(Assessment, Assessment.id == Appeal.assessment_id).where(*where)
    query = joined.order_by(Appeal.created_at.desc(), Appeal.id.desc()).limit(limit).offset(offset)
    rows = [(row[0], row[1]) for row in await session.execute(query)]
    count = select(func.count()).select_from(Appeal).join(Assessment, Assessment.id == Appeal.assessment_id)
    return rows, await session.scalar(count.where(*where)) or 0


async def get(session: ReadSession, viewer: Viewer, appeal_id: int) -> Found | None:
    query = select(Appeal, Assessment).join(Assessment, Assessment.id == Appeal.assessment_id)
    row = (await session.execute(query.where(Appeal.id == appeal_id, visible(viewer)))).one_or_none()
    return None if row is None else (row[0], row[1])


async def of_assessment(session: ReadSession, assessment_id: int) -> Sequence[Appeal]:
    """Newest first."""
    query = select(Appeal).where(Appeal.assessment_id == assessment_id).order_by(Appeal.id.desc())
    return (await session.scalars(query)).all()


async def lock(session: WriteSession, appeal_id: int) -> Appeal:
    """The row as it is now, held until the end; its assessment is locked before it."""
    query = select(Appeal).where(Appeal.id == appeal_id).with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).one()


async def lock_open(session: WriteSession, assessment_id: int) -> Appeal | None:
    """The appeal that waits, if one does."""
    query = select(Appeal).where(Appeal.assessment_id == assessment_id, Appeal.state.in_(OPEN_STATES))
    return (await session.scalars(query.with_for_update().execution_options(populate_existing=True))).one_or_none()
