"""What the report on reviewers is computed from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from assaydesk.domains.quality.reports.agreement_types import Material


class SharedSheet(Protocol):
    """One person's answers to a piece of work that others answered, too."""

    @property
    def work(self) -> tuple[str, int, int]: ...
    @property
    def content_id(self) -> int: ...
    @property
    def reviewer(self) -> int: ...
    @property
    def values(self) -> Mapping[int, float | None]: ...


@dataclass(frozen=True, slots=True)
class ReviewerMaterial:
    """`pairs`: with the answers that were left untouched. Everything else is by reviewer.

    `maxima`: (content, criterion) -> maximum, of all criteria. `seconds`: of each review with a measured begin and end;
    0 where it was saved in one step.
    """

    pairs: Material
    reviews: Mapping[int, int]
    seconds: Mapping[int, Sequence[float]]
    appeals: Mapping[int, Mapping[str, int]]
    sheets: Sequence[SharedSheet]
    maxima: Mapping[tuple[int, int], float]
    people: Mapping[int, str]
