"""Messages on their way out by mail: stored, then handed over, each step in a transaction of its own (settings.md 4.3).

A sender holds a lease while it works. `begin_hand_over` is the last moment at which a message can be taken back; from
there to the answer of the server a death leaves the message uncertain.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from assaydesk.domains.conversations import delivery_repository as repository
from assaydesk.domains.conversations.delivery_repository import Outgoing
from assaydesk.domains.conversations.envelope import new_message_id, subject_of, thread_of
from assaydesk.domains.conversations.events import DeliveryChanged, MessageQueued
from assaydesk.domains.conversations.history import Earlier, quoted_answer
from assaydesk.domains.conversations.lifecycle import NEEDS_A_PERSON, Command, State, move
from assaydesk.domains.conversations.models import Conversation, Delivery
from assaydesk.domains.notifications.service import Kind, notify
from assaydesk.domains.profiles.service import load_profiles
from assaydesk.domains.settings.mailboxes import mail_is_set_up, sending_mailbox
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.tickets import service as tickets
from assaydesk.domains.tickets.types import Patch, Status
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import SYSTEM

WAITS: Final = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=4), timedelta(hours=19))
PATIENCE: Final = timedelta(hours=24)
NOT_SET_UP: Final = "Not sent from here: this instance has no mailbox that sends."
LONGEST_ERROR: Final = 2000
_SAID: Final[Mapping[State, tuple[str, str]]] = {
    State.FAILED: ("Your message could not be sent", "Ihre Nachricht konnte nicht gesendet werden"),
    State.BOUNCED: ("Your message came back", "Ihre Nachricht kam zurück"),
    State.UNCERTAIN: (
        "Nobody knows whether your message was sent; it is not sent again by itself",
        "Es ist unklar, ob Ihre Nachricht gesendet wurde; sie wird nicht von selbst noch einmal gesendet",
    ),
}


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that a sender works on."""

    message: Conversation
    delivery: Delivery
    ticket: Mapping[str, Any]


async def queue_message(
    session: WriteSession, ticket: Mapping[str, Any], row: Conversation, *, quoted: str | None = None
) -> None:
    """Let a stored message leave: its ids and subject are fixed here, before anything is sent.

    Where nobody ever set up mail it stays `stored` and says so: it must not leave weeks later, when somebody does.
    """
    if not await mail_is_set_up(session):
        row.delivery_status, row.delivery_error = State.STORED, NOT_SET_UP
        return
    mailbox = await sending_mailbox(session, row.subchannel_id, ticket["subchannel_id"])
    if mailbox is not None:
        row.from_email = mailbox.address
    row.delivery_status, row.delivery_error = State.QUEUED, None
    row.message_id = new_message_id(row.ticket_id, row.id, row.from_email or "")
    known = [] if row.private else await repository.thread(session, row.ticket_id, row.id)
    answered = next((one["message_id"] for one in reversed(known) if one["direction"] == "in"), None)
    row.subject = subject_of(
        row.subject, ticket["subject"], row.ticket_id, answers=bool(known) or ticket["direction"] == "in",
        prefix="Fwd:" if row.private else "Re:",
    )  # fmt: skip
    references = thread_of([one["message_id"] for one in known])
    delivery = await _delivery(session, row.id)
    delivery.in_reply_to = answered or (references[-1] if references else None)
    delivery.reference_ids = references
    delivery.quoted = quoted or delivery.quoted
    delivery.queued_at = delivery.next_try_at = utc_now()
    await session.flush()
    await publish(session, MessageQueued(row.ticket_id, row.id))


async def keep_quotation(session: WriteSession, conversation_id: int, quoted: str) -> None:
    """Remember what stands beneath a draft when it leaves."""
    (await _delivery(session, conversation_id)).quoted = quoted
    await session.flush()


async def _delivery(session: WriteSession, conversation_id: int) -> Delivery:
    found = await repository.delivery_of(session, conversation_id)
    if found is None:
        now = utc_now()
        found = Delivery(conversation_id=conversation_id, reference_ids=[], tries=0, queued_at=now, next_try_at=now)
        session.add(found)
    return found


async def earlier(session: ReadSession, rows: Sequence[Conversation]) -> list[Earlier]:
    """Messages as they are quoted, with the names of those who wrote them."""
    people = await load_profiles(session, {row.agent_id for row in rows if row.agent_id is not None})
    found = []
    for row in rows:
        person = people.get(row.agent_id or 0)
        name = f"{person.first_name} {person.last_name}".strip() if person is not None else row.from_email_name
        found.append(Earlier(row.created_at, name, row.from_email, row.to_email, row.subject, row.body, row.type))
    return found


