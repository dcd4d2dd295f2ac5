"""Which past work a backtest may draw from, as conditions of SQL (quality.md 12)."""

from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, literal, or_

from assaydesk.domains.quality.assessments.filters import any_of
from assaydesk.domains.quality.assessments.queue import Family, candidates
from assaydesk.domains.quality.backtests import repository
from assaydesk.domains.quality.backtests.schemas import BacktestCreate
from assaydesk.domains.quality.scorecards.matching import CHANNELS, channel_name
from assaydesk.domains.quality.scorecards.types import Content, Revision
from assaydesk.domains.tags.service import descendants
from assaydesk.domains.tickets.models import Ticket, TicketTag
from assaydesk.domains.tickets.types import SPAM
from assaydesk.domains.worklogs.models import Worklog
from assaydesk.kit.clock import parse_instant
from assaydesk.platform.db.base import BigInts
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.errors import FieldError, ValidationFailed


async def conditions_of(
    session: ReadSession, revision: Revision, content: Content, body: BacktestCreate, zone: ZoneInfo
) -> list[ColumnElement[bool]]:
    """Conditions on worklogs joined with their tickets. Raises `ValidationFailed`."""
    asked = body.filters
    found = await _base(session, revision, content, with_assignment=body.use_assignment)
    faults = []
    for name, value, last in (("from", asked.from_, False), ("to", asked.to, True)):
        if value is None:
            continue
        try:
            moment = parse_instant(value, zone, upper_end=last)
        except ValueError:
            faults.append(FieldError(f"filters.{name}", "bad_format", "This is no date."))
            continue
        found.append(Worklog.latest_interaction <= moment if last else Worklog.latest_interaction >= moment)
    channels = [channel_name(channel) for channel in asked.channels]
    if not set(channels) <= set(CHANNELS):
        faults.append(FieldError("filters.channels", "not_allowed", f"Channels are {', '.join(CHANNELS)}."))
    if faults:
        raise ValidationFailed(faults)
    if channels:
        found.append(Ticket.channel.in_(channels))
    if asked.users:
        found.append(any_of(Worklog.user_id, asked.users))
    if asked.teams:
        found.append(Worklog.team_ids.overlap(literal(list(asked.teams), BigInts)))
    if asked.ticket_tags:
        found.append(exists().where(TicketTag.ticket_id == Ticket.id, any_of(TicketTag.tag_id, asked.ticket_tags)))
    if asked.worklog_ids:
        found.append(any_of(Worklog.id, asked.worklog_ids))
    if asked.only_assessed:
        found.append(repository.has_assessment(revision.base_id))
    return found


async def _base(
    session: ReadSession, revision: Revision, content: Content, *, with_assignment: bool
) -> list[ColumnElement[bool]]:
    assignment = content.assignment
    if not with_assignment:
        return [Ticket.deleted_at.is_(None), or_(Ticket.spam_status.is_(None), Ticket.spam_status.not_in(SPAM))]
    tags = set(assignment.ticket_tags)
    if assignment.include_child_tags and tags:
        tags = await descendants(session, tags)
    family = Family(
        scorecard_id=revision.scorecard_id,
        base_id=revision.base_id,
        content_id=revision.content_id,
        assignment=assignment,
        tags=frozenset(tags),
        total_max_points=0,
        criteria=0,
        since=None,
        until=None,
    )
    return candidates(family)
