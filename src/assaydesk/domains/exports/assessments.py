"""The export of quality assessments: one sheet a scorecard family, one column a criterion (quality.md 10)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Numeric,
    Select,
    Subquery,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union,
)
from sqlalchemy.orm import aliased

from assaydesk.domains.exports.columns import ISO, Asked, person_name
from assaydesk.domains.exports.queries import Query, Sheet
from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.quality.assessments.filters import any_of, masked_rows
from assaydesk.domains.quality.assessments.models import Assessment, AssessmentCriterion
from assaydesk.domains.quality.assessments.policy import ANY_VIEW
from assaydesk.domains.quality.assessments.service import editable, readable
from assaydesk.domains.quality.assessments.types import SCORED_STATES, Origin, State
from assaydesk.domains.quality.scorecards.models import Scorecard, ScorecardContent
from assaydesk.domains.quality.scorecards.types import PercentageBase, ScorecardState
from assaydesk.domains.settings.service import InstanceSettings
from assaydesk.kit.numbers import plain
from assaydesk.kit.table_files import Row, sheet_titles
from assaydesk.platform.dates import instant
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.errors import PermissionDenied, UnknownReference

A: Final = Assessment
C: Final = AssessmentCriterion
FIXED: Final = (
    "Date", "Assessment Date", "Reviewed Agent", "Reviewer", "State", "Ticket ID", "Total Score", "Total Score (%)",
)  # fmt: skip
_NAMES: Final = (FIXED.index("Reviewed Agent"), FIXED.index("Reviewer"))
_SHARE: Final = FIXED.index("Total Score (%)")
STATES: Final = {
    State.AI_READY: "Ready for Review",
    State.REVIEW_ONGOING: "Review in Progress",
    State.REVIEWED: "Reviewed",
    State.DISCUSSED: "Discussed with Agent",
}
_EMPTY: Final = "Assessments"
"""The title of the only sheet when there is nothing to tell."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One column of a family."""

    id: int
    header: str


@dataclass(frozen=True, slots=True)
class _Family:
    base_id: int
    name: str
    criteria: tuple[Criterion, ...]


async def assessment_sheets(
    session: ReadSession, asked: Asked, settings: InstanceSettings, query: Query, *, several: bool
) -> tuple[tuple[Sheet, ...], Select[Any]]:
    """The sheets, and the statement that counts all their rows.

    `several`: without a scorecard all families, each with a sheet; otherwise that of the newest assessment alone.
    Raises `PermissionDenied` without any right to see assessments, `UnknownReference` for an unknown scorecard.
    """
    if not asked.actor.has(*ANY_VIEW):
        raise PermissionDenied(*ANY_VIEW)
    rows = _visible(asked, settings, query.named)
    scorecard_id = query.named.get("scorecardId")
    chosen: int | None = None
    if scorecard_id is not None:
        chosen = await session.scalar(select(Scorecard.base_id).where(Scorecard.id == scorecard_id))
        if chosen is None:
            raise UnknownReference(field="scorecardId", value=scorecard_id)
    elif not several:
        newest = rows.order_by(None).with_only_columns(A.scorecard_base_id)
        chosen = await session.scalar(newest.order_by(A.created_at.desc(), A.id.desc()).limit(1))
    if chosen is not None:
        rows = rows.where(A.scorecard_base_id == chosen)
    page = rows.order_by(A.created_at.desc(), A.id.desc()).limit(query.limit).offset(query.offset).subquery("page")
    base_ids = [chosen] if chosen is not None else await _families_on(session, page)
    families = await _families(session, base_ids)
    titles = sheet_titles([family.name for family in families])
    sheets = [_sheet(title, page, family, asked, settings) for title, family in zip(titles, families, strict=True)] or [
        _sheet(_EMPTY, page, _Family(0, _EMPTY, ()), asked, settings)
    ]
    return tuple(sheets), select(func.count()).select_from(page)


def headers_of(criteria: Sequence[tuple[int, str, str]]) -> tuple[Criterion, ...]:
    """Columns for criteria given as id, category, label; headers that would be equal tell the id. Pure."""
    plain_ = [(number, f"{category} - {label}") for number, category, label in criteria]
    taken = Counter(header for _, header in plain_)
    return tuple(
        Criterion(number, header if taken[header] == 1 else f"{header} (id {number})") for number, header in plain_
    )


def union_of(contents: Sequence[Sequence[Mapping[str, Any]]]) -> tuple[Criterion, ...]:
    """The criteria of all contents of a family, the newest content first: each as the first that has it says. Pure."""
    found: dict[int, tuple[int, str, str]] = {}
    for categories in contents:
        for category in categories:
            for criterion in category["criteria"]:
                found.setdefault(criterion["id"], (criterion["id"], category["label"], criterion["label"]))
    return headers_of(list(found.values()))


