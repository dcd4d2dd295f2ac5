"""Which of people's answers teach, and how much (docs/adr/0024-learned-heads.md). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from assaydesk.domains.quality.judging.confidence import Pair
from assaydesk.domains.quality.judging.learned import BUILT_IN, agrees, judge_key
from assaydesk.domains.quality.scorecards.types import Criterion


class Kind(StrEnum):
    """How a person came to an answer."""

    BLIND = "blind"
    CORRECTED = "corrected"
    BY_HAND = "byHand"
    CONFIRMED = "confirmed"
    CONFIRMED_OWN = "confirmedOwn"


WEIGHTS: Final[Mapping[Kind, float]] = {
    Kind.BLIND: 1.0,
    Kind.CORRECTED: 1.0,
    Kind.BY_HAND: 1.0,
    Kind.CONFIRMED: 0.5,
    Kind.CONFIRMED_OWN: 0.25,
}
"""What an answer teaches a head.

Who saw a proposal tends to take it over, so a confirmation is worth half, and a quarter when it was the head's own
proposal: it must not learn that it is right from being right. Untouched answers teach nothing.
"""
UNSEEN: Final = 1.0
SEEN: Final = 0.5
"""What a pair counts when confidence is calibrated: the same whether the person agreed or not, or the share of
agreement would be wrong; more where the person could not see what the judge said."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A person's answer in a finished review, with what the judge said. `ran` is its entry in the run's record."""

    assessment_id: int
    worklog_id: int
    ticket_id: int
    base_id: int
    content_id: int
    criterion_id: int
    score: Decimal | None
    ai_score: Decimal | None
    ai_applicable: bool | None
    blind: bool
    reviewer: int | None
    at: datetime
    provider: str | None
    model: str | None
    ran: Mapping[str, Any] | None

    @property
    def kind(self) -> Kind:
        """How this answer came about. A `score` of None is "not applicable"."""
        if self.blind:
            return Kind.BLIND
        if self.ai_score is None and self.ai_applicable is not False:
            return Kind.BY_HAND
        if self.score != self.ai_score:
            return Kind.CORRECTED
        return Kind.CONFIRMED_OWN if self.provider == BUILT_IN else Kind.CONFIRMED

    @property
    def weight(self) -> float:
        return WEIGHTS[self.kind]

    @property
    def is_correction(self) -> bool:
        """Whether it says something that the judge did not say before."""
        return self.kind in (Kind.CORRECTED, Kind.BY_HAND) or (self.blind and self.score != self.ai_score)

    @property
    def judge(self) -> str | None:
        """The judge that answered; None when none did, or a rule."""
        if self.provider is None or self.ran is None or self.ran.get("origin") != "ai":
            return None
        if str(self.ran.get("producedBy", "")).startswith(BUILT_IN):
            return BUILT_IN
        return judge_key(self.provider, self.model)

    def said_since(self, version: int) -> bool:
        """Whether a head of this or a later version had answered before the person did."""
        name = str((self.ran or {}).get("producedBy", ""))
        number = name.rpartition("-v")[2]
        return name.startswith(f"{BUILT_IN}:{self.base_id}-v") and number.isdigit() and int(number) >= version


def pair_of(verified: Verified, criterion: Criterion) -> Pair | None:
    """What the judge said beside what the person said. None where the judge said nothing that can be compared.

    An answer that was held back because of low confidence counts as well: only so can a gate that closed open again.
    """
    ran = verified.ran or {}
    raw = ran.get("raw") or {name: ran.get(name) for name in ("applicable", "score", "confidence")}
    applicable, score, confidence = raw.get("applicable"), raw.get("score"), raw.get("confidence")
    if confidence is None or applicable is None or (applicable and score is None):
        return None
    said = Decimal(str(score)) if applicable else None
    difference = None
    if said is not None and verified.score is not None:
        difference = float((verified.score - said) / criterion.max_points)
    hidden = verified.blind or bool(ran.get("abstained"))
    return Pair(
        verified.criterion_id,
        verified.base_id,
        float(confidence),
        agrees(criterion, said, verified.score),
        UNSEEN if hidden else SEEN,
        verified.reviewer,
        difference,
    )
