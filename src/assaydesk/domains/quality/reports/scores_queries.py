"""The scores report in SQL (quality.md 17): the database groups and counts, whatever the number of assessments.

Every statement begins with the assessments that the caller may see. Blind reviews that the caller may still do are left
out: a mean over a few rows would tell what the AI said.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    CTE,
    BigInteger,
    Boolean,
    ColumnElement,
    FromClause,
    Integer,
    Numeric,
    and_,
    any_,
    case,
    cast,
    func,
    literal,
    literal_column,
    not_,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.quality.assessments.filters import any_of, masked_rows
from assaydesk.domains.quality.assessments.models import Assessment, AssessmentCriterion
from assaydesk.domains.quality.assessments.policy import released_states
from assaydesk.domains.quality.assessments.service import Viewer, editable, readable
from assaydesk.domains.quality.assessments.types import REVIEWED_STATES, CriterionState
from assaydesk.domains.quality.reports.scores_types import PARTS, WHOLE, Asked, Cell, Dimension, Part, ScoresFilter
from assaydesk.domains.quality.scorecards.models import Scorecard, ScorecardContent
from assaydesk.domains.quality.scorecards.types import PercentageBase
from assaydesk.domains.tags.models import Tag
from assaydesk.domains.teams.models import Team
from assaydesk.domains.tickets.models import Ticket, TicketTag
from assaydesk.domains.worklogs.models import Worklog
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.security.permissions import Permission

A: Final = Assessment
C: Final = AssessmentCriterion
W: Final = Worklog
D: Final = Dimension
Key = Mapping[Dimension, Any]
"""Values of dimensions; None is "none", such as work of a person without a team."""


class Counted(NamedTuple):
    """`parts`: label of each (scorecard, category or criterion), as the newest of the counted contents has it."""

    cells: list[Cell]
    parts: dict[tuple[Dimension, Any, Any], str]


def in_sight(viewer: Viewer) -> ColumnElement[bool]:
    """What counts for this caller: with the right to reports what one may see, otherwise one's own once released."""
    actor, settings = viewer.actor, viewer.settings
    shown = and_(readable(actor, settings), not_(masked_rows(editable(actor, settings))))
    if actor.has(Permission.QUALITY_VIEW_REPORTS):
        return shown
    released = A.state.in_(released_states(settings.quality_agent_sees_from))
    return and_(shown, A.assessed_user == actor.id, released)


async def count_cells(session: ReadSession, viewer: Viewer, asked: Asked) -> Counted:
    """The assessments by row and points; one statement."""
    base = _base(viewer, asked.filter)
    unit, source = _units(base, viewer, asked.group_by)
    source, keys = _dimensions(base, unit, source, viewer, asked)
    labels = [_newest(unit.c[f"{one}_label"], base).label(f"{one}_label") for one in PARTS if one in asked.group_by]
    levels = base.c.automation_level if asked.distribution else null()
    query = (
        select(
            *(column.label(f"key_{place}") for place, column in enumerate(keys.values())),
            unit.c.points,
            unit.c.used,
            unit.c.percentage,
            cast(levels, Integer).label("level"),
            func.count().label("count"),
            func.count().filter(base.c.state.in_(REVIEWED_STATES)).label("reviewed"),
            func.count().filter(unit.c.knock_out).label("knock_outs"),
            func.sum(unit.c.needs_human).label("needs_human"),
            func.sum(unit.c.not_applicable).label("not_applicable"),
            func.coalesce(func.sum(base.c.duration_ms), 0).label("milliseconds"),
            func.count(base.c.duration_ms).label("timed"),
            func.max(base.c.content_id).label("content_id"),
            *labels,
        )
        .select_from(source)
        .group_by(*keys.values(), unit.c.points, unit.c.used, unit.c.percentage, literal_column("level"))
    )
    connection = await session.connection()
    rows = (await connection.execute(query)).all()
    return Counted([_cell(row, len(keys)) for row in rows], _part_labels(rows, list(keys)))


