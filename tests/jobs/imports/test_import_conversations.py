from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from assaydesk.domains.conversations.models import Attachment, Conversation
from assaydesk.domains.customers.models import Customer
from assaydesk.domains.imports.service import ImportReport, SourceNameNotAllowed, SourceUnreadable, import_conversations
from assaydesk.domains.profiles.models import Profile, ProfileTeam
from assaydesk.domains.tags.models import Tag
from assaydesk.domains.teams.models import Team
from assaydesk.domains.tickets.models import Ticket, TicketChange, TicketTag
from assaydesk.domains.worklogs.models import ToolCall, Worklog
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from tests.factories.imports import NOW, REPOSITORY, abcd_item, conversation, items, jsonl, tau_item
from tests.factories.profiles import make_profile

EXAMPLE = REPOSITORY / "examples/conversations/support.jsonl"
FileMaker = Callable[..., Path]


@pytest.fixture
def file(tmp_path: Path) -> FileMaker:
    """`file(line, ...)`: a JSONL file of these lines."""

    def make(*lines: Any, name: str = "chats.jsonl") -> Path:
        path = tmp_path / name
        path.write_bytes(jsonl(*lines).getvalue())
        return path

    return make


async def run(database: Database, path: Path, fmt: str = "jsonl", **options: Any) -> ImportReport:
    return await import_conversations(database, path, fmt=fmt, now=NOW, **options)


async def count(session: WriteSession, table: Any) -> int:
    return await session.scalar(select(func.count()).select_from(table)) or 0


async def counts(session: WriteSession) -> list[int]:
    tables = (
        Ticket,
        Conversation,
        Profile,
        Customer,
        Tag,
        Team,
        TicketTag,
        TicketChange,
        Attachment,
        ToolCall,
        Worklog,
    )
    return [await count(session, table) for table in tables]


async def test_the_example_becomes_tickets_with_everything_around_them(
    database: Database, session: WriteSession
) -> None:
    report = await run(database, EXAMPLE)
    assert (report.imported, report.unchanged, report.faults, report.warnings) == (6, 0, [], [])
    assert (report.messages, report.tool_calls) == (await count(session, Conversation), 3)

    ticket = await session.scalar(select(Ticket).where(Ticket.external_ticket_id == "lumen:L-1002"))
    assert ticket is not None
    raw = await session.scalar(select(Ticket.raw_data).where(Ticket.id == ticket.id))
    assert raw is not None
    assert (raw["source"], raw["id"], raw["times"]) == ("lumen", "L-1002", "source")
    assert (ticket.channel, ticket.status, ticket.direction, ticket.ai_support_level) == (
        "email",
        "closed",
        "in",
        "human",
    )
    assert (ticket.customer_id, ticket.from_address, ticket.from_name) == (
        "K-20533",
        "p.brandt@post.example",
        "Paul Brandt",
    )
    assert ticket.closed_at == ticket.modified_at
    assert ticket.last_customer_message_at is not None
    jonas = await session.scalar(select(Profile).where(Profile.email == "jonas.pohl@lumen.example"))
    assert jonas is not None
    assert (ticket.agent_id, ticket.responder_id) == (jonas.id, jonas.id)
    assert (jonas.first_name, jonas.last_name, jonas.type, jonas.password_hash) == ("Jonas", "Pohl", "user", None)
    team = await session.scalar(select(Team.name).join(ProfileTeam).where(ProfileTeam.profile_id == jonas.id))
    assert team == "Billing"

    messages = (
        await session.scalars(select(Conversation).where(Conversation.ticket_id == ticket.id).order_by(Conversation.id))
    ).all()
    assert [(one.direction, one.private, one.type) for one in messages] == [
        ("in", False, "html"), ("internal", True, "text"), ("out", False, "text"), ("in", False, "text"),
        ("out", False, "text"),
    ]  # fmt: skip
    assert messages[0].body_plain == (
        "Guten Tag,\n\nmein Abschlag ist von 84 auf 131 Euro gestiegen. Warum? Ich möchte ihn senken.\n\nPaul Brandt"
    )
    assert all(one.created_at == one.stored_at for one in messages)
    attachment = await session.scalar(select(Attachment).where(Attachment.conversation_id == messages[2].id))
    assert attachment is not None
    assert (attachment.name, attachment.risk_class) == ("verbrauch-2024.pdf", "safe")
    assert attachment.original_url == "https://files.lumen.example/verbrauch-2024.pdf"

    changes = await session.execute(
        select(TicketChange.user_id, TicketChange.changes)
        .where(TicketChange.ticket_id == ticket.id)
        .order_by(TicketChange.at)
    )
    assert [(user, change["status"]["new"]) for user, change in changes] == [
        (jonas.id, "pending"), (None, "open"), (jonas.id, "closed"),
    ]  # fmt: skip
    parent = await session.scalar(
        select(Tag.name).where(Tag.parent_id.is_(None)).join(TicketTag, isouter=True).limit(1)
    )
    assert parent is not None
    tag = await session.scalar(select(Tag).join(TicketTag).where(TicketTag.ticket_id == ticket.id))
    assert tag is not None
    assert (tag.name, await session.scalar(select(Tag.name).where(Tag.id == tag.parent_id))) == (
        "Instalment",
        "Billing",
    )


