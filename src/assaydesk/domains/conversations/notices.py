"""Who is told of a note, a draft, or a ticket that became theirs (ticket.md 3.2, 3.5; people.md 2)."""

from collections.abc import Collection
from typing import Final

from assaydesk.domains.conversations import repository
from assaydesk.domains.conversations.events import ConversationAdded, ConversationDeleted
from assaydesk.domains.notifications.service import Kind, notify
from assaydesk.domains.profiles.service import holders_of, load_profiles
from assaydesk.domains.tickets.events import TicketsChanged
from assaydesk.domains.tickets.policy import VIEWERS
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import UnknownReference
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission

_MANY: Final = 5


async def tell_mentioned(session: WriteSession, actor: Actor, ticket_id: int, user_ids: Collection[int]) -> None:
    """Tell those who are named in a note, if they may read tickets. Raises `UnknownReference`."""
    if not user_ids:
        return
    known = await load_profiles(session, user_ids)
    for user_id in user_ids:
        if user_id not in known or known[user_id].state == "deleted":
            raise UnknownReference(f"User {user_id} does not exist.", field="mentions", value=user_id)
    readers = await holders_of(session, *VIEWERS, among=user_ids)
    words = {
        "en": f"{actor.name} mentioned you in ticket #{ticket_id}.",
        "de": f"{actor.name} hat Sie im Ticket #{ticket_id} erwähnt.",
    }
    await notify(session, [one for one in readers if one != actor.id], Kind.MENTION, words, ticket_id=ticket_id)


async def tell_approvers(session: WriteSession, event: ConversationAdded) -> None:
    """A draft waits: those who may release it are told."""
    approvers = await holders_of(session, Permission.APPROVE_DRAFTS)
    others = [one for one in approvers if one != event.agent_id]
    author = await _name(session, event.agent_id)
    words = {
        "en": f"{author} wrote a draft in ticket #{event.ticket_id} that waits for release.",
        "de": f"{author} hat im Ticket #{event.ticket_id} einen Entwurf geschrieben, der auf Freigabe wartet.",
    }
    await notify(session, others, Kind.DRAFT_TO_APPROVE, words, ticket_id=event.ticket_id)


async def tell_author(session: WriteSession, event: ConversationDeleted) -> None:
    """Somebody else deleted a draft: its author learns why."""
    row = await repository.get_row(session, event.conversation_id)
    if row["agent_id"] is None or row["agent_id"] == event.actor_id:
        return
    judge = await _name(session, event.actor_id)
    reason = f": {event.reason}" if event.reason else "."
    words = {
        "en": f"{judge} rejected your draft in ticket #{event.ticket_id}{reason}",
        "de": f"{judge} hat Ihren Entwurf im Ticket #{event.ticket_id} abgelehnt{reason}",
    }
    await notify(session, [row["agent_id"]], Kind.DRAFT_REJECTED, words, ticket_id=event.ticket_id)


async def tell_assigned(session: WriteSession, event: TicketsChanged) -> None:
    """People whom somebody else gave tickets to: one notice a ticket, and one for all when there are many."""
    given: dict[int, list[int]] = {}
    for change in event.changes:
        old, new = change.fields.get("assigned_agent_ids", ((), ()))
        added = set(new or ()) - set(old or ())
        added |= {change.fields["agent_id"][1]} if "agent_id" in change.fields else set()
        for user_id in added - {None, event.actor_id}:
            given.setdefault(user_id, []).append(change.ticket_id)
    for user_id, ticket_ids in given.items():
        tickets = sorted(set(ticket_ids))
        if len(tickets) > _MANY:
            words = {
                "en": f"{len(tickets)} tickets were assigned to you.",
                "de": f"{len(tickets)} Tickets wurden Ihnen zugewiesen.",
            }
            await notify(session, [user_id], Kind.ASSIGNED, words)
            continue
        for ticket_id in tickets:
            words = {
                "en": f"Ticket #{ticket_id} was assigned to you.",
                "de": f"Das Ticket #{ticket_id} wurde Ihnen zugewiesen.",
            }
            await notify(session, [user_id], Kind.ASSIGNED, words, ticket_id=ticket_id)


async def _name(session: ReadSession, user_id: int | None) -> str:
    person = (await load_profiles(session, [user_id])).get(user_id) if user_id else None
    return f"{person.first_name} {person.last_name}".strip() if person is not None else "Assaydesk"
