"""Assessments for the table of `assaydesk assess`: whose, with what, how well, and what waits for a person."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.quality.assessments.models import Assessment
from assaydesk.domains.quality.assessments.types import State
from assaydesk.domains.quality.scorecards.models import Scorecard
from assaydesk.domains.quality.scorecards.scoring import percentage
from assaydesk.domains.quality.scorecards.service import load_content
from assaydesk.domains.quality.scorecards.types import PercentageBase
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.worklogs.models import Worklog
from assaydesk.platform.db.session import ReadSession


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One assessment. `percentage` None: nothing is scored. `error`: why judging failed."""

    assessment_id: int
    ticket_id: int
    worklog_id: int | None
    agent: str
    scorecard: str
    state: str
    percentage: Decimal | None
    scored_points: Decimal
    used_max_points: Decimal
    knocked_out: bool
    knocked_out_categories: tuple[str, ...]
    needs_human: int
    not_applicable: int
    unscored: int
    error: str | None


async def report_rows(
    session: ReadSession, *, scorecard_id: int | None = None, since: datetime | None = None
) -> list[ReportRow]:
    """All live assessments, by person, scorecard and id.

    `scorecard_id`: only the family of that revision; `since`: only work whose latest interaction is not before it.
    """
    base = PercentageBase((await get_settings(session)).quality_percentage_base)
    query = (
        select(Assessment, Profile.first_name, Profile.last_name, Scorecard.name)
        .join(Profile, Profile.id == Assessment.assessed_user)
        .join(Scorecard, Scorecard.id == Assessment.scorecard_id)
        .where(Assessment.state != State.DELETED)
        .order_by(Profile.last_name, Profile.first_name, Profile.id, Scorecard.name, Assessment.id)
    )
    if scorecard_id is not None:
        family = select(Scorecard.base_id).where(Scorecard.id == scorecard_id).scalar_subquery()
        query = query.where(Assessment.scorecard_base_id == family)
    if since is not None:
        query = query.join(Worklog, Worklog.id == Assessment.worklog_id).where(Worklog.latest_interaction >= since)
    rows = (await session.execute(query)).all()
    contents = await load_content(session, {row.content_id for row, *_ in rows if row.knocked_out_categories})
    return [
        ReportRow(
            assessment_id=row.id,
            ticket_id=row.ticket_id,
            worklog_id=row.worklog_id,
            agent=f"{first_name} {last_name}".strip(),
            scorecard=scorecard,
            state=row.state,
            percentage=percentage(row.scored_points, row.used_max_points, row.total_max_points, base),
            scored_points=row.scored_points,
            used_max_points=row.used_max_points,
            knocked_out=row.knocked_out,
            knocked_out_categories=tuple(
                category.label
                for category in (contents[row.content_id].categories if row.knocked_out_categories else ())
                if category.category_id in row.knocked_out_categories
            ),
            needs_human=row.needs_human_criteria,
            not_applicable=row.not_applicable_criteria,
            unscored=row.unscored_criteria,
            error=row.error["message"] if row.state == State.ERROR and row.error else None,
        )
        for row, first_name, last_name, scorecard in rows
    ]
