"""The helpers of templates. None of them fails: what cannot be worked out prints what came in, or nothing.

`contains`, `compare`, `gt` and `lt` compare texts: the number 22 is no element of a list of tags, the text "22" is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from re import compile as regex
from typing import Any, Final
from zoneinfo import ZoneInfo

from assaydesk.kit.clock import iso, parse_instant
from assaydesk.kit.handlebars import words
from assaydesk.kit.handlebars.nodes import TemplateLimit
from assaydesk.kit.handlebars.parser import Arity
from assaydesk.kit.handlebars.values import Safe, escaped, is_empty, is_list, is_nothing, text_of

MOST_TEXT: Final = 256 * 1024
_DAY: Final = regex(r"\d{4}-\d{2}-\d{2}")
_NUMERIC: Final = regex(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")
_PATTERN: Final = regex(r"\[([^\]]*)\]|YYYY|YY|MMMM|MMM|MM|M|DD|D|dddd|ddd|HH|H|mm|ss")


@dataclass(frozen=True, slots=True)
class Locale:
    """Where and in which language a text is written."""

    zone: ZoneInfo
    language: str


@dataclass(frozen=True, slots=True)
class Function:
    """`decides`: its arguments may be empty, it says what happens then."""

    run: Callable[..., Any]
    arity: Arity
    decides: bool = False


def _contains(_: Locale, one: Any, other: Any) -> bool:
    haystack, needle = (one, other) if is_list(one) or not is_list(other) else (other, one)
    if not isinstance(needle, str):
        return False
    if is_list(haystack):
        return any(text_of(item) == needle for item in haystack)
    if not isinstance(haystack, str) or not haystack or not needle:
        return False
    return needle in haystack or haystack in needle


def _compare(_: Locale, one: Any, other: Any) -> bool:
    return text_of(one) == text_of(other)


def _greater(_: Locale, one: Any, other: Any) -> bool:
    return not is_nothing(one) and not is_nothing(other) and text_of(one) > text_of(other)


def _less(_: Locale, one: Any, other: Any) -> bool:
    return not is_nothing(one) and not is_nothing(other) and text_of(one) < text_of(other)


def _greater_number(_: Locale, one: Any, other: Any) -> bool:
    left, right = number_of(one), number_of(other)
    return left is not None and right is not None and left > right


def _less_number(_: Locale, one: Any, other: Any) -> bool:
    left, right = number_of(one), number_of(other)
    return left is not None and right is not None and left < right


def number_of(value: Any) -> Decimal | None:
    """A number, or a text that is one; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    if isinstance(value, int) and value.bit_length() > 200:
        return None
    text = value.strip() if isinstance(value, str) else str(value)
    if isinstance(value, str) and not _NUMERIC.fullmatch(text):
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < 60 else None


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    left, right = (None if isinstance(value, str) else number_of(value) for value in (one, other))
    if left is not None and right is not None:
        return left == right
    return type(one) is type(other) and bool(one == other)


def _ordered(one: Any, other: Any, test: Callable[[Any, Any], bool]) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return test(one, other)
    if isinstance(one, str) or isinstance(other, str):
        return False
    left, right = number_of(one), number_of(other)
    return left is not None and right is not None and test(left, right)


def _and(_: Locale, *values: Any) -> Any:
    return next((value for value in values if is_empty(value)), values[-1])


def _or(_: Locale, *values: Any) -> Any:
    return next((value for value in values if not is_empty(value)), values[-1])


