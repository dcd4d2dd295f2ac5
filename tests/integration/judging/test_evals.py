"""The cases of evals/: what rules decide is right, what they do not decide is left to people."""

from decimal import Decimal
from typing import Any

import pytest
from scripts.run_evals import outcome_of, run, settings_of

from assaydesk.domains.quality.judging.service import JudgePorts
from assaydesk.domains.quality.judging.types import Verdict
from assaydesk.integrations.local_ai.hashed import HashedEmbedder
from assaydesk.platform.config import Config


async def test_rules_and_the_built_in_judge_make_no_mistake() -> None:
    findings = await run(JudgePorts(None, HashedEmbedder), settings_of(Config()))
    assert [finding for finding in findings if finding.outcome in ("wrongPass", "wrongFail")] == []
    outcomes = [finding.outcome for finding in findings]
    assert outcomes.count("right") >= 15
    assert outcomes.count("abstained") >= 10


async def test_a_model_that_gives_full_points_to_everything_is_caught(ports: JudgePorts) -> None:
    findings = await run(ports, settings_of(Config()))
    wrong = [finding for finding in findings if finding.outcome == "wrongPass"]
    assert {finding.case for finding in wrong} >= {"Praise that nobody earned", "Eine knappe, unhöfliche Antwort"}
    assert not [finding for finding in findings if finding.outcome == "wrongFail"]


@pytest.mark.parametrize(
    ("expected", "given", "outcome"),
    [
        (5, 5, "right"),
        (0, 5, "wrongPass"),
        (0, "notApplicable", "wrongPass"),
        (5, 0, "wrongFail"),
        (5, "notApplicable", "wrongFail"),
        ("notApplicable", "notApplicable", "right"),
        ("notApplicable", 5, "wrongPass"),
        ("notApplicable", 0, "wrongFail"),
        (5, None, "abstained"),
    ],
)
def test_mistakes_are_counted_apart(expected: Any, given: Any, outcome: str) -> None:
    applicable = None if given is None else given != "notApplicable"
    score = Decimal(given) if isinstance(given, int) else None
    verdict = Verdict(1, applicable, score, "", 1.0, (), (), (), "ai", given is None, "model:x")
    assert outcome_of(expected, verdict) == outcome