async def page_ids(
    session: ReadSession, viewer: Viewer, asked: Asked, key: Key, part: Part, *, limit: int, offset: int
) -> tuple[list[int], int]:
    """The assessments behind a figure, newest work first, and how many they are."""
    base = _base(viewer, asked.filter)
    unit, source = _units(base, viewer, tuple(key))
    source, columns = _dimensions(base, unit, source, viewer, asked, only=tuple(key))
    wanted = [column.is_(None) if key[one] is None else column == key[one] for one, column in columns.items()
              if one in key]  # fmt: skip
    if part.low is not None:
        wanted.append(unit.c.percentage >= part.low)
    if part.high is not None:
        wanted.append(unit.c.percentage <= part.high if part.high == WHOLE else unit.c.percentage < part.high)
    found = select(base.c.id, base.c.moment).select_from(source).where(*wanted).distinct().subquery()
    query = select(found.c.id).order_by(found.c.moment.desc(), found.c.id.desc()).limit(limit).offset(offset)
    ids = list((await session.execute(query)).scalars())
    if ids and len(ids) < limit:
        return ids, offset + len(ids)
    return ids, await session.scalar(select(func.count()).select_from(found)) or 0


def keys_of(group_by: Sequence[Dimension]) -> tuple[Dimension, ...]:
    """The dimensions of a key: ids of categories and criteria mean something only within a scorecard."""
    needs = any(one in PARTS for one in group_by) and D.SCORECARD not in group_by
    return (D.SCORECARD, *group_by) if needs else tuple(group_by)


def _base(viewer: Viewer, asked: ScoresFilter) -> CTE:
    """The assessments that count, each once, with what dimensions and figures need of their work."""
    moment = func.coalesce(W.latest_interaction, A.created_at)
    found: list[ColumnElement[bool]] = [in_sight(viewer), A.state.in_(asked.states)]
    if asked.since is not None:
        found.append(moment >= asked.since)
    if asked.until is not None:
        found.append(moment <= asked.until)
    if asked.scorecard_base_id is not None:
        found.append(A.scorecard_base_id == asked.scorecard_base_id)
    if asked.users:
        found.append(any_of(A.assessed_user, asked.users))
    if asked.teams:
        found.append(W.team_ids.overlap(list(asked.teams)))
    if asked.channels:
        found.append(A.ticket_id.in_(select(Ticket.id).where(Ticket.channel.in_(asked.channels))))
    return (
        select(
            A.id, A.content_id, A.scorecard_base_id, A.assessed_user, A.state, A.ticket_id, A.scored_points,
            A.used_max_points, A.total_max_points, A.knocked_out, A.knocked_out_categories, A.needs_human_criteria,
            A.not_applicable_criteria, W.team_ids, W.ai_agents, W.automation_level, W.duration_ms,
            moment.label("moment"),
        )
        .outerjoin(Worklog, W.id == A.worklog_id)
        .where(*found)
        .cte("base")
    )  # fmt: skip


def _units(base: CTE, viewer: Viewer, group_by: Sequence[Dimension]) -> tuple[FromClause, FromClause]:
    """What is counted, and the rows: whole assessments, or their categories or criteria."""
    if not any(one in PARTS for one in group_by):
        used_base = PercentageBase(viewer.settings.quality_percentage_base) is PercentageBase.USED
        divisor = base.c.used_max_points if used_base else base.c.total_max_points
        whole = select(
            base.c.id,
            base.c.scored_points.label("points"),
            base.c.used_max_points.label("used"),
            _percentage(base.c.scored_points, base.c.used_max_points, divisor),
            or_(base.c.knocked_out, func.cardinality(base.c.knocked_out_categories) > 0).label("knock_out"),
            base.c.needs_human_criteria.label("needs_human"),
            base.c.not_applicable_criteria.label("not_applicable"),
        ).cte("unit")
        return whole, base.join(whole, whole.c.id == base.c.id)
    part = _parts(base)
    scored = and_(C.score.is_not(None), C.applicable.is_distinct_from(False))
    single = (
        select(
            base.c.id,
            part.c.category,
            part.c.category_label,
            part.c.criterion,
            part.c.criterion_label,
            case((scored, C.score), else_=0).label("points"),
            case((scored, part.c.max_points), else_=0).label("used"),
            and_(scored, C.score == 0, part.c.knocks_out).label("knock_out"),
            case((C.state == CriterionState.NEEDS_HUMAN, 1), else_=0).label("needs_human"),
            case((C.applicable.is_(False), 1), else_=0).label("not_applicable"),
            (part.c.category == any_(base.c.knocked_out_categories)).label("category_out"),
        )
        .select_from(
            base.join(part, part.c.content_id == base.c.content_id).outerjoin(
                AssessmentCriterion, and_(C.assessment_id == base.c.id, C.criterion_id == part.c.criterion)
            )
        )
        .cte("single")
    )
    named = [single.c.category, single.c.category_label]
    if D.CRITERION in group_by:
        of_one = select(
            single, _percentage(single.c.points, single.c.used, single.c.used)
        ).cte("unit")  # fmt: skip
        return of_one, base.join(of_one, of_one.c.id == base.c.id)
    points = case((func.bool_or(single.c.category_out), 0), else_=func.sum(single.c.points))
    used = func.sum(single.c.used)
    summed = (
        select(
            single.c.id,
            *named,
            points.label("points"),
            used.label("used"),
            _percentage(points, used, used),
            func.bool_or(single.c.category_out).label("knock_out"),
            func.sum(single.c.needs_human).label("needs_human"),
            func.sum(single.c.not_applicable).label("not_applicable"),
        )
        .group_by(single.c.id, *named)
        .cte("unit")
    )
    return summed, base.join(summed, summed.c.id == base.c.id)


