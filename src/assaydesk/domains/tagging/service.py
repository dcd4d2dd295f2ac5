"""Detection of tags on new tickets, on a text, and on the test tickets of a tag (tags.md 2, 3; ticket.md 5.5)."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.tagging import likeness, repository
from assaydesk.domains.tagging.detection import detect
from assaydesk.domains.tagging.events import IncomingHandled
from assaydesk.domains.tagging.types import SET_BY, Detected, Incoming, Method, TagRule
from assaydesk.domains.tags.models import Tag
from assaydesk.domains.templates.service import template_variables
from assaydesk.domains.tickets import service as tickets
from assaydesk.domains.tickets.events import TICKET_THREAD
from assaydesk.domains.tickets.types import SPAM, Patch
from assaydesk.integrations.local_ai.opening import open_embedder
from assaydesk.integrations.local_ai.port import Embedder
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import SYSTEM

MOST_EXAMPLE_TICKETS: Final = 20


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that a decision needs, read from the database. `examples`: texts of example tickets by tag."""

    rules: tuple[TagRule, ...]
    examples: Mapping[int, tuple[str, ...]]
    incoming: Mapping[int, Incoming]
    zone: ZoneInfo
    use_ai: bool


def decide(prepared: Prepared, embedder: Embedder) -> dict[int, list[Detected]]:
    """Tags by ticket. Slow: call it in a thread, with no session open."""
    return {
        ticket_id: detect(
            prepared.rules,
            incoming,
            likeness.confidences(prepared.rules, prepared.examples, incoming.text, embedder) if prepared.use_ai else {},
            prepared.zone,
        )
        for ticket_id, incoming in prepared.incoming.items()
    }


async def decide_in_thread(embedding: str, prepared: Prepared) -> dict[int, list[Detected]]:
    """Tags by ticket. `embedding`: which language model this process uses."""
    return await asyncio.to_thread(_decide, embedding, prepared)


def _decide(embedding: str, prepared: Prepared) -> dict[int, list[Detected]]:
    asks = prepared.use_ai and any(rule.wants_ai for rule in prepared.rules)
    # Nobody loads a model for tags that need none.
    return decide(prepared, open_embedder(embedding if asks else "hashed"))


async def prepare(session: ReadSession, ticket_ids: Collection[int], also: Tag | None = None) -> Prepared:
    """Read tickets for a decision; those that do not exist are left out. `also`: a tag to try, even a disabled one."""
    tags = list(await repository.detectable(session))
    if also is not None and also.id not in {tag.id for tag in tags}:
        tags.append(also)
    rules = [rule_of(tag) for tag in tags]
    settings = await get_settings(session)
    incoming = {}
    for ticket_id, row in (await tickets.load_tickets(session, ticket_ids)).items():
        thread = (await TICKET_THREAD.load(session, SYSTEM, [ticket_id])).get(ticket_id)
        text = (thread.body_clean or thread.body_plain or "") if thread is not None else ""
        data = await template_variables(session, SYSTEM, ticket_id=ticket_id) if row.deleted_at is None else {}
        message = {"subject": row.subject, "bodyPlain": text, "from": row.from_address}
        incoming[ticket_id] = Incoming(
            text="\n".join(part for part in (row.subject, text) if part),
            channel=row.channel,
            subchannel_id=row.subchannel_id,
            data={**data, "message": message},
            has_skill=await repository.has_skill(session, ticket_id),
        )
    return Prepared(
        rules=tuple(rules),
        examples=await _example_texts(session, rules),
        incoming=incoming,
        zone=settings.zone,
        use_ai=settings.offline_ai_enabled,
    )


async def prepare_text(session: ReadSession, text: str, channel: str | None) -> Prepared:
    """Read what a decision about a text alone needs; it stands under the id 0."""
    rules = [rule_of(tag) for tag in await repository.detectable(session)]
    settings = await get_settings(session)
    message = {"subject": None, "bodyPlain": text, "from": None}
    incoming = Incoming(text=text, channel=channel, data={"message": message, "ticket": {"channel": channel}})
    return Prepared(
        tuple(rules), await _example_texts(session, rules), {0: incoming}, settings.zone, settings.offline_ai_enabled
    )


