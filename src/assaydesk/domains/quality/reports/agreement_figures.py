"""The figures of the agreement report and the pairs behind each of them (quality.md 16, ADR 0022). Pure, with numpy.

What is resampled are whole pieces of work, so that the criteria of one assessment stay together. A group of several
criteria pools what each shows: chance is what chance gives within a criterion, never between them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assaydesk.domains.quality.assessments.pairs import NOT_APPLICABLE
from assaydesk.domains.quality.reports.agreement_table import Mask, Table, groups_of, matrix_of, scale_of
from assaydesk.domains.quality.reports.agreement_types import GroupBy, Shape, Sheets
from assaydesk.domains.quality.scorecards.types import ScoringType
from assaydesk.kit import agreement
from assaydesk.kit.agreement import Disagreement, Floats, Level, Note, Resampler

MIXED: Final = "mixed"


@dataclass
class _Part:
    """Sums of one criterion: position 0 is what was found, the rest are the resamples."""

    n: Floats
    equal: Floats
    scored: Floats
    absolute: Floats
    signed: Floats
    kappa: Disagreement
    alpha: Disagreement
    constant: Floats
    offset_n: Floats
    offset_equal: Floats
    constant_error: Floats
    offset_error: Floats
    offset_scored: Floats
    constant_scored: Floats
    numeric: bool
    within: Floats | None = None
    applicability: Disagreement | None = None


@dataclass
class _Samples:
    """Resamplers by number of pieces of work; the weights depend on nothing else."""

    known: dict[int, Resampler] = field(default_factory=dict)

    def sums(self, columns: Floats, subjects: NDArray[np.int64], count: int) -> Floats:
        """What was found, and below it the sums of the resamples."""
        rows = agreement.gather(columns, subjects, count)
        if count not in self.known:
            self.known[count] = Resampler(count)
        return np.vstack([rows.sum(axis=0), self.known[count].sums(rows)])


class Report(NamedTuple):
    groups: list[dict[str, Any]]
    overall: dict[str, Any]


def report_of(table: Table, group_by: GroupBy, *, min_n: int) -> Report:
    """Every group, and all rows together."""
    samples = _Samples()
    everything = np.ones(len(table.subject), dtype=bool)
    every_key = np.unique(table.subject)
    whole = dict(_parts(table, everything, every_key, samples))
    found = []
    for group in groups_of(table, group_by):
        if group_by is GroupBy.CRITERION:
            inside = {int(number) for number in np.unique(table.shape[group.rows])}
            parts = [part for number, part in whole.items() if number in inside]
            keys = every_key
        else:
            keys = np.unique(table.subject[group.rows])
            parts = [part for _, part in _parts(table, group.rows, keys, samples)]
        figures = _figures(table, group.rows, keys, parts, samples, min_n)
        ceiling = _ceiling(table.material.sheets.get(group.key)) if group_by is GroupBy.CRITERION else None
        found.append({"key": group.key, "label": group.label, **figures, "humanCeiling": ceiling})
    overall = _figures(table, everything, every_key, list(whole.values()), samples, min_n)
    return Report(found, {"key": None, "label": "", **overall, "humanCeiling": None})


def chosen_figures(table: Table, rows: Mask, names: Sequence[str]) -> dict[str, Any]:
    """Some figures of some rows, each with its interval, and the numbers of pairs and of pieces of work behind them."""
    keys = np.unique(table.subject[rows & table.paired])
    series, _ = _series([part for _, part in _parts(table, rows, keys, _Samples())])
    several = len(keys) > 1
    return {
        **{name: rounded(series[name][0]) if name in series else None for name in names},
        "ci95": {name: interval_of(series[name][1:]) if name in series and several else None for name in names},
        "n": int((rows & table.paired).sum()),
        "assessments": len(keys),
    }


def _parts(table: Table, rows: Mask, keys: NDArray[np.int64], samples: _Samples) -> Iterable[tuple[int, _Part]]:
    """One part a criterion; `keys` are the pieces of work that are drawn from."""
    pairs = rows & table.paired
    for number in np.unique(table.shape[pairs]):
        chosen = pairs & (table.shape == number)
        where = np.searchsorted(keys, table.subject[chosen])
        shape = table.shapes[number]
        answers = table.human[chosen], table.ai[chosen]
        yield int(number), _part(*answers, table.reviewer[chosen], where, shape, len(keys), samples)


def _part(
    human: Floats,
    ai: Floats,
    reviewer: NDArray[np.int64],
    where: NDArray[np.int64],
    shape: Shape,
    count: int,
    samples: _Samples,
) -> _Part:
    numeric = shape.scoring_type is ScoringType.NUMERIC_SCALE
    both = (human >= 0) & (ai >= 0)
    if not numeric:
        human, ai = (np.where(side > 0, shape.max_points, side) for side in (human, ai))
    values, codes = np.unique(np.concatenate([human, ai]), return_inverse=True)
    first, second = codes[: len(human)], codes[len(human) :]
    kinds = len(values)
    labels = agreement.nominal_sums(first, second, kinds)
    difference = np.where(both, ai - human, 0.0) / shape.max_points
    guess = _offset_guess(human, reviewer, numeric=numeric)
    known = ~np.isnan(guess)
    usual = values[np.argmax(labels[:, 2 : 2 + kinds].sum(axis=0))]
    blocks = [
        labels,
        np.column_stack(
            [
                both,
                np.abs(difference),
                difference,
                known,
                known & (guess == human),
                np.where((human >= 0) & (usual >= 0), np.abs(usual - human), 0.0) / shape.max_points,
                np.where(known & (human >= 0) & (guess >= 0), np.abs(guess - human), 0.0) / shape.max_points,
                known & (human >= 0) & (guess >= 0),
                (human >= 0) & (usual >= 0),
            ]
        ).astype(float),
    ]
    if numeric:
        scored = agreement.interval_sums(human / shape.max_points, ai / shape.max_points) * both[:, None]
        blocks += [scored, agreement.nominal_sums(human >= 0, ai >= 0, 2)]
        blocks.append((both & (np.abs(ai - human) <= 1 + 1e-9)).astype(float)[:, None])
    sums = samples.sums(np.hstack(blocks), where, count)
    edges = np.cumsum([0, *(block.shape[1] for block in blocks)])
    split = [sums[:, start:end] for start, end in pairwise(edges)]
    labelled, plain = split[0], split[1]
    level = Level.INTERVAL if numeric else Level.NOMINAL
    compared = split[2] if numeric else labelled
    applicability = within = None
    if numeric:
        applicability = agreement.kappa_disagreement(split[3], Level.NOMINAL)
        within = split[4][:, 0]
    return _Part(
        n=labelled[:, 0],
        equal=labelled[:, 1],
        scored=plain[:, 0],
        absolute=plain[:, 1],
        signed=plain[:, 2],
        kappa=agreement.kappa_disagreement(compared, level),
        alpha=agreement.alpha_disagreement(compared, level),
        constant=labelled[:, 2 : 2 + kinds].max(axis=1),
        offset_n=plain[:, 3],
        offset_equal=plain[:, 4],
        constant_error=plain[:, 5],
        offset_error=plain[:, 6],
        offset_scored=plain[:, 7],
        constant_scored=plain[:, 8],
        numeric=numeric,
        within=within,
        applicability=applicability,
    )


def _offset_guess(human: Floats, reviewer: NDArray[np.int64], *, numeric: bool) -> Floats:
    """What the reviewer's other answers alone suggest. On a scale it is always a score, never "not applicable"."""
    if not numeric:
        return agreement.reviewer_offset_baseline(human, reviewer, level=Level.NOMINAL)
    guess = np.full(len(human), np.nan)
    scored = human >= 0
    found = agreement.reviewer_offset_baseline(human[scored], reviewer[scored], level=Level.INTERVAL)
    guess[scored] = found
    if scored.sum() > 1:
        guess[~scored] = human[scored][0]
    return guess


