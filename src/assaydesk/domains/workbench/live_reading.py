"""From changes to the events of each stream: only ids, and only of what its caller may read at this moment."""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import any_, literal, select

from assaydesk.domains.cron.models import CronRun
from assaydesk.domains.exports.models import Export
from assaydesk.domains.notifications.models import Notification
from assaydesk.domains.notifications.service import unread_counts
from assaydesk.domains.quality.assessments.models import Assessment
from assaydesk.domains.quality.assessments.service import readable
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.tickets.service import visible_versions
from assaydesk.domains.workbench.live_changes import KINDS, MOST_IDS, Changes, Topics
from assaydesk.domains.worklogs.service import presence_of
from assaydesk.platform.db.base import BigInts
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.security.actor import SYSTEM, Actor

Event = tuple[str, str]
"""Name and data."""

RESYNC: Event = ("resync", "{}")


@dataclass(eq=False, slots=True)
class Watcher:
    """Who looks at what. `present`: by watched ticket, who was last told to work on it; `look`: see again who does."""

    actor: Actor
    topics: Topics
    present: dict[int, list[int]] = field(default_factory=dict)
    look: bool = True


async def read_events(
    session: ReadSession, changes: Changes, watchers: Sequence[Watcher]
) -> dict[Watcher, list[Event]]:
    """The events of each; the number of statements grows with the kinds of rights, not with the streams or rows."""
    found: dict[Watcher, list[Event]] = {one: [] for one in watchers}
    exact = [one for one in watchers if not changes.too_many_for(one.topics)]
    for one in watchers:
        if one not in exact:
            found[one].append(RESYNC)
    await _tickets(session, changes, exact, found)
    await _notifications(session, changes, exact, found)
    await _assessments(session, changes, exact, found)
    await _exports(session, changes, exact, found)
    await _jobs(session, changes, exact, found)
    # Last, because it remembers what it told: when a statement fails, all of it is read again.
    await _presence(session, changes, watchers, found)
    return found


def _event(event: str, /, **data: Any) -> Event:
    return event, json.dumps(data, separators=(",", ":"))


def _among(column: Any, ids: Collection[int]) -> Any:
    return column == any_(literal(list(ids), BigInts))


def _on(watchers: Sequence[Watcher], topic: str) -> list[Watcher]:
    return [one for one in watchers if topic in one.topics.names]


async def _tickets(
    session: ReadSession, changes: Changes, watchers: Sequence[Watcher], found: dict[Watcher, list[Event]]
) -> None:
    groups: dict[Any, list[Watcher]] = defaultdict(list)
    for one in watchers:
        if changes.tickets and (
            "tickets" in one.topics.names or not changes.tickets.keys().isdisjoint(one.topics.tickets)
        ):
            # Whoever has the same rights and teams sees the same tickets: they are asked for once.
            groups[one.actor.permissions, one.actor.team_ids].append(one)
    for group in groups.values():
        versions = await visible_versions(session, group[0].actor, changes.tickets.keys())
        for one in group:
            for ticket_id in sorted(one.topics.tickets & versions.keys()):
                kinds = _kinds(changes.tickets[ticket_id])
                found[one].append(_event("ticket", ticketIds=[ticket_id], kinds=kinds, version=versions[ticket_id]))
            others = sorted(versions.keys() - one.topics.tickets) if "tickets" in one.topics.names else []
            if len(others) > MOST_IDS:
                found[one].append(RESYNC)
            elif others:
                kinds = _kinds(set().union(*(changes.tickets[ticket_id] for ticket_id in others)))
                found[one].append(_event("ticket", ticketIds=others, kinds=kinds))


def _kinds(kinds: Collection[str]) -> list[str]:
    return [kind for kind in KINDS if kind in kinds]


