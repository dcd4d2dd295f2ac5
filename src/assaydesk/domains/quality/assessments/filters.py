"""The filters and orders of `GET /quality/assessment`, as SQL (quality.md 8.1)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, UnaryExpression, any_, case, exists, func, literal, not_, null, select

from assaydesk.domains.profiles.models import ProfileTeam
from assaydesk.domains.quality.assessments.models import Assessment
from assaydesk.domains.quality.assessments.types import REVIEWED_STATES, SCORED_STATES, State
from assaydesk.domains.quality.scorecards.types import PercentageBase
from assaydesk.domains.worklogs.models import Worklog
from assaydesk.platform.db.base import BigInts

ORDER_FIELDS: Final = ("createdAt", "modifiedAt", "percentage", "ticketId")


@dataclass(frozen=True, slots=True)
class AssessmentFilter:
    """What was asked for; None filters nothing."""

    states: tuple[State, ...] = tuple(state for state in State if state is not State.DELETED)
    assessed_user: int | None = None
    scorecard_id: int | None = None
    scorecard_base_id: int | None = None
    ticket_id: int | None = None
    worklog_id: int | None = None
    team: int | None = None
    assessed_by_user: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    needs_human: bool | None = None
    acknowledged: bool | None = None
    appeal_state: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    field: str = "createdAt"
    descending: bool = True


def any_of(column: Any, ids: Collection[int]) -> ColumnElement[bool]:
    """Ids as one array: the statement stays the same, and is compiled once, for any number of them."""
    found: ColumnElement[bool] = column == any_(literal(list(ids), BigInts))
    return found


def masked_rows(editable: ColumnElement[bool]) -> ColumnElement[bool]:
    """Blind reviews that are not finished, of work that the caller may assess (quality.md 4.5)."""
    return Assessment.blind_review & Assessment.state.not_in(REVIEWED_STATES) & editable


def reviewed_blind(worklog_id: Any) -> ColumnElement[bool]:
    """Whether somebody reviews a piece of work without having seen what the AI says of it: then nobody is shown it."""
    return exists().where(
        Assessment.worklog_id == worklog_id,
        Assessment.blind_review,
        Assessment.state.in_([state for state in SCORED_STATES if state not in REVIEWED_STATES]),
    )


def conditions(asked: AssessmentFilter, hidden: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    """All conditions; `hidden` rows are not found by what the AI said about them."""
    A = Assessment
    equal: list[tuple[Any, Any]] = [
        (A.assessed_user, asked.assessed_user),
        (A.scorecard_id, asked.scorecard_id),
        (A.scorecard_base_id, asked.scorecard_base_id),
        (A.ticket_id, asked.ticket_id),
        (A.worklog_id, asked.worklog_id),
        (A.assessed_by_user, asked.assessed_by_user),
        (A.appeal_state, asked.appeal_state),
    ]
    found: list[ColumnElement[bool]] = [A.state.in_(asked.states)]
    found += [column == value for column, value in equal if value is not None]
    if asked.team is not None:
        members = select(ProfileTeam.profile_id).where(ProfileTeam.team_id == asked.team)
        found.append(A.assessed_user.in_(members))
    if asked.since is not None:
        found.append(A.created_at >= asked.since)
    if asked.until is not None:
        found.append(A.created_at <= asked.until)
    if asked.needs_human is not None:
        waits = (A.needs_human_criteria > 0) & not_(hidden)
        found.append(waits if asked.needs_human else not_(waits))
    if asked.acknowledged is not None:
        found.append(A.acknowledged_at.is_not(None) if asked.acknowledged else A.acknowledged_at.is_(None))
    return found


def ordering(order: Order, base: PercentageBase, hidden: ColumnElement[bool]) -> list[UnaryExpression[Any]]:
    """The chosen field, then the id in the same direction; nulls come last."""
    A = Assessment
    columns: dict[str, Any] = {
        "createdAt": A.created_at,
        "modifiedAt": A.modified_at,
        "ticketId": A.ticket_id,
    }
    if order.field == "percentage":
        divisor = A.used_max_points if base is PercentageBase.USED else A.total_max_points
        share = A.scored_points / func.nullif(divisor, 0)
        chosen: Any = case((hidden | (A.used_max_points == 0), null()), else_=share)
    else:
        chosen = columns[order.field]
    if order.descending:
        ranked = chosen.desc().nulls_last() if order.field == "percentage" else chosen.desc()
        return [ranked, A.id.desc()]
    return [chosen.asc(), A.id.asc()]


def is_assessed(base_ids: Collection[int] | None) -> ColumnElement[bool]:
    """Whether a worklog has a live assessment, with one of these scorecard families or with any."""
    live = exists().where(Assessment.worklog_id == Worklog.id, Assessment.state != State.DELETED)
    return live if base_ids is None else live.where(any_of(Assessment.scorecard_base_id, base_ids))