async def test_the_same_file_twice_changes_nothing(database: Database, session: WriteSession) -> None:
    await run(database, EXAMPLE)
    before = await counts(session)
    again = await run(database, EXAMPLE)
    assert (again.imported, again.unchanged, again.messages, again.worklogs) == (0, 6, 0, 0)
    assert (again.faults, again.warnings) == ([], [])
    assert await counts(session) == before


async def test_a_file_that_grew_adds_what_is_new(database: Database, session: WriteSession, file: FileMaker) -> None:
    await run(database, file(conversation()))
    report = await run(database, file(conversation(), conversation(id="c-2")))
    assert (report.imported, report.unchanged) == (1, 1)
    assert await count(session, Ticket) == 2


async def test_other_content_under_a_known_id_is_told_and_left_alone(database: Database, file: FileMaker) -> None:
    await run(database, file(conversation()))
    changed = file(conversation(subject="changed"))
    report = await run(database, changed)
    assert (report.imported, report.unchanged, report.faults) == (0, 1, [])
    (warning,) = report.warnings
    assert str(warning) == (
        "line 1: jsonl:c-1 exists with other content and is left alone. "
        "Use --source NAME when it is another conversation."
    )
    assert (await run(database, changed, source_name="other")).imported == 1
    named = file(conversation(subject="changed", source="jsonl"))
    assert (await run(database, named, source_name="third")).imported == 1


async def test_a_broken_line_is_reported_and_the_rest_imported(
    database: Database, session: WriteSession, file: FileMaker
) -> None:
    path = file(conversation(), "{broken", conversation(id="c-2", messages=[]), conversation(id="c-3"))
    seen: list[tuple[int, int]] = []
    report = await run(database, path, progress=lambda done, total: seen.append((done, total)))
    assert (report.imported, report.skipped, report.stopped) == (2, 1, False)
    assert [one.position.line for one in report.faults] == [2]
    assert [str(one) for one in report.warnings] == ["line 3: c-2: no message in it."]
    assert seen[-1] == (4, 4)
    assert await count(session, Ticket) == 2


async def test_strict_stops_at_the_first_broken_line(
    database: Database, session: WriteSession, file: FileMaker
) -> None:
    path = file(conversation(), "{broken", conversation(id="c-3"), "{broken")
    report = await run(database, path, strict=True)
    assert (report.imported, report.stopped, len(report.faults)) == (1, True, 1)
    ids = (await session.scalars(select(Ticket.external_ticket_id))).all()
    assert list(ids) == ["jsonl:c-1"]


