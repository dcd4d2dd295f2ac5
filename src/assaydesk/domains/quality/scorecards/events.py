"""What happens to scorecards, and the slots that judging and golden sets fill."""

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


@dataclass(frozen=True, slots=True)
class Activation:
    """A content is about to become, or to replace, the active one of a family."""

    base_id: int
    content_hash: str


@dataclass(frozen=True, slots=True)
class GateFinding:
    """What speaks against an activation. `run_id`: the run that shows it; None when there was none."""

    message: str
    blocks: bool
    run_id: int | None
    golden_set_id: int
    golden_set_name: str

    @property
    def details(self) -> dict[str, Any]:
        """What it is about, for clients that say it in their own words."""
        about = {"goldenSetId": self.golden_set_id, "goldenSetName": self.golden_set_name}
        return about | ({"reason": "no_run"} if self.run_id is None else {"runId": self.run_id})


ACTIVATION_GATE: Final[Slot[Activation, GateFinding]] = Slot("scorecard.activationGate")
"""Asked before a PATCH makes a content active; no entry lets it pass."""
