"""The caller of an operation."""

from dataclasses import dataclass, field
from enum import StrEnum

from assaydesk.platform.security.permissions import Permission


class ActorKind(StrEnum):
    """Who acts. Only people make time segments (worklog.md 2.1)."""

    PERSON = "person"
    SERVICE_WORKER = "serviceWorker"
    AI_AGENT = "aiAgent"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in caller, read fresh for every request, so that a change of role acts at once.

    `team_ids` are the effective teams (people.md 1.3). `id` 0 is the system itself.
    """

    id: int
    kind: ActorKind
    permissions: frozenset[Permission] = frozenset()
    team_ids: frozenset[int] = frozenset()
    lang: str = "en"
    name: str = ""
    tracking: bool = True
    """False while the working status switches time tracking off (worklog.md 2.1)."""
    session_id: int | None = field(default=None, compare=False)

    def has(self, *names: Permission) -> bool:
        """True when the caller holds any of the permissions."""
        return any(name in self.permissions for name in names)

    @property
    def user_id(self) -> int | None:
        """Id for histories: null for the system."""
        return self.id or None


SYSTEM = Actor(0, ActorKind.SYSTEM, frozenset(Permission), name="Assaydesk")
