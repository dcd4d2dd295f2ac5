"""What sampling plans need of assessments: the work that a scorecard is for, and assessments of what was drawn."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, case, exists, func, select, update
from sqlalchemy.orm import aliased

from assaydesk.domains.quality.assessments import queue
from assaydesk.domains.quality.assessments.create import family_of
from assaydesk.domains.quality.assessments.events import AssessmentsWaiting
from assaydesk.domains.quality.assessments.filters import any_of
from assaydesk.domains.quality.assessments.models import Assessment
from assaydesk.domains.quality.assessments.queue import Family
from assaydesk.domains.quality.assessments.types import REVIEWED_STATES, State
from assaydesk.domains.quality.scorecards.service import active_contents
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.worklogs.models import Worklog
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.events import publish

A = Assessment


async def family_to_sample(session: ReadSession, base_id: int, since: datetime, until: datetime) -> Family | None:
    """All work of a time that the active revision is for, also beyond its own `samplePercent`; None without one."""
    active = next((one for one in await active_contents(session) if one.base_id == base_id), None)
    if active is None:
        return None
    found = await family_of(
        session, active.scorecard_id, base_id, active.content_id, active.content, since=since, until=until
    )
    return replace(found, assignment=replace(found.assignment, sample_percent=100.0))


def work_of(family: Family) -> list[ColumnElement[bool]]:
    """Conditions on worklogs and their tickets; work whose assessment was deleted on purpose is left out."""
    other = aliased(A)
    gone = exists().where(
        other.worklog_id == Worklog.id, other.scorecard_base_id == family.base_id, other.state == State.DELETED
    )
    return [*queue.candidates(family), ~gone]


async def assess_drawn(
    session: WriteSession, family: Family, worklog_ids: Collection[int], *, due_at: datetime, now: datetime
) -> dict[int, int]:
    """Make what is missing and set until when it is to be reviewed; an earlier date stays.

    Answers worklog id -> assessment id.
    """
    blind = (await get_settings(session)).quality_blind_review_percent
    made = await queue.create_missing(session, family, blind_percent=blind, now=now, limit=None, among=worklog_ids)
    if made:
        await publish(session, AssessmentsWaiting())
    mine = (A.scorecard_base_id == family.base_id, any_of(A.worklog_id, worklog_ids), A.state != State.DELETED)
    earlier = case((A.review_due_at < due_at, A.review_due_at), else_=due_at)
    await session.execute(
        update(A)
        .where(*mine, A.state.not_in(REVIEWED_STATES))
        .values(review_due_at=func.coalesce(earlier, due_at), version=A.version + 1)
        .execution_options(synchronize_session=False)
    )
    return {row.worklog_id: row.id for row in await session.execute(select(A.worklog_id, A.id).where(*mine))}
