"""One batch of conversations into the database, in the transaction of the caller."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from mimetypes import guess_type
from typing import NamedTuple

from assaydesk.domains.conversations import service as conversations
from assaydesk.domains.conversations.attachments import Reference, clean_name, risk_of
from assaydesk.domains.conversations.service import ImportedMessage
from assaydesk.domains.imports import repository
from assaydesk.domains.imports.formats.findings import Finding, Severity
from assaydesk.domains.imports.formats.types import Attachment, ParsedConversation
from assaydesk.domains.imports.plan import Deed, Plan, PlannedCall, make_plan, people_of
from assaydesk.domains.imports.surroundings import ensure_customers, ensure_profiles, ensure_tags
from assaydesk.domains.imports.timing import make_timeline
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.tickets.events import TicketsCreated
from assaydesk.domains.tickets.service import ImportedTicket, insert_imported
from assaydesk.domains.worklogs.service import feed, tell_csat
from assaydesk.domains.worklogs.types import (
    Action,
    AiUse,
    AutomationLevel,
    Contribution,
    RecordedCall,
    RecordedWork,
)
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.errors import Conflict
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import SYSTEM


@dataclass(slots=True)
class Stored:
    """What a batch became."""

    imported: int = 0
    unchanged: int = 0
    messages: int = 0
    tool_calls: int = 0
    worklogs: int = 0
    findings: list[Finding] = field(default_factory=list)


class _Item(NamedTuple):
    conversation: ParsedConversation
    plan: Plan
    profiles: Mapping[str, int]
    """Profile ids by the keys of the participants."""


async def store_batch(session: WriteSession, batch: Sequence[ParsedConversation], now: datetime) -> Stored:
    """Write what does not exist yet, with people, customers, tags and worklogs. All or nothing."""
    await repository.lock_imports(session)
    stored = Stored()
    fresh = await _fresh(session, batch, stored)
    if not fresh:
        return stored
    items = await _planned(session, fresh, now)
    ticket_ids = await _write_tickets(session, items)
    message_ids = await _write_messages(session, items, ticket_ids)
    stored.imported = len(items)
    stored.messages = sum(len(ids) for ids in message_ids)
    stored.tool_calls = sum(len(item.plan.calls) for item in items)
    await publish(session, TicketsCreated(tuple(ticket_ids), None, now, imported=True))
    stored.worklogs = len(await feed(session, list(_work(items, ticket_ids, message_ids))))
    await _tell_answers(session, items, ticket_ids)
    return stored


async def _fresh(
    session: WriteSession, batch: Sequence[ParsedConversation], stored: Stored
) -> list[ParsedConversation]:
    """The conversations that do not exist; of the others, those that differ from what was imported are told."""
    existing = await repository.fingerprints_of(session, [one.external_id for one in batch])
    fresh = []
    for one in batch:
        if one.external_id not in existing:
            fresh.append(one)
            continue
        stored.unchanged += 1
        if existing[one.external_id] != one.fingerprint:
            message = f"{one.external_id} exists with other content and is left alone."
            mend = "Use --source NAME when it is another conversation."
            stored.findings.append(Finding(one.position, Severity.WARNING, message, mend))
    return fresh


async def _planned(session: WriteSession, fresh: Sequence[ParsedConversation], now: datetime) -> list[_Item]:
    settings = await get_settings(session)
    profiles = await ensure_profiles(session, (person for one in fresh for person in one.participants))
    customers = await ensure_customers(session, [one.customer for one in fresh if one.customer is not None])
    items = []
    for one in fresh:
        timeline = make_timeline(
            one.external_id, one.channel, one.turns, one.participants, not_after=now, started_at=one.started_at
        )
        plan = make_plan(one, timeline, now=now, pending_days=settings.pending_default_days)
        plan.ticket["customer_id"] = customers.get(one.customer) if one.customer else None
        # The source says who it was; nobody here has checked it (ticket.md 8.3).
        plan.ticket["customer_legitimation"] = 10 if plan.ticket["customer_id"] else 0
        items.append(_Item(one, plan, {person.key: profiles[person.external_id] for person in one.participants}))
    return items


async def _write_tickets(session: WriteSession, items: Sequence[_Item]) -> list[int]:
    """Tickets with tags and the history of their status; answers their ids in the order of the items."""
    tags = await ensure_tags(session, [path for item in items for path in item.conversation.tags])
    tickets = []
    for conversation, plan, profiles in items:
        people = people_of(plan, conversation)
        plan.ticket["agent_id"] = profiles.get(people["agent"] or "")
        plan.ticket["responder_id"] = profiles.get(people["responder"] or "")
        plan.ticket["tag_ids"] = [tags[path] for path in conversation.tags if path in tags]
        tickets.append(ImportedTicket(**plan.ticket))
    made = await insert_imported(session, SYSTEM, tickets)
    if len(made) < len(tickets):
        # Made through the API since we looked: the caller tries again one by one, and finds it then.
        raise Conflict("A ticket of this outside id came into being at this moment.")
    ids = [made[item.conversation.external_id] for item in items]
    await repository.add_history(
        session,
        [
            {
                "ticket_id": ticket_id, "at": change.at, "user_id": item.profiles.get(change.author or ""),
                "changes": {"status": {"old": change.old, "new": change.new}},
            }
            for item, ticket_id in zip(items, ids, strict=True)
            for change in item.plan.ending.changes
        ],
    )  # fmt: skip
    return ids


async def _write_messages(session: WriteSession, items: Sequence[_Item], ticket_ids: Sequence[int]) -> list[list[int]]:
    """Messages of all tickets in one go; answers their ids ticket by ticket."""
    messages = []
    for item, ticket_id in zip(items, ticket_ids, strict=True):
        for message in item.plan.messages:
            values = dict(message)
            agent_id = item.profiles.get(values.pop("author") or "")
            files = tuple(_reference(one) for one in values.pop("attachments"))
            messages.append(ImportedMessage(ticket_id=ticket_id, agent_id=agent_id, files=files, **values))
    remaining = iter(await conversations.insert_imported(session, messages))
    return [[next(remaining) for _message in item.plan.messages] for item in items]


def _reference(attachment: Attachment) -> Reference:
    name = clean_name(attachment.name)
    media = guess_type(name)[0]
    return Reference(name, attachment.url, media, risk_of(name, media))


def _work(
    items: Sequence[_Item], ticket_ids: Sequence[int], message_ids: Sequence[Sequence[int]]
) -> Iterator[RecordedWork]:
    """What everybody did, ticket by ticket. Two keys of a source may be one profile, which then worked once."""
    for item, ticket_id, ids in zip(items, ticket_ids, message_ids, strict=True):
        keys_of = defaultdict(list)
        for key in item.plan.deeds:
            keys_of[item.profiles[key]].append(key)
        for profile_id, keys in keys_of.items():
            deeds = sorted((deed for key in keys for deed in item.plan.deeds[key]), key=lambda deed: deed.at)
            segments = item.conversation.segments
            yield RecordedWork(
                user_id=profile_id,
                ticket_id=ticket_id,
                contributions=tuple(_contribution(deed, ids) for deed in deeds),
                segments=tuple((one.start, one.end) for one in segments if one.author in keys),
                tool_calls=tuple(_call(call, ids) for call in item.plan.calls if call.author in keys),
            )


def _contribution(deed: Deed, message_ids: Sequence[int]) -> Contribution:
    return Contribution(
        at=deed.at,
        actions=tuple(Action(action) for action in deed.actions),
        conversation_id=None if deed.message is None else message_ids[deed.message],
        length=deed.length,
        ai=AiUse(AutomationLevel(deed.ai_usage)) if deed.ai_usage else None,
    )


def _call(call: PlannedCall, message_ids: Sequence[int]) -> RecordedCall:
    follows = None if call.before is None else message_ids[call.before]
    return RecordedCall(call.name, call.arguments, call.result, call.at, follows)


async def _tell_answers(session: WriteSession, items: Sequence[_Item], ticket_ids: Sequence[int]) -> None:
    """Give the customer's rating to the last work with a reply before it (worklog.md 7)."""
    answered = {id_: csat for item, id_ in zip(items, ticket_ids, strict=True) if (csat := item.conversation.csat)}
    if not answered:
        return
    answers = {}
    for ticket_id, worklogs in (await repository.replying_worklogs(session, answered.keys())).items():
        csat = answered[ticket_id]
        before = [id_ for id_, started_at in worklogs if csat.at is None or started_at <= csat.at]
        if before:
            # No survey stands behind it, so the number of the ticket takes the place of the answer's.
            answers[before[-1]] = {
                "id": ticket_id,
                "scale": csat.scale,
                "answerStars": csat.stars,
                "answerText": csat.text,
            }
    await tell_csat(session, answers)
