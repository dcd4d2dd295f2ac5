"""Whether a message proves that its writer is the customer (ticket.md 8.4). Pure."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from re import compile as regex
from typing import Any, Final

from assaydesk.domains.customers.types import Known, Message, Verdict
from assaydesk.kit.folding import fold, phone_key, words_of

NOBODY: Final = 0
RECOGNISED: Final = 10
LEGITIMATED: Final = 20
SYNCHRONOUS: Final = frozenset({"chat", "phone"})

_PUNCTUATION: Final = regex(r"[\s.,;:/_-]+")
_STREET: Final = regex(r"^\s*([^\d,;]{2,80}?)\s*(\d{1,4}\s?[a-zA-Z]?)\b")
_POSTAL_CODE: Final = regex(r"(?<!\d)\d{4,5}(?!\d)(?=\s+[^\W\d])")
_SHORTEST_CODE: Final = 4
_STREET_ENDS: Final = (("strasse", "str"), ("street", "str"), ("str.", "str"))

_WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "group": "<b>{name}</b>: needed {needed}, got {got} criteria.",
        "met": "{criterion}: met", "missed": "{criterion}: not met", "unknown": "{criterion}: nothing on file",
        "reached": "{name}: needed {needed}, got {got}: legitimated",
        "short": "{name}: needed {needed}, got {got}",
        "nobody": "Nobody identified.",
    },
    "de": {
        "group": "<b>{name}</b>: {needed} Kriterien nötig, {got} erfüllt.",
        "met": "{criterion}: erfüllt", "missed": "{criterion}: nicht erfüllt",
        "unknown": "{criterion}: nichts hinterlegt",
        "reached": "{name}: {needed} nötig, {got} erfüllt: legitimiert",
        "short": "{name}: {needed} nötig, {got} erfüllt",
        "nobody": "Niemand erkannt.",
    },
}  # fmt: skip


def words_for(lang: str) -> dict[str, str]:
    """The words of one language; English for any other."""
    return _WORDS["de"] if lang.lower().startswith("de") else _WORDS["en"]


def legitimate(rule: Mapping[str, Any], known: Known | None, message: Message, *, lang: str = "en") -> Verdict:
    """The level that the rule gives: legitimated when any group reaches what it needs."""
    words = words_for(lang)
    if known is None or (known.customer_id is None and known.contract_id is None):
        return Verdict(NOBODY, None, (words["nobody"],))
    text = _Text(message)
    results: dict[str, bool | None] = {}
    log: list[str] = []
    short: list[str] = []
    reached = False
    for group in rule["groups"]:
        for criterion in group["criteria"]:
            if criterion not in results:
                results[criterion] = _CRITERIA[criterion](known, text)
                word = {True: "met", False: "missed", None: "unknown"}[results[criterion]]
                log.append(words[word].format(criterion=criterion))
        got = sum(results[criterion] is True for criterion in group["criteria"])
        facts = {"name": group["name"], "needed": group["needed"], "got": got}
        log.append(words["reached" if got >= group["needed"] else "short"].format(**facts))
        reached = reached or got >= group["needed"]
        short.append(words["group"].format(**{**facts, "name": _escaped(group["name"])}))
    if reached:
        return Verdict(LEGITIMATED, None, tuple(log))
    return Verdict(RECOGNISED, "<br>".join(short), tuple(log))


class _Text:
    """A message, folded once for all criteria."""

    def __init__(self, message: Message) -> None:
        self.sender = (message.sender or "").strip()
        joined = "\n".join(text for text in message.texts if text)
        self.words = words_of(joined)
        self.folded = f" {fold(joined)} "
        self.compact = _PUNCTUATION.sub("", self.folded)

    def has_words(self, text: str | None) -> bool:
        """The words stand there, one after another and whole."""
        sought = words_of(text or "")
        return len(sought.strip()) >= 2 and sought in self.words

    def has_code(self, code: str | None) -> bool:
        """A number stands there whole, however it is grouped; too short ones prove nothing."""
        wanted = _PUNCTUATION.sub("", fold(code or ""))
        if len(wanted) < _SHORTEST_CODE or wanted not in self.compact:
            return False
        gaps = r"[\s.,;:/_-]*"
        pattern = gaps.join(regex_escape(one) for one in wanted)
        return regex(rf"(?<![0-9a-z]){pattern}(?![0-9a-z])").search(self.folded) is not None


def regex_escape(character: str) -> str:
    """A character as itself in a pattern."""
    return character if character.isalnum() else "\\" + character


def _any(values: Iterable[Any], test: Callable[[Any], bool]) -> bool | None:
    found = [value for value in values if value]
    return any(test(value) for value in found) if found else None


def _sender_email(known: Known, text: _Text) -> bool | None:
    return _any(known.emails, lambda email: email.strip().lower() == text.sender.lower())


def _sender_phone(known: Known, text: _Text) -> bool | None:
    # An address of a mail may hold digits too.
    sender = None if "@" in text.sender else phone_key(text.sender)
    return _any([phone_key(phone) for phone in known.phones], lambda key: key == sender)


def _fullname(known: Known, text: _Text) -> bool | None:
    if not known.firstname or not known.lastname:
        return None
    return text.has_words(f"{known.firstname} {known.lastname}") or text.has_words(
        f"{known.lastname} {known.firstname}"
    )


def _address(known: Known, text: _Text) -> bool | None:
    """Street and house number."""
    streets = [found for address in known.addresses if (found := _STREET.match(address))]
    said = _plain_street(text.folded)
    return _any(streets, lambda found: _plain_street(f"{found[1]} {found[2]}") in said)


def _plain_street(text: str) -> str:
    folded = fold(text)
    for ending, plain in _STREET_ENDS:
        folded = folded.replace(ending, plain)
    return words_of(folded)


def _zip(known: Known, text: _Text) -> bool | None:
    codes = [*known.postal_codes, *(code for address in known.addresses for code in _POSTAL_CODE.findall(address))]
    return _any(codes, text.has_code)


def _birthday(known: Known, text: _Text) -> bool | None:
    try:
        day = date.fromisoformat(known.birthday or "")
    except ValueError:
        return None
    forms = (f"{day.day:02}.{day.month:02}.{day.year}", f"{day.day}.{day.month}.{day.year}", day.isoformat(),
             f"{day.month:02}/{day.day:02}/{day.year}", f"{day.day:02}/{day.month:02}/{day.year}",
             f"{day.day:02}.{day.month:02}.{day.year % 100:02}")  # fmt: skip
    months = {"en": ("january february march april may june july august september october november december"),
              "de": ("januar februar marz april mai juni juli august september oktober november dezember")}  # fmt: skip
    if any(regex(rf"(?<!\d){regex_text(form)}(?!\d)").search(text.folded) for form in forms):
        return True
    names = [all_names.split()[day.month - 1] for all_names in months.values()]
    return any(
        sought in text.words
        for name in names
        for sought in (
            f" {day.day} {name} {day.year} ",
            f" {name} {day.day} {day.year} ",
            f" {day.day:02} {name} {day.year} ",
        )
    )


def regex_text(text: str) -> str:
    """A text as itself in a pattern."""
    return "".join(regex_escape(one) for one in text)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_CRITERIA: Final[dict[str, Callable[[Known, _Text], bool | None]]] = {
    "senderEmailMatches": _sender_email,
    "senderPhoneMatches": _sender_phone,
    "contractIdInText": lambda known, text: _any([known.contract_id], text.has_code),
    "customerIdInText": lambda known, text: _any([known.customer_id], text.has_code),
    "lastnameInText": lambda known, text: _any([known.lastname], text.has_words),
    "fullnameInText": _fullname,
    "companyInText": lambda known, text: _any([known.company], text.has_words),
    "addressInText": _address,
    "zipInText": _zip,
    "meterNumberInText": lambda known, text: _any([known.meter_number], text.has_code),
    "ibanInText": lambda known, text: _any([known.iban], text.has_code),
    "birthdayInText": _birthday,
}
