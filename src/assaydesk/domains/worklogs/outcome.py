"""How the work ended for the customer: closing, SLA and reopening of worklogs, kept up to date (worklog.md 7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from assaydesk.domains.settings.service import InstanceSettings
from assaydesk.domains.worklogs import outcome_repository as repository
from assaydesk.domains.worklogs.experience import closing_date, net_seconds_after_sla, was_reopened
from assaydesk.domains.worklogs.outcome_repository import Outcome
from assaydesk.kit.business_hours import BusinessHours, business_hours
from assaydesk.platform.db.session import WriteSession


async def refresh_outcome(session: WriteSession, ticket_ids: Collection[int], settings: InstanceSettings) -> None:
    """Renew closing date, seconds after the SLA date and `reOpened` of the tickets' worklogs, where they changed."""
    worklogs = await repository.worklogs_of_tickets(session, ticket_ids)
    if not worklogs:
        return
    closed: defaultdict[int, set[datetime]] = defaultdict(set)
    opened: defaultdict[int, set[datetime]] = defaultdict(set)
    for turn in await repository.status_turns(session, ticket_ids):
        (closed if turn.closed else opened)[turn.ticket_id].add(turn.at)
    for worklog in worklogs:
        closed[worklog.ticket_id].update(worklog.closings)
    hours = hours_of(settings)
    within = timedelta(days=settings.worklog_reopen_days)
    changed = []
    for worklog in worklogs:
        closing = closing_date(worklog.started_at, closed[worklog.ticket_id])
        net = net_seconds_after_sla(worklog.sla_due_at, closing, hours)
        reopened = was_reopened(worklog.closings, opened[worklog.ticket_id], within)
        outcome = Outcome(worklog.outcome.id, closing, net, reopened)
        if outcome != worklog.outcome:
            changed.append(outcome)
    if changed:
        await repository.save_outcomes(session, changed)


def hours_of(settings: InstanceSettings) -> BusinessHours:
    """The working time of the instance."""
    return business_hours(settings.timezone, settings.working_hours, settings.holidays, settings.holiday_regions)
