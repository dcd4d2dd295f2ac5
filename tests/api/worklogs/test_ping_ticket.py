"""`GET /ticket/{ticketId}/ping`."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text

from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.tickets.events import PresenceEnded
from assaydesk.domains.worklogs.models import Presence, WorkSegment, WorkSignal
from assaydesk.domains.worklogs.recording import end_presence
from assaydesk.domains.worklogs.schemas import PingAnswer
from assaydesk.domains.worklogs.track import record
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.engine import JoinedDatabase
from assaydesk.platform.db.session import WriteSession
from tests.api.worklogs.test_list_worklogs_of_ticket import assert_same_shape
from tests.factories.profiles import make_profile
from tests.factories.tickets import make_ticket
from tests.factories.worklogs import act


@pytest.fixture
async def ticket(session: WriteSession) -> int:
    id_ = (await make_ticket(session)).id
    await session.commit()
    return id_


def present(answer: httpx.Response) -> list[int]:
    assert answer.status_code == 200, answer.text
    assert answer.json()["success"] is True
    return [user["id"] for user in answer.json()["workedOnBy"]]


async def segments(session: WriteSession) -> list[tuple[int, str]]:
    rows = await session.execute(select(WorkSegment.user_id, WorkSegment.last_kind).order_by(WorkSegment.since))
    return [tuple(row) for row in rows]


async def test_a_ping_opens_a_segment_and_answers_who_is_there(
    session: WriteSession, as_actor: Any, ticket: int, shared_spec: Path
) -> None:
    client, other = await as_actor(), await as_actor()
    assert present(await other.get(f"/ticket/{ticket}/ping")) == [other.actor_id]
    answer = await client.get(f"/ticket/{ticket}/ping")
    assert present(answer) == sorted([other.actor_id, client.actor_id])
    assert await segments(session) == [(other.actor_id, "ping"), (client.actor_id, "ping")]
    PingAnswer.model_validate(answer.json())
    example = json.loads((shared_spec / "examples/pingTicket.response.json").read_text())
    for user in (*example["workedOnBy"], *answer.json()["workedOnBy"]):
        for key in ("phone", "lastSeen", "nameAlias", "externalId"):
            user[key] = None
    assert_same_shape(example, answer.json())
    assert not {"password", "settings"} & answer.json()["workedOnBy"][0].keys()


async def test_pings_go_on_in_one_segment(session: WriteSession, as_actor: Any, ticket: int) -> None:
    client = await as_actor()
    for _ in range(3):
        await client.get(f"/ticket/{ticket}/ping")
    assert await segments(session) == [(client.actor_id, "ping")]
    assert len((await session.execute(select(WorkSignal))).all()) == 3


async def test_final_ends_the_segment_and_the_presence(session: WriteSession, as_actor: Any, ticket: int) -> None:
    client = await as_actor()
    await client.get(f"/ticket/{ticket}/ping")
    assert present(await client.get(f"/ticket/{ticket}/ping", params={"final": "true"})) == []
    assert await segments(session) == [(client.actor_id, "final")]
    await client.get(f"/ticket/{ticket}/ping")
    assert await segments(session) == [(client.actor_id, "final"), (client.actor_id, "ping")]


async def test_a_window_in_the_background_is_no_signal(session: WriteSession, as_actor: Any, ticket: int) -> None:
    client = await as_actor()
    assert present(await client.get(f"/ticket/{ticket}/ping", params={"focused": "0"})) == [client.actor_id]
    assert await segments(session) == []


@pytest.mark.parametrize(("status", "shown"), [("break", False), ("support", True), ("longAbsence", False)])
async def test_while_tracking_is_off_pings_are_no_signals(
    session: WriteSession, as_actor: Any, ticket: int, status: str, shown: bool
) -> None:
    client = await as_actor(work_status=status)
    assert present(await client.get(f"/ticket/{ticket}/ping")) == ([client.actor_id] if shown else [])
    assert await segments(session) == []


async def test_service_workers_are_not_present(session: WriteSession, as_actor: Any, ticket: int) -> None:
    client = await as_actor(type="serviceWorker")
    assert present(await client.get(f"/ticket/{ticket}/ping")) == []
    assert await segments(session) == []


async def test_presence_lasts_60_seconds(session: WriteSession, as_actor: Any, ticket: int) -> None:
    client = await as_actor()
    for seconds in (50, 70):
        user = (await make_profile(session)).id
        session.add(Presence(ticket_id=ticket, user_id=user, at=utc_now() - timedelta(seconds=seconds)))
        if seconds == 50:
            recent = user
    await session.commit()
    assert present(await client.get(f"/ticket/{ticket}/ping")) == sorted([recent, client.actor_id])


async def test_an_action_shows_presence_too(session: WriteSession, as_actor: Any, ticket: int) -> None:
    client = await as_actor()
    user = (await make_profile(session)).id
    await record(session, user, {ticket: [act(utc_now(), "tagged")]})
    await session.commit()
    assert present(await client.get(f"/ticket/{ticket}/ping")) == sorted([user, client.actor_id])


async def test_closing_ends_presence_but_a_ping_on_a_closed_ticket_works(
    session: WriteSession, as_actor: Any, ticket: int
) -> None:
    client, other = await as_actor(), await as_actor()
    await other.get(f"/ticket/{ticket}/ping")
    await session.execute(
        text("update tickets set status = 'closed', closed_at = :now where id = :id"), {"now": utc_now(), "id": ticket}
    )
    await session.commit()
    assert present(await client.get(f"/ticket/{ticket}/ping")) == [client.actor_id]


async def test_who_says_to_have_left_is_gone(session: WriteSession, as_actor: Any, ticket: int) -> None:
    client = await as_actor()
    await client.get(f"/ticket/{ticket}/ping")
    elsewhere = (await make_ticket(session)).id
    await end_presence(session, PresenceEnded((ticket, elsewhere), client.actor_id, utc_now()))
    await session.commit()
    other = await as_actor()
    assert present(await other.get(f"/ticket/{ticket}/ping")) == [other.actor_id]
    assert await segments(session) == [(client.actor_id, "final"), (other.actor_id, "ping")]


async def test_when_others_were_last_seen_is_shown_to_those_who_may_know(
    session: WriteSession, as_actor: Any, ticket: int
) -> None:
    seen = utc_now().replace(microsecond=0)
    user = await make_profile(session, last_seen=seen)
    session.add(Presence(ticket_id=ticket, user_id=user.id, at=utc_now()))
    await session.commit()

    async def shown(*permissions: str) -> str | None:
        client = await as_actor(permissions=["readTicket", *permissions])
        users = (await client.get(f"/ticket/{ticket}/ping")).json()["workedOnBy"]
        return next(one["lastSeen"] for one in users if one["id"] == user.id)

    assert await shown() is None
    assert await shown("readUserLastSeenDate") == seen.strftime("%Y-%m-%d %H:%M:%S")
    assert (await session.get_one(Profile, user.id)).last_seen == seen


async def test_a_ping_takes_few_statements(as_actor: Any, ticket: int, database: JoinedDatabase) -> None:
    client = await as_actor()
    await client.get(f"/ticket/{ticket}/ping")
    before = database.statements
    await client.get(f"/ticket/{ticket}/ping")
    assert database.statements - before <= 20


async def test_without_a_token(anonymous: httpx.AsyncClient, ticket: int) -> None:
    assert (await anonymous.get(f"/ticket/{ticket}/ping")).status_code == 401


async def test_a_ticket_that_the_caller_may_not_read_is_not_found(
    session: WriteSession, as_actor: Any, ticket: int
) -> None:
    answer = await (await as_actor(permissions=[])).get(f"/ticket/{ticket}/ping")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "ticket_not_found")
    assert (await (await as_actor()).get("/ticket/999999/ping")).status_code == 404
    assert await segments(session) == []


@pytest.mark.parametrize("query", [{"final": "maybe"}, {"focused": "2"}])
async def test_malformed_parameters(as_actor: Any, ticket: int, query: dict[str, str]) -> None:
    answer = await (await as_actor()).get(f"/ticket/{ticket}/ping", params=query)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_failed")
