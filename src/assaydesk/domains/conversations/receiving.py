"""A mail comes in: it joins its ticket or opens one (ticket.md 5.2, 5.3; settings.md 4.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from assaydesk.domains.conversations import receiving_repository as repository
from assaydesk.domains.conversations.attachments import Reference
from assaydesk.domains.conversations.bodies import Texts, texts_of
from assaydesk.domains.conversations.delivery import mark_bounced
from assaydesk.domains.conversations.repository import own_addresses
from assaydesk.domains.conversations.store import is_past_reopening
from assaydesk.domains.conversations.threading import bare, end_of, first_named, is_known, tokens_of
from assaydesk.domains.conversations.writing import NewMessage, add_message
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.tags.service import existing_tag_ids
from assaydesk.domains.tickets import service as tickets
from assaydesk.domains.tickets.events import TicketsCreated
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import SYSTEM


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingMail:
    """A mail as it was read. Ids stand in angle brackets, `answers` the most telling first.

    `changes_nothing`: an automatic answer or a failure report, kept as a private message in its ticket. `failed_ids`:
    messages of ours that a failure report names. `own_ticket`: it opens a ticket whatever it answers. `notices` become
    internal notes beside it.
    """

    at: datetime
    subchannel_id: int
    texts: Texts
    subject: str | None = None
    sender: str | None = None
    sender_name: str | None = None
    reply_to: str | None = None
    to: Sequence[str] = ()
    cc: Sequence[str] = ()
    message_id: str | None = None
    answers: Sequence[str] = ()
    plus_tickets: Sequence[int] = ()
    changes_nothing: bool = False
    is_bounce: bool = False
    failed_ids: Sequence[str] = ()
    failure: str = ""
    own_ticket: bool = False
    spam_status: str | None = None
    channel: str = "email"
    tag_ids: Sequence[int] = ()
    priority: str | None = None
    language: str | None = None
    files: Sequence[Reference] = ()
    notices: Sequence[str] = ()
    raw_data: Mapping[str, Any] = field(default_factory=dict)


class Received(NamedTuple):
    """Where a mail went."""

    ticket_id: int
    conversation_id: int
    is_new_ticket: bool


class Found(NamedTuple):
    """The ticket that a mail belongs to. `is_private`: it answers a message that the customer does not know."""

    ticket_id: int
    is_private: bool = False


async def receive_mail(session: WriteSession, mail: IncomingMail) -> Received:
    """Store a mail that is not stored yet. The caller sees to it that it comes once."""
    found = None if mail.own_ticket else await find_ticket(session, mail)
    if found is None:
        received = await _open(session, mail)
    else:
        received = await _join(session, mail, found)
    for notice in mail.notices:
        await _note(session, received.ticket_id, mail, notice)
    if mail.is_bounce:
        for message_id in mail.failed_ids:
            if await mark_bounced(session, message_id, mail.failure) is not None:
                break
    return received


async def find_ticket(session: ReadSession, mail: IncomingMail) -> Found | None:
    """By Message-IDs, by the token in the subject and somebody known, by the plus address; merged ones lead on."""
    own_id = [mail.message_id] if mail.message_id else []
    wanted = [*own_id, *mail.failed_ids, *mail.answers]
    stored = await repository.by_message_ids(session, wanted)
    number = first_named(wanted, {key: row.id for key, row in stored.items()})
    if number is not None:
        row = next(row for row in stored.values() if row.id == number)
        return await _existing(session, row.ticket_id, is_private=row.private and row.direction == "out")
    for ticket_id in tokens_of(mail.subject):
        known = await repository.known_addresses(session, ticket_id)
        mailboxes = [one for some in (await own_addresses(session)).values() for one in some]
        if is_known((mail.sender, mail.reply_to), (*mail.to, *mail.cc), bare(known), mailboxes):
            found = await _existing(session, ticket_id)
            if found is not None:
                return found
    for ticket_id in mail.plus_tickets:
        found = await _existing(session, ticket_id)
        if found is not None:
            return found
    return None


async def is_own_address(session: ReadSession, address: str | None) -> bool:
    """Whether the address is that of a mailbox of this instance."""
    own = {one.lower() for some in (await own_addresses(session)).values() for one in some}
    return bool(address) and str(address).lower() in own


async def is_our_own(session: ReadSession, message_id: str | None, sender: str | None) -> int | None:
    """The message that we sent ourselves and that came back into a mailbox of ours, as a copy; None for all others."""
    if message_id is None or not await is_own_address(session, sender):
        return None
    stored = await repository.by_message_ids(session, [message_id])
    return next((row.id for row in stored.values() if row.direction == "out"), None)


async def note_second_mailbox(session: WriteSession, conversation_id: int, subchannel_id: int) -> None:
    """The same mail came into another mailbox too; that one is noted at the message."""
    row = await repository.lock_with_raw_data(session, conversation_id)
    if row is None or row.subchannel_id == subchannel_id:
        return
    raw = dict(row.raw_data or {})
    others = [one for one in raw.get("alsoReceivedBy", ()) if isinstance(one, int)]
    if subchannel_id not in others:
        row.raw_data = raw | {"alsoReceivedBy": [*others, subchannel_id]}
        await session.flush()


async def _existing(session: ReadSession, ticket_id: int, *, is_private: bool = False) -> Found | None:
    target = end_of(ticket_id, await repository.merged_chain(session, ticket_id))
    row = (await tickets.load_tickets(session, [target])).get(target)
    if row is None or row.deleted_at is not None:
        return None
    return Found(target, is_private)


async def _join(session: WriteSession, mail: IncomingMail, found: Found) -> Received:
    ticket = await tickets.lock_visible(session, SYSTEM, found.ticket_id)
    if ticket["merged_into_ticket_id"] is not None:
        # Merged between looking and locking: its end is looked for again.
        again = await _existing(session, found.ticket_id, is_private=found.is_private)
        if again is None or again.ticket_id == found.ticket_id:
            return await _open(session, mail)
        return await _join(session, mail, again)
    if mail.changes_nothing or found.is_private:
        row = await add_message(session, SYSTEM, ticket, _message(mail, private=True))
        return Received(ticket["id"], row.id, is_new_ticket=False)
    settings = await get_settings(session)
    continued = is_past_reopening(ticket, settings, mail.at)
    if continued:
        ticket = await tickets.continue_ticket(session, SYSTEM, ticket, mail.at)
    row = await add_message(session, SYSTEM, ticket, _message(mail))
    if continued:
        await publish(session, TicketsCreated((ticket["id"],), None, mail.at))
    await tickets.note_customer_message(session, SYSTEM, ticket["id"], mail.at)
    return Received(ticket["id"], row.id, is_new_ticket=continued)


async def _open(session: WriteSession, mail: IncomingMail) -> Received:
    values: dict[str, Any] = {
        "subchannel_id": mail.subchannel_id,
        "subject": mail.subject,
        "priority": mail.priority,
        "language": mail.language,
        "spam_status": mail.spam_status,
    }
    if mail.tag_ids:
        known = await existing_tag_ids(session, mail.tag_ids)
        values["tag_ids"] = [tag for tag in mail.tag_ids if tag in known]
    fixed = {
        "direction": "in",
        "from_address": mail.sender,
        "from_name": mail.sender_name,
        "to_addresses": list(mail.to),
        "cc_emails": list(mail.cc),
        "reply_cc_emails": list(mail.cc),
        "last_customer_message_at": mail.at,
    }
    new = tickets.NewTicket(
        mail.channel, mail.at, fixed=fixed, values={name: value for name, value in values.items() if value is not None}
    )
    ticket_id = (await tickets.create_ticket(session, SYSTEM, new)).ticket_id
    ticket = await tickets.get_visible(session, SYSTEM, ticket_id)
    row = await add_message(session, SYSTEM, ticket, _message(mail))
    await publish(session, TicketsCreated((ticket_id,), None, mail.at))
    return Received(ticket_id, row.id, is_new_ticket=True)


def _message(mail: IncomingMail, *, private: bool = False) -> NewMessage:
    return NewMessage(
        direction="in",
        texts=mail.texts,
        at=mail.at,
        private=private,
        written_here=False,
        files=mail.files,
        columns={
            "from_email": mail.sender,
            "from_email_name": mail.sender_name,
            "reply_to": mail.reply_to,
            "to_email": list(mail.to),
            "cc_emails": list(mail.cc),
            "subject": mail.subject,
            "message_id": mail.message_id,
            "subchannel_id": mail.subchannel_id,
            "raw_data": dict(mail.raw_data),
        },
    )


async def _note(session: WriteSession, ticket_id: int, mail: IncomingMail, text: str) -> None:
    ticket = await tickets.get_visible(session, SYSTEM, ticket_id)
    message = NewMessage(
        direction="internal",
        texts=texts_of(text, "text"),
        at=max(mail.at, utc_now()),
        private=True,
        written_here=False,
        columns={"from_email_name": SYSTEM.name},
    )
    await add_message(session, SYSTEM, ticket, message)
