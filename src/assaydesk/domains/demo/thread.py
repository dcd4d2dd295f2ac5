"""One conversation in the making: turns on a clock that stops at the present."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from assaydesk.domains.demo.dialogue import Script
from assaydesk.domains.demo.types import AiAgent, Customer, Person, Work, WorkOfReply
from assaydesk.domains.imports.formats.types import (
    Action,
    Csat,
    Message,
    ParsedConversation,
    Role,
    Segment,
    Turn,
)

_STATUS_OF = {"closed": "closed", "pending": "pending"}


@dataclass(slots=True)
class Thread:
    """`horizon`: nothing happens after it. What would is left out together with all that follows (`cut`)."""

    horizon: datetime
    at: datetime
    turns: list[Turn] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    works: list[WorkOfReply] = field(default_factory=list)
    writers: dict[str, Person | AiAgent] = field(default_factory=dict)
    status: str = "open"
    csat: Csat | None = None
    cut: bool = False

    def incoming(self, text: str, at: datetime, role: Role = Role.CUSTOMER) -> None:
        """A message from outside, or one that a system wrote."""
        self._put(at, [Message(role, text, at=at)], at)
        if not self.cut:
            self.status = "open"

    def visit(
        self, person: Person | AiAgent, start: datetime, script: Script, *, work: Work | None = None, linger: float = 0
    ) -> datetime:
        """Play a script from `start` on; answers its end. `linger`: seconds that the person stays afterwards.

        `work` belongs to the last message of the person. `linger` 0: the source states no presence.
        """
        at, timed = start, []
        for seconds, turn in script:
            at += timedelta(seconds=round(seconds, 3))
            timed.append(replace(turn, at=at))
        end = at + timedelta(seconds=linger)
        self._put(start, timed, end)
        if self.cut:
            return end
        self.writers[person.key] = person
        if linger:
            self.segments.append(Segment(person.key, start, end))
        replies = [turn.at for turn in timed if isinstance(turn, Message) and turn.author == person.key]
        if work is not None and replies[-1] is not None:
            self.works.append(WorkOfReply(person.key, replies[-1], work))
        for turn in timed:
            if isinstance(turn, Action) and turn.action in _STATUS_OF:
                self.status = _STATUS_OF[turn.action]
        return end

    def look(self, person: Person, start: datetime, end: datetime) -> None:
        """The person opens the ticket and only reads."""
        if not self.cut and end <= self.horizon:
            self.writers[person.key] = person
            self.segments.append(Segment(person.key, start, end))

    def _put(self, start: datetime, turns: list[Turn], end: datetime) -> None:
        if self.cut or end > self.horizon:
            self.cut = True
            return
        assert start >= self.at, "a conversation only goes on"
        self.turns += turns
        self.at = end


@dataclass(frozen=True, slots=True)
class PlannedConversation:
    """A finished thread as an import reads it. `works`: what is known about the quality of each reply."""

    parsed: ParsedConversation
    topic: str
    customer: Customer
    works: tuple[WorkOfReply, ...]
