"""Surveys: the public face of the domain."""

from base64 import b32encode
from collections.abc import Collection
from datetime import timedelta
from secrets import token_bytes
from typing import Any, Final

from sqlalchemy import ColumnElement

from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.surveys import repository
from assaydesk.domains.surveys.csat import assign
from assaydesk.domains.surveys.errors import SurveyClosed, SurveyNotFound
from assaydesk.domains.surveys.events import SurveyAnswered
from assaydesk.domains.surveys.limits import count_call
from assaydesk.domains.surveys.models import Survey, SurveyAnswer
from assaydesk.domains.surveys.schemas import SurveyResponse
from assaydesk.domains.tickets import service as tickets
from assaydesk.domains.tickets.types import SPAM
from assaydesk.domains.worklogs.service import tell_csat
from assaydesk.kit.clock import iso_or_none, utc_now
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import FieldError, Unauthenticated, ValidationFailed
from assaydesk.platform.events import publish
from assaydesk.platform.paging import Page
from assaydesk.platform.schema import DateInput
from assaydesk.platform.security.actor import Actor

__all__ = ["answer_survey", "ask", "count_call", "list_surveys", "show_form", "surveys_of_messages"]

WHOLE_TICKET: Final = "ticket"
"""The reference of the survey about a ticket as a whole, for signed-in callers: ids can be guessed."""

_QUESTION: Final = {"en": "How satisfied are you with our answer?", "de": "Wie zufrieden sind Sie mit unserer Antwort?"}
_INVITATION: Final = {
    "en": "How satisfied are you with our answer? Tell us here:",
    "de": "Wie zufrieden sind Sie mit unserer Antwort? Sagen Sie es uns hier:",
}


async def ask(session: WriteSession, ticket_id: int, conversation_id: int) -> None:
    """Hand out a reference when the message asks for an answer. Spam is not asked."""
    wanted, author_id = await repository.asks(session, conversation_id)
    if not wanted:
        return
    ticket = (await tickets.load_tickets(session, [ticket_id])).get(ticket_id)
    if ticket is None or ticket.spam_status in SPAM:
        return
    await repository.add_for_conversation(
        session, reference=_reference(), ticket_id=ticket_id, conversation_id=conversation_id, user_id=author_id,
        scale=(await get_settings(session)).survey_scale,
    )  # fmt: skip


async def surveys_of_messages(
    session: ReadSession, _: Actor, conversation_ids: Collection[int]
) -> dict[int, dict[str, Any]]:
    """By message: `reference`, `path` of the public address, and `text` that leads to it, by language."""
    rows = await repository.with_conversations(session, conversation_ids)
    return {
        row.conversation_id: {"reference": row.reference, "path": _path(row), "text": _INVITATION}
        for row in rows
        if row.conversation_id is not None
    }


async def show_form(session: ReadSession, actor: Actor | None, reference: str, ticket_id: int) -> dict[str, Any]:
    """What a form needs. Raises `SurveyNotFound`, `Unauthenticated`."""
    settings = await get_settings(session)
    row: Survey | None
    if reference == WHOLE_TICKET:
        await _see_ticket(session, actor, ticket_id)
        row = await repository.of_ticket(session, ticket_id)
    else:
        row = await repository.find(session, reference, ticket_id)
        if row is None:
            raise SurveyNotFound
    ticket = (await tickets.load_tickets(session, [ticket_id])).get(ticket_id)
    spoken = (ticket.language_code or ticket.language if ticket is not None else None) or settings.default_language
    language = "de" if spoken.lower().startswith("de") else "en"
    return {
        "success": True, "scale": settings.survey_scale if row is None else row.scale,
        "question": _QUESTION[language], "language": language,
        "answered": row is not None and row.answered_at is not None,
        "answerStars": None if row is None else row.answer_stars,
        "open": row is None or not _is_closed(row, settings.survey_answer_edit_days),
    }  # fmt: skip


