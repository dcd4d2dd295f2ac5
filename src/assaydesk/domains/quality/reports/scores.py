"""The scores report: who and what reaches which scores, with intervals (quality.md 17)."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from assaydesk.domains.quality.assessments.rows import PageRow
from assaydesk.domains.quality.assessments.service import Viewer, summaries_of
from assaydesk.domains.quality.reports import scores_queries
from assaydesk.domains.quality.reports.scores_figures import BINS, figures_by_key, ranks, whole
from assaydesk.domains.quality.reports.scores_queries import Counted, Key, keys_of
from assaydesk.domains.quality.reports.scores_types import PARTS, Asked, Dimension, Figures, Interval, Part
from assaydesk.domains.worklogs.actions import level_label
from assaydesk.kit.numbers import plain
from assaydesk.platform.db.session import ReadSession

D: Final = Dimension
FIGURES: Final = (
    "assessments", "reviewed", "meanPercentage", "medianPercentage", "ci95", "scoredPoints", "usedMaxPoints",
    "knockOuts", "needsHuman", "notApplicable", "rank",
)  # fmt: skip
Label = Mapping[tuple[Dimension, Any, Any], str | None]


async def scores_report(
    session: ReadSession, viewer: Viewer, asked: Asked, *, limit: int | None, offset: int
) -> dict[str, Any]:
    """The rows, and `overall`, in which each assessment counts once. A fixed number of statements."""
    keys = keys_of(asked.group_by)
    counted = await scores_queries.count_cells(session, viewer, asked)
    once = await scores_queries.count_cells(session, viewer, _once(asked))
    ratio = any(one in PARTS for one in asked.group_by)
    rows = await asyncio.to_thread(figures_by_key, counted.cells, ratio=ratio)
    overall = await asyncio.to_thread(whole, once.cells)
    labels = await _labels(session, viewer, asked, keys, rows, counted)
    main = keys.index(asked.group_by[0])
    placed = dict(zip((row.key for row in rows), ranks([_turned(row, main) for row in rows], asked.min_n), strict=True))
    ordered = sorted(rows, key=lambda row: _order(row, keys, labels))
    end = None if limit is None else offset + limit
    return {
        "rows": [_row(row, keys, labels, placed[row.key], asked) for row in ordered[offset:end]],
        "overall": _row(overall, (), {}, None, asked),
        "total": len(ordered),
        "limit": len(ordered) if limit is None else limit,
        "offset": offset,
    }


async def assessments_behind(
    session: ReadSession, viewer: Viewer, asked: Asked, key: Key, part: Part, *, limit: int, offset: int
) -> PageRow:
    """The assessments behind one figure: those of a row with this key, or of `overall` when the key is empty."""
    ids, total = await scores_queries.page_ids(session, viewer, asked, key, part, limit=limit, offset=offset)
    shown = await summaries_of(session, viewer, ids)
    return PageRow(assessments=[shown[one] for one in ids if one in shown], total=total, limit=limit, offset=offset)


def table_of(report: Mapping[str, Any], group_by: Sequence[Dimension]) -> tuple[list[str], list[list[Any]], list[int]]:
    """The rows as a table with `overall` at its end; and the places of the columns that hold words of people."""
    keys = keys_of(group_by)
    names = [name for one in keys for name in (one.value, f"{one.value}Label")]
    free = [place for place, name in enumerate(names) if name.endswith("Label") or name == D.CHANNEL]
    names += ["ci95Low" if name == "ci95" else name for name in FIGURES]
    names.insert(names.index("ci95Low") + 1, "ci95High")
    rows = []
    for row in (*report["rows"], report["overall"]):
        cells: list[Any] = [part.get(one.value) for one in keys for part in (row["key"], row["label"])]
        for name in FIGURES:
            cells += (row[name] or [None, None]) if name == "ci95" else [row[name]]
        rows.append(cells)
    if rows and keys:
        rows[-1][1] = "overall"
    return names, rows, free


def _once(asked: Asked) -> Asked:
    return Asked((), asked.interval, asked.filter, asked.min_n, asked.distribution)


def _turned(row: Figures, main: int) -> Figures:
    """With the ranked dimension in front of the others."""
    return replace(row, key=(row.key[main], *row.key[:main], *row.key[main + 1 :]))


async def _labels(
    session: ReadSession,
    viewer: Viewer,
    asked: Asked,
    keys: Sequence[Dimension],
    rows: Sequence[Figures],
    counted: Counted,
) -> dict[tuple[Dimension, Any, Any], str | None]:
    """What each value of a key is called, by dimension, scorecard (only of categories and criteria) and value."""
    found: dict[tuple[Dimension, Any, Any], str | None] = dict(counted.parts)
    for place, one in enumerate(keys):
        values = [value for value in {row.key[place] for row in rows} if value is not None]
        names: Mapping[Any, str | None]
        if one is D.AGENT:
            names = await _people(session, viewer, values)
        elif one is D.TIME:
            names = {value: _time_label(value, asked.interval) for value in values}
        elif one is D.AUTOMATION_LEVEL:
            names = {value: level_label(value) for value in values}
        elif one is D.CHANNEL:
            names = {value: value for value in values}
        elif one in PARTS:
            continue
        else:
            names = await scores_queries.names_of(session, one, values)
        found |= {(one, None, value): name for value, name in names.items()}
    return found


async def _people(session: ReadSession, viewer: Viewer, ids: Sequence[int]) -> dict[int, str | None]:
    """Names by `reportingPrivacyLevel`; AI agents are no people, and one knows one's own name."""
    level = viewer.settings.reporting_privacy_level
    people = await scores_queries.people_of(session, ids)
    return {
        number: name if level == "full" or is_ai or number == viewer.actor.id else pseudonym
        for number, (name, pseudonym, is_ai) in people.items()
    }


