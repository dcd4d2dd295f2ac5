"""The shipped scorecards are valid, and ready to be judged."""

import json
from pathlib import Path
from typing import Any

import pytest

from assaydesk.domains.imports.formats.tau_bench import parse_tau_bench
from assaydesk.domains.imports.formats.types import ToolCall
from assaydesk.domains.quality.judging.rules.decide import RULE_VALIDATORS
from assaydesk.domains.quality.scorecards.validation import read_body
from tests.factories.imports import OPTIONS, REPOSITORY, apart

FOLDER = REPOSITORY / "examples/scorecards"
FILES = sorted(path.name for path in FOLDER.glob("*.json"))


def criteria(name: str) -> list[dict[str, Any]]:
    body = json.loads((FOLDER / name).read_text())
    return [criterion for category in body["categories"] for criterion in category["criteria"]]


def test_the_four_scorecards_are_there() -> None:
    assert FILES == ["airline-policy.json", "courtesy-clarity-de.json", "courtesy-clarity-en.json", "shop-process.json"]


@pytest.mark.parametrize("name", FILES)
def test_a_scorecard_has_no_fault_and_no_unknown_key(name: str) -> None:
    read = read_body(json.loads((FOLDER / name).read_text()), rules=RULE_VALIDATORS, creating=True)
    assert (read.faults, read.incomplete, read.ignored) == ((), (), ())


@pytest.mark.parametrize("name", FILES)
def test_each_mixes_rules_and_ai_with_anchors_applicability_and_a_knock_out(name: str) -> None:
    found = criteria(name)
    by_ai = [one for one in found if one["autoGenerateByAi"]]
    assert all(one["description"] for one in found)
    assert len([one for one in found if one.get("rule")]) >= 4
    assert len(by_ai) >= 5
    assert all(len(one["assessmentPrompt"]) > 100 for one in by_ai)
    assert all("Quote" in one["assessmentPrompt"] or "itiere" in one["assessmentPrompt"] for one in by_ai)
    assert any(one.get("applicabilityPrompt") for one in by_ai)
    assert all(one["allowNotApplicable"] for one in by_ai if one.get("applicabilityPrompt"))
    assert sum(bool(one.get("makeOrBreakForAssessment")) for one in found) == 1


@pytest.mark.parametrize("name", FILES)
def test_the_anchors_of_a_scale_begin_with_its_maximum(name: str) -> None:
    for one in criteria(name):
        if one["autoGenerateByAi"] and one["scoringType"] == "numericScale":
            assert f"{one['maxPoints']}: " in one["assessmentPrompt"], one["label"]
            assert "0: " in one["assessmentPrompt"], one["label"]


def test_german_and_english_ask_the_same() -> None:
    german, english = criteria("courtesy-clarity-de.json"), criteria("courtesy-clarity-en.json")
    for key in ("id", "maxPoints", "scoringType", "rule", "makeOrBreakForAssessment", "allowNotApplicable"):
        assert [one.get(key) for one in german] == [one.get(key) for one in english]


def named_tools(name: str) -> set[str]:
    rules = [one["rule"] for one in criteria(name) if one.get("rule")]
    return {tool for rule in rules for tool in [*rule.get("names", ()), rule.get("name"), rule.get("before")] if tool}


@pytest.mark.shared_data
def test_the_tools_of_the_rules_are_those_of_the_sources(shared_data: Path) -> None:
    with (shared_data / "tau-bench-airline/gpt-4o-trials-0-1.json").open("rb") as file:
        flights, _ = apart(list(parse_tau_bench(file, OPTIONS)))
    called = {turn.name for one in flights for turn in one.turns if isinstance(turn, ToolCall)}
    assert named_tools("airline-policy.json") <= called

    processes = json.loads((shared_data / "abcd/kb.json").read_text())
    assert named_tools("shop-process.json") <= {step for steps in processes.values() for step in steps}


@pytest.mark.shared_data
def test_the_order_that_the_shop_asks_for_holds_in_each_of_its_processes(shared_data: Path) -> None:
    processes = json.loads((shared_data / "abcd/kb.json").read_text())
    for one in criteria("shop-process.json"):
        rule = one.get("rule", {})
        names = rule.get("names") or [rule.get("name"), rule.get("before")]
        for steps in processes.values() if None not in names else ():
            if names[-1] in steps:
                order = [steps.index(tool) if tool in steps else -1 for tool in names]
                assert order == sorted(order), (one["label"], steps)
                assert -1 not in order, (one["label"], steps)
