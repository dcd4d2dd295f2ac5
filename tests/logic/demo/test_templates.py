from zoneinfo import ZoneInfo

import pytest

from assaydesk.domains.demo.templates import read_templates
from assaydesk.domains.templates.names import VARIABLES, unknown_variables
from assaydesk.domains.templates.render import PLACEHOLDER, fill_in
from assaydesk.kit.handlebars.functions import ARITIES, Locale
from assaydesk.kit.handlebars.inspecting import variables_of
from assaydesk.kit.handlebars.parser import parse

CONTENT = read_templates()
TEXTS = [one["html"] for one in CONTENT["wrappers"]] + [one["message"] for one in CONTENT["templates"]]


@pytest.mark.parametrize("text", TEXTS)
def test_templates_read_well_with_and_without_data(text: str) -> None:
    assert unknown_variables(variables_of(parse(text, ARITIES))) == []
    case = {
        "intent": {"data": {"reading": 20112, "date": "2026-01-31", "deposit": 95}},
        "contract": {"monthlyDeposit": 79.5},
        "today": "2026-01-31",
    }  # fmt: skip
    for variables in ({}, case):
        shown = fill_in(text, variables, Locale(ZoneInfo("Europe/Berlin"), "de")).text
        assert shown.startswith("<p>")
        assert "  " not in shown
        assert " ." not in shown
    assert text.count(PLACEHOLDER) == int("%MESSAGE%" in text)


def test_every_variable_has_one_name() -> None:
    paths = [variable.path for variable in VARIABLES]
    assert len(set(paths)) == len(paths)
