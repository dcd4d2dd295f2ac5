"""Which tickets a person gets from routing, and which the backlog shows (ticket.md 6.2, 6.5), as SQL."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, and_, any_, exists, false, literal, not_, or_, select, true

from assaydesk.domains.profiles.service import load_effective
from assaydesk.domains.profiles.types import WorkStatus
from assaydesk.domains.tags.models import Tag
from assaydesk.domains.tickets.events import TICKET_WORKED_ON
from assaydesk.domains.tickets.models import Ticket, TicketTag
from assaydesk.platform.db.base import BigInts
from assaydesk.platform.db.session import ReadSession


@dataclass(frozen=True, slots=True)
class Viewer:
    """What routing and backlog ask of a person: effective values (people.md 1.3).

    `takes_tickets`: the working status is ticket processing. `limits_backlog`: only tickets with one of `required`.
    """

    user_id: int
    takes_tickets: bool = True
    skill_tag_ids: tuple[int, ...] = ()
    channels: tuple[str, ...] = ()
    limits_backlog: bool = False
    required: tuple[int, ...] = ()
    excluded: tuple[int, ...] = ()

    @property
    def is_routed(self) -> bool:
        """Routing is active as soon as skills or channels are stored; before that they do not narrow anything."""
        return bool(self.skill_tag_ids or self.channels)


async def viewer_of(session: ReadSession, user_id: int | None) -> Viewer:
    """What counts for the person at this moment; nothing narrows what the system sees."""
    if user_id is None:
        return Viewer(0)
    found = (await load_effective(session, [user_id])).get(user_id)
    if found is None:
        return Viewer(user_id)
    return Viewer(
        user_id=user_id,
        takes_tickets=found.work_status == WorkStatus.TICKET_PROCESSING,
        skill_tag_ids=tuple(sorted(found.tag_ids)),
        channels=tuple(sorted(found.channels)),
        limits_backlog=found.limit_backlog,
        required=tuple(sorted(found.required_tag_ids)),
        excluded=tuple(sorted(found.excluded_tag_ids)),
    )


def carries(tag_ids: Collection[int]) -> ColumnElement[bool]:
    """A ticket has one of the tags."""
    given = literal(sorted(set(tag_ids)), BigInts)
    return exists().where(TicketTag.ticket_id == Ticket.id, TicketTag.tag_id == any_(given))


def backlog_condition(viewer: Viewer) -> ColumnElement[bool]:
    """Without the global switch `backlogRestrictionEnabled`, which is the caller's to ask."""
    parts: list[ColumnElement[bool]] = []
    if viewer.limits_backlog:
        parts.append(carries(viewer.required) if viewer.required else false())
    if viewer.excluded:
        parts.append(not_(carries(viewer.excluded)))
    return and_(true(), *parts)


def not_spam() -> ColumnElement[bool]:
    return or_(Ticket.spam_status.is_(None), Ticket.spam_status.in_(("auto_clean", "manual_clean")))


def waits_for_a_person(now: datetime, wait_for_ai: timedelta) -> ColumnElement[bool]:
    """The AI is done with the ticket, or has taken too long."""
    late = and_(Ticket.ai_support_level == "unprocessed", Ticket.created_at <= now - wait_for_ai)
    return or_(Ticket.ai_support_level == "human", late)


def fits(viewer: Viewer, tag_matching: Literal["all", "atLeastOne"]) -> ColumnElement[bool]:
    """Channels and skill tags. A ticket without skill tags fits everybody."""
    if not viewer.is_routed:
        return true()
    parts: list[ColumnElement[bool]] = [Ticket.channel.in_(viewer.channels)] if viewer.channels else []
    if viewer.skill_tag_ids:
        held = TicketTag.tag_id == any_(literal(list(viewer.skill_tag_ids), BigInts))
        skills = (
            select(TicketTag.tag_id)
            .join(Tag, Tag.id == TicketTag.tag_id)
            .where(TicketTag.ticket_id == Ticket.id, Tag.type == "skill", Tag.tag_routing.is_(True))
        )
        lacking = exists(skills.where(not_(held)))
        parts.append(not_(lacking) if tag_matching == "all" else or_(exists(skills.where(held)), not_(exists(skills))))
    return and_(true(), *parts)


def routable_condition(
    viewer: Viewer,
    *,
    now: datetime,
    wait_for_ai: timedelta,
    gap: timedelta,
    tag_matching: Literal["all", "atLeastOne"],
    restricts_backlog: bool = True,
) -> ColumnElement[bool]:
    """All that must hold, but the working status of the person, so that an order can be explained at any time.

    `gap`: the pause that ends a piece of work (`worklogGapSeconds`).
    """
    mine = or_(
        and_(Ticket.agent_id.is_(None), Ticket.assigned_agent_ids == literal([], BigInts)),
        Ticket.agent_id == viewer.user_id,
        Ticket.assigned_agent_ids.contains([viewer.user_id]),
    )
    return and_(
        Ticket.status == "open",
        Ticket.deleted_at.is_(None),
        Ticket.merged_into_ticket_id.is_(None),
        not_spam(),
        mine,
        waits_for_a_person(now, wait_for_ai),
        fits(viewer, tag_matching),
        backlog_condition(viewer) if restricts_backlog else true(),
        not_(TICKET_WORKED_ON(None, now, gap, viewer.user_id)),
    )
