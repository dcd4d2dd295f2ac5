"""Queries of backtests. What is shown of a piece of work follows the right to see its person's assessments."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, false, func, insert, literal, not_, or_, select, update
from sqlalchemy import true as always
from sqlalchemy.dialects.postgresql import distinct_on

from assaydesk.domains.conversations.models import Conversation
from assaydesk.domains.profiles.models import ProfileTeam
from assaydesk.domains.quality.assessments.filters import any_of, reviewed_blind
from assaydesk.domains.quality.assessments.models import Assessment, JudgeRun
from assaydesk.domains.quality.assessments.policy import VIEW_ALL, VIEW_TEAM
from assaydesk.domains.quality.assessments.types import SCORED_STATES
from assaydesk.domains.quality.backtests.compare import Item
from assaydesk.domains.quality.backtests.models import Backtest, BacktestItem
from assaydesk.domains.quality.backtests.types import OPEN, State
from assaydesk.domains.tickets.models import Ticket
from assaydesk.domains.worklogs.models import Worklog
from assaydesk.platform.db.base import BigInts
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.security.actor import Actor

_LOCK: Final = 7_412_012
"""The number space of the locks by which one caller's backtests are counted one at a time."""


@dataclass(frozen=True, slots=True)
class Sample:
    """How much work there is, how much of it the caller may not see, and what was drawn."""

    candidates: int
    excluded: int
    rows: Sequence[Any]


def viewable(actor: Actor, user_id: Any, worklog_id: Any) -> ColumnElement[bool]:
    """Whether the caller may see AI scores of a piece of work.

    One's own work needs a wider right than that to see one's own assessments, because nothing here is released. Work
    that somebody reviews blind is shown to nobody.
    """
    if actor.has(*VIEW_ALL):
        scope: ColumnElement[bool] = always()
    elif actor.has(*VIEW_TEAM):
        mates = select(ProfileTeam.profile_id).where(ProfileTeam.team_id.in_(sorted(actor.team_ids)))
        scope = or_(user_id == actor.id, user_id.in_(mates)) if actor.team_ids else user_id == actor.id
    else:
        scope = false()
    return and_(scope, not_(reviewed_blind(worklog_id)))


async def draw(
    session: ReadSession, actor: Actor, conditions: Sequence[ColumnElement[bool]], *, seed: int, size: int
) -> Sample:
    """Count the work that fits, and draw from what the caller may see: the same for the same seed and data."""
    seen = viewable(actor, Worklog.user_id, Worklog.id)
    counts = (
        select(func.count(), func.count().filter(not_(seen)))
        .select_from(Worklog)
        .join(Ticket, Ticket.id == Worklog.ticket_id)
        .where(*conditions)
    )
    candidates, excluded = (await session.execute(counts)).one()
    lot = func.md5(func.concat(literal(f"{seed}:"), Worklog.id))
    query = (
        select(Worklog.id, Worklog.ticket_id, Worklog.user_id)
        .join(Ticket, Ticket.id == Worklog.ticket_id)
        .where(*conditions, seen)
        .order_by(lot, Worklog.id)
        .limit(size)
    )
    return Sample(candidates, excluded, (await session.execute(query)).all())


def has_assessment(base_id: int) -> ColumnElement[bool]:
    """Whether a worklog has a scored assessment of a family."""
    return exists().where(
        Assessment.worklog_id == Worklog.id,
        Assessment.scorecard_base_id == base_id,
        Assessment.state.in_(SCORED_STATES),
    )


async def assessments_of(session: ReadSession, base_id: int, worklog_ids: Collection[int]) -> dict[int, int]:
    """Scored assessments of a family, by worklog."""
    query = select(Assessment.worklog_id, Assessment.id).where(
        any_of(Assessment.worklog_id, worklog_ids),
        Assessment.scorecard_base_id == base_id,
        Assessment.state.in_(SCORED_STATES),
    )
    return {worklog_id: number for worklog_id, number in await session.execute(query) if worklog_id is not None}


async def content_of_assessment(session: ReadSession, assessment_id: int) -> int | None:
    """The content of a scored assessment; None when it is none any more."""
    query = select(Assessment.content_id).where(Assessment.id == assessment_id, Assessment.state.in_(SCORED_STATES))
    return await session.scalar(query)


async def count_open(session: WriteSession, user_id: int | None) -> int:
    """How many of a caller's backtests are not finished; another request of the caller waits for this one."""
    await session.execute(select(func.pg_advisory_xact_lock(_LOCK, (user_id or 0) % 2**31)))
    query = select(func.count()).select_from(Backtest)
    return await session.scalar(query.where(Backtest.created_by == user_id, Backtest.state.in_(OPEN))) or 0