def rule_of(tag: Tag) -> TagRule:
    return TagRule(
        id=tag.id,
        name=tag.name,
        is_skill=tag.type == "skill" and tag.tag_routing,
        is_default_skill="defaultSkill" in tag.properties,
        methods=frozenset(tag.assignment),
        channels=frozenset(tag.channels),
        subchannels=frozenset(tag.subchannels),
        details=tag.detection_details,
    )


async def _example_texts(session: ReadSession, rules: Sequence[TagRule]) -> dict[int, tuple[str, ...]]:
    """First messages of the example tickets of the tags that ask the model; two queries."""
    wanted = {rule.id: _example_tickets(rule) for rule in rules if rule.wants_ai}
    ids = {one for named in wanted.values() for one in named}
    if not ids:
        return {}
    threads = await TICKET_THREAD.load(session, SYSTEM, sorted(ids))
    texts = {one: thread.body_clean or thread.body_plain or "" for one, thread in threads.items()}
    return {tag_id: tuple(texts[one] for one in named if texts.get(one)) for tag_id, named in wanted.items()}


def _example_tickets(rule: TagRule) -> list[int]:
    named = rule.details.get("exampleTicketIds")
    if not isinstance(named, list):
        return []
    return [one for one in named if isinstance(one, int) and not isinstance(one, bool)][:MOST_EXAMPLE_TICKETS]


def waits(row: Any) -> bool:
    """Whether a ticket is still to be read: once, while nobody took it up otherwise, and spam not at all."""
    return (
        row.ai_support_level == "unprocessed"
        and row.spam_status not in SPAM
        and row.merged_into_ticket_id is None
        and row.deleted_at is None
    )


async def assign(session: WriteSession, ticket_id: int, found: Sequence[Detected], *, status: str = "done") -> bool:
    """Put the tags on the ticket and hand it to people; False when that has been done already.

    Tags that carry no more right to be set meanwhile, such as one that was disabled, are left out.
    """
    await tickets.lock_many(session, SYSTEM, [ticket_id])
    row = (await tickets.load_tickets(session, [ticket_id])).get(ticket_id)
    if row is None:
        return False
    await session.refresh(row)
    if not waits(row):
        return False
    carried = set((await tickets.tag_ids_of(session, [ticket_id])).get(ticket_id, ()))
    usable = {tag.id for tag in await repository.detectable(session)}
    added = [one for one in found if one.tag_id in usable - carried]
    values: dict[str, Any] = {"ai_support_level": "human"}
    if added:
        values["add_tag_ids"] = [one.tag_id for one in added]
    await tickets.update_tickets(session, SYSTEM, [Patch(ticket_id, values)], track_time=False, several=False)
    by_origin: dict[str, list[int]] = {}
    for one in added:
        if one.method in SET_BY:
            by_origin.setdefault(SET_BY[Method(one.method)], []).append(one.tag_id)
    await repository.note_origin(session, ticket_id, by_origin)
    await publish(session, IncomingHandled(ticket_id, status))
    return True


def test_tickets(tag: Tag) -> tuple[list[int], list[int]]:
    """Tickets that should be detected and tickets that should not, at most a hundred of each."""
    found = []
    for name in ("ticketIds", "negativeTicketIds"):
        named = tag.test_case.get(name)
        ids = [one for one in named if isinstance(one, int) and not isinstance(one, bool)] if named else []
        found.append(list(dict.fromkeys(ids))[:100])
    return found[0], [one for one in found[1] if one not in found[0]]


def scores(expected: Collection[int], unexpected: Collection[int], detected: Collection[int]) -> tuple[Any, Any]:
    """Precision and recall over test tickets, 0..1 with three digits; None where nothing can be divided."""
    right = len(set(expected) & set(detected))
    wrong = len(set(unexpected) & set(detected))
    precision = round(right / (right + wrong), 3) if right + wrong else None
    return precision, round(right / len(set(expected)), 3) if expected else None
