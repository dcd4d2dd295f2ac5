"""What the customer met with: SLA, closing and reopening of a worklog (worklog.md 7)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from assaydesk.kit.business_hours import BusinessHours


def closing_date(started_at: datetime, closings: Iterable[datetime]) -> datetime | None:
    """The first time the ticket was closed at or after the start of the worklog."""
    return min((at for at in closings if at >= started_at), default=None)


def net_seconds_after_sla(due: datetime | None, closing: datetime | None, hours: BusinessHours) -> int | None:
    """Business seconds from due date to closing; negative when closed earlier, None when either date is missing."""
    return None if due is None or closing is None else hours.seconds_between(due, closing)


def sla_met(due: datetime | None, net_seconds: int | None, now: datetime) -> bool | None:
    """Closed: in time or not. Open: False once the due date has passed, else None. No SLA: None."""
    if due is None:
        return None
    if net_seconds is not None:
        return net_seconds <= 0
    return False if now > due else None


def was_reopened(closed_at: Iterable[datetime], opened_at: Iterable[datetime], within: timedelta) -> bool:
    """Whether a closing of this worklog was followed by an opening of the ticket within `within`."""
    openings = sorted(opened_at)
    return any(closing < opening <= closing + within for closing in closed_at for opening in openings)
