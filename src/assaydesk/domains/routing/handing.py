"""Handing out the next ticket, and taking back what nobody works on (ticket.md 2.7)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from assaydesk.domains.profiles.service import load_effective
from assaydesk.domains.profiles.types import Effective
from assaydesk.domains.routing import repository
from assaydesk.domains.routing.events import TicketRouted
from assaydesk.domains.routing.policy import LEFT_ALONE, RESERVED, stretches
from assaydesk.domains.routing.repository import Candidate, Search
from assaydesk.domains.routing.types import Direction, Handed, Place, Reason
from assaydesk.domains.settings.service import InstanceSettings, get_settings
from assaydesk.domains.tags.service import load_tags
from assaydesk.domains.tickets.events import TICKET_WORKED_ON, PresenceEnded
from assaydesk.domains.tickets.search.routable import backlog_condition, fits, viewer_from, waits_for_a_person
from assaydesk.domains.tickets.search.service import matching
from assaydesk.domains.tickets.service import lock_visible, log_activity, update_tickets
from assaydesk.domains.tickets.types import Patch
from assaydesk.domains.worklogs.service import reserve
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.events import publish
from assaydesk.platform.filters import FilterInput
from assaydesk.platform.security.actor import SYSTEM, Actor
from assaydesk.platform.security.permissions import Permission

_BATCH: Final = 200


async def hand_out(
    session: WriteSession,
    actor: Actor,
    *,
    direction: Direction = Direction.EARLIEST,
    ticket_id: int | None = None,
    filters: Sequence[FilterInput] = (),
) -> Handed:
    """Reserve the next ticket for the caller, so that nobody else gets it.

    `ticket_id`: where the caller stands. Raises `TicketNotFound`, and what filters raise.
    """
    settings = await get_settings(session)
    place = None
    if ticket_id is not None and direction is not Direction.EARLIEST:
        await lock_visible(session, actor, ticket_id)
        place = await repository.place_of(session, actor.id, ticket_id, settings.routing_mode)
        if direction is Direction.NEXT:
            await _leave(session, actor, ticket_id)
    person = (await load_effective(session, [actor.id]))[actor.id]
    search = await _search(session, actor, person, settings, filters)
    if not person.takes_tickets:
        return Handed(None, Reason.NOT_ROUTABLE)
    found = await _find(session, search, direction, place)
    if found is None:
        return Handed(None, Reason.EMPTY)
    await _give(session, actor, person, found)
    return Handed(found.id)


async def take_back(session: WriteSession) -> int:
    """Give tickets back that were handed out and that nobody works on; answers how many handouts ended."""
    before = utc_now() - RESERVED
    locked = await repository.lock_held(session, before, _BATCH)
    # A second look, which sees what was done until the tickets were locked.
    held = await repository.held_without_life(session, locked, before) if locked else []
    patches = [Patch(one.ticket_id, {"agent_id": None}) for one in held if one.takes_back]
    if patches:
        await update_tickets(session, SYSTEM, patches, track_time=False)
    await repository.end_handouts(session, held)
    await repository.forget_left(session, utc_now() - LEFT_ALONE)
    return len(held)


async def _search(
    session: ReadSession,
    actor: Actor,
    person: Effective,
    settings: InstanceSettings,
    filters: Sequence[FilterInput],
) -> Search:
    now, gap = utc_now(), timedelta(seconds=settings.worklog_gap_seconds)
    viewer = viewer_from(person)
    conditions = [
        waits_for_a_person(now, timedelta(seconds=settings.routing_wait_for_ai_seconds)),
        ~TICKET_WORKED_ON(None, now, gap, actor.id),
    ]
    of_kind = [fits(viewer, settings.routing_tag_matching)] if viewer.is_routed else []
    if settings.backlog_restriction_enabled and viewer.is_restricted:
        of_kind.append(backlog_condition(viewer))
    if filters:
        conditions += (await matching(session, actor, filters, restricted=False)).where
    return Search(actor.id, settings.routing_mode, now, gap, conditions, of_kind)


async def _find(session: WriteSession, search: Search, direction: Direction, place: Place | None) -> Candidate | None:
    """What was passed over lately comes only when nothing else is left. Going back leads to it all the same."""
    current = set() if place is None else {place.ticket_id}
    since = search.now - LEFT_ALONE
    over = set() if direction is Direction.PREVIOUS else await repository.passed_over(session, search.user_id, since)
    tries = [over | current, current] if over - current else [current]
    rejected: set[int] = set()
    is_known = not search.of_kind
    for left_out in tries:
        for wait in (False, True):
            # Somebody may just be changing a ticket. Waiting for that is safe only while no ticket is held.
            if wait and (direction is not Direction.EARLIEST or rejected):
                continue
            for stretch in stretches(direction, place):
                if not stretch.own and not is_known:
                    search = replace(search, fitting=await repository.fitting(session, search.of_kind))
                    is_known = True
                limited = replace(search, passed_over=left_out | rejected)
                while (found := await repository.lock_candidate(session, limited, stretch, wait=wait)) is not None:
                    if not await repository.is_worked_on(session, found.id, search):
                        return found
                    # Somebody else came first, after the list was read and before the ticket was locked.
                    rejected.add(found.id)
                    limited = replace(search, passed_over=left_out | rejected)
    return None


async def _give(session: WriteSession, actor: Actor, person: Effective, found: Candidate) -> None:
    now = utc_now()
    held = await repository.handout_of(session, actor.id, found.id)
    values: dict[str, object] = {}
    if found.agent_id is None:
        values["agent_id"] = actor.id
    added = await _tags_on_route(session, person, found)
    if added:
        values["add_tag_ids"] = added
    if values:
        # Which tags a person adds was decided by whoever set them.
        elevated = replace(actor, permissions=actor.permissions | {Permission.MANAGE_TAGS})
        await update_tickets(session, elevated, [Patch(found.id, values)], track_time=False)
    await reserve(session, actor.id, found.id, now)
    if held is not None and held.left_at is None:
        return
    await repository.save_handout(session, actor.id, found.id, at=now, assigned=found.agent_id is None)
    await log_activity(session, found.id, "routed", at=now, user_id=actor.user_id)
    await publish(session, TicketRouted(found.id, actor.id, now))


async def _tags_on_route(session: ReadSession, person: Effective, found: Candidate) -> list[int]:
    missing = set(person.tags_on_route) - set(found.tag_ids)
    tags = await load_tags(session, missing)
    return sorted(
        tag.id
        for tag in tags.values()
        if tag.deleted_at is None and tag.visibility != "disabled" and tag.reference == "ticket"
    )


async def _leave(session: WriteSession, actor: Actor, ticket_id: int) -> None:
    """The caller goes on: what routing made is undone, unless it was worked on, and the ticket is not offered soon."""
    now = utc_now()
    touch = await repository.touch_of(session, actor.id, ticket_id)
    if touch is not None and touch.takes_back:
        await update_tickets(session, actor, [Patch(ticket_id, {"agent_id": None})], track_time=False)
    if touch is not None and not touch.acted:
        await publish(session, PresenceEnded((ticket_id,), actor.id, now))
    await repository.save_handout(session, actor.id, ticket_id, at=now, assigned=False, left_at=now)
