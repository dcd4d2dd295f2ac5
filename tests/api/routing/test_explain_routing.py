"""Explaining an order (ticket.md 6.6)."""

from datetime import timedelta
from typing import Any

from assaydesk.domains.worklogs.models import Presence
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from tests.factories.profiles import make_profile
from tests.factories.tags import make_tag
from tests.factories.tickets import CREATED, make_ticket

HOUR = timedelta(hours=1)
RIGHT = ["updateUserProfileSkills"]


async def test_given_tickets_the_order_of_a_user_is_explained(as_actor: Any, session: WriteSession) -> None:
    bills, meters = await make_tag(session, name="Bills", tag_routing=True), await make_tag(session, tag_routing=True)
    person = await make_profile(session, settings={"skills": {"tagIds": [bills.id], "channels": ["email"]}})
    second = await make_ticket(session, tags=[bills.id], due_by=CREATED + HOUR, priority="high")
    own = await make_ticket(session, agent_id=person.id)
    third = await make_ticket(session)
    foreign = await make_ticket(session, tags=[meters.id], assigned_agent_ids=[999])
    session.add(Presence(ticket_id=foreign.id, user_id=(await make_profile(session)).id, at=utc_now()))
    await session.commit()
    client = await as_actor(permissions=RIGHT)
    path = f"/profile/{person.id}/routing"
    answer = (await client.get(path)).json()
    assert answer["routingPriority"] == [own.id, second.id, third.id]
    assert answer["total"] == 3
    assert answer["details"][1] == {
        "routingPriority": 2, "id": second.id, "ticketNotAssigned": True, "ticketNotWorkedOnByColleague": True,
        "aiSupportLevel": "unprocessed", "priority": "high", "channel": "email", "dueBy": "2024-06-12 08:00:00",
        "tagExplanation": "Fits: all skill tags must be held. Held: Bills. Missing: none.",
    }  # fmt: skip
    assert (answer["details"][0]["ticketNotAssigned"], answer["details"][0]["dueBy"]) == (False, None)
    assert "due date" in answer["query"]
    assert "select" not in answer["query"].lower()
    # Exactly one ticket, also one that the user does not get.
    one = (await client.get(f"{path}?id={third.id}")).json()
    assert ([detail["routingPriority"] for detail in one["details"]], one["total"]) == ([3], 1)
    (not_his,) = (await client.get(f"{path}?id={foreign.id}")).json()["details"]
    assert (not_his["routingPriority"], not_his["ticketNotAssigned"]) == (None, False)
    assert not_his["ticketNotWorkedOnByColleague"] is False
    assert not_his["tagExplanation"].startswith("Does not fit")
    # From a ticket on, and a part of the list.
    after = (await client.get(f"{path}?ticketId={own.id}")).json()
    assert [(detail["routingPriority"], detail["id"]) for detail in after["details"]] == [(2, second.id), (3, third.id)]
    part = (await client.get(f"{path}?offset=1&limit=2")).json()
    assert ([detail["routingPriority"] for detail in part["details"]], part["total"]) == ([2, 3], 3)
    assert (await client.get(f"{path}?limit=1")).json() == {"details": [{"routingPriority": 1, "id": own.id}]}
    found = (await client.get(f"{path}?q={third.id}")).json()
    assert found["routingPriority"] == [third.id]


async def test_given_the_own_profile_the_short_form_and_the_list_are_free(
    as_actor: Any, anonymous: Any, session: WriteSession
) -> None:
    ticket = await make_ticket(session)
    await session.commit()
    client, other = await as_actor(permissions=[]), await as_actor(permissions=["readTicket"])
    path = f"/profile/{client.actor_id}/routing"
    assert (await client.get(path)).json()["routingPriority"] == [ticket.id]
    short = (await client.get(f"{path}?id={ticket.id}&limit=1")).json()
    assert short == {"details": [{"routingPriority": 1, "id": ticket.id}]}
    for refused in (await client.get(f"{path}?id={ticket.id}"), await other.get(path)):
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "permission_denied")
    assert (await anonymous.get(path)).status_code == 401


async def test_given_unknown_rows_or_bad_values_it_is_refused(as_actor: Any) -> None:
    client = await as_actor(permissions=RIGHT)
    path = f"/profile/{client.actor_id}/routing"
    assert (await client.get("/profile/999999/routing")).json()["error"]["code"] == "profile_not_found"
    for query in ("id=999999", "ticketId=999999"):
        assert (await client.get(f"{path}?{query}")).json()["error"]["code"] == "ticket_not_found"
    for query in ("limit=0", "limit=501", "offset=-1", "id=x"):
        assert (await client.get(f"{path}?{query}")).status_code == 422
