"""What an explanation of an order says, in words and without anything that could be run (ticket.md 6.6)."""

from collections.abc import Collection, Sequence
from typing import Final, Protocol

_ORDERS: Final = {
    1: "due date",
    2: "priority, due date",
    3: "priority, newest customer message first",
    4: "priority, oldest customer message first",
}


class Limits(Protocol):
    """What narrows the tickets of a person."""

    @property
    def is_routed(self) -> bool: ...
    @property
    def channels(self) -> Collection[str]: ...
    @property
    def skill_tag_ids(self) -> Collection[int]: ...
    @property
    def limits_backlog(self) -> bool: ...
    @property
    def required(self) -> Collection[int]: ...
    @property
    def excluded(self) -> Collection[int]: ...


class Rules(Protocol):
    """The settings that an order depends on."""

    @property
    def routing_mode(self) -> int: ...
    @property
    def routing_tag_matching(self) -> str: ...
    @property
    def backlog_restriction_enabled(self) -> bool: ...


def describe_query(limits: Limits, rules: Rules) -> str:
    """Filter and order of a person's tickets."""
    parts = ["open, no spam, assigned to the user or to nobody, no colleague is working on it, not waiting for the AI"]
    if limits.is_routed and limits.channels:
        parts.append(f"channel one of {', '.join(sorted(limits.channels))}")
    if limits.is_routed:
        wanted = "all skill tags" if rules.routing_tag_matching == "all" else "at least one skill tag"
        parts.append(f"the user holds {wanted} of the ticket, if it has any (held: {_ids(limits.skill_tag_ids)})")
    if rules.backlog_restriction_enabled and limits.limits_backlog:
        parts.append(f"a tag of {_ids(limits.required)}")
    if rules.backlog_restriction_enabled and limits.excluded:
        parts.append(f"no tag of {_ids(limits.excluded)}")
    order = _ORDERS[rules.routing_mode]
    return f"Tickets: {'; '.join(parts)}. Order: assigned to the user first, {order}, creation, id."


def explain_tags(needed: Sequence[tuple[int, str]], held: Collection[int], *, is_routed: bool, matching: str) -> str:
    """Why the skill tags of a ticket (id, name) fit a person or do not."""
    if not is_routed:
        return "Routing is not active for this user: skill tags do not count."
    if not needed:
        return "The ticket has no skill tags: it fits everybody."
    has = [name for tag, name in needed if tag in held]
    lacks = [name for tag, name in needed if tag not in held]
    fits = not lacks if matching == "all" else bool(has)
    verdict = "Fits" if fits else "Does not fit"
    rule = "all skill tags must be held" if matching == "all" else "one skill tag must be held"
    return f"{verdict}: {rule}. Held: {', '.join(has) or 'none'}. Missing: {', '.join(lacks) or 'none'}."


def _ids(ids: Collection[int]) -> str:
    return ", ".join(map(str, sorted(ids))) or "none"
