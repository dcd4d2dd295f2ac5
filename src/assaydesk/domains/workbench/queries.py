"""The review queue in SQL: one statement decides reasons, order, counts and page (platform.md 13.3)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Text,
    and_,
    any_,
    case,
    cast,
    false,
    func,
    literal,
    literal_column,
    not_,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONPATH, aggregate_order_by, array, insert

from assaydesk.domains.quality.appeals.models import Appeal
from assaydesk.domains.quality.appeals.types import OPEN_STATES
from assaydesk.domains.quality.assessments.filters import AssessmentFilter, conditions, masked_rows
from assaydesk.domains.quality.assessments.models import Assessment, AssessmentCriterion, AssessmentEdit
from assaydesk.domains.quality.assessments.service import Viewer, editable, readable
from assaydesk.domains.quality.assessments.types import REVIEWED_STATES, CriterionState, Origin, State
from assaydesk.domains.quality.judging.wording import sentence
from assaydesk.domains.quality.scorecards.models import ScorecardContent
from assaydesk.domains.workbench.models import ReviewReservation
from assaydesk.domains.workbench.types import WAITING, Entry, WaitingReason, Wanted
from assaydesk.domains.worklogs.models import Worklog
from assaydesk.platform.db.base import BigInt, BigInts, Texts
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.security.permissions import Permission

A: Final = Assessment
C: Final = AssessmentCriterion
R: Final = ReviewReservation
_BUCKETS: Final = 10_000
_BUCKET: Final[ColumnElement[int]] = literal_column(
    f"mod(('x' || left(md5('review:' || assessments.id::text), 7))::bit(28)::int, {_BUCKETS})"
)
"""A number from the id alone: the share is the same for everybody, and no judge can aim at it."""

_KNOCK_OUTS: Final = (
    "$.categories[*].criteria[*] ? (@.makeOrBreakForCategory == true || @.makeOrBreakForAssessment == true).id"
)
_PROPOSED: Final = tuple(
    sentence("abstain.prefix", language, {"why": sentence("doubt.knockOut", language)}) + "%"
    for language in ("en", "de")
)
"""How the judge begins a reason when it would have knocked out, but was not sure enough."""

_ORDER: Final = {reason: place for place, reason in enumerate(WaitingReason)}
_SCORED: Final = (State.AI_READY, State.REVIEW_ONGOING)


class Found(NamedTuple):
    """`counts` by (first reason, assessed user), whatever reason was asked for; `due` and `overdue` of all of them."""

    entries: list[Entry]
    counts: dict[tuple[WaitingReason, int], int]
    due: int
    overdue: int


def _candidates(viewer: Viewer, wanted: Wanted) -> CTE:
    """What the caller may edit and what may have a reason; the many that have none are left out early."""
    mine = editable(viewer.actor, viewer.settings)
    hidden = masked_rows(mine)
    asked = AssessmentFilter(
        states=wanted.states, assessed_user=wanted.user, team=wanted.team, scorecard_base_id=wanted.scorecard_base_id
    )
    share = round(viewer.settings.quality_review_sample_percent * _BUCKETS / 100)
    sampled = and_(A.state == State.AI_READY, share > _BUCKET)
    doubtful = or_(A.needs_human_criteria > 0, A.knocked_out, func.cardinality(A.knocked_out_categories) > 0)
    worth = or_(A.state != State.AI_READY, hidden, doubtful, sampled, A.review_due_at.is_not(None), _appealed(viewer))
    columns = (
        A.id, A.content_id, A.state, A.assessed_user, A.worklog_id, A.created_at, A.review_due_at,
        hidden.label("blind"), sampled.label("sampled"), doubtful.label("doubtful"),
        _appealed(viewer).label("appealed"),
    )  # fmt: skip
    mine_to_see = and_(readable(viewer.actor, viewer.settings), mine)
    waiting = select(*columns).where(mine_to_see, worth, *conditions(asked, hidden))
    if wanted.states != WAITING:
        return waiting.cte("candidate")
    # Reviews are finished when somebody appeals; the few open appeals are looked up by their own index.
    finished = replace(asked, states=REVIEWED_STATES)
    open_ones = A.id.in_(select(Appeal.assessment_id).where(Appeal.state.in_(OPEN_STATES)))
    appealed = select(*columns).where(open_ones, _appealed(viewer), mine_to_see, *conditions(finished, hidden))
    return union_all(waiting, appealed).cte("candidate")


def _appealed(viewer: Viewer) -> ColumnElement[bool]:
    """An appeal waits, and the caller may decide it."""
    if not viewer.actor.has(Permission.QUALITY_DECIDE_APPEALS):
        return false()
    others = A.assessed_user != viewer.actor.id
    if viewer.settings.quality_appeal_independent_decider:
        others = and_(others, A.assessed_by_user.is_distinct_from(viewer.actor.id))
    return and_(func.coalesce(A.appeal_state.in_(OPEN_STATES), False), others)


def _facts(candidate: CTE) -> CTE:
    """Of each candidate: knock-outs that no person has confirmed, criteria left to a person, and the least sure one."""
    contents = select(candidate.c.content_id).distinct().scalar_subquery()
    knock = (
        select(
            ScorecardContent.id.label("content_id"),
            cast(func.jsonb_path_query(ScorecardContent.body, cast(_KNOCK_OUTS, JSONPATH)), BigInt).label("criterion"),
        )
        .where(ScorecardContent.id.in_(contents))
        .cte("knock")
    )
    unsure = C.state == CriterionState.NEEDS_HUMAN
    broken = and_(C.state == CriterionState.AI_SCORED, C.score == 0)
    proposed = and_(unsure, C.ai_reason.like(any_(literal(list(_PROPOSED), Texts))))
    unconfirmed = and_(knock.c.criterion.is_not(None), C.origin.is_distinct_from(Origin.HUMAN), or_(broken, proposed))
    ids = func.array_agg(aggregate_order_by(C.criterion_id, C.criterion_id))
    return (
        select(
            C.assessment_id,
            ids.filter(unconfirmed).label("knock_outs"),
            ids.filter(unsure).label("unsure"),
            func.min(C.confidence).filter(unsure).label("lowest"),
        )
        .join(candidate, candidate.c.id == C.assessment_id)
        .outerjoin(knock, and_(knock.c.content_id == candidate.c.content_id, knock.c.criterion == C.criterion_id))
        .where(candidate.c.doubtful, candidate.c.state.in_(_SCORED), not_(candidate.c.blind))
        .group_by(C.assessment_id)
        .cte("facts")
    )


def _queue(viewer: Viewer, wanted: Wanted, now: datetime) -> CTE:
    """Every assessment with a reason, and what it is ordered by. A blind one says nothing of what the AI found."""
    candidate = _candidates(viewer, wanted)
    facts = _facts(candidate)
    last_editor = (
        select(AssessmentEdit.user_id)
        .where(AssessmentEdit.assessment_id == candidate.c.id, AssessmentEdit.user_id.is_not(None))
        .order_by(AssessmentEdit.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    ongoing = candidate.c.state == State.REVIEW_ONGOING
    started = and_(ongoing, last_editor.is_not_distinct_from(viewer.actor.id))
    blind = and_(candidate.c.blind, candidate.c.state.in_(_SCORED), not_(started))
    appeal = (
        select(Appeal.criterion_ids, Appeal.created_at)
        .where(candidate.c.appealed, Appeal.assessment_id == candidate.c.id, Appeal.state.in_(OPEN_STATES))
        .lateral("appeal")
    )
    due = and_(candidate.c.review_due_at.is_not(None), candidate.c.state.in_(_SCORED))
    holds: dict[WaitingReason, ColumnElement[bool]] = {
        WaitingReason.APPEAL: candidate.c.appealed,
        WaitingReason.KNOCK_OUT: func.cardinality(facts.c.knock_outs) > 0,
        WaitingReason.UNCERTAIN: func.cardinality(facts.c.unsure) > 0,
        WaitingReason.STARTED: started,
        WaitingReason.SAMPLE: due,
        WaitingReason.RANDOM: or_(blind, candidate.c.sampled),
        WaitingReason.FAILED: candidate.c.state == State.ERROR,
    }
    named: list[ColumnElement[Any]] = [
        case((condition, literal(str(reason), Text)), else_=null()) for reason, condition in holds.items()
    ]
    codes: ColumnElement[Any] = array(named, type_=Text)
    reasons = func.array_remove(codes, null(), type_=Texts)
    listed = (
        select(
            candidate.c.id,
            candidate.c.assessed_user,
            reasons.label("reasons"),
            facts.c.knock_outs,
            facts.c.unsure,
            facts.c.lowest,
            appeal.c.criterion_ids.label("appealed"),
            case((due, candidate.c.review_due_at), else_=null()).label("due_at"),
            func.coalesce(and_(due, candidate.c.review_due_at < now), False).label("overdue"),
            func.coalesce(appeal.c.created_at, Worklog.started_at, candidate.c.created_at).label("since"),
        )
        .select_from(candidate)
        .outerjoin(appeal, true())
        .outerjoin(facts, facts.c.assessment_id == candidate.c.id)
        .outerjoin(Worklog, Worklog.id == candidate.c.worklog_id)
        .cte("listed")
        .prefix_with("materialized")  # Else the reasons, and who edited last, are found out once for each use.
    )
    first = listed.c.reasons[1]
    return select(*listed.c, first.label("first")).where(func.cardinality(listed.c.reasons) > 0).cte("queue")


def _ranked(queue: CTE, wanted: Wanted, now: datetime) -> CTE:
    """Places, counted from 1, and who has an entry at the moment."""
    uncertain = queue.c.first == WaitingReason.UNCERTAIN
    order = (
        queue.c.overdue.desc(),
        case((queue.c.overdue, queue.c.due_at), else_=null()),
        func.array_position(array([str(reason) for reason in _ORDER], type_=Text), queue.c.first),
        case((uncertain, -func.cardinality(queue.c.unsure)), else_=0),
        case((uncertain, queue.c.lowest), else_=null()).asc().nulls_last(),
        case((queue.c.first == WaitingReason.SAMPLE, queue.c.due_at), else_=null()).asc().nulls_last(),
        queue.c.since,
        queue.c.id,
    )
    query = select(
        queue.c.id, queue.c.reasons, queue.c.knock_outs, queue.c.unsure, queue.c.appealed, queue.c.due_at,
        queue.c.overdue, R.user_id.label("reserved_by"),
        R.until.label("reserved_until"), func.row_number().over(order_by=order).label("place"),
    ).outerjoin(R, and_(R.assessment_id == queue.c.id, R.until > now))  # fmt: skip
    if wanted.reason is not None:
        query = query.where(queue.c.first == wanted.reason)
    return query.cte("ranked")


async def page(
    session: ReadSession, viewer: Viewer, wanted: Wanted, *, now: datetime, limit: int, offset: int
) -> Found:
    """A page of the queue with the counts of the whole, in one statement."""
    queue = _queue(viewer, wanted, now)
    ranked = _ranked(queue, wanted, now)
    shown = select(*ranked.c).where(ranked.c.place > offset, ranked.c.place <= offset + limit).subquery("shown")
    groups = (
        select(
            queue.c.first,
            queue.c.assessed_user,
            func.count().label("number"),
            func.count(queue.c.due_at).label("due"),
            func.count().filter(queue.c.overdue).label("overdue"),
        )
        .group_by(queue.c.first, queue.c.assessed_user)
        .subquery("groups")
    )
    rows = select(func.jsonb_agg(func.to_jsonb(literal_column("shown")))).select_from(shown).scalar_subquery()
    counted = select(func.jsonb_agg(func.to_jsonb(literal_column("groups")))).select_from(groups).scalar_subquery()
    found = (await session.execute(select(rows, counted))).one()
    entries = sorted(found[0] or [], key=lambda row: row["place"])
    return Found(
        [_entry(row) for row in entries],
        {(WaitingReason(row["first"]), row["assessed_user"]): row["number"] for row in found[1] or []},
        sum(row["due"] for row in found[1] or []),
        sum(row["overdue"] for row in found[1] or []),
    )


def _entry(row: dict[str, Any]) -> Entry:
    criteria = {
        WaitingReason.APPEAL: row["appealed"],
        WaitingReason.KNOCK_OUT: row["knock_outs"],
        WaitingReason.UNCERTAIN: row["unsure"],
    }
    until, due = row["reserved_until"], row["due_at"]
    return Entry(
        row["id"],
        tuple((WaitingReason(code), tuple(criteria.get(WaitingReason(code)) or ())) for code in row["reasons"]),
        row["reserved_by"],
        None if until is None else datetime.fromisoformat(until),
        None if due is None else datetime.fromisoformat(due),
        row["overdue"],
    )


async def free(
    session: ReadSession, viewer: Viewer, wanted: Wanted, *, after: int | None, now: datetime, limit: int
) -> Sequence[int]:
    """The first ones that nobody else has. `after`: those behind this one, or from the beginning when it has left."""
    ranked = _ranked(_queue(viewer, wanted, now), wanted, now)
    passed = select(ranked.c.place).where(ranked.c.id == after).scalar_subquery()
    query = (
        select(ranked.c.id)
        .where(
            ranked.c.place > func.coalesce(passed, 0),
            or_(ranked.c.reserved_by.is_(None), ranked.c.reserved_by == viewer.actor.id),
        )
        .order_by(ranked.c.place)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def one_at_a_time(session: WriteSession) -> None:
    """Let those who ask for the next review take turns; each sees what the one before got."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext("review_reservations"))))


