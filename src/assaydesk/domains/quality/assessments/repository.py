"""Queries of what people do with assessments; each read begins with who may see it. Those of the judge's work are in
`queue.py`."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Text, and_, cast, delete, false, func, literal, literal_column, or_, select
from sqlalchemy import true as always
from sqlalchemy.dialects.postgresql import JSONB, insert

from assaydesk.domains.profiles.models import ProfileTeam
from assaydesk.domains.quality.assessments import filters
from assaydesk.domains.quality.assessments.filters import AssessmentFilter, Order, any_of
from assaydesk.domains.quality.assessments.models import Assessment, AssessmentCriterion, AssessmentEdit, JudgeRun
from assaydesk.domains.quality.assessments.policy import DO, VIEW_ALL, VIEW_TEAM, released_states
from assaydesk.domains.quality.assessments.stored import answer_from_row, answer_to_row
from assaydesk.domains.quality.assessments.types import RAW_STATES, CriterionAnswer, Edit, State
from assaydesk.domains.quality.scorecards.models import Scorecard
from assaydesk.domains.quality.scorecards.types import PercentageBase
from assaydesk.domains.settings.service import InstanceSettings
from assaydesk.domains.worklogs.models import Worklog
from assaydesk.kit.jsontext import json_dumps
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission

Rows = Sequence[Any]
"""Rows of several columns; each function names its own."""

A: Final = Assessment
_LISTED: Final = (
    A.id, A.worklog_id, A.ticket_id, A.scorecard_id, A.scorecard_base_id, A.content_id, A.state, A.assessed_user,
    A.assessed_by_user, A.ai_summary, A.ai_summary_generated, A.scored_points, A.used_max_points, A.total_max_points,
    A.knocked_out, A.knocked_out_categories, A.unscored_criteria, A.needs_human_criteria, A.not_applicable_criteria,
    A.worklog_changed, A.blind_review, A.acknowledged_at, A.acknowledgement_comment, A.appeal_state, A.tries,
    A.next_try_at, A.error, A.created_at, A.modified_at, A.version,
)  # fmt: skip
_WORK: Final = (
    Worklog.latest_interaction, Worklog.conversation_id, Worklog.action_list, Worklog.automation_level,
    Worklog.ai_agents, Worklog.duration_ms, Worklog.after_work_ms, Worklog.sla_due_at, Worklog.net_seconds_after_sla,
    Worklog.closing_at, Worklog.re_opened, Worklog.csat,
)  # fmt: skip
_LIST: Final = select(*_LISTED, *_WORK).outerjoin(Worklog, Worklog.id == Assessment.worklog_id)
"""Built once: a statement with so many columns takes as long to build as to run. The columns of the worklog are null
when it was removed."""
_CRITERION: Final = tuple(column.key for column in AssessmentCriterion.__table__.columns)


class Seen(NamedTuple):
    """An assessment that the caller may see. `team_mate`: its person shares an effective team with the caller."""

    row: Assessment
    team_mate: bool


def team_mate(actor: Actor) -> ColumnElement[bool]:
    """Whether the assessed person shares an effective team with the caller."""
    if not actor.team_ids:
        return false()
    mates = select(ProfileTeam.profile_id).where(ProfileTeam.team_id.in_(sorted(actor.team_ids)))
    return Assessment.assessed_user.in_(mates)


def readable(actor: Actor, settings: InstanceSettings) -> ColumnElement[bool]:
    """The rows that the caller may see: `policy.may_see` in SQL."""
    own = Assessment.assessed_user == actor.id
    scopes: list[ColumnElement[bool]] = [false()]
    if actor.has(*VIEW_ALL):
        scopes.append(always())
    elif actor.has(*VIEW_TEAM):
        scopes.append(or_(own, team_mate(actor)))
    if actor.has(Permission.QUALITY_VIEW_ASSESSMENT_OWN):
        scopes.append(and_(own, Assessment.state.in_(released_states(settings.quality_agent_sees_from))))
    hidden: list[State] = [] if actor.has(*DO) else list(RAW_STATES)
    if not actor.has(Permission.QUALITY_DELETE_ASSESSMENT):
        hidden.append(State.DELETED)
    return and_(or_(*scopes), Assessment.state.not_in(hidden), Assessment.second_reviewer.is_distinct_from(actor.id))


def editable(actor: Actor, settings: InstanceSettings) -> ColumnElement[bool]:
    """Whose work the caller may assess: `policy.assess_denial` in SQL."""
    if not actor.has(*DO):
        return false()
    others = always() if actor.has(Permission.QUALITY_DO_ASSESSMENTS_ALL) else team_mate(actor)
    own = Assessment.assessed_user == actor.id
    return or_(own, others) if settings.quality_allow_self_assessment else and_(~own, others)


async def page(
    session: ReadSession,
    actor: Actor,
    settings: InstanceSettings,
    asked: AssessmentFilter,
    order: Order,
    *,
    limit: int,
    offset: int,
) -> tuple[Rows, int]:
    """One page of what the caller may see, each row with its worklog and `team_mate`; and how many there are in all."""
    hidden = filters.masked_rows(editable(actor, settings))
    wanted = and_(readable(actor, settings), *filters.conditions(asked, hidden))
    base = PercentageBase(settings.quality_percentage_base)
    query = (
        _LIST.add_columns(team_mate(actor).label("team_mate"))
        .where(wanted)
        .order_by(*filters.ordering(order, base, hidden))
        .limit(limit)
        .offset(offset)
    )
    # Plain rows: the connection is asked directly, because the session would look for entities in them.
    connection = await session.connection()
    rows = (await connection.execute(query)).all()
    if rows and len(rows) < limit:
        return rows, offset + len(rows)
    count = select(func.count()).select_from(Assessment).where(wanted)
    return rows, await connection.scalar(count) or 0


async def of_ticket(session: ReadSession, actor: Actor, settings: InstanceSettings, ticket_id: int) -> Rows:
    """What the caller may see of a ticket, deleted ones left out, in the order of creation."""
    query = (
        _LIST.add_columns(team_mate(actor).label("team_mate"))
        .where(Assessment.ticket_id == ticket_id, Assessment.state != State.DELETED, readable(actor, settings))
        .order_by(Assessment.created_at, Assessment.id)
    )
    return (await session.execute(query)).all()


async def of_ids(session: ReadSession, actor: Actor, settings: InstanceSettings, ids: Collection[int]) -> Rows:
    """Those of these assessments that the caller may see."""
    query = _LIST.add_columns(team_mate(actor).label("team_mate"))
    return (await session.execute(query.where(any_of(A.id, ids), readable(actor, settings)))).all()


async def of_worklogs(
    session: ReadSession, actor: Actor, settings: InstanceSettings, worklog_ids: Collection[int]
) -> Rows:
    """`id`, `worklog_id`, `scorecard_id`, `scorecard_base_id`, `state` of the live ones that the caller may see."""
    query = (
        select(A.id, A.worklog_id, A.scorecard_id, A.scorecard_base_id, A.state)
        .where(any_of(A.worklog_id, worklog_ids), A.state != State.DELETED, readable(actor, settings))
        .order_by(A.id)
    )
    return (await session.execute(query)).all()


async def get(
    session: ReadSession, actor: Actor, settings: InstanceSettings, assessment_id: int, *, lock: bool = False
) -> Seen | None:
    """One assessment, if the caller may see it; with `lock` nobody else changes it until the transaction ends."""
    query = (
        select(Assessment, team_mate(actor))
        .where(Assessment.id == assessment_id, readable(actor, settings))
        .execution_options(populate_existing=True)
    )
    if lock:
        query = query.with_for_update(of=Assessment)
    found = (await session.execute(query)).one_or_none()
    return None if found is None else Seen(*found)


async def shares_team(session: ReadSession, actor: Actor, user_id: int) -> bool:
    """Whether a person shares an effective team with the caller."""
    if not actor.team_ids:
        return False
    query = select(ProfileTeam.profile_id).where(
        ProfileTeam.profile_id == user_id, ProfileTeam.team_id.in_(sorted(actor.team_ids))
    )
    return await session.scalar(query.limit(1)) is not None


async def mates_among(session: ReadSession, actor: Actor, user_ids: Collection[int]) -> set[int]:
    """Those of these people who share an effective team with the caller."""
    if not actor.team_ids or not user_ids:
        return set()
    query = select(ProfileTeam.profile_id).where(
        any_of(ProfileTeam.profile_id, user_ids), ProfileTeam.team_id.in_(sorted(actor.team_ids))
    )
    return set(await session.scalars(query))


async def live_id(session: ReadSession, worklog_id: int | None, base_id: int) -> int | None:
    """The live assessment of a worklog with a scorecard family."""
    query = select(Assessment.id).where(
        Assessment.worklog_id == worklog_id, Assessment.scorecard_base_id == base_id, Assessment.state != State.DELETED
    )
    return await session.scalar(query)


async def revision_states(session: ReadSession, base_id: int) -> Rows:
    """`id` and `state` of the revisions of a scorecard family."""
    return (await session.execute(select(Scorecard.id, Scorecard.state).where(Scorecard.base_id == base_id))).all()


async def answers_of(session: ReadSession, ids: Collection[int]) -> dict[int, dict[int, CriterionAnswer]]:
    """Assessment id -> criterion id -> answer."""
    found: dict[int, dict[int, CriterionAnswer]] = defaultdict(dict)
    if ids:
        query = select(AssessmentCriterion).where(any_of(AssessmentCriterion.assessment_id, ids))
        for row in (await session.execute(query.execution_options(populate_existing=True))).scalars():
            found[row.assessment_id][row.criterion_id] = answer_from_row(row)
    return found


async def save_answers(session: WriteSession, assessment_id: int, answers: Iterable[CriterionAnswer]) -> None:
    """Write answers over the stored ones; any number in one statement."""
    rows = [answer_to_row(assessment_id, answer) for answer in answers]
    if not rows:
        return
    columns = AssessmentCriterion.__table__.c
    given = func.jsonb_populate_recordset(
        literal_column("null::assessment_criteria"), cast(literal(json_dumps(rows), Text), JSONB)
    ).table_valued(*_CRITERION, name="given")
    statement = insert(AssessmentCriterion).from_select(
        _CRITERION, select(*(given.c[name].cast(columns[name].type) for name in _CRITERION))
    )
    changed = {name: statement.excluded[name] for name in _CRITERION[2:]}
    await session.execute(
        statement.on_conflict_do_update(index_elements=["assessment_id", "criterion_id"], set_=changed)
    )


async def remove_answers(session: WriteSession, assessment_id: int, criterion_ids: Collection[int]) -> None:
    """Remove the answers to criteria that the revision no longer has; their last values are in the history."""
    if criterion_ids:
        await session.execute(
            delete(AssessmentCriterion).where(
                AssessmentCriterion.assessment_id == assessment_id,
                AssessmentCriterion.criterion_id.in_(criterion_ids),
            )
        )


async def add_edits(
    session: WriteSession, assessment_id: int, edits: Sequence[tuple[int | None, Edit]], *, at: datetime
) -> None:
    """Append to the history: who (None: the system) changed what."""
    if edits:
        values = [
            {
                "assessment_id": assessment_id,
                "user_id": user_id,
                "at": at,
                "field": edit.field,
                "old_value": edit.old,
                "new_value": edit.new,
            }
            for user_id, edit in edits
        ]
        await session.execute(insert(AssessmentEdit), values)


async def edits_of(session: ReadSession, assessment_id: int) -> Sequence[AssessmentEdit]:
    """The history, oldest first."""
    query = select(AssessmentEdit).where(AssessmentEdit.assessment_id == assessment_id).order_by(AssessmentEdit.id)
    return (await session.execute(query)).scalars().all()


async def get_run(session: ReadSession, run_id: int | None) -> JudgeRun | None:
    return None if run_id is None else await session.get(JudgeRun, run_id)


async def runs_of(
    session: ReadSession, assessment_id: int, *, limit: int, offset: int
) -> tuple[Sequence[JudgeRun], int]:
    """Runs of the judge, newest first; and how many there are."""
    wanted = JudgeRun.assessment_id == assessment_id
    query = select(JudgeRun).where(wanted).order_by(JudgeRun.id.desc()).limit(limit).offset(offset)
    rows = (await session.execute(query)).scalars().all()
    return rows, await session.scalar(select(func.count()).select_from(JudgeRun).where(wanted)) or 0
