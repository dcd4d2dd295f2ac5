"""From verified answers to what is stored: heads, curves and figures of one family. Pure; loads numpy."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assaydesk.domains.quality.judging.confidence import MIN_GATE, Pair, fit_calibration, log_loss, severity
from assaydesk.domains.quality.judging.features import Embedding
from assaydesk.domains.quality.judging.heads import Example, Head, fit_head
from assaydesk.domains.quality.judging.learned import BUILT_IN, JudgeTrust, Key
from assaydesk.domains.quality.judging.packing import pack
from assaydesk.domains.quality.judging.shortage import Shortage
from assaydesk.domains.quality.scorecards.types import Criterion


@dataclass(frozen=True, slots=True)
class Taught:
    """An example with who answered, and what a head had said about it before it was one."""

    example: Example
    reviewer: int | None = None
    said: Pair | None = None


@dataclass(frozen=True, slots=True)
class Fitted:
    body: bytes
    facts: Mapping[str, Any]
    heads: int


def fit_family(
    base_id: int,
    criteria: Mapping[Key, Criterion],
    examples: Mapping[Key, Sequence[Taught]],
    pairs: Mapping[str, Sequence[Pair]],
    embedder: Embedding,
) -> Fitted:
    """Learn a family. `examples` oldest first; `pairs` by judge and of all families.

    A head is held to what it said before it knew the label, once there is enough of that: only there is work whose
    wording nobody had labelled. Until then it is held to what it says of labels that were left out.
    """
    heads: dict[Key, Head] = {}
    shortages: dict[Key, Shortage] = {}
    held: list[Pair] = []
    learned: list[dict[str, Any]] = []
    for key in sorted(criteria):
        given = examples.get(key, ())
        found = fit_head(criteria[key], [one.example for one in given], embedder)
        if isinstance(found, Shortage):
            shortages[key] = found
            continue
        heads[key] = found
        own = [
            Pair(key[0], base_id, one.confidence, one.agrees, one.weight, given[one.place].reviewer)
            for one in found.held_out
        ]
        said = [one.said for one in given if one.said is not None]
        held += said if len(said) >= MIN_GATE else own
        weight = sum(pair.weight for pair in own)
        learned.append(
            {
                "criterionId": key[0],
                "labels": found.labels,
                "heldOutAgreement": sum(pair.weight for pair in own if pair.agrees) / weight,
                "heldOutLogLoss": log_loss([(pair.confidence, pair.agrees, pair.weight) for pair in own]),
            }
        )
    judges = {name: list(some) for name, some in pairs.items() if name != BUILT_IN}
    if held:
        judges[BUILT_IN] = held
    trusts = {name: trust for name, some in sorted(judges.items()) if (trust := _trust(base_id, some)) is not None}
    seen = [pair for some in pairs.values() for pair in some if pair.scorecard == base_id]
    facts = {
        "heads": learned,
        "reviewers": [
            {"userId": one.reviewer, "offset": one.offset, "ci95": [one.low, one.high], "n": one.pairs}
            for one in severity(seen)
        ],
    }
    return Fitted(pack(embedder.name, heads, shortages, trusts), facts, len(heads))


def _trust(base_id: int, pairs: Sequence[Pair]) -> JudgeTrust | None:
    """Curves and points of one judge; None while there are too few pairs to say anything."""
    calibration = fit_calibration(pairs)
    if calibration.instance is None:
        return None
    points: dict[int, list[tuple[float, bool, float]]] = defaultdict(list)
    everywhere = []
    for pair in pairs:
        sure = calibration.probability(pair.criterion_id, pair.confidence, pair.scorecard)
        everywhere.append((sure, pair.agrees, pair.weight))
        if pair.scorecard == base_id:
            points[pair.criterion_id].append((sure, pair.agrees, pair.weight))
    return JudgeTrust(base_id, calibration, dict(points), everywhere, 0.0)
