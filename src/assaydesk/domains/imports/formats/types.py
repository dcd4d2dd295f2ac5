"""What a source file says, independent of its format and of the database (worklog.md 2.8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from assaydesk.domains.imports.formats.findings import Position

UTC_ZONE: Final = ZoneInfo("UTC")


class SourceFormat(StrEnum):
    JSONL = "jsonl"
    TAU_BENCH = "tau-bench"
    ABCD = "abcd"


class Role(StrEnum):
    """Who speaks in a message. `note` is internal, by a person; `system` is internal, by nobody."""

    CUSTOMER = "customer"
    AGENT = "agent"
    AI_AGENT = "aiAgent"
    NOTE = "note"
    SYSTEM = "system"


class ParticipantType(StrEnum):
    USER = "user"
    AI_AGENT = "aiAgent"


@dataclass(frozen=True, slots=True)
class ParseOptions:
    """`source`: name put before the ids of the file; `zone`: of times without one; `not_after`: the present."""

    not_after: datetime
    file_name: str = ""
    source: str | None = None
    zone: ZoneInfo = UTC_ZONE


@dataclass(frozen=True, slots=True)
class Participant:
    """A person or AI agent; `external_id` is the same in every conversation and file of the source."""

    key: str
    name: str
    external_id: str
    type: ParticipantType = ParticipantType.USER
    email: str | None = None
    team: str | None = None

    @property
    def is_person(self) -> bool:
        return self.type is ParticipantType.USER


@dataclass(frozen=True, slots=True)
class Customer:
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    customer_id: str | None = None
    contract_id: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """`author`: key of a participant, None for customer and system. `html` is the body when the source has one."""

    role: Role
    text: str
    author: str | None = None
    at: datetime | None = None
    html: str | None = None
    external_id: str | None = None
    attachments: tuple[Attachment, ...] = ()
    ai_usage: int = 0


@dataclass(frozen=True, slots=True)
class ToolCall:
    """`together`: made in one step with the turn before it, so that both have the same time."""

    name: str
    arguments: Any
    result: Any
    author: str
    at: datetime | None = None
    together: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """`action`: a value of worklog.md 3. `due_by` belongs to `pending`."""

    action: str
    author: str
    at: datetime | None = None
    due_by: datetime | None = None


Turn: TypeAlias = Message | ToolCall | Action


@dataclass(frozen=True, slots=True)
class Segment:
    """Presence that the source itself states."""

    author: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Csat:
    scale: int
    stars: int
    text: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class ParsedConversation:
    """One conversation; `turns` in their order, never empty. `fingerprint` changes when the source's item does."""

    position: Position
    source: str
    id: str
    channel: str
    turns: tuple[Turn, ...]
    participants: tuple[Participant, ...]
    fingerprint: str
    subject: str | None = None
    language: str | None = None
    started_at: datetime | None = None
    customer: Customer | None = None
    tags: tuple[tuple[str, ...], ...] = ()
    status: str | None = None
    segments: tuple[Segment, ...] = ()
    csat: Csat | None = None
    raw: Mapping[str, Any] | None = None

    @property
    def external_id(self) -> str:
        """Key of the conversation in the instance: source, colon, id there."""
        return f"{self.source}:{self.id}"