def _visible(asked: Asked, settings: InstanceSettings, named: Mapping[str, Any]) -> Select[Any]:
    """What the caller may see, of what the AI or a person has finished; `masked`: a blind review that is not done."""
    masked = masked_rows(editable(asked.actor, settings))
    found: list[ColumnElement[bool]] = [readable(asked.actor, settings), A.state.in_(SCORED_STATES)]
    since: datetime | None = instant("from", named.get("from"), asked.input_zone)
    until: datetime | None = instant("to", named.get("to"), asked.input_zone, upper_end=True)
    if since is not None:
        found.append(A.created_at >= since)
    if until is not None:
        found.append(A.created_at <= until)
    columns: list[Any] = [
        A.id, A.created_at, A.assessment_date, A.assessed_user, A.assessed_by_user, A.state, A.ticket_id,
        A.scorecard_base_id, A.scored_points, A.used_max_points, A.total_max_points, masked.label("masked"),
    ]  # fmt: skip
    return select(*columns).where(*found)


async def _families_on(session: ReadSession, page: Subquery) -> list[int]:
    """The families of these rows, that of the newest row first."""
    c = page.c
    query = select(c.scorecard_base_id).group_by(c.scorecard_base_id)
    ordered = query.order_by(func.max(c.created_at).desc(), func.max(c.id).desc())
    return list((await session.execute(ordered)).scalars())


async def _families(session: ReadSession, base_ids: Sequence[int]) -> list[_Family]:
    """Names and criteria, in the order of the ids. Drafts count only where somebody was assessed with them."""
    if not base_ids:
        return []
    S = Scorecard
    revisions = select(S.base_id, S.revision, S.content_id).where(
        any_of(S.base_id, base_ids), S.state != ScorecardState.DRAFT
    )
    used = (
        select(A.scorecard_base_id, S.revision, A.content_id)
        .join(Scorecard, S.id == A.scorecard_id)
        .where(any_of(A.scorecard_base_id, base_ids), A.state.in_(SCORED_STATES))
    )
    known = union(revisions, used).subquery("known")
    query = (
        select(known.c.base_id, ScorecardContent.body["name"].astext, ScorecardContent.body["categories"])
        .join(ScorecardContent, ScorecardContent.id == known.c.content_id)
        .order_by(known.c.base_id, known.c.revision.desc(), known.c.content_id.desc())
    )
    contents: dict[int, list[Any]] = {}
    names: dict[int, str] = {}
    for base_id, name, categories in (await session.execute(query)).all():
        names.setdefault(base_id, name)
        contents.setdefault(base_id, []).append(categories)
    missing = [one for one in base_ids if one not in names]
    if missing:
        rows = await session.execute(select(S.base_id, S.name).where(any_of(S.base_id, missing)))
        names |= {row.base_id: row.name for row in rows}
    return [_Family(one, names[one], union_of(contents.get(one, []))) for one in base_ids]


def _sheet(title: str, page: Subquery, family: _Family, asked: Asked, settings: InstanceSettings) -> Sheet:
    c, agent, reviewer = page.c, aliased(Profile, name="agent"), aliased(Profile, name="reviewer")
    hidden = or_(c.masked, c.used_max_points == 0)
    used_base = PercentageBase(settings.quality_percentage_base) is PercentageBase.USED
    divisor = c.used_max_points if used_base else c.total_max_points
    share = func.round(cast(100 * c.scored_points / func.nullif(divisor, 0), Numeric), 1)
    known = and_(C.assessment_id == c.id, C.score.is_not(None), C.applicable.is_distinct_from(False))
    # A blind reviewer finds one's own scores and nothing of the AI's.
    own = or_(~c.masked, C.origin == Origin.HUMAN)
    scores = select(func.jsonb_object_agg(cast(C.criterion_id, Text), C.score)).where(known, own).scalar_subquery()
    by_person = person_name("Reviewer", reviewer, asked).cell()
    rows = (
        select(
            func.to_char(func.timezone("UTC", c.created_at), ISO),
            func.to_char(func.timezone("UTC", c.assessment_date), ISO),
            person_name("Reviewed Agent", agent, asked).cell(),
            case((c.assessed_by_user.is_(None), literal("AI")), else_=by_person),
            case(*((c.state == state, word) for state, word in STATES.items())),
            c.ticket_id,
            case((hidden, null()), else_=cast(func.round(c.scored_points), BigInteger)),
            case((hidden, null()), else_=share),
            scores,
        )
        .select_from(page)
        .join(agent, agent.id == c.assessed_user)
        .outerjoin(reviewer, reviewer.id == c.assessed_by_user)
        .where(c.scorecard_base_id == family.base_id)
        .order_by(c.created_at.desc(), c.id.desc())
    )
    keys = tuple(str(criterion.id) for criterion in family.criteria)
    names = (*FIXED, *(criterion.header for criterion in family.criteria))
    return Sheet(title, names, _NAMES, rows, partial(_cells, keys=keys))


def _cells(row: Row, keys: Sequence[str]) -> Row:
    """The scores of a row, one a column."""
    scores = row[-1] or {}
    cells = list(row[:-1])
    cells[_SHARE] = None if cells[_SHARE] is None else plain(cells[_SHARE])
    for key in keys:
        score = scores.get(key)
        cells.append(None if score is None else plain(score))
    return cells
