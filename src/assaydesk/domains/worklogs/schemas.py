"""Wire shapes of worklogs and the ping (worklog.md 4 to 8)."""

from datetime import date
from typing import Any, Literal

from pydantic import Field

from assaydesk.domains.worklogs.types import Action, WorklogAction
from assaydesk.platform.filters import FieldName, FilterInput
from assaydesk.platform.schema import Integer, IsoTime, RequestSchema, Schema

OrderField = Literal["latestInteraction", "date", "duration", "id"]


class WorklogAssessmentRead(Schema):
    """A live assessment of the worklog that the caller may view."""

    id: int
    scorecard_id: int
    state: str
    scorecard_base_id: int


class WorklogFactsRead(Schema):
    user_id: int = Field(description="The person, or the profile of the AI agent.")
    worklog_id: int
    latest_interaction: IsoTime | None
    ticket_id: int
    conversation_id: int | None = Field(description="The last message to the customer written in this worklog.")
    action: WorklogAction
    action_list: list[Action]
    action_list_text: list[str] = Field(description="Readable texts in the caller's language, parallel to actionList.")


class AiAgentUse(Schema):
    """An AI agent that took part, as it was at that time."""

    id: int
    name: str
    description: str | None
    intelligence: str
    text_assistance_accuracy: float | None
    actions: list[Any] | None


class AiUsageRead(Schema):
    automation_level: int = Field(ge=0, le=5)
    automation_level_label: str
    ai_agents: list[AiAgentUse | dict[str, Any]]


class TimeSegmentRead(Schema):
    user_time_tracking_id: int
    from_: IsoTime = Field(alias="from")
    to: IsoTime
    action_list: list[Action]
    action_list_text: list[str]


class WorkTimeRead(Schema):
    duration: int = Field(ge=0, description="Seconds; time on several tickets at once is divided among them.")
    duration_after_work: int = Field(ge=0, description="The part of it after the first counting action.")
    segments: list[TimeSegmentRead]


class Csat(Schema):
    id: int
    scale: int
    answer_stars: int | None
    answer_text: str | None


class CustomerExperienceRead(Schema):
    sla_met: bool | None
    net_seconds_closed_after_sla: int | None
    closing_date_for_sla: IsoTime | None = Field(alias="closingDateForSLA")
    due_date_for_sla: IsoTime | None = Field(alias="dueDateForSLA")
    re_opened: bool
    csat: Csat | None


class WorklogRead(Schema):
    """One record of handling of a ticket by one user or AI agent."""

    id: int
    ticket_id: int
    date: date
    latest_interaction: IsoTime | None
    assessments: list[WorklogAssessmentRead]
    worklog: WorklogFactsRead
    ai_usage: AiUsageRead
    time: WorkTimeRead
    customer_experience: CustomerExperienceRead


class ToolCallRead(Schema):
    id: int
    name: str
    arguments: Any
    result: Any
    at: IsoTime
    conversation_id: int | None = Field(description="The message that follows, if any.")


class WorklogDetailRead(WorklogRead):
    tool_calls: list[ToolCallRead]


class WorklogPageRead(Schema):
    worklogs: list[WorklogRead]
    total: int
    limit: int
    offset: int


class WorklogSearch(RequestSchema):
    """Which worklogs to find."""

    limit: Integer = Field(100, ge=1, le=1000)
    offset: Integer = Field(0, ge=0)
    order_by_field: FieldName = "latestInteraction"
    order_by_direction: Literal["asc", "desc"] = "desc"
    filters: list[FilterInput] = Field(default=[], max_length=50)


class PresentUser(Schema):
    """A user who works on the ticket at this moment."""

    id: int
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    last_seen: str | None
    type: str
    is_sso_only: int
    lang: str
    name_alias: str | None
    external_id: str | None


class PingAnswer(Schema):
    success: Literal[True]
    worked_on_by: list[PresentUser]
