"""Content of a scorecard to and from its JSON form, and its hash. The JSON form is the wire form of quality.md 2.1."""

import hashlib
import json
from collections.abc import Mapping
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
from assaydesk.kit.numbers import plain


def content_to_json(content: Content) -> dict[str, Any]:
    """The wire form; the keys `name`, `categories`, `assignment`, `liveCoach`."""
    return {
        "name": content.name,
        "categories": [_category_to_json(category) for category in content.categories],
        "assignment": assignment_to_json(content.assignment),
        "liveCoach": {"enabled": content.live_coach.enabled, "threshold": plain(content.live_coach.threshold)},
    }


def content_from_json(data: Mapping[str, Any]) -> Content:
    """The inverse of `content_to_json`. Expects what that function wrote; input of people goes through validation."""
    return Content(
        name=data["name"],
        categories=tuple(_category_from_json(category) for category in data["categories"]),
        assignment=_assignment_from_json(data["assignment"]),
        live_coach=LiveCoach(enabled=data["liveCoach"]["enabled"], threshold=float(data["liveCoach"]["threshold"])),
    )


def content_hash(content: Content) -> str:
    """`sha256:<hex>` of the canonical content: equal for two contents that score alike.

    The name is left out, and the values of the assignment are sorted, because their order has no meaning.
    """
    data = content_to_json(content)
    del data["name"]
    for values in data["assignment"].values():
        if isinstance(values, list):
            values.sort()
    return json_hash(data)


def json_hash(data: Any) -> str:
    """`sha256:<hex>` of a JSON value, whatever the order of its keys."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def assignment_to_json(assignment: Assignment) -> dict[str, Any]:
    return {
        "ticketTags": list(assignment.ticket_tags),
        "teams": list(assignment.teams),
        "channels": list(assignment.channels),
        "responseContext": list(assignment.response_context),
        "includeChildTags": assignment.include_child_tags,
        "samplePercent": plain(assignment.sample_percent),
    }


def _assignment_from_json(data: Mapping[str, Any]) -> Assignment:
    return Assignment(
        ticket_tags=tuple(data["ticketTags"]),
        teams=tuple(data["teams"]),
        channels=tuple(data["channels"]),
        response_context=tuple(data["responseContext"]),
        include_child_tags=data["includeChildTags"],
        sample_percent=float(data["samplePercent"]),
    )


def _category_to_json(category: Category) -> dict[str, Any]:
    return {
        "categoryId": category.category_id,
        "label": category.label,
        "order": category.order,
        "criteria": [_criterion_to_json(criterion) for criterion in category.criteria],
    }


def _category_from_json(data: Mapping[str, Any]) -> Category:
    return Category(
        category_id=data["categoryId"],
        label=data["label"],
        order=data["order"],
        criteria=tuple(_criterion_from_json(criterion) for criterion in data["criteria"]),
    )


def _criterion_to_json(criterion: Criterion) -> dict[str, Any]:
    threshold = criterion.confidence_threshold
    return {
        "id": criterion.id,
        "label": criterion.label,
        "description": criterion.description,
        "maxPoints": plain(criterion.max_points),
        "scoringType": criterion.scoring_type.value,
        "autoGenerateByAi": criterion.auto_generate_by_ai,
        "assessmentPrompt": criterion.assessment_prompt,
        "makeOrBreakForCategory": criterion.make_or_break_for_category,
        "makeOrBreakForAssessment": criterion.make_or_break_for_assessment,
        "order": criterion.order,
        "allowNotApplicable": criterion.allow_not_applicable,
        "applicabilityPrompt": criterion.applicability_prompt,
        "confidenceThreshold": None if threshold is None else plain(threshold),
        "rule": None if criterion.rule is None else dict(criterion.rule),
    }


def _criterion_from_json(data: Mapping[str, Any]) -> Criterion:
    threshold = data["confidenceThreshold"]
    return Criterion(
        id=data["id"],
        label=data["label"],
        description=data["description"],
        max_points=Decimal(str(data["maxPoints"])),
        scoring_type=ScoringType(data["scoringType"]),
        auto_generate_by_ai=data["autoGenerateByAi"],
        assessment_prompt=data["assessmentPrompt"],
        make_or_break_for_category=data["makeOrBreakForCategory"],
        make_or_break_for_assessment=data["makeOrBreakForAssessment"],
        order=data["order"],
        allow_not_applicable=data["allowNotApplicable"],
        applicability_prompt=data["applicabilityPrompt"],
        confidence_threshold=None if threshold is None else float(threshold),
        rule=data["rule"],
    )