def moment_of(value: Any, zone: ZoneInfo) -> datetime | date | None:
    """A day or an instant out of `YYYY-MM-DD`, ISO 8601 or Unix seconds; None for anything else."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value.strip()):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            return None
    try:
        return parse_instant(value, zone)
    except (ValueError, OverflowError):
        return None


def _local(value: Any, locale: Locale) -> datetime | None:
    moment = moment_of(value, locale.zone)
    if moment is None:
        return None
    try:
        if isinstance(moment, datetime):
            return moment.astimezone(locale.zone)
        return datetime(moment.year, moment.month, moment.day, tzinfo=locale.zone)
    except (ValueError, OverflowError):
        return None


def _format_date(locale: Locale, value: Any, pattern: Any, language: Any = None) -> str:
    moment = _local(value, locale)
    if moment is None:
        return text_of(value)
    names = words.dates(_language(locale, language))
    parts = {
        "YYYY": f"{moment.year:04}", "YY": f"{moment.year % 100:02}", "MMMM": names.months[moment.month - 1],
        "MMM": names.months[moment.month - 1][:3], "MM": f"{moment.month:02}", "M": str(moment.month),
        "DD": f"{moment.day:02}", "D": str(moment.day), "dddd": names.weekdays[moment.weekday()],
        "ddd": names.weekdays[moment.weekday()][: names.short_weekday], "HH": f"{moment.hour:02}",
        "H": str(moment.hour), "mm": f"{moment.minute:02}", "ss": f"{moment.second:02}",
    }  # fmt: skip
    return _PATTERN.sub(lambda found: parts.get(found.group(), found.group(1) or ""), text_of(pattern)[:200])


def _format_date_de(locale: Locale, value: Any) -> str:
    return _format_date(locale, value, "DD.MM.YYYY", "de")


def _add_days(locale: Locale, value: Any, days: Any) -> str:
    moment, count = moment_of(value, locale.zone), number_of(days)
    if moment is None or count is None or abs(count) > 1_000_000:
        return text_of(value)
    span = timedelta(days=int(count))
    try:
        if isinstance(moment, datetime):
            local = moment.astimezone(locale.zone)
            return iso((local.replace(tzinfo=None) + span).replace(tzinfo=locale.zone).astimezone(UTC))
        return (moment + span).isoformat()
    except (OverflowError, ValueError):
        return text_of(value)


def _day_difference(locale: Locale, one: Any, other: Any) -> int | str:
    first, last = _local(one, locale), _local(other, locale)
    return "" if first is None or last is None else (last.date() - first.date()).days


def _first_name(_: Locale, name: Any) -> str:
    text = text_of(name).strip()[:1000]
    if "," in text:
        text = text.split(",", 1)[1].strip() or text
    parts = [part for part in text.split() if part.lower().rstrip(".") not in words.TITLES]
    return parts[0] if parts else ""


def _last_digits(_: Locale, value: Any) -> str:
    return "".join(character for character in text_of(value) if character.isascii() and character.isdigit())[-4:]


def _format_number(locale: Locale, value: Any, digits: Any = None, language: Any = None) -> str:
    number = number_of(value)
    if number is None:
        return text_of(value)
    places = number_of(digits)
    count = min(max(int(places), 0), 10) if places is not None else None
    try:
        rounded = number if count is None else number.quantize(Decimal(1).scaleb(-count), ROUND_HALF_UP)
    except InvalidOperation:
        return text_of(value)
    text = f"{rounded:,f}"
    if set(text) <= set("-0.,"):
        text = text.lstrip("-")
    if _language(locale, language) == "de":
        text = text.translate(str.maketrans(",.", ".,"))
    return text


def _format_money(locale: Locale, value: Any, currency: Any, language: Any = None) -> str:
    if number_of(value) is None:
        return text_of(value)
    text = _format_number(locale, value, 2, language)
    code = text_of(currency).upper()[:10]
    symbol = words.CURRENCIES.get(code, code)
    if _language(locale, language) == "de":
        return f"{text}\u00a0{symbol}"
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    return f"{sign}{symbol}{text}" if len(symbol) == 1 else f"{sign}{symbol}\u00a0{text}"


def _language(locale: Locale, wanted: Any) -> str:
    word = wanted if isinstance(wanted, str) and wanted else locale.language
    return "de" if word.lower().startswith(("de", "ger")) else "en"


def _default(_: Locale, value: Any, other: Any) -> Any:
    return other if is_nothing(value) or value == "" else value


def _capitalize(_: Locale, value: Any) -> str:
    text = text_of(value)
    return text[:1].upper() + text[1:]


def _truncate(_: Locale, value: Any, most: Any) -> str:
    text, limit = text_of(value), number_of(most)
    if limit is None or limit < 0 or len(text) <= limit:
        return text
    return text[: int(limit)].rstrip() + "…"


def _replace(_: Locale, value: Any, old: Any, new: Any) -> str:
    text, wanted, other = text_of(value), text_of(old), text_of(new)
    if not wanted:
        return text
    _refuse_long(len(text) + text.count(wanted) * (len(other) - len(wanted)))
    return text.replace(wanted, other)


def _join(_: Locale, values: Any, separator: Any) -> str:
    if not is_list(values):
        return text_of(values)
    between = text_of(separator)
    parts = [text_of(value) for value in values]
    _refuse_long(sum(map(len, parts)) + len(between) * len(parts))
    return between.join(parts)


def _refuse_long(length: int) -> None:
    if length > MOST_TEXT:
        raise TemplateLimit("output", f"The text has more than {MOST_TEXT // 1024} KiB.")


def _length(_: Locale, value: Any) -> int:
    return len(value) if isinstance(value, str | Mapping | Sequence) else len(text_of(value))


def _line_breaks(_: Locale, value: Any) -> Safe:
    return Safe(escaped(text_of(value)).replace("\r\n", "\n").replace("\r", "\n").replace("\n", "<br>"))


def _salutation(locale: Locale, customer: Any, language: Any = None) -> str:
    return words.salutation(customer if isinstance(customer, Mapping) else {}, _language(locale, language))


def _text(change: Callable[[str], str]) -> Callable[[Locale, Any], str]:
    return lambda _, value: change(text_of(value))


_TWO: Final = Arity(2, 2)
_ONE: Final = Arity(1, 1)
_MANY: Final = Arity(2, None)

FUNCTIONS: Final[Mapping[str, Function]] = {
    "contains": Function(_contains, _TWO, decides=True),
    "compare": Function(_compare, _TWO, decides=True),
    "gt": Function(_greater, _TWO, decides=True),
    "lt": Function(_less, _TWO, decides=True),
    "gtNum": Function(_greater_number, _TWO, decides=True),
    "ltNum": Function(_less_number, _TWO, decides=True),
    "eq": Function(lambda _, one, other: _same(one, other), _TWO, decides=True),
    "ne": Function(lambda _, one, other: not _same(one, other), _TWO, decides=True),
    "gte": Function(lambda _, one, other: _ordered(one, other, lambda a, b: a >= b), _TWO, decides=True),
    "lte": Function(lambda _, one, other: _ordered(one, other, lambda a, b: a <= b), _TWO, decides=True),
    "and": Function(_and, _MANY, decides=True),
    "or": Function(_or, _MANY, decides=True),
    "not": Function(lambda _, value: is_empty(value), _ONE, decides=True),
    "formatDateDE": Function(_format_date_de, _ONE),
    "formatDate": Function(_format_date, Arity(2, 3)),
    "addDays": Function(_add_days, _TWO),
    "dayDiff": Function(_day_difference, _TWO),
    "extractFirstName": Function(_first_name, _ONE),
    "last4digits": Function(_last_digits, _ONE),
    "formatNumber": Function(_format_number, Arity(1, 3)),
    "formatMoney": Function(_format_money, Arity(2, 3)),
    "default": Function(_default, _TWO, decides=True),
    "upper": Function(_text(str.upper), _ONE),
    "lower": Function(_text(str.lower), _ONE),
    "capitalize": Function(_capitalize, _ONE),
    "trim": Function(_text(str.strip), _ONE),
    "truncate": Function(_truncate, _TWO),
    "replace": Function(_replace, Arity(3, 3)),
    "join": Function(_join, _TWO),
    "length": Function(_length, _ONE),
    "nl2br": Function(_line_breaks, _ONE),
    "salutation": Function(_salutation, Arity(1, 2), decides=True),
}

ARITIES: Final[Mapping[str, Arity]] = {name: function.arity for name, function in FUNCTIONS.items()}
