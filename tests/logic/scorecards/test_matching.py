import hashlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assaydesk.domains.quality.scorecards.matching import WorkFacts, in_sample, matches, response_context
from tests.factories.scorecards import assignment

WORK = WorkFacts(worklog_id=551, tags=frozenset({101, 7}), teams=frozenset({5}), channel="email", context="reply")


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, True),
        ({"ticket_tags": (101, 102)}, True),
        ({"ticket_tags": (102,)}, False),
        ({"teams": (5, 6)}, True),
        ({"teams": (6,)}, False),
        ({"channels": ("email",)}, True),
        ({"channels": ("phone", "chat")}, False),
        ({"response_context": ("reply", "status")}, True),
        ({"response_context": ("closeWithoutReply",)}, False),
        ({"ticket_tags": (101,), "teams": (6,)}, False),
        ({"ticket_tags": (101,), "teams": (5,), "channels": ("email",), "response_context": ("reply",)}, True),
        ({"sample_percent": 0}, False),
    ],
)
def test_dimensions(wanted: dict[str, Any], expected: bool) -> None:
    assert matches(assignment(**wanted), WORK, base_id=17) is expected


def test_without_a_context_only_replies_are_assessed() -> None:
    for context in ("closeWithoutReply", "status", "automated"):
        assert not matches(assignment(), replace(WORK, context=context), base_id=17)


def test_child_tags_count_only_when_wanted() -> None:
    below = {1, 101}
    assert not matches(assignment(ticket_tags=(1,)), WORK, base_id=17, listed_tags=below)
    assert matches(assignment(ticket_tags=(1,), include_child_tags=True), WORK, base_id=17, listed_tags=below)
    assert matches(assignment(include_child_tags=True), WORK, base_id=17)
    with pytest.raises(ValueError, match="tags below"):
        matches(assignment(ticket_tags=(1,), include_child_tags=True), WORK, base_id=17)


def test_voice_is_phone() -> None:
    assert matches(assignment(channels=("phone",)), replace(WORK, channel="voice"), base_id=17)


def test_an_unsent_draft_is_not_sampled() -> None:
    assert matches(assignment(sample_percent=0), replace(WORK, worklog_id=None), base_id=17)


@given(st.integers(1, 2**63 - 1), st.integers(1, 2**63 - 1), st.integers(0, 10_000))
def test_sample_follows_the_hash(worklog_id: int, base_id: int, hundredths: int) -> None:
    number = int(hashlib.sha256(f"{worklog_id}:{base_id}".encode()).hexdigest()[:8], 16) % 10_000
    assert in_sample(worklog_id, base_id, hundredths / 100) is (number < hundredths)


def test_sample_of_a_known_pair() -> None:
    # sha256("551:17") begins with 14814bdb: 344017883, modulo 10000 is 7883.
    assert in_sample(551, 17, 78.84)
    assert not in_sample(551, 17, 78.83)


def test_sample_takes_about_its_share() -> None:
    assert 230 <= sum(in_sample(number, 17, 25) for number in range(1, 1001)) <= 270


@pytest.mark.parametrize(
    ("action", "actions", "context"),
    [
        ("autoProcessAction", ["reply"], "automated"),
        ("writeAction", ["closed", "reply"], "reply"),
        ("readAction", ["closed"], "closeWithoutReply"),
        ("readAction", ["pending"], "status"),
        (None, [], "status"),
    ],
)
def test_context_of_work(action: str | None, actions: list[str], context: str) -> None:
    assert response_context(action, actions) == context