async def add(session: WriteSession, row: Backtest, sample: Sample, assessments: Mapping[int, int]) -> None:
    session.add(row)
    await session.flush()
    if sample.rows:
        values = [
            {
                "backtest_id": row.id,
                "position": position,
                "worklog_id": one.id,
                "ticket_id": one.ticket_id,
                "user_id": one.user_id,
                "assessment_id": assessments.get(one.id),
            }
            for position, one in enumerate(sample.rows)
        ]
        await session.execute(insert(BacktestItem), values)


async def get(session: ReadSession, backtest_id: int) -> Backtest | None:
    query = select(Backtest).where(Backtest.id == backtest_id, Backtest.deleted_at.is_(None))
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def lock(session: WriteSession, backtest_id: int) -> Backtest | None:
    query = select(Backtest).where(Backtest.id == backtest_id, Backtest.deleted_at.is_(None)).with_for_update()
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def page(
    session: ReadSession,
    *,
    created_by: int | None,
    scorecard_id: int | None,
    limit: int,
    offset: int,
) -> tuple[Sequence[Backtest], int]:
    """Newest first; `created_by` None: of everybody."""
    conditions: list[ColumnElement[bool]] = [Backtest.deleted_at.is_(None)]
    if created_by is not None:
        conditions.append(Backtest.created_by == created_by)
    if scorecard_id is not None:
        conditions.append(Backtest.scorecard_id == scorecard_id)
    query = select(Backtest).where(*conditions).order_by(Backtest.id.desc()).limit(limit).offset(offset)
    rows = (await session.execute(query)).scalars().all()
    return rows, await session.scalar(select(func.count()).select_from(Backtest).where(*conditions)) or 0


async def latest_by_hash(session: ReadSession, hashes: Collection[str]) -> dict[str, Backtest]:
    """The newest backtest that is done, by the hash of its content."""
    query = (
        select(Backtest)
        .ext(distinct_on(Backtest.content_hash))
        .where(Backtest.content_hash.in_(set(hashes)), Backtest.deleted_at.is_(None), Backtest.state == State.DONE)
        .order_by(Backtest.content_hash, Backtest.id.desc())
    )
    return {row.content_hash: row for row in (await session.execute(query)).scalars()}


async def items(session: ReadSession, backtest_id: int, actor: Actor | None = None) -> list[Item]:
    """What was drawn, as far as it has come; with an actor, only what this one may see."""
    I = BacktestItem  # noqa: E741
    query = select(I).where(I.backtest_id == backtest_id).order_by(I.position)
    if actor is not None:
        query = query.where(viewable(actor, I.user_id, I.worklog_id))
    return [
        Item(
            worklog_id=row.worklog_id,
            ticket_id=row.ticket_id,
            assessment_id=row.assessment_id,
            after=row.after,
            before=row.before,
            labels=row.labels or {},
            failed=row.error_code is not None,
            input_tokens=row.input_tokens,
            output_tokens=row.output_tokens,
            cost=float(row.cost),
            currency=row.currency,
            duration_ms=row.duration_ms,
        )
        for row in (await session.execute(query)).scalars()
    ]


async def hidden_items(session: ReadSession, actor: Actor, backtest_ids: Collection[int]) -> set[int]:
    """Those of these backtests that have work which the caller may not see."""
    I = BacktestItem  # noqa: E741
    query = select(I.backtest_id).distinct()
    hidden = not_(viewable(actor, I.user_id, I.worklog_id))
    return set((await session.execute(query.where(any_of(I.backtest_id, backtest_ids), hidden))).scalars())


async def progress(session: ReadSession, backtest_ids: Collection[int]) -> dict[int, int]:
    """How many pieces of work are finished, by backtest."""
    I = BacktestItem  # noqa: E741
    finished = or_(I.after.is_not(None), I.error_code.is_not(None))
    query = select(I.backtest_id, func.count()).where(any_of(I.backtest_id, backtest_ids), finished)
    return {row[0]: row[1] for row in await session.execute(query.group_by(I.backtest_id))}


async def claim(session: WriteSession, backtest_id: int, token: str, *, now: datetime, stalled_seconds: float) -> bool:
    """Take an open backtest that nobody works on."""
    B = Backtest
    silent = or_(B.claim.is_(None), B.heartbeat_at < now - timedelta(seconds=stalled_seconds))
    statement = (
        update(B)
        .where(B.id == backtest_id, B.state.in_(OPEN), silent)
        .values(claim=token, heartbeat_at=now, state=State.RUNNING, started_at=func.coalesce(B.started_at, now))
        .returning(B.id)
    )
    return (await session.execute(statement)).scalar_one_or_none() is not None


