"""When a cron text is due, in a zone whose clocks change."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from assaydesk.domains.cron.schedule import last_tick, next_tick, parse
from assaydesk.domains.cron.texts import TEXTS, words_of

BERLIN = ZoneInfo("Europe/Berlin")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("schedule", "after", "due"),
    [
        ("* * * * *", "2024-06-01T10:00:30", ["2024-06-01T10:01+02:00", "2024-06-01T10:02+02:00"]),
        ("*/5 * * * 1-5", "2024-06-07T23:55", ["2024-06-10T00:00+02:00", "2024-06-10T00:05+02:00"]),
        ("1 * * * *", "2024-06-07T23:01", ["2024-06-08T00:01+02:00", "2024-06-08T01:01+02:00"]),
        ("0 2 * * 6", "2024-06-01T02:00", ["2024-06-08T02:00+02:00", "2024-06-15T02:00+02:00"]),
        ("0 0 13 * fri", "2024-06-07T00:00", ["2024-06-13T00:00+02:00", "2024-06-14T00:00+02:00"]),
        ("0 9 29 feb *", "2024-03-01T00:00", ["2028-02-29T09:00+01:00", "2032-02-29T09:00+01:00"]),
        ("0 0 * * 7", "2024-06-01T00:00", ["2024-06-02T00:00+02:00", "2024-06-09T00:00+02:00"]),
        ("5,50-52/2 8 * * *", "2024-06-01T08:05", ["2024-06-01T08:50+02:00", "2024-06-01T08:52+02:00"]),
        # 02:30 does not exist on 2024-03-31: the same instant, shifted by the jump.
        ("30 2 * * *", "2024-03-30T12:00", ["2024-03-31T03:30+02:00", "2024-04-01T02:30+02:00"]),
        ("30 * * * *", "2024-03-31T01:00", ["2024-03-31T01:30+01:00", "2024-03-31T03:30+02:00"]),
        # 02:30 comes twice on 2024-10-27: once for a job of that hour, twice for one of every hour.
        ("30 2 * * *", "2024-10-26T12:00", ["2024-10-27T02:30+02:00", "2024-10-28T02:30+01:00"]),
        ("30 * * * *", "2024-10-27T02:00", ["2024-10-27T02:30+02:00", "2024-10-27T02:30+01:00"]),
    ],
)
def test_next_ticks(schedule: str, after: str, due: list[str]) -> None:
    moment = local(after)
    for expected in due:
        moment = next_tick(schedule, BERLIN, moment)
        assert moment == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    "text",
    ["", "* * * *", "61 * * * *", "a * * * *", "*/0 * * * *", "0 0 31 2 *", "5-1 * * * *", "* * * * 8", "1,,2 * * * *",
     "* * * * * *", "@daily", "0 0 0 * *", "² * * * *"],
)  # fmt: skip
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse(text)


def test_missed_times_count_as_one() -> None:
    now = local("2024-06-10T12:00:20")
    assert last_tick("* * * * *", BERLIN, local("2020-01-01T00:00"), now) == local("2024-06-10T12:00")
    assert last_tick("0 2 * * 6", BERLIN, local("2020-01-01T00:00"), now) == local("2024-06-08T02:00")
    assert last_tick("0 2 * * 6", BERLIN, local("2024-06-08T02:00"), now) is None


def test_every_job_has_words_in_both_languages() -> None:
    assert all({"en", "de"} <= set(words) for words in TEXTS.values())
    assert words_of("mailFetch", "de-AT").label == "E-Mails abrufen"
    assert words_of("someNewJob", "de").label == "Some new job"
