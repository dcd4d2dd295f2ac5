"""Merging tickets, taking them apart again, and splitting one in two (ticket.md 12)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from assaydesk.domains.conversations import move_repository, repository
from assaydesk.domains.conversations.errors import DifferentCustomers
from assaydesk.domains.conversations.models import Conversation
from assaydesk.domains.conversations.schemas import TicketSplitBody
from assaydesk.domains.conversations.searching import reindex_threads
from assaydesk.domains.tickets import service as tickets
from assaydesk.domains.tickets.events import TicketsMerged, TicketSplit, TicketUnmerged
from assaydesk.domains.tickets.types import Patch, Status
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.errors import FieldError, UnknownReference, ValidationFailed
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import SYSTEM, Actor

_UNDER_WAY: Final = frozenset({"queued", "sending"})
_ADDRESSES: Final = ("direction", "from_address", "from_name", "to_addresses", "cc_emails", "reply_cc_emails")
_CUSTOMER: Final = ("customer_id", "contract_id", "customer_legitimation")


async def merge_tickets(
    session: WriteSession, actor: Actor, target_id: int, source_ids: Sequence[int], *, force: bool
) -> None:
    """Carry the messages of the sources to the target and close the sources.

    An unfinished source reopens a closed target, so that no customer waits in a closed ticket. Raises `TicketMerged`,
    `UnknownReference`, `ValidationFailed`, `DifferentCustomers`.
    """
    found = await tickets.lock_many(session, actor, [target_id, *source_ids])
    target = found[target_id]
    tickets.refuse_merged([target])
    _check_sources(target_id, source_ids, found)
    sources = [found[one] for one in source_ids]
    customers = sorted({row["customer_id"] for row in [target, *sources] if row["customer_id"] is not None})
    if len(customers) > 1 and not force:
        raise DifferentCustomers(customers)
    at = utc_now()
    await move_repository.move(session, source_ids, target_id, kind="merge", at=at)
    statuses = [(row["id"], row["status"]) for row in sources]
    await move_repository.note_merges(session, statuses, target_id, at=at, by=actor.user_id)
    for source_id in source_ids:
        await tickets.note_merged(session, actor, source_id, target_id)
        await _log(session, actor, source_id, "mergedInto", {"ticketId": target_id})
    await _log(session, actor, target_id, "merged", {"ticketIds": list(source_ids)})
    unfinished = any(row["status"] != Status.CLOSED for row in sources)
    await _settle(session, actor, [target_id], reopens=unfinished)
    await reindex_threads(session, [target_id, *source_ids])
    await publish(session, TicketsMerged(tuple(source_ids), target_id, actor.user_id, at))


def _check_sources(target_id: int, source_ids: Sequence[int], found: Mapping[int, Mapping[str, Any]]) -> None:
    faults = []
    for index, one in enumerate(source_ids):
        path = f"sourceTicketIds.{index}"
        if one == target_id:
            faults.append(FieldError(path, "not_allowed", "A ticket cannot be merged into itself."))
        elif one in source_ids[:index]:
            faults.append(FieldError(path, "duplicate", f"Ticket {one} is named twice."))
        elif one not in found:
            faults.append(FieldError(path, "unknown", f"Ticket {one} does not exist."))
        elif found[one]["merged_into_ticket_id"] is not None:
            faults.append(FieldError(path, "not_allowed", f"Ticket {one} was merged before."))
    if faults and all(fault.code == "unknown" for fault in faults):
        raise UnknownReference(faults[0].message, field=faults[0].path, fields=[fault.as_json() for fault in faults])
    if faults:
        raise ValidationFailed(faults)


async def unmerge_ticket(session: WriteSession, actor: Actor, target_id: int, source_id: int) -> None:
    """Give a source its messages back; it has the state again that it had, as far as that is still true.

    Messages that were split off meanwhile stay where they are. Raises `TicketMerged`, `ValidationFailed`.
    """
    found = await tickets.lock_many(session, actor, [target_id, source_id])
    tickets.refuse_merged([found[target_id]])
    status = await move_repository.take_merge(session, source_id, target_id) if source_id in found else None
    if status is None:
        message = f"Ticket {source_id} was not merged into this one."
        raise ValidationFailed([FieldError("sourceTicketId", "not_allowed", message)])
    at = utc_now()
    await move_repository.move_back(session, source_id, target_id)
    await tickets.note_taken_out(session, actor, source_id, reopens=status != Status.CLOSED)
    await _log(session, actor, source_id, "unmergedFrom", {"ticketId": target_id})
    await _log(session, actor, target_id, "unmerged", {"ticketId": source_id})
    await _settle(session, actor, [target_id, source_id], reopens=False)
    await reindex_threads(session, [target_id, source_id])
    await publish(session, TicketUnmerged(source_id, target_id, actor.user_id, at))


async def split_ticket(session: WriteSession, actor: Actor, ticket_id: int, body: TicketSplitBody) -> int:
    """Carry messages to a new ticket, which begins with the first of them; answers its id.

    Raises `TicketMerged`, `ValidationFailed`, `UnknownReference`, `PermissionDenied` for private tags.
    """
    ticket = await tickets.lock_visible(session, actor, ticket_id)
    tickets.refuse_merged([ticket])
    chosen = _chosen(body.conversation_ids, await repository.of_tickets(session, [ticket_id]))
    first = chosen[0]
    values: dict[str, Any] = {"subject": body.subject or first.subject or ticket["subject"]}
    subchannel_id = body.subchannel_id or ticket["subchannel_id"]
    if subchannel_id is not None:
        values["subchannel_id"] = subchannel_id
    if body.tag_ids is not None:
        values["tag_ids"] = body.tag_ids
    values |= {name: ticket[name] for name in ("language", "language_code") if ticket[name] is not None}
    fixed = {name: ticket[name] for name in (*_ADDRESSES, *(_CUSTOMER if body.copy_customer else ()))}
    fixed |= {"previous_ticket_id": ticket_id, "ai_support_level": ticket["ai_support_level"]}
    if first.direction == "in" and first.from_email is not None:
        fixed |= {"from_address": first.from_email, "from_name": first.from_email_name}
        fixed |= {"to_addresses": first.to_email, "cc_emails": first.cc_emails, "reply_cc_emails": first.cc_emails}
    made = await tickets.create_ticket(
        session, actor, tickets.NewTicket(ticket["channel"], first.created_at, fixed=fixed, values=values)
    )
    new_id = made.ticket_id
    at = utc_now()
    ids = [row.id for row in chosen]
    await move_repository.move(session, [ticket_id], new_id, kind="split", at=at, only=ids)
    if body.tag_ids is None:
        # Whoever may split does not set these tags anew: private ones among them stay on the matter.
        tags = (await tickets.tag_ids_of(session, [ticket_id])).get(ticket_id, ())
        await tickets.update_tickets(session, SYSTEM, [Patch(new_id, {"tag_ids": list(tags)})], track_time=False)
    await _log(session, actor, ticket_id, "split", {"ticketId": new_id, "conversationIds": ids})
    await _log(session, actor, new_id, "splitFrom", {"ticketId": ticket_id, "conversationIds": ids})
    await _settle(session, actor, [ticket_id, new_id], reopens=False)
    await reindex_threads(session, [ticket_id, new_id])
    await publish(session, TicketSplit(ticket_id, new_id, tuple(ids), actor.user_id, at))
    return new_id


def _chosen(ids: Sequence[int], messages: Sequence[Conversation]) -> list[Conversation]:
    """The named messages, oldest first. One message at least stays; drafts and mails under way cannot move."""
    there = {row.id: row for row in messages}
    faults = []
    for index, one in enumerate(ids):
        path, row = f"conversationIds.{index}", there.get(one)
        if row is None:
            faults.append(FieldError(path, "unknown", f"Message {one} does not stand in this ticket."))
        elif one in ids[:index]:
            faults.append(FieldError(path, "duplicate", f"Message {one} is named twice."))
        elif row.is_draft:
            faults.append(FieldError(path, "not_allowed", f"Message {one} is a draft."))
        elif row.delivery_status in _UNDER_WAY:
            faults.append(FieldError(path, "not_allowed", f"Message {one} is being sent."))
    if not faults and not any(not row.is_draft for row in messages if row.id not in set(ids)):
        faults.append(FieldError("conversationIds", "not_allowed", "At least one message stays in the ticket."))
    if faults:
        raise ValidationFailed(faults)
    return [row for row in messages if row.id in set(ids)]


async def _settle(session: WriteSession, actor: Actor, ticket_ids: Sequence[int], *, reopens: bool) -> None:
    written = await move_repository.last_customer_messages(session, ticket_ids)
    for ticket_id in ticket_ids:
        await tickets.note_moved_messages(session, actor, ticket_id, written.get(ticket_id), reopens=reopens)


async def _log(session: WriteSession, actor: Actor, ticket_id: int, kind: str, details: Mapping[str, Any]) -> None:
    await tickets.log_activity(session, ticket_id, kind, at=utc_now(), user_id=actor.user_id, details=details)
