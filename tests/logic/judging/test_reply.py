"""The model's reply: tolerant of wrapping, strict about content."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assaydesk.domains.quality.judging.evidence import Quote
from assaydesk.domains.quality.judging.reply import FaultKind, parse_reply
from assaydesk.domains.quality.scorecards.types import ScoringType
from tests.factories.judging import make_criterion
from tests.servers.llm_server import answer, reply_of

SCALE = make_criterion(1)
BINARY = make_criterion(2, scoring_type=ScoringType.MET_NOT_MET)


def kinds(text: str) -> list[FaultKind]:
    return [fault.kind for fault in parse_reply(text, [SCALE]).faults]


@pytest.mark.parametrize(
    "wrap",
    [
        "{}",
        "```json\n{}\n```",
        "Here you are:\n```\n{}\n```\nGood luck!",
        "<think>Maybe {{1}}?</think>\n{}",
        "\ufeff  {}  ",
        "My answer: {} I hope that helps.",
    ],
)
def test_given_a_wrapped_object_reads_it(wrap: str) -> None:
    text = wrap.replace("{{", "<<").replace("{}", reply_of(answer(1, score=4.5))).replace("<<", "{")
    reply = parse_reply(text, [SCALE])
    assert reply.faults == ()
    assert reply.answers[1].score == Decimal("4.5")
    assert reply.summary == "A scripted summary."


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "5",
        "I cannot do that.",
        '{"criteria": [',
        '{"criteria": [{"criterionId": 1}',
        reply_of(answer(1)).replace('"score": 0', '"score": NaN'),
        reply_of(answer(1)).replace('"score": 0', '"score": -Infinity'),
        reply_of(answer(1)).replace('"score": 0', '"score": 1e99999999999999999999'),
        "{" * 5_000,
        '{"a":' * 3_000,
        '{"criteria": ' + "[" * 3_000,
    ],
)
def test_given_no_json_object_says_so(text: str) -> None:
    assert kinds(text) == [FaultKind.NOT_JSON]


@pytest.mark.parametrize("text", ["{}", '{"criteria": {}}', '{"criteria": null}'])
def test_given_no_list_of_criteria_says_so(text: str) -> None:
    assert kinds(text) == [FaultKind.WRONG_SHAPE]


@pytest.mark.parametrize(
    "changes",
    [
        {"score": "5"},
        {"score": True},
        {"score": [5]},
        {"applicable": "yes"},
        {"applicable": 1},
        {"reason": None},
        {"reason": 5},
        {"confidence": "high"},
        {"confidence": None},
        {"confidence": True},
        {"confidence": 1.01},
        {"confidence": -0.1},
        {"evidence": "words"},
        {"evidence": ["words"]},
        {"evidence": [{"quote": "words"}]},
        {"evidence": [{"conversationId": "1", "quote": "words"}]},
        {"evidence": [{"conversationId": 1, "quote": 5}]},
        {"searchedConversationIds": ["1"]},
        {"searchedConversationIds": [True]},
        {"toolCallIds": 5},
        {"applicable": False, "score": 3},
    ],
)
def test_given_a_wrong_type_refuses_that_criterion(changes: dict[str, Any]) -> None:
    reply = parse_reply(reply_of(answer(1, **changes), answer(2)), [SCALE, BINARY])
    assert [(fault.kind, fault.criterion_id) for fault in reply.faults] == [(FaultKind.WRONG_TYPE, 1)]
    assert list(reply.answers) == [2]


@pytest.mark.parametrize("missing", ["applicable", "score", "reason", "confidence"])
def test_given_a_missing_key_refuses_that_criterion(missing: str) -> None:
    entry = answer(1)
    del entry[missing]
    assert kinds(reply_of(entry)) == [FaultKind.WRONG_TYPE]


def test_given_missing_unknown_and_double_criteria_names_each() -> None:
    text = reply_of(answer(2, score=5), answer(77), answer("1"), answer(True), {"no": "id"}, 5, answer(2, score=0))  # type: ignore[arg-type]
    reply = parse_reply(text, [SCALE, BINARY])
    assert reply.answers == {}
    assert [(fault.kind, fault.criterion_id) for fault in reply.faults] == [
        (FaultKind.UNKNOWN_CRITERION, None),
        *[(FaultKind.WRONG_SHAPE, None)] * 4,
        (FaultKind.DUPLICATE_CRITERION, 2),
        (FaultKind.MISSING_CRITERION, 1),
    ]


@pytest.mark.parametrize("score", [-1, 5.01, 1000, 3.333, -0.001])
def test_given_a_score_off_the_scale_marks_it(score: float) -> None:
    reply = parse_reply(reply_of(answer(1, score=score)), [SCALE])
    assert [fault.kind for fault in reply.faults] == [FaultKind.OUT_OF_RANGE]
    assert reply.answers[1].out_of_range


@pytest.mark.parametrize(("score", "fits"), [(0, True), (5, True), (5.0, True), (2.5, False), (1, False)])
def test_given_met_or_not_met_nothing_between_is_possible(score: float, fits: bool) -> None:
    reply = parse_reply(reply_of(answer(2, score=score)), [BINARY])
    assert (reply.faults == ()) is fits


def test_given_not_applicable_a_score_of_zero_is_no_score() -> None:
    assert parse_reply(reply_of(answer(1, applicable=False, score=0)), [SCALE]).answers[1].score is None
    unsure = parse_reply(reply_of(answer(1, applicable=None, score=99)), [SCALE])
    assert (unsure.faults, unsure.answers[1].score) == ((), None)


def test_evidence_searched_messages_and_tool_calls_are_read() -> None:
    entry = answer(
        1,
        evidence=[
            {"conversationId": 5, "quote": "words", "start": 0, "end": 5},
            {"conversationId": 6, "quote": "more"},
        ],
        searchedConversationIds=[5, 6, 5],
        toolCallIds=[9],
    )
    found = parse_reply(reply_of(entry), [SCALE]).answers[1]
    assert found.quotes == (Quote(5, "words", 0, 5), Quote(6, "more"))
    assert (found.searched, found.tool_call_ids) == ((5, 6), (9,))


def test_given_characters_that_cannot_be_stored_leaves_them_out() -> None:
    text = json.dumps({"criteria": [answer(1, reason="a\x00b\ud800c" + "x" * 5_000)], "summary": "s\x00"})
    reply = parse_reply(text, [SCALE])
    assert reply.summary == "s"
    assert reply.answers[1].reason.startswith("abcx")
    assert len(reply.answers[1].reason) == 4_000


@given(st.text(max_size=200))
def test_whatever_comes_back_nothing_breaks(text: str) -> None:
    assert parse_reply(text, [SCALE]).answers == {}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(list(answer(1))), json_values, max_size=8))
def test_only_a_score_on_the_scale_is_ever_taken(changes: dict[str, Any]) -> None:
    text = json.dumps({"criteria": [{**answer(1), **changes}]})
    for found in parse_reply(text, [SCALE]).answers.values():
        assert 0 <= found.confidence <= 1
        assert found.score is None or found.out_of_range or 0 <= found.score <= 5
