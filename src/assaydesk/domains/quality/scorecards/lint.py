"""What is weak about a scorecard: structure, wording, scales, knock-outs (docs/guide/scorecards.md). Pure.

A finding is advice to the author. None keeps a scorecard from being activated; what would is validation's matter.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from assaydesk.domains.quality.scorecards.lint_demands import second_demand
from assaydesk.domains.quality.scorecards.lint_rules import propose_rules
from assaydesk.domains.quality.scorecards.lint_texts import text_of
from assaydesk.domains.quality.scorecards.lint_words import (
    ANCHORS,
    CONDITION,
    FIXED_PHRASES,
    NEGATION,
    OBSERVED,
    UNOBSERVABLE,
    VAGUE,
)
from assaydesk.domains.quality.scorecards.types import Category, Content, Criterion, ScoringType

DOMINANT: Final = Decimal("0.5")
"""Share of all points from which one criterion of three or more decides nearly alone."""
NEGLIGIBLE: Final = Decimal("0.01")
"""Share of all points below which a criterion changes nothing that anybody could see."""
KNOCK_OUT_SHARE: Final = Decimal("0.05")
"""Share of the points at stake below which a knock-out takes more than it is worth itself."""
MOST_CRITERIA: Final = 25
"""Beyond this a review by a person takes longer than the work."""


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


class Code(StrEnum):
    NO_CATEGORIES = "no_categories"
    EMPTY_CATEGORY = "empty_category"
    TOO_MANY_CRITERIA = "too_many_criteria"
    DOMINANT_CRITERION = "dominant_criterion"
    NO_WEIGHT = "no_weight"
    SAME_LABEL = "same_label"
    OVERLAP = "overlap"
    TWO_DEMANDS = "two_demands"
    UNOBSERVABLE = "unobservable"
    NO_ANCHORS = "no_anchors"
    VAGUE = "vague"
    NEGATED_LABEL = "negated_label"
    NO_PROMPT = "no_prompt"
    CONDITION_WITHOUT_NOT_APPLICABLE = "condition_without_not_applicable"
    CONDITION_WITHOUT_PROMPT = "condition_without_prompt"
    KNOCK_OUT_FEW_POINTS = "knock_out_few_points"
    KNOCK_OUT_MAY_ABSTAIN = "knock_out_may_abstain"
    KNOCK_OUT_ON_SCALE = "knock_out_on_scale"
    RULE_FITS = "rule_fits"


SEVERITIES: Final = {
    Code.NO_CATEGORIES: Severity.ERROR,
    Code.EMPTY_CATEGORY: Severity.ERROR,
    Code.SAME_LABEL: Severity.WARNING,
    Code.DOMINANT_CRITERION: Severity.WARNING,
    Code.OVERLAP: Severity.WARNING,
    Code.TWO_DEMANDS: Severity.WARNING,
    Code.UNOBSERVABLE: Severity.WARNING,
    Code.NO_ANCHORS: Severity.WARNING,
    Code.CONDITION_WITHOUT_NOT_APPLICABLE: Severity.WARNING,
    Code.KNOCK_OUT_FEW_POINTS: Severity.WARNING,
    Code.KNOCK_OUT_ON_SCALE: Severity.WARNING,
}
"""All others are hints."""

REWORDED: Final = frozenset(
    {Code.TWO_DEMANDS, Code.UNOBSERVABLE, Code.NO_ANCHORS, Code.VAGUE, Code.NEGATED_LABEL, Code.NO_PROMPT, Code.OVERLAP}
)
"""What another wording heals."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One weakness. `text` says what it is and what to do; `suggestion` is another wording, by a model."""

    code: Code
    severity: Severity
    category_id: int | None
    criterion_id: int | None
    text: str
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two criteria whose words mean much the same."""

    first: int
    second: int


def lint(content: Content, language: str, alike: Sequence[Likeness] = ()) -> list[Finding]:
    """All findings in the order of the scorecard, the gravest of a criterion first. `alike`: from the embedding."""
    raw = [*_structure(content), *_labels(content), *_overlaps(content, alike)]
    for category in content.categories:
        for criterion in category.criteria:
            raw += [(code, category, criterion, words) for code, words in _criterion(content, category, criterion)]
    places = {criterion.id: place for place, (_, criterion) in enumerate(content.criteria)}
    order = list(Severity)
    findings = [_finding(language, *one) for one in raw]
    return sorted(
        dict.fromkeys(findings),
        key=lambda one: (places.get(one.criterion_id or 0, -1), order.index(one.severity), one.code),
    )


def with_suggestions(findings: Sequence[Finding], wordings: dict[int, str]) -> list[Finding]:
    """The findings with a model's wording, by place in the list."""
    return [replace(one, suggestion=wordings.get(place, one.suggestion)) for place, one in enumerate(findings)]


Raw = tuple[Code, Category | None, Criterion | None, dict[str, Any]]
Found = Iterator[tuple[Code, dict[str, Any]]]


def _finding(
    language: str, code: Code, category: Category | None, criterion: Criterion | None, words: dict[str, Any]
) -> Finding:
    severity = SEVERITIES.get(code, Severity.HINT)
    said = text_of(code, language, words)
    return Finding(
        code, severity, category.category_id if category else None, criterion.id if criterion else None, said
    )