async def beat(session: WriteSession, backtest_id: int, token: str, now: datetime) -> None:
    own = (Backtest.id == backtest_id) & (Backtest.claim == token)
    await session.execute(update(Backtest).where(own).values(heartbeat_at=now))


async def release(session: WriteSession, backtest_id: int, token: str, values: Mapping[str, Any]) -> None:
    """Give the claim back, with what the run came to; nothing when it was cancelled or taken over meanwhile."""
    own = (Backtest.id == backtest_id) & (Backtest.claim == token) & Backtest.state.in_(OPEN)
    await session.execute(update(Backtest).where(own).values(claim=None, heartbeat_at=None, **values))


async def is_mine(session: ReadSession, backtest_id: int, token: str) -> bool:
    own = (Backtest.id == backtest_id) & (Backtest.claim == token) & Backtest.state.in_(OPEN)
    return bool(await session.scalar(select(exists().where(own))))


async def waiting(session: ReadSession, backtest_id: int, *, with_before: bool) -> Sequence[Any]:
    """`position`, `worklog_id`, `assessment_id`, and which of the sides `after` and `before` are missing."""
    I = BacktestItem  # noqa: E741
    missing = or_(I.after.is_(None), I.before.is_(None)) if with_before else I.after.is_(None)
    query = (
        select(I.position, I.worklog_id, I.assessment_id, I.after.is_(None).label("no_after"),
               I.before.is_(None).label("no_before"))
        .where(I.backtest_id == backtest_id, I.error_code.is_(None), missing)
        .order_by(I.position)
    )  # fmt: skip
    return (await session.execute(query)).all()


async def spent(session: ReadSession, backtest_id: int) -> Decimal:
    query = select(func.coalesce(func.sum(BacktestItem.cost), 0)).where(BacktestItem.backtest_id == backtest_id)
    return Decimal(await session.scalar(query) or 0)


async def store(
    session: WriteSession, backtest_id: int, position: int, side: str, values: Mapping[str, Any], **added: Any
) -> None:
    """Fill one side of one piece of work, unless it is filled. `added` figures are summed up."""
    I = BacktestItem  # noqa: E741
    sums = {name: getattr(I, name) + value for name, value in added.items()}
    own = and_(I.backtest_id == backtest_id, I.position == position, getattr(I, side).is_(None))
    await session.execute(update(I).where(own).values(**values, **sums))


async def abandoned(session: ReadSession, *, silent_since: datetime) -> Sequence[int]:
    """Open backtests that nobody works on."""
    silent = or_(Backtest.claim.is_(None), Backtest.heartbeat_at < silent_since)
    query = select(Backtest.id).where(Backtest.state.in_(OPEN), silent).order_by(Backtest.id)
    return (await session.execute(query)).scalars().all()


async def usual_tokens(session: ReadSession, model: str, content_hash: str) -> tuple[float, float] | None:
    """Tokens in and out of a run of this model with this content so far, on average."""
    R = JudgeRun
    recent = (
        select(R.input_tokens, R.output_tokens)
        .where(R.model == model, R.content_hash == content_hash, R.outcome == "ok", R.input_tokens.is_not(None))
        .order_by(R.id.desc())
        .limit(100)
        .subquery()
    )
    found = (await session.execute(select(func.avg(recent.c.input_tokens), func.avg(recent.c.output_tokens)))).one()
    return None if found[0] is None else (float(found[0]), float(found[1] or 0))


async def texts(session: ReadSession, conversation_ids: Collection[int]) -> dict[int, str]:
    """The words of these messages, of those that there still are."""
    if not conversation_ids:
        return {}
    query = select(Conversation.id, Conversation.body_plain).where(
        any_of(Conversation.id, conversation_ids), Conversation.deleted_at.is_(None), ~Conversation.is_draft
    )
    return {row.id: row.body_plain for row in await session.execute(query)}


async def characters(session: ReadSession, ticket_ids: Collection[int]) -> int:
    """Length of the messages of these tickets, each as often as it is named."""
    wanted = select(func.unnest(literal(list(ticket_ids), BigInts)).label("id")).subquery()
    query = select(func.coalesce(func.sum(func.length(Conversation.body_plain)), 0)).join(
        wanted, wanted.c.id == Conversation.ticket_id
    )
    return int(await session.scalar(query.where(Conversation.deleted_at.is_(None))) or 0)
