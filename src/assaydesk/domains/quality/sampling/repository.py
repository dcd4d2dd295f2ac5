"""Queries of sampling plans, draws and second reviews."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Float, and_, any_, cast, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert

from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.quality.assessments.models import Assessment, AssessmentCriterion, AssessmentEdit
from assaydesk.domains.quality.assessments.queue import Family
from assaydesk.domains.quality.assessments.service import Viewer, readable, work_of
from assaydesk.domains.quality.assessments.types import CriterionState, State
from assaydesk.domains.quality.sampling.models import SamplingDraw, SamplingPick, SamplingPlan, SecondReview
from assaydesk.domains.quality.sampling.types import Pick, Risk, SecondReviewState, Unit
from assaydesk.domains.quality.scorecards.models import Scorecard
from assaydesk.domains.tickets.models import Ticket
from assaydesk.domains.worklogs.models import Worklog
from assaydesk.platform.db.base import BigInts
from assaydesk.platform.db.session import ReadSession, WriteSession

NEGATIVE: Final = 0.4
"""Stars by their scale: two of five and fewer."""

A: Final = Assessment
C: Final = AssessmentCriterion


async def list_plans(session: ReadSession, *, limit: int, offset: int) -> tuple[Sequence[SamplingPlan], int]:
    wanted = SamplingPlan.deleted_at.is_(None)
    query = select(SamplingPlan).where(wanted).order_by(SamplingPlan.id).limit(limit).offset(offset)
    count = select(func.count()).select_from(SamplingPlan).where(wanted)
    return (await session.scalars(query)).all(), await session.scalar(count) or 0


async def get_plan(session: ReadSession, plan_id: int, *, lock: bool = False) -> SamplingPlan | None:
    query = select(SamplingPlan).where(SamplingPlan.id == plan_id, SamplingPlan.deleted_at.is_(None))
    query = query.execution_options(populate_existing=True)
    return (await session.scalars(query.with_for_update() if lock else query)).one_or_none()


async def has_family(session: ReadSession, base_id: int) -> bool:
    """Whether there is a scorecard family of which something is left."""
    return bool(
        await session.scalar(select(exists().where(Scorecard.base_id == base_id, Scorecard.state != "deleted")))
    )


async def enabled_plans(session: ReadSession) -> Sequence[SamplingPlan]:
    query = select(SamplingPlan).where(SamplingPlan.deleted_at.is_(None), SamplingPlan.enabled)
    return (await session.scalars(query.order_by(SamplingPlan.id))).all()


async def drawn_weeks(session: ReadSession, plan_ids: Collection[int], since: date) -> set[tuple[int, date]]:
    query = select(SamplingDraw.plan_id, SamplingDraw.week_start).where(
        SamplingDraw.plan_id.in_(plan_ids), SamplingDraw.week_start >= since
    )
    return {(row.plan_id, row.week_start) for row in await session.execute(query)}


def _risks(plan: SamplingPlan, until: datetime, now: datetime) -> Mapping[Risk, ColumnElement[bool]]:
    """When a piece of work is risky. What the AI found does not count in a blind review: the draw would tell it."""
    told = and_(A.id.is_not(None), ~A.blind_review)
    unsure = exists().where(
        C.assessment_id == A.id, C.state == CriterionState.AI_SCORED, C.confidence < plan.low_confidence
    )
    stars, scale = (cast(Worklog.csat[name].astext, Float) for name in ("answerStars", "scale"))
    late = Worklog.net_seconds_after_sla > 0
    open_late = and_(Worklog.net_seconds_after_sla.is_(None), Worklog.sla_due_at < now)
    return {
        Risk.NEEDS_HUMAN: and_(told, A.needs_human_criteria > 0),
        Risk.KNOCK_OUT: and_(told, or_(A.knocked_out, func.cardinality(A.knocked_out_categories) > 0)),
        Risk.LOW_CONFIDENCE: and_(told, unsure),
        Risk.NEGATIVE_SURVEY: stars <= NEGATIVE * scale,
        Risk.REOPENED: Worklog.re_opened.is_(True),
        Risk.SLA_MISSED: or_(late, open_late),
        Risk.NEW_AGENT: Profile.created_at > until - timedelta(days=plan.new_agent_days),
    }


async def population(session: ReadSession, plan: SamplingPlan, family: Family, *, now: datetime) -> list[Unit]:
    """All work of a week that can be drawn, with why it is risky."""
    assert family.until is not None
    wanted = [risk for risk in Risk if risk in plan.risks]
    conditions = _risks(plan, family.until, now)
    flags = [func.coalesce(conditions[risk], False).label(risk) for risk in wanted]
    query = (
        select(Worklog.id, Worklog.user_id, *flags)
        .join(Ticket, Ticket.id == Worklog.ticket_id)
        .join(Profile, Profile.id == Worklog.user_id)
        .outerjoin(
            A,
            and_(A.worklog_id == Worklog.id, A.scorecard_base_id == family.base_id, A.state != State.DELETED),
        )
        .where(*work_of(family))
        .order_by(Worklog.id)
    )
    if plan.team_ids:
        query = query.where(Worklog.team_ids.overlap(literal(list(plan.team_ids), BigInts)))
    rows = await session.execute(query)
    return [
        Unit(row[0], row[1], tuple(risk for risk, holds in zip(wanted, row[2:], strict=True) if holds)) for row in rows
    ]


async def add_draw(session: WriteSession, values: Mapping[str, Any]) -> int | None:
    """None when somebody drew this week already."""
    statement = insert(SamplingDraw).values(**values).on_conflict_do_nothing().returning(SamplingDraw.id)
    return await session.scalar(statement)


async def add_picks(session: WriteSession, draw_id: int, picks: Iterable[Pick], assessed: Mapping[int, int]) -> None:
    rows = [
        {
            "draw_id": draw_id,
            "worklog_id": pick.worklog_id,
            "assessment_id": assessed.get(pick.worklog_id),
            "user_id": pick.user_id,
            "share": pick.share,
            "probability": pick.probability,
            "risks": list(pick.risks),
        }
        for pick in picks
    ]
    if rows:
        await session.execute(insert(SamplingPick), rows)


async def draws_of(
    session: ReadSession, plan_id: int, *, limit: int, offset: int
) -> tuple[Sequence[SamplingDraw], int]:
    """Newest week first."""
    wanted = SamplingDraw.plan_id == plan_id
    query = select(SamplingDraw).where(wanted).order_by(SamplingDraw.week_start.desc()).limit(limit).offset(offset)
    count = select(func.count()).select_from(SamplingDraw).where(wanted)
    return (await session.scalars(query)).all(), await session.scalar(count) or 0


async def picks_of(session: ReadSession, viewer: Viewer, draw_ids: Collection[int]) -> Sequence[Any]:
    """Picks whose assessment the caller sees, one's own work left out; each with `state` and `assessment_date`."""
    query = (
        select(SamplingPick, Assessment.state, Assessment.assessment_date)
        .join(Assessment, Assessment.id == SamplingPick.assessment_id)
        .where(
            SamplingPick.draw_id.in_(draw_ids),
            SamplingPick.user_id != viewer.actor.id,
            readable(viewer.actor, viewer.settings),
        )
        .order_by(SamplingPick.draw_id, SamplingPick.user_id, SamplingPick.worklog_id)
    )
    return (await session.execute(query)).all()


