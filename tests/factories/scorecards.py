"""Scorecards for tests: pure content, request bodies, and rows made through the service."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from assaydesk.domains.quality.scorecards.types import (
    Assignment,
    Category,
    Content,
    Criterion,
    LiveCoach,
    ScoringType,
)


def criterion(number: int, points: str | int = 5, **changes: Any) -> Criterion:
    values: dict[str, Any] = {
        "id": number,
        "label": f"Criterion {number}",
        "description": "",
        "max_points": Decimal(points),
        "scoring_type": ScoringType.NUMERIC_SCALE,
        "auto_generate_by_ai": False,
        "assessment_prompt": "",
        "make_or_break_for_category": False,
        "make_or_break_for_assessment": False,
        "order": number,
        "allow_not_applicable": True,
        "applicability_prompt": None,
        "confidence_threshold": None,
        "rule": None,
    }
    return Criterion(**{**values, **changes})


def category(number: int, criteria: Sequence[Criterion]) -> Category:
    return Category(category_id=number, label=f"Category {number}", order=number, criteria=tuple(criteria))


def assignment(**changes: Any) -> Assignment:
    values: dict[str, Any] = {
        "ticket_tags": (),
        "teams": (),
        "channels": (),
        "response_context": (),
        "include_child_tags": False,
        "sample_percent": 100.0,
    }
    return Assignment(**{**values, **changes})


def content(categories: Sequence[Category] = (), name: str = "E-mail quality", **changes: Any) -> Content:
    return Content(name, tuple(categories), assignment(**changes), LiveCoach(enabled=False, threshold=80.0))


def criterion_body(number: int | None = 100, **changes: Any) -> dict[str, Any]:
    """One criterion as a client sends it."""
    body: dict[str, Any] = {
        "label": "Greeting",
        "description": "Does the reply greet the customer?",
        "maxPoints": 5,
        "scoringType": "numericScale",
    }
    return {**body, **({} if number is None else {"id": number}), **changes}


def scorecard_body(*criteria: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """The body of a POST: one category with these criteria, or with one."""
    body = {
        "name": "E-mail quality",
        "categories": [{"categoryId": 1, "label": "Opening", "criteria": list(criteria) or [criterion_body()]}],
    }
    return {**body, **changes}