@pytest.mark.parametrize("strict", [False, True])
async def test_what_the_desk_refuses_is_one_fault(
    database: Database, session: WriteSession, file: FileMaker, strict: bool
) -> None:
    await make_profile(session, email="robot@lumen.example", type="serviceWorker")
    await session.commit()
    taken = {
        "people": [{"key": "rob", "name": "Rob", "email": "robot@lumen.example"}],
        "messages": [{"role": "agent", "author": "rob", "text": "Hello"}],
    }
    lines = [conversation(id="a"), conversation(id="b", **taken), conversation(id="c")]
    report = await run(database, file(*lines), strict=strict)
    assert [str(one) for one in report.faults] == ["line 2: b: Somebody else has this e-mail address."]
    assert report.imported == (1 if strict else 2)
    assert await count(session, Ticket) == report.imported


async def test_a_file_of_another_format_imports_nothing(database: Database, file: FileMaker) -> None:
    with pytest.raises(SourceUnreadable, match=r"chats.jsonl: this looks like jsonl; use --from jsonl."):
        await run(database, file(conversation()), "abcd")


async def test_a_file_that_cannot_be_opened_is_named(database: Database, tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match=r"none.jsonl cannot be read: No such file"):
        await run(database, tmp_path / "none.jsonl")


@pytest.mark.parametrize("name", ["", "a b", "a:b", "x" * 41, "line\n"])
async def test_a_source_name_must_be_one_word(database: Database, file: FileMaker, name: str) -> None:
    with pytest.raises(SourceNameNotAllowed):
        await run(database, file(conversation()), source_name=name)


async def test_an_empty_file_is_nothing_to_do(database: Database, file: FileMaker) -> None:
    report = await run(database, file())
    assert (report.imported, report.faults, report.warnings) == (0, [], [])


async def test_a_person_with_a_known_address_is_that_user_and_stays_unchanged(
    database: Database, session: WriteSession, file: FileMaker
) -> None:
    known = await make_profile(session, email="Mia@Lumen.example", first_name="M.", last_name="Kern")
    await session.commit()
    people = [{"key": "mia", "name": "Mia Other", "email": "mia@lumen.example", "team": "Meters"}]
    await run(database, file(conversation(people=people), conversation(id="c-2", source="x", people=people)))
    agents = (await session.scalars(select(Ticket.agent_id))).all()
    assert set(agents) == {known.id}
    await session.refresh(known)
    assert known.first_name == "M."
    assert await count(session, Team) == 0


async def test_one_person_of_two_sources_with_one_address_is_one_user(
    database: Database, session: WriteSession, file: FileMaker
) -> None:
    await run(database, file(conversation(), conversation(id="c-2", source="other")))
    agents = (await session.scalars(select(Ticket.agent_id))).all()
    assert len(agents) == 2
    assert len(set(agents)) == 1


async def test_a_person_without_an_address_gets_one_that_leads_nowhere(
    database: Database, session: WriteSession, file: FileMaker
) -> None:
    await run(database, file(conversation(people=[{"key": "mia", "name": "Mia"}])))
    (email,) = (await session.scalars(select(Profile.email).where(Profile.external_id == "jsonl:mia"))).all()
    assert email is not None
    assert email.endswith("@import.invalid")


async def test_customers_come_into_being_once_and_known_ones_stay(
    database: Database, session: WriteSession, file: FileMaker
) -> None:
    session.add(Customer(customer_id="9", firstname="Old", lastname="Name", email="old@mail.example"))
    await session.commit()
    customers: list[dict[str, Any]] = [
        {"customerId": 9, "name": "New Name"},
        {"name": "Ann Lee", "email": "ann@mail.example"},
        {"name": "Ann Lee", "email": "ANN@mail.example"},
        {"email": "old@mail.example"},
        {"name": "Nobody"},
    ]
    await run(database, file(*(conversation(id=f"c{n}", customer=one) for n, one in enumerate(customers))))
    ids = (await session.scalars(select(Ticket.customer_id).order_by(Ticket.external_ticket_id))).all()
    assert ids[0] == ids[3] == "9"
    assert ids[1] == ids[2]
    assert str(ids[1]).startswith("import-")
    assert ids[4] is None
    names = (await session.scalars(select(Customer.lastname).order_by(Customer.lastname))).all()
    assert list(names) == ["Lee", "Name"]


