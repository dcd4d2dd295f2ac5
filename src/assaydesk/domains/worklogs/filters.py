"""Filters and orders of the worklog search, as SQL (worklog.md 8.3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, UnaryExpression, case, exists, func, literal, null, select

from assaydesk.domains.settings.models import CHANNELS
from assaydesk.domains.tickets.models import Ticket, TicketTag
from assaydesk.domains.worklogs.events import WORKLOG_ASSESSED
from assaydesk.domains.worklogs.models import Worklog
from assaydesk.domains.worklogs.types import WorklogAction, WorklogContext
from assaydesk.platform.errors import UnknownFilterKey
from assaydesk.platform.filters import ColumnField, Fields, Kind, SetField

_DURATION: Final = (Worklog.duration_ms + 500) // 1000

_ORDERS: Final[dict[str, ColumnElement[Any]]] = {
    "latestInteraction": Worklog.latest_interaction.expression,
    "date": Worklog.date.expression,
    "duration": _DURATION,
    "id": Worklog.id.expression,
}


def fields(now: datetime) -> Fields:
    """What can be filtered by; `now` decides whether the SLA of an open ticket is broken."""
    channel = select(Ticket.channel).where(Ticket.id == Worklog.ticket_id).scalar_subquery()
    stars = Worklog.csat["answerStars"].astext.cast(Integer)
    return {
        "id": ColumnField(Worklog.id.expression, Kind.ID),
        "userId": ColumnField(Worklog.user_id.expression, Kind.ID),
        "teamId": SetField(_in_team),
        "ticketId": ColumnField(Worklog.ticket_id.expression, Kind.ID),
        "date": ColumnField(Worklog.date.expression, Kind.DAY),
        "latestInteraction": ColumnField(Worklog.latest_interaction.expression, Kind.INSTANT),
        "action": ColumnField(Worklog.action.expression, Kind.TEXT, tuple(WorklogAction)),
        "context": ColumnField(Worklog.context.expression, Kind.TEXT, tuple(WorklogContext)),
        "channel": ColumnField(channel, Kind.TEXT, CHANNELS),
        "tagId": SetField(_tagged),
        "duration": ColumnField(_DURATION, Kind.NUMBER),
        "automationLevel": ColumnField(Worklog.automation_level.expression, Kind.NUMBER),
        "hasAssessment": ColumnField(WORKLOG_ASSESSED(), Kind.BOOLEAN),
        "scorecardBaseId": SetField(WORKLOG_ASSESSED),
        "slaMet": ColumnField(_sla_met(now), Kind.BOOLEAN),
        "csatStars": ColumnField(stars, Kind.NUMBER),
    }


def ordering(field: str, direction: str) -> list[UnaryExpression[Any]]:
    """The chosen field, then the id in the same direction. Raises `UnknownFilterKey`."""
    if field not in _ORDERS:
        raise UnknownFilterKey(key=field, allowedKeys=sorted(_ORDERS))
    columns = [_ORDERS[field]] if field == "id" else [_ORDERS[field], Worklog.id.expression]
    return [column.desc() if direction == "desc" else column.asc() for column in columns]


def _in_team(ids: Sequence[Any] | None) -> ColumnElement[bool]:
    if ids is None:
        return func.cardinality(Worklog.team_ids) > 0
    overlaps: ColumnElement[bool] = Worklog.team_ids.overlap(list(ids))
    return overlaps


def _tagged(ids: Sequence[Any] | None) -> ColumnElement[bool]:
    tag = exists().where(TicketTag.ticket_id == Worklog.ticket_id)
    return tag if ids is None else tag.where(TicketTag.tag_id.in_(ids))


def _sla_met(now: datetime) -> ColumnElement[bool | None]:
    return case(
        (Worklog.sla_due_at.is_(None), null()),
        (Worklog.net_seconds_after_sla.is_not(None), Worklog.net_seconds_after_sla <= 0),
        (Worklog.sla_due_at < now, literal(False)),
        else_=null(),
    )
