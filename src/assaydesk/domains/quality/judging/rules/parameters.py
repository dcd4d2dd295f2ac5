"""Parameters of rules: what an author may write, and the faults in it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

MAX_TEXTS: Final = 100
MAX_CHARACTERS: Final = 500

Fault = tuple[str, str, str]
"""Path below the rule, field code (conventions.md 4), message."""


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    shape: str
    """For people: what the value looks like."""
    required: bool
    faults: Callable[[str, Any], Iterable[Fault]]


def text(name: str, *, required: bool = True) -> Parameter:
    return Parameter(name, "string", required, _text_faults)


def texts(name: str, *, least: int = 1) -> Parameter:
    """A list of different texts."""

    def faults(path: str, value: Any) -> Iterator[Fault]:
        if not isinstance(value, Sequence) or isinstance(value, str):
            yield path, "wrong_type", f"{path} is a list of texts."
        elif len(value) < least:
            yield path, "too_short", f"{path} needs at least {least}."
        elif len(value) > MAX_TEXTS:
            yield path, "too_long", f"{path} has at most {MAX_TEXTS} texts."
        else:
            for position, item in enumerate(value):
                yield from _text_faults(f"{path}.{position}", item)
                if isinstance(item, str) and item in list(value[:position]):
                    yield f"{path}.{position}", "duplicate", f"“{item[:80]}” is already in the list."

    return Parameter(name, f"string[], {least} to {MAX_TEXTS}", True, faults)


def number(name: str, least: int, most: int, *, required: bool = False) -> Parameter:
    """A whole number within limits, both included."""

    def faults(path: str, value: Any) -> Iterator[Fault]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield path, "wrong_type", f"{path} is a whole number."
        elif not least <= value <= most:
            yield path, "out_of_range", f"{path} must be from {least} to {most}."

    return Parameter(name, f"integer, {least} to {most}", required, faults)


def choice(name: str, *values: str) -> Parameter:
    """One of some words; the first is meant when it is left out."""

    def faults(path: str, value: Any) -> Iterator[Fault]:
        if not isinstance(value, str):
            yield path, "wrong_type", f"{path} is a text."
        elif value not in values:
            yield path, "not_allowed", f"{path} is one of: {', '.join(values)}."

    return Parameter(name, " or ".join(f"`{value}`" for value in values), False, faults)


def flag(name: str) -> Parameter:
    """True or false; false when it is left out."""

    def faults(path: str, value: Any) -> Iterator[Fault]:
        if not isinstance(value, bool):
            yield path, "wrong_type", f"{path} is true or false."

    return Parameter(name, "boolean", False, faults)


def check_parameters(known: Sequence[Parameter], given: Mapping[str, Any]) -> list[Fault]:
    """Every fault: missing and unknown names, wrong values. An optional parameter may be null."""
    faults: list[Fault] = []
    for parameter in known:
        value = given.get(parameter.name)
        if value is not None:
            faults += parameter.faults(parameter.name, value)
        elif parameter.required:
            faults.append((parameter.name, "required", f"{parameter.name} is needed: {parameter.shape}."))
    names = {parameter.name for parameter in known}
    for name in given:
        if name not in names:
            usable = ", ".join(sorted(names)) or "none"
            faults.append((str(name), "unknown", f"This rule has no parameter “{str(name)[:80]}”; it has: {usable}."))
    return faults


def _text_faults(path: str, value: Any) -> Iterator[Fault]:
    if not isinstance(value, str):
        yield path, "wrong_type", f"{path} is a text."
    elif not value.strip():
        yield path, "too_short", f"{path} must not be blank."
    elif len(value) > MAX_CHARACTERS:
        yield path, "too_long", f"{path} has at most {MAX_CHARACTERS} characters."
