"""The built-in judge proposes passages and leaves the score to people, until heads have learned (test_heads.py)."""

from collections.abc import Sequence
from typing import Any

import pytest

from assaydesk.domains.quality.judging.abstain import Thresholds
from assaydesk.domains.quality.judging.builtin import MAX_PASSAGES, find_passages, judge_built_in
from assaydesk.domains.quality.judging.evidence import stands_in
from assaydesk.domains.quality.judging.summary import extractive_summary
from assaydesk.domains.quality.judging.types import Verdict, WorklogCase
from assaydesk.domains.quality.scorecards.types import Criterion
from assaydesk.integrations.local_ai.hashed import HashedEmbedder
from tests.factories.judging import make_case, make_criterion

CASE = make_case(
    ("C", "My invoice is wrong. Can you correct it, please?"),
    (
        "A",
        "Hello Ms Nowak,\n\nwe are very sorry for the mistake in your invoice. The right one leaves today.\nBye",
    ),
    ("O", "I apologise as well, we are sorry for the trouble."),
)
APOLOGY = make_criterion(1, label="Apology", description="The agent says sorry for the mistake.")


def judged(case: WorklogCase = CASE, criteria: Sequence[Criterion] = (APOLOGY,), **more: Any) -> tuple[Verdict, ...]:
    settings: dict[str, Any] = {"thresholds": Thresholds(0.6, 0.8), "language": "en", **more}
    return judge_built_in(case, criteria, HashedEmbedder(), **settings)


def test_given_no_labels_it_abstains_and_quotes_the_nearest_passage() -> None:
    (verdict,) = judged()
    assert (verdict.abstained, verdict.score, verdict.applicable, verdict.confidence) == (True, None, None, None)
    assert verdict.evidence[0].quote == "we are very sorry for the mistake in your invoice."
    assert "has not learned" in verdict.reason
    assert "0 of the 20" in verdict.reason
    assert (verdict.origin, verdict.produced_by) == ("ai", "builtIn:1")


def test_only_the_assessed_persons_own_words_are_proposed() -> None:
    texts = {message.conversation_id: message.text for message in CASE.messages}
    for verdict in judged(criteria=[APOLOGY, make_criterion(2, description="invoice mistake correct")]):
        assert {evidence.conversation_id for evidence in verdict.evidence} == {2}
        assert all(stands_in(evidence, texts[2]) for evidence in verdict.evidence)


def test_given_nothing_to_read_it_says_so() -> None:
    (verdict,) = judged(make_case(("C", "Hello?"), ("A", "...")))
    assert verdict.abstained
    assert "wrote nothing" in verdict.reason
    assert verdict.evidence == ()
    assert judged(criteria=()) == ()


def test_very_long_texts_are_limited_and_quotes_stay_verbatim() -> None:
    case = make_case(("A", "word " * 20_000), ("A", "This is sentence one. " * 2_000 + "We are sorry for the mistake."))
    passages = find_passages(case, [APOLOGY])
    assert len(passages) == MAX_PASSAGES
    texts = {message.conversation_id: message.text for message in case.messages}
    assert all(stands_in(passage.evidence, texts[passage.evidence.conversation_id]) for passage in passages)
    assert all(len(passage.text) <= 300 for passage in passages)
    (verdict,) = judged(case)
    assert verdict.evidence[0].quote == "We are sorry for the mistake."


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_summary_is_plain_and_always_the_same(language: str) -> None:
    verdicts = judged()
    summary = extractive_summary(CASE, verdicts, language)
    assert summary == extractive_summary(CASE, verdicts, language)
    assert "My invoice is wrong." in summary
    assert "we are very sorry for the mistake" in summary
    assert summary.endswith({"en": "Waiting for a person: 1.", "de": "Wartet auf einen Menschen: 1."}[language])
    assert extractive_summary(CASE, (), language) == ""
