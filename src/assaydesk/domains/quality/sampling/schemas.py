"""Wire shapes of sampling plans and their draws."""

from typing import Annotated, Any

from pydantic import Field

from assaydesk.domains.quality.assessments.schemas import unset
from assaydesk.domains.quality.sampling.types import Risk, Share
from assaydesk.platform.schema import Boolean, Done, Id, Integer, IsoTime, RequestSchema, Schema

Name = Annotated[str, Field(min_length=1, max_length=200)]
PerWeek = Annotated[Integer, Field(ge=1, le=100)]
Percent = Annotated[float, Field(ge=0, le=100)]
Days = Annotated[Integer, Field(ge=1, le=365)]
Sureness = Annotated[float, Field(ge=0, le=1)]
Teams = Annotated[list[Id], Field(max_length=200)]


class SamplingPlanRead(Schema):
    id: int
    name: str
    scorecard_base_id: int
    team_ids: list[int]
    per_agent_week: int
    random_percent: float
    risks: list[Risk]
    new_agent_days: int
    low_confidence: float
    due_days: int
    enabled: bool
    created_by: int | None
    created_at: IsoTime
    modified_at: IsoTime
    version: int


class SamplingPlanPage(Done):
    plans: list[SamplingPlanRead]
    total: int
    limit: int
    offset: int


class SamplingPlanCreate(RequestSchema):
    name: Name
    scorecard_base_id: Id
    team_ids: Teams = Field(default_factory=list, description="Only their work; empty: everybody's.")
    per_agent_week: PerWeek = Field(description="Pieces of work of each person and week.")
    random_percent: Percent = Field(
        50, description="Share that is drawn from everything; with 0 nothing can be estimated from the sample."
    )
    risks: list[Risk] = Field(default_factory=lambda: list(Risk), max_length=20, description="What counts as risky.")
    new_agent_days: Days = Field(30, description="So long after joining a person is new.")
    low_confidence: Sureness = Field(0.7, description="An answer of the AI below that is doubtful.")
    due_days: Days = Field(7, description="Days from the draw in which the reviews are to be done.")
    enabled: Boolean = True


class SamplingPlanUpdate(RequestSchema):
    name: Name = Field(default_factory=unset)
    team_ids: Teams = Field(default_factory=unset)
    per_agent_week: PerWeek = Field(default_factory=unset)
    random_percent: Percent = Field(default_factory=unset)
    risks: list[Risk] = Field(default_factory=unset, max_length=20)
    new_agent_days: Days = Field(default_factory=unset)
    low_confidence: Sureness = Field(default_factory=unset)
    due_days: Days = Field(default_factory=unset)
    enabled: Boolean = Field(default_factory=unset)


class StratumRead(Schema):
    """One person's work of the week. All risky pieces were as likely to be drawn as each other, and so all others."""

    user_id: int
    population: int
    risky: int
    drawn_by_risk: int
    drawn_at_random: int
    probability_risky: float | None
    probability_others: float | None


class PickRead(Schema):
    worklog_id: int
    assessment_id: int
    user_id: int
    share: Share
    probability: float = Field(description="Of inclusion; its inverse is the weight in an estimate.")
    risks: list[Risk]
    state: str
    reviewed_at: IsoTime | None


class DrawRead(Schema):
    id: int
    week_start: str = Field(description="Monday, in the time zone of the instance.")
    seed: str
    drawn_at: IsoTime
    due_at: IsoTime
    plan: dict[str, Any] = Field(description="The rules as they were.")
    population: int
    people: list[StratumRead]
    picks: list[PickRead]


class DrawPage(Done):
    draws: list[DrawRead]
    total: int
    limit: int
    offset: int
