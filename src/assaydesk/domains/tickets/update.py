"""Changes of tickets: any number of them in one set of statements."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from assaydesk.domains.customers.service import customers_of_contracts
from assaydesk.domains.profiles.service import load_profiles
from assaydesk.domains.settings.service import InstanceSettings, get_settings
from assaydesk.domains.tags.models import Tag
from assaydesk.domains.tags.service import load_tags
from assaydesk.domains.tickets import repository, rules
from assaydesk.domains.tickets.errors import ExternalTicketIdTaken, TicketMerged, TicketNotFound, refuse
from assaydesk.domains.tickets.events import Changed, PresenceEnded, TicketsChanged
from assaydesk.domains.tickets.search.index import SEARCHED_COLUMNS, index_tickets
from assaydesk.domains.tickets.sla import Terms
from assaydesk.domains.tickets.types import Patch, Priority, TagFacts
from assaydesk.domains.tickets.work import Facts, Outcome, State
from assaydesk.kit.business_hours import business_hours
from assaydesk.kit.clock import parse_instant, utc_now
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import FieldError, PermissionDenied
from assaydesk.platform.events import publish
from assaydesk.platform.schema import camel
from assaydesk.platform.security.actor import SYSTEM, Actor, ActorKind

_EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
_SET_BY: Final = {ActorKind.AI_AGENT: "ai", ActorKind.SYSTEM: "rule"}
_TOUCHES_TAGS: Final = rules.TAG_KEYS | {"status", "due_by", "first_response_due_by"}

Step = Callable[[State, Facts], Outcome]


async def update_tickets(
    session: WriteSession,
    actor: Actor,
    patches: Sequence[Patch],
    *,
    track_time: bool = True,
    faults: Sequence[FieldError] = (),
    several: bool = True,
) -> list[Changed]:
    """Carry out the patches in their order, all or none; a ticket may be named more than once.

    `faults`: what was already found wrong with the body, answered together with what is found here. Raises
    `TicketNotFound`, `PermissionDenied`, `ValidationFailed` and its kin, `TicketMerged`, `ExternalTicketIdTaken`.
    """
    columns = {name for patch in patches for name in patch.values if name not in rules.TAG_KEYS}
    ids = [patch.ticket_id for patch in patches]
    states = await _lock(
        session, actor, ids, columns, tags=any(patch.values.keys() & _TOUCHES_TAGS for patch in patches)
    )
    missing = [one for one in dict.fromkeys(ids) if one not in states]
    if missing:
        raise TicketNotFound(*missing, several=several)
    settings = await get_settings(session)
    found = list(faults)
    read = [with_dates(patch, settings.zone, found) for patch in patches]
    facts = await gather_facts(session, actor, settings, read, states.values())
    outcomes = []
    for patch in read:
        outcome = rules.apply_patch(states[patch.ticket_id], patch, facts)
        states[patch.ticket_id] = outcome.state
        found += outcome.faults
        outcomes.append(outcome)
    for outcome in outcomes:
        if outcome.missing_rights:
            raise PermissionDenied(*dict.fromkeys(outcome.missing_rights))
    refuse(sorted(found, key=_item_of))
    refuse_merged(states.values())
    await _refuse_taken_ids(session, outcomes)
    changes = await _write(session, outcomes, facts, track_time=track_time)
    leaving = tuple(dict.fromkeys(patch.ticket_id for patch in patches if patch.ends_presence))
    if leaving and actor.user_id is not None:
        await publish(session, PresenceEnded(leaving, actor.user_id, facts.now))
    return changes


async def step_ticket(
    session: WriteSession, actor: Actor, ticket_id: int, step: Step, *, merged: bool = False
) -> Changed | None:
    """Let one rule act on a ticket. What follows from it is nobody's work. Raises `TicketNotFound`, `TicketMerged`.

    `merged`: the rule is made for tickets that were merged into another one.
    """
    states = await _lock(session, actor, [ticket_id], (), tags=True)
    if ticket_id not in states:
        raise TicketNotFound(ticket_id)
    if not merged:
        refuse_merged(states.values())
    facts = await gather_facts(session, actor, await get_settings(session), (), states.values())
    changes = await _write(session, [step(states[ticket_id], facts)], facts)
    return changes[0] if changes else None


async def reopen_due(session: WriteSession, actor: Actor, *, limit: int = 1000) -> int:
    """Open pending tickets whose due date has come; answers how many there were."""
    now = utc_now()
    states = await repository.lock_due(session, now, limit)
    await _add_tags(session, states)
    facts = replace(await gather_facts(session, actor, await get_settings(session), (), states.values()), now=now)
    outcomes = [rules.fell_due(state, facts) for state in states.values()]
    await _write(session, outcomes, facts, fell_due=True)
    return len(outcomes)


async def escalate(session: WriteSession, *, limit: int = 500) -> int:
    """Mark open tickets whose date has passed (ticket.md 7.4); answers how many there were."""
    now = utc_now()
    states = await repository.lock_overdue(session, now, limit)
    await _add_tags(session, states)
    facts = replace(await gather_facts(session, SYSTEM, await get_settings(session), (), states.values()), now=now)
    await _write(session, [rules.escalated(state, facts) for state in states.values()], facts)
    return len(states)


async def move_customers(
    session: WriteSession, source_ids: Collection[str], target_id: str, *, batch: int = 1000
) -> int:
    """Link the tickets of some customers to another one; answers how many there were. It is nobody's work."""
    moved = 0
    while ids := await repository.tickets_of_customers(session, source_ids, batch):
        states = await _lock(session, SYSTEM, ids, (), tags=False)
        facts = await gather_facts(session, SYSTEM, await get_settings(session), (), states.values())
        outcomes = [rules.customer_merged(state, target_id, facts) for state in states.values()]
        await _write(session, outcomes, facts, track_time=False)
        moved += len(ids)
    return moved