Sheet = tuple[SecondReview, Assessment]


async def get_sheet(session: ReadSession, assessment_id: int, *, lock: bool = False) -> Sheet | None:
    """The second review of an assessment that is not deleted."""
    query = (
        select(SecondReview, Assessment)
        .join(Assessment, Assessment.id == SecondReview.assessment_id)
        .where(SecondReview.assessment_id == assessment_id, Assessment.state != State.DELETED)
        .execution_options(populate_existing=True)
    )
    row = (await session.execute(query.with_for_update() if lock else query)).one_or_none()
    return None if row is None else (row[0], row[1])


async def sheets_of(
    session: ReadSession, reviewer_id: int, state: SecondReviewState | None, *, limit: int, offset: int
) -> tuple[Sequence[Sheet], int]:
    """Somebody's own, oldest first."""
    where = [SecondReview.reviewer_id == reviewer_id, Assessment.state != State.DELETED]
    if state is not None:
        where.append(SecondReview.state == state)
    joined = select(SecondReview, Assessment).join(Assessment, Assessment.id == SecondReview.assessment_id)
    query = joined.where(*where).order_by(SecondReview.asked_at, SecondReview.id).limit(limit).offset(offset)
    count = select(func.count()).select_from(SecondReview)
    total = await session.scalar(count.join(Assessment, Assessment.id == SecondReview.assessment_id).where(*where))
    return [(row[0], row[1]) for row in await session.execute(query)], total or 0


async def submitted(session: ReadSession, where: Sequence[ColumnElement[bool]]) -> Sequence[Sheet]:
    query = (
        select(SecondReview, Assessment)
        .join(Assessment, Assessment.id == SecondReview.assessment_id)
        .where(SecondReview.state == SecondReviewState.SUBMITTED, Assessment.state != State.DELETED, *where)
        .order_by(SecondReview.id)
    )
    return [(row[0], row[1]) for row in await session.execute(query)]


async def open_loads(session: ReadSession, people: Collection[int]) -> dict[int, int]:
    """Person -> second reviews that wait for him or her."""
    query = (
        select(SecondReview.reviewer_id, func.count())
        .where(
            SecondReview.reviewer_id == any_(literal(list(people), BigInts)),
            SecondReview.state != SecondReviewState.SUBMITTED,
        )
        .group_by(SecondReview.reviewer_id)
    )
    return {row[0]: row[1] for row in await session.execute(query)}


async def editors_of(session: ReadSession, assessment_id: int) -> set[int]:
    """Who changed an assessment, and so has seen it."""
    query = select(AssessmentEdit.user_id).where(
        AssessmentEdit.assessment_id == assessment_id, AssessmentEdit.user_id.is_not(None)
    )
    return {one for one in await session.scalars(query.distinct()) if one is not None}
