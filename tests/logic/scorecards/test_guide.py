"""What docs/guide/scorecards.md promises: its examples are accepted, its list of rules is complete."""

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from assaydesk.domains.quality.judging.rules.decide import validate_rule
from assaydesk.domains.quality.judging.rules.kinds import RULE_TYPES
from assaydesk.domains.quality.scorecards.scoring import compute_totals
from assaydesk.domains.quality.scorecards.types import Answer
from assaydesk.domains.quality.scorecards.validation import read_body
from tests.factories.scorecards import category, criterion, criterion_body, scorecard_body

GUIDE = (Path(__file__).parents[3] / "docs" / "guide" / "scorecards.md").read_text()
EXAMPLES = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.get("name") or example["type"])
def test_examples_are_accepted(example: dict[str, object]) -> None:
    body = scorecard_body(criterion_body(rule=example)) if "type" in example else example
    read = read_body(body, rules=dict.fromkeys(RULE_TYPES, validate_rule), creating=True)
    assert read.faults == read.incomplete == read.ignored == ()


def test_every_rule_type_is_listed_with_its_parameters() -> None:
    rows = re.findall(r"^\| `(\w+)`(\\\*)? \| (.*?) \|", GUIDE, re.MULTILINE)
    listed = {name: (bool(star), re.findall(r"`(\w+)` \(", parameters)) for name, star, parameters in rows}
    for name, kind in RULE_TYPES.items():
        assert listed.get(name) == (kind.draft, [parameter.name for parameter in kind.parameters]), name


def test_printed_points() -> None:
    card = [
        category(1, [criterion(1, 5), criterion(2, 10, make_or_break_for_category=True)]),
        category(2, [criterion(3, 5)]),
    ]
    table = re.search(r"\| A \| B \| C \| points \| percentage \|\n\|[-|]+\n((?:\|.*\n)+)", GUIDE)
    assert table is not None
    for line in table[1].splitlines():
        *scores, points, percentage = [cell.strip() for cell in line.strip("|").split("|")]
        answers = {
            number: Answer(None, False) if cell == "not applicable" else Answer(Decimal(cell), True)
            for number, cell in enumerate(scores, start=1)
        }
        totals = compute_totals(card, answers)
        assert (f"{totals.scored_points} of {totals.used_max_points}", totals.percentage) == (
            points,
            Decimal(percentage),
        )
