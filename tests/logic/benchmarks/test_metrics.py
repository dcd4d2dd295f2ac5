"""Figures of a judge by hand, and what the evidence check makes of quotes that almost match."""

from decimal import Decimal

import pytest

from benchmarks.judging import quotes
from benchmarks.judging.baselines import constant
from benchmarks.judging.criteria import CARE, LEARNED
from benchmarks.judging.generator import conversations
from benchmarks.judging.metrics import Given, figures, rank_correlation, spread
from benchmarks.judging.tau import compare

MET, NOT_MET = Decimal(5), Decimal(0)
BINARY = LEARNED[1]
SCALE = next(criterion for criterion in LEARNED if criterion.id == CARE)


def test_an_abstention_and_not_applicable_find_no_defect() -> None:
    truth = [NOT_MET, NOT_MET, NOT_MET, MET, MET, None]
    given = [
        Given(NOT_MET, 0.9), Given(NOT_MET, 0.6, accepted=False), Given(None, 0.8), Given(MET, 0.9),
        Given(NOT_MET, 0.7), Given(None, 1.0),
    ]  # fmt: skip
    found = figures(BINARY, truth, given)
    values = {name: None if figure.value is None else round(figure.value, 3) for name, figure in found.items()}
    assert (values["coverage"], values["agreement"], values["ungated"]) == (0.833, 0.6, 0.667)
    assert (values["precision"], values["recall"]) == (0.5, 0.333)
    assert values["constant"] == 0.4
    assert values["kappa"] == pytest.approx(0.412, abs=0.001)


def test_a_perfect_judge_and_one_that_abstains_from_everything() -> None:
    truth = [MET, NOT_MET, None, MET]
    perfect = figures(BINARY, truth, [Given(label) for label in truth], ["a", "b", "c", "d"])
    assert {name: perfect[name].value for name in ("coverage", "agreement", "kappa", "precision", "recall", "ece")} == {
        "coverage": 1.0, "agreement": 1.0, "kappa": 1.0, "precision": 1.0, "recall": 1.0, "ece": 0.0,
    }  # fmt: skip
    assert perfect["agreement"].interval == (1.0, 1.0)
    silent = figures(BINARY, truth, [Given(MET, 0.2, accepted=False)] * 4)
    assert (silent["coverage"].value, silent["agreement"].value, silent["recall"].value) == (0.0, None, 0.0)
    assert str(silent["kappa"]) == "-"


def test_cases_of_one_wording_widen_the_interval() -> None:
    truth = [MET] * 40
    given = [Given(MET if at % 4 else NOT_MET) for at in range(40)]
    alone = figures(BINARY, truth, given)["agreement"].interval
    together = figures(BINARY, truth, given, [str(at % 4) for at in range(40)])["agreement"].interval
    assert alone is not None
    assert together is not None
    assert together[1] - together[0] > 2 * (alone[1] - alone[0])


def test_scales_are_weighed_by_squares_and_ranked() -> None:
    truth = [Decimal(value) for value in (0, 1, 2, 3, 4)]
    near = figures(SCALE, truth, [Given(Decimal(value)) for value in (0, 2, 1, 3, 4)])
    assert near["agreement"].value == 0.6
    assert near["kappa"].value == pytest.approx(0.9)
    assert rank_correlation([*truth, None], [0, 1, 2, 3, 4, 9]) == 1.0
    assert constant([MET, MET, None], 2) == [Given(MET), Given(MET)]
    assert spread([0.5, None, 0.7]).value == pytest.approx(0.6)


def test_only_quotes_that_keep_the_words_count() -> None:
    rows = quotes.run(conversations("test", 24))
    assert {row["kind"] for row in rows} >= {"verbatim", "another figure", "negation dropped", "of another message"}
    for row in rows:
        assert row["taken"] == (row["n"] if row["holds"] else 0), row["kind"]


def test_differences_from_the_transcripts_are_listed() -> None:
    truth = {"1:0": {"Order": "met"}, "2:0": {"Order": "unclear"}}
    answers = [("tau-bench:1:0", 4, "aiReady", 0, "why"), ("tau-bench:2:0", 4, "needsHuman", None, "")]
    found = compare(truth, {4: "Order"}, answers)
    assert found["criteria"][0]["agreement"] == 0.5
    assert found["differences"] == [
        {"conversation": "1:0", "criterion": "Order", "transcript": "met", "rule": "notMet", "reason": "why"}
    ]
