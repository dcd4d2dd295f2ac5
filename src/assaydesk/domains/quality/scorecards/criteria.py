"""Categories and criteria of a scorecard body, checked and read (quality.md 2.1).

Nothing stops at the first fault: an author sees all of them at once, each with its path and what to do about it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import Any, Final, NamedTuple

from assaydesk.domains.quality.scorecards.reading import Fault, Fields, figure, kind_of, shown, storable, whole_number
from assaydesk.domains.quality.scorecards.types import Category, Criterion, ScoringType
from assaydesk.kit.numbers import round_half_up

MAX_CATEGORIES: Final = 50
MAX_CRITERIA: Final = 200
MAX_ID: Final = 2**53 - 1
"""The largest integer that every JSON reader keeps exactly."""
MAX_POINTS: Final = 1000
MAX_ORDER: Final = 1_000_000
MAX_RULE_CHARACTERS: Final = 20_000

RuleValidator = Callable[[Mapping[str, Any]], Sequence[tuple[str, str, str]]]
"""Checks the parameters of a rule; answers with path below the rule, code and message of each fault."""


class Highest(NamedTuple):
    """The highest ids that a family ever used; new ones are counted on from here."""

    category: int = 0
    criterion: int = 0


def highest_of(categories: Sequence[Category], before: Highest = Highest()) -> Highest:
    """The highest ids, `before` and these categories taken together."""
    return Highest(
        category=max([before.category, *(category.category_id for category in categories)]),
        criterion=max(
            [before.criterion, *(criterion.id for category in categories for criterion in category.criteria)]
        ),
    )


def read_categories(
    fields: Fields, rules: Mapping[str, RuleValidator], highest: Highest, *, required: bool
) -> tuple[tuple[Category, ...] | None, tuple[Fault, ...]]:
    """The categories of a body in their order, and why they could not be active; None when the body names none."""
    raw = fields.value("categories", required=required)
    if raw is None:
        return None, ()
    if not isinstance(raw, list):
        fields.fault("categories", "wrong_type", f"is {kind_of(raw)}; give it a list of categories.")
        return (), ()
    if not _within_limits(fields, raw):
        return (), ()
    faults_before = len(fields.findings.faults)
    read = [_read_category(fields, position, row, rules) for position, row in enumerate(raw)]
    _refuse_duplicates(fields, read)
    numbered = _number(read, highest)
    faultless = len(fields.findings.faults) == faults_before
    return _in_order(numbered), activation_faults(numbered) if faultless else ()


def activation_faults(categories: Sequence[Category]) -> tuple[Fault, ...]:
    """Why content with these categories cannot be active."""
    if not categories:
        message = "An active scorecard needs a category with a criterion; add one, or save the scorecard as draft."
        return (Fault("categories", "too_short", message),)
    return tuple(
        Fault(
            f"categories.{position}.criteria",
            "too_short",
            f"Category {shown(category.label)} (id {category.category_id}) has no criteria, and an active scorecard "
            "needs one in each category; add one, remove the category, or save the scorecard as draft.",
        )
        for position, category in enumerate(categories)
        if not category.criteria
    )


def _within_limits(fields: Fields, rows: list[Any]) -> bool:
    lists = [row.get("criteria") for row in rows if isinstance(row, Mapping)]
    criteria = sum(len(found) for found in lists if isinstance(found, list))
    if len(rows) > MAX_CATEGORIES:
        fields.fault("categories", "too_long", f"has {len(rows)} entries; at most {MAX_CATEGORIES} fit.")
    if criteria > MAX_CRITERIA:
        fields.fault("categories", "too_long", f"holds {criteria} criteria; at most {MAX_CRITERIA} fit.")
    return len(rows) <= MAX_CATEGORIES and criteria <= MAX_CRITERIA


def _read_category(fields: Fields, position: int, row: Any, rules: Mapping[str, RuleValidator]) -> Category:
    """One category; id 0 stands for one that is still to be assigned."""
    place = f"Category {position + 1}"
    inner = fields.nested(f"categories.{position}", row, _subject("Category", row, "categoryId", place))
    if inner is None:
        return Category(0, "", position, ())
    raw = inner.value("criteria", required=True)
    if raw is not None and not isinstance(raw, list):
        inner.fault("criteria", "wrong_type", f"is {kind_of(raw)}; give it a list of criteria.")
    rows = raw if isinstance(raw, list) else []
    read = [_read_criterion(inner, index, criterion, rules) for index, criterion in enumerate(rows)]
    category = Category(
        category_id=inner.integer("categoryId", 0, least=1, most=MAX_ID, nullable=True),
        label=inner.text("label", 200, required=True),
        order=inner.integer("order", position + 1, least=0, most=MAX_ORDER),
        criteria=tuple(criterion for criterion in read if criterion is not None),
    )
    inner.finish()
    return category


def _read_criterion(category: Fields, position: int, row: Any, rules: Mapping[str, RuleValidator]) -> Criterion | None:
    subject = _subject("Criterion", row, "id", f"{category.subject}, criterion {position + 1}")
    fields = category.nested(f"criteria.{position}", row, subject)
    if fields is None:
        return None
    threshold = fields.value("confidenceThreshold", nullable=True)
    criterion = Criterion(
        id=fields.integer("id", 0, least=1, most=MAX_ID, nullable=True),
        label=fields.text("label", 200, required=True),
        description=fields.text("description", 4000),
        max_points=_read_points(fields),
        scoring_type=ScoringType(fields.choice("scoringType", tuple(ScoringType), required=True) or "metNotMet"),
        auto_generate_by_ai=fields.flag("autoGenerateByAi", False),
        assessment_prompt=fields.text("assessmentPrompt", 8000),
        make_or_break_for_category=fields.flag("makeOrBreakForCategory", False),
        make_or_break_for_assessment=fields.flag("makeOrBreakForAssessment", False),
        order=fields.integer("order", position + 1, least=0, most=MAX_ORDER),
        allow_not_applicable=fields.flag("allowNotApplicable", True),
        applicability_prompt=fields.text("applicabilityPrompt", 8000, nullable=True) or None,
        confidence_threshold=None if threshold is None else fields.ranged("confidenceThreshold", 0, 1),
        rule=_read_rule(fields, rules),
    )
    if criterion.auto_generate_by_ai and not (criterion.description or criterion.assessment_prompt):
        message = (
            f"{subject} is to be scored by the AI but says nothing about how; fill in description or assessmentPrompt."
        )
        fields.fault_at("assessmentPrompt", "required", message)
    fields.finish()
    return criterion


def _read_points(fields: Fields) -> Decimal:
    points = fields.number("maxPoints", required=True)
    if points is None:
        return Decimal(1)
    if not 0 < points <= MAX_POINTS:
        message = f"{fields.subject} has {figure(points)} points; give it more than 0 and at most {MAX_POINTS}."
        fields.fault_at("maxPoints", "out_of_range", message)
    elif points != round_half_up(points, 2):
        message = f"{fields.subject} has {figure(points)} points; give it at most two decimals."
        fields.fault_at("maxPoints", "bad_format", message)
    return points


def _read_rule(fields: Fields, rules: Mapping[str, RuleValidator]) -> dict[str, Any] | None:
    raw = fields.value("rule", nullable=True)
    if raw is None:
        return None
    rule = fields.nested("rule", raw, f"{fields.subject}, rule")
    if rule is None:
        return None
    kind = rule.text("type", 100, required=True)
    if kind and kind not in rules:
        rule.fault("type", "not_allowed", f"is {shown(kind)}; use one of: {', '.join(sorted(rules))}.")
    elif not storable(raw):
        rule.fault_at(
            "", "bad_format", f"{rule.subject} holds a text with a NUL character or half of a surrogate pair."
        )
    elif len(json.dumps(raw)) > MAX_RULE_CHARACTERS:
        rule.fault_at("", "too_long", f"{rule.subject} is longer than {MAX_RULE_CHARACTERS} characters of JSON.")
    elif kind:
        for path, code, message in rules[kind](raw):
            rule.fault_at(path, code, f"{rule.subject}: {message}")
    return {**raw, "type": kind}


def _refuse_duplicates(fields: Fields, categories: Sequence[Category]) -> None:
    """A client's own ids must be unique in the whole scorecard."""
    first: dict[int, str] = {}
    for position, category in enumerate(categories):
        _refuse_repeat(
            fields, f"categories.{position}.categoryId", "Category", category.category_id, category.label, first
        )
    first = {}
    for position, category in enumerate(categories):
        for index, criterion in enumerate(category.criteria):
            path = f"categories.{position}.criteria.{index}.id"
            _refuse_repeat(fields, path, "Criterion", criterion.id, criterion.label, first)