def _figures(
    table: Table, rows: Mask, keys: NDArray[np.int64], parts: Sequence[_Part], samples: _Samples, min_n: int
) -> dict[str, Any]:
    """The figures of one group with n and interval beside each."""
    pairs = rows & table.paired
    answered = rows & ~np.isnan(table.ai)
    where = np.searchsorted(keys, table.subject[rows])
    columns = np.column_stack([np.ones(int(rows.sum())), answered[rows]])
    coverage = agreement.mean_of_sums(samples.sums(columns, where, len(keys)))
    series, counts = _series(parts)
    series["coverage"], counts["coverage"] = coverage, int(rows.sum())
    n = int(pairs.sum())
    several = len(np.unique(table.subject[rows])) > 1
    values = {name: rounded(found[0]) for name, found in series.items()}
    intervals = {name: interval_of(found[1:]) if several else None for name, found in series.items()}
    human, ai = table.human[pairs], table.ai[pairs]
    note = _note(n, values, min_n)
    types = {table.shapes[number].scoring_type for number in np.unique(table.shape[rows])}
    scale = scale_of(table, pairs) if n else None
    return {
        "scoringType": (types.pop() if len(types) == 1 else MIXED) if types else None,
        "n": n,
        "nExplicit": int((pairs & table.explicit).sum()),
        "assessments": len(np.unique(table.subject[pairs])),
        "reviewers": len(np.unique(table.reviewer[pairs & (table.reviewer > 0)])),
        "given": int(rows.sum()),
        "answered": int(answered.sum()),
        "abstentions": int(rows.sum()) - int(answered.sum()),
        **{name: values.get(name) for name in FIGURES},
        "confusionMatrix": None if scale is None else matrix_of(scale, human, ai, table.maxima[pairs]),
        "baselines": {
            name: {
                "exactAgreement": values.get(exact),
                "meanAbsoluteError": values.get(error),
                "gain": values.get(gain),
                "ci95": {key: intervals.get(key_of) for key, key_of in
                         (("exactAgreement", exact), ("meanAbsoluteError", error), ("gain", gain))},
                "n": counts.get(exact, 0),
            }
            for name, exact, error, gain in (
                ("constant", "baseline", "constantError", "constantGain"),
                ("reviewerOffset", "offset", "offsetError", "offsetGain"),
            )
        },
        "nOf": {name: counts.get(name, 0) for name in FIGURES},
        "ci95": {name: intervals.get(name) for name in FIGURES},
        "note": note,
        "warnings": _warnings(table, pairs, note, intervals.get("constantGain"), n, min_n),
    }  # fmt: skip