async def reserve(session: WriteSession, assessment_id: int, user_id: int, until: datetime) -> None:
    row = insert(R).values(assessment_id=assessment_id, user_id=user_id, until=until)
    await session.execute(
        row.on_conflict_do_update(index_elements=["assessment_id"], set_={"user_id": user_id, "until": until})
    )


async def prolong(session: WriteSession, assessment_id: int, user_id: int, until: datetime) -> None:
    """Keep what one has; what lapsed comes back while nobody else has got it."""
    await session.execute(
        R.__table__.update().where(R.assessment_id == assessment_id, R.user_id == user_id).values(until=until)  # type: ignore[attr-defined]
    )


async def release(session: WriteSession, assessment_id: int, user_id: int | None = None) -> None:
    """Give up a reservation: that of this person, or anybody's."""
    gone = R.__table__.delete().where(R.assessment_id == assessment_id)  # type: ignore[attr-defined]
    await session.execute(gone if user_id is None else gone.where(R.user_id == user_id))


async def reviewed_since(session: ReadSession, viewer: Viewer, since: datetime) -> dict[int, tuple[int, int]]:
    """Assessed user -> how many of the assessments that the caller may edit were reviewed, and by the caller."""
    actor, settings = viewer.actor, viewer.settings
    query = (
        select(A.assessed_user, func.count(), func.count().filter(A.assessed_by_user == actor.id))
        .where(
            A.state.in_(REVIEWED_STATES), A.assessment_date >= since, readable(actor, settings),
            editable(actor, settings),
        )
        .group_by(A.assessed_user)
    )  # fmt: skip
    return {row[0]: (row[1], row[2]) for row in await session.execute(query)}


async def of_tickets(session: ReadSession, viewer: Viewer, ticket_ids: Sequence[int]) -> Sequence[Any]:
    """What the flags of tickets are made of: the visible assessments, the newest of each ticket first."""
    hidden = masked_rows(editable(viewer.actor, viewer.settings))
    query = (
        select(
            A.id, A.ticket_id, A.state, A.scored_points, A.used_max_points, A.total_max_points, A.appeal_state,
            (A.needs_human_criteria > 0).label("needs_human"),
            or_(A.knocked_out, func.cardinality(A.knocked_out_categories) > 0).label("knocked_out"),
            hidden.label("hidden"),
        )
        .where(
            A.ticket_id == any_(literal(list(ticket_ids), BigInts)), A.state != State.DELETED,
            readable(viewer.actor, viewer.settings),
        )
        .order_by(A.ticket_id, A.created_at.desc(), A.id.desc())
    )  # fmt: skip
    return (await session.execute(query)).all()
