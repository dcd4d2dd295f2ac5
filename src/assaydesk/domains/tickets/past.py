"""What a ticket looks back on: earlier tickets of the same customer, and its own activity (ticket.md 2.8, 2.13)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from assaydesk.domains.profiles.service import load_profiles
from assaydesk.domains.tags.service import load_tags
from assaydesk.domains.tickets import past_repository, wording
from assaydesk.domains.tickets.models import TicketChange
from assaydesk.domains.tickets.past_repository import subchannel_names
from assaydesk.kit.clock import iso, unix
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.paging import Page
from assaydesk.platform.security.actor import Actor

_PEOPLE = ("agentId", "assignedAgentIds", "responderId", "userId")


async def read_history(session: ReadSession, actor: Actor, ticket: Mapping[str, Any], page: Page) -> dict[str, Any]:
    """Tickets of the same contract, else customer, else sender, newest first; three queries."""
    rows, total, opened = await past_repository.alike(session, actor, ticket, page)
    names = await subchannel_names(session, {row.subchannel_id for row in rows if row.subchannel_id is not None})
    return {
        "success": True,
        "total": total,
        "totalOpenedTickets": opened,
        "history": [
            {
                "id": row.id,
                "type": "ticket",
                "channel": row.channel,
                "subChannel": names.get(row.subchannel_id),
                "status": row.status,
                "subject": row.subject,
                "url": None,
                "createdAt": unix(row.created_at),
            }
            for row in rows
        ],
        "limit": page.limit,
        "offset": page.offset,
    }


async def read_activity(
    session: ReadSession, actor: Actor, ticket_id: int, page: Page, kinds: Collection[str]
) -> dict[str, Any]:
    """Every step of the ticket, newest first, in the caller's language."""
    rows, total = await past_repository.activity(session, ticket_id, page, kinds)
    names = await _names(session, rows)
    return {
        "success": True,
        "activities": [_activity_json(row, names, actor.lang) for row in rows],
        "total": total,
        "limit": page.limit,
        "offset": page.offset,
    }


def _activity_json(row: TicketChange, names: Mapping[str, Mapping[int, str]], lang: str) -> dict[str, Any]:
    details = row.details or {}
    return {
        "id": row.id,
        "type": row.kind,
        "createdAt": iso(row.at),
        "userId": row.user_id,
        "userName": None if row.user_id is None else names["userId"].get(row.user_id),
        "text": wording.text_of(row.kind, row.changes, details, lang),
        "changes": row.changes,
        "details": wording.details_of(row.changes, details, names, lang),
    }


async def _names(session: ReadSession, rows: Sequence[TicketChange]) -> dict[str, Mapping[int, str]]:
    """Names of the people, tags and sub-channels that the lines name; one query a kind."""
    profiles = await load_profiles(
        session, {row.user_id for row in rows if row.user_id is not None} | _named(rows, _PEOPLE)
    )
    people = {one.id: f"{one.first_name} {one.last_name}".strip() for one in profiles.values()}
    tags = {tag.id: tag.name for tag in (await load_tags(session, _named(rows, ("tagIds",)))).values()}
    return {
        **dict.fromkeys(_PEOPLE, people),
        "tagIds": tags,
        "subchannelId": await subchannel_names(session, _named(rows, ("subchannelId",))),
    }


def _named(rows: Sequence[TicketChange], fields: Collection[str]) -> set[int]:
    found: set[int] = set()
    for row in rows:
        for field in row.changes.keys() & set(fields):
            for value in row.changes[field].values():
                found.update(one for one in (value if isinstance(value, list) else [value]) if isinstance(one, int))
        for field in (row.details or {}).keys() & set(fields):
            value = (row.details or {})[field]
            found.update(one for one in (value if isinstance(value, list) else [value]) if isinstance(one, int))
    return found
