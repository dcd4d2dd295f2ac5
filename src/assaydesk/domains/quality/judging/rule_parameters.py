"""Parameters of rules: what an author may write, and the faults in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

MAX_TEXTS: Final = 100
MAX_CHARACTERS: Final = 500

Fault = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    required: bool = False
    json_schema: ClassVar[dict[str, Any]] = {}

    def faults(self, value: Any) -> Iterator[Fault]:
        """What is wrong with a given value."""
        yield from ()


@dataclass(frozen=True, slots=True)
class Text(Parameter):
    required: bool = True

    def faults(self, value: Any) -> Iterator[Fault]:
        yield from _text_faults(self.name, value)


@dataclass(frozen=True, slots=True)
class Texts(Parameter):
    """A list of different texts."""

    required: bool = True
    least: int = 1

    def faults(self, value: Any) -> Iterator[Fault]:
        if not isinstance(value, Sequence) or isinstance(value, str):
            yield self.name, "wrong_type", f"{self.name} is a list of texts."
            return
        if len(value) < self.least:
            yield self.name, "too_short", f"{self.name} needs at least {self.least} text(s)."
        if len(value) > MAX_TEXTS:
            yield self.name, "too_long", f"{self.name} has at most {MAX_TEXTS} texts."
            return
        for position, text in enumerate(value):
            yield from _text_faults(f"{self.name}.{position}", text)
            if isinstance(text, str) and text in list(value[:position]):
                yield f"{self.name}.{position}", "duplicate", f"“{text[:80]}” is already in the list."


@dataclass(frozen=True, slots=True)
class Number(Parameter):
    """A whole number within limits, both included."""

    least: int = 0
    most: int = 0
    required: bool = False

    def __init__(self, name: str, least: int, most: int, *, required: bool = False) -> None:
        for field, value in (("name", name), ("least", least), ("most", most), ("required", required)):
            object.__setattr__(self, field, value)

    def faults(self, value: Any) -> Iterator[Fault]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield self.name, "wrong_type", f"{self.name} is a whole number."
        elif not self.least <= value <= self.most:
            yield self.name, "out_of_range", f"{self.name} must be from {self.least} to {self.most}."
