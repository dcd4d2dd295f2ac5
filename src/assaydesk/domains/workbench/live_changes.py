"""What a stream is asked for, and what the database tells of changes (platform.md 12). Pure."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from assaydesk.domains.quality.assessments.policy import ANY_VIEW
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission

CHANNEL: Final = "assaydesk_live"
MOST_IDS: Final = 100
"""More at once are told as `resync`."""

KINDS: Final = ("created", "changed", "conversation", "closed")
RIGHTS: Final[dict[str, tuple[Permission, ...]]] = {
    "tickets": (Permission.READ_TICKET,),
    "notifications": (),
    "quality": ANY_VIEW,
    "exports": (),
    "queue": (Permission.READ_QUEUE,),
    "jobs": (Permission.READ_CRON,),
}
"""Topics and any of the rights that each needs; those with none are the caller's own."""

DEFAULT: Final = ("tickets", "notifications")
MOST_TICKETS: Final = 50
_TICKET: Final = "ticket:"


class UnknownTopic(ValueError):
    """A word that is no topic."""


@dataclass(frozen=True, slots=True)
class Topics:
    """`names` as in `RIGHTS`; `tickets`: ids of those that are watched one by one."""

    names: frozenset[str]
    tickets: frozenset[int] = frozenset()


def read_topics(words: Iterable[str]) -> Topics:
    """Raises `UnknownTopic`."""
    names, tickets = set(), set()
    for word in words:
        number = word.removeprefix(_TICKET)
        if word in RIGHTS:
            names.add(word)
        elif word.startswith(_TICKET) and number.isascii() and number.isdigit() and 1 <= len(number) <= 15:
            tickets.add(int(number))
        else:
            raise UnknownTopic(word)
    return Topics(frozenset(names), frozenset(tickets))


def missing_right(topics: Topics, actor: Actor) -> tuple[Permission, ...]:
    """The rights of which the caller lacks every one for some topic; empty when nothing is lacking."""
    wanted = {*topics.names, *(["tickets"] if topics.tickets else [])}
    for name, rights in RIGHTS.items():
        if name in wanted and rights and not actor.has(*rights):
            return rights
    return ()


def usual_topics(actor: Actor) -> Topics:
    """What a caller gets who asks for nothing: of the default what he or she may have."""
    return Topics(frozenset(name for name in DEFAULT if not RIGHTS[name] or actor.has(*RIGHTS[name])))


@dataclass(frozen=True, slots=True)
class Notice:
    """One statement changed something. `ids` None: more rows than are named."""

    topic: str
    kind: str = ""
    ids: tuple[int, ...] | None = None


def read_notice(payload: str) -> Notice | None:
    """From the text that the triggers send; None for anything else, which anybody may notify by hand."""
    try:
        told: dict[str, Any] = json.loads(payload)
        ids = told.get("ids")
        return Notice(str(told["topic"]), str(told.get("kind", "")), None if ids is None else tuple(map(int, ids)))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


@dataclass(slots=True)
class Changes:
    """What happened in a while, each thing once. `many`: topics in which there is more than is named."""

    tickets: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    ids: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    many: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, notices: Iterable[Notice]) -> "Changes":
        found = cls()
        for notice in notices:
            if notice.ids is None:
                found.many.add(notice.topic)
            elif notice.topic == "tickets":
                for one in notice.ids:
                    found.tickets[one].add(notice.kind)
            else:
                found.ids[notice.topic].update(notice.ids)
        return found

    def touches_rights_of(self, user_id: int) -> bool:
        return "rights" in self.many or user_id in self.ids["rights"]

    def too_many_for(self, topics: Topics) -> bool:
        """Whether something that concerns these topics is not named one by one."""
        return not self.many.isdisjoint(topics.names) or ("tickets" in self.many and bool(topics.tickets))


def event_text(name: str, data: str, event_id: str) -> str:
    """One event as it is sent."""
    return f"id: {event_id}\nevent: {name}\ndata: {data}\n\n"
