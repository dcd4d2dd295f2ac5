"""A deleted person holds no open tickets any more (people.md 2.11)."""

from typing import Any

from assaydesk.domains.tickets.models import Ticket
from assaydesk.platform.db.session import WriteSession
from tests.factories.profiles import make_profile
from tests.factories.tickets import make_ticket


async def test_given_a_deleted_person_open_tickets_are_given_back_and_closed_ones_keep_the_name(
    as_actor: Any, session: WriteSession
) -> None:
    leaving, staying = (await make_profile(session)).id, (await make_profile(session)).id
    mine = (await make_ticket(session, agent_id=leaving, assigned_agent_ids=[leaving, staying])).id
    shared = (await make_ticket(session, agent_id=staying, assigned_agent_ids=[leaving])).id
    closed = (await make_ticket(session, agent_id=leaving, status="closed")).id
    await session.commit()
    admin = await as_actor()
    answer = await admin.delete(f"/profile/{leaving}")
    assert answer.status_code == 200, answer.text
    session.expire_all()
    held = {
        ticket: (row.agent_id, row.assigned_agent_ids)
        for ticket in (mine, shared, closed)
        if (row := await session.get(Ticket, ticket)) is not None
    }
    assert held == {mine: (None, [staying]), shared: (staying, []), closed: (leaving, [])}