FIGURES: Final = (
    "coverage", "exactAgreement", "withinOne", "cohenKappa", "krippendorffAlpha", "applicabilityKappa",
    "meanAbsoluteError", "bias", "baseline",
)  # fmt: skip


def _series(parts: Sequence[_Part]) -> tuple[dict[str, Floats], dict[str, int]]:
    """Each figure found and resampled, and the pairs that it rests on."""
    if not parts:
        return {}, {}

    def ratio(above: Iterable[Floats], below: Iterable[Floats]) -> Floats:
        return agreement.mean_of_sums(np.stack([np.sum(list(below), axis=0), np.sum(list(above), axis=0)], axis=-1))

    numeric = [part for part in parts if part.numeric]
    scored = [part.scored for part in parts]
    exact = ratio((part.equal for part in parts), (part.n for part in parts))
    constant = ratio((part.constant for part in parts), (part.n for part in parts))
    offset = ratio((part.offset_equal for part in parts), (part.offset_n for part in parts))
    series = {
        "exactAgreement": exact,
        "cohenKappa": agreement.beyond_chance(*(part.kappa for part in parts)),
        "krippendorffAlpha": agreement.beyond_chance(*(part.alpha for part in parts)),
        "meanAbsoluteError": ratio((part.absolute for part in parts), scored),
        "bias": ratio((part.signed for part in parts), scored),
        "baseline": constant,
        "constantGain": exact - constant,
        "constantError": ratio((part.constant_error for part in parts), (part.constant_scored for part in parts)),
        "offset": offset,
        "offsetGain": exact - offset,
        "offsetError": ratio((part.offset_error for part in parts), (part.offset_scored for part in parts)),
    }
    n = sum(int(part.n[0]) for part in parts)
    on_scores = sum(int(part.scored[0]) for part in parts)
    chance = sum(int(part.scored[0] if part.numeric else part.n[0]) for part in parts)
    counts = dict.fromkeys(("exactAgreement", "baseline"), n)
    counts |= dict.fromkeys(("meanAbsoluteError", "bias"), on_scores)
    counts |= dict.fromkeys(("cohenKappa", "krippendorffAlpha"), chance)
    counts["offset"] = sum(int(part.offset_n[0]) for part in parts)
    if numeric:
        series["withinOne"] = ratio(
            (part.within for part in numeric if part.within is not None), (part.scored for part in numeric)
        )
        series["applicabilityKappa"] = agreement.beyond_chance(
            *(part.applicability for part in numeric if part.applicability is not None)
        )
        counts["withinOne"] = sum(int(part.scored[0]) for part in numeric)
        counts["applicabilityKappa"] = sum(int(part.n[0]) for part in numeric)
    return series, counts


