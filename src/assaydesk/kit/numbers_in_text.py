"""Numbers of people found in running text by their form and their check digits: accounts, cards, ids, phones."""

from collections.abc import Iterator
from re import IGNORECASE
from re import compile as regex
from typing import Final

Span = tuple[int, int]

_IBAN: Final = regex(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ \u00a0-]?[A-Z0-9]){11,30}", IGNORECASE)
_CARD: Final = regex(r"(?<![\d.,+])\d(?:[ \u00a0-]?\d){12,18}(?![\d])")
_TAX_ID: Final = regex(r"(?<![\d+])\d{2}[ ]?\d{3}[ ]?\d{3}[ ]?\d{3}(?!\d)")
_SOCIAL_SECURITY: Final = regex(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])")
_PHONE: Final = regex(
    r"(?<![\w@.,/:+-])(?:\+|\(?0|\(?\d{3}\)?[ .-]?\d{3}[ .-]\d{4}(?!\d))[\d\s()/.-]{0,24}(?<=\d)(?!\w)"
)
_DATE: Final = regex(r"^\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?:\D|$)")
_REGIONS: Final = ("DE", "AT", "CH", "US", "GB")
_MIN_IBAN: Final = 15


def ibans(text: str) -> Iterator[Span]:
    """Account numbers with right check digits. Words that follow directly are not part of the number."""
    for found in _IBAN.finditer(text):
        start, end = found.span()
        while end - start >= _MIN_IBAN:
            if text[end - 1].isalnum() and not text[end : end + 1].isalnum() and is_iban(text[start:end]):
                yield start, end
                break
            end -= 1


def card_numbers(text: str) -> Iterator[Span]:
    """Payment card numbers: right check digit, and a length and beginning that a card scheme uses."""
    for found in _CARD.finditer(text):
        if is_card(found[0]):
            yield found.span()


def national_ids(text: str) -> Iterator[Span]:
    """German tax ids and United States social security numbers."""
    from stdnum.de import idnr
    from stdnum.us import ssn

    for pattern, number in ((_TAX_ID, idnr), (_SOCIAL_SECURITY, ssn)):
        for found in pattern.finditer(text):
            if number.is_valid(found[0]):
                yield found.span()


def phone_numbers(text: str) -> Iterator[Span]:
    """International numbers, and national ones of the German-speaking countries, the United States and Britain."""
    candidates = [found for found in _PHONE.finditer(text) if not _DATE.match(found[0])]
    if not candidates:
        return
    import phonenumbers

    for found in candidates:
        for region in _REGIONS:
            try:
                number = phonenumbers.parse(found[0], region)
            except phonenumbers.NumberParseException:
                continue
            if phonenumbers.is_valid_number(number):
                yield found.span()
                break


def is_iban(text: str) -> bool:
    from stdnum import iban

    return bool(iban.is_valid(_compact(text)))


def is_card(text: str) -> bool:
    from stdnum import luhn

    digits = _compact(text)
    return _is_issued(digits) and bool(luhn.is_valid(digits))


def _is_issued(digits: str) -> bool:
    """Whether a card scheme gives out numbers of this length with this beginning."""
    first_two, first_four, length = int(digits[:2]), int(digits[:4]), len(digits)
    if digits[0] == "4":
        return length in (13, 16, 19)
    if 51 <= first_two <= 55 or 2221 <= first_four <= 2720:
        return length == 16
    if first_two in (34, 37):
        return length == 15
    return length >= 14 and (first_two in (35, 36, 38, 50, 56, 57, 58, 60, 62, 63, 64, 65, 67))


def _compact(text: str) -> str:
    return "".join(character for character in text if character.isalnum()).upper()
