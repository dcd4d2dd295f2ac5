"""Assessments in the terminal and in files."""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from assaydesk.cli.output import (
    SINGLY_UP_TO,
    AssessmentRow,
    assessment_table,
    csv_text,
    html_text,
    json_text,
    summarize,
    write_report,
)


@dataclass(frozen=True)
class Row:
    assessment_id: int = 71
    ticket_id: int = 8821
    worklog_id: int | None = 551
    agent: str = "Jonas Petersen"
    scorecard: str = "Schriftliche Antworten"
    state: str = "aiReady"
    percentage: Decimal | None = Decimal("82.5")
    scored_points: Decimal = Decimal("16.5")
    used_max_points: Decimal = Decimal(20)
    knocked_out: bool = False
    knocked_out_categories: Sequence[str] = ()
    needs_human: int = 2
    not_applicable: int = 1
    unscored: int = 0
    error: str | None = None


def _printed(rows: Sequence[AssessmentRow], width: int = 160) -> str:
    console = Console(file=StringIO(), width=width, color_system="truecolor", force_terminal=True)
    console.print(assessment_table(rows))
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_few_assessments_are_shown_one_by_one() -> None:
    printed = _printed([Row(), Row(ticket_id=8822, percentage=Decimal(72), knocked_out_categories=["Zusagen"])])
    assert "8821" in printed
    assert "82.5 %" in printed
    assert "72 %" in printed
    assert "Zusagen" in printed


def test_many_assessments_are_summed_up_by_person_and_scorecard() -> None:
    rows = [Row(ticket_id=number) for number in range(SINGLY_UP_TO)] + [Row(agent="Sven Lobeck", knocked_out=True)]
    printed = _printed(rows)
    assert "8821" not in printed
    assert "40" in printed
    assert "Sven Lobeck" in printed


def test_failed_assessments_say_why() -> None:
    assert "The model did not answer." in _printed([Row(state="error", error="The model did not answer.")])


def test_names_are_neither_markup_nor_terminal_commands() -> None:
    printed = _printed([Row(agent="[red]Eve[/red]", scorecard="bell\x07 title\x1b]0;owned\x07")])
    assert "[red]Eve[/red]" in printed
    assert "\x07" not in printed
    assert "\x1b]0" not in printed


def test_groups_leave_unscored_assessments_out_of_the_mean() -> None:
    rows = [Row(percentage=Decimal(50)), Row(percentage=Decimal("82.9")), Row(percentage=None, error="failed")]
    [group] = summarize(rows)
    assert group.count == 3
    assert group.mean == Decimal("66.5")
    assert [group.lowest, group.highest] == [Decimal(50), Decimal("82.9")]
    assert (group.needs_human, group.errors, group.knock_outs) == (6, 1, 0)
    [empty] = summarize([Row(percentage=None)])
    assert empty.mean is None


def test_knock_outs_count_an_assessment_once() -> None:
    rows = [Row(knocked_out=True, knocked_out_categories=["A", "B"]), Row(knocked_out_categories=["A"]), Row()]
    assert summarize(rows)[0].knock_outs == 2


def test_csv_is_rfc_4180() -> None:
    text = csv_text([Row(agent='Anna "Ann" Ehlers, b.', scorecard="zwei\nZeilen", percentage=None, worklog_id=None)])
    head, first = list(csv.reader(StringIO(text, newline="")))
    assert text.endswith("\r\n")
    assert head[:5] == ["assessmentId", "ticketId", "worklogId", "agent", "scorecard"]
    assert first[:5] == ["71", "8821", "", 'Anna "Ann" Ehlers, b.', "zwei\nZeilen"]
    assert first[6] == ""
    assert first[9] == "false"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_cells_that_look_like_formulas_become_text(start: str) -> None:
    text = csv_text([Row(agent=f"{start}cmd|' /C calc'!A0", knocked_out_categories=[f"{start}1+1"])])
    row = next(csv.DictReader(StringIO(text, newline="")))
    assert row["agent"].startswith(f"'{start}cmd")
    assert row["knockedOutCategories"] == f"'{start}1+1"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_csv_gives_every_name_back(name: str) -> None:
    row = next(csv.DictReader(StringIO(csv_text([Row(agent=name)]), newline="")))
    assert row["agent"].removeprefix("'") == name.removeprefix("'")
    assert not row["agent"].startswith(("=", "+", "-", "@", "\t", "\r"))


def test_json_is_an_array_with_plain_numbers() -> None:
    [found] = json.loads(json_text([Row(percentage=Decimal("72.0"))]))
    assert found["percentage"] == 72
    assert isinstance(found["percentage"], int)
    assert found["scoredPoints"] == 16.5
    assert found["knockedOutCategories"] == []
    assert found["error"] is None
    assert json.loads(json_text([])) == []


class _Page(HTMLParser):
    """Tags, addresses and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href"} or name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_html_is_one_page_without_script_or_anything_from_outside() -> None:
    page = _Page(html_text([Row(), Row(agent="Sven Lobeck", knocked_out=True)]))
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert page.addresses == []
    assert page.tags.count("table") == 2


def test_html_works_on_paper_and_in_the_dark() -> None:
    text = html_text([Row()])
    assert "@media print" in text
    assert "prefers-color-scheme: dark" in text
    assert "color-scheme: light dark" in text


def test_html_escapes_what_comes_from_outside() -> None:
    attack = "<img src=x onerror=alert(1)>&\"'"
    page = _Page(html_text([Row(agent=attack, scorecard=attack, state=attack, error=attack)]))
    assert "img" not in page.tags
    assert attack in page.words


@pytest.mark.parametrize("ending", ["csv", "json", "html"])
def test_report_is_written_in_the_form_of_its_ending(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"report.{ending}"
    path.write_text("old")
    write_report([Row(agent="Gündogan")], path)
    assert "Gündogan" in path.read_text(encoding="utf-8")
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_half_a_character_from_a_source_does_not_stop_a_report(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    write_report([Row(agent="broken \ud83d")], path)
    assert "broken ?" in path.read_text(encoding="utf-8")


def test_unknown_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"report\.pdf: a report ends in \.csv, \.json, \.html"):
        write_report([Row()], tmp_path / "report.pdf")


def test_report_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        write_report([Row()], tmp_path / "missing" / "report.csv")


def test_empty_report_has_its_columns(tmp_path: Path) -> None:
    assert csv_text([]).startswith("assessmentId,")
    assert "0 assessments" in html_text([])
    assert summarize([]) == []
    assert "Ticket" in _printed([])


def test_low_results_stand_out() -> None:
    low, good = _printed([replace(Row(), percentage=Decimal(20))]), _printed([Row()])
    assert "\x1b[31m" in low
    assert "\x1b[31m" not in good
