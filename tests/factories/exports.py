"""A small desk whose figures were worked out by hand, and many tickets at once."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import text

from assaydesk.domains.profiles.models import ProfileTeam
from assaydesk.domains.tickets.models import TicketChange
from assaydesk.domains.worklogs.models import Worklog, WorkMessage
from assaydesk.platform.db.session import WriteSession
from tests.factories.conversations import make_draft, make_message, make_note
from tests.factories.profiles import make_profile, make_team
from tests.factories.tags import make_tag
from tests.factories.tickets import make_ticket


def at(clock: str) -> datetime:
    """`12 10:30` in June 2024, UTC."""
    day, hour = clock.split()
    return datetime.fromisoformat(f"2024-06-{day}T{hour}").replace(tzinfo=UTC)


@dataclass
class Desk:
    """Ids of what was made."""

    anna: int
    closed: int
    open: int
    worklog: int
    messages: list[int]


async def make_desk(session: WriteSession) -> Desk:
    """A ticket closed after an answer and a time of pending, and one that nobody has touched."""
    team = await make_team(session, name="Customer care")
    anna = await make_profile(
        session, first_name="Anna", last_name="Beck", email="anna@lumen.example", name_reports="Quiet Otter"
    )
    session.add(ProfileTeam(profile_id=anna.id, team_id=team.id))
    billing = await make_tag(session, name="Billing")
    reminder = await make_tag(session, name="Payment reminder", parent_id=billing.id, complexity="complex")
    closed = await make_ticket(
        session, tags=[billing.id, reminder.id], status="closed", priority="high", channel="email",
        contract_id="=1+1", customer_id="CU-42", customer_legitimation=20, agent_id=anna.id,
        created_at=at("12 09:00"), closed_at=at("13 11:00"), modified_at=at("13 11:00"), due_by=at("13 12:00"),
        last_customer_message_at=at("12 14:00"), raw_data={"shop": 7}, sentiment="neutral",
    )  # fmt: skip
    untouched = await make_ticket(session, created_at=at("14 08:00"), channel="chat", contract_id="C-2")
    first = await make_message(session, closed.id, created_at=at("12 09:00"), raw_data={"mail": 1})
    second = await make_message(session, closed.id, created_at=at("12 14:00"))
    reply = await make_message(session, closed.id, direction="out", agent_id=anna.id, created_at=at("12 15:00"))
    await make_note(session, closed.id, anna.id, created_at=at("12 15:30"))
    await make_draft(session, closed.id, anna.id, created_at=at("12 15:40"))
    await make_message(session, closed.id, created_at=at("12 15:45"), deleted_at=at("12 16:00"))
    for message in (first, second):
        session.add(
            WorkMessage(
                conversation_id=message.id, ticket_id=closed.id, at=message.created_at, stored_at=message.created_at
            )
        )
    worklog = Worklog(
        user_id=anna.id, ticket_id=closed.id, date=at("12 00:00").date(), phase=2, started_at=at("12 14:30"),
        latest_interaction=at("12 15:10"), worked_at=at("12 15:00"), action="statusAction", context="status",
        action_list=["pending", "internal-note"], conversation_id=reply.id, duration_ms=205_500,
        after_work_ms=499, automation_level=2, ai_agents=[{"id": 3, "name": "Billing bot"}],
        text_assistance_accuracy=0.81, closings=[], closing_at=at("13 11:00"), net_seconds_after_sla=-3600,
        re_opened=True, team_ids=[team.id],
    )  # fmt: skip
    session.add(worklog)
    for moment, changes, who in (
        ("12 15:00", {"status": ("open", "pending"), "dueBy": (None, "2024-06-20T08:00:00Z")}, anna.id),
        ("13 08:30", {"status": ("pending", "open")}, None),
        ("13 09:00", {"status": ("open", "closed")}, anna.id),
        ("13 09:30", {"status": ("closed", "open")}, anna.id),
        ("13 11:00", {"status": ("open", "closed")}, anna.id),
    ):
        shown = {name: {"old": old, "new": new} for name, (old, new) in changes.items()}
        session.add(TicketChange(ticket_id=closed.id, at=at(moment), user_id=who, changes=shown))
    await session.flush()
    messages = [first.id, second.id, reply.id]
    return Desk(anna.id, closed.id, untouched.id, worklog.id, messages)


async def make_many(session: WriteSession, number: int, length: int = 40) -> None:
    """That many tickets, made by the database; `length`: letters of the raw data of each."""
    await session.execute(
        text(
            "insert into tickets (channel, raw_data, contract_id, created_at, sla_started_at) "
            "select 'email', jsonb_build_object('note', repeat('x', :length)), 'C-' || n, "
            "timestamptz '2024-01-01' + n * interval '1 minute', timestamptz '2024-01-01' "
            "from generate_series(1, :number) n"
        ),
        {"number": number, "length": length},
    )
