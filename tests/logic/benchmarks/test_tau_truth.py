"""The script that reads the transcripts is independent of what it is held against, and reads them right."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.judging import tau_truth
from benchmarks.judging.tau_truth import CANCELLATION, CHANGE, CONFIRMED, ONE_CALL, truths


def said(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "content": text}


def called(*names: str, text: str | None = None) -> dict[str, Any]:
    calls = [{"function": {"name": name, "arguments": "{}"}} for name in names]
    return {"role": "assistant", "content": text, "tool_calls": calls}


OFFER = [said("user", "Please cancel it."), called("get_reservation_details"), said("assistant", "Shall I cancel it?")]


@pytest.mark.parametrize(
    ("entries", "label", "truth"),
    [
        ([*OFFER, said("user", "Yes, please."), called("cancel_reservation")], CONFIRMED, "met"),
        ([*OFFER, said("user", "What would it cost?"), called("cancel_reservation")], CONFIRMED, "notMet"),
        ([*OFFER, said("user", "Yes, but only if it is free."), called("cancel_reservation")], CONFIRMED, "unclear"),
        ([*OFFER, said("user", "I'll go with the first one."), called("cancel_reservation")], CONFIRMED, "unclear"),
        ([said("user", "Yes, cancel it."), called("cancel_reservation")], CONFIRMED, "notMet"),
        (OFFER, CONFIRMED, "notApplicable"),
        ([*OFFER, said("user", "Yes."), called("cancel_reservation")], CANCELLATION, "met"),
        ([said("user", "Hi"), called("cancel_reservation"), called("get_reservation_details")], CANCELLATION, "notMet"),
        (OFFER, CHANGE, "notApplicable"),
        (OFFER, ONE_CALL, "met"),
        ([*OFFER, called("calculate", "think")], ONE_CALL, "notMet"),
        ([*OFFER, called("calculate", text="One moment.")], ONE_CALL, "notMet"),
        ([said("user", "Hi")], ONE_CALL, "notApplicable"),
    ],
)
def test_a_transcript_is_read(entries: list[dict[str, Any]], label: str, truth: str, tmp_path: Path) -> None:
    file = tmp_path / "trials.json"
    file.write_text(json.dumps([{"task_id": 7, "trial": 1, "traj": entries}]))
    assert truths(file)["7:1"][label] == truth


def test_it_imports_nothing_of_the_program() -> None:
    tree = ast.parse(Path(tau_truth.__file__).read_text())
    names = [
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
    ]
    assert names
    assert not [name for name in names if name.startswith(("assaydesk", "benchmarks"))]
