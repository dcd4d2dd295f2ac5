"""Tickets: the public face of the domain."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from assaydesk.domains.customers.service import CustomerNotFound as CustomerNotFound
from assaydesk.domains.customers.service import customer_name, customers_as_json, load_customers, read_customer
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.tags.service import tags_as_json
from assaydesk.domains.tickets import policy, repository, rules
from assaydesk.domains.tickets.activity import log_activity
from assaydesk.domains.tickets.create import Created, ImportedTicket, NewTicket, create_ticket, insert_imported
from assaydesk.domains.tickets.errors import (
    ExternalTicketIdTaken,
    NoAgentDetected,
    PendingRequiresDueBy,
    TicketClosed,
    TicketIsSpam,
    TicketMerged,
    TicketNotFound,
    refuse,
)
from assaydesk.domains.tickets.events import TICKET_PRESENCE, TICKET_THREAD, Changed
from assaydesk.domains.tickets.models import Ticket
from assaydesk.domains.tickets.people import people_of, skills_of
from assaydesk.domains.tickets.policy import with_sight
from assaydesk.domains.tickets.reading import ReadPatches, read_many, read_one
from assaydesk.domains.tickets.types import SPAM, Status
from assaydesk.domains.tickets.update import (
    escalate,
    move_customers,
    pass_on,
    read_date,
    refuse_merged,
    reopen_due,
    replace_tag,
    step_ticket,
    unassign_person,
    update_tickets,
)
from assaydesk.domains.tickets.view import Beside, ticket_json, user_json
from assaydesk.domains.tickets.work import Facts, Outcome, State
from assaydesk.kit.clock import iso
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import StaleObject
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.versions import refuse_stale

__all__ = [
    "Created",
    "ExternalTicketIdTaken",
    "ImportedTicket",
    "NewTicket",
    "PendingRequiresDueBy",
    "ReadPatches",
    "TicketMerged",
    "TicketNotFound",
    "create_ticket",
    "escalate",
    "insert_imported",
    "log_activity",
    "move_customers",
    "pass_on",
    "read_date",
    "read_many",
    "read_one",
    "refuse",
    "refuse_merged",
    "reopen_due",
    "replace_tag",
    "unassign_person",
    "update_tickets",
    "user_json",
    "visible_versions",
    "with_sight",
]  # fmt: skip


async def get_visible(session: ReadSession, actor: Actor, ticket_id: int) -> dict[str, Any]:
    """The columns of a ticket that the caller may see. Raises `TicketNotFound`."""
    rows = await repository.get(session, actor, [ticket_id])
    if ticket_id not in rows:
        raise TicketNotFound(ticket_id)
    return rows[ticket_id]


async def visible_versions(session: ReadSession, actor: Actor, ticket_ids: Collection[int]) -> dict[int, int]:
    """Version by id, of those of these tickets that the caller may see."""
    return await repository.versions(session, actor, ticket_ids)


async def lock_visible(session: WriteSession, actor: Actor, ticket_id: int) -> dict[str, Any]:
    """The same, held until the end of the transaction: messages of a ticket are written one request at a time."""
    if ticket_id not in await repository.lock(session, actor, [ticket_id]):
        raise TicketNotFound(ticket_id)
    return await get_visible(session, actor, ticket_id)


async def update_ticket(
    session: WriteSession,
    actor: Actor,
    read: ReadPatches,
    *,
    unmodified_since: str | None = None,
    track_time: bool = True,
) -> list[Changed]:
    """Change one ticket. Raises as `update_tickets`, and `StaleObject`."""
    patch = read.patches[0]
    if unmodified_since is not None:
        row = await lock_visible(session, actor, patch.ticket_id)
        await _refuse_stale(session, row, unmodified_since)
    return await update_tickets(session, actor, read.patches, track_time=track_time, faults=read.faults, several=False)


async def lock_many(session: WriteSession, actor: Actor, ticket_ids: Collection[int]) -> dict[int, State]:
    """What the rules know of the tickets that the caller may see, held until the end of the transaction."""
    return await repository.lock(session, actor, ticket_ids)


async def tag_ids_of(session: ReadSession, ticket_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Ids of the tags of each ticket that has any, ascending."""
    return await repository.tags_of(session, ticket_ids)


