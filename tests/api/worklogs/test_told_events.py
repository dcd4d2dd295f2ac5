"""What other domains tell, and what worklogs make of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from assaydesk.domains.conversations.events import ConversationAdded, DraftPublished
from assaydesk.domains.tickets.events import Changed, TicketsChanged
from assaydesk.domains.tickets.models import TicketChange
from assaydesk.domains.worklogs.events import WorklogTouched
from assaydesk.domains.worklogs.models import Worklog, WorkSegment
from assaydesk.domains.worklogs.recording import (
    record_action,
    take_message,
    take_published_draft,
    take_ticket_changes,
    tell_csat,
)
from assaydesk.domains.worklogs.track import rebuild, record
from assaydesk.domains.worklogs.types import Action, AiUse, AutomationLevel
from assaydesk.platform import events
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.actor import ActorKind
from tests.factories.profiles import make_profile, make_team
from tests.factories.tickets import make_ticket
from tests.factories.worklogs import START, act, customer_writes, make_message, pings, set_settings


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


async def change(
    session: WriteSession, user: int | None, ticket: int, at: float, told: dict[str, Any] | None = None, **fields: Any
) -> None:
    """One person's change of one ticket, with its line in the history."""
    session.add(
        TicketChange(
            ticket_id=ticket,
            at=after(at),
            user_id=user,
            changes={name: {"old": old, "new": new} for name, (old, new) in fields.items()},
        )
    )
    event: dict[str, Any] = {"actor_kind": ActorKind.PERSON if user else ActorKind.SYSTEM} | (told or {})
    by_hand = event.pop("by_hand", frozenset(fields))
    await take_ticket_changes(
        session, TicketsChanged((Changed(ticket, 2, fields, by_hand),), user, at=after(at), **event)
    )


async def written(session: WriteSession, user: int, ticket: int, at: float, **values: Any) -> int:
    """A message that a person wrote here."""
    kind = {"direction": "out", "private": False, "is_draft": False} | {
        name: values.pop(name) for name in ("direction", "private", "is_draft") if name in values
    }
    message = await make_message(session, ticket, after(at), agent_id=user, **kind)
    told = {"actor_kind": ActorKind.PERSON, "actor_id": user} | values
    await take_message(
        session, ConversationAdded(ticket, message.id, agent_id=user, at=after(at), stored_at=after(at), **kind, **told)
    )
    return message.id


async def worklogs(session: WriteSession) -> list[Worklog]:
    query = select(Worklog).order_by(Worklog.started_at, Worklog.id).execution_options(populate_existing=True)
    return list((await session.scalars(query)).all())


@pytest.mark.parametrize(
    ("fields", "actions"),
    [
        ({"status": ("open", "closed")}, ["closed"]),
        ({"status": ("open", "pending"), "due_by": (None, "x")}, ["pending", "priority"]),
        ({"status": ("closed", "open")}, ["opened"]),
        ({"agent_id": (None, 5)}, ["assigned"]),
        ({"assigned_agent_ids": ([], [5]), "tag_ids": ((), (1,))}, ["assigned", "tagged"]),
        ({"customer_id": (None, "1"), "contract_id": (None, "2")}, ["customer-assigned"]),
        ({"priority": ("low", "high")}, ["priority"]),
        ({"spam_status": (None, "manual_spam")}, ["spam-marked"]),
        ({"summary": (None, "text")}, []),
    ],
)
async def test_changes_by_hand_are_actions(session: WriteSession, fields: Any, actions: list[str]) -> None:
    user, ticket = (await make_profile(session)).id, (await make_ticket(session)).id
    await change(session, user, ticket, 0, **fields)
    rows = (await session.execute(select(WorkSegment.actions))).scalars().all()
    assert rows == ([actions] if actions else [])


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"track_time": False}, id="kept out of time tracking"),
        pytest.param({"actor_kind": ActorKind.SERVICE_WORKER}, id="a service worker"),
        pytest.param({"actor_kind": ActorKind.AI_AGENT}, id="an AI agent outside a run"),
        pytest.param({"actor_kind": ActorKind.SYSTEM}, id="the system"),
        pytest.param({"by_hand": frozenset()}, id="a consequence"),
    ],
)
async def test_other_changes_raise_nothing(session: WriteSession, told: dict[str, Any]) -> None:
    user, ticket = (await make_profile(session)).id, (await make_ticket(session)).id
    await change(session, user, ticket, 0, told, status=("open", "closed"))
    assert (await session.execute(select(WorkSegment))).all() == []


async def test_an_action_while_tracking_is_off_makes_a_worklog_of_no_length(session: WriteSession) -> None:
    user, ticket = (await make_profile(session)).id, (await make_ticket(session)).id
    await record(session, user, {ticket: [*pings(after(0), after(30))]})
    await change(session, user, ticket, 60, {"tracking": False}, status=("open", "closed"))
    [worklog] = await worklogs(session)
    assert (worklog.duration_ms, worklog.after_work_ms, worklog.latest_interaction) == (30_000, 0, after(60))


