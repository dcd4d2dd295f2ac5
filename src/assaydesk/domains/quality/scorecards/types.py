"""Shapes of a scorecard's content and of its totals (quality.md 2 and 5). Points are `Decimal`, ids are integers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class ScorecardState(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"
    DELETED = "deleted"


class ScoringType(StrEnum):
    MET_NOT_MET = "metNotMet"
    NUMERIC_SCALE = "numericScale"


class PercentageBase(StrEnum):
    """What a percentage is divided by: the maximum of what was scored, or of everything."""

    USED = "used"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Criterion:
    id: int
    label: str
    description: str
    max_points: Decimal
    scoring_type: ScoringType
    auto_generate_by_ai: bool
    assessment_prompt: str
    make_or_break_for_category: bool
    make_or_break_for_assessment: bool
    order: int
    allow_not_applicable: bool
    applicability_prompt: str | None
    confidence_threshold: float | None
    rule: Mapping[str, Any] | None
    """`{"type": ..., parameters}`, quality.md 2.6; the parameters belong to the rule types of judging."""


@dataclass(frozen=True, slots=True)
class Category:
    category_id: int
    label: str
    order: int
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which work a scorecard is for; an empty tuple filters nothing (quality.md 2.4)."""

    ticket_tags: tuple[int, ...]
    teams: tuple[int, ...]
    channels: tuple[str, ...]
    response_context: tuple[str, ...]
    include_child_tags: bool
    sample_percent: float


@dataclass(frozen=True, slots=True)
class LiveCoach:
    enabled: bool
    threshold: float


@dataclass(frozen=True, slots=True)
class Content:
    """What a revision says; `state` is life cycle and not part of it."""

    name: str
    categories: tuple[Category, ...]
    assignment: Assignment
    live_coach: LiveCoach

    @property
    def criteria(self) -> Iterator[tuple[Category, Criterion]]:
        for category in self.categories:
            for criterion in category.criteria:
                yield category, criterion


@dataclass(frozen=True, slots=True)
class ActiveScorecard:
    """The active revision of a family; `activated_at` is when the family was first active."""

    scorecard_id: int
    base_id: int
    content_id: int
    content: Content
    activated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Revision:
    """Any revision, with the content that it has at this time."""

    scorecard_id: int
    base_id: int
    revision: int
    state: ScorecardState
    content_id: int
    content_hash: str
    content: Content


@dataclass(frozen=True, slots=True)
class Answer:
    """The current answer to one criterion. `applicable` False is "not applicable", None is undecided."""

    score: Decimal | None
    applicable: bool | None
    needs_human: bool = False


@dataclass(frozen=True, slots=True)
class CategoryTotals:
    category_id: int
    score: Decimal
    used_max_points: Decimal
    max_points: Decimal
    knocked_out: bool


@dataclass(frozen=True, slots=True)
class Totals:
    """`knocked_out` speaks of the whole assessment; knocked-out categories are listed beside it."""

    scored_points: Decimal
    used_max_points: Decimal
    total_max_points: Decimal
    percentage: Decimal | None
    knocked_out: bool
    knocked_out_categories: tuple[int, ...]
    unscored_criteria: int
    needs_human_criteria: int
    not_applicable_criteria: int
    percentage_base: PercentageBase
    categories: tuple[CategoryTotals, ...]