async def note_merged(session: WriteSession, actor: Actor, source_id: int, target_id: int) -> None:
    """The messages of `source_id` went to `target_id`: it is closed and leads there."""

    def step(state: State, facts: Facts) -> Outcome:
        return rules.merged_into(state, target_id, facts)

    await step_ticket(session, actor, source_id, step)


async def note_taken_out(session: WriteSession, actor: Actor, source_id: int, *, reopens: bool) -> None:
    """A merged ticket has its messages back."""

    def step(state: State, facts: Facts) -> Outcome:
        return rules.taken_out(state, facts, reopens=reopens)

    await step_ticket(session, actor, source_id, step, merged=True)


async def note_moved_messages(
    session: WriteSession, actor: Actor, ticket_id: int, last_customer_message_at: datetime | None, *, reopens: bool
) -> None:
    """Messages came to the ticket, or left it; the customer's newest one is from `last_customer_message_at`."""

    def step(state: State, facts: Facts) -> Outcome:
        return rules.messages_moved(state, last_customer_message_at, facts, reopens=reopens)

    await step_ticket(session, actor, ticket_id, step)


async def note_customer_message(
    session: WriteSession, actor: Actor, ticket_id: int, at: datetime, *, reopens: bool = True
) -> Changed | None:
    """A message of the customer came in: a pending or closed ticket opens (ticket.md 5.2)."""

    def step(state: State, facts: Facts) -> Outcome:
        return rules.customer_wrote(state, at, facts, reopens=reopens)

    return await step_ticket(session, actor, ticket_id, step)


async def note_reply(
    session: WriteSession, actor: Actor, ticket_id: int, at: datetime, *, responder_id: int | None
) -> Changed | None:
    """The customer got an answer of `responder_id`."""

    def step(state: State, facts: Facts) -> Outcome:
        return rules.replied(state, at, facts, responder_id=responder_id)

    return await step_ticket(session, actor, ticket_id, step)


async def continue_ticket(
    session: WriteSession, actor: Actor, ticket: Mapping[str, Any], at: datetime
) -> dict[str, Any]:
    """A new ticket for a matter that was closed long ago: same customer, channel and addresses (ticket.md 5.2)."""
    copied = ("direction", "from_address", "from_name", "to_addresses", "cc_emails", "reply_cc_emails", "channel_id")
    by_rules = ("subchannel_id", "subject", "language", "language_code")
    fixed = {name: ticket[name] for name in (*copied, "customer_id", "contract_id", "customer_legitimation")}
    new = NewTicket(
        ticket["channel"],
        at,
        fixed={**fixed, "previous_ticket_id": ticket["id"]},
        values={name: ticket[name] for name in by_rules if ticket[name] is not None},
    )
    created = await create_ticket(session, actor, new)
    return await get_visible(session, actor, created.ticket_id)


async def ticket_by_external_id(session: ReadSession, external_id: str) -> int | None:
    return (await repository.by_external_ids(session, [external_id])).get(external_id)


async def read_ticket(
    session: ReadSession, actor: Actor, ticket_id: int, *, include_raw_data: bool = False
) -> dict[str, Any]:
    """One ticket in its full wire form. Raises `TicketNotFound`."""
    rows = await repository.get(session, actor, [ticket_id], raw=include_raw_data)
    if ticket_id not in rows:
        raise TicketNotFound(ticket_id)
    return (await tickets_as_json(session, actor, rows))[ticket_id]


