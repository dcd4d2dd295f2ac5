"""Due dates from the working hours that tags promise (ticket.md 7.2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from assaydesk.kit.business_hours import BusinessHours, NoWorkingTime


@dataclass(frozen=True, slots=True)
class Terms:
    """The instance's rules. `first_response_hours` None: half of the promise."""

    calendar: BusinessHours
    first_response_hours: float | None = None
    pause_while_pending: bool = True


class DueDates(NamedTuple):
    due: datetime | None
    first_response: datetime | None


def promised_hours(hours: Iterable[int | None]) -> int | None:
    """Working hours of the strictest promise; None when there is none."""
    return min((number for number in hours if number is not None), default=None)


def due_dates(start: datetime, hours: int | None, paused_seconds: int, terms: Terms) -> DueDates:
    """When the promise of `hours` working hours falls due, moved by the working time that the ticket was paused.

    The first response is not moved. Nothing falls due without a promise, or in a calendar without working time.
    """
    if hours is None:
        return DueDates(None, None)
    first = hours / 2 if terms.first_response_hours is None else terms.first_response_hours
    try:
        return DueDates(
            terms.calendar.add(start, timedelta(hours=hours, seconds=paused_seconds)),
            terms.calendar.add(start, timedelta(hours=first)),
        )
    except NoWorkingTime:
        return DueDates(None, None)


def paused_seconds(since: datetime | None, until: datetime, terms: Terms) -> int:
    """Working seconds of one time of waiting, 0 when the clock does not stop for it."""
    if since is None or not terms.pause_while_pending:
        return 0
    return max(terms.calendar.seconds_between(since, until), 0)
