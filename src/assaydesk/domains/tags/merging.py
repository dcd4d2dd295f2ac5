"""What two tags know about when they apply, joined (tags.md 2)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

MOST_EXAMPLES: Final = 50
_TEXTS: Final = ("examples", "negativeExamples")


def joined_details(target: Mapping[str, Any], source: Mapping[str, Any]) -> dict[str, Any]:
    """The target's own settings with the examples of both, its own first; the source's settings end with it."""
    joined = dict(target)
    for name in (*_TEXTS, "exampleTicketIds"):
        both = _joined(target.get(name), source.get(name))
        if both:
            joined[name] = both[:MOST_EXAMPLES] if name in _TEXTS else both
    return joined


def joined_test_case(target: Mapping[str, Any], source: Mapping[str, Any]) -> dict[str, Any]:
    """The test tickets of both. The last result is of neither, so it is left out."""
    joined = {name: value for name, value in target.items() if name != "lastResult"}
    for name in ("ticketIds", "negativeTicketIds"):
        both = _joined(target.get(name), source.get(name))
        if both:
            joined[name] = both
    if "negativeTicketIds" in joined:
        joined["negativeTicketIds"] = [
            one for one in joined["negativeTicketIds"] if one not in joined.get("ticketIds", ())
        ]
    return joined


def _joined(first: Iterable[Any] | None, second: Iterable[Any] | None) -> list[Any]:
    return list(dict.fromkeys([*(first or ()), *(second or ())]))
