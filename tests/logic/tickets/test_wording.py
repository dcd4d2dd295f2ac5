"""Words of the activity of a ticket."""

import pytest
from pydantic.alias_generators import to_camel

from assaydesk.domains.tickets import wording
from assaydesk.domains.tickets.schemas import TicketUpdate
from assaydesk.domains.tickets.work import STATE_COLUMNS

FIELDS = {to_camel(name) for name in (*STATE_COLUMNS, *TicketUpdate.model_fields)}
OTHER = {"id", "version", "addTagIds", "removeTagIds", "tags", "workedOnByIds", "workedOnBy"}
"""Never part of a change by that name."""


@pytest.mark.parametrize("field", sorted(FIELDS - OTHER))
def test_every_field_of_the_history_has_words_or_is_left_out(field: str) -> None:
    changes = {field: {"old": None, "new": 1}}
    for lang in ("en", "de"):
        for line in wording.details_of(changes, {}, {}, lang):
            assert line["label"] != field


@pytest.mark.parametrize(("lang", "text"), [("en", "no → yes"), ("de", "nein → ja")])
def test_yes_and_no_are_words(lang: str, text: str) -> None:
    changes = {"isEscalated": {"old": False, "new": True}, "escalatedFor": {"old": None, "new": "2024-06-12T10:00:00Z"}}
    (line,) = wording.details_of(changes, {}, {}, lang)
    assert line["value"] == text
