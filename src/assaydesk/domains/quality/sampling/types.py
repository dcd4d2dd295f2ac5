"""Words and pure shapes of sampling plans and second reviews."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Risk(StrEnum):
    """Why a piece of work belongs to the risky ones of a person."""

    NEEDS_HUMAN = "needsHuman"
    KNOCK_OUT = "knockOut"
    LOW_CONFIDENCE = "lowConfidence"
    NEGATIVE_SURVEY = "negativeSurvey"
    REOPENED = "reopened"
    SLA_MISSED = "slaMissed"
    NEW_AGENT = "newAgent"


class Share(StrEnum):
    """Through which part of a draw a piece of work was chosen."""

    RANDOM = "random"
    RISK = "risk"


class SecondReviewState(StrEnum):
    """Of a second review."""

    ASKED = "asked"
    STARTED = "started"
    SUBMITTED = "submitted"


WEEKS_BACK: Final = 4
"""So many missed weeks are drawn later, after an outage."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One piece of work that can be drawn."""

    worklog_id: int
    user_id: int
    risks: tuple[Risk, ...] = ()


@dataclass(frozen=True, slots=True)
class Population:
    """What a plan draws from in a week, and by which rules."""

    units: tuple[Unit, ...]
    seed: str
    per_person: int
    random_percent: float


@dataclass(frozen=True, slots=True)
class Pick:
    """One that was drawn. `probability`: how likely it was that it would be, before the draw."""

    worklog_id: int
    user_id: int
    share: Share
    probability: float
    risks: tuple[Risk, ...]


@dataclass(frozen=True, slots=True)
class Stratum:
    """One person's work in a week: how much there was, how much of it was risky, and what was drawn.

    The probabilities of inclusion are the same for all risky ones and for all others.
    """

    user_id: int
    population: int
    risky: int
    drawn_by_risk: int
    drawn_at_random: int
    probability_risky: float | None
    probability_others: float | None


@dataclass(frozen=True, slots=True)
class Drawn:
    picks: tuple[Pick, ...]
    strata: tuple[Stratum, ...]
