"""Assessments for people: a table for the terminal, and the same as CSV, JSON or HTML."""

import csv
import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from io import StringIO
from pathlib import Path
from typing import Any, Final, Protocol

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from assaydesk.kit.numbers import plain, round_half_up

SINGLY_UP_TO: Final = 40
"""So many assessments are shown one by one; more are summed up by person and scorecard."""
_RISKY: Final = ("=", "+", "-", "@", "\t", "\r")


class AssessmentRow(Protocol):
    """One assessment as a report shows it. `percentage` None: nothing is scored. `error`: why judging failed."""

    @property
    def assessment_id(self) -> int: ...
    @property
    def ticket_id(self) -> int: ...
    @property
    def worklog_id(self) -> int | None: ...
    @property
    def agent(self) -> str: ...
    @property
    def scorecard(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def percentage(self) -> Decimal | None: ...
    @property
    def scored_points(self) -> Decimal: ...
    @property
    def used_max_points(self) -> Decimal: ...
    @property
    def knocked_out(self) -> bool: ...
    @property
    def knocked_out_categories(self) -> Sequence[str]: ...
    @property
    def needs_human(self) -> int: ...
    @property
    def not_applicable(self) -> int: ...
    @property
    def unscored(self) -> int: ...
    @property
    def error(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Group:
    """Assessments of one person with one scorecard. `mean`: of their percentages, None when nothing is scored."""

    agent: str
    scorecard: str
    count: int
    mean: Decimal | None
    lowest: Decimal | None
    highest: Decimal | None
    knock_outs: int
    needs_human: int
    errors: int


def summarize(rows: Iterable[AssessmentRow]) -> list[Group]:
    """One group a person and scorecard, by name."""
    groups: dict[tuple[str, str], list[AssessmentRow]] = {}
    for row in rows:
        groups.setdefault((row.agent, row.scorecard), []).append(row)
    return [_group(agent, scorecard, found) for (agent, scorecard), found in sorted(groups.items())]


def _group(agent: str, scorecard: str, rows: Sequence[AssessmentRow]) -> Group:
    scored = [row.percentage for row in rows if row.percentage is not None]
    return Group(
        agent=agent,
        scorecard=scorecard,
        count=len(rows),
        mean=round_half_up(sum(scored, Decimal(0)) / len(scored), 1) if scored else None,
        lowest=min(scored, default=None),
        highest=max(scored, default=None),
        knock_outs=sum(bool(_knock_outs(row)) for row in rows),
        needs_human=sum(row.needs_human for row in rows),
        errors=sum(row.error is not None for row in rows),
    )


def _knock_outs(row: AssessmentRow) -> str:
    """What was knocked out: `all`, or the categories; empty when nothing was."""
    return "all" if row.knocked_out else ", ".join(row.knocked_out_categories)


def _percent(value: Decimal | None) -> str:
    return "-" if value is None else f"{plain(value)} %"


def assessment_table(rows: Sequence[AssessmentRow]) -> Table:
    """A table for the terminal: one line an assessment, or a person and scorecard when there are many."""
    return _singly(rows) if len(rows) <= SINGLY_UP_TO else _summed_up(rows)


def _singly(rows: Sequence[AssessmentRow]) -> Table:
    table = _table("Ticket", "Agent", "Scorecard", "Result", "Knock-outs", "For a person", "State")
    for row in rows:
        cells = [str(row.ticket_id), row.agent, row.scorecard, _percent(row.percentage)]
        cells += [_knock_outs(row), str(row.needs_human or ""), row.error or row.state]
        _add(table, cells, row.percentage, alarm=row.knocked_out or row.error is not None)
    return table


def _summed_up(rows: Sequence[AssessmentRow]) -> Table:
    table = _table("Agent", "Scorecard", "Number", "Mean", "From", "To", "Knock-outs", "For a person", "Failed")
    for group in summarize(rows):
        cells = [group.agent, group.scorecard, str(group.count), _percent(group.mean), _percent(group.lowest)]
        cells += [_percent(group.highest), str(group.knock_outs or "")]
        cells += [str(group.needs_human or ""), str(group.errors or "")]
        _add(table, cells, group.mean, alarm=False)
    return table


def _table(*names: str) -> Table:
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    texts = {"Agent", "Scorecard", "State", "Knock-outs"}
    for name in names:
        table.add_column(name, justify="left" if name in texts else "right", overflow="fold")
    return table


def _add(table: Table, cells: Sequence[str], result: Decimal | None, *, alarm: bool) -> None:
    """Cells are plain text: names from outside hold no markup, and no control characters for the terminal."""
    style = "red" if alarm or (result is not None and result < 50) else ""
    table.add_row(*(Text(printable(cell)) for cell in cells), style=style)


def printable(text: str) -> str:
    """Names from outside without control characters for the terminal."""
    return "".join(character if character.isprintable() else "�" for character in text)


_COLUMNS: Final[tuple[tuple[str, str, Callable[[AssessmentRow], Any]], ...]] = (
    ("assessmentId", "Assessment", lambda row: row.assessment_id),
    ("ticketId", "Ticket", lambda row: row.ticket_id),
    ("worklogId", "Worklog", lambda row: row.worklog_id),
    ("agent", "Agent", lambda row: row.agent),
    ("scorecard", "Scorecard", lambda row: row.scorecard),
    ("state", "State", lambda row: str(row.state)),
    ("percentage", "Result in %", lambda row: None if row.percentage is None else plain(row.percentage)),
    ("scoredPoints", "Points", lambda row: plain(row.scored_points)),
    ("usedMaxPoints", "Of", lambda row: plain(row.used_max_points)),
    ("knockedOut", "Knocked out", lambda row: row.knocked_out),
    ("knockedOutCategories", "Categories knocked out", lambda row: list(row.knocked_out_categories)),
    ("needsHuman", "For a person", lambda row: row.needs_human),
    ("notApplicable", "Not applicable", lambda row: row.not_applicable),
    ("unscored", "Not scored", lambda row: row.unscored),
    ("error", "Error", lambda row: row.error),
)


def write_report(rows: Sequence[AssessmentRow], path: Path) -> None:
    """Write all rows; the ending of `path` says how: `.csv`, `.json` or `.html`.

    Raises `ValueError` for another ending, `OSError` when the file cannot be written; then the old one is still whole.
    """
    writers = {".csv": csv_text, ".json": json_text, ".html": html_text}
    if path.suffix not in writers:
        raise ValueError(f"{path.name}: a report ends in {', '.join(writers)}")
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_bytes(writers[path.suffix](rows).encode("utf-8", "replace"))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def csv_text(rows: Iterable[AssessmentRow]) -> str:
    """RFC 4180. A cell that a spreadsheet would take for a formula begins with an apostrophe."""
    file = StringIO()
    writer = csv.writer(file)
    writer.writerow([name for name, _title, _value in _COLUMNS])
    for row in rows:
        writer.writerow([csv_cell(value(row)) for _name, _title, value in _COLUMNS])
    return file.getvalue()


def csv_cell(value: Any) -> str:
    """A value as a cell of CSV; text that a spreadsheet would take for a formula begins with an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = "; ".join(value) if isinstance(value, list) else str(value)
    # Numbers are ours and stay numbers; only text can be an attempt at a formula.
    return f"'{text}" if not isinstance(value, int | float) and text.startswith(_RISKY) else text


def json_text(rows: Iterable[AssessmentRow]) -> str:
    """A JSON array with one object an assessment; missing values are null."""
    objects = [{name: value(row) for name, _title, value in _COLUMNS} for row in rows]
    return json.dumps(objects, ensure_ascii=False, indent=1) + "\n"


_STYLE: Final = """
:root { color-scheme: light dark; --line: #8886; --bad: #b3261e; --dim: #666; }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --dim: #aaa; } }
body { font: 14px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .5rem; text-align: left; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.bad td { color: var(--bad); } p { color: var(--dim); }
@media print { :root { color-scheme: light; --bad: #b3261e; --dim: #444; }
  body { margin: 0; max-width: none; font-size: 10px; }
  thead { display: table-header-group; } tr { break-inside: avoid; } }
"""


def html_text(rows: Sequence[AssessmentRow]) -> str:
    """One page without script and without anything from outside."""
    groups = summarize(rows)
    people, cards = {group.agent for group in groups}, {group.scorecard for group in groups}
    summary = _html_table(
        "By person and scorecard",
        ("Agent", "Scorecard", "Number", "Mean", "From", "To", "Knock-outs", "For a person", "Failed"),
        [
            (
                [group.agent, group.scorecard, group.count, _percent(group.mean), _percent(group.lowest),
                 _percent(group.highest), group.knock_outs, group.needs_human, group.errors],
                group.mean is not None and group.mean < 50,
            )
            for group in groups
        ],
    )  # fmt: skip
    details = _html_table(
        "All assessments",
        ("Ticket", "Assessment", "Agent", "Scorecard", "Result", "Points", "Knock-outs", "For a person", "State"),
        [
            (
                [row.ticket_id, row.assessment_id, row.agent, row.scorecard, _percent(row.percentage),
                 f"{plain(row.scored_points)} / {plain(row.used_max_points)}", _knock_outs(row), row.needs_human,
                 row.error or str(row.state)],
                row.knocked_out or row.error is not None,
            )
            for row in rows
        ],
    )  # fmt: skip
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>Assessments</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>Assessments</h1>\n"
        f"<p>{len(rows)} assessments of {len(people)} people and AI agents with {len(cards)} scorecards. "
        "“For a person” counts criteria that the judge left to a person; they are not scored.</p>\n"
        f"{summary}{details}</body>\n</html>\n"
    )


def _html_table(title: str, names: Sequence[str], lines: Iterable[tuple[Sequence[str | int], bool]]) -> str:
    texts = {"Agent", "Scorecard", "Knock-outs", "State"}
    kinds = ["" if name in texts else ' class="number"' for name in names]
    head = "".join(f'<th scope="col"{kind}>{name}</th>' for name, kind in zip(names, kinds, strict=True))
    body = "".join(
        ('<tr class="bad">' if bad else "<tr>")
        + "".join(f"<td{kind}>{escape(str(cell))}</td>" for cell, kind in zip(cells, kinds, strict=True))
        + "</tr>\n"
        for cells, bad in lines
    )
    return f"<h2>{title}</h2>\n<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n"