async def unassign_person(session: WriteSession, profile_id: int) -> int:
    """Give the open and pending tickets of somebody who left back to all (people.md 2.11); answers how many."""
    return await pass_on(session, profile_id, None)


async def pass_on(session: WriteSession, profile_id: int, successor_id: int | None) -> int:
    """Let somebody, or nobody, take the place of a person on all open and pending tickets; answers how many."""
    held = await repository.unfinished_of(session, profile_id)
    put = [] if successor_id is None else [successor_id]
    patches = [
        Patch(
            ticket_id,
            {
                "agent_id": successor_id if agent_id == profile_id else agent_id,
                "assigned_agent_ids": list(
                    dict.fromkeys(new for one in assigned for new in (put if one == profile_id else [one]))
                ),
            },
        )
        for ticket_id, agent_id, assigned in held
    ]
    if patches:
        await update_tickets(session, SYSTEM, patches, track_time=False)
    return len(patches)


async def replace_tag(session: WriteSession, tag_id: int, into: int, *, batch: int = 1000) -> int:
    """Give every ticket with a tag the other one; answers how many there were.

    Unfinished tickets are changed by the rules, so that their dates follow; closed ones only carry the other tag.
    """
    moved = await repository.replace_tag_of_closed(session, tag_id, into)
    while ids := await repository.unfinished_with_tag(session, tag_id, batch):
        # The rules would refuse the deleted tag's successor to nobody: the system acts.
        patches = [Patch(one, {"add_tag_ids": [into], "remove_tag_ids": [tag_id]}) for one in ids]
        await update_tickets(session, SYSTEM, patches, track_time=False)
        moved += len(ids)
    return moved


def _item_of(fault: FieldError) -> int:
    """The item of a bulk body that a fault belongs to, 0 where there is only one."""
    first = fault.path.split(".", 1)[0]
    return int(first) if first.isdigit() else 0


def terms_of(settings: InstanceSettings) -> Terms:
    """How due dates are reckoned in this instance."""
    calendar = business_hours(settings.timezone, settings.working_hours, settings.holidays, settings.holiday_regions)
    return Terms(calendar, settings.first_response_sla_hours, settings.sla_pause_while_pending)


