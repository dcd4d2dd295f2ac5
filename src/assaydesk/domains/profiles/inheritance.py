"""Effective values: what a person has by own setting and by team (people.md 1.3)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Values:
    """The values that can come from a team. Own ones, a team's, or the effective ones."""

    role_id: int | None = None
    tag_ids: tuple[int, ...] = ()
    channels: tuple[str, ...] = ()
    limit_backlog: bool = False
    required_tag_ids: tuple[int, ...] = ()
    tags_on_route: tuple[int, ...] = ()
    tags_on_edit: tuple[int, ...] = ()


def values_from(settings: Mapping[str, Any], role_id: int | None = None) -> Values:
    """Read stored settings; null and missing mean "not set"."""
    skills = settings.get("skills") or {}
    return Values(
        role_id=role_id if role_id is not None else settings.get("roleId"),
        tag_ids=tuple(skills.get("tagIds") or ()),
        channels=tuple(skills.get("channels") or ()),
        limit_backlog=bool(settings.get("limitTicketBacklogAccess")),
        required_tag_ids=tuple(settings.get("ticketBacklogRequiredTagIds") or ()),
        tags_on_route=tuple(settings.get("tagsOnRoute") or ()),
        tags_on_edit=tuple(settings.get("tagsOnEdit") or ()),
    )


def effective(own: Values, teams: Sequence[Values], *, inherit: bool, role_sizes: Mapping[int, int]) -> Values:
    """Own values alone, or the union with those of the active `teams`: joining a team never takes a skill away.

    `role_sizes`: number of permissions of each existing role.
    """
    if not inherit:
        return own
    everywhere = (own, *teams)
    return Values(
        role_id=effective_role(own.role_id, (team.role_id for team in teams), inherit=True, role_sizes=role_sizes),
        tag_ids=_union(values.tag_ids for values in everywhere),
        channels=_union(values.channels for values in everywhere),
        limit_backlog=any(values.limit_backlog for values in everywhere),
        required_tag_ids=_union(values.required_tag_ids for values in everywhere),
        tags_on_route=_union(values.tags_on_route for values in everywhere),
        tags_on_edit=_union(values.tags_on_edit for values in everywhere),
    )


def effective_role(
    own: int | None, of_teams: Iterable[int | None], *, inherit: bool, role_sizes: Mapping[int, int]
) -> int | None:
    """The own role, else the team role with the most permissions; of equal ones the oldest.

    The query of sign-in (`auth/repository.py`) says the same in SQL.
    """
    if own is not None or not inherit:
        return own
    existing = {role for role in of_teams if role is not None and role in role_sizes}
    return min(existing, key=lambda role: (-role_sizes[role], role), default=None)


def _union(parts: Iterable[tuple[Any, ...]]) -> tuple[Any, ...]:
    return tuple(sorted({value for part in parts for value in part}))