async def quotation(session: ReadSession, ticket: Mapping[str, Any]) -> str | None:
    """The customer's newest message, quoted; without one, the newest that the customer knows. None: there is none."""
    rows = await repository.public_messages(session, ticket["id"], 1, direction="in")
    rows = rows or await repository.public_messages(session, ticket["id"], 1)
    if not rows:
        return None
    zone = (await get_settings(session)).zone
    return quoted_answer((await earlier(session, rows))[0], zone, ticket["language_code"])


async def mark_automatic(session: WriteSession, conversation_id: int) -> None:
    """A program wrote the queued message: its mail says so, and no other program answers it."""
    delivery = await repository.delivery_of(session, conversation_id)
    if delivery is not None:
        delivery.automatic = True


async def queue_again(session: WriteSession, row: Conversation, now: datetime) -> None:
    """A person wants the message to leave once more, under the same Message-ID. The caller has judged the state."""
    delivery = await _delivery(session, row.id)
    if row.message_id is None:
        row.message_id = new_message_id(row.ticket_id, row.id, row.from_email or "")
    delivery.tries, delivery.queued_at, delivery.next_try_at = 0, now, now
    delivery.lease = delivery.leased_until = delivery.accepted_at = delivery.warned_at = None
    row.delivery_status, row.delivery_error = State.QUEUED, None
    row.modified_at = now
    row.version += 1
    await session.flush()
    await publish(session, MessageQueued(row.ticket_id, row.id))


async def claim(session: WriteSession, conversation_id: int, *, lease: str, hold: timedelta) -> Claimed | None:
    """Take a message that is due; None when it is not, or when another sender has it.

    One whose sender died in the middle of the hand-over becomes uncertain here.
    """
    await _lock_ticket(session, conversation_id)
    found = await repository.lock(session, conversation_id)
    now = utc_now()
    if found is None or (found.delivery.leased_until is not None and found.delivery.leased_until > now):
        return None
    if found.message.delivery_status == State.SENDING:
        await _settle(session, found, Command.LOSE, "The process that was sending it ended before the server answered.")
        return None
    taken_back = found.message.deleted_at is not None or found.message.is_draft
    if found.message.delivery_status != State.QUEUED or taken_back or found.delivery.next_try_at > now:
        return None
    if found.delivery.lease is not None:
        # The last sender ended before the hand-over and said nothing. What kills one after the other must end.
        found.delivery.tries += 1
        if found.delivery.tries > len(WAITS):
            await _settle(session, found, Command.REFUSE, "Sending broke off again and again.")
            return None
    found.delivery.lease, found.delivery.leased_until = lease, now + hold
    rows = await tickets.load_tickets(session, [found.message.ticket_id])
    ticket = rows[found.message.ticket_id]
    columns = {
        column.key: getattr(ticket, column.key) for column in ticket.__table__.columns if column.key != "raw_data"
    }
    return Claimed(found.message, found.delivery, columns)


async def begin_hand_over(session: WriteSession, conversation_id: int, *, lease: str, hold: timedelta) -> bool:
    """`sending`, to be committed before the text leaves. False: it was deleted, or is another's by now."""
    found = await _held(session, conversation_id, lease)
    if found is None or found.message.deleted_at is not None or found.message.delivery_status != State.QUEUED:
        return False
    found.delivery.leased_until = utc_now() + hold
    found.message.delivery_status = State.SENDING
    return True


async def keep_lease(session: WriteSession, conversation_id: int, *, lease: str, hold: timedelta) -> bool:
    """Say that the sender lives. False: it was taken for dead already."""
    found = await _held(session, conversation_id, lease)
    if found is None:
        return False
    found.delivery.leased_until = utc_now() + hold
    return True


async def accepted(
    session: WriteSession, conversation_id: int, *, lease: str, mailbox_id: int | None, note: str | None = None
) -> None:
    """The server took it. `note`: recipients that it refused."""
    found = await _held(session, conversation_id, lease)
    if found is not None:
        found.delivery.accepted_at, found.delivery.mailbox_id = utc_now(), mailbox_id
        await _settle(session, found, Command.ACCEPT, note)


async def deferred(
    session: WriteSession,
    conversation_id: int,
    *,
    lease: str,
    error: str,
    until: datetime | None = None,
    gives_up: bool = True,
) -> None:
    """The server did not take it. `until`: wait for that moment without counting a try, for a day or for ever."""
    await _lock_ticket(session, conversation_id)
    found = await _held(session, conversation_id, lease)
    if found is None:
        return
    delivery, now = found.delivery, utc_now()
    if until is None:
        delivery.tries += 1
        spent = delivery.tries > len(WAITS)
        delivery.next_try_at = now if spent else now + WAITS[delivery.tries - 1]
    else:
        spent = gives_up and now - delivery.queued_at > PATIENCE
        delivery.next_try_at = until
    await _settle(session, found, Command.REFUSE if spent else Command.DEFER, error)