async def _lock(
    session: WriteSession, actor: Actor, ids: Collection[int], columns: Collection[str], *, tags: bool
) -> dict[int, State]:
    states = await repository.lock(session, actor, ids, columns)
    if tags:
        await _add_tags(session, states)
    return states


async def _add_tags(session: ReadSession, states: Mapping[int, State]) -> None:
    tags = await repository.tags_of(session, states.keys()) if states else {}
    for ticket_id, state in states.items():
        state["tag_ids"] = tags.get(ticket_id, ())


def with_dates(patch: Patch, zone: ZoneInfo, faults: list[FieldError]) -> Patch:
    """The patch with its dates read; unreadable ones are left out and noted."""
    if rules.DATES.isdisjoint(patch.values):
        return patch
    sent = patch.values.keys() & rules.DATES
    values = dict(patch.values)
    for name in sent:
        known = len(faults)
        values[name] = read_date(patch.path + camel(name), values[name], zone, faults)
        if len(faults) > known:
            del values[name]
    return replace(patch, values=values)


def read_date(path: str, sent: Any, zone: ZoneInfo, faults: list[FieldError]) -> datetime | None:
    """A date as a client sends it, null for null. What cannot be read or shown again is noted."""
    if sent is None:
        return None
    try:
        found = parse_instant(sent, zone)
    except (ValueError, OverflowError):
        faults.append(FieldError(path, "bad_format", "This is not a date."))
        return None
    if not _EARLIEST <= found <= _LATEST:
        faults.append(FieldError(path, "out_of_range", "The date lies too far away."))
        return None
    return found


async def gather_facts(
    session: ReadSession, actor: Actor, settings: InstanceSettings, patches: Sequence[Patch], states: Iterable[State]
) -> Facts:
    """What the rules need, one query a kind, and only the kinds that are named."""
    named = [patch.values for patch in patches]
    tag_ids = {tag for state in states for tag in state.get("tag_ids", ())}
    tag_ids.update(tag for values in named for key in rules.TAG_KEYS & values.keys() for tag in values[key])
    users = {values[name] for values in named for name in ("agent_id", "responder_id") if values.get(name) is not None}
    users.update(user for values in named for user in values.get("assigned_agent_ids", ()))
    subchannels = {values["subchannel_id"] for values in named if values.get("subchannel_id") is not None}
    contracts = {values["contract_id"] for values in named if values.get("contract_id") is not None}
    if any("customer_id" in values for values in named):
        contracts.update(one for state in states if (one := state.get("contract_id")) is not None)
    profiles = await load_profiles(session, users)
    return Facts(
        now=utc_now(),
        actor=actor,
        terms=terms_of(settings),
        tags={tag.id: tag_facts(tag) for tag in (await load_tags(session, tag_ids)).values()},
        profiles=frozenset(profile.id for profile in profiles.values() if profile.state != "deleted"),
        subchannels=await repository.subchannels(session, subchannels),
        pending_default=timedelta(days=settings.pending_default_days),
        contract_customers=await customers_of_contracts(session, contracts),
    )


def tag_facts(tag: Tag) -> TagFacts:
    """What the rules of tickets ask of a tag. A deleted one is as good as disabled."""
    return TagFacts(
        id=tag.id,
        is_private=tag.visibility == "private",
        is_selectable=tag.visibility != "disabled" and tag.deleted_at is None and tag.reference == "ticket",
        sla_hours=tag.sla_hours,
        priority=None if tag.priority == "do-not-change" else Priority(tag.priority),
    )


def refuse_merged(states: Iterable[Mapping[str, Any]]) -> None:
    """Raise `TicketMerged` when one of the rows was merged into another."""
    merged = [state for state in states if state["merged_into_ticket_id"] is not None]
    if merged:
        raise TicketMerged([state["id"] for state in merged], [state["merged_into_ticket_id"] for state in merged])


