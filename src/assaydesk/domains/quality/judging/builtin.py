"""The built-in judge: no network, no model of words. It proposes evidence, and leaves the score to a person.

Sentence vectors find the passages that are nearest to what a criterion asks for. They cannot see whether something was
done well, and they miss negation; so without heads learned from this instance's own verified scores every criterion is
abstained from, with the passages as a help (quality.md 7.0).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from assaydesk.domains.quality.judging.abstain import Checked, Thresholds, settle, verdict_of
from assaydesk.domains.quality.judging.reply import CriterionAnswer
from assaydesk.domains.quality.judging.rules.findings import own_text, sentences
from assaydesk.domains.quality.judging.types import CaseMessage, Evidence, Verdict, WorklogCase
from assaydesk.domains.quality.judging.wording import sentence
from assaydesk.domains.quality.scorecards.types import Criterion
from assaydesk.integrations.local_ai.port import Embedder

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

VERSION: Final = "1"
MAX_PASSAGES: Final = 48
"""Sentences of one case that are compared; of longer cases the most promising."""
_MIN_CHARACTERS: Final = 12
_MAX_CHARACTERS: Final = 300
_COMPARED_CHARACTERS: Final = 200
"""The beginning of a passage that is compared; the time it takes grows with the length."""
_ANCHOR_CHARACTERS: Final = 400
_PROPOSED: Final = 2
_NEAR: Final = 0.03
"""How much less alike than the best one a passage may be to be proposed beside it."""


class LearnedHeads(Protocol):
    """What this instance's verified scores have taught; written by calibration."""

    @property
    def version(self) -> str: ...

    def answer(self, criterion: Criterion, passages: "NDArray[float32]") -> CriterionAnswer | None:
        """The learned answer, or None while there are too few labels of this criterion."""


@dataclass(frozen=True, slots=True)
class Passage:
    evidence: Evidence
    text: str
    """What is compared: the beginning of the quote, in one line."""


def judge_built_in(
    case: WorklogCase,
    criteria: Sequence[Criterion],
    embedder: Embedder,
    *,
    thresholds: Thresholds,
    language: str,
    heads: LearnedHeads | None = None,
) -> tuple[Verdict, ...]:
    """One verdict a criterion. Slow; call it in a thread."""
    passages = find_passages(case, criteria)
    if not criteria:
        return ()
    if not passages:
        return tuple(_abstained(criterion, (), case, "builtIn.nothingToRead", language) for criterion in criteria)
    vectors = embedder.passages([passage.text for passage in passages])
    verdicts = []
    for criterion in criteria:
        nearest = _nearest(criterion, passages, vectors, embedder)
        answer = heads.answer(criterion, vectors) if heads is not None else None
        if answer is None:
            verdicts.append(_abstained(criterion, nearest, case, "builtIn.notLearned", language))
            continue
        checked = Checked(answer, nearest, (), (), None)
        produced_by = f"builtIn:{heads.version}" if heads is not None else f"builtIn:{VERSION}"
        doubt = settle(criterion, checked, thresholds)
        verdicts.append(verdict_of(checked, doubt, produced_by=produced_by, language=language))
    return tuple(verdicts)


def find_passages(case: WorklogCase, criteria: Sequence[Criterion]) -> list[Passage]:
    """Sentences of the assessed messages, without quoted history: at most `MAX_PASSAGES`, in their order."""
    passages = [passage for message in case.assessed_messages for passage in _passages(message)]
    if len(passages) <= MAX_PASSAGES:
        return passages
    # First and last sentences carry manners; of the rest those that share words with the criteria.
    edge = MAX_PASSAGES // 4
    wanted = {word for criterion in criteria for word in _words(_anchor(criterion))}
    middle = range(edge, len(passages) - edge)
    best = sorted(middle, key=lambda at: (-len(wanted & _words(passages[at].text)), at))[: MAX_PASSAGES - 2 * edge]
    kept = [*range(edge), *sorted(best), *range(len(passages) - edge, len(passages))]
    return [passages[at] for at in kept]


def _passages(message: CaseMessage) -> list[Passage]:
    found = []
    for start, end in sentences(own_text(message)):
        if end - start > _MAX_CHARACTERS:
            space = message.text.rfind(" ", start + 1, start + _MAX_CHARACTERS)
            end = space if space > start else start + _MAX_CHARACTERS
        quote = message.text[start:end]
        if len(quote) >= _MIN_CHARACTERS and any(character.isalpha() for character in quote):
            evidence = Evidence(message.conversation_id, quote, start, end)
            found.append(Passage(evidence, " ".join(quote.split())[:_COMPARED_CHARACTERS]))
    return found


def _nearest(
    criterion: Criterion, passages: Sequence[Passage], vectors: "NDArray[float32]", embedder: Embedder
) -> tuple[Evidence, ...]:
    anchors = [text for text in (_anchor(criterion), criterion.assessment_prompt[:_ANCHOR_CHARACTERS]) if text.strip()]
    likeness = (vectors @ embedder.queries(anchors).T).max(axis=1)
    order = sorted(range(len(passages)), key=lambda at: (-float(likeness[at]), at))[:_PROPOSED]
    best = float(likeness[order[0]])
    return tuple(passages[at].evidence for at in order if float(likeness[at]) >= best - _NEAR)


def _anchor(criterion: Criterion) -> str:
    return f"{criterion.label}. {criterion.description}"[:_ANCHOR_CHARACTERS]


def _words(text: str) -> set[str]:
    return {word for word in text.casefold().split() if len(word) > 3}


def _abstained(
    criterion: Criterion, nearest: tuple[Evidence, ...], case: WorklogCase, why: str, language: str
) -> Verdict:
    return Verdict(
        criterion_id=criterion.id,
        applicable=None,
        score=None,
        reason=sentence("abstain.prefix", language, {"why": sentence(why, language)}),
        confidence=None,
        evidence=nearest,
        searched_conversation_ids=tuple(message.conversation_id for message in case.assessed_messages),
        tool_call_ids=(),
        origin="ai",
        abstained=True,
        produced_by=f"builtIn:{VERSION}",
    )