async def refused(session: WriteSession, conversation_id: int, *, lease: str, error: str) -> None:
    """The server refused it for good, or it cannot be sent at all."""
    await _lock_ticket(session, conversation_id)
    found = await _held(session, conversation_id, lease)
    if found is not None:
        await _settle(session, found, Command.REFUSE, error)


async def lost(session: WriteSession, conversation_id: int, *, lease: str, error: str) -> None:
    """The connection broke while the text was handed over."""
    await _lock_ticket(session, conversation_id)
    found = await _held(session, conversation_id, lease)
    if found is not None:
        await _settle(session, found, Command.LOSE, error)


async def let_go(session: WriteSession, conversation_id: int, *, lease: str) -> None:
    """The sender leaves the message as it is."""
    found = await _held(session, conversation_id, lease)
    if found is not None:
        found.delivery.lease = found.delivery.leased_until = None


async def mark_bounced(session: WriteSession, message_id: str, text: str) -> int | None:
    """A failure report for one of our messages came in; answers the message, None when it is none of ours.

    `message_id` with or without angle brackets; `text` is what the report says.
    """
    bare = message_id.strip().strip("<>")
    for conversation_id in await repository.ids_by_message_id(session, [bare, f"<{bare}>"]):
        await _lock_ticket(session, conversation_id)
        found = await repository.lock(session, conversation_id)
        if found is not None:
            await _settle(session, found, Command.BOUNCE, text)
            return conversation_id
    return None


async def due_messages(session: ReadSession, limit: int) -> list[int]:
    """Messages that wait for a sender."""
    return await repository.due(session, utc_now(), limit)


async def sent_since(session: ReadSession, mailbox_id: int, since: datetime, *, but: int) -> int:
    """How many messages a mailbox handed over since then or works on now; one message is left out."""
    return await repository.sent_since(session, mailbox_id, since, but=but)


async def _lock_ticket(session: WriteSession, conversation_id: int) -> None:
    """Tickets are locked before their messages, here as everywhere; else two requests could wait for each other."""
    ticket_id = await repository.ticket_of(session, conversation_id)
    if ticket_id is not None:
        with suppress(tickets.TicketNotFound):
            await tickets.lock_visible(session, SYSTEM, ticket_id)


async def _held(session: WriteSession, conversation_id: int, lease: str) -> Outgoing | None:
    found = await repository.lock(session, conversation_id)
    return found if found is not None and found.delivery.lease == lease else None


async def _settle(session: WriteSession, found: Outgoing, command: Command, error: str | None) -> None:
    """Move the message on; one that needs a person is brought to the author, and its ticket opens."""
    row, delivery = found
    before = State(row.delivery_status)
    after = move(before, command)
    if after is None:
        return
    delivery.leased_until = None
    if command != Command.LOSE:
        delivery.lease = None
    row.delivery_status = after
    row.delivery_error = error[:LONGEST_ERROR] if error else None
    if after != before:
        row.modified_at = utc_now()
        row.version += 1
    await session.flush()
    if after != before:
        await publish(session, DeliveryChanged(row.ticket_id, row.id, str(before), str(after), row.delivery_error))
    if after in NEEDS_A_PERSON and after != before:
        await _call_for_help(session, row, after)


async def _call_for_help(session: WriteSession, row: Conversation, state: State) -> None:
    """Tell the author, or whoever has the ticket when a machine wrote; open the ticket; note it in its history."""
    at = utc_now()
    ticket = (await tickets.load_tickets(session, [row.ticket_id])).get(row.ticket_id)
    if ticket is None or ticket.deleted_at is not None:
        return
    english, german = _SAID[state]
    name = f"#{row.ticket_id}"
    reason = f": {row.delivery_error[:200]}" if row.delivery_error else "."
    words = {"en": f"{english} ({name}){reason}", "de": f"{german} ({name}){reason}"}
    told = await notify(session, [row.agent_id], Kind.SYSTEM, words, ticket_id=row.ticket_id)
    if not told:
        await notify(session, [ticket.agent_id], Kind.SYSTEM, words, ticket_id=row.ticket_id)
    details = {"conversationId": row.id, "error": row.delivery_error}
    await tickets.log_activity(session, row.ticket_id, f"delivery{state.title()}", at=at, details=details)
    if ticket.status != Status.OPEN and ticket.merged_into_ticket_id is None:
        patch = Patch(row.ticket_id, {"status": Status.OPEN})
        await tickets.update_tickets(session, SYSTEM, [patch], track_time=False, several=False)
