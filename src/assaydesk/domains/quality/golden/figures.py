"""What a run shows: agreement of judge and labels for each criterion, and what became different (quality.md 18). Pure.

Import it inside the function that computes, as `kit.agreement` asks for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from assaydesk.domains.quality.golden.types import NOT_APPLICABLE, Label
from assaydesk.domains.quality.scorecards.types import Criterion, ScoringType
from assaydesk.kit.agreement import (
    Figure,
    Level,
    beyond_chance,
    bias,
    binned,
    bootstrap_ci,
    cohen_kappa,
    confusion_matrix,
    constant_baseline,
    exact_agreement,
    interval_sums,
    kappa_disagreement,
    mean_absolute_error,
    nominal_sums,
    pair_alpha,
)

Value: TypeAlias = float | str | None
"""A score, `notApplicable`, or None: the judge abstained."""
MOST_LABELS = 11


@dataclass(frozen=True, slots=True)
class Outcome:
    """One item: its labels and what the judge answered, by criterion."""

    item_id: int
    labels: Mapping[int, Label]
    answers: Mapping[int, Value]


def value_of(answer: Mapping[str, Any]) -> Value:
    """A stored answer as a value."""
    if answer["applicable"] is False:
        return NOT_APPLICABLE
    return None if answer["score"] is None else float(answer["score"])


def label_value(label: Label) -> float | str:
    return float(label.score) if label.applicable and label.score is not None else NOT_APPLICABLE


def criterion_figures(
    criteria: Sequence[Criterion],
    outcomes: Sequence[Outcome],
    *,
    min_kappa: float,
    least: int,
    previous: Mapping[int, float | None],
) -> list[dict[str, Any]]:
    """A line for each criterion that has labels and that the judge was asked for.

    A label counts where it was given on the same scale. With fewer than `least` labels nothing is claimed: `passed` is
    null. A criterion on which both sides only know one answer has no kappa; it passes when they agree throughout.
    """
    lines = []
    for criterion in criteria:
        asked = [
            (label_value(label), one.answers.get(criterion.id))
            for one in outcomes
            if (label := one.labels.get(criterion.id)) is not None and same_scale(label, criterion)
        ]
        if asked:
            lines.append(_line(criterion, asked, min_kappa, least, previous.get(criterion.id)))
    return lines


def same_scale(label: Label, criterion: Criterion) -> bool:
    return (label.max_points, label.scoring_type) == (criterion.max_points, criterion.scoring_type)


def has_passed(lines: Sequence[Mapping[str, Any]]) -> bool:
    """Every criterion with enough labels reaches the kappa that was asked for."""
    return all(line["passed"] is not False for line in lines)


def _line(
    criterion: Criterion,
    asked: Sequence[tuple[float | str, Value]],
    min_kappa: float,
    least: int,
    previous: float | None,
) -> dict[str, Any]:
    pairs = [(human, judged) for human, judged in asked if judged is not None]
    nominal = criterion.scoring_type is ScoringType.MET_NOT_MET
    level = Level.NOMINAL if nominal else Level.INTERVAL
    maximum = float(criterion.max_points)
    scores = [(float(h), float(j)) for h, j in pairs if not isinstance(h, str) and not isinstance(j, str)]
    humans, judges = ([_word(one[side], nominal) for one in pairs] for side in (0, 1))
    compared: tuple[list[Any], list[Any]]
    compared = (humans, judges) if nominal else ([h for h, _ in scores], [j for _, j in scores])
    kappa = cohen_kappa(compared[0], compared[1], level=level)
    exact = exact_agreement(humans, judges)
    passed = _passed(len(asked), least, kappa, exact, min_kappa)
    human_scores, judge_scores = [h for h, _ in scores], [j for _, j in scores]
    return {
        "criterionId": criterion.id,
        "label": criterion.label,
        "scoringType": criterion.scoring_type.value,
        "labels": len(asked),
        "n": len(pairs),
        "coverage": _rounded(len(pairs) / len(asked)),
        "abstentions": len(asked) - len(pairs),
        "exactAgreement": _rounded(exact.value),
        "cohenKappa": _rounded(kappa.value),
        "krippendorffAlpha": _rounded(pair_alpha(compared[0], compared[1], level=level).value),
        "meanAbsoluteError": _rounded(mean_absolute_error(human_scores, judge_scores, maximum=maximum).value),
        "bias": _rounded(bias(human_scores, judge_scores, maximum=maximum).value),
        "confusionMatrix": _matrix(criterion, humans, judges, nominal),
        "ci95": {"cohenKappa": _kappa_interval(compared[0], compared[1], level)},
        "baseline": _rounded(constant_baseline(humans).value),
        "previousCohenKappa": previous,
        "passed": passed,
        "note": kappa.note.value if kappa.note is not None else "fewPairs" if len(pairs) < least else None,
    }


def _passed(labels: int, least: int, kappa: Figure, exact: Figure, min_kappa: float) -> bool | None:
    if labels < least:
        return None
    if kappa.value is not None:
        return kappa.value >= min_kappa - 1e-9
    return exact.value == 1.0


def _word(value: Value, nominal: bool) -> str:
    """The answer as a label, so that scores and "not applicable" can be compared with each other."""
    if isinstance(value, str) or value is None:
        return NOT_APPLICABLE
    if nominal:
        return "met" if value > 0 else "notMet"
    return f"{value:g}"


def _matrix(criterion: Criterion, humans: Sequence[str], judges: Sequence[str], nominal: bool) -> dict[str, Any]:
    """Scales with more than eleven values are shown in five equal parts."""
    if nominal:
        labels = ["notMet", "met", NOT_APPLICABLE]
    else:
        values = sorted({float(word) for word in (*humans, *judges) if word != NOT_APPLICABLE})
        maximum = float(criterion.max_points)
        if len(values) > MOST_LABELS or maximum + 1 > MOST_LABELS:
            parts = [f"{maximum * at / 5:g}-{maximum * (at + 1) / 5:g}" for at in range(5)]
            humans, judges = (
                [word if word == NOT_APPLICABLE else parts[int(binned([float(word)], maximum)[0])] for word in side]
                for side in (humans, judges)
            )
            labels = [*parts, NOT_APPLICABLE]
        else:
            labels = [*(f"{value:g}" for value in values), NOT_APPLICABLE]
    found = confusion_matrix(humans, judges, labels=labels) if humans else None
    empty = [[0] * len(labels) for _ in labels]
    return {"labels": labels, "rows": "human", "columns": "ai", "matrix": found.matrix if found else empty}


def _kappa_interval(first: Sequence[Any], second: Sequence[Any], level: Level) -> list[float | None] | None:
    if not first:
        return None
    if level is Level.NOMINAL:
        places = {word: at for at, word in enumerate(sorted({*first, *second}))}
        sums = nominal_sums([places[one] for one in first], [places[one] for one in second], len(places))
    else:
        sums = interval_sums(first, second)
    found = bootstrap_ci(sums, lambda drawn: beyond_chance(kappa_disagreement(drawn, level)))
    return None if found is None else [_rounded(found[0]), _rounded(found[1])]


def find_flips(before: Mapping[int, Mapping[int, Value]], outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Items whose answer differs from that of the run before; those that it did not judge are no flips."""
    return [
        {
            "itemId": one.item_id,
            "criterionId": criterion_id,
            "previous": _shown(before[one.item_id][criterion_id]),
            "now": _shown(now),
            "label": _shown(label_value(one.labels[criterion_id])),
        }
        for one in outcomes
        for criterion_id, now in sorted(one.answers.items())
        if criterion_id in one.labels
        and criterion_id in before.get(one.item_id, {})
        and before[one.item_id][criterion_id] != now
    ]


def _shown(value: Value) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3) + 0.0
