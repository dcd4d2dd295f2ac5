"""What happens by itself: tickets go back, absences begin, silence closes, answers find their people."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from assaydesk.domains.profiles.models import Absence, Profile
from assaydesk.domains.routing.events import TicketClosedDueToInactivity
from assaydesk.domains.routing.models import Handout
from assaydesk.domains.routing.tasks import close_inactive, status
from assaydesk.domains.tickets.models import Ticket, TicketChange
from assaydesk.domains.worklogs.models import Presence, Worklog, WorkSegment, WorkSignal
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import on
from assaydesk.platform.jobs.job import Runtime
from tests.factories.profiles import make_profile, make_team
from tests.factories.tickets import make_ticket
from tests.factories.worklogs import make_message, set_settings

LATER = timedelta(seconds=61)


async def tickets(session: WriteSession) -> dict[int, Ticket]:
    return {row.id: row for row in await session.scalars(select(Ticket).execution_options(populate_existing=True))}


async def pass_a_minute(session: WriteSession) -> None:
    await session.execute(update(Presence).values(at=Presence.at - LATER))
    await session.execute(update(Handout).values(routed_at=Handout.routed_at - LATER))
    await session.commit()


async def hand(as_actor: Any, session: WriteSession) -> tuple[Any, int]:
    ticket = await make_ticket(session)
    await session.commit()
    client = await as_actor()
    assert (await client.post("/ticket/getLatest")).json()["ticketId"] == ticket.id
    return client, ticket.id


async def test_given_no_sign_of_life_a_ticket_goes_back(as_actor: Any, session: WriteSession, runtime: Runtime) -> None:
    client, ticket_id = await hand(as_actor, session)
    await status.function(runtime)
    assert (await tickets(session))[ticket_id].agent_id == client.actor_id
    await pass_a_minute(session)
    assert await status.function(runtime) == {"returned": 1, "offline": 0}
    assert (await tickets(session))[ticket_id].agent_id is None
    assert await status.function(runtime) == {"returned": 0, "offline": 0}
    assert (await session.scalars(select(Handout))).all() == []
    (line,) = (await session.scalars(select(TicketChange).where(TicketChange.user_id.is_(None)))).all()
    assert line.changes == {"agentId": {"old": client.actor_id, "new": None}}
    # Its first person may have it again at once.
    assert (await client.post("/ticket/getLatest")).json()["ticketId"] == ticket_id


async def test_given_a_ping_a_ticket_stays(as_actor: Any, session: WriteSession, runtime: Runtime) -> None:
    client, ticket_id = await hand(as_actor, session)
    await pass_a_minute(session)
    await client.get(f"/ticket/{ticket_id}/ping")
    assert (await status.function(runtime))["returned"] == 0
    assert (await tickets(session))[ticket_id].agent_id == client.actor_id


@pytest.mark.parametrize("work", ["note", "assign", "close"])
async def test_given_work_or_another_agent_the_ticket_is_left_alone(
    as_actor: Any, session: WriteSession, runtime: Runtime, work: str
) -> None:
    client, ticket_id = await hand(as_actor, session)
    other = await make_profile(session)
    await session.commit()
    if work == "note":
        await client.post(f"/ticket/{ticket_id}/conversation/reply", json={"body": "Hm", "private": True})
    elif work == "assign":
        await (await as_actor()).patch(f"/ticket/{ticket_id}", json={"agentId": other.id})
    else:
        await client.patch("/ticket?trackTime=false", json=[{"id": ticket_id, "status": "closed"}])
    await session.execute(update(Presence).values(at=Presence.at - LATER))
    await session.execute(update(Handout).values(routed_at=Handout.routed_at - LATER))
    await session.execute(Worklog.__table__.delete())

    await session.execute(update(WorkSegment).values(last_signal_at=WorkSegment.last_signal_at - LATER))
    await session.execute(update(WorkSignal).values(at=WorkSignal.at - timedelta(seconds=30)))
    await session.commit()
    assert (await status.function(runtime))["returned"] == 1
    expected = other.id if work == "assign" else client.actor_id
    assert (await tickets(session))[ticket_id].agent_id == expected


async def test_given_an_absence_that_begins_the_substitute_takes_over(session: WriteSession, runtime: Runtime) -> None:
    person, substitute = await make_profile(session), await make_profile(session)
    ticket = await make_ticket(session, agent_id=person.id)
    absence = Absence(profile_id=person.id, since=utc_now() + LATER, substitute_user_id=substitute.id)
    session.add(absence)
    await session.commit()
    await status.function(runtime)
    assert (await tickets(session))[ticket.id].agent_id == person.id
    await session.execute(update(Absence).values(since=utc_now() - LATER))
    await session.commit()
    await status.function(runtime)
    await status.function(runtime)
    changed = (await tickets(session))[ticket.id]
    assert (changed.agent_id, changed.version) == (substitute.id, 2)


async def test_given_people_who_left_their_desk_they_are_offline(session: WriteSession, runtime: Runtime) -> None:
    ready = {"chatRoutingStatus": "idle", "callRoutingStatus": "unavailable", "tagsOnEdit": []}
    gone = await make_profile(session, settings=ready, last_seen=utc_now() - timedelta(seconds=151))
    there = await make_profile(session, settings=ready, last_seen=utc_now() - timedelta(seconds=60))
    await session.commit()
    assert (await status.function(runtime))["offline"] == 1
    rows = {row.id: row for row in await session.scalars(select(Profile).execution_options(populate_existing=True))}
    assert rows[gone.id].settings == ready | {"chatRoutingStatus": "offline", "callRoutingStatus": "offline"}
    assert rows[there.id].settings == ready


async def test_given_silence_pending_tickets_are_closed_without_a_worklog(
    session: WriteSession, runtime: Runtime
) -> None:
    closed: list[int] = []

    async def note(_: Any, event: TicketClosedDueToInactivity) -> None:
        closed.append(event.ticket_id)

    on(TicketClosedDueToInactivity, note)
    waiting = {"status": "pending", "due_by": utc_now() + timedelta(days=9), "due_by_was_set_manually": True}
    silent, talking = await make_ticket(session, **waiting), await make_ticket(session, **waiting)
    unheard, open_ = await make_ticket(session, **waiting), await make_ticket(session)
    await make_message(session, silent.id, utc_now() - timedelta(days=5))
    await make_message(session, talking.id, utc_now() - timedelta(days=2))
    await make_message(session, unheard.id, utc_now(), deleted_at=utc_now())
    await session.commit()
    assert await close_inactive.function(runtime) == {"tickets": 0}
    await set_settings(session, autoCloseInactiveDays=3)
    await session.commit()
    assert await close_inactive.function(runtime) == {"tickets": 2}
    assert await close_inactive.function(runtime) == {"tickets": 0}
    found = {one: row.status for one, row in (await tickets(session)).items()}
    assert found == {silent.id: "closed", unheard.id: "closed", talking.id: "pending", open_.id: "open"}
    assert closed == [silent.id, unheard.id]
    assert (await session.scalars(select(Worklog))).all() == []


async def answer(client: Any, ticket_id: int) -> None:
    sent = await client.post(f"/ticket/{ticket_id}/conversation/store", json={"direction": "in", "body": "And now?"})
    assert sent.status_code == 200, sent.text


async def test_given_a_closed_ticket_the_answer_goes_to_the_last_agent(as_actor: Any, session: WriteSession) -> None:
    await set_settings(session, routingLastAgent=True)
    ticket = await make_ticket(session)
    await session.commit()
    closer, outside = await as_actor(), await as_actor()
    await closer.patch(f"/ticket/{ticket.id}", json={"status": "closed"})
    await answer(outside, ticket.id)
    changed = (await tickets(session))[ticket.id]
    assert (changed.status, changed.agent_id) == ("open", closer.actor_id)


async def test_given_an_absent_agent_the_answer_goes_to_the_team_or_to_all(
    as_actor: Any, session: WriteSession
) -> None:
    await set_settings(session, routingLastAgent=True)
    team = await make_team(session)
    person = await make_profile(session, teams=[team.id])
    mate, _ = (
        await make_profile(session, teams=[team.id]),
        await make_profile(session, teams=[team.id], state="inactive"),
    )
    closed = {"status": "closed", "closed_at": utc_now() - timedelta(days=1), "agent_id": person.id}
    for_all, for_team = await make_ticket(session, **closed), await make_ticket(session, **closed)
    pending = await make_ticket(session, status="pending", agent_id=person.id, due_by=utc_now() + LATER)
    session.add(Absence(profile_id=person.id, since=utc_now() - LATER))
    await session.commit()
    client = await as_actor()
    await answer(client, for_all.id)
    await answer(client, pending.id)
    await set_settings(session, routingLastTeam=True)
    await session.commit()
    await answer(client, for_team.id)
    found = await tickets(session)
    assert (found[for_all.id].agent_id, found[for_all.id].assigned_agent_ids) == (None, [])
    assert (found[pending.id].agent_id, found[pending.id].status) == (None, "open")
    assert (found[for_team.id].agent_id, found[for_team.id].assigned_agent_ids) == (None, [mate.id])


async def test_given_a_matter_that_goes_on_in_a_new_ticket_the_last_agent_gets_it(
    as_actor: Any, session: WriteSession
) -> None:
    await set_settings(session, routingLastAgent=True, reopenWindowDays=5)
    person = await make_profile(session)
    old = await make_ticket(session, status="closed", closed_at=utc_now() - timedelta(days=10), agent_id=person.id)
    await session.commit()
    await answer(await as_actor(), old.id)
    (new,) = [row for row in (await tickets(session)).values() if row.previous_ticket_id == old.id]
    assert new.agent_id == person.id
