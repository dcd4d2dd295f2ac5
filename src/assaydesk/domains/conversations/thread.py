"""What a ticket shows of its messages: the first one, and whom to answer."""

from collections.abc import Collection, Mapping
from typing import Any

from assaydesk.domains.conversations import repository
from assaydesk.domains.conversations.bodies import ImageLinks, shown_as_html
from assaydesk.domains.conversations.links import image_links
from assaydesk.domains.conversations.recipients import Exchanged, Recipients, recommended
from assaydesk.domains.conversations.view import attachment_json
from assaydesk.domains.customers.service import load_customers
from assaydesk.domains.tickets.events import ThreadFacts
from assaydesk.platform.db.session import ReadSession


async def load_threads(session: ReadSession, ticket_ids: Collection[int]) -> dict[int, ThreadFacts]:
    """For each ticket; a handful of queries, however many there are."""
    first = await repository.first_of(session, ticket_ids)
    files = await repository.files_of(session, {row["id"] for row in first.values()})
    recipients = await recommended_recipients(session, ticket_ids)
    links = await image_links(session, first.values(), files)
    return {
        ticket_id: _facts(
            first.get(ticket_id),
            [attachment_json(file) for file in files.get(first[ticket_id]["id"], ())] if ticket_id in first else [],
            recipients.get(ticket_id, Recipients()),
            links.get(first[ticket_id]["id"]) if ticket_id in first else None,
        )
        for ticket_id in ticket_ids
    }


async def load_replies(session: ReadSession, ticket_ids: Collection[int]) -> dict[int, ThreadFacts]:
    """The same without the first message but its author: what lists show."""
    authors = await repository.first_authors(session, ticket_ids)
    recipients = await recommended_recipients(session, ticket_ids)
    return {
        ticket_id: ThreadFacts(author_id=authors.get(ticket_id), reply_to=found.to, reply_cc=found.cc)
        for ticket_id, found in recipients.items()
    }


def _facts(
    row: Mapping[str, Any] | None, files: list[dict[str, Any]], recipients: Recipients, links: ImageLinks | None
) -> ThreadFacts:
    if row is None:
        return ThreadFacts(reply_to=recipients.to, reply_cc=recipients.cc)
    return ThreadFacts(
        body=shown_as_html(row["body"], row["type"], links),
        body_plain=row["body_plain"],
        body_clean=row["body_clean"],
        author_id=row["agent_id"],
        attachments=files,
        reply_to=recipients.to,
        reply_cc=recipients.cc,
    )


async def recommended_recipients(session: ReadSession, ticket_ids: Collection[int]) -> dict[int, Recipients]:
    """Whom an answer to each ticket goes to (ticket.md 3.6)."""
    tickets = await repository.openings(session, ticket_ids)
    newest = await repository.newest_of(session, ticket_ids)
    mailboxes = await repository.own_addresses(session)
    customers = await load_customers(session, {row.customer_id for row in tickets.values() if row.customer_id})
    own = {address for addresses in mailboxes.values() for address in addresses}
    found = {}
    for ticket_id, ticket in tickets.items():
        came_in = newest.get((ticket_id, "in"))
        went_out = newest.get((ticket_id, "out"))
        known = set(own)
        if went_out is not None and went_out["from_email"]:
            known.add(went_out["from_email"])
        if not mailboxes.get(ticket.subchannel_id or 0) and ticket.direction == "in":
            # Without a configured mailbox, the one that the customer wrote to is ours.
            known.update(ticket.to_addresses)
        customer = customers.get(ticket.customer_id or "")
        found[ticket_id] = recommended(
            _exchanged(came_in) or _opening(ticket.direction, ticket.from_address),
            _exchanged(went_out),
            customer.email if customer is not None else None,
            known,
        )
    return found


def _exchanged(row: Mapping[str, Any] | None) -> Exchanged | None:
    return None if row is None else Exchanged(row["reply_to"] or row["from_email"], row["to_email"], row["cc_emails"])


def _opening(direction: str, sender: str | None) -> Exchanged | None:
    """A ticket without a message still says who opened it."""
    return Exchanged(sender) if direction == "in" and sender else None


async def sending_address(session: ReadSession, ticket: Mapping[str, Any], subchannel_id: int | None) -> str | None:
    """The mailbox from which an answer leaves: the one that is named, the ticket's, or the one written to."""
    mailboxes = await repository.own_addresses(session)
    for number in (subchannel_id, ticket["subchannel_id"]):
        if number is not None and mailboxes.get(number):
            return mailboxes[number][0]
    if ticket["direction"] == "in":
        return ticket["to_addresses"][0] if ticket["to_addresses"] else None
    return str(ticket["from_address"]) if ticket["from_address"] else None
