"""What the judge is shown of a piece of work (quality.md 7.1)."""

from datetime import timedelta

from sqlalchemy import func, select

from assaydesk.domains.conversations.models import Attachment, Conversation
from assaydesk.domains.conversations.move_repository import move
from assaydesk.domains.conversations.moves import stood_in
from assaydesk.domains.customers.models import Customer
from assaydesk.domains.quality.assessments.collect import collect
from assaydesk.domains.quality.judging.types import Role
from assaydesk.domains.worklogs.models import ToolCall
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from tests.factories.assessments import make_agent, make_work
from tests.factories.profiles import make_profile
from tests.factories.tickets import make_ticket
from tests.factories.worklogs import make_message


async def test_given_a_ticket_the_case_holds_it_up_to_the_end_of_the_worklog(session: WriteSession) -> None:
    me = await make_agent(session, first_name="Jane", last_name="Doe")
    colleague = (await make_profile(session, first_name="Carl", last_name="Cool")).id
    session.add(Customer(customer_id="C-1", firstname="Tom", lastname="Mustermann", email="tom@home.example"))
    ticket = await make_ticket(session, customer_id="C-1", contract_id="K-9", language_code="de", channel="chat")
    work = await make_work(session, me, ticket=ticket, duration_ms=61_500, sla_due_at=utc_now() - timedelta(days=1))
    end = work.worklog.latest_interaction
    system = await make_message(session, ticket.id, end - timedelta(minutes=29), direction="internal", text="Merged.")
    note = await make_message(
        session, ticket.id, end - timedelta(minutes=2), direction="internal", private=True, agent_id=me, text="Note."
    )
    other = await make_message(
        session, ticket.id, end - timedelta(minutes=20), direction="out", agent_id=colleague, text="Carl here."
    )
    mine_before = await make_message(
        session, ticket.id, end - timedelta(days=2), direction="out", agent_id=me, text="Earlier."
    )
    await make_message(session, ticket.id, end + timedelta(seconds=1), text="After the end.")
    await make_message(session, ticket.id, end, direction="out", agent_id=me, is_draft=True, text="A draft.")
    await make_message(session, ticket.id, end, direction="out", agent_id=me, deleted_at=end, text="Deleted.")
    session.add_all(
        Attachment(id=f"a{number}", conversation_id=work.question.id, name=name)
        for number, name in enumerate(("bill.pdf", "photo.jpg"))
    )
    call = ToolCall(
        ticket_id=ticket.id, user_id=me, worklog_id=work.worklog.id, name="find_contract", arguments={"id": 1},
        result="found", at=end,
    )  # fmt: skip
    session.add(call)
    await session.flush()
    found = (await collect(session, [work.worklog.id], now=utc_now()))[work.worklog.id]
    case = found.case
    assert [(message.conversation_id, message.role, message.assessed) for message in case.messages] == [
        (mine_before.id, Role.AGENT, False),
        (work.question.id, Role.CUSTOMER, False),
        (system.id, Role.SYSTEM, False),
        (other.id, Role.AGENT, False),
        (note.id, Role.NOTE, True),
        (work.reply.id, Role.AGENT, True),
    ]
    assert case.messages[1].attachments == ("bill.pdf", "photo.jpg")
    assert [(one.id, one.name, one.arguments, one.result) for one in case.tool_calls] == [
        (call.id, "find_contract", {"id": 1}, "found")
    ]
    assert (case.channel, case.language, case.duration_seconds, case.sla_met) == ("chat", "de", 62, False)
    assert {"C-1", "K-9", "Tom", "Mustermann", "tom@home.example", "tom@example.com"} <= set(case.customer_terms)
    assert {"Jane", "Doe", "Carl", "Cool"} <= set(case.agent_terms)
    assert (found.until, found.stamp) == (end, "6:6")


async def test_given_a_draft_that_was_sent_after_the_worklog_it_belongs_to_it(session: WriteSession) -> None:
    me = await make_agent(session)
    work = await make_work(session, me)
    sent = await make_message(
        session, work.ticket.id, work.worklog.latest_interaction + timedelta(hours=1), direction="out", agent_id=me
    )
    work.worklog.conversation_id = sent.id
    await session.flush()
    case = (await collect(session, [work.worklog.id], now=utc_now()))[work.worklog.id].case
    assert case.messages[-1].conversation_id == sent.id
    assert case.messages[-1].assessed


async def test_given_many_worklogs_five_statements_are_enough(session: WriteSession, engine: Database) -> None:
    agent = await make_agent(session)
    works = [await make_work(session, agent, phase=number) for number in range(20)]
    ids = [work.worklog.id for work in works]
    before = engine.statements
    found = await collect(session, [*ids, 9_999_999], now=utc_now())
    assert engine.statements - before == 5
    assert set(found) == set(ids)
    assert await collect(session, [9_999_999], now=utc_now()) == {}


async def test_given_a_merge_each_case_keeps_what_its_worker_saw(session: WriteSession) -> None:
    me = await make_agent(session)
    one, two = await make_work(session, me), await make_work(session, me)
    later = await make_work(session, me, ticket=two.ticket, at=utc_now() + timedelta(hours=1), phase=2)
    await move(session, [one.ticket.id], two.ticket.id, kind="merge", at=utc_now())
    await session.commit()
    found = await collect(session, [work.worklog.id for work in (one, two, later)], now=utc_now())
    shown = {
        work.worklog.id: [message.conversation_id for message in found[work.worklog.id].case.messages]
        for work in (one, two, later)
    }
    mine = [one.question.id, one.reply.id]
    assert shown[one.worklog.id] == mine
    assert shown[two.worklog.id] == [two.question.id, two.reply.id]
    assert set(mine) < set(shown[later.worklog.id])
    assert len(shown[later.worklog.id]) == 6
    for work in (one, two, later):
        count = select(func.count()).where(
            stood_in(work.ticket.id, work.worklog.latest_interaction),
            Conversation.created_at <= work.worklog.latest_interaction,
        )
        assert await session.scalar(count) == len(shown[work.worklog.id]), "the database says the same"
