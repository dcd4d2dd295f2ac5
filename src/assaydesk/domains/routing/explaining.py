"""Explaining somebody's order of tickets (ticket.md 6.6)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from assaydesk.domains.profiles.service import load_effective
from assaydesk.domains.routing import repository
from assaydesk.domains.routing.wording import describe_query, explain_tags
from assaydesk.domains.settings.service import InstanceSettings, get_settings
from assaydesk.domains.tags.models import Tag
from assaydesk.domains.tags.service import load_tags
from assaydesk.domains.tickets.models import Ticket
from assaydesk.domains.tickets.search.routable import Viewer, routable_condition, viewer_from
from assaydesk.domains.tickets.search.service import matching
from assaydesk.domains.tickets.service import TicketNotFound, get_visible, load_tickets, with_sight
from assaydesk.domains.worklogs.service import presence_of
from assaydesk.kit.clock import utc_now, zoneless
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.filters import FilterInput
from assaydesk.platform.security.actor import Actor


@dataclass(frozen=True, slots=True)
class Question:
    """`beyond`: only what comes after this ticket. `ticket_id`: exactly this one."""

    beyond: int | None = None
    ticket_id: int | None = None
    q: str = ""
    limit: int = 500
    offset: int = 0


async def explain_order(session: ReadSession, actor: Actor, profile_id: int, question: Question) -> dict[str, Any]:
    """The order of a person at this moment, whatever the working status. Raises `TicketNotFound`."""
    settings = await get_settings(session)
    viewer = viewer_from((await load_effective(session, [profile_id]))[profile_id])
    conditions = [_routable(viewer, settings)]
    seer = with_sight(actor)
    if question.ticket_id is not None:
        await get_visible(session, seer, question.ticket_id)
        ranks = {question.ticket_id: await _rank(session, conditions, viewer, settings, question.ticket_id)}
        total = 1
    else:
        wanted = list(conditions)
        if question.q:
            item = FilterInput(key="q", comparator="contains", value=question.q)
            wanted += (await matching(session, seer, [item], restricted=False)).where
        first = 1
        if question.beyond is not None:
            place = await repository.place_of(session, profile_id, question.beyond, settings.routing_mode)
            if place is None:
                raise TicketNotFound(question.beyond)
            after = repository.before_place(place, profile_id, settings.routing_mode, backwards=False)
            first += await repository.count(session, [*wanted, after.is_not(True)])
            wanted.append(after)
        ids = await repository.ranked(
            session, wanted, profile_id, settings.routing_mode, limit=question.limit, offset=question.offset
        )
        ranks = {one: first + question.offset + position for position, one in enumerate(ids)}
        if question.limit == 1:
            return {"details": [{"routingPriority": rank, "id": one} for one, rank in ranks.items()]}
        total = await repository.count(session, wanted)
    if question.limit == 1:
        return {"details": [{"routingPriority": rank, "id": one} for one, rank in ranks.items()]}
    return {
        "routingPriority": [one for one, rank in ranks.items() if rank is not None],
        "details": await _details(session, actor, viewer, settings, ranks),
        "total": total,
        "query": describe_query(viewer, settings),
    }


def _routable(viewer: Viewer, settings: InstanceSettings) -> Any:
    return routable_condition(
        viewer,
        now=utc_now(),
        wait_for_ai=timedelta(seconds=settings.routing_wait_for_ai_seconds),
        gap=timedelta(seconds=settings.worklog_gap_seconds),
        tag_matching=settings.routing_tag_matching,
        restricts_backlog=settings.backlog_restriction_enabled,
    )


async def _rank(
    session: ReadSession, conditions: list[Any], viewer: Viewer, settings: InstanceSettings, ticket_id: int
) -> int | None:
    """The place of one ticket, None when the person does not get it."""
    if not await repository.count(session, [*conditions, Ticket.id == ticket_id]):
        return None
    place = await repository.place_of(session, viewer.user_id, ticket_id, settings.routing_mode)
    assert place is not None
    earlier = repository.before_place(place, viewer.user_id, settings.routing_mode)
    return 1 + await repository.count(session, [*conditions, earlier])


async def _details(
    session: ReadSession, actor: Actor, viewer: Viewer, settings: InstanceSettings, ranks: Mapping[int, int | None]
) -> list[dict[str, Any]]:
    tickets = await load_tickets(session, ranks)
    present = await presence_of(session, actor, ranks)
    tags = await load_tags(session, {tag for row in tickets.values() for tag in row.carried_tag_ids})
    return [
        _detail(tickets[one], rank, present.get(one, ()), viewer, tags, settings)
        for one, rank in ranks.items()
        if one in tickets
    ]


def _detail(
    ticket: Ticket,
    rank: int | None,
    present: Collection[int],
    viewer: Viewer,
    tags: Mapping[int, Tag],
    settings: InstanceSettings,
) -> dict[str, Any]:
    zone: ZoneInfo = settings.zone
    carried = [tags[tag] for tag in ticket.carried_tag_ids if tag in tags]
    return {
        "routingPriority": rank,
        "id": ticket.id,
        "ticketNotAssigned": ticket.agent_id is None and not ticket.assigned_agent_ids,
        "ticketNotWorkedOnByColleague": not (set(present) - {viewer.user_id}),
        "aiSupportLevel": ticket.ai_support_level,
        "priority": ticket.priority,
        "channel": ticket.channel,
        "dueBy": None if ticket.due_by is None else zoneless(ticket.due_by, zone),
        "tagExplanation": explain_tags(
            [(tag.id, tag.name) for tag in carried if tag.type == "skill" and tag.tag_routing],
            viewer.skill_tag_ids,
            is_routed=viewer.is_routed,
            matching=settings.routing_tag_matching,
        ),
    }
