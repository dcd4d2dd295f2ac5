"""What happens to tickets by themselves: silence closes them, answers find who handled them (ticket.md 5.4, 6.4)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from assaydesk.domains.profiles.service import load_effective, team_mates
from assaydesk.domains.profiles.types import Effective, ProfileState, ProfileType, WorkStatus
from assaydesk.domains.routing import cycle_repository, repository
from assaydesk.domains.routing.events import TicketClosedDueToInactivity
from assaydesk.domains.routing.policy import Answered, LastRules, assignment_of
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.tickets.events import TicketsChanged, TicketsCreated
from assaydesk.domains.tickets.service import load_tickets, log_activity, update_tickets
from assaydesk.domains.tickets.types import Patch
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import SYSTEM

_PEOPLE: Final = (ProfileType.USER, ProfileType.OPERATOR)


async def close_silent(session: WriteSession, *, limit: int = 200) -> int:
    """Close pending tickets without messages for too long; answers how many. Nobody's work."""
    days = (await get_settings(session)).auto_close_inactive_days
    if not days:
        return 0
    now = utc_now()
    ids = await repository.lock_silent(session, now - timedelta(days=days), limit)
    if ids:
        await update_tickets(session, SYSTEM, [Patch(one, {"status": "closed"}) for one in ids], track_time=False)
    for one in ids:
        await log_activity(session, one, "closedDueToInactivity", at=now)
        await publish(session, TicketClosedDueToInactivity(one, now))
    return len(ids)


async def take_answers(session: WriteSession, event: TicketsChanged) -> None:
    """A customer wrote on closed or pending tickets: they go to whoever handled them last, and is there."""
    cases: dict[int, timedelta | None] = {}
    for change in event.changes:
        before, after = change.fields.get("status", (None, None))
        if "last_customer_message_at" not in change.fields or after != "open":
            continue
        closed_at = change.fields.get("closed_at", (None, None))[0]
        cases[change.ticket_id] = event.at - closed_at if before == "closed" and closed_at is not None else None
    if cases:
        await _assign(session, cases, {one: one for one in cases})


async def take_continued(session: WriteSession, event: TicketsCreated) -> None:
    """The same for tickets that go on with a matter that was closed too long ago to open again."""
    if event.imported:
        return
    found = await cycle_repository.continued(session, event.ticket_ids)
    if found:
        cases = {one: event.at - closed_at for one, (_, closed_at) in found.items()}
        await _assign(session, cases, {one: previous for one, (previous, _) in found.items()})


async def _assign(session: WriteSession, cases: Mapping[int, timedelta | None], handled_in: Mapping[int, int]) -> None:
    """`handled_in`: the ticket that tells who handled a case last."""
    settings = await get_settings(session)
    rules = LastRules(settings.routing_last_agent, settings.routing_last_team, settings.routing_last_agent_days)
    tickets = await load_tickets(session, {*cases, *handled_in.values()})
    closers = await cycle_repository.closers(session, set(handled_in.values()))
    last = {one: tickets[handled].agent_id or closers.get(handled) for one, handled in handled_in.items()}
    named = {user for user in last.values() if user is not None}
    named |= {user for one in cases for user in (tickets[one].agent_id, *tickets[one].assigned_agent_ids) if user}
    people = await load_effective(session, named)
    mates = await team_mates(session, named) if rules.team else {}
    people |= await load_effective(session, {mate for found in mates.values() for mate in found} - people.keys())
    present = {one for one, person in people.items() if _is_there(person)}
    patches = []
    for ticket_id, closed_for in cases.items():
        ticket, agent = tickets[ticket_id], last[ticket_id]
        case = Answered(ticket.agent_id, tuple(ticket.assigned_agent_ids), agent, closed_for)
        there = [mate for mate in mates.get(agent or 0, ()) if mate in present]
        chosen = assignment_of(case, rules, present, there)
        values: dict[str, Any] = {"agent_id": chosen.agent_id, "assigned_agent_ids": list(chosen.assigned)}
        patches.append(Patch(ticket_id, values))
    await update_tickets(session, SYSTEM, patches, track_time=False)


def _is_there(person: Effective) -> bool:
    """Neither gone nor away for longer; a break does not count."""
    is_away = person.work_status is WorkStatus.LONG_ABSENCE
    return person.type in _PEOPLE and person.state == ProfileState.ACTIVE and not is_away