async def test_tags_are_found_by_path_and_made_where_missing(
    database: Database, session: WriteSession, file: FileMaker
) -> None:
    session.add_all([Tag(name="Billing", reference="ticket"), Tag(name="Person", reference="customer")])
    await session.commit()
    await run(
        database,
        file(
            conversation(tags=["billing > Refund", "Person", "Person > Below", "Moving"]),
            conversation(id="c-2", tags=["Billing > REFUND > Late"]),
        ),
    )
    names = (await session.scalars(select(Tag.name).order_by(Tag.name))).all()
    assert list(names) == ["Billing", "Late", "Moving", "Person", "Refund"]
    assert await count(session, TicketTag) == 3


async def test_a_waiting_ticket_waits_until_its_date_and_is_open_after_it(
    database: Database, session: WriteSession, file: FileMaker
) -> None:
    def waiting(id_: str, due_by: str) -> dict[str, Any]:
        action = {"type": "action", "action": "pending", "author": "mia", "dueBy": due_by}
        return conversation(id=id_, messages=[{"role": "agent", "author": "mia", "text": "x"}, action])

    await run(database, file(waiting("a", "2026-07-01"), waiting("b", "2026-05-01")))
    rows = (await session.execute(select(Ticket.status, Ticket.due_by).order_by(Ticket.external_ticket_id))).all()
    assert [(row.status, row.due_by is not None) for row in rows] == [("pending", True), ("open", False)]


async def test_very_long_and_internal_messages_are_stored(
    database: Database, session: WriteSession, file: FileMaker
) -> None:
    long = conversation(messages=[{"role": "customer", "text": "a\0ß" * 500_000}, {"role": "note", "text": "n"}])
    only_notes = conversation(id="c-2", messages=[{"role": "note", "text": "called back"}])
    report = await run(database, file(long, only_notes))
    assert (report.imported, report.faults) == (2, [])
    sizes = (await session.scalars(select(func.length(Conversation.body_plain)).order_by(Conversation.id))).all()
    assert list(sizes) == [1_000_000, 1, 11]
    directions = (await session.scalars(select(Ticket.direction).order_by(Ticket.external_ticket_id))).all()
    assert list(directions) == ["in", "internal"]


async def test_tau_bench_keeps_the_outcome_in_the_raw_data(
    database: Database, session: WriteSession, tmp_path: Path
) -> None:
    path = tmp_path / "gpt-4o-trials.json"
    path.write_bytes(items(tau_item(0, 0), tau_item(0, 1)).getvalue())
    report = await run(database, path, "tau-bench")
    assert (report.imported, report.messages, report.tool_calls) == (2, 6, 2)
    ticket = await session.scalar(select(Ticket).where(Ticket.external_ticket_id == "tau-bench:0:0"))
    assert ticket is not None
    raw = await session.scalar(select(Ticket.raw_data).where(Ticket.id == ticket.id))
    assert raw is not None
    assert (raw["times"], raw["data"]["reward"]) == ("made up", 1.0)
    assert (ticket.status, ticket.ai_support_level, ticket.agent_id) == ("closed", "automated", None)
    agent = await session.get(Profile, ticket.responder_id)
    assert agent is not None
    assert (agent.type, agent.first_name, agent.email, agent.role_id) == (
        "aiAgent",
        "Airline assistant (gpt-4o)",
        None,
        None,
    )
    call = await session.scalar(select(ToolCall).where(ToolCall.ticket_id == ticket.id))
    assert call is not None
    answer = await session.get(Conversation, call.conversation_id)
    assert answer is not None
    assert (call.name, call.arguments, answer.body_plain) == (
        "get_user_details", {"user_id": "ann_lee_1"}, "Hello Ann, how can I help?",
    )  # fmt: skip
    worklog = await session.scalar(select(Worklog).where(Worklog.ticket_id == ticket.id))
    assert worklog is not None
    assert (worklog.action, worklog.context, worklog.action_list) == ("autoProcessAction", "automated", ["reply"])
    assert (worklog.user_id, call.worklog_id, worklog.automation_level) == (agent.id, worklog.id, 5)


