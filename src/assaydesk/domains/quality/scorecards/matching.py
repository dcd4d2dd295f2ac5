"""Does a scorecard's assignment fit a piece of work? (quality.md 2.4)"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from assaydesk.domains.quality.scorecards.types import Assignment

CHANNELS: Final = ("email", "portal", "phone", "letter", "system", "chat", "walkIn")
RESPONSE_CONTEXTS: Final = ("reply", "closeWithoutReply", "status", "automated")
DEFAULT_CONTEXTS: Final = ("reply",)


@dataclass(frozen=True, slots=True)
class WorkFacts:
    """What an assignment looks at.

    `worklog_id` is None for a draft that is not sent yet: nothing is sampled then. `teams` are those of the assessed
    user when the worklog was last touched, `tags` those of the ticket.
    """

    worklog_id: int | None
    tags: frozenset[int]
    teams: frozenset[int]
    channel: str
    context: str


def matches(
    assignment: Assignment, facts: WorkFacts, *, base_id: int, listed_tags: Collection[int] | None = None
) -> bool:
    """Whether all dimensions fit.

    `listed_tags`: the assignment's tags with all tags below them; needed, and read, only with `include_child_tags`.
    """
    tags = assignment.ticket_tags
    if assignment.include_child_tags and tags:
        if listed_tags is None:
            raise ValueError("the tags below the listed ones are needed to match child tags")
        tags = tuple(listed_tags)
    return (
        (not assignment.ticket_tags or not facts.tags.isdisjoint(tags))
        and (not assignment.teams or not facts.teams.isdisjoint(assignment.teams))
        and (not assignment.channels or channel_name(facts.channel) in assignment.channels)
        and facts.context in (assignment.response_context or DEFAULT_CONTEXTS)
        and (facts.worklog_id is None or in_sample(facts.worklog_id, base_id, assignment.sample_percent))
    )


def channel_name(channel: str) -> str:
    """`voice` is another word for `phone`."""
    return "phone" if channel == "voice" else channel


def response_context(action: str | None, action_list: Sequence[str]) -> str:
    """The one context of a worklog; the first that fits."""
    if action == "autoProcessAction":
        return "automated"
    if "reply" in action_list:
        return "reply"
    return "closeWithoutReply" if "closed" in action_list else "status"


def in_sample(worklog_id: int, base_id: int, percent: float) -> bool:
    """Whether a worklog falls into a share of `percent` (0 to 100): the same answer each time and on each machine."""
    digest = hashlib.sha256(f"{worklog_id}:{base_id}".encode()).digest()
    # As a float, 0.07 * 100 is a little more than 7 and would take in one number too many.
    return int.from_bytes(digest[:4], "big") % 10_000 < Decimal(str(percent)) * 100
