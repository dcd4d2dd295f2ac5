"""Request and answer of the check of a draft (quality.md 9)."""

from typing import Literal

from pydantic import Field

from assaydesk.platform.schema import Id, Plain, RequestSchema, Schema


class DraftCheck(RequestSchema):
    """A draft, and optionally the one revision to check it against."""

    draft_text: str = Field(description="The unsent reply; HTML is allowed. 1 to 100,000 characters without its tags.")
    scorecard_id: Id | None = Field(
        default=None, description="Exactly this revision, whatever its state, assignment and live coach settings."
    )


class DraftQuotation(Schema):
    """Words that decided: of the draft (`conversationId` null, offsets in its plain text), or of a message."""

    conversation_id: int | None
    quote: str
    start: int
    end: int


class DraftCriterion(Schema):
    """The answer to one criterion. `score` is null when it does not apply or a person has to decide."""

    criterion_id: int
    label: str
    score: Plain | None
    max_points: Plain
    reason: str | None
    make_or_break_for_category: bool
    make_or_break_for_assessment: bool
    state: Literal["aiScored", "needsHuman", "notApplicable"]
    applicable: bool | None
    confidence: float | None
    evidence: list[DraftQuotation]


class DraftCategory(Schema):
    """`score` after knock-outs, `maxPoints` of what was scored."""

    category_id: int
    label: str
    score: Plain
    max_points: Plain
    criteria: list[DraftCriterion]


class DraftScorecard(Schema):
    """The draft against one scorecard. `percentage` and `passed` are null when nothing could be scored."""

    scorecard_id: int
    name: str
    percentage: Plain | None
    threshold: Plain
    passed: bool | None
    ai_summary: str
    categories: list[DraftCategory]


class DraftChecked(Schema):
    """By `scorecardId`."""

    scorecards: list[DraftScorecard]
