"""Wire shapes of repeated runs."""

from typing import Any, Literal

from pydantic import Field

from assaydesk.domains.quality.assessments.schemas import RunCriterion
from assaydesk.platform.schema import Id, IsoTime, RequestSchema, Schema

Part = Literal["messages", "toolCalls", "people", "work", "content", "judge", "settings"]


class ReplayCreate(RequestSchema):
    run_id: Id | None = Field(default=None, description="By default the run that gave the present AI values.")


class ReplayMatch(Schema):
    """`inputMatches`: the question of that time can be put together again, word for word. `differs`: which parts are
    different; null when the run is from before they were kept."""

    assessment_id: int
    run_id: int
    recorded_input_hash: str
    input_hash: str
    input_matches: bool
    differs: list[Part] | None


class ReplayAnswer(Schema):
    applicable: bool | None
    score: float | None
    confidence: float | None
    abstained: bool
    reason: str
    quotes: list[str]
    produced_by: str


class ReplayCriterion(Schema):
    """`changed` names what is different."""

    criterion_id: int
    label: str
    changed: list[Literal["applicable", "score", "confidence", "quotes"]]
    before: ReplayAnswer | None
    after: ReplayAnswer | None


class ReplayJudge(Schema):
    provider: str
    model: str | None
    prompt_version: str | None
    input_tokens: int | None
    output_tokens: int | None
    cost: float | None
    currency: str | None
    duration_ms: int


class ReplayRead(ReplayMatch):
    judge: ReplayJudge
    changed_criteria: int
    criteria: list[ReplayCriterion]
    ai_summary: str


class ShownMessage(Schema):
    """A message as the judge saw it: for a model with personal data replaced by placeholders."""

    conversation_id: int
    role: Literal["customer", "agent", "note", "system"]
    assessed: bool
    at: IsoTime
    subject: str | None
    text: str
    attachments: list[str]
    shown_in_full: bool


class ShownToolCall(Schema):
    tool_call_id: int
    name: str
    at: IsoTime
    conversation_id: int | None


class ReplayRecord(ReplayMatch):
    judge: dict[str, Any]
    messages: list[ShownMessage]
    tool_calls: list[ShownToolCall]
    categories: list[dict[str, Any]]
    instructions: str | None
    answers: list[RunCriterion]
