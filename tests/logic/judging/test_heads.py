"""Heads: what they learn from few labels, what they say about it, and what they never see."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random

import numpy as np
import pytest

from assaydesk.domains.quality.judging.abstain import Thresholds
from assaydesk.domains.quality.judging.builtin import judge_built_in
from assaydesk.domains.quality.judging.confidence import Calibration
from assaydesk.domains.quality.judging.evidence import stands_in
from assaydesk.domains.quality.judging.features import read_case
from assaydesk.domains.quality.judging.heads import Example, Head, Shortage, fit_head
from assaydesk.domains.quality.judging.learned import JudgeTrust, Learned, key_of
from assaydesk.domains.quality.judging.packing import pack, unpack
from assaydesk.domains.quality.judging.types import WorklogCase
from assaydesk.domains.quality.scorecards.types import Criterion, ScoringType
from assaydesk.integrations.local_ai.hashed import HashedEmbedder
from tests.factories.judging import make_case, make_criterion
from tests.factories.learning import ASKED, BODY, reply

EMBEDDER = HashedEmbedder()
MET = make_criterion(
    10,
    label="Identity",
    description="The agent asks for the date of birth or the contract number.",
    scoring_type=ScoringType.MET_NOT_MET,
)
SCALE = replace(MET, id=11, scoring_type=ScoringType.NUMERIC_SCALE, max_points=Decimal(4))
FULL, NONE = Decimal(5), Decimal(0)


def case_of(text: str, **more: object) -> WorklogCase:
    return make_case(("C", "Hello, I have a question about my invoice. Is it right?"), ("A", text), **more)


def example(text: str, score: Decimal | None, **more: object) -> Example:
    return Example(read_case(case_of(text), EMBEDDER), score, score is not None, **more)  # type: ignore[arg-type]


def examples(count: int, seed: int = 1, noise: float = 0.0) -> list[Example]:
    rng, found = Random(seed), []
    for at in range(count):
        met = at % 2 == 0
        text = reply(rng, met=met)
        found.append(example(text, FULL if met != (rng.random() < noise) else NONE))
    return found


def learned(criterion: Criterion, given: Sequence[Example]) -> Head:
    head = fit_head(criterion, given, EMBEDDER)
    assert isinstance(head, Head)
    return head


@pytest.fixture(scope="module")
def head() -> Head:
    return learned(MET, examples(60))


def test_it_answers_new_cases_and_is_sure_of_it(head: Head) -> None:
    rng = Random(99)
    for met in (True, False) * 10:
        answer = head.answer(read_case(case_of(reply(rng, met=met)), EMBEDDER))
        assert (answer.applicable, answer.score) == (True, FULL if met else NONE)
        assert answer.confidence > 0.7


def test_confidence_comes_from_answers_that_were_left_out() -> None:
    head = learned(MET, examples(100, noise=0.25))
    said = np.mean([one.confidence for one in head.held_out])
    was = np.mean([one.agrees for one in head.held_out])
    assert was < 0.9, "a quarter of the labels is wrong, so nobody can be right more often"
    assert abs(said - was) < 0.12


def test_labels_without_any_sense_give_no_confidence() -> None:
    rng = Random(3)
    senseless = [example(reply(rng, met=rng.random() < 0.5), FULL if at % 2 else NONE) for at in range(60)]
    head = learned(MET, senseless)
    assert np.mean([one.confidence for one in head.held_out]) < 0.7


def test_the_passage_that_speaks_for_the_answer_is_named(head: Head) -> None:
    reading = read_case(case_of(f"Hello,\n{BODY[0]}\n{ASKED[2]}\n{BODY[3]}"), EMBEDDER)
    answer = head.answer(reading)
    assert reading.passages[answer.passages[0]].evidence.quote == ASKED[2]


def test_signatures_and_names_are_never_quoted(head: Head) -> None:
    case = case_of(f"{BODY[0]}\n{ASKED[1]}\nBerg Energie\nAnn Maria Berg", agent_terms=("Ann", "Maria", "Berg"))
    reading = read_case(case, EMBEDDER)
    quoted = {reading.passages[at].evidence.quote for at in head.answer(reading).passages}
    assert quoted
    assert quoted <= {BODY[0], ASKED[1]}


@pytest.mark.parametrize(
    ("scores", "labels", "missing", "of_kind"),
    [
        ([], 0, 20, 5),
        ([FULL] * 12 + [NONE] * 5, 17, 3, 0),
        ([FULL] * 30, 30, 0, 5),
        ([FULL] * 30 + [NONE] * 3, 33, 0, 2),
        ([FULL] * 30 + [None] * 9, 30, 0, 5),
    ],
)
def test_what_is_missing_is_said(scores: list[Decimal | None], labels: int, missing: int, of_kind: int) -> None:
    short = fit_head(MET, [example(BODY[0], score) for score in scores], EMBEDDER)
    assert short == Shortage(labels, missing, of_kind)


def test_confirmations_of_its_own_open_no_door() -> None:
    own = [replace(one, weight=0.25) for one in examples(40)]
    assert fit_head(MET, own, EMBEDDER) == Shortage(0, 20, 5)


def test_whether_it_applies_is_learned_from_both_kinds() -> None:
    given = examples(40) + [example(f"Spam without sense, number {at}. Delete this.", None) for at in range(12)]
    head = learned(MET, given)
    assert head.answer(read_case(case_of("Spam without sense. Delete this."), EMBEDDER)).applicable is False
    assert head.answer(read_case(case_of(f"Hello,\n{ASKED[0]}\n{BODY[1]}"), EMBEDDER)).applicable is True
    always = replace(MET, allow_not_applicable=False)
    assert learned(always, given).answer(read_case(case_of("Spam. Delete this."), EMBEDDER)).applicable is True


def test_a_scale_is_answered_with_scores_that_are_used() -> None:
    rng, given = Random(5), []
    for at in range(90):
        asked = at % 3
        text = "\n".join(["Hello,", *rng.sample(BODY, 2), *rng.sample(ASKED, asked)])
        given.append(example(text, Decimal(2 * asked)))
    head = learned(SCALE, given)
    values = {}
    for asked in (0, 2):
        texts = ["\n".join(["Hello,", *rng.sample(BODY, 2), *rng.sample(ASKED, asked)]) for _ in range(12)]
        answers = [head.answer(read_case(case_of(text), EMBEDDER)) for text in texts]
        assert {answer.score for answer in answers} <= {Decimal(0), Decimal(2), Decimal(4)}
        values[asked] = np.mean([answer.expected for answer in answers])
    assert values[2] - values[0] > 1.5


def test_the_same_examples_give_the_same_bytes_and_the_way_back_the_same_answers(head: Head) -> None:
    first = pack("hashed-1", {key_of(MET): head}, {}, {})
    second = pack("hashed-1", {key_of(MET): learned(MET, examples(60))}, {}, {})
    assert first == second
    back = unpack(first, base_id=7, version=3, target=0.85)
    assert (back.version, back.embedder) == ("7-v3", "hashed-1")
    reading = read_case(case_of(f"Hello,\n{ASKED[1]}"), EMBEDDER)
    assert back.heads[key_of(MET)].answer(reading) == head.answer(reading)


def test_who_did_the_work_makes_no_difference() -> None:
    texts = [f"Good morning,\nmy name is {name}. {ASKED[0]}\nKind regards\n{name}" for name in ("Ann Berg", "Cem Dal")]
    read = [
        read_case(case_of(text, agent_terms=tuple(name.split())), EMBEDDER)
        for text, name in zip(texts, ("Ann Berg", "Cem Dal"), strict=True)
    ]
    assert np.array_equal(read[0].vectors, read[1].vectors)
    assert all(np.array_equal(one, other) for one, other in zip(read[0].words, read[1].words, strict=True))


def test_work_on_one_ticket_is_left_out_together() -> None:
    """Copies of a case must not vouch for each other: labels without sense stay without sense."""
    rng, given = Random(8), []
    for at in range(30):
        text = reply(rng, met=rng.random() < 0.5)
        given += [example(text, FULL if at % 2 else NONE, group=f"ticket:{at}") for _ in range(3)]
    head = learned(MET, given)
    assert np.mean([one.agrees for one in head.held_out]) < 0.75


def as_learned(head: Head, embedder: str = "hashed-1", trust: JudgeTrust | None = None) -> Learned:
    return Learned(7, "7-v3", embedder, {key_of(MET): head}, {}, {"builtIn": trust} if trust else {})


def test_the_built_in_judge_scores_with_evidence_that_holds(head: Head) -> None:
    case = case_of(f"Hello,\n{BODY[0]}\n{ASKED[2]}\n{BODY[3]}")
    texts = {message.conversation_id: message.text for message in case.messages}
    met, missing = (
        judge_built_in(one, [MET], EMBEDDER, thresholds=Thresholds(0.6, 0.8), language="en", learned=as_learned(head))[
            0
        ]
        for one in (case, case_of(f"Hello,\n{BODY[0]}\n{BODY[3]}"))
    )
    assert (met.score, met.produced_by, met.abstained) == (FULL, "builtIn:7-v3", False)
    assert [one.quote for one in met.evidence] == [ASKED[2]]
    assert all(stands_in(one, texts[one.conversation_id]) for one in met.evidence)
    assert (missing.score, missing.searched_conversation_ids) == (NONE, (2,))
    assert missing.raw is not None
    assert "60 verified scores" in met.reason


def test_a_gate_that_is_closed_lets_nothing_through_but_keeps_the_raw_answer(head: Head) -> None:
    points = {MET.id: [(0.9, at % 2 == 0, 1.0) for at in range(40)]}
    trust = JudgeTrust(7, Calibration(), points, (), 0.85)
    case = case_of(f"Hello,\n{ASKED[2]}")

    def judged(criterion: Criterion) -> tuple[bool, Decimal | None]:
        verdict = judge_built_in(
            case, [criterion], EMBEDDER, thresholds=Thresholds(0.6, 0.8), language="de",
            learned=as_learned(head, trust=trust),
        )[0]  # fmt: skip
        assert verdict.raw is not None
        assert verdict.raw.score == FULL
        return verdict.abstained, verdict.score

    assert judged(MET) == (True, None)
    assert judged(replace(MET, confidence_threshold=0.5)) == (False, FULL), "the author's own threshold counts first"


def test_heads_of_another_embedder_are_not_asked(head: Head) -> None:
    verdict = judge_built_in(
        case_of(ASKED[0]), [MET], EMBEDDER, thresholds=Thresholds(0.6, 0.8), language="en",
        learned=as_learned(head, "another"),
    )[0]  # fmt: skip
    assert verdict.abstained
    assert "learned again at night" in verdict.reason
