"""What other domains tell time tracking: changes of tickets, messages, drafts, pings (worklog.md 2, 3, 8.2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from assaydesk.domains.conversations.events import ConversationAdded, DraftPublished
from assaydesk.domains.profiles.service import load_profiles
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.tickets.events import PresenceEnded, TicketsChanged
from assaydesk.domains.worklogs import outcome_repository, repository, stream_reads, stream_writes
from assaydesk.domains.worklogs.acts import act, action_of_message, actions_of_change, suggestion_taken
from assaydesk.domains.worklogs.outcome import refresh_outcome
from assaydesk.domains.worklogs.track import anew, credit_reply, record
from assaydesk.domains.worklogs.types import Action, AiUse, Signal, SignalKind
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.security.actor import Actor, ActorKind

PRESENCE: Final = timedelta(seconds=60)
"""A ping shows presence for this long."""


async def record_action(
    session: WriteSession,
    *,
    user_id: int,
    ticket_id: int,
    at: datetime,
    action: Action,
    conversation_id: int | None = None,
    tracked: bool = True,
    ai: AiUse | None = None,
) -> None:
    """Take in one action of a person. `tracked` False: made while the working status switches tracking off."""
    await session.flush()  # The statements of time tracking do not see what the session has not sent yet.
    signal = act(at, action, tracked=tracked, conversation_id=conversation_id, ai=ai)
    await record(session, user_id, {ticket_id: [signal]})


async def record_ping(
    session: WriteSession, actor: Actor, ticket_id: int, *, final: bool = False, focused: bool = True
) -> None:
    """Take in a ping. `final` ends the segment; not `focused` refreshes presence but is no signal."""
    if actor.kind is not ActorKind.PERSON:
        return
    now = utc_now()
    if focused and actor.tracking:
        await record(session, actor.id, {ticket_id: [Signal(now, SignalKind.FINAL if final else SignalKind.PING)]})
    if final:
        await repository.forget_presence(session, actor.id, [ticket_id])
    elif actor.tracking or await _is_supporting(session, actor.id):
        await repository.note_presence(session, actor.id, ticket_id, now)


async def reserve(session: WriteSession, user_id: int, ticket_id: int, at: datetime) -> None:
    """Show somebody on a ticket who is about to open it: presence, but no sign of work."""
    await repository.note_presence(session, user_id, ticket_id, at)


async def presence_of(session: ReadSession, _: Actor, ticket_ids: Collection[int]) -> dict[int, list[int]]:
    """The users who work on these tickets at this moment (worklog.md 2.3)."""
    now = utc_now()
    gap = timedelta(seconds=(await get_settings(session)).worklog_gap_seconds)
    return await repository.present(session, ticket_ids, pinged_since=now - PRESENCE, live_since=now - gap)


async def end_presence(session: WriteSession, event: PresenceEnded) -> None:
    """Somebody says that he or she has left tickets: what is live there ends at this instant."""
    gap = timedelta(seconds=(await get_settings(session)).worklog_gap_seconds)
    live = await repository.live_tickets(session, event.user_id, event.ticket_ids, live_since=event.at - gap)
    await record(session, event.user_id, {ticket_id: [Signal(event.at, SignalKind.FINAL)] for ticket_id in live})
    await repository.forget_presence(session, event.user_id, event.ticket_ids)


async def take_ticket_changes(session: WriteSession, event: TicketsChanged) -> None:
    """Changes by a person are actions, unless they are to be kept out; changes by anybody may end or reopen work."""
    await session.flush()  # As above: history and SLA dates of this very change are read below.
    actions: defaultdict[int, set[Action]] = defaultdict(set)
    turned, due_moved = set(), set()
    for change in event.changes:
        if event.track_time and event.actor_id is not None and event.actor_kind is ActorKind.PERSON:
            actions[change.ticket_id] |= actions_of_change(change.fields, change.by_hand)
        if "sla_due_at" in change.fields:
            due_moved.add(change.ticket_id)
        if "status" in change.fields:
            turned.add(change.ticket_id)
    if due_moved:
        await outcome_repository.renew_due_dates(session, due_moved)
    signals = {
        ticket_id: [act(event.at, action, tracked=event.tracking) for action in sorted(own)]
        for ticket_id, own in actions.items()
        if own
    }
    if signals and event.actor_id is not None:
        await record(session, event.actor_id, signals)
    others = (turned | due_moved) - signals.keys()
    if others:
        await refresh_outcome(session, others, await get_settings(session))


async def take_message(session: WriteSession, event: ConversationAdded) -> None:
    """A message of the customer may start a phase; one that a person wrote here is an action."""
    if event.is_customer_message:
        await stream_writes.add_message(
            session, event.ticket_id, event.conversation_id, at=event.at, stored_at=event.stored_at
        )
        behind = await stream_reads.workers_after(session, event.ticket_id, event.at)
        for worker in await stream_reads.lock_workers(session, behind) if behind else ():
            await anew(session, worker, [event.ticket_id], lambda *_: True, is_work=False)
        return
    if event.agent_id is None or not event.written_here or event.actor_kind is not ActorKind.PERSON:
        return
    action = action_of_message(direction=event.direction, private=event.private, is_draft=event.is_draft)
    if action is not None:
        await record_action(
            session,
            user_id=event.agent_id,
            ticket_id=event.ticket_id,
            at=event.at,
            action=action,
            conversation_id=event.conversation_id if action is Action.REPLY else None,
            tracked=event.tracking,
            ai=suggestion_taken(event.cortex_request_id, event.intent_ids) if action is Action.REPLY else None,
        )


async def take_published_draft(session: WriteSession, event: DraftPublished) -> None:
    """The author's worklog of the draft gets the reply; somebody else who published it approved it."""
    approved = event.approver_id not in {None, event.author_id} and event.approver_kind is ActorKind.PERSON
    # Both are locked at once, in the order of their ids, so that two who approve each other's drafts do not block.
    await stream_reads.lock_workers(session, {id_ for id_ in (event.author_id, event.approver_id) if id_ is not None})
    if event.author_id is not None:
        await credit_reply(
            session,
            event.author_id,
            event.ticket_id,
            conversation_id=event.conversation_id,
            written_at=event.draft_written_at,
            ai=suggestion_taken(event.cortex_request_id, event.intent_ids),
        )
    if approved and event.approver_id is not None:
        await record_action(
            session,
            user_id=event.approver_id,
            ticket_id=event.ticket_id,
            at=event.at,
            action=Action.DRAFT_APPROVED,
            tracked=event.tracking,
        )


async def tell_csat(session: WriteSession, csat: Mapping[int, dict[str, Any] | None]) -> None:
    """Set the survey answer of worklogs: `{"id", "scale", "answerStars", "answerText"}` or None by worklog id."""
    await outcome_repository.save_csat(session, csat)


async def _is_supporting(session: ReadSession, user_id: int) -> bool:
    profile = (await load_profiles(session, [user_id])).get(user_id)
    return profile is not None and profile.work_status == "support"
