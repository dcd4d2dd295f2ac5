"""Queries of golden sets; there is one right for all of them, so nothing is hidden from those who have it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from assaydesk.domains.quality.assessments.filters import reviewed_blind
from assaydesk.domains.quality.assessments.models import AssessmentCriterion
from assaydesk.domains.quality.golden.models import GoldenItem, GoldenRun, GoldenRunItem, GoldenSet
from assaydesk.domains.quality.golden.types import RunState
from assaydesk.domains.quality.scorecards.models import Scorecard, ScorecardFamily
from assaydesk.domains.tickets.models import Ticket
from assaydesk.platform.db.session import ReadSession, WriteSession

_FINISHED = (RunState.DONE, RunState.FAILED)


async def page(
    session: ReadSession, base_id: int | None, *, limit: int, offset: int
) -> tuple[Sequence[GoldenSet], int]:
    """The sets that are not deleted, the newest first."""
    wanted: list[ColumnElement[bool]] = [GoldenSet.deleted_at.is_(None)]
    if base_id is not None:
        wanted.append(GoldenSet.scorecard_base_id == base_id)
    query = select(GoldenSet).where(*wanted).order_by(GoldenSet.id.desc()).limit(limit).offset(offset)
    total = await session.scalar(select(func.count()).select_from(GoldenSet).where(*wanted))
    return (await session.execute(query)).scalars().all(), total or 0


async def get(session: ReadSession, set_id: int, *, lock: bool = False) -> GoldenSet | None:
    query = select(GoldenSet).where(GoldenSet.id == set_id, GoldenSet.deleted_at.is_(None))
    if lock:
        query = query.with_for_update()
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def items_of(session: ReadSession, set_id: int) -> Sequence[GoldenItem]:
    query = select(GoldenItem).where(GoldenItem.golden_set_id == set_id, GoldenItem.deleted_at.is_(None))
    return (await session.execute(query.order_by(GoldenItem.id))).scalars().all()


async def item_counts(session: ReadSession, set_ids: Collection[int]) -> dict[int, int]:
    """Items that count, by set."""
    query = (
        select(GoldenItem.golden_set_id, func.count())
        .where(
            GoldenItem.golden_set_id.in_(list(set_ids)),
            GoldenItem.deleted_at.is_(None),
            GoldenItem.erased_at.is_(None),
        )
        .group_by(GoldenItem.golden_set_id)
    )
    return {row[0]: row[1] for row in await session.execute(query)}


async def last_runs(session: ReadSession, set_ids: Collection[int]) -> dict[int, GoldenRun]:
    """The newest run of each set."""
    newest = (
        select(func.max(GoldenRun.id))
        .where(GoldenRun.golden_set_id.in_(list(set_ids)))
        .group_by(GoldenRun.golden_set_id)
    )
    query = select(GoldenRun).where(GoldenRun.id.in_(newest)).execution_options(populate_existing=True)
    return {run.golden_set_id: run for run in (await session.execute(query)).scalars()}


async def item_of_worklog(session: ReadSession, set_id: int, worklog_id: int) -> int | None:
    query = select(GoldenItem.id).where(
        GoldenItem.golden_set_id == set_id, GoldenItem.worklog_id == worklog_id, GoldenItem.deleted_at.is_(None)
    )
    return await session.scalar(query)


async def item_in(session: ReadSession, set_id: int, item_id: int) -> GoldenItem | None:
    query = select(GoldenItem).where(
        GoldenItem.id == item_id, GoldenItem.golden_set_id == set_id, GoldenItem.deleted_at.is_(None)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def revision_for(session: ReadSession, base_id: int) -> int | None:
    """The active revision of a family, else its newest one that is not deleted."""
    query = (
        select(Scorecard.id)
        .where(Scorecard.base_id == base_id, Scorecard.state != "deleted")
        .order_by((Scorecard.state == "active").desc(), Scorecard.revision.desc())
        .limit(1)
    )
    return await session.scalar(query)


async def active_revision(session: ReadSession, base_id: int) -> int | None:
    return await session.scalar(select(Scorecard.id).where(Scorecard.base_id == base_id, Scorecard.state == "active"))


async def family_exists(session: ReadSession, base_id: int) -> bool:
    known = await session.scalar(select(ScorecardFamily.base_id).where(ScorecardFamily.base_id == base_id))
    return known is not None and await revision_for(session, base_id) is not None


async def verified_of(session: ReadSession, assessment_id: int) -> Sequence[Any]:
    """`criterion_id`, `score`, `applicable` of the criteria that a person scored, confirmed or found not to apply."""
    C = AssessmentCriterion
    query = (
        select(C.criterion_id, C.score, C.applicable)
        .where(C.assessment_id == assessment_id, C.origin == "human", C.state.in_(("humanVerified", "notApplicable")))
        .order_by(C.criterion_id)
    )
    return (await session.execute(query)).all()


async def customer_of(session: ReadSession, ticket_id: int) -> str | None:
    return await session.scalar(select(Ticket.customer_id).where(Ticket.id == ticket_id))


async def get_run(session: ReadSession, set_id: int, run_id: int) -> GoldenRun | None:
    query = select(GoldenRun).where(GoldenRun.id == run_id, GoldenRun.golden_set_id == set_id)
    return (await session.execute(query)).scalar_one_or_none()


async def hidden_from_all(session: ReadSession, set_id: int) -> set[int]:
    """Items of a set whose work somebody reviews blind: what the AI says of them is not shown."""
    query = select(GoldenItem.id).where(GoldenItem.golden_set_id == set_id, reviewed_blind(GoldenItem.worklog_id))
    return set(await session.scalars(query))


async def lock_run(session: WriteSession, run_id: int) -> GoldenRun | None:
    query = select(GoldenRun).where(GoldenRun.id == run_id).with_for_update()
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def run_page(session: ReadSession, set_id: int, *, limit: int, offset: int) -> tuple[Sequence[GoldenRun], int]:
    wanted = GoldenRun.golden_set_id == set_id
    query = select(GoldenRun).where(wanted).order_by(GoldenRun.id.desc()).limit(limit).offset(offset)
    total = await session.scalar(select(func.count()).select_from(GoldenRun).where(wanted))
    return (await session.execute(query)).scalars().all(), total or 0


async def judged_counts(session: ReadSession, run_ids: Collection[int]) -> dict[int, int]:
    query = (
        select(GoldenRunItem.run_id, func.count())
        .where(GoldenRunItem.run_id.in_(list(run_ids)), GoldenRunItem.error.is_(None))
        .group_by(GoldenRunItem.run_id)
    )
    return {row[0]: row[1] for row in await session.execute(query)}


async def to_judge(session: ReadSession, run: GoldenRun) -> Sequence[GoldenItem]:
    """Items that count and that this run has not judged."""
    done = select(GoldenRunItem.item_id).where(GoldenRunItem.run_id == run.id, GoldenRunItem.error.is_(None))
    query = (
        select(GoldenItem)
        .where(
            GoldenItem.golden_set_id == run.golden_set_id,
            GoldenItem.deleted_at.is_(None),
            GoldenItem.case.is_not(None),
            GoldenItem.id.not_in(done),
        )
        .order_by(GoldenItem.id)
    )
    return (await session.execute(query)).scalars().all()


async def answers_of(session: ReadSession, run_id: int) -> dict[int, GoldenRunItem]:
    """By item: what the judge said in a run."""
    query = select(GoldenRunItem).where(GoldenRunItem.run_id == run_id)
    return {row.item_id: row for row in (await session.execute(query)).scalars()}


async def store_answer(session: WriteSession, **values: Any) -> None:
    """An answer takes the place of a failure, and of nothing else."""
    statement = insert(GoldenRunItem).values(**values)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["run_id", "item_id"], set_=values, where=GoldenRunItem.error.is_not(None)
        )
    )


async def run_before(session: ReadSession, run: GoldenRun) -> GoldenRun | None:
    """The newest finished run of the set before this one."""
    query = (
        select(GoldenRun)
        .where(GoldenRun.golden_set_id == run.golden_set_id, GoldenRun.id < run.id, GoldenRun.state == RunState.DONE)
        .order_by(GoldenRun.id.desc())
        .limit(1)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def passed_before(session: ReadSession, run: GoldenRun) -> bool:
    query = select(GoldenRun.id).where(
        GoldenRun.golden_set_id == run.golden_set_id, GoldenRun.id < run.id, GoldenRun.passed.is_(True)
    )
    return await session.scalar(query.limit(1)) is not None


async def enabled_sets(session: ReadSession, base_id: int | None = None) -> Sequence[GoldenSet]:
    """Sets in use that have something to judge."""
    filled = select(GoldenItem.golden_set_id).where(GoldenItem.deleted_at.is_(None), GoldenItem.erased_at.is_(None))
    query = select(GoldenSet).where(GoldenSet.deleted_at.is_(None), GoldenSet.enabled, GoldenSet.id.in_(filled))
    if base_id is not None:
        query = query.where(GoldenSet.scorecard_base_id == base_id)
    return (await session.execute(query.order_by(GoldenSet.id))).scalars().all()


async def newest_finished(session: ReadSession, set_id: int, content_hash: str) -> GoldenRun | None:
    """The newest finished run of a set with this content."""
    query = (
        select(GoldenRun)
        .where(
            GoldenRun.golden_set_id == set_id,
            GoldenRun.content_hash == content_hash,
            GoldenRun.state.in_(_FINISHED),
        )
        .order_by(GoldenRun.id.desc())
        .limit(1)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def erase(session: WriteSession, customer_id: str, at: datetime) -> int:
    """Blank the frozen text of a customer's work, also in items that were taken out; answers how many there were."""
    theirs = select(Ticket.id).where(Ticket.customer_id == customer_id)
    blanked = await session.execute(
        update(GoldenItem)
        .where(
            GoldenItem.erased_at.is_(None),
            or_(GoldenItem.customer_id == customer_id, GoldenItem.ticket_id.in_(theirs)),
        )
        .values(case=None, erased_at=at)
        .returning(GoldenItem.id)
    )
    return len(blanked.all())
