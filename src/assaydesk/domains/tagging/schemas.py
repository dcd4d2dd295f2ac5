"""Wire shapes of the detection of tags (tags.md 3)."""

from typing import Annotated

from pydantic import Field, StringConstraints

from assaydesk.domains.tickets.schemas import ChannelWord
from assaydesk.platform.schema import Done, Id, RequestSchema, Schema


class DetectBody(RequestSchema):
    """A text with its channel, or a ticket."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=20_000)] | None = None
    channel: ChannelWord | None = None
    ticket_id: Id | None = None


class DetectedTag(Schema):
    id: int
    name: str
    confidence: float = Field(description="0 to 1; 1 for rules.")
    method: str


class DetectedTags(Done):
    tags: list[DetectedTag]


class TestedTicket(Schema):
    ticket_id: int
    expected: bool
    detected: bool
    confidence: float


class TagTested(Done):
    precision: float | None = Field(description="0 to 1; null when nothing was detected.")
    recall: float | None = Field(description="0 to 1; null without test tickets that should be detected.")
    tickets: list[TestedTicket]
