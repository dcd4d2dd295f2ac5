"""The queue of live conversations (ticket.md 2.15)."""

from datetime import timedelta
from typing import Any

from assaydesk.domains.worklogs.models import Worklog
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from tests.factories.profiles import make_profile
from tests.factories.tags import make_tag
from tests.factories.tickets import make_ticket

LIVE = {"channel": "chat", "is_customer_active": True}


async def make_handled(session: WriteSession, user_id: int, seconds: int) -> None:
    ticket = await make_ticket(session, channel="chat", status="closed")
    now = utc_now() - timedelta(days=1)
    session.add(
        Worklog(
            user_id=user_id, ticket_id=ticket.id, date=now.date(), phase=0, started_at=now, latest_interaction=now,
            worked_at=now, action="writeAction", context="reply", action_list=["reply"], duration_ms=seconds * 1000,
            after_work_ms=0,
        )
    )  # fmt: skip


async def test_given_nobody_no_live_conversation_is_possible(as_actor: Any, anonymous: Any) -> None:
    client = await as_actor(permissions=[])
    assert (await client.get("/agents/queue")).json() == {
        "agentQueue": -1, "liveConversationPossible": {"chat": False, "phone": False},
        "expectedWaitingTime": {"chat": -1, "phone": -1}, "success": True,
    }  # fmt: skip
    assert (await anonymous.get("/agents/queue")).status_code == 401
    assert (await client.get("/agents/queue?tagIds[]=x")).status_code == 422


async def test_given_idle_people_the_wait_is_estimated(as_actor: Any, session: WriteSession) -> None:
    skill = await make_tag(session, tag_routing=True)
    idle = {"chatRoutingStatus": "idle"}
    anybody = await make_profile(session, settings=idle)
    await make_profile(session, settings=idle | {"skills": {"tagIds": [skill.id], "channels": ["chat"]}})
    await make_profile(session, settings=idle | {"skills": {"tagIds": [], "channels": ["email"]}})
    await make_profile(session, settings=idle, work_status="break")
    await make_profile(session, settings={"chatRoutingStatus": "interacting"})
    tagged = await make_ticket(session, tags=[skill.id], **LIVE)
    for _ in range(2):
        await make_ticket(session, **LIVE)
    await make_ticket(session, channel="chat")
    await make_ticket(session, agent_id=anybody.id, **LIVE)
    await make_handled(session, anybody.id, 100)
    await make_handled(session, anybody.id, 300)
    await session.commit()
    client = await as_actor(permissions=[])
    assert (await client.get("/agents/queue")).json() == {
        "agentQueue": 1.5, "liveConversationPossible": {"chat": True, "phone": False},
        "expectedWaitingTime": {"chat": 300, "phone": -1}, "success": True,
    }  # fmt: skip
    narrowed = (await client.get(f"/agents/queue?tagIds[]={skill.id}")).json()
    assert (narrowed["agentQueue"], narrowed["expectedWaitingTime"]["chat"]) == (0.5, 100)
    assert (await client.get("/agents/queue?subchannelId=7")).json()["agentQueue"] == 0
    assert tagged.id
