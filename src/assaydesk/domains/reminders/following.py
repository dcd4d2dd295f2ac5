"""Deferrals: reminders that come and go with a ticket (platform.md 6, ticket.md 5.1)."""

from typing import Any

from assaydesk.domains.reminders import repository
from assaydesk.domains.reminders.firing import fire
from assaydesk.domains.reminders.lifecycle import Command, Refusal, move
from assaydesk.domains.reminders.types import Kind, State
from assaydesk.domains.tickets.events import Changed, TicketsChanged
from assaydesk.platform.db.session import WriteSession


async def follow_tickets(session: WriteSession, event: TicketsChanged) -> None:
    """A pending ticket has one open deferral, with its due date; when it comes back the deferral fires, when somebody
    opens or closes it before, the deferral is cancelled."""
    touched = {change.ticket_id for change in event.changes if _may_have_deferral(change)}
    turned = {change.ticket_id for change in event.changes if "status" in change.fields}
    if not touched:
        return
    await session.flush()  # Rows of tickets are read below as they are after the change.
    known = await repository.open_deferrals(session, touched)
    added: list[dict[str, Any]] = []
    for ticket in await repository.tickets_now(session, touched):
        row = known.get(ticket.ticket_id)
        if ticket.status == "pending" and ticket.due_by is not None:
            if row is not None:
                row.remind_at, row.modified_at = ticket.due_by, event.at
            elif ticket.ticket_id in turned:
                added.append({
                    "ticket_id": ticket.ticket_id, "user_id": event.actor_id, "created_by": event.actor_id,
                    "remind_at": ticket.due_by, "kind": Kind.DEFERRAL, "state": State.OPEN, "text": "",
                    "created_at": event.at, "modified_at": event.at,
                })  # fmt: skip
        elif row is not None and event.fell_due:
            await fire(session, [row], event.at, is_back=True)
        elif row is not None:
            after = move(State(row.state), Command.CANCEL)
            if not isinstance(after, Refusal):
                row.state, row.modified_at = after, event.at
    await repository.add_many(session, added)
    await session.flush()


def _may_have_deferral(change: Changed) -> bool:
    """Whether the ticket was, is, or may be pending; of most changes the change itself tells that it is not."""
    return "pending" in change.fields["status"] if "status" in change.fields else "due_by" in change.fields
