"""Queries of the judge's work: what is missing, what is due, claims and heartbeats. Set-based; no caller is asked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Numeric,
    String,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import BIT, insert

from assaydesk.domains.conversations.models import Conversation
from assaydesk.domains.conversations.moves import stood_in
from assaydesk.domains.quality.assessments.filters import any_of
from assaydesk.domains.quality.assessments.lifecycle import Command, move
from assaydesk.domains.quality.assessments.models import Assessment, JudgeRun
from assaydesk.domains.quality.assessments.types import SCORED_STATES, State, Trigger
from assaydesk.domains.quality.scorecards.matching import DEFAULT_CONTEXTS
from assaydesk.domains.quality.scorecards.types import Assignment
from assaydesk.domains.tickets.models import Ticket, TicketTag
from assaydesk.domains.tickets.types import SPAM
from assaydesk.domains.worklogs.models import Worklog, WorkSignal
from assaydesk.platform.db.base import BigInts
from assaydesk.platform.db.session import ReadSession, WriteSession

Rows = Sequence[Any]
"""Rows of several columns; each function names its own."""

A: Final = Assessment
CLAIMED: Final = (
    A.id, A.worklog_id, A.ticket_id, A.assessed_user, A.scorecard_id, A.scorecard_base_id, A.content_id, A.state_before,
    A.trigger, A.tries, A.failing_since, A.refresh_request, A.run_id, A.touched_by_human,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Family:
    """A scorecard whose assessments may be missing.

    `tags` are the assignment's tags, with those below them when they count. `since` and `until` limit the worklogs by
    their latest interaction.
    """

    scorecard_id: int
    base_id: int
    content_id: int
    assignment: Assignment
    tags: frozenset[int]
    total_max_points: Any
    criteria: int
    since: datetime | None
    until: datetime | None


async def create_missing(
    session: WriteSession,
    family: Family,
    *,
    blind_percent: float,
    now: datetime,
    limit: int | None,
    among: Collection[int] | None = None,
) -> int:
    """Make the assessments of one family that are missing, oldest work first. Answers how many were made.

    One that a parallel process makes at the same time is left to it. `among`: only for these worklogs.
    """
    named = [] if among is None else [any_of(Worklog.id, among)]
    source = (
        select(
            Worklog.id,
            Worklog.ticket_id,
            Worklog.user_id,
            literal(family.scorecard_id, BigInteger),
            literal(family.base_id, BigInteger),
            literal(family.content_id, BigInteger),
            literal(State.UNPROCESSED.value, String),
            literal(family.total_max_points, A.total_max_points.type),
            literal(family.criteria),
            share("blind:", family.base_id, blind_percent),
            literal(now, A.created_at.type),
            literal(now, A.modified_at.type),
        )
        .join(Ticket, Ticket.id == Worklog.ticket_id)
        .where(
            *candidates(family),
            *named,
            ~exists().where(A.worklog_id == Worklog.id, A.scorecard_base_id == family.base_id),
        )
        .order_by(Worklog.latest_interaction, Worklog.id)
        .limit(limit)
    )
    columns = [
        "worklog_id", "ticket_id", "assessed_user", "scorecard_id", "scorecard_base_id", "content_id", "state",
        "total_max_points", "unscored_criteria", "blind_review", "created_at", "modified_at",
    ]  # fmt: skip
    statement = insert(A).from_select(columns, source).on_conflict_do_nothing().returning(A.id)
    return len((await session.execute(statement)).all())


def candidates(family: Family) -> list[ColumnElement[bool]]:
    """The worklogs that a scorecard is for: `scorecards.matching.matches` in SQL, for a set."""
    wanted = family.assignment
    found: list[ColumnElement[bool]] = [
        Ticket.deleted_at.is_(None),
        or_(Ticket.spam_status.is_(None), Ticket.spam_status.not_in(SPAM)),
        Worklog.context.in_(wanted.response_context or DEFAULT_CONTEXTS),
    ]
    if family.since is not None:
        found.append(Worklog.latest_interaction >= family.since)
    if family.until is not None:
        found.append(Worklog.latest_interaction <= family.until)
    if wanted.channels:
        found.append(Ticket.channel.in_(wanted.channels))
    if wanted.teams:
        found.append(Worklog.team_ids.overlap(literal(list(wanted.teams), BigInts)))
    if wanted.ticket_tags:
        found.append(exists().where(TicketTag.ticket_id == Ticket.id, TicketTag.tag_id.in_(family.tags)))
    if wanted.sample_percent < 100:
        found.append(share("", family.base_id, wanted.sample_percent))
    return found


def share(prefix: str, base_id: int, percent: float) -> ColumnElement[bool]:
    """`matching.in_sample` (without prefix) and `sampling.is_blind` in SQL: a share of the worklogs by hash."""
    if percent <= 0:
        return false()
    key = func.concat(literal(prefix), cast(Worklog.id, String), literal(f":{base_id}"))
    digest = func.encode(func.sha256(func.convert_to(key, "UTF8")), "hex")
    number = cast(cast(func.concat("x", func.substr(digest, 1, 8)), BIT(32)), BigInteger)
    return number % 10_000 < literal(Decimal(str(percent)) * 100, Numeric)


async def end_waits(session: WriteSession) -> None:
    """Let what waits for another try be due at once: a person asks for it."""
    waiting = update(A).where(A.state == State.UNPROCESSED, A.next_try_at.is_not(None))
    await session.execute(waiting.values(next_try_at=None))


def is_due(now: datetime) -> ColumnElement[bool]:
    """New ones, those whose wait is over, and scored ones whose worklog grew. The first half names the index."""
    waits = or_(A.state.in_([State.UNPROCESSED, State.AI_IN_PROGRESS]), A.next_try_at.is_not(None))
    at_once = and_(A.state == State.UNPROCESSED, A.next_try_at.is_(None))
    in_time = and_(A.state.in_([State.UNPROCESSED, State.ERROR, State.AI_READY]), A.next_try_at <= now)
    return and_(waits, or_(at_once, in_time))


async def any_due(session: ReadSession, now: datetime) -> bool:
    return bool(await session.scalar(select(exists().where(is_due(now)))))


async def count_due(session: ReadSession, now: datetime) -> int:
    return await session.scalar(select(func.count()).select_from(A).where(is_due(now))) or 0


async def count_waiting(session: ReadSession) -> int:
    """New ones, and those that are being judged."""
    waiting = A.state.in_([State.UNPROCESSED, State.AI_IN_PROGRESS])
    return await session.scalar(select(func.count()).select_from(A).where(waiting)) or 0


async def claim(session: WriteSession, token: str, *, now: datetime, limit: int) -> Rows:
    """Take due assessments, oldest first, past those that somebody else is taking. Columns: `CLAIMED`."""
    due = select(A.id).where(is_due(now)).order_by(A.id).limit(limit).with_for_update(skip_locked=True).cte("due")
    # A renewed run that was broken off still knows what it was to go back to.
    before = case((A.refresh_request.is_not(None) & A.state_before.is_not(None), A.state_before), else_=A.state)
    statement = (
        update(A)
        .where(A.id == due.c.id)
        .values(
            state=move(State.UNPROCESSED, Command.CLAIM),
            state_before=before,
            claim=token,
            heartbeat_at=now,
            modified_at=now,
            version=A.version + 1,
        )
        .returning(*CLAIMED)
        .execution_options(synchronize_session=False)
    )
    return sorted((await session.execute(statement)).all(), key=lambda row: row.id)


async def beat(session: WriteSession, token: str, ids: Collection[int], now: datetime) -> None:
    """Say that the claims are alive."""
    statement = update(A).where(any_of(A.id, ids), A.claim == token).values(heartbeat_at=now)
    await session.execute(statement.execution_options(synchronize_session=False))


async def abandoned(session: WriteSession, *, silent_since: datetime, limit: int) -> Rows:
    """Locked claims whose holder has not been heard of. Columns: `CLAIMED`."""
    query = (
        select(*CLAIMED)
        .where(
            A.state == State.AI_IN_PROGRESS,
            or_(A.state.in_([State.UNPROCESSED, State.AI_IN_PROGRESS]), A.next_try_at.is_not(None)),
            or_(A.heartbeat_at.is_(None), A.heartbeat_at < silent_since),
        )
        .order_by(A.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.execute(query)).all()


async def lock_claimed(session: WriteSession, assessment_id: int, token: str, until: datetime | None = None) -> Any:
    """A claimed assessment with what its record depends on; None when the claim is lost. Locked until the end.

    `stamp` is the one that a snapshot up to `until` would carry at this moment.
    """
    end = literal(until, Conversation.created_at.type)
    shown = and_(stood_in(A.ticket_id, end), belongs(end, Worklog.conversation_id))
    stamp = select(func.concat(func.count(), ":", func.sum(Conversation.version))).where(shown).correlate(A, Worklog)
    query = (
        select(
            A.worklog_id,
            A.scorecard_id,
            A.ai_summary,
            A.ai_summary_generated,
            A.supervisor_assessment,
            A.judged_until,
            Worklog.latest_interaction,
            stamp.scalar_subquery().label("stamp"),
        )
        .outerjoin(Worklog, Worklog.id == A.worklog_id)
        .where(A.id == assessment_id, A.claim == token, A.state == State.AI_IN_PROGRESS)
        .with_for_update(of=A)
    )
    return (await session.execute(query)).one_or_none()


def belongs(until: Any, own_reply_id: Any) -> ColumnElement[bool]:
    """The messages that a judge is shown: up to the end of the worklog, and a draft of it that was sent later."""
    in_time = or_(Conversation.created_at <= until, Conversation.id == own_reply_id)
    return and_(Conversation.deleted_at.is_(None), ~Conversation.is_draft, in_time)


async def store(
    session: WriteSession, assessment_id: int, values: Mapping[str, Any], *, run: Mapping[str, Any] | None = None
) -> None:
    """Write the state of an assessment and the run that led to it, in one statement."""
    changes = dict(values)
    if run is not None:
        made = insert(JudgeRun).values(**run).returning(JudgeRun.id).cte("made")
        changes["run_id"] = select(made.c.id).scalar_subquery()
    statement = update(A).where(A.id == assessment_id).values(version=A.version + 1, **changes)
    await session.execute(statement.execution_options(synchronize_session=False))


async def add_run(session: WriteSession, run: Mapping[str, Any]) -> None:
    """Keep a run that failed: it does not become the one that the values rest on."""
    await session.execute(insert(JudgeRun).values(**run))


async def mark_grown(
    session: WriteSession, worklog_ids: Collection[int], *, now: datetime, judge_again_at: datetime
) -> None:
    """Note that the person went on writing after the judge had looked (quality.md 6, step 7).

    What no person touched is judged again; elsewhere only the mark is set.
    """
    wrote = or_(
        exists().where(
            Conversation.ticket_id == Worklog.ticket_id,
            Conversation.agent_id == Worklog.user_id,
            Conversation.deleted_at.is_(None),
            ~Conversation.is_draft,
            Conversation.created_at > A.judged_until,
            Conversation.created_at <= Worklog.latest_interaction,
        ),
        exists().where(
            WorkSignal.ticket_id == Worklog.ticket_id,
            WorkSignal.user_id == Worklog.user_id,
            WorkSignal.action.is_not(None),
            WorkSignal.at > A.judged_until,
            WorkSignal.at <= Worklog.latest_interaction,
        ),
    )
    again = and_(A.state == State.AI_READY, ~A.touched_by_human)
    statement = (
        update(A)
        .where(
            A.worklog_id == Worklog.id,
            any_of(Worklog.id, worklog_ids),
            A.state.in_(SCORED_STATES),
            A.judged_until < Worklog.latest_interaction,
            wrote,
        )
        .values(
            worklog_changed=True,
            trigger=case((again, Trigger.WORKLOG_CHANGED), else_=A.trigger),
            next_try_at=case((again, judge_again_at), else_=A.next_try_at),
            tries=case((again, 0), else_=A.tries),
            modified_at=now,
            version=A.version + 1,
        )
    )
    await session.execute(statement.execution_options(synchronize_session=False))


async def delete_unprocessed(session: WriteSession, base_id: int, now: datetime) -> list[int]:
    """Delete what of a deleted family was not judged yet."""
    statement = (
        update(A)
        .where(A.scorecard_base_id == base_id, A.state == State.UNPROCESSED)
        .values(
            state=move(State.UNPROCESSED, Command.DELETE_WITH_FAMILY),
            state_before=State.UNPROCESSED,
            deleted_at=now,
            modified_at=now,
            version=A.version + 1,
        )
        .returning(A.id)
    )
    return list((await session.execute(statement.execution_options(synchronize_session=False))).scalars())
