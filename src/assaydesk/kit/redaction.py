"""Personal data replaced by placeholders, and put back (platform.md 10.2, design.md 7). Pure: the map lives in memory.

What is found: the terms that the caller knows (name, contract number ...), mail addresses, IBANs and card numbers with
right check digits, tax and social security numbers, phone numbers. `restore(redact(text)) == text` for every text.
"""

from collections.abc import Iterable, Iterator
from re import IGNORECASE, Pattern, escape
from re import compile as regex
from typing import Final

from assaydesk.kit.numbers_in_text import card_numbers, ibans, national_ids, phone_numbers

Span = tuple[int, int]

_PLACEHOLDER: Final = regex(r"\[(?:TEXT|AGENT|CUSTOMER|EMAIL|IBAN|CARD|ID|PHONE)_\d{1,9}\]")
_EMAIL: Final = regex(r"(?<![\w.+%-])[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_WORD: Final = regex(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")
_NO_NAME: Final = frozenset(
    _WORD.findall(
        "herr frau familie firma dr prof dipl ing mr mrs ms miss mx sir madam von van vom zu zum der de den del di da "
        "la le the and und gmbh ag kg ohg ug mbh gbr ev se inc ltd llc plc co corp bv sa sarl company"
    )
)
_MAX_WORDS_OF_A_NAME: Final = 5


class Redactor:
    """Placeholders of one run: the same text always gets the same one.

    `customer_terms` and `agent_terms` are words to mask; `contact` also masks what is recognised by its form.
    """

    def __init__(
        self, *, customer_terms: Iterable[str] = (), agent_terms: Iterable[str] = (), contact: bool = True
    ) -> None:
        self._customer = _dictionary(customer_terms)
        self._agent = _dictionary(agent_terms)
        self._contact = contact
        self._placeholders: dict[tuple[str, str], str] = {}
        self._originals: dict[str, str] = {}

    def redact(self, text: str) -> str:
        """`text` with placeholders such as `[EMAIL_1]`."""
        taken: list[tuple[int, int, str]] = []
        covered = bytearray(len(text))
        for kind, spans in self._finders(text):
            for start, end in spans:
                if end > start and not any(covered[start:end]):
                    covered[start:end] = b"\1" * (end - start)
                    taken.append((start, end, kind))
        pieces, at = [], 0
        for start, end, kind in sorted(taken):
            pieces += [text[at:start], self._placeholder(kind, text[start:end])]
            at = end
        return "".join([*pieces, text[at:]])

    def restore(self, text: str) -> str:
        """`text` with the originals in place of the placeholders that this redactor gave."""
        return _PLACEHOLDER.sub(lambda found: self._originals.get(found[0], found[0]), text)

    def counts(self) -> dict[str, int]:
        """How many different texts of each kind were masked."""
        counted: dict[str, int] = {}
        for kind, _ in self._placeholders:
            counted[kind] = counted.get(kind, 0) + 1
        return counted

    def _finders(self, text: str) -> Iterator[tuple[str, Iterable[Span]]]:
        # Text that happens to look like a placeholder is masked too, so that the way back stays unambiguous.
        yield "TEXT", _spans(_PLACEHOLDER, text)
        for kind, patterns in (("AGENT", self._agent), ("CUSTOMER", self._customer)):
            for pattern in patterns:
                yield kind, _spans(pattern, text)
        if self._contact:
            yield "EMAIL", _spans(_EMAIL, text)
            yield "IBAN", ibans(text)
            yield "CARD", card_numbers(text)
            yield "ID", national_ids(text)
            yield "PHONE", phone_numbers(text)

    def _placeholder(self, kind: str, original: str) -> str:
        key = (kind, original)
        if key not in self._placeholders:
            number = sum(known == kind for known, _ in self._placeholders) + 1
            self._placeholders[key] = f"[{kind}_{number}]"
            self._originals[self._placeholders[key]] = original
        return self._placeholders[key]


def _spans(pattern: Pattern[str], text: str) -> Iterator[Span]:
    return (found.span() for found in pattern.finditer(text))


def _dictionary(terms: Iterable[str]) -> tuple[Pattern[str], ...]:
    """Whole terms in any case first, then the single words of names as they are written, or in capitals."""
    whole: set[str] = set()
    words: set[str] = set()
    for term in terms:
        parts = term.split()
        text = " ".join(parts)
        if len(text) < 3 or not any(character.isalnum() for character in text):
            continue
        if not _is_name(parts):
            whole.add(text)
            continue
        if len(parts) > 1:
            whole.add(text)
        named = [part.strip(".,") for part in parts]
        for word in (part for part in named if len(part) >= 3 and part.casefold().strip(".") not in _NO_NAME):
            words |= {word, word.upper(), word[:1].upper() + word[1:]}
    return tuple(_any_of(group, flags) for group, flags in ((whole, IGNORECASE), (words, 0)) if group)


def _is_name(parts: list[str]) -> bool:
    return len(parts) <= _MAX_WORDS_OF_A_NAME and all(_WORD.fullmatch(part.strip(".,")) for part in parts)


def _any_of(texts: set[str], flags: int) -> Pattern[str]:
    longest_first = sorted(texts, key=lambda text: (-len(text), text))
    choices = "|".join(r"\s+".join(escape(part) for part in text.split()) for text in longest_first)
    return regex(rf"(?<!\w)(?:{choices})(?!\w)", flags)