@pytest.mark.parametrize(
    ("values", "actions", "names_message"),
    [
        ({}, ["reply"], True),
        ({"private": True, "direction": "internal"}, [], False),
        ({"is_draft": True}, ["draft"], False),
        ({"written_here": False}, [], False),
        ({"actor_kind": ActorKind.SERVICE_WORKER}, [], False),
    ],
)
async def test_messages_are_actions(
    session: WriteSession, values: Any, actions: list[str], names_message: bool
) -> None:
    user, ticket = (await make_profile(session)).id, (await make_ticket(session)).id
    message = await written(session, user, ticket, 0, **values)
    found = await worklogs(session)
    assert [worklog.action_list for worklog in found] == ([actions] if actions else [])
    assert [worklog.conversation_id for worklog in found] == ([message if names_message else None] if actions else [])


@pytest.mark.parametrize(("values", "level"), [({}, 0), ({"cortex_request_id": 7}, 2), ({"intent_ids": ("x",)}, 3)])
async def test_replies_name_the_suggestions_they_took_over(session: WriteSession, values: Any, level: int) -> None:
    user, ticket = (await make_profile(session)).id, (await make_ticket(session)).id
    await written(session, user, ticket, 0, **values)
    assert [worklog.automation_level for worklog in await worklogs(session)] == [level]


async def test_ai_agents_are_stored_as_told(session: WriteSession) -> None:
    user, ticket = (await make_profile(session)).id, (await make_ticket(session)).id
    agent = {"id": 5, "name": "Email Assistant", "textAssistanceAccuracy": 0.92, "actions": None}
    use = AiUse(AutomationLevel.APPROVED, (agent,), 0.92)
    await record_action(session, user_id=user, ticket_id=ticket, at=after(0), action=Action.REPLY, ai=use)
    [worklog] = await worklogs(session)
    assert (worklog.automation_level, worklog.ai_agents, worklog.text_assistance_accuracy) == (4, [agent], 0.92)


async def test_a_published_draft_earns_its_author_a_reply_where_it_was_written(session: WriteSession) -> None:
    author, approver = (await make_profile(session)).id, (await make_profile(session)).id
    ticket = (await make_ticket(session)).id
    draft = await written(session, author, ticket, 0, is_draft=True)
    await customer_writes(session, ticket, after(600))
    await written(session, author, ticket, 700, is_draft=True)
    await take_published_draft(
        session, DraftPublished(ticket, draft, author, approver, draft_written_at=after(0), at=after(900))
    )
    found = {(w.user_id, w.started_at): (w.action_list, w.action, w.conversation_id) for w in await worklogs(session)}
    assert found == {
        (author, after(0)): (["reply", "draft"], "writeAction", draft),
        (author, after(700)): (["draft"], "statusAction", None),
    }
    approvals = select(WorkSegment.actions).where(WorkSegment.user_id == approver)
    assert (await session.execute(approvals)).scalars().all() == [["draft-approved"]]


async def test_publishing_ones_own_draft_is_no_approval(session: WriteSession) -> None:
    author, ticket = (await make_profile(session)).id, (await make_ticket(session)).id
    draft = await written(session, author, ticket, 0, is_draft=True)
    await take_published_draft(
        session, DraftPublished(ticket, draft, author, author, draft_written_at=after(0), at=after(30))
    )
    assert [worklog.action_list for worklog in await worklogs(session)] == [["reply", "draft"]]


async def test_teams_are_those_at_the_last_touch(session: WriteSession) -> None:
    team, other, closed = [(await make_team(session, **values)).id for values in ({}, {}, {"state": "inactive"})]
    user = (await make_profile(session, teams=[team, other, closed])).id
    ticket = (await make_ticket(session)).id
    await written(session, user, ticket, 0)
    assert [worklog.team_ids for worklog in await worklogs(session)] == [[team, other]]


async def test_spam_and_deleted_messages_start_no_phase(session: WriteSession) -> None:
    user = (await make_profile(session)).id
    spam, ticket = (await make_ticket(session, spam_status="auto_spam")).id, (await make_ticket(session)).id
    for id_ in (spam, ticket):
        await written(session, user, id_, 0)
        message = await customer_writes(session, id_, after(600))
        if id_ == ticket:
            row = await make_message(session, id_)
            row.deleted_at = after(0)
            stored = await session.get_one(type(row), message)
            stored.deleted_at = after(650)
            await session.flush()
        await written(session, user, id_, 700)
    assert len(await worklogs(session)) == 2


