"""Which tags apply (tags.md 2)."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from assaydesk.domains.tagging.detection import detect
from assaydesk.domains.tagging.service import scores
from assaydesk.domains.tagging.types import Incoming, Method, TagRule

ZONE = ZoneInfo("UTC")
URGENT = {"field": "ticket.priority", "operator": "=", "value": "urgent"}
MAIL = Incoming("My bill", channel="email", subchannel_id=4, data={"ticket": {"priority": "urgent"}})


def rule(*methods: Method, **values: Any) -> TagRule:
    return TagRule(1, "Tag", methods=frozenset(methods), **values)


@pytest.mark.parametrize(
    ("one", "confidence", "expected"),
    [
        (rule(Method.CHANNEL, channels=frozenset({"email"})), None, Method.CHANNEL),
        (rule(Method.CHANNEL, channels=frozenset({"chat"})), None, None),
        (rule(Method.CHANNEL), None, None),
        (rule(Method.SUBCHANNEL, subchannels=frozenset({4})), None, Method.SUBCHANNEL),
        (rule(Method.SUBCHANNEL, subchannels=frozenset({5})), None, None),
        (rule(Method.TICKET, details={"conditions": URGENT}), None, Method.TICKET),
        (rule(Method.TICKET, details={"conditions": {"not": URGENT}}), None, None),
        (rule(Method.TICKET, details={"conditions": {"field": 1}}), None, None),
        (rule(Method.TICKET), None, None),
        (rule(Method.TICKET, details={"conditions": URGENT}, channels=frozenset({"chat"})), None, None),
        (rule(Method.AI), 0.6, Method.AI),
        (rule(Method.AI), 0.59, None),
        (rule(Method.AI, details={"threshold": 0.9}), 0.8, None),
        (rule(Method.AI, details={"threshold": True}), 0.7, Method.AI),
        (rule(Method.AI), None, None),
        (rule(Method.AI, Method.TICKET, details={"conditions": URGENT}), 0.1, Method.TICKET),
        (rule(Method.AI, Method.TICKET, details={"conditions": URGENT, "combine": "and"}), 0.1, None),
        (rule(Method.AI, Method.TICKET, details={"conditions": URGENT, "combine": "and"}), 0.7, Method.AI),
        (rule(Method.AI, Method.TICKET, details={"conditions": {"not": URGENT}, "combine": "and"}), 0.7, None),
        (rule(Method.CUSTOM), None, None),
    ],
)
def test_each_way_of_detection(one: TagRule, confidence: float | None, expected: Method | None) -> None:
    found = detect([one], MAIL, {} if confidence is None else {1: confidence}, ZONE)
    assert [each.method for each in found] == ([] if expected is None else [expected])


def test_the_default_skill_stands_in_when_no_skill_is_found() -> None:
    default = TagRule(2, "Other", is_skill=True, is_default_skill=True)
    skill = TagRule(3, "Mail", is_skill=True, methods=frozenset({Method.CHANNEL}), channels=frozenset({"email"}))
    plain = TagRule(4, "Plain", methods=frozenset({Method.CHANNEL}), channels=frozenset({"email"}))
    assert [one.tag_id for one in detect([default, skill], MAIL, {}, ZONE)] == [3]
    assert [one.tag_id for one in detect([default, plain], MAIL, {}, ZONE)] == [4, 2]
    carried = Incoming("x", channel="email", has_skill=True)
    assert detect([default], carried, {}, ZONE) == []


@pytest.mark.parametrize(
    ("expected", "unexpected", "detected", "result"),
    [
        ([1, 2], [3], [1, 3], (0.5, 0.5)),
        ([1, 2], [], [1, 2], (1.0, 1.0)),
        ([1], [2], [], (None, 0.0)),
        ([], [], [], (None, None)),
    ],
)
def test_precision_and_recall(expected: Any, unexpected: Any, detected: Any, result: Any) -> None:
    assert scores(expected, unexpected, detected) == result
