"""Words of profiles (people.md 1 and 3)."""

from dataclasses import dataclass
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
