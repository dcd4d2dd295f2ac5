"""What tags tell others, and who else uses a tag."""

from dataclasses import dataclass, field
from typing import Final

from assaydesk.platform.events import Slot


@dataclass(frozen=True, slots=True)
class TagDeleted:
    """A tag was deleted; whoever refers to it takes `replaced_by` in its place, when there is one."""

    tag_id: int
    replaced_by: int | None


@dataclass(frozen=True, slots=True)
class TagMerged:
    """A tag goes over into another one: whoever carries it carries `into` instead; `TagDeleted` follows.

    `moved`: each listener adds how many rows it changed.
    """

    tag_id: int
    into: int
    moved: list[int] = field(default_factory=list)


TAG_USES: Final[dict[str, Slot[int, list[int]]]] = {
    name: Slot(f"tag.uses.{name}") for name in ("ticket", "customer", "profile", "team", "scorecard", "template")
}
"""Tag id -> ids of the rows that carry or name it; one slot a kind, filled by the domain that owns the kind.

Tickets and customers keep a deleted tag; the others must be given another one first (tags.md 3).
"""
