"""What surveys tell others."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SurveyAnswered:
    """A customer answered, or changed the answer."""

    survey_id: int
    ticket_id: int
    conversation_id: int | None
    stars: int
    at: datetime
