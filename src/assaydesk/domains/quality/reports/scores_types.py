"""Vocabulary of the scores report (quality.md 17)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from assaydesk.domains.quality.assessments.types import SCORED_STATES, State


class Dimension(StrEnum):
    """What rows are made by."""

    AGENT = "agent"
    TEAM = "team"
    SCORECARD = "scorecard"
    CATEGORY = "category"
    CRITERION = "criterion"
    CHANNEL = "channel"
    TAG = "tag"
    AI_AGENT = "aiAgent"
    AUTOMATION_LEVEL = "automationLevel"
    TIME = "time"


class Interval(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


PARTS: Final = (Dimension.CATEGORY, Dimension.CRITERION)
"""Dimensions inside an assessment: their figures are points out of points, and their keys name the scorecard too."""

BY_WORD: Final = (Dimension.CHANNEL, Dimension.TIME)
"""Dimensions whose keys are texts; those of the others are numbers."""


@dataclass(frozen=True, slots=True)
class ScoresFilter:
    """Which assessments count. `since` and `until` bound the date of the worklog; empty tuples filter nothing."""

    since: datetime | None = None
    until: datetime | None = None
    scorecard_base_id: int | None = None
    users: tuple[int, ...] = ()
    teams: tuple[int, ...] = ()
    channels: tuple[str, ...] = ()
    states: tuple[State, ...] = SCORED_STATES


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for. `distribution`: with the spread of percentages, handling times and automation levels."""

    group_by: tuple[Dimension, ...] = (Dimension.AGENT,)
    interval: Interval = Interval.MONTH
    filter: ScoresFilter = ScoresFilter()
    min_n: int = 5
    distribution: bool = False


WHOLE: Final = 100
"""Percent; the last part of a distribution includes it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a distribution: from `low` to under `high` percent; a `high` of 100 is included. None: no limit."""

    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """Assessments of one row that have the same points, counted by the database.

    `key` by the dimensions of the row, `points` out of `used`; `percentage` is None when nothing is scored.
    """

    key: tuple[Any, ...]
    points: float
    used: float
    percentage: float | None
    count: int
    reviewed: int
    knock_outs: int
    needs_human: int
    not_applicable: int
    seconds: float
    timed: int
    levels: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one row, before they are written."""

    key: tuple[Any, ...]
    assessments: int
    scored: int
    reviewed: int
    mean: float | None
    median: float | None
    interval: tuple[float, float] | None
    scored_points: float
    used_max_points: float
    knock_outs: int
    needs_human: int
    not_applicable: int
    bins: tuple[int, ...]
    seconds: float | None
    levels: Mapping[int, int]
