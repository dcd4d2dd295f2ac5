"""POST /ticket/{ticketId}/autoexecute (ticket.md 2.10)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from assaydesk.platform.db.session import WriteSession
from tests.factories.tickets import make_ticket


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, "no_agent_detected"),
        ({"status": "closed", "closed_at": datetime(2024, 6, 13, tzinfo=UTC)}, "ticket_closed"),
        ({"spam_status": "auto_spam"}, "ticket_is_spam"),
    ],
)
async def test_given_no_agent_it_is_refused_with_every_condition(
    as_actor: Any, session: WriteSession, values: dict[str, Any], code: str
) -> None:
    ticket = await make_ticket(session, customer_legitimation=20, **values)
    await session.commit()
    client = await as_actor(permissions=["executeIntent", "readTicket"])
    answer = await client.post(f"/ticket/{ticket.id}/autoexecute?allowMultipleIntents=true", json={"dryRun": True})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, code), answer.text
    conditions = {one["code"]: one["passed"] for one in answer.json()["error"]["details"]["conditions"]}
    assert conditions[code] is False
    assert conditions["not_legitimated"] is True
    assert (await client.get(f"/ticket/{ticket.id}")).json()["version"] == 1


async def test_given_no_right_or_no_ticket_it_is_refused(as_actor: Any, session: WriteSession) -> None:
    ticket = await make_ticket(session)
    await session.commit()
    reader = await as_actor(permissions=["readTicket"])
    assert (await reader.post(f"/ticket/{ticket.id}/autoexecute")).status_code == 403
    assert (await reader.post("/ticket/99999999/autoexecute")).status_code == 404
    client = await as_actor(permissions=["executeIntent", "readTicket"])
    assert (await client.post(f"/ticket/{ticket.id}/autoexecute?executeAgentId=x")).status_code == 422