def _note(n: int, values: Mapping[str, float | None], min_n: int) -> str | None:
    if not n:
        return Note.NO_PAIRS
    if values.get("cohenKappa") is None:
        return Note.ONE_CATEGORY
    return "fewPairs" if n < min_n else None


def _warnings(
    table: Table, pairs: Mask, note: str | None, gain: list[float | None] | None, n: int, min_n: int
) -> list[str]:
    """What a reader must know before trusting the figures."""
    found = []
    if note is not None:
        found.append(str(note))
    if 0 < n < min_n and note != "fewPairs":
        found.append("fewPairs")
    if n:
        shapes = np.unique(table.shape[pairs])
        if all(len(np.unique(table.human[pairs & (table.shape == number)])) == 1 for number in shapes):
            found.append("humanLabelsAllEqual")
        if not table.explicit[pairs].all():
            found.append("untouchedScoresIncluded")
        if len(np.unique(table.reviewer[pairs & (table.reviewer > 0)])) < 2:
            found.append("oneReviewer")
        if gain is not None and gain[0] is not None and gain[0] <= 0:
            found.append("notBetterThanConstant")
    return found


def _ceiling(sheets: Sheets | None) -> dict[str, Any] | None:
    """How far people agree among themselves on the criterion: no judge can be expected to do better."""
    if sheets is None or not len(sheets.ratings):
        return None
    widest = max(len(row) for row in sheets.ratings)
    table = np.full((len(sheets.ratings), widest), np.nan)
    for position, row in enumerate(sheets.ratings):
        table[position, : len(row)] = row
    numeric = sheets.scoring_type is ScoringType.NUMERIC_SCALE
    if numeric:
        table[table == NOT_APPLICABLE] = np.nan
        table /= sheets.max_points
    level = Level.INTERVAL if numeric else Level.NOMINAL
    found = agreement.krippendorff_alpha(table, level=level)
    interval = agreement.krippendorff_alpha_ci(table, level=level)
    answers = (~np.isnan(table)).sum(axis=1)
    return {
        "krippendorffAlpha": None if found.value is None else rounded(found.value),
        "ci95": None if interval is None or found.value is None else [rounded(one) for one in interval],
        "n": int((answers >= 2).sum()),
        "answers": int(answers[answers >= 2].sum()),
        "note": found.note,
    }


def interval_of(found: Floats) -> list[float | None] | None:
    interval = agreement.percentile_interval(found)
    return None if interval is None else [rounded(one) for one in interval]


def rounded(value: float) -> float | None:
    """Three decimals; an undefined figure is None."""
    return None if np.isnan(value) else round(float(value), 3) + 0.0
