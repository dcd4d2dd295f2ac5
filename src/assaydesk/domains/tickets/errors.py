"""Refusals of tickets (ticket.md 13)."""

from collections.abc import Sequence
from typing import Any

from assaydesk.domains.tickets.work import NoDeferral, UnknownRow
from assaydesk.platform.errors import Conflict, FieldError, NotFound, UnknownReference, Unprocessable, ValidationFailed


class TicketNotFound(NotFound):
    """404: `details.ticketId`, or `details.ids` where several were named."""

    def __init__(self, *ids: int, several: bool = False) -> None:
        shown = ", ".join(str(one) for one in ids[:20])
        details: dict[str, Any] = {"ids": list(ids)} if several else {"ticketId": ids[0]}
        super().__init__(
            f"Tickets that do not exist: {shown}." if several else f"Ticket {shown} does not exist.", **details
        )


class TicketMerged(Conflict):
    """409: the ticket was merged into another one and takes no more changes."""

    def __init__(self, ids: Sequence[int], into: Sequence[int]) -> None:
        super().__init__("The ticket was merged into another one. Write there.", ids=list(ids), into=list(into))


class ExternalTicketIdTaken(Conflict):
    """409: another ticket has this outside id."""

    def __init__(self, external_id: str, ticket_id: int | None = None) -> None:
        super().__init__(
            f"Another ticket has the externalTicketId {external_id!r}.",
            externalTicketId=external_id,
            ticketId=ticket_id,
        )


class PendingRequiresDueBy(Unprocessable):
    """422: a ticket can only wait until a date in the future. `details.fields` names the items."""

    default_message = "A pending ticket needs a dueBy in the future."


def refuse(faults: Sequence[FieldError]) -> None:
    """Raise for the faults, if there are any: a code of its own when all are of that kind, else `validation_failed`."""
    if not faults:
        return
    fields = [fault.as_json() for fault in faults]
    if all(isinstance(fault, NoDeferral) for fault in faults):
        raise PendingRequiresDueBy(fields=fields)
    if all(isinstance(fault, UnknownRow) for fault in faults):
        raise UnknownReference(faults[0].message, field=faults[0].path, fields=fields)
    raise ValidationFailed(faults)


class TicketClosed(Conflict):
    """409: the ticket is closed. `details.conditions`: every condition, and whether it holds."""

    default_message = "The ticket is closed."


class TicketIsSpam(Conflict):
    """409: the ticket is spam. `details.conditions`: every condition, and whether it holds."""

    default_message = "The ticket is spam."


class NoAgentDetected(Conflict):
    """409: no AI agent was detected on the ticket. `details.conditions`: every condition, and whether it holds."""

    default_message = "No AI agent was detected on this ticket."