async def test_closing_date_and_sla_of_everybody_who_had_begun(session: WriteSession) -> None:
    early, closer, late = [(await make_profile(session)).id for _ in range(3)]
    ticket = await make_ticket(session, sla_due_at=after(3600))  # 10:00 UTC on a Wednesday
    await written(session, early, ticket.id, 0)
    await change(session, closer, ticket.id, 5400, status=("open", "closed"))
    await change(session, None, ticket.id, 5500, status=("closed", "open"))
    await written(session, late, ticket.id, 6000)
    found = await worklogs(session)
    assert [(w.closing_at, w.net_seconds_after_sla, w.re_opened) for w in found] == [
        (after(5400), 1800, False),
        (after(5400), 1800, True),
        (None, None, False),
    ]
    await change(session, closer, ticket.id, 7200, {"track_time": False}, status=("open", "closed"))
    assert [w.closing_at for w in await worklogs(session)] == [after(5400), after(5400), after(7200)]


async def test_reopening_counts_within_the_period_only(session: WriteSession) -> None:
    await set_settings(session, worklogReopenDays=1)
    user, ticket = (await make_profile(session)).id, (await make_ticket(session)).id
    await change(session, user, ticket, 0, status=("open", "closed"))
    await change(session, None, ticket, 86_401, status=("closed", "open"))
    assert [w.re_opened for w in await worklogs(session)] == [False]
    await change(session, user, ticket, 90_000, status=("open", "closed"))
    await change(session, user, ticket, 90_060, status=("closed", "open"))
    assert [w.re_opened for w in await worklogs(session)] == [False, True]


async def test_the_sla_date_is_that_of_the_phase(session: WriteSession) -> None:
    user = (await make_profile(session)).id
    ticket = await make_ticket(session, sla_due_at=after(3600))
    await change(session, user, ticket.id, 0, status=("open", "closed"))
    ticket.sla_started_at, ticket.sla_due_at = after(7200), after(10_800)
    moved = {"by_hand": frozenset[str]()}
    await change(session, None, ticket.id, 7200, moved, status=("closed", "open"), sla_due_at=("x", "y"))
    await written(session, user, ticket.id, 90_000)
    ticket.sla_due_at = after(14_400)
    await change(session, user, ticket.id, 90_010, tag_ids=((), (1,)), sla_due_at=("y", "z"))
    assert [w.sla_due_at for w in await worklogs(session)] == [after(3600), after(14_400)]
    await rebuild(session, user, [ticket.id])
    assert [w.sla_due_at for w in await worklogs(session)] == [after(3600), after(14_400)]


async def test_a_late_signal_renews_only_the_worklog_it_belongs_to(session: WriteSession) -> None:
    user = (await make_profile(session)).id
    ticket = await make_ticket(session, sla_due_at=after(3600))
    await written(session, user, ticket.id, 0)
    await customer_writes(session, ticket.id, after(600))
    await written(session, user, ticket.id, 1200)
    ticket.sla_due_at = after(14_400)
    await session.flush()
    await record(session, user, {ticket.id: [act(after(1190), "tagged")]})
    found = await worklogs(session)
    assert [(w.action_list, w.sla_due_at) for w in found] == [
        (["reply"], after(3600)),
        (["reply", "tagged"], after(14_400)),
    ]


async def test_listeners_hear_of_actions_but_not_of_time_alone(
    session: WriteSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[int, ...]] = []

    async def hear(_: WriteSession, event: WorklogTouched) -> None:
        heard.append(event.worklog_ids)

    monkeypatch.setitem(events._handlers, WorklogTouched, [hear])
    user, ticket = (await make_profile(session)).id, (await make_ticket(session)).id
    await record(session, user, {ticket: [*pings(after(0), after(60))]})
    assert heard == []
    await record(session, user, {ticket: [act(after(60), "reply")]})
    [worklog] = await worklogs(session)
    assert heard == [(worklog.id,)]
    await record(session, user, {ticket: [*pings(after(90), after(120))]})
    await rebuild(session, user, [ticket])
    assert heard == [(worklog.id,)]
    await record(session, user, {ticket: [act(after(150), "internal-note")]})
    assert heard == [(worklog.id,), (worklog.id,)]


async def test_survey_answers_are_told(session: WriteSession) -> None:
    user, ticket = (await make_profile(session)).id, (await make_ticket(session)).id
    await record(session, user, {ticket: [act(after(0), "reply")]})
    [worklog] = await worklogs(session)
    answer = {"id": 88, "scale": 5, "answerStars": 5, "answerText": "Great service!"}
    await tell_csat(session, {worklog.id: answer})
    assert [w.csat for w in await worklogs(session)] == [answer]
    await rebuild(session, user, [ticket])
    assert [w.csat for w in await worklogs(session)] == [answer]
    await tell_csat(session, {worklog.id: None})
    assert [w.csat for w in await worklogs(session)] == [None]
