"""The figures of the report on reviewers: severity as an offset with its interval, changes, agreement. Pure, numpy."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np

from assaydesk.domains.quality.assessments.pairs import NOT_APPLICABLE
from assaydesk.domains.quality.reports.agreement_figures import chosen_figures, rounded
from assaydesk.domains.quality.reports.agreement_table import Mask, Table
from assaydesk.domains.quality.reports.reviewers_types import ReviewerMaterial
from assaydesk.kit import agreement

AGREEMENT: Final = ("exactAgreement", "cohenKappa", "meanAbsoluteError")


def reviewers_of(table: Table, material: ReviewerMaterial, *, min_n: int) -> list[dict[str, Any]]:
    """One entry a reviewer, by name. `table` has also the answers that were left untouched."""
    shared = _differences(material)
    known = set(material.reviews) | set(shared) | {int(one) for one in np.unique(table.reviewer) if one}
    names = material.people
    ordered = sorted(known, key=lambda one: (names.get(one, ""), one))
    return [_reviewer(one, table, material, shared.get(one, []), min_n) for one in ordered]


def _reviewer(
    reviewer: int, table: Table, material: ReviewerMaterial, shared: list[tuple[int, float]], min_n: int
) -> dict[str, Any]:
    own = (table.reviewer == reviewer) & table.paired
    explicit, blind = own & table.explicit, own & table.blind
    seconds = material.seconds.get(reviewer, [])
    timed = [one for one in seconds if one > 0]
    against_ai = _severity_to_ai(table, explicit)
    warnings = []
    if against_ai["n"] and not against_ai["blindN"]:
        # People touch what they disagree with, so that the difference is larger than it would be over all answers.
        warnings.append("onlySeenAnswers")
    if against_ai["n"] < min_n:
        warnings.append("fewPairs")
    return {
        "reviewer": {"id": reviewer, "name": material.people.get(reviewer, "")},
        "reviews": material.reviews.get(reviewer, 0),
        "severity": {"toAi": against_ai, "toReviewers": _mean(shared)},
        "time": {
            "medianSeconds": round(float(np.median(timed))) if timed else None,
            "n": len(timed),
            "notMeasurable": len(seconds) - len(timed),
            "method": "firstEditToFinish",
        },
        "changed": _changed(table, own),
        "agreement": {
            "explicit": chosen_figures(table, explicit, AGREEMENT),
            "blind": chosen_figures(table, blind, AGREEMENT),
        },
        "appeals": material.appeals.get(reviewer, {"decided": 0, "lost": 0, "partlyLost": 0, "won": 0, "open": 0}),
        "warnings": warnings,
    }


def _severity_to_ai(table: Table, rows: Mask) -> dict[str, Any]:
    """Mean of (person minus AI) over the maximum, where both gave a score; below 0 the person is stricter."""

    def of(chosen: Mask) -> dict[str, Any]:
        scored = chosen & (table.ai >= 0) & (table.human >= 0)
        values = (table.human[scored] - table.ai[scored]) / table.maxima[scored]
        return _mean(list(zip(table.subject[scored].tolist(), values.tolist(), strict=True)))

    blind = of(rows & table.blind)
    return {
        **of(rows),
        "blindMeanDifference": blind["meanDifference"],
        "blindCi95": blind["ci95"],
        "blindN": blind["n"],
    }


def _changed(table: Table, own: Mask) -> dict[str, Any]:
    """How many of the AI's answers the reviewer changed, untouched ones counted as kept."""
    changed = table.explicit[own] & (table.human[own] != table.ai[own])
    interval = agreement.mean_ci(changed, groups=table.subject[own]) if own.any() else None
    return {
        "share": rounded(changed.mean()) if own.any() else None,
        "ci95": None if interval is None else [rounded(one) for one in interval],
        "n": int(own.sum()),
    }


def _differences(material: ReviewerMaterial) -> Mapping[int, list[tuple[int, float]]]:
    """Reviewer -> (piece of work, own answer minus the mean of the others, over the maximum) for each criterion."""
    works: dict[tuple[str, int, int], int] = {}
    answers: dict[tuple[int, int, int], dict[int, float]] = defaultdict(dict)
    for sheet in material.sheets:
        work = works.setdefault(sheet.work, len(works))
        for criterion, value in sheet.values.items():
            largest = material.maxima.get((sheet.content_id, criterion))
            if value is not None and value != NOT_APPLICABLE and largest:
                answers[work, sheet.content_id, criterion][sheet.reviewer] = value / largest
    found: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for (work, _, _), by_person in answers.items():
        total = sum(by_person.values())
        for reviewer, value in by_person.items():
            if len(by_person) > 1:
                found[reviewer].append((work, value - (total - value) / (len(by_person) - 1)))
    return found


def _mean(found: Iterable[tuple[int, float]]) -> dict[str, Any]:
    """Mean difference, its interval over whole pieces of work, and the numbers behind it."""
    listed = list(found)
    if not listed:
        return {"meanDifference": None, "ci95": None, "n": 0, "works": 0}
    works, values = (np.array(side) for side in zip(*listed, strict=True))
    interval = agreement.mean_ci(values, groups=works)
    return {
        "meanDifference": rounded(values.mean()),
        "ci95": None if interval is None else [rounded(one) for one in interval],
        "n": len(listed),
        "works": len(np.unique(works)),
    }
