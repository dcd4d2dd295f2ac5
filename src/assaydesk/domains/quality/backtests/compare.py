"""What a dry run changed, piece of work by piece of work, and in sum (quality.md 12). Pure.

Sides, labels and figures are plain JSON values: that is how they are stored.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from assaydesk.domains.quality.assessments.types import CriterionAnswer
from assaydesk.domains.quality.backtests.passages import places_of
from assaydesk.domains.quality.scorecards.types import Content, Totals
from assaydesk.kit.numbers import plain

Side = Mapping[str, Any]
"""One side of a comparison: `{"percentage", "knockedOut", "criteria": {id: answer}}`. The side before, and the labels,
have only those criteria that compare."""

NOT_APPLICABLE: Final = "notApplicable"
NEEDS_HUMAN: Final = "needsHuman"


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of work of a sample, as far as it has come."""

    worklog_id: int | None
    ticket_id: int
    assessment_id: int | None
    after: Side | None
    before: Side | None
    labels: Mapping[str, Any]
    failed: bool
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    currency: str | None = None
    duration_ms: int = 0


@dataclass(slots=True)
class _Criterion:
    judged: int = 0
    compared: int = 0
    changed: int = 0
    differences: list[float] = field(default_factory=list)
    needs_human_before: int = 0
    needs_human_after: int = 0
    pairs_before: list[tuple[Any, Any]] = field(default_factory=list)
    pairs_after: list[tuple[Any, Any]] = field(default_factory=list)


def side_of(
    totals: Totals,
    answers: Iterable[CriterionAnswer],
    *,
    by_judge: bool = True,
    among: Collection[str] | None = None,
) -> dict[str, Any]:
    """A side as it is stored, with the criteria `among` these, or all.

    `by_judge` False: answers of an assessment, with what the AI itself had said beside.
    """
    criteria = {}
    for answer in answers:
        if among is not None and str(answer.criterion_id) not in among:
            continue
        found: dict[str, Any] = {
            "score": None if answer.score is None else plain(answer.score),
            "state": answer.state,
            "confidence": answer.confidence,
            "reason": answer.reason,
        }
        if by_judge:
            found["evidence"] = places_of(answer.evidence)
        else:
            own = None if answer.ai_score is None else plain(answer.ai_score)
            found["ai"] = NOT_APPLICABLE if answer.ai_applicable is False else own
        criteria[str(answer.criterion_id)] = found
    percentage = None if totals.percentage is None else plain(totals.percentage)
    return {"percentage": percentage, "knockedOut": totals.knocked_out, "criteria": criteria}


def labels_of(answers: Iterable[CriterionAnswer], among: Collection[str]) -> dict[str, Any]:
    """What people decided, by criterion: a score, or that it does not apply."""
    return {
        str(answer.criterion_id): NOT_APPLICABLE if answer.score is None else plain(answer.score)
        for answer in answers
        if answer.by_human and str(answer.criterion_id) in among
    }


def comparable(content: Content, other: Content) -> frozenset[str]:
    """Criteria that have the same id, maximum and scoring type in both."""
    shapes = {one.id: (one.max_points, one.scoring_type) for _, one in other.criteria}
    return frozenset(
        str(one.id) for _, one in content.criteria if shapes.get(one.id) == (one.max_points, one.scoring_type)
    )


def is_not_applicable(side: Side) -> bool:
    """Nothing of the content applies, or there was nothing to judge."""
    return all(answer["state"] == NOT_APPLICABLE for answer in side["criteria"].values())


def is_changed(item: Item) -> bool:
    """Whether the comparison found any difference."""
    if item.after is None or item.before is None:
        return False
    if (item.after["percentage"], item.after["knockedOut"]) != (item.before["percentage"], item.before["knockedOut"]):
        return True
    return any(_differs(item, key) for key in item.after["criteria"])


def diff_of(item: Item, *, every: bool = False) -> dict[str, Any]:
    """One row of `diffs`, with every criterion or those that differ; `after` must be there. Evidence is places only."""
    after, before = item.after or {}, item.before
    shown = [key for key in after["criteria"] if every or before is None or _differs(item, key)]
    return {
        "worklogId": item.worklog_id,
        "ticketId": item.ticket_id,
        "assessmentId": item.assessment_id,
        "percentageBefore": None if before is None else before["percentage"],
        "percentageAfter": after["percentage"],
        "knockedOutBefore": None if before is None else before["knockedOut"],
        "knockedOutAfter": after["knockedOut"],
        "changed": is_changed(item),
        "criteria": [
            {
                "criterionId": int(key),
                "scoreBefore": _of(before, key, "score"),
                "scoreAfter": _of(after, key, "score"),
                "stateBefore": _of(before, key, "state"),
                "stateAfter": _of(after, key, "state"),
                "confidence": _of(after, key, "confidence"),
                "reason": _of(after, key, "reason"),
                "evidence": _of(after, key, "evidence") or [],
            }
            for key in sorted(shown, key=int)
        ],
    }


