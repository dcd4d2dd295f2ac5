"""The export of worklogs (worklog.md 9)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Float,
    Table,
    Text,
    case,
    exists,
    func,
    literal,
    literal_column,
    null,
    select,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import array

from assaydesk.domains.exports.columns import (
    Asked,
    Column,
    Lookup,
    Plan,
    instant,
    person_email,
    person_id,
    person_name,
    raw_data,
    seconds_between,
)
from assaydesk.domains.exports.lookups import CORRECTED, OPENED, PENDING, person, tags, topic, utc_epoch
from assaydesk.domains.tickets.models import Ticket
from assaydesk.domains.worklogs.models import Worklog
from assaydesk.domains.worklogs.service import readable_worklogs
from assaydesk.platform.db.base import Json, Timestamp
from assaydesk.platform.filters import Kind

_LOOK_BACK: Final = timedelta(days=10 * 366)
"""How far back working time is laid out for filters and orders by the net time of pending."""

_TICKET: Final = Lookup(
    "select status, channel, raw_data from tickets where id = {r}.ticket_id",
    {"status": Text(), "channel": Text(), "raw_data": Json},
)
_TEAMS: Final = Lookup(
    """
    select coalesce(jsonb_agg(t.name order by m.place), '[]')::text as list,
      (array_agg(t.name order by m.place))[1] as first
    from unnest({r}.team_ids) with ordinality m(id, place) join teams t on t.id = m.id
    """,
    {"list": Text(), "first": Text()},
)
_SKIPPED: Final = Lookup(
    """
    select case when exists (
      select 1 from routing_handouts h where h.user_id = {r}.user_id and h.ticket_id = {r}.ticket_id
        and h.left_at >= {r}.started_at and h.left_at < {r}.worked_at) then 1 else 0 end as done
    """,
    {"done": BigInteger()},
)


def worklog_plan(asked: Asked) -> Plan:
    """The worklogs that the caller may see (worklog.md 8.1) on tickets that are not deleted."""

    def columns(w: Any, beside: Mapping[str, Any]) -> list[Column]:
        ticket, tag, user, pending = beside["ticket"], beside["tag"], beside["user"], beside["pending"]
        automatic = w.action == "autoProcessAction"
        own_name = func.trim(user.first_name + " " + user.last_name)
        agents = func.jsonb_path_query_array(w.ai_agents, literal_column("'$[*].name'::jsonpath"))
        return [
            instant("date", w.latest_interaction, asked),
            person_name("name", user, asked, "user"),
            Column("ticketId", w.ticket_id, Kind.ID),
            Column("conversationId", w.conversation_id, Kind.ID),
            person_id("userId", w.user_id, asked),
            Column("action", w.action, Kind.TEXT),
            Column("duration", _seconds(w.duration_ms), Kind.NUMBER),
            Column("durationAfterWork", _seconds(w.after_work_ms), Kind.NUMBER),
            Column("reOpened", case((w.re_opened, 1), else_=0), Kind.NUMBER),
            Column("status", ticket.status, Kind.TEXT, ("ticket",)),
            Column("aiAgent", case((automatic, own_name)), Kind.TEXT, ("user",), free=True),
            *topic(tag.main, asked, "tag"),
            Column("allTags", tag.names, Kind.TEXT, ("tag",), free=True),
            Column("tags", tag.list, Kind.TEXT, ("tag",), free=True),
            Column("channel", ticket.channel, Kind.TEXT, ("ticket",)),
            Column("department", beside["team"].first, Kind.TEXT, ("team",), free=True),
            Column("teams", beside["team"].list, Kind.TEXT, ("team",), free=True),
            person_email("email", user, asked, "user"),
            *raw_data(ticket.raw_data, asked, "ticket"),
            Column("aiAutomationLevel", w.automation_level, Kind.NUMBER),
            Column("customerIdentifiedCorrectly", beside["corrected"].customer, Kind.NUMBER, ("corrected",)),
            Column("tagsIdentifiedCorrectly", beside["corrected"].tags, Kind.NUMBER, ("corrected",)),
            Column("textAssistanceAccuracy", sql_cast(w.text_assistance_accuracy, Float), Kind.NUMBER),
            Column("aiAgentsUsed", sql_cast(agents, Text), Kind.TEXT, free=True),
            Column("skippedTicket", beside["skipped"].done, Kind.NUMBER, ("skipped",)),
            Column("netSecondsClosedAfterSLA", w.net_seconds_after_sla, Kind.NUMBER),
            instant("closingDateForSLA", w.closing_at, asked),
            Column("statusActionDetail", _status_detail(w), Kind.TEXT),
            instant("pendingDueBy", pending.due, asked, "pending"),
            Column("pendingSeconds", seconds_between(pending.since, pending.ended), Kind.NUMBER, ("pending",)),
            _net_pending(pending, asked),
            instant("firstPendingAt", pending.since, asked, "pending"),
            Column("userWorklogId", w.id, Kind.ID),
            Column("timesSetToOpen", beside["opened"].times, Kind.NUMBER, ("opened",)),
        ]

    not_deleted = exists().where(Ticket.id == Worklog.ticket_id, Ticket.deleted_at.is_(None))
    return Plan(
        table=cast(Table, Worklog.__table__),
        lookups={
            "ticket": _TICKET,
            "user": person("user_id"),
            "tag": tags("ticket_id"),
            "team": _TEAMS,
            "pending": PENDING,
            "opened": OPENED,
            "corrected": CORRECTED,
            "skipped": _SKIPPED,
        },
        columns=columns,
        where=(readable_worklogs(asked.actor), not_deleted),
        order="date",
        unused=("csat", "closings", "context", "modified_at", "phase", "sla_due_at"),
    )


def _seconds(milliseconds: Any) -> ColumnElement[Any]:
    """Rounded half up (worklog.md 2.6)."""
    seconds: ColumnElement[Any] = (milliseconds + 500) // 1000
    return seconds


def _status_detail(w: Any) -> ColumnElement[Any]:
    """The first of these actions, when the worklog is one of status (worklog.md 3.1)."""
    cases = [(w.action_list.contains([word]), word) for word in ("pending", "forwarded", "draft")]
    return case((w.action == "statusAction", case(*cases, else_=null())))


def _net_pending(pending: Any, asked: Asked) -> Column:
    """The pending time within working hours. It is printed by the calendar; filters and orders lay it out in SQL."""

    def finish(ends: list[str] | None) -> int | None:
        if ends is None or None in ends:
            return None
        start, end = (datetime.fromtimestamp(float(one), UTC) for one in ends)
        return asked.hours.seconds_between(start, end)

    shown = array([utc_epoch(pending.since), utc_epoch(pending.ended)])
    return Column("netPendingSeconds", lambda: _net_value(pending, asked), Kind.NUMBER, ("pending",), shown, finish)


def _net_value(pending: Any, asked: Asked) -> ColumnElement[Any]:
    if not asked.hours.periods:
        return seconds_between(pending.since, pending.ended)
    windows = list(_windows(asked))
    opens = literal([one for one, _ in windows], ARRAY(Timestamp))
    closes = literal([one for _, one in windows], ARRAY(Timestamp))
    window = func.unnest(opens, closes).table_valued("opens", "closes", name="window_of_work").render_derived()
    length = seconds_between(func.greatest(window.c.opens, pending.since), func.least(window.c.closes, pending.ended))
    inside = (window.c.closes > pending.since) & (window.c.opens < pending.ended)
    summed = select(func.coalesce(func.sum(length), 0).cast(BigInteger)).where(inside).scalar_subquery()
    return case((pending.ended.is_not(None), summed))


def _windows(asked: Asked) -> Iterator[tuple[datetime, datetime]]:
    return asked.hours.windows(asked.now - _LOOK_BACK, asked.now)