def _refuse_repeat(fields: Fields, path: str, kind: str, number: int, label: str, first: dict[int, str]) -> None:
    if number and number in first:
        message = f"{kind} id {number} is used twice, by {shown(first[number])} and {shown(label)}; give each its own."
        fields.fault_at(path, "duplicate", message)
    first.setdefault(number, label)


def _number(categories: Sequence[Category], highest: Highest) -> list[Category]:
    """Give the missing ids numbers that the family has never used."""
    top = highest_of(categories, highest)
    category_ids, criterion_ids = count(top.category + 1), count(top.criterion + 1)
    return [
        replace(
            category,
            category_id=category.category_id or next(category_ids),
            criteria=tuple(
                criterion if criterion.id else replace(criterion, id=next(criterion_ids))
                for criterion in category.criteria
            ),
        )
        for category in categories
    ]


def _in_order(categories: Sequence[Category]) -> tuple[Category, ...]:
    return tuple(
        replace(
            category, criteria=tuple(sorted(category.criteria, key=lambda criterion: (criterion.order, criterion.id)))
        )
        for category in sorted(categories, key=lambda category: (category.order, category.category_id))
    )


def _subject(kind: str, row: Any, key: str, place: str) -> str:
    """What a message calls an entry: by label and id where it has them, else by its place."""
    label = row.get("label") if isinstance(row, Mapping) else None
    if not isinstance(label, str) or not label.strip():
        return place
    number = whole_number(row[key]) if key in row else None
    return f"{kind} {shown(label.strip())}" + (f" (id {number})" if number else "")
