"""The built-in judge: no network, no model of words. It proposes evidence, and leaves the score to a person.

Sentence vectors find the passages that are nearest to what a criterion asks for. They cannot see whether something was
done well, and they miss negation; so without heads learned from this instance's own verified scores every criterion is
abstained from, with the passages as a help (quality.md 7.0).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from assaydesk.domains.quality.judging.abstain import (
    Ground,
    Thresholds,
    calibrated,
    check_evidence,
    settle,
    verdict_of,
)
from assaydesk.domains.quality.judging.evidence import Quote, search_texts
from assaydesk.domains.quality.judging.injection import find_injections
from assaydesk.domains.quality.judging.learned import BUILT_IN, Learned, key_of
from assaydesk.domains.quality.judging.passages import MAX_PASSAGES, Passage, chosen, passages_of, words_of
from assaydesk.domains.quality.judging.reply import CriterionAnswer
from assaydesk.domains.quality.judging.shortage import MIN_LABELS, NOTHING, Shortage
from assaydesk.domains.quality.judging.types import Evidence, Verdict, WorklogCase
from assaydesk.domains.quality.judging.wording import sentence
from assaydesk.domains.quality.scorecards.types import Criterion
from assaydesk.integrations.local_ai.port import Embedder

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

    from assaydesk.domains.quality.judging.features import Reading
    from assaydesk.domains.quality.judging.heads import Head

__all__ = ["MAX_PASSAGES", "Passage", "find_passages", "judge_built_in", "learned_version"]

PROVIDER: Final = BUILT_IN
VERSION: Final = "1"
"""What produced an answer before anything was learned."""
_ANCHOR_CHARACTERS: Final = 400
_PROPOSED: Final = 2
_NEAR: Final = 0.03
"""How much less alike than the best one a passage may be to be proposed beside it."""


def learned_version(learned: Learned | None) -> str | None:
    """The version of the heads that judge, for the record of the run; None without heads."""
    return learned.version if learned is not None and learned.heads else None


def judge_built_in(
    case: WorklogCase,
    criteria: Sequence[Criterion],
    embedder: Embedder,
    *,
    thresholds: Thresholds,
    language: str,
    learned: Learned | None = None,
) -> tuple[Verdict, ...]:
    """One verdict a criterion. Slow; call it in a thread."""
    if not criteria:
        return ()
    passages = find_passages(case, criteria)
    if not passages:
        return tuple(
            _abstained(criterion, (), case, sentence("builtIn.nothingToRead", language), language)
            for criterion in criteria
        )
    vectors = embedder.passages([passage.text for passage in passages])
    heads = learned.heads if learned is not None and learned.embedder == embedder.name else {}
    asked = [criterion for criterion in criteria if key_of(criterion) in heads]
    answers = {}
    if learned is not None and asked:
        answers = _by_heads(case, asked, embedder, thresholds, language, learned)
    verdicts = []
    for criterion in criteria:
        verdict = answers.get(criterion.id)
        if verdict is None:
            nearest = _nearest(criterion, passages, vectors, embedder)
            verdict = _abstained(criterion, nearest, case, _why(criterion, learned, language), language)
        verdicts.append(verdict)
    return tuple(verdicts)


def find_passages(case: WorklogCase, criteria: Sequence[Criterion]) -> list[Passage]:
    """Sentences of the assessed messages, without quoted history: at most `MAX_PASSAGES`, in their order."""
    wanted = {word for criterion in criteria for word in words_of(_anchor(criterion))}
    return chosen(passages_of(case.assessed_messages), wanted)


def _by_heads(
    case: WorklogCase,
    criteria: Sequence[Criterion],
    embedder: Embedder,
    thresholds: Thresholds,
    language: str,
    learned: Learned,
) -> dict[int, Verdict]:
    """The verdicts of the criteria that were learned. Their evidence passes the same check as a model's."""
    from assaydesk.domains.quality.judging.features import read_case

    reading = read_case(case, embedder)
    ground = Ground(case, search_texts(case.messages), find_injections(case), reading.cut)
    own = Thresholds(thresholds.abstain, thresholds.knock_out, learned.trust_in(PROVIDER, None))
    found = {}
    for criterion in criteria:
        said = _answer(criterion, learned.heads[key_of(criterion)], reading, language)
        checked = calibrated(criterion, check_evidence(said, ground), own)
        doubt = settle(criterion, checked, own)
        found[criterion.id] = verdict_of(checked, doubt, produced_by=f"{PROVIDER}:{learned.version}", language=language)
    return found


def _answer(criterion: Criterion, head: "Head", reading: "Reading", language: str) -> CriterionAnswer:
    """What a head says, in the form of a model's answer. All assessed messages were searched, which proves a lack."""
    answer = head.answer(reading)
    quoted = [reading.passages[at].evidence for at in answer.passages]
    wording = "builtIn.learned" if quoted else "builtIn.learnedAbsence"
    return CriterionAnswer(
        criterion_id=criterion.id,
        applicable=answer.applicable,
        score=answer.score,
        reason=sentence(
            wording if answer.applicable else "builtIn.learnedNotApplicable", language, {"labels": head.labels}
        ),
        confidence=answer.confidence,
        quotes=tuple(Quote(one.conversation_id, one.quote, one.start, one.end) for one in quoted),
        searched=() if quoted and answer.score else reading.searched,
    )


def _why(criterion: Criterion, learned: Learned | None, language: str) -> str:
    """Why there is no learned answer, and what is missing for one."""
    short: Shortage = NOTHING
    if learned is not None:
        if key_of(criterion) in learned.heads:
            return sentence("builtIn.otherEmbedder", language)
        short = learned.shortages.get(key_of(criterion), NOTHING)
    if short.missing:
        return sentence("builtIn.notLearned", language, {"labels": short.labels, "wanted": MIN_LABELS})
    return sentence("builtIn.oneSided", language, {"labels": short.labels, "missing": short.missing_of_kind})


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


def _abstained(
    criterion: Criterion, nearest: tuple[Evidence, ...], case: WorklogCase, why: str, language: str
) -> Verdict:
    return Verdict(
        criterion_id=criterion.id,
        applicable=None,
        score=None,
        reason=sentence("abstain.prefix", language, {"why": why}),
        confidence=None,
        evidence=nearest,
        searched_conversation_ids=tuple(message.conversation_id for message in case.assessed_messages),
        tool_call_ids=(),
        origin="ai",
        abstained=True,
        produced_by=f"{PROVIDER}:{VERSION}",
    )