async def answer_survey(
    session: WriteSession, actor: Actor | None, reference: str, ticket_id: int, body: SurveyResponse
) -> int:
    """Keep an answer; within `surveyAnswerEditDays` of the first one it replaces the one before, which stays in the
    history.

    Raises `SurveyNotFound`, `Unauthenticated`, `ValidationFailed`, `SurveyClosed`.
    """
    settings = await get_settings(session)
    # Before any row is locked: the answers of one ticket go one after the other.
    await repository.hold_ticket(session, ticket_id)
    if reference == WHOLE_TICKET:
        await _see_ticket(session, actor, ticket_id)
        await repository.add_for_ticket(session, ticket_id, settings.survey_scale)
    row = await repository.lock(session, None if reference == WHOLE_TICKET else reference, ticket_id)
    if row is None:
        raise SurveyNotFound
    if not 1 <= body.stars <= row.scale:
        raise ValidationFailed([FieldError("stars", "out_of_range", f"Give 1 to {row.scale} stars.")])
    now = utc_now()
    if row.first_answered_at is None:
        row.first_answered_at = now
    elif _is_closed(row, settings.survey_answer_edit_days):
        raise SurveyClosed
    row.answer_stars, row.answer_text, row.answered_at = body.stars, body.text or None, now
    await repository.add_answer(
        session,
        SurveyAnswer(
            survey_id=row.id, stars=body.stars, text=body.text or None, at=now,
            answered_by=actor.user_id if actor is not None else None,
        ),
    )  # fmt: skip
    await _tell_worklogs(session, ticket_id)
    await publish(session, SurveyAnswered(row.id, ticket_id, row.conversation_id, body.stars, now))
    return row.id


async def list_surveys(
    session: ReadSession,
    actor: Actor,
    page: Page,
    *,
    ticket_id: int | None,
    user_id: int | None,
    since: DateInput | None,
    until: DateInput | None,
    stars_max: int | None,
) -> dict[str, Any]:
    """Answers, newest first: all with `readSurveys`, else those on one's own worklogs. Raises `ValidationFailed`."""
    zone = (await get_settings(session)).zone
    faults: list[FieldError] = []
    first, last = (tickets.read_date(name, sent, zone, faults) for name, sent in (("from", since), ("to", until)))
    if faults:
        raise ValidationFailed(faults)
    wanted: list[ColumnElement[bool]] = []
    if ticket_id is not None:
        wanted.append(Survey.ticket_id == ticket_id)
    if user_id is not None:
        wanted.append(repository.of_person(user_id))
    if first is not None:
        wanted.append(Survey.answered_at >= first)
    if last is not None:
        wanted.append(Survey.answered_at <= last)
    if stars_max is not None:
        wanted.append(Survey.answer_stars <= min(max(stars_max, 0), 5))
    rows, total = await repository.page(session, actor, wanted, page)
    shown = [_shown(row) for row in rows]
    return {"success": True, "surveys": shown, "total": total, "limit": page.limit, "offset": page.offset}


async def _see_ticket(session: ReadSession, actor: Actor | None, ticket_id: int) -> None:
    if actor is None:
        raise Unauthenticated("missing")
    try:
        await tickets.get_visible(session, actor, ticket_id)
    except tickets.TicketNotFound as failure:
        raise SurveyNotFound from failure


async def _tell_worklogs(session: WriteSession, ticket_id: int) -> None:
    """Let each worklog of the ticket show the answer that speaks of it."""
    surveys = await repository.answers_of(session, ticket_id)
    replies = await repository.replies_of(session, ticket_id)
    found = assign(replies, [repository.as_answer(row) for row in surveys.values()])
    people = await repository.people_of(session, found.keys())
    worklog_of = {reply.conversation_id: reply.worklog_id for reply in replies}
    by_survey = {survey_id: worklog_id for worklog_id, survey_id in found.items()}
    for row in surveys.values():
        row.worklog_id = worklog_of.get(row.conversation_id or 0) or by_survey.get(row.id)
        if row.user_id is None and row.worklog_id is not None:
            row.user_id = people.get(row.worklog_id)
    await session.flush()  # The statements below do not see what the session has not sent yet.
    wanted = {worklog_id: _csat(surveys[survey_id]) for worklog_id, survey_id in found.items()}
    known = await repository.csat_of(session, ticket_id)
    changed = {one: wanted.get(one) for one, before in known.items() if before != wanted.get(one)}
    if changed:
        await tell_csat(session, changed)


def _csat(row: Survey) -> dict[str, Any]:
    return {"id": row.id, "scale": row.scale, "answerStars": row.answer_stars, "answerText": row.answer_text}


def _shown(row: Survey) -> dict[str, Any]:
    return {
        "id": row.id, "ticketId": row.ticket_id, "conversationId": row.conversation_id, "worklogId": row.worklog_id,
        "scale": row.scale, "answerStars": row.answer_stars, "answerText": row.answer_text,
        "createdAt": iso_or_none(row.answered_at),
    }  # fmt: skip


def _is_closed(row: Survey, edit_days: int) -> bool:
    """Answered too long ago to change the answer."""
    return row.first_answered_at is not None and utc_now() > row.first_answered_at + timedelta(days=edit_days)


def _path(row: Survey) -> str:
    """The page for customers."""
    return f"/survey/{row.reference}-{row.ticket_id}"


def _reference() -> str:
    """Twenty characters of a to z and 2 to 7: 100 random bits."""
    return b32encode(token_bytes(13)).decode().lower()[:20]