def _structure(content: Content) -> Iterator[Raw]:
    if not content.categories:
        yield Code.NO_CATEGORIES, None, None, {}
    for category in content.categories:
        if not category.criteria:
            yield Code.EMPTY_CATEGORY, category, None, {"category": category.label}
    criteria = [criterion for _, criterion in content.criteria]
    if len(criteria) > MOST_CRITERIA:
        yield Code.TOO_MANY_CRITERIA, None, None, {"count": len(criteria), "most": MOST_CRITERIA}
    total = _points(criteria)
    for category, criterion in content.criteria:
        share = criterion.max_points / total
        words = {"label": criterion.label, "share": _percent(share)}
        if len(criteria) >= 3 and share >= DOMINANT:
            yield Code.DOMINANT_CRITERION, category, criterion, words
        elif share < NEGLIGIBLE:
            yield Code.NO_WEIGHT, category, criterion, words


def _labels(content: Content) -> Iterator[Raw]:
    """Labels that people cannot tell apart in a report, where the category is not always beside them."""
    named: defaultdict[str, list[tuple[Category, Criterion]]] = defaultdict(list)
    for category, criterion in content.criteria:
        named[_plain(criterion.label)].append((category, criterion))
    for alike in named.values():
        first = alike[0][1]
        for category, criterion in alike[1:]:
            yield Code.SAME_LABEL, category, criterion, {"label": criterion.label, "other": first.id}


def _plain(label: str) -> str:
    return " ".join(label.casefold().split())


def _overlaps(content: Content, alike: Sequence[Likeness]) -> Iterator[Raw]:
    known = {criterion.id: (category, criterion) for category, criterion in content.criteria}
    for one in alike:
        category, criterion = known[one.second]
        other = known[one.first][1]
        if _plain(other.label) != _plain(criterion.label):
            yield Code.OVERLAP, category, criterion, {"label": criterion.label, "other": other.label}


def _criterion(content: Content, category: Category, criterion: Criterion) -> Found:
    yield from _wording(criterion)
    yield from _scale(criterion)
    yield from _applicability(criterion)
    yield from _knock_out(content, category, criterion)
    yield from _rule(criterion)


def _wording(criterion: Criterion) -> Found:
    if criterion.rule is None:
        joined = second_demand(criterion.label, criterion.description)
        if joined is not None:
            yield Code.TWO_DEMANDS, {"words": joined}
        hidden = _unobservable(criterion)
        if hidden is not None:
            yield Code.UNOBSERVABLE, {"words": hidden}
        vague = _vague(f"{criterion.label}. {criterion.description}")
        if vague is not None:
            yield Code.VAGUE, {"words": vague}
        if criterion.auto_generate_by_ai and not criterion.assessment_prompt.strip():
            yield Code.NO_PROMPT, {"label": criterion.label}
    negated = NEGATION.search(criterion.label)
    if negated is not None:
        yield Code.NEGATED_LABEL, {"words": negated.group()}


def _unobservable(criterion: Criterion) -> str | None:
    """Feelings, intentions and looks; a feeling that is said or shown can be read."""
    for text in (criterion.label, criterion.description):
        for found in UNOBSERVABLE.finditer(text):
            if not OBSERVED.search(text[: found.start()]) and not CONDITION.search(
                _sentence_before(text, found.start())
            ):
                return found.group()
    return None


def _sentence_before(text: str, end: int) -> str:
    return re.split(r"[.;,]", text[:end])[-1]


def _vague(text: str) -> str | None:
    found = VAGUE.search(FIXED_PHRASES.sub(" ", text))
    return None if found is None else found.group()


def _scale(criterion: Criterion) -> Found:
    if criterion.scoring_type is ScoringType.NUMERIC_SCALE and criterion.rule is None:
        text = f"{criterion.description}\n{criterion.assessment_prompt}"
        if len({found.group().strip().casefold() for found in ANCHORS.finditer(text)}) < 2:
            yield Code.NO_ANCHORS, {"most": _number(criterion.max_points)}


def _applicability(criterion: Criterion) -> Found:
    condition = CONDITION.search(criterion.description) or CONDITION.search(criterion.label)
    # What a rule asks for applies by the rule; "or" makes an alternative of a condition.
    if condition is None or criterion.rule is not None or (criterion.applicability_prompt or "").strip():
        return
    if not criterion.allow_not_applicable:
        yield Code.CONDITION_WITHOUT_NOT_APPLICABLE, {"words": condition.group()}
    elif criterion.auto_generate_by_ai:
        yield Code.CONDITION_WITHOUT_PROMPT, {"words": condition.group()}


def _knock_out(content: Content, category: Category, criterion: Criterion) -> Found:
    everything = _points([one for _, one in content.criteria])
    stakes = [
        (criterion.make_or_break_for_assessment, everything),
        (criterion.make_or_break_for_category, _points(category.criteria)),
    ]
    held = [points for knocks_out, points in stakes if knocks_out]
    if not held:
        return
    most = max(held)
    if criterion.max_points / most < KNOCK_OUT_SHARE:
        yield Code.KNOCK_OUT_FEW_POINTS, {"points": _number(criterion.max_points), "all": _number(most)}
    if criterion.rule is None and criterion.auto_generate_by_ai:
        yield Code.KNOCK_OUT_MAY_ABSTAIN, {"label": criterion.label}
    if criterion.rule is None and criterion.scoring_type is ScoringType.NUMERIC_SCALE:
        yield Code.KNOCK_OUT_ON_SCALE, {"label": criterion.label}


def _rule(criterion: Criterion) -> Found:
    """A rule answers yes or no, at once and always alike; what one decides needs no AI."""
    if criterion.auto_generate_by_ai and criterion.scoring_type is ScoringType.MET_NOT_MET:
        for proposal in propose_rules(criterion)[:1]:
            yield Code.RULE_FITS, {"rule": proposal.rule["type"], "words": proposal.because}


def _points(criteria: Sequence[Criterion]) -> Decimal:
    return sum((criterion.max_points for criterion in criteria), Decimal(0))


def _percent(share: Decimal) -> str:
    return _number((100 * share).quantize(Decimal("0.1")))


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"
