"""Reminders (platform.md 6)."""

from typing import Annotated

from fastapi import Depends, Path, Query
from starlette.responses import Response

from assaydesk.domains.reminders import service
from assaydesk.domains.reminders.errors import (
    DateInPast,
    ManagedByTicket,
    ReminderNotFound,
    ReminderOver,
    UserHasNoAccess,
)
from assaydesk.domains.reminders.schemas import (
    ReminderCreate,
    ReminderDetail,
    ReminderList,
    ReminderUpdate,
    StateWord,
)
from assaydesk.domains.tickets.service import PendingRequiresDueBy, TicketMerged, TicketNotFound, get_visible
from assaydesk.platform.errors import PermissionDenied, StaleObject, UnknownReference, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.http.unmodified import UnmodifiedSince
from assaydesk.platform.paging import Paging
from assaydesk.platform.schema import DateInput, Done, Id, Made
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require

router = Router("reminder", prefix="/api/mind/reminder")

Caller = Annotated[Actor, Depends(Require())]
TicketReader = Annotated[
    Actor, Depends(Require(Permission.READ_TICKET, Permission.UPDATE_TICKET, Permission.REPLY_TO_TICKET))
]
Creator = Annotated[Actor, Depends(Require(Permission.READ_TICKET))]
CHANGE_ERRORS = (PermissionDenied, ValidationFailed, UnknownReference, UserHasNoAccess, DateInPast, TicketMerged)


async def shown_ticket(session: Reads, actor: TicketReader, ticket_id: Annotated[Id, Path(alias="ticketId")]) -> int:
    await get_visible(session, actor, ticket_id)
    return ticket_id


async def reminder_to_write(session: Writes, actor: Caller, reminder_id: Annotated[Id, Path(alias="id")]) -> int:
    await service.find_reminder(session, actor, reminder_id)
    return reminder_id


ToWrite = Annotated[int, Depends(reminder_to_write)]


@router.get(
    "", operation_id="listReminders", response_model=ReminderList, responses=errors(PermissionDenied, ValidationFailed)
)
async def list_reminders(
    session: Reads,
    actor: Caller,
    page: Paging,
    user_id: Annotated[Id | None, Query(alias="userId", description="Default: the caller.")] = None,
    ticket_id: Annotated[Id | None, Query(alias="ticketId")] = None,
    state: StateWord = "open",
    since: Annotated[DateInput | None, Query(alias="from", description="Due at this time or later.")] = None,
    until: Annotated[DateInput | None, Query(alias="to", description="Due at this time or before.")] = None,
) -> Response:
    """The caller's reminders by date. Those of others need `manageAnyReminder`."""
    found = await service.list_reminders(
        session, actor, page, user_id=user_id, ticket_id=ticket_id, state=state, since=since, until=until
    )
    return json_answer(found)


@router.post("", operation_id="createReminder", response_model=Made, responses=errors(*CHANGE_ERRORS))
async def create_reminder(session: Writes, actor: Creator, body: ReminderCreate) -> Made:
    """Ask to be reminded of a ticket. Others are reminded with `assignTickets`; `reopenTicket` needs `updateTicket`:
    then a pending or closed ticket opens at that time, and with `assignOnReopen` it is given to who is reminded."""
    return Made(success=True, id=await service.create_reminder(session, actor, body))


@router.get(
    "/byTicketId/{ticketId}",
    operation_id="getRemindersByTicketId",
    response_model=ReminderList,
    responses=errors(PermissionDenied, ValidationFailed, TicketNotFound),
)
async def get_reminders_of_ticket(
    session: Reads, ticket_id: Annotated[int, Depends(shown_ticket)], actor: TicketReader, page: Paging
) -> Response:
    """The reminders of a ticket in every state: one's own, those that one has made, all with `manageAnyReminder`."""
    return json_answer(await service.reminders_of_ticket(session, actor, ticket_id, page))


@router.get(
    "/{id}",
    operation_id="getReminder",
    response_model=ReminderDetail,
    responses=errors(ValidationFailed, ReminderNotFound),
)
async def get_reminder(session: Reads, actor: Caller, reminder_id: Annotated[Id, Path(alias="id")]) -> Response:
    """One reminder."""
    return json_answer(await service.read_reminder(session, actor, reminder_id))


@router.patch(
    "/{id}",
    operation_id="updateReminder",
    response_model=Done,
    responses=errors(
        *CHANGE_ERRORS, ReminderNotFound, ManagedByTicket, ReminderOver, PendingRequiresDueBy, StaleObject
    ),
)
async def update_reminder(
    session: Writes, reminder_id: ToWrite, actor: Caller, body: ReminderUpdate, unmodified_since: UnmodifiedSince = None
) -> Done:
    """Change a reminder. A fired one that is set to `open` needs a new date.

    Another date of a `deferral` becomes the `dueBy` of its ticket, which needs `updateTicket`; its state follows the
    ticket.
    """
    await service.update_reminder(session, actor, reminder_id, body, unmodified_since=unmodified_since)
    return Done(success=True)


@router.delete(
    "/{id}",
    operation_id="deleteReminder",
    response_model=Done,
    responses=errors(ValidationFailed, ReminderNotFound, ManagedByTicket, ReminderOver),
)
async def delete_reminder(session: Writes, reminder_id: ToWrite, actor: Caller) -> Done:
    """Cancel a reminder."""
    await service.cancel_reminder(session, actor, reminder_id)
    return Done(success=True)
