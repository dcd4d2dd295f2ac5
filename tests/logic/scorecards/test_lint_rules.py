"""Rules that the linter proposes for a criterion's words."""

from dataclasses import replace

import pytest

from assaydesk.domains.quality.judging.rules.decide import validate_rule
from assaydesk.domains.quality.scorecards.lint_rules import propose_rules
from tests.factories.judging import make_criterion


@pytest.mark.parametrize(
    ("label", "proposed"),
    [
        ("Greets the customer", ["greeting"]),
        ("Persönliche Ansprache mit Namen", ["personalSalutation"]),
        ("Polite closing of the message", ["closing"]),
        ("Antwort innerhalb der SLA", ["slaMet"]),
        ("The announced attachment is there", ["promisedAttachmentSent"]),
        ("Shows empathy", []),
    ],
)
def test_recognised_rules_are_proposed(label: str, proposed: list[str]) -> None:
    criterion = make_criterion(label=label, description="")
    assert [found.rule["type"] for found in propose_rules(criterion)] == proposed
    assert all(not validate_rule(found.rule) for found in propose_rules(criterion))
    assert propose_rules(replace(criterion, rule={"type": "greeting"})) == []
