"""Run the judge over the cases in evals/ and count wrong passes and wrong fails apart.

Uses the model of the environment (`ASSAYDESK_LLM_URL`, `ASSAYDESK_LLM_MODEL`), or the built-in judge without one.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from assaydesk.domains.quality.judging.rules.decide import RULE_VALIDATORS
from assaydesk.domains.quality.judging.service import JudgePorts, configured_ports, judge_case
from assaydesk.domains.quality.judging.types import (
    CaseMessage,
    CaseToolCall,
    JudgeSettings,
    Role,
    Verdict,
    WorklogCase,
)
from assaydesk.domains.quality.scorecards.types import Assignment, Content, LiveCoach
from assaydesk.domains.quality.scorecards.validation import read_body
from assaydesk.platform.config import Config

FILE = Path(__file__).parents[1] / "evals" / "judging" / "cases.json"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Finding:
    """`outcome`: right, abstained, wrongPass or wrongFail."""

    case: str
    criterion: str
    outcome: str
    expected: str
    given: str


def outcome_of(expected: Any, verdict: Verdict) -> str:
    """Points against nothing, and more points against fewer, are a wrong pass; the other way round a wrong fail."""
    if verdict.abstained:
        return "abstained"
    wanted = None if expected == "notApplicable" else Decimal(str(expected))
    if wanted == verdict.score:
        return "right"
    return "wrongPass" if (verdict.score or 0) > (wanted or 0) or wanted == 0 else "wrongFail"


async def run(ports: JudgePorts, settings: JudgeSettings) -> list[Finding]:
    findings: list[Finding] = []
    for data in json.loads(FILE.read_text())["cases"]:
        content = _content(data)
        judgement = await judge_case(_case(data), content, settings, ports=ports)
        labels = {criterion.id: criterion.label for _, criterion in content.criteria}
        for verdict in judgement.verdicts:
            expected = data["expected"][str(verdict.criterion_id)]
            given = "notApplicable" if verdict.applicable is False else str(verdict.score)
            findings.append(
                Finding(data["name"], labels[verdict.criterion_id], outcome_of(expected, verdict), str(expected), given)
            )
    return findings


def settings_of(config: Config) -> JudgeSettings:
    return JudgeSettings(
        judge="auto",
        prompt_scope="scorecard",
        redact=True,
        abstain_threshold=0.6,
        knock_out_confidence=0.8,
        text_language="en",
        model=None,
        prompt_version=None,
        timeout_seconds=config.llm_timeout_seconds,
        prices={},
        second_opinion=False,
    )


def _content(data: Mapping[str, Any]) -> Content:
    body = {"name": data["name"], "categories": [{"label": data["name"], "criteria": data["criteria"]}]}
    read = read_body(body, rules=RULE_VALIDATORS, creating=True)
    if read.faults or read.incomplete or not read.change.categories:
        raise SystemExit(f"{data['name']}: {[*read.faults, *read.incomplete]}")
    return Content(
        data["name"], read.change.categories, Assignment((), (), (), (), False, 100.0), LiveCoach(False, 80.0)
    )


def _case(data: Mapping[str, Any]) -> WorklogCase:
    return WorklogCase(
        worklog_id=1,
        ticket_id=1,
        channel="chat",
        language=data.get("language"),
        subject=None,
        messages=tuple(_messages(data)),
        tool_calls=tuple(
            CaseToolCall(call["id"], call["name"], {}, None, START + timedelta(minutes=call["after"] + 0.5), None)
            for call in data.get("toolCalls", ())
        ),
        action_list=("reply",),
        duration_seconds=300,
        sla_met=None,
        customer_terms=tuple(data.get("customerTerms", ())),
    )


def _messages(data: Mapping[str, Any]) -> Iterator[CaseMessage]:
    for item in data["messages"]:
        assessed = item["role"] == "assessed"
        yield CaseMessage(
            conversation_id=item["id"],
            role=Role.AGENT if assessed else Role(item["role"]),
            text=item["text"],
            at=START + timedelta(minutes=item["id"]),
            assessed=assessed,
            attachments=tuple(item.get("attachments", ())),
        )


async def main() -> int:
    config = Config()
    ports = configured_ports(config)
    try:
        findings = await run(ports, settings_of(config))
    finally:
        if ports.llm is not None:
            await ports.llm.close()
    counts = Counter(finding.outcome for finding in findings)
    for finding in findings:
        if finding.outcome in ("wrongPass", "wrongFail"):
            said = f"expected {finding.expected}, got {finding.given}"
            print(f"{finding.outcome}: {finding.case}: {finding.criterion}: {said}")
    print(", ".join(f"{name} {counts[name]}" for name in ("right", "wrongPass", "wrongFail", "abstained")))
    return 1 if counts["wrongPass"] or counts["wrongFail"] else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
