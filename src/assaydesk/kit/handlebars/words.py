"""Names and forms of address in German and English."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple


class Dates(NamedTuple):
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    short_weekday: int


_DATES: Final = {
    "de": Dates(
        ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
         "Dezember"),
        ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"), 2,
    ),
    "en": Dates(
        ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
         "December"),
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), 3,
    ),
}  # fmt: skip
CURRENCIES: Final = {"EUR": "€", "USD": "$", "GBP": "£"}
TITLES: Final = frozenset({
    "herr", "frau", "hr", "fr", "mr", "mrs", "ms", "miss", "mx", "sir", "dr", "prof", "professor", "dipl", "dipl-ing",
    "ing", "mag", "med", "phil", "jur", "rer", "nat", "pol", "habil", "hc", "h.c", "ph.d", "phd", "msc", "bsc", "mba",
})  # fmt: skip
_WOMAN: Final = frozenset({"frau", "female", "weiblich", "f", "w", "mrs", "ms", "miss"})
_MAN: Final = frozenset({"herr", "male", "männlich", "m", "mr"})
_ADDRESS: Final = {
    ("de", "woman"): "Sehr geehrte Frau {}", ("de", "man"): "Sehr geehrter Herr {}", ("de", "name"): "Guten Tag {}",
    ("de", "nobody"): "Sehr geehrte Damen und Herren",
    ("en", "woman"): "Dear Ms {}", ("en", "man"): "Dear Mr {}", ("en", "name"): "Dear {}",
    ("en", "nobody"): "Dear Sir or Madam",
}  # fmt: skip


def dates(language: str) -> Dates:
    return _DATES[language]


def salutation(customer: Mapping[str, Any], language: str) -> str:
    """How to address somebody, without a comma: by the form of address on file, else by the full name.

    The form of address stands under `salutation`, `gender` or `title`, in the customer or its `additionalData`.
    """
    first, last = (_word(customer, name) for name in ("firstname", "lastname"))
    if not last:
        return _ADDRESS[language, "name"].format(first) if first else _ADDRESS[language, "nobody"]
    more = customer.get("additionalData")
    places = (customer, more if isinstance(more, Mapping) else {})
    forms = {_word(place, name).lower().rstrip(".") for place in places for name in ("salutation", "gender", "title")}
    if forms & _WOMAN:
        return _ADDRESS[language, "woman"].format(last)
    if forms & _MAN:
        return _ADDRESS[language, "man"].format(last)
    return _ADDRESS[language, "name"].format(f"{first} {last}".strip())


def _word(customer: Mapping[str, Any], name: str) -> str:
    value = customer.get(name) or customer.get(name.replace("name", "Name"))
    return value.strip() if isinstance(value, str) else ""
