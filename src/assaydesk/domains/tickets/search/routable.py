"""Which tickets a person gets from routing, and which the backlog shows (ticket.md 6.2, 6.5), as SQL."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, all_, and_, any_, false, func, literal, not_, or_, select, true

from assaydesk.domains.profiles.service import load_effective
from assaydesk.domains.profiles.types import Effective
from assaydesk.domains.tags.models import Tag
from assaydesk.domains.tickets.events import TICKET_WORKED_ON
from assaydesk.domains.tickets.models import Ticket
from assaydesk.platform.db.base import BigInts, Texts
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
    def is_restricted(self) -> bool:
        """Some tickets stay out of this person's backlog."""
        return self.limits_backlog or bool(self.excluded)

    @property
    def is_routed(self) -> bool:
        """Routing is active as soon as skills or channels are stored; before that they do not narrow anything."""
        return bool(self.skill_tag_ids or self.channels)


async def viewer_of(session: ReadSession, user_id: int | None) -> Viewer:
    """What counts for the person at this moment; nothing narrows what the system sees."""
    if user_id is None:
        return Viewer(0)
    found = (await load_effective(session, [user_id])).get(user_id)
    return Viewer(user_id) if found is None else viewer_from(found)


def viewer_from(found: Effective) -> Viewer:
    """The same of a person who was loaded already."""
    return Viewer(
        user_id=found.profile_id,
        takes_tickets=found.takes_tickets,
        skill_tag_ids=tuple(sorted(found.tag_ids)),
        channels=tuple(sorted(found.channels)),
        limits_backlog=found.limit_backlog,
        required=tuple(sorted(found.required_tag_ids)),
        excluded=tuple(sorted(found.excluded_tag_ids)),
    )


def carries(tag_ids: Collection[int]) -> ColumnElement[bool]:
    """A ticket has one of the tags."""
    found: ColumnElement[bool] = Ticket.carried_tag_ids.overlap(literal(sorted(set(tag_ids)), BigInts))
    return found


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
    """The AI is done with the ticket, has taken too long, or was told to leave it alone."""
    late = and_(Ticket.ai_support_level == "unprocessed", Ticket.created_at <= now - wait_for_ai)
    waived = and_(Ticket.ai_support_level == "unprocessed", Ticket.processing == "false")
    return or_(Ticket.ai_support_level == "human", late, waived)


def fits(viewer: Viewer, tag_matching: Literal["all", "atLeastOne"]) -> ColumnElement[bool]:
    """Channels and skill tags. A ticket without skill tags fits everybody."""
    if not viewer.is_routed:
        return true()
    parts: list[ColumnElement[bool]] = []
    if viewer.channels:
        parts.append(Ticket.channel == any_(literal(list(viewer.channels), Texts)))
    skills = select(Tag.id).where(Tag.type == "skill", Tag.tag_routing.is_(True))
    held = literal(list(viewer.skill_tag_ids), BigInts)
    # Arrays that are read once, so that each ticket costs one look at its own row.
    if tag_matching == "all":
        parts.append(not_(Ticket.carried_tag_ids.overlap(_array(skills.where(Tag.id != all_(held))))))
    else:
        any_held = Ticket.carried_tag_ids.overlap(_array(skills.where(Tag.id == any_(held))))
        parts.append(or_(any_held, not_(Ticket.carried_tag_ids.overlap(_array(skills)))))
    return and_(true(), *parts)


def _array(ids: Select[int]) -> ColumnElement[Any]:
    return func.array(ids.scalar_subquery(), type_=BigInts)


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