def _parts(base: CTE) -> CTE:
    """The criteria of every content that occurs, one row each."""
    body = ScorecardContent.body
    category = func.jsonb_array_elements(body["categories"], type_=JSONB).table_valued("value", name="one_category")
    categories = category.render_derived()
    criterion = func.jsonb_array_elements(categories.c.value.op("->")("criteria"), type_=JSONB)
    criteria = criterion.table_valued("value", name="one_criterion").render_derived()

    def word(column: Any, name: str) -> Any:
        return column.op("->>")(name)

    flags = [
        cast(word(criteria.c.value, name), Boolean) for name in ("makeOrBreakForCategory", "makeOrBreakForAssessment")
    ]
    return (
        select(
            ScorecardContent.id.label("content_id"),
            cast(word(categories.c.value, "categoryId"), BigInteger).label("category"),
            word(categories.c.value, "label").label("category_label"),
            cast(word(criteria.c.value, "id"), BigInteger).label("criterion"),
            word(criteria.c.value, "label").label("criterion_label"),
            cast(word(criteria.c.value, "maxPoints"), Numeric).label("max_points"),
            or_(*flags).label("knocks_out"),
        )
        .select_from(ScorecardContent.__table__.join(categories, true()).join(criteria, true()))
        .where(ScorecardContent.id.in_(select(base.c.content_id)))
        .cte("part")
    )


def _percentage(points: Any, used: Any, divisor: Any) -> ColumnElement[Any]:
    """As an assessment shows it: half up to one decimal, null while nothing is scored."""
    share = func.round(cast(100 * points / func.nullif(divisor, 0), Numeric), 1)
    return case((used > 0, share)).label("percentage")


def _dimensions(
    base: CTE,
    unit: FromClause,
    source: FromClause,
    viewer: Viewer,
    asked: Asked,
    only: Sequence[Dimension] | None = None,
) -> tuple[FromClause, dict[Dimension, ColumnElement[Any]]]:
    """The rows joined with what the dimensions need, and the key columns in their order."""
    wanted = keys_of(asked.group_by) if only is None else only
    columns: dict[Dimension, ColumnElement[Any]] = {}
    for one in wanted:
        if one is D.AGENT:
            source, columns[one] = _agent(base, source, viewer)
        elif one is D.TEAM:
            team = func.unnest(base.c.team_ids).table_valued("id", name="in_team").render_derived()
            # With a filter by team, the other teams of the same people are no rows of this report.
            chosen = any_of(team.c.id, asked.filter.teams) if asked.filter.teams else true()
            source, columns[one] = source.outerjoin(team, chosen), team.c.id
        elif one is D.TAG:
            tagged = select(TicketTag.ticket_id, TicketTag.tag_id).subquery("tagged")
            source = source.outerjoin(tagged, tagged.c.ticket_id == base.c.ticket_id)
            columns[one] = tagged.c.tag_id
        elif one is D.CHANNEL:
            ticket = select(Ticket.id, Ticket.channel).subquery("its_ticket")
            source = source.outerjoin(ticket, ticket.c.id == base.c.ticket_id)
            columns[one] = ticket.c.channel
        elif one is D.AI_AGENT:
            entry = func.jsonb_array_elements(base.c.ai_agents, type_=JSONB)
            entries = entry.table_valued("value", name="one_entry").render_derived()
            number = cast(entries.c.value.op("->>")("id"), BigInteger)
            helped = select(number.label("id")).distinct().correlate(base).lateral("helped")
            source, columns[one] = source.outerjoin(helped, true()), helped.c.id
        elif one is D.TIME:
            day = func.date_trunc(asked.interval.value, func.timezone(viewer.settings.zone.key, base.c.moment))
            columns[one] = func.to_char(day, "YYYY-MM-DD")
        elif one in PARTS:
            columns[one] = unit.c[one.value]
        elif one is D.SCORECARD:
            columns[one] = base.c.scorecard_base_id
        else:
            # As wide as the ids that it may be compared with.
            columns[one] = cast(base.c.automation_level, BigInteger)
    return source, columns


