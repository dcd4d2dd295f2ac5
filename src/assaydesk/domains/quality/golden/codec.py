"""Frozen cases and labels to and from JSON. Pure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from assaydesk.domains.quality.assessments.types import CriterionAnswer, CriterionState
from assaydesk.domains.quality.golden.types import Label
from assaydesk.domains.quality.judging.types import WorklogCase
from assaydesk.domains.quality.scorecards.codec import json_hash
from assaydesk.kit.numbers import plain


def case_to_json(case: WorklogCase) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(case)
    return found


def case_from_json(data: Mapping[str, Any]) -> WorklogCase:
    return msgspec.convert(data, WorklogCase)


def case_hash(data: Mapping[str, Any]) -> str:
    """Over everything that the judge is given; equal for two equal conversations."""
    return json_hash(data)


def label_to_json(label: Label) -> dict[str, Any]:
    return {
        "criterionId": label.criterion_id,
        "score": None if label.score is None else plain(label.score),
        "applicable": label.applicable,
        "maxPoints": plain(label.max_points),
        "scoringType": label.scoring_type,
    }


def labels_from_json(data: Iterable[Mapping[str, Any]]) -> list[Label]:
    return [
        Label(
            criterion_id=item["criterionId"],
            score=None if item["score"] is None else Decimal(str(item["score"])),
            applicable=item["applicable"],
            max_points=Decimal(str(item["maxPoints"])),
            scoring_type=item["scoringType"],
        )
        for item in data
    ]


def answer_to_json(answer: CriterionAnswer) -> dict[str, Any]:
    """The judge's answer without any word: an abstention has neither score nor `applicable`."""
    abstained = answer.state is CriterionState.NEEDS_HUMAN
    return {
        "criterionId": answer.criterion_id,
        "score": None if answer.score is None else plain(answer.score),
        "applicable": None if abstained else answer.applicable,
        "confidence": answer.confidence,
    }
