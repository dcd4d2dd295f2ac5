"""Words of profiles (people.md 1 and 3)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ProfileType(StrEnum):
    USER = "user"
    OPERATOR = "enneo"
    SERVICE_WORKER = "serviceWorker"
    AI_AGENT = "aiAgent"


class ProfileState(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"
    DELETED = "deleted"


class Status(StrEnum):
    AVAILABLE = "available"
    BUSY = "busy"


class WorkStatus(StrEnum):
    TICKET_PROCESSING = "ticketProcessing"
    BREAK = "break"
    SUPPORT = "support"
    LONG_ABSENCE = "longAbsence"

    @property
    def status(self) -> Status:
        """The documented word, of which there are only two."""
        return Status.AVAILABLE if self is WorkStatus.TICKET_PROCESSING else Status.BUSY


def work_status_of(status: Status) -> WorkStatus:
    """What writing `status` alone means."""
    return WorkStatus.TICKET_PROCESSING if status is Status.AVAILABLE else WorkStatus.BREAK


class RoutingStatus(StrEnum):
    IDLE = "idle"
    INTERACTING = "interacting"
    BEING_CONNECTED = "beingConnected"
    NOT_RESPONDING = "notResponding"
    UNAVAILABLE = "unavailable"
    OFFLINE = "offline"
    AFTER_CALL_WORK = "acw"


PEOPLE = frozenset({ProfileType.USER, ProfileType.OPERATOR})
"""Types that may sign in with a password."""


class AbsenceReason(StrEnum):
    VACATION = "vacation"
    ILLNESS = "illness"
    TRAINING = "training"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Effective:
    """What counts for a person at this moment, teams and absences included (people.md 1.3, 3)."""

    profile_id: int
    type: str
    state: str
    work_status: WorkStatus
    team_ids: tuple[int, ...]
    tag_ids: frozenset[int]
    channels: frozenset[str]
    limit_backlog: bool
    required_tag_ids: frozenset[int]
    excluded_tag_ids: frozenset[int]
    tags_on_route: tuple[int, ...]
    call_routing_status: RoutingStatus
    chat_routing_status: RoutingStatus
    last_seen: datetime | None

    @property
    def takes_tickets(self) -> bool:
        return self.state == ProfileState.ACTIVE and self.work_status is WorkStatus.TICKET_PROCESSING

    @property
    def is_routed(self) -> bool:
        """Whether skills and channels limit what the person gets (ticket.md 6.1)."""
        return bool(self.tag_ids or self.channels)


@dataclass(frozen=True, slots=True)
class FirstAdmin:
    """The first administrator as it is shown once."""

    email: str
    password: str


@dataclass(frozen=True, slots=True)
class NewProfile:
    """What a profile is made from. `settings` holds the JSON keys of people.md 1.2 with their own values."""

    first_name: str
    last_name: str = ""
    email: str | None = None
    type: ProfileType = ProfileType.USER
    role_id: int | None = None
    team_ids: tuple[int, ...] = ()
    password_hash: str | None = None
    lang: str | None = None
    timezone: str | None = None
    phone: str | None = None
    name_alias: str | None = None
    external_id: str | None = None
    is_sso_only: bool = False
    state: ProfileState = ProfileState.ACTIVE
    work_status: WorkStatus = WorkStatus.TICKET_PROCESSING
    name_reports: str | None = None
    image: bytes | None = None
    raw_data: dict[str, object] | None = None
    settings: dict[str, object] | None = None
    allowed_ips: tuple[str, ...] = ()