async def tickets_as_json(
    session: ReadSession, actor: Actor, rows: Mapping[int, Mapping[str, Any]]
) -> dict[int, dict[str, Any]]:
    """Full wire forms by id; one query for each kind of row beside the tickets."""
    ids = list(rows)
    tag_ids = await repository.tags_of(session, ids)
    presence = await TICKET_PRESENCE.load(session, actor, ids)
    threads = await TICKET_THREAD.load(session, actor, ids)
    customers = await load_customers(session, {row["customer_id"] for row in rows.values() if row["customer_id"]})
    people = await people_of(
        session, actor, rows.values(), presence.values(), [one.author_id for one in threads.values()]
    )
    zone = (await get_settings(session)).zone
    shown = await customers_as_json(
        session, customers, {row["customer_id"]: row["from_address"] for row in rows.values() if row["customer_id"]}
    )
    linked = {one: row["customer_id"] for one, row in rows.items() if row["customer_id"] in customers}
    caller = people.get(actor.id)
    beside = Beside(
        zone=zone,
        tag_ids=tag_ids,
        tags=await tags_as_json(session, {tag for tags in tag_ids.values() for tag in tags}),
        users={one: user_json(profile, zone) for one, profile in people.items()},
        customers={one: shown[customer] for one, customer in linked.items()},
        customer_names={one: customer_name(customers[customer]) for one, customer in linked.items()},
        threads=threads,
        presence=presence,
        skills=await skills_of(session, caller),
    )
    return {one: ticket_json(row, beside) for one, row in rows.items()}


async def read_customer_of(session: ReadSession, actor: Actor, ticket_id: int) -> dict[str, Any]:
    """The customer that is linked to a ticket. Raises `TicketNotFound`, `CustomerNotFound`."""
    row = await get_visible(session, actor, ticket_id)
    if row["customer_id"] is None:
        raise CustomerNotFound("No customer is linked to this ticket.", ticketId=ticket_id)
    return await read_customer(session, row["customer_id"], sender=row["from_address"])


async def refuse_autoexecution(session: ReadSession, actor: Actor, ticket_id: int) -> None:
    """Say why nothing can be executed: no AI agent is known to this version.

    Raises `TicketMerged`, `TicketClosed`, `TicketIsSpam`, `NoAgentDetected`.
    """
    row = await get_visible(session, actor, ticket_id)
    refuse_merged([row])
    level = row["customer_legitimation"]
    checks = (
        (TicketClosed, "ticket_closed", row["status"] != Status.CLOSED, row["status"]),
        (TicketIsSpam, "ticket_is_spam", row["spam_status"] not in SPAM, row["spam_status"]),
        (NoAgentDetected, "no_agent_detected", False, None),
    )
    conditions = [{"code": code, "passed": passed, "detail": detail} for _, code, passed, detail in checks]
    conditions.append({"code": "not_legitimated", "passed": level >= policy.MATCHED, "detail": level})
    raise next(refusal for refusal, _, passed, _ in checks if not passed)(conditions=conditions)


async def was_set_by_somebody(session: ReadSession, ticket_id: int, names: Sequence[str]) -> bool:
    """Whether a signed-in caller, and not the system, ever changed one of the fields (wire names)."""
    return await repository.was_set_by_somebody(session, ticket_id, names)


async def load_tickets(session: ReadSession, ids: Collection[int]) -> dict[int, Ticket]:
    """Rows for other domains, deleted ones included, whatever the caller may see."""
    return await repository.load(session, ids)


async def tickets_with_tag(session: ReadSession, tag_ids: Collection[int]) -> dict[int, list[int]]:
    """Up to a hundred tickets that carry each tag."""
    return await repository.tickets_with_tag(session, tag_ids)


async def _refuse_stale(session: ReadSession, row: Mapping[str, Any], sent: str) -> None:
    zone = (await get_settings(session)).zone  # Times of tickets are shown without a zone, and come back so.
    try:
        refuse_stale(sent, modified_at=row["modified_at"] or row["created_at"], version=row["version"], zone=zone)
    except StaleObject as stale:
        known = int(sent) if sent.strip('" ').isdigit() and len(sent) < 10 else row["version"] - 1
        lines = await repository.changes_since(session, row["id"], known)
        raise StaleObject(
            **stale.details,
            changes=[
                {"userId": line.user_id, "at": iso(line.at), "changes": line.changes} for line in lines if line.changes
            ],
        ) from stale
