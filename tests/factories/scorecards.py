"""Scorecards for tests: pure content, request bodies, and rows made through the service."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from assaydesk.domains.quality.scorecards import repository
from assaydesk.domains.quality.scorecards.criteria import highest_of
from assaydesk.domains.quality.scorecards.models import Scorecard, ScorecardFamily
from assaydesk.domains.quality.scorecards.types import (
    Assignment,
    Category,
    Content,
    Criterion,
    LiveCoach,
    ScoringType,
)
from assaydesk.platform.db.session import WriteSession

CREATED = datetime(2024, 5, 12, 9, 41, tzinfo=UTC)


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


async def make_scorecard(
    session: WriteSession,
    content_: Content | None = None,
    *,
    state: str = "active",
    revision: int = 1,
    base_id: int | None = None,
    scorecard_id: int | None = None,
    **values: Any,
) -> Scorecard:
    """One revision; `base_id` puts it into a family, which is made when it is missing."""
    said = content_ or content([category(1, [criterion(10)])])
    number = scorecard_id or await repository.next_scorecard_id(session)
    family = await session.get(ScorecardFamily, base_id or number)
    if family is None:
        highest = highest_of(said.categories)
        family = ScorecardFamily(
            base_id=base_id or number, highest_category_id=highest.category, highest_criterion_id=highest.criterion
        )
        session.add(family)
        await session.flush()
    if state == "active":
        family.activated_at = family.activated_at or CREATED
    content_id, _ = await repository.store_content(session, said)
    row = Scorecard(
        **{"name": said.name, "created_at": CREATED, "modified_at": CREATED, "created_by": None, "modified_by": None}
        | {"id": number, "base_id": family.base_id, "revision": revision, "state": state, "content_id": content_id}
        | values
    )
    session.add(row)
    await session.flush()
    return row