async def _presence(
    session: ReadSession, changes: Changes, watchers: Sequence[Watcher], found: dict[Watcher, list[Event]]
) -> None:
    """Who works on a watched ticket: looked at when it may have changed, told when it has."""
    everywhere, touched = "presence" in changes.many, changes.ids["presence"] | changes.tickets.keys()
    due = {
        one: one.topics.tickets if one.look or everywhere else one.topics.tickets & touched
        for one in watchers
        if one.topics.tickets
    }
    wanted = set().union(*due.values()) if due else set()
    if not wanted:
        return
    present = await presence_of(session, SYSTEM, wanted)
    groups: dict[Any, dict[int, int]] = {}
    for one, tickets in due.items():
        key = one.actor.permissions, one.actor.team_ids
        if key not in groups:
            groups[key] = await visible_versions(session, one.actor, wanted)
        for ticket_id in sorted(tickets & groups[key].keys()):
            now = present.get(ticket_id, [])
            if one.present.get(ticket_id) != now:
                one.present[ticket_id] = now
                found[one].append(_event("presence", ticketId=ticket_id, workedOnByIds=now))
        one.look = False


async def _notifications(
    session: ReadSession, changes: Changes, watchers: Sequence[Watcher], found: dict[Watcher, list[Event]]
) -> None:
    told = {one.actor.id for one in _on(watchers, "notifications")}
    ids = changes.ids["notifications"]
    if not told or not ids:
        return
    query = select(Notification.id, Notification.user_id, Notification.kind)
    rows = (
        await session.execute(
            query.where(_among(Notification.id, ids), _among(Notification.user_id, told)).order_by(Notification.id)
        )
    ).all()
    unread = await unread_counts(session, {row.user_id for row in rows}) if rows else {}
    for one in _on(watchers, "notifications"):
        for row in rows:
            if row.user_id == one.actor.id:
                count = unread.get(row.user_id, 0)
                found[one].append(_event("notification", id=row.id, kind=row.kind, unread=count))


async def _assessments(
    session: ReadSession, changes: Changes, watchers: Sequence[Watcher], found: dict[Watcher, list[Event]]
) -> None:
    ids = changes.ids["quality"]
    groups: dict[Actor, list[Watcher]] = defaultdict(list)
    for one in _on(watchers, "quality"):
        groups[one.actor].append(one)
    if not ids or not groups:
        return
    settings = await get_settings(session)
    for actor, group in groups.items():
        query = select(Assessment.id, Assessment.ticket_id).where(_among(Assessment.id, ids), readable(actor, settings))
        rows = (await session.execute(query)).all()
        tickets = sorted({row.ticket_id for row in rows})
        event = _event("assessment", assessmentIds=sorted(row.id for row in rows), ticketIds=tickets)
        for one in group if rows else ():
            found[one].append(event if len(rows) <= MOST_IDS else RESYNC)


async def _exports(
    session: ReadSession, changes: Changes, watchers: Sequence[Watcher], found: dict[Watcher, list[Event]]
) -> None:
    owners = {one.actor.id for one in _on(watchers, "exports")}
    ids = changes.ids["exports"]
    if not owners or not ids:
        return
    query = select(Export.id, Export.user_id, Export.state, Export.rows_done, Export.rows_total)
    rows = await session.execute(
        query.where(_among(Export.id, ids), _among(Export.user_id, owners)).order_by(Export.id)
    )
    for row in rows.all():
        event = _event(
            "export", exportId=row.id, state=row.state, rowsDone=row.rows_done, rowsTotal=row.rows_total
        )  # fmt: skip
        for one in _on(watchers, "exports"):
            if one.actor.id == row.user_id:
                found[one].append(event)


async def _jobs(
    session: ReadSession, changes: Changes, watchers: Sequence[Watcher], found: dict[Watcher, list[Event]]
) -> None:
    """The newest run of a periodic job says how it is."""
    ids, listeners = changes.ids["jobs"], _on(watchers, "jobs")
    if not ids or not listeners:
        return
    query = select(CronRun.name, CronRun.finished_at, CronRun.ok).where(_among(CronRun.id, ids)).order_by(CronRun.id)
    states = {
        row.name: "running" if row.finished_at is None else "idle" if row.ok else "failed"
        for row in await session.execute(query)
    }
    for one in listeners:
        found[one] += [_event("job", name=name, state=state) for name, state in states.items()]