def _time_label(first_day: str, interval: Interval) -> str:
    if interval is Interval.DAY:
        return first_day
    if interval is Interval.MONTH:
        return first_day[:7]
    year, week, _ = date.fromisoformat(first_day).isocalendar()
    return f"{year}-W{week:02}"


def _label(one: Dimension, value: Any, scorecard: Any, labels: Label) -> str | None:
    return labels.get((one, scorecard if one in PARTS else None, value))


def _labels_of(key: Sequence[Any], keys: Sequence[Dimension], labels: Label) -> list[str | None]:
    scorecard = key[keys.index(D.SCORECARD)] if D.SCORECARD in keys else None
    return [_label(one, value, scorecard, labels) for one, value in zip(keys, key, strict=True)]


def _order(row: Figures, keys: Sequence[Dimension], labels: Label) -> tuple[Any, ...]:
    """Time first and onwards; then the best first, rows without a score last; then by name."""
    time = row.key[keys.index(D.TIME)] if D.TIME in keys else ""
    names = [(label is None, (label or "").casefold()) for label in _labels_of(row.key, keys, labels)]
    tie = [(value is None, str(value)) for value in row.key]
    return time or "", row.mean is None, -(row.mean or 0.0), names, tie


def _row(row: Figures, keys: Sequence[Dimension], labels: Label, rank: int | None, asked: Asked) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "key": {one.value: value for one, value in zip(keys, row.key, strict=True)},
        "label": {one.value: text for one, text in zip(keys, _labels_of(row.key, keys, labels), strict=True)},
        "assessments": row.assessments,
        "reviewed": row.reviewed,
        "meanPercentage": _one_decimal(row.mean),
        "medianPercentage": _one_decimal(row.median),
        "ci95": None if row.interval is None else [_one_decimal(end) for end in row.interval],
        "scoredPoints": plain(round(row.scored_points, 2)),
        "usedMaxPoints": plain(round(row.used_max_points, 2)),
        "knockOuts": row.knock_outs,
        "needsHuman": row.needs_human,
        "notApplicable": row.not_applicable,
        "rank": rank,
    }
    if asked.distribution:
        width = 100 // BINS
        shown["distribution"] = [
            {"from": place * width, "to": (place + 1) * width, "assessments": count}
            for place, count in enumerate(row.bins)
        ]
        shown["handlingSeconds"] = _one_decimal(row.seconds)
        shown["automationLevels"] = {str(level): count for level, count in row.levels.items()}
    return shown


def _one_decimal(value: float | None) -> int | float | None:
    """Half up, with room for what floats lose; whole numbers without decimals."""
    return None if value is None else plain(int(value * 10 + 0.5 + 1e-9) / 10)
