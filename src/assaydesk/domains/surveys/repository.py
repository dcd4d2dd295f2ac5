"""Queries for surveys."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select, text, true
from sqlalchemy.dialects.postgresql import insert

from assaydesk.domains.conversations.models import Conversation
from assaydesk.domains.surveys.csat import Answer, Reply
from assaydesk.domains.surveys.models import Survey, SurveyAnswer, SurveyCall
from assaydesk.domains.worklogs.models import Worklog
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.paging import Page
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission


def readable(actor: Actor) -> ColumnElement[bool]:
    """All answers with the right to read them, else those on one's own worklogs."""
    if actor.has(Permission.READ_SURVEYS):
        return true()
    own = select(Worklog.id).where(Worklog.user_id == actor.id)
    return Survey.worklog_id.in_(own)


async def page(
    session: ReadSession, actor: Actor, wanted: Sequence[ColumnElement[bool]], page: Page
) -> tuple[list[Survey], int]:
    """Answered ones, newest first."""
    conditions = (Survey.answered_at.is_not(None), readable(actor), *wanted)
    query = select(Survey).where(*conditions).order_by(Survey.answered_at.desc(), Survey.id.desc())
    total = await session.scalar(select(func.count()).select_from(Survey).where(*conditions))
    return list(await session.scalars(query.limit(page.limit).offset(page.offset))), total or 0


def of_person(user_id: int) -> ColumnElement[bool]:
    worked = select(Worklog.id).where(Worklog.user_id == user_id)
    return or_(Survey.user_id == user_id, Survey.worklog_id.in_(worked))


async def find(session: ReadSession, reference: str, ticket_id: int) -> Survey | None:
    query = select(Survey).where(Survey.reference == reference, Survey.ticket_id == ticket_id)
    return (await session.execute(query)).scalar_one_or_none()


async def of_ticket(session: ReadSession, ticket_id: int) -> Survey | None:
    """The survey that stands for the ticket as a whole."""
    query = select(Survey).where(Survey.reference.is_(None), Survey.ticket_id == ticket_id)
    return (await session.execute(query)).scalar_one_or_none()


async def lock(session: WriteSession, reference: str | None, ticket_id: int) -> Survey | None:
    same = Survey.reference.is_(None) if reference is None else Survey.reference == reference
    query = select(Survey).where(same, Survey.ticket_id == ticket_id).with_for_update()
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def add_for_ticket(session: WriteSession, ticket_id: int, scale: int) -> None:
    """Two callers at once make one."""
    query = insert(Survey).values(ticket_id=ticket_id, scale=scale)
    await session.execute(
        query.on_conflict_do_nothing(index_elements=[Survey.ticket_id], index_where=Survey.reference.is_(None))
    )


async def add_for_conversation(
    session: WriteSession, *, reference: str, ticket_id: int, conversation_id: int, user_id: int | None, scale: int
) -> None:
    """A message asks once."""
    query = insert(Survey).values(
        reference=reference, ticket_id=ticket_id, conversation_id=conversation_id, user_id=user_id, scale=scale
    )
    await session.execute(query.on_conflict_do_nothing(index_elements=[Survey.conversation_id]))


async def with_conversations(session: ReadSession, conversation_ids: Collection[int]) -> list[Survey]:
    query = select(Survey).where(Survey.conversation_id.in_(list(conversation_ids)))
    return list(await session.scalars(query))


async def asks(session: ReadSession, conversation_id: int) -> tuple[bool, int | None]:
    """Whether the message asks for an answer, and who wrote it."""
    query = select(Conversation.request_survey, Conversation.agent_id).where(Conversation.id == conversation_id)
    row = (await session.execute(query)).one_or_none()
    return (False, None) if row is None else (row[0], row[1])


async def add_answer(session: WriteSession, answer: SurveyAnswer) -> None:
    session.add(answer)
    await session.flush()


async def hold_ticket(session: WriteSession, ticket_id: int) -> None:
    """Answers of one ticket are told to its worklogs one after the other."""
    await session.execute(
        text("select pg_advisory_xact_lock(hashtext('assaydesk.surveys'), hashtext(cast(:id as text)))"),
        {"id": str(ticket_id)},
    )


async def replies_of(session: ReadSession, ticket_id: int) -> list[Reply]:
    """Messages to the customer, each with the worklog in which it was written: the one that names it, or the one of
    its author that was going on then."""
    at = func.coalesce(Conversation.published_at, Conversation.created_at)
    within = Conversation.created_at.between(Worklog.started_at, Worklog.latest_interaction)
    rows = await session.execute(
        select(Worklog.id, Conversation.id, at)
        .join(Worklog, (Worklog.ticket_id == Conversation.ticket_id) & (Worklog.user_id == Conversation.agent_id))
        .where(
            Conversation.ticket_id == ticket_id, Conversation.direction == "out", ~Conversation.private,
            ~Conversation.is_draft, Conversation.deleted_at.is_(None),
            or_(Worklog.conversation_id == Conversation.id, within),
        )
        .order_by(Conversation.id, (Worklog.conversation_id == Conversation.id).asc(), Worklog.id.desc())
    )  # fmt: skip
    # The worklog that names the message comes last, and so it stays.
    return list({conversation: Reply(worklog, conversation, when) for worklog, conversation, when in rows}.values())


async def answers_of(session: ReadSession, ticket_id: int) -> dict[int, Survey]:
    query = select(Survey).where(Survey.ticket_id == ticket_id, Survey.answered_at.is_not(None))
    return {row.id: row for row in await session.scalars(query)}


def as_answer(row: Survey) -> Answer:
    assert row.answered_at is not None
    return Answer(row.id, row.conversation_id, row.answered_at)


async def csat_of(session: ReadSession, ticket_id: int) -> dict[int, object]:
    """What the worklogs of the ticket say now."""
    rows = await session.execute(select(Worklog.id, Worklog.csat).where(Worklog.ticket_id == ticket_id))
    return {row.id: row.csat for row in rows}


async def people_of(session: ReadSession, worklog_ids: Collection[int]) -> dict[int, int]:
    rows = await session.execute(select(Worklog.id, Worklog.user_id).where(Worklog.id.in_(list(worklog_ids))))
    return {row.id: row.user_id for row in rows}


async def calls_since(session: WriteSession, address: str, since: datetime) -> Sequence[datetime]:
    """Calls of an address, newest first; the next caller of the same address waits until this one is counted."""
    await session.execute(
        text("select pg_advisory_xact_lock(hashtext('assaydesk.survey_calls'), hashtext(:address))"),
        {"address": address},
    )
    query = select(SurveyCall.at).where(SurveyCall.address == address, SurveyCall.at > since)
    return (await session.scalars(query.order_by(SurveyCall.at.desc()))).all()


async def count_call(session: WriteSession, address: str, now: datetime, keep: timedelta) -> None:
    old = select(SurveyCall.id).where(SurveyCall.at < now - keep).limit(1000).with_for_update(skip_locked=True)
    await session.execute(delete(SurveyCall).where(SurveyCall.id.in_(old)))
    await session.execute(insert(SurveyCall).values(address=address, at=now))
