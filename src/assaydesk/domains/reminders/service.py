"""Reminders: the public face of the domain."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement

from assaydesk.domains.profiles.service import holders_of, load_profiles
from assaydesk.domains.reminders import repository
from assaydesk.domains.reminders.errors import (
    DateInPast,
    ManagedByTicket,
    ReminderNotFound,
    ReminderOver,
    UserHasNoAccess,
)
from assaydesk.domains.reminders.firing import fire_due, fire_one
from assaydesk.domains.reminders.following import follow_tickets
from assaydesk.domains.reminders.lifecycle import COMMANDS, Command, Refusal, move
from assaydesk.domains.reminders.models import Reminder
from assaydesk.domains.reminders.repository import move as follow_merge
from assaydesk.domains.reminders.repository import move_back as follow_unmerge
from assaydesk.domains.reminders.schemas import ReminderCreate, ReminderUpdate
from assaydesk.domains.reminders.types import Kind, State
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.tickets import service as tickets
from assaydesk.domains.tickets.types import Patch
from assaydesk.kit.clock import iso, iso_or_none, utc_now
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import FieldError, PermissionDenied, UnknownReference, ValidationFailed
from assaydesk.platform.paging import Page
from assaydesk.platform.schema import DateInput
from assaydesk.platform.security.actor import SYSTEM, Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.versions import refuse_stale

__all__ = [
    "cancel_reminder", "create_reminder", "find_reminder", "fire_due", "fire_one", "follow_merge", "follow_tickets",
    "follow_unmerge", "list_reminders", "read_reminder", "reminders_of_ticket", "update_reminder",
]  # fmt: skip

_SIGHT = (Permission.READ_TICKET, Permission.UPDATE_TICKET, Permission.REPLY_TO_TICKET)


async def list_reminders(
    session: ReadSession,
    actor: Actor,
    page: Page,
    *,
    user_id: int | None,
    ticket_id: int | None,
    state: str,
    since: DateInput | None,
    until: DateInput | None,
) -> dict[str, Any]:
    """Reminders of the caller, or of somebody else, by date. Raises `PermissionDenied`, `ValidationFailed`."""
    wanted_user = actor.id if user_id is None else user_id
    if wanted_user != actor.id and not actor.has(Permission.MANAGE_ANY_REMINDER):
        raise PermissionDenied(Permission.MANAGE_ANY_REMINDER)
    zone = (await get_settings(session)).zone
    faults: list[FieldError] = []
    first, last = (tickets.read_date(name, sent, zone, faults) for name, sent in (("from", since), ("to", until)))
    if faults:
        raise ValidationFailed(faults)
    wanted: list[ColumnElement[bool]] = [Reminder.user_id == wanted_user, Reminder.state == state]
    if ticket_id is not None:
        wanted.append(Reminder.ticket_id == ticket_id)
    if first is not None:
        wanted.append(Reminder.remind_at >= first)
    if last is not None:
        wanted.append(Reminder.remind_at <= last)
    return _listed(*await repository.page(session, actor, wanted, page), page)


async def reminders_of_ticket(session: ReadSession, actor: Actor, ticket_id: int, page: Page) -> dict[str, Any]:
    """All reminders of the ticket that the caller may see, in every state."""
    return _listed(*await repository.page(session, actor, [Reminder.ticket_id == ticket_id], page), page)


async def find_reminder(session: ReadSession, actor: Actor, reminder_id: int) -> Reminder:
    """Raises `ReminderNotFound`, also for one that the caller may not see."""
    row = await repository.get(session, actor, reminder_id)
    if row is None:
        raise ReminderNotFound(reminder_id)
    return row


async def read_reminder(session: ReadSession, actor: Actor, reminder_id: int) -> dict[str, Any]:
    return reminder_json(await find_reminder(session, actor, reminder_id)) | {"success": True}


async def create_reminder(session: WriteSession, actor: Actor, body: ReminderCreate) -> int:
    """Raises `PermissionDenied`, `ValidationFailed`, `UnknownReference`, `UserHasNoAccess`, `DateInPast`,
    `TicketMerged`."""
    user_id = actor.id if body.user_id is None else body.user_id
    _refuse_rights(actor, user_id=user_id, reopens=body.reopen_ticket)
    try:
        ticket = await tickets.lock_visible(session, actor, body.ticket_id)
    except tickets.TicketNotFound as failure:
        raise UnknownReference("There is no such ticket.", field="ticketId", value=body.ticket_id) from failure
    remind_at = await _read_date(session, body.remind_at)
    await _refuse_user(session, user_id)
    tickets.refuse_merged([ticket])
    now = utc_now()
    row = Reminder(
        ticket_id=body.ticket_id, user_id=user_id, created_by=actor.user_id, remind_at=remind_at, text=body.text,
        kind=Kind.MANUAL, reopen_ticket=body.reopen_ticket, assign_on_reopen=body.assign_on_reopen, state=State.OPEN,
        created_at=now, modified_at=now,
    )  # fmt: skip
    session.add(row)
    await session.flush()  # The answer names the id.
    return row.id


async def update_reminder(
    session: WriteSession, actor: Actor, reminder_id: int, body: ReminderUpdate, *, unmodified_since: str | None = None
) -> None:
    """Change what was sent; another date of a deferral becomes the ticket's `dueBy`.

    Raises as `create_reminder`, and `ReminderNotFound`, `ManagedByTicket`, `ReminderOver`, `StaleObject`.
    """
    sent = {name: getattr(body, name) for name in type(body).model_fields if name in body.model_fields_set}
    row = await _lock(session, actor, reminder_id)
    refuse_stale(unmodified_since, modified_at=row.modified_at)
    is_deferral = row.kind == Kind.DEFERRAL
    new_user = sent["user_id"] if sent.get("user_id") not in (None, row.user_id) else None
    _refuse_rights(
        actor,
        user_id=actor.id if new_user is None else new_user,
        reopens=(sent.get("reopen_ticket") is True and not row.reopen_ticket) or (is_deferral and "remind_at" in sent),
    )
    remind_at = await _read_date(session, sent.pop("remind_at")) if "remind_at" in sent else None
    if new_user is not None:
        await _refuse_user(session, new_user)
    word = sent.pop("state", None)
    if is_deferral and (word not in (None, row.state) or sent.get("reopen_ticket") is True):
        raise ManagedByTicket(ticketId=row.ticket_id)
    if word is not None:
        _change_state(row, COMMANDS[State(word)], remind_at)
    if remind_at is not None:
        if row.state != State.OPEN:
            raise ReminderOver(state=row.state)
        if is_deferral:
            await tickets.update_tickets(
                session, tickets.with_sight(actor), [Patch(row.ticket_id, {"due_by": remind_at.isoformat()})],
                several=False,
            )  # fmt: skip
        row.remind_at = remind_at
    for name, value in sent.items():
        setattr(row, name, value)
    row.modified_at = utc_now()


async def cancel_reminder(session: WriteSession, actor: Actor, reminder_id: int) -> None:
    """Raises `ReminderNotFound`, `ManagedByTicket`, `ReminderOver`."""
    row = await _lock(session, actor, reminder_id)
    if row.kind == Kind.DEFERRAL:
        raise ManagedByTicket(ticketId=row.ticket_id)
    _change_state(row, Command.CANCEL, None)
    row.modified_at = utc_now()


def reminder_json(row: Reminder) -> dict[str, Any]:
    return {
        "id": row.id, "ticketId": row.ticket_id, "userId": row.user_id, "createdBy": row.created_by,
        "remindAt": iso(row.remind_at), "text": row.text, "kind": row.kind, "reopenTicket": row.reopen_ticket,
        "assignOnReopen": row.assign_on_reopen, "state": row.state,
        "firedAt": iso_or_none(row.fired_at), "createdAt": iso(row.created_at),
        "modifiedAt": iso(row.modified_at),
    }  # fmt: skip


def _listed(rows: list[Reminder], total: int, page: Page) -> dict[str, Any]:
    shown = [reminder_json(row) for row in rows]
    return {"success": True, "reminders": shown, "total": total, "limit": page.limit, "offset": page.offset}


async def _lock(session: WriteSession, actor: Actor, reminder_id: int) -> Reminder:
    """The ticket first, then the reminder: changes of tickets come in the same order."""
    while True:
        seen = await find_reminder(session, actor, reminder_id)
        ticket_id = seen.ticket_id
        await tickets.lock_visible(session, SYSTEM, ticket_id)
        row = await repository.get_for_update(session, reminder_id)
        if row is None:
            raise ReminderNotFound(reminder_id)
        if row.ticket_id == ticket_id:
            return row


def _refuse_rights(actor: Actor, *, user_id: int, reopens: bool) -> None:
    if user_id != actor.id and not actor.has(Permission.ASSIGN_TICKETS):
        raise PermissionDenied(Permission.ASSIGN_TICKETS)
    if reopens and not actor.has(Permission.UPDATE_TICKET):
        raise PermissionDenied(Permission.UPDATE_TICKET)


async def _read_date(session: ReadSession, sent: DateInput) -> datetime:
    faults: list[FieldError] = []
    found = tickets.read_date("remindAt", sent, (await get_settings(session)).zone, faults)
    if faults or found is None:
        raise ValidationFailed(faults or [FieldError("remindAt", "required", "Send a date.")])
    if found <= utc_now():
        raise DateInPast(field="remindAt")
    return found


async def _refuse_user(session: ReadSession, user_id: int) -> None:
    if user_id not in await load_profiles(session, [user_id]):
        raise UnknownReference("There is no such person.", field="userId", value=user_id)
    if not await holders_of(session, *_SIGHT, among=[user_id]):
        raise UserHasNoAccess(userId=user_id)


def _change_state(row: Reminder, command: Command, remind_at: datetime | None) -> None:
    after = move(State(row.state), command)
    if isinstance(after, Refusal):
        raise ReminderOver(state=row.state)
    if command is Command.REOPEN and row.state != State.OPEN:
        if remind_at is None and (row.state == State.FIRED or row.remind_at <= utc_now()):
            raise ValidationFailed([FieldError("remindAt", "required", "Send a new date.")])
        row.fired_at = None
    row.state = after
