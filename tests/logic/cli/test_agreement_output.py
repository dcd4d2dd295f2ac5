"""The agreement report in the terminal and as CSV."""

import csv
from io import StringIO
from typing import Any

from rich.console import Console

from assaydesk.cli.reports import agreement_table, csv_text
from assaydesk.domains.quality.assessments.pairs import Compared, Subject
from assaydesk.domains.quality.reports.agreement_figures import report_of
from assaydesk.domains.quality.reports.agreement_table import table_of
from assaydesk.domains.quality.reports.agreement_types import GroupBy, Material, Shape
from assaydesk.domains.quality.scorecards.types import ScoringType


def _report(pairs: list[tuple[float | None, float | None]]) -> dict[str, Any]:
    material = Material(
        subjects={number: Subject(number, 1, None, assessment_id=number) for number in range(len(pairs))},
        compared=[Compared(number, 10, ai, human, 7) for number, (ai, human) in enumerate(pairs)],
        shapes={(1, 10): Shape(10, "=Greeting", ScoringType.MET_NOT_MET, 5.0, 0)},
        people={7: "Jane Doe"},
        sheets={},
        months={},
    )
    found = report_of(table_of(material), GroupBy.CRITERION, min_n=20)
    return {"scorecardBaseId": 17, "groupBy": "criterion", "groups": found.groups, "overall": found.overall}


def _text(report: dict[str, Any]) -> str:
    console = Console(width=200, file=StringIO(), force_terminal=False)
    console.print(agreement_table("E-mail", report))
    found: str = console.file.getvalue()  # type: ignore[attr-defined]
    return found


def test_figures_have_their_interval_and_warnings_are_words() -> None:
    text = _text(_report([(5, 5)] * 6 + [(5, 0)] * 2 + [(0, 0)] * 2 + [(None, 5)]))
    assert "E-mail: 10 pairs in 10 reviews" in text
    line = next(line for line in text.splitlines() if "=Greeting" in line)
    assert "80 % [" in line
    assert "91 %" in line
    assert "few pairs, one reviewer, not better than always the same answer" in line


def test_given_one_answer_only_there_is_a_dash_and_why() -> None:
    line = next(line for line in _text(_report([(5, 5)] * 30)).splitlines() if "=Greeting" in line)
    assert " - " in line
    assert "one answer only" in line


def test_csv_has_a_line_for_each_group_and_one_for_all() -> None:
    rows = list(csv.DictReader(StringIO(csv_text([("E-mail", _report([(5, 5), (0, 0), (5, 0)]))]))))
    assert [row["key"] for row in rows] == ["10", ""]
    assert rows[0]["label"] == "'=Greeting"
    assert (rows[0]["n"], rows[0]["exactAgreement"], rows[0]["cohenKappa"]) == ("3", "0.667", "0.4")
    assert rows[0]["warnings"] == "fewPairs; oneReviewer; notBetterThanConstant"
    assert float(rows[0]["exactAgreementLow"]) <= 0.667 <= float(rows[0]["exactAgreementHigh"])
