"""What happens to scorecards, and the slot that the judging domain fills."""

from dataclasses import dataclass
from typing import Any, Final

from assaydesk.domains.quality.scorecards.criteria import RuleValidator
from assaydesk.platform.events import Slot

RULE_VALIDATORS: Final[dict[str, RuleValidator]] = {}
"""The known rule types with the check of their parameters; filled by judging when the program is put together."""

LATEST_BACKTEST: Final = Slot[str, dict[str, Any]]("latestBacktest")
"""By content hash: the newest dry run of this content that the caller may read; filled by backtests."""


@dataclass(frozen=True, slots=True)
class ScorecardActivated:
    """A revision became the active one or, while active, got other content. A handler may refuse it by raising."""

    scorecard_id: int
    base_id: int
    content_hash: str


@dataclass(frozen=True, slots=True)
class ScorecardFamilyDeleted:
    """All revisions of a family were deleted, by PATCH or DELETE."""

    base_id: int
