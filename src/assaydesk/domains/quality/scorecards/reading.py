"""Reads one JSON object of a scorecard body: tolerant about spelling, and it keeps all faults instead of the first."""

import json
import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")
WHOLE_NUMBER = re.compile(r"[+-]?\d{1,19}")
DECIMAL_NUMBER = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})")


class Fault(NamedTuple):
    """What is wrong with one field; `code` is one of the field codes of conventions.md 4."""

    path: str
    code: str
    message: str


@dataclass(slots=True)
class Findings:
    """All faults of a body, and the keys in it that nobody reads (for `X-Ignored-Fields`)."""

    faults: list[Fault] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


class Fields:
    """One object of the body. A field with a fault is reported and read as its default, so reading goes on."""

    def __init__(self, data: Mapping[str, Any], path: str, subject: str, findings: Findings) -> None:
        self.data, self.path, self.subject, self.findings = data, path, subject, findings
        self._known: set[str] = set()

    def fault(self, key: str, code: str, what: str) -> None:
        self.fault_at(key, code, f"{self.subject}: {key} {what}")

    def fault_at(self, key: str, code: str, message: str) -> None:
        self.findings.faults.append(Fault(self.path_of(key), code, message))

    def path_of(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path and key else self.path or key

    def has(self, key: str) -> bool:
        self._known.add(key)
        return key in self.data

    def value(self, key: str, *, required: bool = False, nullable: bool = False) -> Any:
        """The raw value, None for a missing key; null is a fault unless `nullable`."""
        if not self.has(key):
            if required:
                self.fault(key, "required", "is missing.")
            return None
        raw = self.data[key]
        if raw is None and not nullable:
            self.fault(key, "required" if required else "wrong_type", "is null; give it a value or leave the key out.")
        return raw

    def text(self, key: str, limit: int, *, required: bool = False, nullable: bool = False) -> str:
        """Trimmed; `required` also refuses an empty text."""
        raw = self.value(key, required=required, nullable=nullable)
        if raw is None:
            return ""
        if not isinstance(raw, str):
            self.fault(key, "wrong_type", f"is {kind_of(raw)}; give it a text.")
            return ""
        text = raw.strip()
        if not storable(text):
            self.fault(key, "bad_format", "contains a NUL character or half of a surrogate pair; remove it.")
        elif len(text) > limit:
            self.fault(key, "too_long", f"has {len(text)} characters; at most {limit} fit.")
        elif required and not text:
            self.fault(key, "too_short", f"is empty; give it 1 to {limit} characters.")
        return text

    def flag(self, key: str, default: bool) -> bool:
        raw = self.value(key)
        if raw is None:
            return default
        read = {"true": True, "1": True, "false": False, "0": False}.get(str(raw).strip().lower())
        if read is None or not isinstance(raw, bool | int | str):
            self.fault(key, "wrong_type", f"is {kind_of(raw)}; give it true or false.")
            return default
        return read

    def integer(self, key: str, default: int, *, least: int, most: int, nullable: bool = False) -> int:
        raw = self.value(key, nullable=nullable)
        return default if raw is None else self.as_integer(key, raw, default, least, most)

    def as_integer(self, key: str, raw: Any, default: int, least: int, most: int) -> int:
        number = whole_number(raw)
        if number is None:
            self.fault(key, "wrong_type", f"is {kind_of(raw)}; give it a whole number.")
            return default
        if not least <= number <= most:
            self.fault(key, "out_of_range", f"is {figure(Decimal(number))}; give it {least} to {most}.")
            return default
        return number

    def number(self, key: str, *, required: bool = False) -> Decimal | None:
        """A finite number, also as text; the caller checks its range."""
        raw = self.value(key, required=required)
        if raw is None:
            return None
        read = decimal_number(raw)
        if read is None:
            self.fault(key, "wrong_type", f"is {kind_of(raw)}; give it a number.")
        return read

    def ranged(self, key: str, default: float, most: int) -> float:
        """A number from 0 to `most`."""
        read = self.number(key)
        if read is None:
            return default
        if not 0 <= read <= most:
            self.fault(key, "out_of_range", f"is {figure(read)}; give it 0 to {most}.")
            return default
        return float(read)

    def choice(self, key: str, allowed: Collection[str], *, required: bool = False) -> str | None:
        raw = self.value(key, required=required)
        return None if raw is None else self.one_of(key, raw, allowed)

    def one_of(self, key: str, raw: Any, allowed: Collection[str]) -> str | None:
        if isinstance(raw, str) and raw in allowed:
            return raw
        code = "not_allowed" if isinstance(raw, str) else "wrong_type"
        self.fault(key, code, f"is {kind_of(raw)}; use one of: {', '.join(allowed)}.")
        return None

    def items(self, key: str, read: Callable[[str, Any], T | None], *, most: int) -> tuple[T, ...]:
        """A list read item by item as `read(key, item)`, repeats left out."""
        raw = self.value(key)
        if raw is None:
            return ()
        if not isinstance(raw, list):
            self.fault(key, "wrong_type", f"is {kind_of(raw)}; give it a list.")
            return ()
        if len(raw) > most:
            self.fault(key, "too_long", f"has {len(raw)} entries; at most {most} fit.")
            return ()
        values = [read(f"{key}.{position}", item) for position, item in enumerate(raw)]
        return tuple(dict.fromkeys(value for value in values if value is not None))

    def object(self, key: str, subject: str) -> "Fields | None":
        raw = self.value(key)
        return None if raw is None else self.nested(key, raw, subject)

    def nested(self, key: str, raw: Any, subject: str) -> "Fields | None":
        if not isinstance(raw, Mapping):
            self.fault_at(key, "wrong_type", f"{subject} is {kind_of(raw)}; give it an object.")
            return None
        return Fields(raw, self.path_of(key), subject, self.findings)

    def finish(self) -> None:
        """Note the keys that were not read; list positions are left out, or a header could not hold the names."""
        prefix = "".join(f"{part}." for part in self.path.split(".") if part and not part.isdigit())
        names = [f"{prefix}{key}" for key in self.data if key not in self._known]
        self.findings.ignored.extend(name for name in names if name not in self.findings.ignored)


def whole_number(raw: Any) -> int | None:
    """The integer that `raw` means, None when it is none; booleans are no numbers."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int):
        return raw
    if isinstance(raw, float):
        return int(raw) if raw.is_integer() else None
    if isinstance(raw, str) and WHOLE_NUMBER.fullmatch(raw.strip()):
        return int(raw)
    return None


def decimal_number(raw: Any) -> Decimal | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal | str):
        return None
    if isinstance(raw, float) and not math.isfinite(raw):
        return None
    if isinstance(raw, str) and not DECIMAL_NUMBER.fullmatch(raw.strip()):
        return None
    try:
        number = Decimal(str(raw).strip())
    except (InvalidOperation, ValueError):
        return None
    return number if number.is_finite() else None


def storable(value: Any) -> bool:
    """Whether PostgreSQL can keep the texts in a JSON value: no NUL, no half of a surrogate pair."""
    try:
        return "\\u0000" not in json.dumps(value) and bool(json.dumps(value, ensure_ascii=False).encode())
    except (UnicodeEncodeError, ValueError):
        return False


def kind_of(raw: Any) -> str:
    """A value as an author would name it."""
    if isinstance(raw, str):
        return f"the text {shown(raw)}"
    if raw is None or isinstance(raw, bool | int | float):
        return shown(json.dumps(raw), quote="")
    return "a list" if isinstance(raw, list) else "an object"


def figure(number: Decimal) -> str:
    """A number for a message, without an exponent."""
    return shown(f"{number:f}", quote="")


def shown(text: str, quote: str = "'") -> str:
    """A value of the body for a message: short, and printable."""
    cut = text if len(text) <= 60 else text[:60] + "…"
    return f"{quote}{''.join(letter if letter.isprintable() else '?' for letter in cut)}{quote}"