def summarize(items: Sequence[Item]) -> dict[str, Any]:
    """Counts, means and the interval of their difference."""
    from assaydesk.kit import agreement

    judged = [item for item in items if item.after is not None]
    scored = [item for item in judged if not is_not_applicable(item.after or {})]
    pairs = [
        (item.before["percentage"], item.after["percentage"])
        for item in scored
        if item.after is not None
        and item.before is not None
        and item.before["percentage"] is not None
        and item.after["percentage"] is not None
    ]
    after = [item.after["percentage"] for item in scored if item.after and item.after["percentage"] is not None]
    compared = any(item.before is not None for item in scored)
    differences = [later - earlier for earlier, later in pairs]
    interval = agreement.mean_ci(differences) if len(differences) > 1 else None
    answers = [answer for item in scored for answer in (item.after or {})["criteria"].values()]
    knock_outs = [
        (item.before["knockedOut"], item.after["knockedOut"]) for item in scored if item.before and item.after
    ]
    return {
        "scored": len(scored),
        "failed": sum(item.failed for item in items),
        "notApplicable": len(judged) - len(scored),
        "changed": sum(is_changed(item) for item in scored),
        "meanBefore": _mean([earlier for earlier, _ in pairs]),
        "meanAfter": _mean([later for _, later in pairs] if compared else after),
        "meanDifference": _mean(differences),
        "ci95": None if interval is None else [round(interval[0], 2), round(interval[1], 2)],
        "newKnockOuts": sum(later and not earlier for earlier, later in knock_outs),
        "removedKnockOuts": sum(earlier and not later for earlier, later in knock_outs),
        "needsHumanShare": _share([answer["state"] == NEEDS_HUMAN for answer in answers]),
        "inputTokens": sum(item.input_tokens for item in items),
        "outputTokens": sum(item.output_tokens for item in items),
        **_cost(items),
        "durationMs": sum(item.duration_ms for item in items),
    }


def by_criterion(items: Sequence[Item], content: Content) -> list[dict[str, Any]]:
    """What changed in each criterion that was judged, in the order of the content."""
    found: dict[str, _Criterion] = {}
    for item in items:
        if item.after is not None:
            for key in item.after["criteria"]:
                _add(found.setdefault(key, _Criterion()), item, key)
    rows = []
    for category, criterion in content.criteria:
        one = found.get(str(criterion.id))
        if one is None:
            continue
        rows.append(
            {
                "criterionId": criterion.id,
                "label": criterion.label,
                "categoryLabel": category.label,
                "maxPoints": plain(criterion.max_points),
                "scoringType": criterion.scoring_type,
                "judged": one.judged,
                "compared": one.compared,
                "changed": one.changed,
                "meanDifference": _mean(one.differences),
                "needsHumanBefore": one.needs_human_before,
                "needsHumanAfter": one.needs_human_after,
                "agreementBefore": _agreement(one.pairs_before),
                "agreementAfter": _agreement(one.pairs_after),
            }
        )
    return rows


def _add(one: _Criterion, item: Item, key: str) -> None:
    after, before = item.after or {}, item.before
    one.judged += 1
    one.needs_human_after += _of(after, key, "state") == NEEDS_HUMAN
    label = item.labels.get(key)
    if label is not None:
        _pair(one.pairs_after, label, _answer(after, key))
    if before is None or key not in before["criteria"]:
        return
    one.compared += 1
    one.changed += _differs(item, key)
    one.needs_human_before += _of(before, key, "state") == NEEDS_HUMAN
    earlier, later = _of(before, key, "score"), _of(after, key, "score")
    if earlier is not None and later is not None:
        one.differences.append(later - earlier)
    if label is not None:
        own = before["criteria"][key]
        _pair(one.pairs_before, label, own["ai"] if "ai" in own else _answer(before, key))


def _pair(pairs: list[tuple[Any, Any]], label: Any, answer: Any) -> None:
    """Where the judge abstained there is nothing to agree with."""
    if answer is not None:
        pairs.append((str(label), str(answer)))


def _answer(side: Side, key: str) -> Any:
    return NOT_APPLICABLE if _of(side, key, "state") == NOT_APPLICABLE else _of(side, key, "score")


def _agreement(pairs: Sequence[tuple[Any, Any]]) -> dict[str, Any]:
    from assaydesk.kit import agreement

    first, second = [label for label, _ in pairs], [answer for _, answer in pairs]
    if not pairs:
        return {"n": 0, "exact": None, "kappa": None, "note": agreement.Note.NO_PAIRS}
    exact, kappa = agreement.exact_agreement(first, second), agreement.cohen_kappa(first, second)
    return {
        "n": len(pairs),
        "exact": None if exact.value is None else round(exact.value, 3),
        "kappa": None if kappa.value is None else round(kappa.value, 3),
        "note": kappa.note,
    }


def _differs(item: Item, key: str) -> bool:
    after, before = item.after or {}, item.before or {}
    if key not in after["criteria"] or key not in before["criteria"]:
        return False
    # Who gave an answer makes no difference: a confirmed score is the same score.
    return bool(_answer(after, key) != _answer(before, key))


def _of(side: Side | None, key: str, name: str) -> Any:
    return None if side is None else side["criteria"].get(key, {}).get(name)


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 2) if values else None


def _share(flags: Sequence[bool]) -> float | None:
    return round(sum(flags) / len(flags), 3) if flags else None


def _cost(items: Sequence[Item]) -> dict[str, Any]:
    """Null when a model was asked that has no price."""
    currency = next((item.currency for item in items if item.currency), None)
    asked = any(item.input_tokens or item.output_tokens for item in items)
    cost = None if asked and currency is None else round(sum(item.cost for item in items), 6)
    return {"cost": cost, "currency": currency}
