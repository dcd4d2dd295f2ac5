"""The linter with what it reaches outside: likeness by the embedder, wordings by a model. Opens no session.

Only the findings of the rules are sure to come; whatever fails outside costs its own part and nothing else.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from secrets import token_hex
from typing import Any, Final

import structlog

from assaydesk.domains.quality.scorecards import lint_suggestions
from assaydesk.domains.quality.scorecards.errors import refuse
from assaydesk.domains.quality.scorecards.events import RULE_VALIDATORS
from assaydesk.domains.quality.scorecards.lint import Finding, Likeness, Severity, lint, with_suggestions
from assaydesk.domains.quality.scorecards.lint_likeness import alike_criteria
from assaydesk.domains.quality.scorecards.types import Content
from assaydesk.domains.quality.scorecards.validation import EMPTY_CONTENT, read_body
from assaydesk.integrations.llm.port import Budget, LlmClient, Outcome, Prompt, Turn
from assaydesk.integrations.local_ai.opening import open_embedder
from assaydesk.integrations.local_ai.port import Embedder
from assaydesk.platform.config import Config
from assaydesk.platform.db.session import assert_no_open_session

log = structlog.get_logger("scorecards")

_LONGEST_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Outside:
    """A model, when there is one, and the embedder of this process."""

    llm: LlmClient | None
    embedder: Callable[[], Embedder]


@dataclass(frozen=True, slots=True)
class Report:
    """`suggestions_failed`: a model was asked for wordings and gave none that can be used."""

    findings: tuple[Finding, ...]
    suggestions_failed: bool
    model: str | None

    @property
    def has_errors(self) -> bool:
        return any(one.severity is Severity.ERROR for one in self.findings)


def outside_of(config: Config, ports: Mapping[str, Any]) -> Outside:
    """The ports of this process as linting needs them; a judge that a test put in has none."""
    found = ports.get("judge")
    embedder = getattr(found, "embedder", None) or partial(open_embedder, config.embedding)
    return Outside(getattr(found, "llm", None), embedder)


def content_of_body(body: Any) -> tuple[Content, tuple[str, ...]]:
    """The content of the body of `POST /quality/scorecard`, and the keys that nobody reads.

    Raises `ValidationFailed` for what could not even be a draft; empty categories are findings.
    """
    read = read_body(body, rules=RULE_VALIDATORS, creating=True)
    refuse(read.faults)
    return read.change.apply_to(EMPTY_CONTENT), read.ignored


async def lint_content(
    content: Content,
    language: str,
    outside: Outside,
    *,
    suggest: bool = True,
    timeout_seconds: float = _LONGEST_SECONDS,
) -> Report:
    """All findings; with another wording for each that a model has one for."""
    assert_no_open_session("the linter")
    findings = await asyncio.to_thread(lambda: lint(content, language, _alike(content, outside)))
    places = lint_suggestions.to_reword(findings)
    if outside.llm is None or not suggest or not places:
        return Report(tuple(findings), suggestions_failed=False, model=None)
    wordings, model = await _ask(content, findings, places, language, outside.llm, timeout_seconds)
    return Report(tuple(with_suggestions(findings, wordings or {})), wordings is None, model)


def report_json(report: Report) -> dict[str, Any]:
    """The wire form."""
    counts = Counter(one.severity for one in report.findings)
    return {
        "findings": [
            {
                "code": one.code.value,
                "severity": one.severity.value,
                "categoryId": one.category_id,
                "criterionId": one.criterion_id,
                "text": one.text,
                "suggestion": one.suggestion,
            }
            for one in report.findings
        ],
        "errors": counts[Severity.ERROR],
        "warnings": counts[Severity.WARNING],
        "hints": counts[Severity.HINT],
        "suggestionsFailed": report.suggestions_failed,
        "model": report.model,
    }


def _alike(content: Content, outside: Outside) -> Sequence[Likeness]:
    try:
        return alike_criteria(content, outside.embedder())
    except (ImportError, OSError, RuntimeError) as failure:
        log.warning("lint_without_likeness", reason=str(failure))
        return ()


async def _ask(
    content: Content,
    findings: Sequence[Finding],
    places: Sequence[int],
    language: str,
    llm: LlmClient,
    timeout_seconds: float,
) -> tuple[dict[int, str] | None, str]:
    """One call, never repeated; None when it gave nothing that can be used."""
    system, question = lint_suggestions.request(content, findings, places, token_hex(8), language)
    prompt = Prompt(lint_suggestions.VERSION, system, (Turn("user", question),), lint_suggestions.SCHEMA)
    answer = await llm.ask(prompt, budget=Budget(min(timeout_seconds, _LONGEST_SECONDS)))
    if answer.outcome is not Outcome.ANSWERED:
        log.warning("lint_without_suggestions", outcome=answer.outcome.value, detail=answer.detail)
        return None, answer.model
    try:
        return lint_suggestions.read_reply(answer.text, places), answer.model
    except ValueError as failure:
        log.warning("lint_without_suggestions", outcome="malformed", detail=str(failure))
        return None, answer.model
