"""New tickets are read by a job: tags, and the hand-over to people (ticket.md 5.5)."""

from typing import Any

from sqlalchemy import select

from assaydesk.domains.tagging.tasks import read
from assaydesk.domains.tickets.models import TicketTag
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.jobs.job import Runtime
from tests.factories.tags import make_tag
from tests.factories.tickets import make_ticket

NEW = {"channel": "email", "from": "tom@example.com", "subject": "Bill", "body": "My bill is wrong"}


async def test_given_a_new_ticket_its_tags_are_set_once(as_actor: Any, session: WriteSession, run_jobs: Any) -> None:
    by_channel = await make_tag(session, name="Mail", assignment=["assignByChannel"], channels=["email"], sla_hours=8)
    about = {"field": "message.bodyPlain", "operator": "contains", "value": "BILL"}
    by_rule = await make_tag(
        session, name="Bill", assignment=["assignByTicketProperty"], detection_details={"conditions": about}
    )
    private = await make_tag(
        session, name="VIP", visibility="private", assignment=["assignByChannel"], channels=["email"]
    )
    await session.commit()
    client = await as_actor(permissions=["createTicket", "readTicket", "updateTicket", "manageTags"])
    ticket = (await client.post("/ticket", json=NEW)).json()
    assert (ticket["tagIds"], ticket["aiSupportLevel"]) == ([], "unprocessed")
    await run_jobs()
    read_one = (await client.get(f"/ticket/{ticket['id']}")).json()
    assert read_one["tagIds"] == sorted([by_channel.id, by_rule.id, private.id])
    assert (read_one["aiSupportLevel"], read_one["dueBy"] is not None) == ("human", True)
    origins = await session.execute(
        select(TicketTag.tag_id, TicketTag.set_by).where(TicketTag.ticket_id == ticket["id"])
    )
    assert {tuple(row) for row in origins} == {
        (by_channel.id, "channel"), (by_rule.id, "rule"), (private.id, "channel")
    }  # fmt: skip


async def test_given_a_second_delivery_what_a_person_changed_stays(
    as_actor: Any, session: WriteSession, run_jobs: Any, runtime: Runtime
) -> None:
    await make_tag(session, name="Mail", assignment=["assignByChannel"], channels=["email"])
    await session.commit()
    client = await as_actor(permissions=["createTicket", "readTicket", "updateTicket"])
    ticket_id = (await client.post("/ticket", json=NEW)).json()["id"]
    await run_jobs()
    await client.patch(f"/ticket/{ticket_id}", json={"tagIds": []})
    await read.function(runtime, ticket_id=ticket_id)
    assert (await client.get(f"/ticket/{ticket_id}")).json()["tagIds"] == []


async def test_given_spam_it_is_read_only_when_it_is_clean(as_actor: Any, session: WriteSession, run_jobs: Any) -> None:
    tag = await make_tag(session, name="Mail", assignment=["assignByChannel"], channels=["email"])
    ticket = await make_ticket(session, spam_status="auto_spam")
    await session.commit()
    client = await as_actor(permissions=["readTicket", "updateTicket", "markSpam"])
    await client.patch(f"/ticket/{ticket.id}", json={"subject": "Still spam"})
    await run_jobs()
    assert (await client.get(f"/ticket/{ticket.id}")).json()["tagIds"] == []
    await client.patch(f"/ticket/{ticket.id}", json={"spamStatus": "manual_clean"})
    await run_jobs()
    assert (await client.get(f"/ticket/{ticket.id}")).json()["tagIds"] == [tag.id]


async def test_given_a_ticket_that_is_gone_the_job_does_nothing(runtime: Runtime) -> None:
    await read.function(runtime, ticket_id=99_999_999)
