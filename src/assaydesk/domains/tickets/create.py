"""New tickets: one of the API, or many from elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.tags.service import load_tags
from assaydesk.domains.tickets import repository, rules, sla
from assaydesk.domains.tickets.errors import refuse
from assaydesk.domains.tickets.search.index import index_tickets
from assaydesk.domains.tickets.types import OLDER_STATUS, Patch, Priority, Status
from assaydesk.domains.tickets.update import gather_facts, tag_facts, terms_of, with_dates, write_tag_pairs
from assaydesk.domains.tickets.work import STATE_COLUMNS, State
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.errors import FieldError, PermissionDenied
from assaydesk.platform.security.actor import Actor

_FRESH: Final[State] = {
    **dict.fromkeys(STATE_COLUMNS),
    "id": 0,
    "version": 1,
    "status": Status.OPEN,
    "priority": Priority.MEDIUM,
    "priority_was_set_manually": False,
    "is_escalated": False,
    "due_by_was_set_manually": False,
    "due_by_before_pending_was_manual": False,
    "due_by_defers": False,
    "due_by_before_pending_defers": False,
    "first_response_was_set_manually": False,
    "sla_paused_seconds": 0,
    "customer_legitimation": 0,
    "assigned_agent_ids": [],
    "tag_ids": (),
}


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A ticket to be made. `fixed`: columns that no patch may change; `values`: those of a `Patch`, with its rules."""

    channel: str
    created_at: datetime
    fixed: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)


class Created(NamedTuple):
    """`is_new` False: a ticket of this outside id exists already, and nothing was written."""

    ticket_id: int
    is_new: bool


async def create_ticket(
    session: WriteSession, actor: Actor, ticket: NewTicket, *, faults: Sequence[FieldError] = ()
) -> Created:
    """Make one ticket, without messages and events.

    Raises `PermissionDenied` for private tags, `ValidationFailed` and its kin.
    """
    settings = await get_settings(session)
    found = list(faults)
    patch = with_dates(Patch(0, ticket.values), settings.zone, found)
    facts = await gather_facts(session, actor, settings, [patch], ())
    named = dict.fromkeys(name for name in patch.values if name not in rules.TAG_KEYS)
    state = {**named, **_FRESH, "sla_started_at": ticket.created_at}
    outcome = rules.apply_patch(state, patch, facts)
    if outcome.missing_rights:
        raise PermissionDenied(*dict.fromkeys(outcome.missing_rights))
    refuse([*found, *outcome.faults])
    columns = {name: value for name, value in outcome.state.items() if name not in ("id", "tag_ids")}
    columns["priority_was_set_manually"] = "priority" in patch.values
    ticket_id = await repository.add(
        session, {**columns, **ticket.fixed, "channel": ticket.channel, "created_at": ticket.created_at}
    )
    if ticket_id is None:
        found_ids = await repository.by_external_ids(session, [columns["external_ticket_id"]])
        return Created(found_ids[columns["external_ticket_id"]], is_new=False)
    await write_tag_pairs(session, [(ticket_id, tag) for tag in outcome.state["tag_ids"]], facts)
    await index_tickets(session, [ticket_id])
    first = {"ticket_id": ticket_id, "version": 1, "changes": {"status": {"old": None, "new": outcome.state["status"]}}}
    await repository.write_history(session, [first], actor=actor, at=facts.now, kind="created")
    return Created(ticket_id, is_new=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedTicket:
    """A ticket as it stands elsewhere, with its own times. It sends nothing and raises no event.

    `external_ticket_id` is its key: one that exists is left alone. Due dates follow from the tags unless given.
    """

    external_ticket_id: str
    channel: str
    created_at: datetime
    direction: str = "in"
    status: str = "open"
    closed_at: datetime | None = None
    subject: str | None = None
    summary: str | None = None
    from_address: str | None = None
    from_name: str | None = None
    to_addresses: Sequence[str] = ()
    channel_id: str | None = None
    subchannel_id: int | None = None
    language: str | None = None
    language_code: str | None = None
    priority: str = "medium"
    spam_status: str | None = None
    customer_id: str | None = None
    contract_id: str | None = None
    customer_legitimation: int = 0
    agent_id: int | None = None
    responder_id: int | None = None
    ai_support_level: str = "human"
    due_by: datetime | None = None
    pending_since: datetime | None = None
    first_response_at: datetime | None = None
    last_customer_message_at: datetime | None = None
    tag_ids: Sequence[int] = ()
    additional_data: Mapping[str, Any] | None = None
    raw_data: Mapping[str, Any] | None = None


_IMPORTED: Final = (
    *(name for name in ImportedTicket.__dataclass_fields__ if name != "tag_ids"),
    "sla_started_at", "sla_due_at", "first_response_due_by", "due_by_was_set_manually", "due_by_defers", "modified_at",
    "version",
)  # fmt: skip


async def insert_imported(session: WriteSession, actor: Actor, tickets: Sequence[ImportedTicket]) -> dict[str, int]:
    """Add those that are not there yet, in a handful of statements; answers their ids by outside id."""
    if not tickets:
        return {}
    terms = terms_of(await get_settings(session))
    tags = await load_tags(session, {tag for ticket in tickets for tag in ticket.tag_ids})
    facts = {tag.id: tag_facts(tag) for tag in tags.values()}
    rows = []
    for ticket in tickets:
        hours = sla.promised_hours(facts[tag].sla_hours for tag in ticket.tag_ids if tag in facts)
        dates = sla.due_dates(ticket.created_at, hours, 0, terms)
        row = {name: getattr(ticket, name, None) for name in _IMPORTED}
        status = OLDER_STATUS.get(ticket.status, ticket.status)
        rows.append(
            row
            | {
                "sla_started_at": ticket.created_at,
                "sla_due_at": dates.due,
                "first_response_due_by": dates.first_response,
                "due_by": ticket.due_by or dates.due,
                "due_by_was_set_manually": ticket.due_by is not None,
                "due_by_defers": ticket.due_by is not None and status == Status.PENDING,
                "status": status,
                "modified_at": ticket.closed_at or ticket.last_customer_message_at or ticket.created_at,
                "version": 1,
            }
        )
    made = await repository.add_many(session, rows, _IMPORTED)
    await index_tickets(session, made.values())
    pairs = [
        (made[ticket.external_ticket_id], tag)
        for ticket in tickets
        if ticket.external_ticket_id in made
        for tag in dict.fromkeys(ticket.tag_ids)
        if tag in facts
    ]
    if pairs:
        now = max(ticket.created_at for ticket in tickets)
        await repository.add_tags(session, pairs, set_by="import", user_id=actor.user_id, at=now)
    return made