async def _refuse_taken_ids(session: ReadSession, outcomes: Sequence[Outcome]) -> None:
    wanted = {
        outcome.state["id"]: outcome.state["external_ticket_id"]
        for outcome in outcomes
        if "external_ticket_id" in outcome.fields and outcome.state["external_ticket_id"] is not None
    }
    taken = await repository.by_external_ids(session, wanted.values())
    seen: dict[str, int] = {}
    for ticket_id, external_id in wanted.items():
        holder = seen.setdefault(external_id, taken.get(external_id, ticket_id))
        if holder != ticket_id:
            raise ExternalTicketIdTaken(external_id, holder)
        seen[external_id] = ticket_id


async def _write(
    session: WriteSession,
    outcomes: Sequence[Outcome],
    facts: Facts,
    *,
    track_time: bool = True,
    fell_due: bool = False,
) -> list[Changed]:
    """Rows, tags, history and one event. Each outcome that changes something raises the version by one."""
    final: dict[int, State] = {}
    versions: dict[int, int] = {}
    changes: list[Changed] = []
    before: dict[int, tuple[int, ...]] = {}
    for outcome in outcomes:
        if not outcome.fields:
            continue
        ticket_id = outcome.state["id"]
        if "tag_ids" in outcome.fields:
            before.setdefault(ticket_id, outcome.fields["tag_ids"][0])
        final[ticket_id] = outcome.state
        versions[ticket_id] = versions.get(ticket_id, int(outcome.state["version"])) + 1
        changes.append(Changed(ticket_id, versions[ticket_id], outcome.fields, outcome.by_hand))
    if not changes:
        return []
    columns = sorted({name for change in changes for name in change.fields} - {"tag_ids"})
    if before:
        columns.append("carried_tag_ids")
        for state in final.values():
            state["carried_tag_ids"] = list(state["tag_ids"])
    rows = [
        {"id": ticket_id, "version": versions[ticket_id]} | {name: state[name] for name in columns}
        for ticket_id, state in final.items()
    ]
    try:
        async with session.begin_nested():
            await repository.write(session, rows, columns, facts.now)
    except IntegrityError as failure:
        # Somebody else has just taken an outside id; nothing else here is unique.
        raise ExternalTicketIdTaken(str(rows[0].get("external_ticket_id"))) from failure
    if not SEARCHED_COLUMNS.isdisjoint(columns):
        await index_tickets(session, [row["id"] for row in rows])
    await _write_tags(session, before, final, facts)
    await repository.write_history(session, [_history(change) for change in changes], actor=facts.actor, at=facts.now)
    await publish(
        session,
        TicketsChanged(
            changes=tuple(changes),
            actor_id=facts.actor.user_id,
            actor_kind=facts.actor.kind,
            at=facts.now,
            track_time=track_time,
            tracking=facts.actor.tracking,
            fell_due=fell_due,
        ),
    )
    return changes


def _history(change: Changed) -> dict[str, Any]:
    fields = {camel(name): {"old": old, "new": new} for name, (old, new) in change.fields.items()}
    return {"ticket_id": change.ticket_id, "version": change.version, "changes": fields}


async def _write_tags(
    session: WriteSession, before: Mapping[int, tuple[int, ...]], final: Mapping[int, State], facts: Facts
) -> None:
    added = [(ticket, tag) for ticket, tags in before.items() for tag in final[ticket]["tag_ids"] if tag not in tags]
    removed = [(ticket, tag) for ticket, tags in before.items() for tag in tags if tag not in final[ticket]["tag_ids"]]
    if not added and not removed:
        return
    await repository.say_tags_are_carried(session, True)
    if removed:
        await repository.remove_tags(session, removed)
    await write_tag_pairs(session, added, facts)
    await repository.say_tags_are_carried(session, False)


async def write_tag_pairs(session: WriteSession, pairs: Sequence[tuple[int, int]], facts: Facts) -> None:
    """Put tags on tickets (pairs of ticket and tag), with who or what did it."""
    if pairs:
        set_by = _SET_BY.get(facts.actor.kind, "user")
        await repository.add_tags(session, pairs, set_by=set_by, user_id=facts.actor.user_id, at=facts.now)
