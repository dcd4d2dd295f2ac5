"""Trust as it is shown. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from assaydesk.domains.quality.judging.confidence import Point, coverage_curve
from assaydesk.domains.quality.judging.learned import BUILT_IN, JudgeTrust, Learned, key_of
from assaydesk.domains.quality.judging.shortage import shortage_of
from assaydesk.domains.quality.learning.labels import Kind, Verified
from assaydesk.domains.quality.scorecards.types import Content, Criterion
from assaydesk.domains.settings.service import InstanceSettings
from assaydesk.kit.clock import iso_or_none
from assaydesk.kit.numbers import plain


def trust_view(
    base_id: int,
    content: Content,
    labels: Sequence[Verified],
    learned: Learned | None,
    *,
    facts: Mapping[str, Any],
    trained_at: datetime | None,
    forgotten_at: datetime | None,
    own_target: float | None,
    settings: InstanceSettings,
) -> dict[str, Any]:
    """The answer of `GET .../trust`."""
    heads = {row["criterionId"]: row for row in facts.get("heads", ())}
    trusts = dict(learned.trusts) if learned is not None else {}
    return {
        "scorecardBaseId": base_id,
        "targetAgreement": own_target or settings.quality_target_agreement,
        "targetFrom": "setting" if own_target is None else "scorecard",
        "version": None if learned is None else learned.version,
        "trainedAt": iso_or_none(trained_at),
        "forgottenAt": iso_or_none(forgotten_at),
        "criteria": [
            {
                "criterionId": criterion.id,
                "categoryId": category.category_id,
                "label": criterion.label,
                "scoringType": criterion.scoring_type,
                "maxPoints": plain(criterion.max_points),
                "decidedBy": _decided_by(criterion),
                **_labels(criterion, [one for one in labels if one.criterion_id == criterion.id]),
                "head": _head(criterion, learned, heads),
                "judges": [
                    _judge(name, trust, criterion, settings.quality_abstain_threshold)
                    for name, trust in sorted(trusts.items())
                    if name != BUILT_IN or (learned is not None and key_of(criterion) in learned.heads)
                ],
            }
            for category, criterion in content.criteria
        ],
        "judges": [
            {"judge": name, "n": len(points), "curve": _curve(points)}
            for name, trust in sorted(trusts.items())
            if (points := [point for some in trust.points.values() for point in some])
        ],
        "reviewers": [
            {**row, "offset": round(row["offset"], 3), "ci95": [round(end, 3) for end in row["ci95"]]}
            for row in facts.get("reviewers", ())
        ],
    }


def _decided_by(criterion: Criterion) -> str:
    if criterion.rule is not None:
        return "rule"
    return "ai" if criterion.auto_generate_by_ai else "person"


def _labels(criterion: Criterion, labels: Sequence[Verified]) -> dict[str, Any]:
    kinds = Counter(one.kind for one in labels)
    scores = Counter(one.score for one in labels if one.score is not None)
    short = shortage_of(criterion, [(one.score, one.weight) for one in labels])
    return {
        "labels": {
            "total": len(labels),
            "notApplicable": sum(one.score is None for one in labels),
            **{kind.value: kinds[kind] for kind in Kind},
        },
        "scores": [{"score": plain(score), "labels": count} for score, count in sorted(scores.items())],
        "missing": {"labels": short.missing if short else 0, "ofKind": short.missing_of_kind if short else 0},
    }


def _head(
    criterion: Criterion, learned: Learned | None, rows: Mapping[int, Mapping[str, Any]]
) -> dict[str, Any] | None:
    if learned is None or key_of(criterion) not in learned.heads or criterion.id not in rows:
        return None
    row = rows[criterion.id]
    return {
        "labels": row["labels"],
        "heldOutAgreement": round(row["heldOutAgreement"], 3),
        "heldOutLogLoss": round(row["heldOutLogLoss"], 3),
    }


def _judge(name: str, trust: JudgeTrust, criterion: Criterion, usual: float) -> dict[str, Any]:
    points = trust.points.get(criterion.id, ())
    decided, gate = trust.gate(criterion.id)
    threshold: float | None
    if criterion.confidence_threshold is not None:
        kind, threshold = "criterion", criterion.confidence_threshold
    elif decided:
        kind, threshold = ("closed", None) if gate is None else ("target", gate)
    else:
        kind, threshold = "setting", usual
    weight = sum(point[2] for point in points)
    return {
        "judge": name,
        "n": len(points),
        "agreement": round(sum(point[2] for point in points if point[1]) / weight, 3) if weight else None,
        "calibratedAgreement": round(sum(point[0] * point[2] for point in points) / weight, 3) if weight else None,
        "threshold": None if threshold is None else round(threshold, 3),
        "gate": kind,
        "curve": _curve(points),
    }


def _curve(points: Sequence[Point]) -> list[dict[str, Any]]:
    return [
        {"threshold": round(at, 3), "coverage": round(share, 3), "agreement": round(agreed, 3), "n": count}
        for at, share, agreed, count in coverage_curve(points)
    ]