def _agent(base: CTE, source: FromClause, viewer: Viewer) -> tuple[FromClause, ColumnElement[Any]]:
    """The assessed user; where people are anonymous, all but the caller and AI agents are one row."""
    if viewer.settings.reporting_privacy_level != "anonymous":
        return source, base.c.assessed_user
    person = select(Profile.id, Profile.type).subquery("person")
    known = or_(person.c.type == "aiAgent", person.c.id == viewer.actor.id)
    return source.join(person, person.c.id == base.c.assessed_user), case((known, person.c.id))


def _newest(label: Any, base: CTE) -> ColumnElement[Any]:
    found: ColumnElement[Any] = func.array_agg(aggregate_order_by(label, base.c.content_id.desc()))[1]
    return found


def _cell(row: Any, keys: int) -> Cell:
    return Cell(
        key=tuple(row[:keys]),
        points=float(row.points),
        used=float(row.used),
        percentage=None if row.percentage is None else float(row.percentage),
        count=row.count,
        reviewed=row.reviewed,
        knock_outs=row.knock_outs,
        needs_human=int(row.needs_human),
        not_applicable=int(row.not_applicable),
        seconds=float(row.milliseconds) / 1000,
        timed=row.timed,
        levels={} if row.level is None else {row.level: row.count},
    )


def _part_labels(rows: Sequence[Any], keys: Sequence[Dimension]) -> dict[tuple[Dimension, Any, Any], str]:
    found: dict[tuple[Dimension, Any, Any], str] = {}
    for one in PARTS:
        if one in keys:
            place, scorecard = keys.index(one), keys.index(D.SCORECARD)
            for row in sorted(rows, key=lambda row: row.content_id):
                found[one, row[scorecard], row[place]] = getattr(row, f"{one}_label")
    return found


async def names_of(session: ReadSession, dimension: Dimension, ids: Sequence[int]) -> dict[int, str]:
    """Names of teams, tags, scorecards or AI agents."""
    queries: dict[Dimension, Any] = {
        D.TEAM: select(Team.id, Team.name).where(any_of(Team.id, ids)),
        D.TAG: select(Tag.id, Tag.name).where(any_of(Tag.id, ids)),
        D.SCORECARD: select(Scorecard.base_id, Scorecard.name)
        .where(any_of(Scorecard.base_id, ids))
        .order_by(Scorecard.base_id, Scorecard.revision),
        D.AI_AGENT: _ai_agents(ids),
    }
    if dimension not in queries:
        return {}
    return {row[0]: row[1] for row in (await session.execute(queries[dimension])).all()}


def _ai_agents(ids: Sequence[int]) -> Any:
    """The newest name that a worklog knows an AI agent by."""
    entry = func.jsonb_array_elements(W.ai_agents, type_=JSONB).table_valued("value", name="one_entry")
    entries = entry.render_derived()
    number = cast(entries.c.value.op("->>")("id"), BigInteger)
    newest = func.array_agg(aggregate_order_by(entries.c.value.op("->>")("name"), W.latest_interaction.desc()))[1]
    return (
        select(number, newest)
        .select_from(Worklog.__table__.join(entries, true()))
        .where(any_of(number, ids), W.ai_agents != literal([], JSONB))
        .group_by(number)
    )


async def people_of(session: ReadSession, ids: Sequence[int]) -> dict[int, tuple[str, str | None, bool]]:
    """By id: the own name, the pseudonym, and whether it is an AI agent."""
    query = select(
        Profile.id, func.trim(Profile.first_name + " " + Profile.last_name), Profile.name_reports, Profile.type
    ).where(any_of(Profile.id, ids))
    return {row[0]: (row[1], row[2], row[3] == "aiAgent") for row in (await session.execute(query)).all()}
