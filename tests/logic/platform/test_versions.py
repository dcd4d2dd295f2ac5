from datetime import UTC, datetime

import pytest

from assaydesk.platform.errors import StaleObject, ValidationFailed
from assaydesk.platform.versions import refuse_stale

CHANGED = datetime(2024, 6, 1, 10, 30, 0, 999_999, tzinfo=UTC)


@pytest.mark.parametrize(
    "sent",
    [None, "7", '"7"', "8", "2024-06-01T10:30:00Z", "2024-06-01T12:30:00+02:00", "2024-06-01 10:30:00", "1717237800"],
)
def test_what_was_read_last_passes(sent: str | None) -> None:
    refuse_stale(sent, modified_at=CHANGED, version=7)


@pytest.mark.parametrize("sent", ["6", "0", "2024-06-01T10:29:59Z", "1717237799"])
def test_older_is_stale(sent: str) -> None:
    with pytest.raises(StaleObject) as caught:
        refuse_stale(sent, modified_at=CHANGED, version=7)
    assert caught.value.details == {"version": 7, "modifiedAt": "2024-06-01T10:30:00Z"}


def test_without_version_only_times_count() -> None:
    refuse_stale("2024-06-01T10:30:00Z", modified_at=CHANGED)
    with pytest.raises(StaleObject) as caught:
        refuse_stale("6", modified_at=CHANGED)
    assert caught.value.details == {"modifiedAt": "2024-06-01T10:30:00Z"}


@pytest.mark.parametrize("sent", ["", "yesterday", "v7", "7.5.1"])
def test_anything_else_is_malformed(sent: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        refuse_stale(sent, modified_at=CHANGED, version=7)
    assert caught.value.fields[0].code == "bad_format"
