"""Cases and scorecards for the judge, without a database."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from assaydesk.domains.quality.judging.types import CaseMessage, CaseToolCall, JudgeSettings, Role, WorklogCase
from assaydesk.domains.quality.scorecards.types import Assignment, Category, Content, Criterion, LiveCoach, ScoringType

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROLES = {"C": Role.CUSTOMER, "A": Role.AGENT, "N": Role.NOTE, "S": Role.SYSTEM, "O": Role.AGENT}


def message(number: int, author: str, text: str, **more: Any) -> CaseMessage:
    """`author`: C customer, A the assessed agent, O another agent, N a note of the assessed one, S system."""
    return CaseMessage(
        conversation_id=number,
        role=ROLES[author],
        text=text,
        at=more.pop("at", START + timedelta(minutes=number)),
        assessed=more.pop("assessed", author in "AN"),
        **more,
    )


def make_case(*messages: tuple[str, str] | CaseMessage, **more: Any) -> WorklogCase:
    """A case whose messages are numbered 1, 2, 3 ... and come a minute apart."""
    built = tuple(
        item if isinstance(item, CaseMessage) else message(number, *item)
        for number, item in enumerate(messages, start=1)
    )
    facts: dict[str, Any] = {
        "worklog_id": 1,
        "ticket_id": 1,
        "channel": "email",
        "language": None,
        "subject": None,
        "messages": built,
        "tool_calls": (),
        "action_list": ("reply",),
        "duration_seconds": 300,
        "sla_met": None,
    }
    return WorklogCase(**{**facts, **more})


def tool_call(number: int, name: str, minute: float, **more: Any) -> CaseToolCall:
    return CaseToolCall(
        id=number,
        name=name,
        arguments=more.get("arguments", {}),
        result=more.get("result", "ok"),
        at=START + timedelta(minutes=minute),
        conversation_id=more.get("conversation_id"),
    )


def make_criterion(number: int = 1, **changes: Any) -> Criterion:
    facts: dict[str, Any] = {
        "id": number,
        "label": f"Criterion {number}",
        "description": "The agent answers the question.",
        "max_points": Decimal(5),
        "scoring_type": ScoringType.NUMERIC_SCALE,
        "auto_generate_by_ai": True,
        "assessment_prompt": "",
        "make_or_break_for_category": False,
        "make_or_break_for_assessment": False,
        "order": number,
        "allow_not_applicable": True,
        "applicability_prompt": None,
        "confidence_threshold": None,
        "rule": None,
    }
    return Criterion(**{**facts, **changes})


def ruled(kind: str, **parameters: Any) -> Criterion:
    return make_criterion(rule={"type": kind, **parameters}, auto_generate_by_ai=False)


def make_content(criteria: Sequence[Criterion], *, live_coach: LiveCoach | None = None) -> Content:
    return Content(
        name="Scorecard",
        categories=(Category(1, "Category", 1, tuple(criteria)),),
        assignment=Assignment((), (), (), ("reply",), False, 100.0),
        live_coach=live_coach or LiveCoach(enabled=False, threshold=80.0),
    )


def judge_settings(**changes: Any) -> JudgeSettings:
    prices: Mapping[str, Any] = {}
    facts: dict[str, Any] = {
        "judge": "auto",
        "prompt_scope": "scorecard",
        "redact": True,
        "abstain_threshold": 0.6,
        "knock_out_confidence": 0.8,
        "text_language": "en",
        "model": None,
        "prompt_version": None,
        "timeout_seconds": 5.0,
        "prices": prices,
        "second_opinion": False,
    }
    return JudgeSettings(**{**facts, **changes})
