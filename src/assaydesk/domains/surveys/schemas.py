"""Wire shapes of surveys (ticket.md 9)."""

from typing import Annotated, Literal

from pydantic import Field

from assaydesk.platform.schema import Integer, IsoTime, RequestSchema, Schema


class SurveyResponse(RequestSchema):
    stars: Integer
    text: Annotated[str, Field(max_length=4000)] | None = None


class SurveyForm(Schema):
    """What a page needs to ask the customer."""

    success: bool
    scale: int
    question: str
    language: Literal["en", "de"]
    answered: bool
    answer_stars: int | None
    open: bool


class SurveyRead(Schema):
    id: int
    ticket_id: int
    conversation_id: int | None
    worklog_id: int | None
    scale: int
    answer_stars: int
    answer_text: str | None
    created_at: IsoTime


class SurveyList(Schema):
    success: bool
    surveys: list[SurveyRead]
    total: int
    limit: int
    offset: int
