"""Texts compared as people compare them: case, accents, umlauts and white space make no difference."""

from re import compile as regex
from typing import Final
from unicodedata import category, normalize

_SPACE: Final = regex(r"\s+")
_NOT_DIGIT: Final = regex(r"[^0-9+]")
_COUNTRY: Final = regex(r"^(?:(?:\+|00)(?:49|43|41|44|1)0?|(?:49|43|41)(?=\d{8,})|\+|0+)")
_SHORTEST_PHONE: Final = 6


def fold(text: str) -> str:
    """Lower case, without accents, `ü` = `ue` = `u`, `ß` = `ss`, one blank for white space. Twice is once."""
    plain = normalize("NFKD", text).casefold()
    plain = "".join(one for one in normalize("NFKD", plain) if category(one) != "Mn")
    plain = _SPACE.sub(" ", plain).strip()
    before = ""
    while before != plain:
        before = plain
        plain = plain.replace("ae", "a").replace("oe", "o").replace("ue", "u")
    return plain


def words_of(text: str) -> str:
    """The folded words with nothing but single blanks between them, and one at each end: for whole-word search."""
    folded = fold(text)
    return f" {' '.join(''.join(one if one.isalnum() else ' ' for one in folded).split())} "


def phone_key(text: str) -> str | None:
    """The digits of a phone number without its country; None when there are too few to tell people apart.

    The same rule as `phone_key()` of the database.
    """
    key = _COUNTRY.sub("", _NOT_DIGIT.sub("", text), count=1)
    return key if len(key) >= _SHORTEST_PHONE else None
