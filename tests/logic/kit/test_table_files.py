"""Names of sheets and texts that look like formulas."""

import pytest

from assaydesk.kit.table_files import safe_text, sheet_titles


@pytest.mark.parametrize(
    ("names", "titles"),
    [
        (["E-mail", "Phone"], ["E-mail", "Phone"]),
        (["a[b]:c*d?e/f\\g"], ["a_b__c_d_e_f_g"]),
        (["Same", "same", "Same"], ["Same", "same (2)", "Same (3)"]),
        (["x" * 40, "x" * 40], ["x" * 31, "x" * 27 + " (2)"]),
        (["'quoted'", "", "History"], ["quoted", "_", "History (2)"]),
        (["'", "A (2)", "A", "A"], ["_", "A (2)", "A", "A (3)"]),
    ],
)
def test_titles_of_sheets(names: list[str], titles: list[str]) -> None:
    assert sheet_titles(names) == titles


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_formulas_are_marked(text: str) -> None:
    assert safe_text(text) == "'" + text
    assert safe_text("x" + text) == "x" + text
