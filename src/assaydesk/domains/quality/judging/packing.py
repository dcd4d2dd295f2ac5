"""What was learned, as bytes and back. The same content gives the same bytes. Loads numpy."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from assaydesk.domains.quality.judging.confidence import Calibration, Curve, Point
from assaydesk.domains.quality.judging.features import VERSION
from assaydesk.domains.quality.judging.heads import Head
from assaydesk.domains.quality.judging.learned import BUILT_IN, JudgeTrust, Key, Learned
from assaydesk.domains.quality.judging.shortage import Shortage

FORMAT: Final = 1


def pack(
    embedder: str,
    heads: Mapping[Key, Head],
    shortages: Mapping[Key, Shortage],
    judges: Mapping[str, JudgeTrust],
) -> bytes:
    """Everything that judging needs of one version. The target is not in it: it changes without learning."""
    content = {
        "format": FORMAT,
        "features": VERSION,
        "embedder": embedder,
        "heads": [[*key, heads[key].as_dict()] for key in sorted(heads)],
        "shortages": [[*key, one.labels, one.missing, one.missing_of_kind] for key, one in sorted(shortages.items())],
        "judges": {name: _trust_dict(trust) for name, trust in sorted(judges.items())},
    }
    return msgspec.msgpack.encode(content)


def unpack(body: bytes, *, base_id: int, version: int, target: float) -> Learned:
    """The way back. What another release wrote in another form is not used."""
    content = msgspec.msgpack.decode(body)
    name = f"{base_id}-v{version}"
    if content["format"] != FORMAT:
        return Learned(base_id, name, "", {}, {}, {})
    usable = content["features"] == VERSION
    trusts = {
        judge: _trust(data, base_id, target) for judge, data in content["judges"].items() if usable or judge != BUILT_IN
    }
    heads = {(row[0], row[1], row[2]): Head.from_dict(row[3]) for row in content["heads"]} if usable else {}
    shortages = {(row[0], row[1], row[2]): Shortage(*row[3:]) for row in content["shortages"]}
    return Learned(base_id, name, content["embedder"], heads, shortages, trusts)


def _trust_dict(trust: JudgeTrust) -> dict[str, Any]:
    curves = trust.calibration
    return {
        "instance": _curve_row(curves.instance),
        "scorecard": _curve_row(curves.scorecards.get(trust.base_id)),
        "criteria": [
            [criterion, _curve_row(curve)]
            for (scorecard, criterion), curve in sorted(curves.criteria.items())
            if scorecard == trust.base_id
        ],
        "points": [[criterion, _rows(points)] for criterion, points in sorted(trust.points.items())],
        "everywhere": _rows(trust.instance),
    }


def _trust(data: Mapping[str, Any], base_id: int, target: float) -> JudgeTrust:
    scorecard = _curve(data["scorecard"])
    calibration = Calibration(
        _curve(data["instance"]),
        {} if scorecard is None else {base_id: scorecard},
        {(base_id, criterion): curve for criterion, row in data["criteria"] if (curve := _curve(row)) is not None},
    )
    points = {criterion: _points(rows) for criterion, rows in data["points"]}
    return JudgeTrust(base_id, calibration, points, _points(data["everywhere"]), target)


def _rows(points: Sequence[Point]) -> list[list[float | bool]]:
    return [[round(sure, 5), agreed, round(weight, 4)] for sure, agreed, weight in points]


def _points(rows: Sequence[Any]) -> list[Point]:
    return [(sure, agreed, weight) for sure, agreed, weight in rows]


def _curve_row(curve: Curve | None) -> list[float] | None:
    return None if curve is None else [curve.shift, curve.slope, curve.pairs]


def _curve(row: Sequence[Any] | None) -> Curve | None:
    return None if row is None else Curve(row[0], row[1], row[2])
