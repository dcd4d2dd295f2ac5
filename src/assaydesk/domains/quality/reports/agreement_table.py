"""The pairs behind the agreement report as columns, their groups, and the cells of its matrices. Pure, with numpy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assaydesk.domains.quality.assessments.pairs import NOT_APPLICABLE
from assaydesk.domains.quality.reports.agreement_types import GroupBy, Material, PairKind, Shape
from assaydesk.domains.quality.scorecards.types import ScoringType
from assaydesk.kit import agreement
from assaydesk.kit.agreement import Floats

Mask = NDArray[np.bool_]
LARGEST_MATRIX: Final = 11
BINS: Final = 5
NOT_APPLICABLE_LABEL: Final = "notApplicable"


class Group(NamedTuple):
    """Rows of one group. `key` is a number or a word, None for work that has none."""

    key: Any
    label: str
    rows: Mask


@dataclass
class Table:
    """All criteria that were given to the judge, one row each, as columns. NaN: no answer; -1: not applicable."""

    material: Material
    subject: NDArray[np.int64]
    shape: NDArray[np.int64]
    ai: Floats
    human: Floats
    reviewer: NDArray[np.int64]
    explicit: Mask
    blind: Mask
    shapes: Sequence[Shape]
    keys: Sequence[int]
    """`subject` counts through these keys of subjects."""

    @cached_property
    def paired(self) -> Mask:
        return ~np.isnan(self.ai) & ~np.isnan(self.human)

    @cached_property
    def maxima(self) -> Floats:
        return np.array([shape.max_points for shape in self.shapes], dtype=float)[self.shape]

    @cached_property
    def criterion(self) -> NDArray[np.int64]:
        return np.array([shape.criterion_id for shape in self.shapes], dtype=np.int64)[self.shape]


def table_of(material: Material) -> Table:
    """Criteria that the content does not give to the judge, or that a rule decides, are left out."""
    shapes: dict[tuple[int, str, float], int] = {}
    newest: list[Shape] = []
    numbers: dict[tuple[int, int], int] = {}
    for (content, criterion), shape in sorted(material.shapes.items()):
        known = shapes.setdefault((criterion, shape.scoring_type, shape.max_points), len(shapes))
        if known == len(newest):
            newest.append(shape)
        newest[known] = shape
        numbers[content, criterion] = known
    keys = list(material.subjects)
    place = {key: position for position, key in enumerate(keys)}
    contents = {key: subject.content_id for key, subject in material.subjects.items()}
    rows = [
        (place[one.subject], number, one.ai, one.human, one.reviewer or 0, one.explicit, one.blind)
        for one in material.compared
        if (number := numbers.get((contents.get(one.subject, 0), one.criterion_id))) is not None
    ]
    columns: Sequence[Any] = list(zip(*rows, strict=True)) if rows else [()] * 7
    subject, shape_of, ai, human, reviewer, explicit, blind = columns
    return Table(
        material,
        np.array(subject, dtype=np.int64),
        np.array(shape_of, dtype=np.int64),
        np.array(ai, dtype=float),
        np.array(human, dtype=float),
        np.array(reviewer, dtype=np.int64),
        np.array(explicit, dtype=bool),
        np.array(blind, dtype=bool),
        newest,
        keys,
    )


def groups_of(table: Table, group_by: GroupBy) -> list[Group]:
    """The groups, in the order of the scorecard, of names, of words or of time."""
    if group_by is GroupBy.CRITERION:
        known = {shape.criterion_id: shape for shape in table.shapes}
        ordered = sorted(known.values(), key=lambda shape: (shape.position, shape.criterion_id))
        criterion = table.criterion if len(table.subject) else np.zeros(0, dtype=np.int64)
        return [Group(shape.criterion_id, shape.label, criterion == shape.criterion_id) for shape in ordered]
    material = table.material
    if group_by is GroupBy.REVIEWER:
        people = material.people
        found = sorted({int(one) for one in table.reviewer}, key=lambda one: (people.get(one, ""), one))
        return [Group(one or None, people.get(one, ""), table.reviewer == one) for one in found]
    words: Mapping[int, str | None]
    if group_by is GroupBy.MONTH:
        words = dict(material.months)
    elif group_by is GroupBy.MODEL:
        words = {key: subject.model for key, subject in material.subjects.items()}
    else:
        words = {key: subject.prompt_version for key, subject in material.subjects.items()}
    of_subject = [words.get(key) or "" for key in table.keys]
    names = sorted({of_subject[one] for one in np.unique(table.subject)})
    number = {name: position for position, name in enumerate(names)}
    of_row = np.array([number.get(name, -1) for name in of_subject], dtype=np.int64)[table.subject]
    return [Group(name or None, name, of_row == position) for position, name in enumerate(names)]


class Scale(NamedTuple):
    """How answers of a group are named: by their own values, or by one of `bins` equal parts of the scale."""

    met_not_met: bool
    values: tuple[float, ...]
    bins: int
    not_applicable: bool

    @property
    def labels(self) -> list[str | int | float]:
        if self.met_not_met:
            return ["notMet", "met", NOT_APPLICABLE_LABEL]
        width = 100 // self.bins if self.bins else 0
        scale: list[str | int | float] = [f"{width * part}-{width * (part + 1)}%" for part in range(self.bins)]
        scale += [int(value) if value == int(value) else value for value in self.values]
        return [*scale, *([NOT_APPLICABLE_LABEL] if self.not_applicable else [])]

    def places(self, answers: Floats, maxima: Floats) -> NDArray[np.int64]:
        """The position of each answer among `labels`."""
        if self.met_not_met:
            found = (answers > 0).astype(np.int64)
        elif self.bins:
            found = agreement.binned(np.maximum(answers, 0) / maxima, 1.0, self.bins)
        else:
            found = np.searchsorted(np.array(self.values), np.maximum(answers, 0)).astype(np.int64)
        return np.where(answers == NOT_APPLICABLE, len(self.labels) - 1, found)


def scale_of(table: Table, pairs: Mask) -> Scale | None:
    """How the pairs of a group are named; None when it mixes both scoring types, or has no pairs."""
    shapes = [table.shapes[number] for number in np.unique(table.shape[pairs])]
    types = {shape.scoring_type for shape in shapes}
    if len(types) != 1:
        return None
    if types == {ScoringType.MET_NOT_MET}:
        return Scale(True, (), 0, True)
    answers = np.concatenate([table.ai[pairs], table.human[pairs]])
    not_applicable = bool((answers == NOT_APPLICABLE).any())
    given = np.unique(answers[answers >= 0])
    largest = max(shape.max_points for shape in shapes)
    if len({shape.max_points for shape in shapes}) == 1 and largest < LARGEST_MATRIX:
        whole = np.arange(int(largest) + 1, dtype=float)
        values = np.union1d(whole, given)
        if len(values) <= LARGEST_MATRIX:
            return Scale(False, tuple(values.tolist()), 0, not_applicable)
    return Scale(False, (), BINS, not_applicable)


def cell_rows(table: Table, rows: Mask, *, human: str | None, ai: str | None) -> Mask | None:
    """The pairs of a cell, row or column of the confusion matrix; None when it has no such label."""
    pairs = rows & table.paired
    if human is None and ai is None:
        return pairs
    scale = scale_of(table, pairs)
    if scale is None:
        return None
    names = [str(label) for label in scale.labels]
    chosen = pairs
    for wanted, answers in ((human, table.human), (ai, table.ai)):
        if wanted is not None:
            if wanted not in names:
                return None
            places = np.full(len(answers), -1, dtype=np.int64)
            places[pairs] = scale.places(answers[pairs], table.maxima[pairs])
            chosen = chosen & (places == names.index(wanted))
    return chosen


def chosen_rows(table: Table, group: Group, kind: PairKind, *, human: str | None, ai: str | None) -> Mask | None:
    """The rows behind a figure of a group."""
    if kind is PairKind.ABSTENTION:
        return group.rows & np.isnan(table.ai)
    return cell_rows(table, group.rows, human=human, ai=ai)


def matrix_of(scale: Scale, human: Floats, ai: Floats, maxima: Floats) -> dict[str, Any]:
    labels = scale.labels
    places = scale.places(human, maxima), scale.places(ai, maxima)
    found = agreement.confusion_matrix(*places, labels=range(len(labels)))
    return {"labels": labels, "rows": "human", "columns": "ai", "matrix": found.matrix}
