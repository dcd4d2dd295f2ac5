"""Points in time: parsing and printing of the wire forms (conventions.md 7)."""

from datetime import UTC, date, datetime, time, timedelta
from re import compile as regex
from zoneinfo import ZoneInfo

_DATE = regex(r"^\d{4}-\d{2}-\d{2}$")
_NUMBER = regex(r"^-?\d{1,13}(\.\d{1,6})?$")
_ZONELESS = regex(r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?$")
_ZONED = regex(r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|z|[+-]\d{2}:?\d{2})$")


def utc_now() -> datetime:
    """The present instant, aware, UTC."""
    return datetime.now(UTC)


def localize(naive: datetime, zone: ZoneInfo) -> datetime:
    """Give a wall-clock time its instant: the first of two, or the same instant an hour on for one that is skipped."""
    return naive.replace(tzinfo=zone, fold=0).astimezone(UTC)


def parse_instant(value: object, zone: ZoneInfo, *, upper_end: bool = False) -> datetime:
    """Read any of the accepted date forms.

    `upper_end`: a bare day means its last microsecond. Raises `ValueError` for anything else. Source: conventions.md 7.
    """
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else localize(value, zone)
    if isinstance(value, bool):
        raise ValueError("not a date")
    text = str(value).strip() if isinstance(value, str | int | float) else ""
    if _DATE.match(text):
        day = date.fromisoformat(text)
        return localize(datetime.combine(day, time.max if upper_end else time.min), zone)
    if _ZONED.match(text):
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    if _ZONELESS.match(text):
        return localize(datetime.fromisoformat(text), zone)
    if _NUMBER.match(text):
        return _from_unix(text)
    raise ValueError("not a date")


def _from_unix(text: str) -> datetime:
    digits = text.lstrip("-").split(".")[0]
    seconds = float(text) / 1000 if len(digits) == 13 else float(text)
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError) as failure:
        raise ValueError("not a date") from failure


def iso(moment: datetime) -> str:
    """`2024-06-12T10:20:00Z`: the form of quality and worklogs, whole seconds."""
    # Lists print hundreds of these; strftime takes four times as long.
    return moment.astimezone(UTC).isoformat(timespec="seconds")[:-6] + "Z"


def iso_or_none(moment: datetime | None) -> str | None:
    """The same; None stays None."""
    return None if moment is None else iso(moment)


def zoneless(moment: datetime, zone: ZoneInfo) -> str:
    """`2022-12-14 22:18:06`: the form of tickets, profiles and tags, in the instance time zone."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def unix(moment: datetime) -> int:
    """Whole seconds since 1970: the form of conversations and the ticket history."""
    return int(moment.timestamp() // 1)


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """The calendar day of an instant in a zone."""
    return moment.astimezone(zone).date()


def milliseconds(span: timedelta) -> int:
    """Whole milliseconds of a time span, cut off."""
    return span // timedelta(milliseconds=1)
