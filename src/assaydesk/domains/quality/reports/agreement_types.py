"""Vocabulary of the agreement report (quality.md 16)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from assaydesk.domains.quality.assessments.pairs import Compared, Subject
from assaydesk.domains.quality.scorecards.types import ScoringType


class Source(StrEnum):
    """Where people and the judge answered the same."""

    REVIEW = "review"
    CALIBRATION = "calibration"
    GOLDEN = "golden"


class GroupBy(StrEnum):
    CRITERION = "criterion"
    REVIEWER = "reviewer"
    MODEL = "model"
    PROMPT_VERSION = "promptVersion"
    MONTH = "month"


class PairKind(StrEnum):
    """What stands behind a figure: pairs of answers, or the criteria that the judge left to a person."""

    PAIR = "pair"
    ABSTENTION = "abstention"


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for. Times are limits of the review date, both included."""

    base_id: int
    scorecard_id: int | None
    since: datetime | None
    until: datetime | None
    source: Source
    group_by: GroupBy
    blind_only: bool
    include_implicit: bool
    min_n: int


@dataclass(frozen=True, slots=True)
class Shape:
    """A criterion as one revision has it. `position`: its place on the scorecard."""

    criterion_id: int
    label: str
    scoring_type: ScoringType
    max_points: float
    position: int


@dataclass(frozen=True, slots=True)
class Sheets:
    """Answers of several people to one criterion: one list a piece of work, NaN where somebody gave none."""

    scoring_type: ScoringType
    max_points: float
    ratings: Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Material:
    """All that the figures are computed from. `shapes`: (content, criterion) -> shape, of criteria that the judge gets.

    `people`: names of reviewers. `sheets`: criterion id -> what several people said, for the human ceiling.
    """

    subjects: Mapping[int, Subject]
    compared: Sequence[Compared]
    shapes: Mapping[tuple[int, int], Shape]
    people: Mapping[int, str]
    sheets: Mapping[int, Sheets]
    months: Mapping[int, str]