async def test_abcd_becomes_the_work_of_a_person(database: Database, session: WriteSession, tmp_path: Path) -> None:
    path = tmp_path / "abcd.json"
    path.write_bytes(items(abcd_item()).getvalue())
    report = await run(database, path, "abcd")
    assert (report.imported, report.messages, report.tool_calls, report.worklogs) == (1, 3, 2, 1)
    worklog = await session.scalar(select(Worklog))
    assert worklog is not None
    assert (worklog.action, worklog.context) == ("writeAction", "reply")
    assert worklog.duration_ms > 0
    names = (
        await session.scalars(select(ToolCall.name).where(ToolCall.worklog_id == worklog.id).order_by(ToolCall.id))
    ).all()
    assert list(names) == ["pull-up-account", "validate-purchase"]


async def test_an_import_queues_nothing(app: FastAPI, database: Database, run_jobs: Callable[..., Any]) -> None:
    """`app` connects the handlers of all domains."""
    await run(database, EXAMPLE)
    assert await run_jobs() == []


async def test_live_presence_is_assumed_and_stated_segments_count(database: Database, session: WriteSession) -> None:
    await run(database, EXAMPLE)

    async def duration(external_id: str) -> list[int]:
        rows = await session.scalars(
            select(Worklog.duration_ms)
            .join(Ticket, Ticket.id == Worklog.ticket_id)
            .where(Ticket.external_ticket_id == external_id)
            .order_by(Worklog.started_at)
        )
        return [milliseconds // 1000 for milliseconds in rows]

    assert await duration("lumen:L-1001") == [6 * 60]
    assert await duration("lumen:L-1004") == [3 * 60]
    first, second = await duration("lumen:L-1002")
    assert 30 <= first <= 600
    assert 30 <= second <= 600


async def test_the_rating_of_the_customer_belongs_to_the_last_reply(database: Database, session: WriteSession) -> None:
    await run(database, EXAMPLE)
    rows = await session.execute(
        select(Ticket.external_ticket_id, Worklog.csat)
        .join(Ticket, Ticket.id == Worklog.ticket_id)
        .where(Worklog.csat.is_not(None))
    )
    assert {external_id: (csat["answerStars"], csat["scale"], csat["answerText"]) for external_id, csat in rows} == {
        "lumen:L-1001": (5, 5, "Quick and friendly."),
        "lumen:L-1004": (1, 5, None),
    }


async def test_a_machine_and_a_person_have_worklogs_of_their_own(database: Database, session: WriteSession) -> None:
    await run(database, EXAMPLE)
    rows = await session.execute(
        select(Worklog.action, Worklog.automation_level)
        .join(Ticket, Ticket.id == Worklog.ticket_id)
        .where(Ticket.external_ticket_id == "lumen:L-1003")
        .order_by(Worklog.started_at)
    )
    assert [tuple(row) for row in rows] == [("autoProcessAction", 5), ("closeAction", 0)]
    helped = await session.scalars(
        select(Worklog.automation_level)
        .join(Ticket, Ticket.id == Worklog.ticket_id)
        .where(Ticket.external_ticket_id == "lumen:L-1002")
        .order_by(Worklog.started_at)
    )
    assert list(helped) == [2, 0]
