"""Surveys (ticket.md 9). What customers call is open; how often is limited."""

from typing import Annotated

from fastapi import Depends, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from assaydesk.domains.surveys import service
from assaydesk.domains.surveys.errors import SurveyClosed, SurveyNotFound
from assaydesk.domains.surveys.schemas import SurveyForm, SurveyList, SurveyResponse
from assaydesk.platform.errors import PermissionDenied, RateLimited, Unauthenticated, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Context, Reads, Writes
from assaydesk.platform.paging import Paging
from assaydesk.platform.schema import DateInput, Id, Integer, Made
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import PUBLIC, Require

router = Router("survey", prefix="/api/mind/survey")

Open = Annotated[None, Depends(PUBLIC)]
Reader = Annotated[
    Actor,
    Depends(
        Require(
            Permission.READ_SURVEYS, Permission.WORKLOG_VIEW_OWN, Permission.WORKLOG_VIEW_TEAM_MATE,
            Permission.WORKLOG_VIEW_ALL,
        )
    ),
]  # fmt: skip
PUBLIC_ERRORS = (Unauthenticated, SurveyNotFound, ValidationFailed, RateLimited)


async def counted(request: Request, context: Context) -> None:
    """Every call counts, whatever comes of it, so in a transaction of its own."""
    async with context.database.write() as session:
        await service.count_call(session, request.client.host if request.client else None)


async def maybe_signed_in(request: Request, context: Context, _: Annotated[None, Depends(counted)]) -> Actor | None:
    """The caller, where one says who it is."""
    try:
        return await context.authenticate(request)
    except Unauthenticated:
        return None


Visitor = Annotated[Actor | None, Depends(maybe_signed_in)]
"""Stands before the session in every signature: it needs a session of its own, and nobody may hold two."""
Reference = Annotated[str, Path(max_length=40)]
TicketId = Annotated[Id, Path(alias="ticketId")]


async def form_of(visitor: Visitor, session: Reads, reference: Reference, ticket_id: TicketId) -> dict[str, object]:
    return await service.show_form(session, visitor, reference, ticket_id)


async def known_survey(visitor: Visitor, session: Writes, reference: Reference, ticket_id: TicketId) -> Actor | None:
    """The survey exists, before the body is judged."""
    await service.show_form(session, visitor, reference, ticket_id)
    return visitor


@router.post(
    "/{reference}-{ticketId}",
    operation_id="submitSurvey",
    response_model=Made,
    responses=errors(*PUBLIC_ERRORS, SurveyClosed),
)
async def submit_survey(
    visitor: Annotated[Actor | None, Depends(known_survey)],
    session: Writes,
    reference: Reference,
    ticket_id: TicketId,
    body: SurveyResponse,
    _: Open,
) -> Made:
    """Answer a survey: `stars` from 1 to its scale, and a `text`.

    No token is needed, the reference is handed out with a reply. Another answer replaces the one before, for some days
    after the first. With the reference `ticket`, signed-in callers rate a ticket as a whole. Ten calls a minute from
    one address are answered.
    """
    return Made(success=True, id=await service.answer_survey(session, visitor, reference, ticket_id, body))


@router.get(
    "/{reference}-{ticketId}", operation_id="getSurveyForm", response_model=SurveyForm, responses=errors(*PUBLIC_ERRORS)
)
async def get_survey_form(form: Annotated[dict[str, object], Depends(form_of)], _: Open) -> Response:
    """What a page needs to ask: the scale, the question and its language, whether it was answered, and is `open`."""
    return json_answer(form)


@router.get(
    "", operation_id="listSurveys", response_model=SurveyList, responses=errors(PermissionDenied, ValidationFailed)
)
async def list_surveys(
    session: Reads,
    actor: Reader,
    page: Paging,
    ticket_id: Annotated[Id | None, Query(alias="ticketId")] = None,
    user_id: Annotated[Id | None, Query(alias="userId", description="Answers on the work of this person.")] = None,
    since: Annotated[DateInput | None, Query(alias="from", description="Answered at this time or later.")] = None,
    until: Annotated[DateInput | None, Query(alias="to", description="Answered at this time or before.")] = None,
    stars_max: Annotated[Integer | None, Query(alias="starsMax", description="At most so many stars.")] = None,
) -> Response:
    """Answers of customers, newest first. Without `readSurveys`, those on one's own worklogs."""
    found = await service.list_surveys(
        session, actor, page, ticket_id=ticket_id, user_id=user_id, since=since, until=until, stars_max=stars_max
    )
    return json_answer(found)
