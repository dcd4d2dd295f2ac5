"""What the judge and a person said of one criterion, wherever both were asked (quality.md 16). Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

NOT_APPLICABLE: Final = -1.0
"""Stands for "not applicable" where a score would stand; scores are never below 0."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One piece of work in which answers were compared, and the run that gave those of the judge.

    `key` is unique in its source. `assessment_id` is None where no assessment stands behind it (calibration, golden
    sets). `reviewer`: who settled the human answers, where it was one person. `at`: when it was settled.
    """

    key: int
    content_id: int
    at: datetime | None
    assessment_id: int | None = None
    ticket_id: int | None = None
    worklog_id: int | None = None
    run_id: int | None = None
    reviewer: int | None = None
    assessed_user: int | None = None
    model: str | None = None
    prompt_version: str | None = None
    session_id: int | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """One criterion that was given to the judge.

    `ai` and `human`: the score in points, `NOT_APPLICABLE`, or None: the judge abstained, no person answered.
    `reviewer`: who answered. `explicit`: the person set or confirmed it; otherwise it was only left as it was. `blind`:
    without having been shown the judge's answer.
    """

    subject: int
    criterion_id: int
    ai: float | None
    human: float | None
    reviewer: int | None
    explicit: bool = True
    blind: bool = False


def value_of(answer: Mapping[str, Any]) -> float | None:
    """The value of a stored answer (`score`, `applicable`)."""
    if answer.get("applicable") is False:
        return NOT_APPLICABLE
    score = answer.get("score")
    return None if score is None else float(score)


def values_of(answers: Iterable[Mapping[str, Any]]) -> dict[int, float | None]:
    """Criterion id -> value, of a stored list of answers (`criterionId`, `score`, `applicable`)."""
    return {answer["criterionId"]: value_of(answer) for answer in answers}
