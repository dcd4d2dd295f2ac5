"""Notices to people: the public face of the domain (people.md 2)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from assaydesk.domains.notifications import repository
from assaydesk.domains.notifications.events import Notified
from assaydesk.domains.notifications.models import Notification
from assaydesk.domains.notifications.types import Kind
from assaydesk.domains.profiles.service import load_profiles
from assaydesk.domains.profiles.types import ProfileState, ProfileType
from assaydesk.kit.clock import iso, iso_or_none, utc_now
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import FieldError, ValidationFailed
from assaydesk.platform.events import publish
from assaydesk.platform.paging import Page
from assaydesk.platform.security.actor import Actor

__all__ = ["Kind", "list_notifications", "mark_read", "notify", "unread_counts", "was_told"]

_MACHINES: Final = frozenset({ProfileType.AI_AGENT, ProfileType.SERVICE_WORKER})


async def notify(
    session: WriteSession,
    user_ids: Iterable[int | None],
    kind: Kind | str,
    text: Mapping[str, str],
    *,
    ticket_id: int | None = None,
    url: str | None = None,
) -> list[int]:
    """Tell people something; answers who was told. AI agents, service workers and those who left are passed over.

    `text`: language -> words; `en` is required and shown to those whose language is missing. Who may know of the
    ticket is for the caller to judge.
    """
    if "en" not in text:
        raise ValueError("a notification needs English words")
    wanted = sorted({one for one in user_ids if one})
    people = await load_profiles(session, wanted)
    told = [
        one
        for one in wanted
        if one in people and people[one].state == ProfileState.ACTIVE and people[one].type not in _MACHINES
    ]
    now = utc_now()
    session.add_all(
        Notification(user_id=one, kind=Kind(kind), text=dict(text), ticket_id=ticket_id, url=url, created_at=now)
        for one in told
    )
    await session.flush()  # Listeners and the answer of the request count what was stored.
    if told:
        await publish(session, Notified(tuple(told), Kind(kind), ticket_id))
    return told


async def was_told(session: ReadSession, kind: Kind, url: str, *, since: datetime) -> bool:
    """Whether somebody got a notice of this kind about this address since then: what repeats is told once."""
    return await repository.was_told(session, kind, url, since)


async def list_notifications(session: ReadSession, actor: Actor, page: Page) -> dict[str, Any]:
    """The caller's own, newest first, in his or her language."""
    total, unread = await repository.count(session, actor.id)
    rows = await repository.page(session, actor.id, page)
    shown = [
        {
            "id": row.id, "kind": row.kind, "text": row.text.get(actor.lang) or row.text["en"],
            "ticketId": row.ticket_id, "url": row.url, "createdAt": iso(row.created_at),
            "readAt": iso_or_none(row.read_at),
        }
        for row in rows
    ]  # fmt: skip
    return {"success": True, "notifications": shown, "total": total, "unread": unread}


async def mark_read(session: WriteSession, actor: Actor, ids: Collection[int] | None, *, everything: bool) -> None:
    """Mark the caller's own as read; those of others and unknown ones are passed over. Raises `ValidationFailed`."""
    if ids is None and not everything:
        raise ValidationFailed([FieldError("ids", "required", "Send ids, or all: true.")])
    await repository.mark_read(session, actor.id, None if everything else ids, utc_now())


async def unread_counts(session: ReadSession, user_ids: Collection[int]) -> dict[int, int]:
    """Number of unread notices by person; people without any are left out."""
    return await repository.unread_of(session, user_ids)
