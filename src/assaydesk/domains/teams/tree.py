"""The tree of teams."""

from collections.abc import Mapping


def makes_cycle(parents: Mapping[int, int | None], team_id: int, parent_id: int) -> bool:
    """True when `parent_id` is the team itself or stands below it. `parents`: parent of each team."""
    seen: set[int] = set()
    current: int | None = parent_id
    while current is not None and current not in seen:
        if current == team_id:
            return True
        seen.add(current)
        current = parents.get(current)
    return False
