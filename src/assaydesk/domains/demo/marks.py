"""The points that a careful reviewer gives for work whose quality is known. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any, Final

from assaydesk.domains.demo.content import Reviewing
from assaydesk.domains.demo.types import Answered, Level, Scorecard, Work

_ANSWERED: Final = {
    Answered.FULL: Decimal("1"),
    Answered.PARTIAL: Decimal("0.5"),
    Answered.VAGUE: Decimal("0.2"),
    Answered.WRONG: Decimal(0),
}
_TONE: Final = {
    Level.GOOD: (Decimal("0.9"), Decimal(1), Decimal(1)),
    Level.MEDIOCRE: (Decimal("0.5"), Decimal("0.6"), Decimal("0.7")),
    Level.BAD: (Decimal(0), Decimal("0.1"), Decimal("0.3")),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """`score` None: not applicable."""

    score: Decimal | None
    reason: str


def marks_for(scorecard: Scorecard, work: Work, reviewing: Reviewing, random: Random) -> dict[int, Mark]:
    """Marks for the criteria that no rule decides, by criterion id."""
    return {
        criterion["id"]: _mark(
            scorecard.marks[criterion["id"]], Decimal(criterion["maxPoints"]), work, reviewing, random
        )
        for criterion in criteria_of(scorecard)
        if "rule" not in criterion
    }


def criteria_of(scorecard: Scorecard) -> Iterator[Any]:
    """The criteria in their order, as the body has them."""
    for category in scorecard.body["categories"]:
        yield from category["criteria"]


def _mark(part: str, most: Decimal, work: Work, reviewing: Reviewing, random: Random) -> Mark:
    reasons = reviewing.reasons[part]
    if part == "answered":
        return Mark(most * _ANSWERED[work.answered], reasons[work.answered])
    if part == "tone":
        return Mark(most * random.choice(_TONE[work.level]), reasons[work.level])
    met: bool | None = getattr(work, part)
    if met is None:
        return Mark(None, "")
    return Mark(most if met else Decimal(0), reasons["met" if met else "missed"])
