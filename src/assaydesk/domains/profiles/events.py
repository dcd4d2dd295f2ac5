"""What happens to people."""

from dataclasses import dataclass

from assaydesk.platform.events import Slot


@dataclass(frozen=True, slots=True)
class ProfileCreated:
    profile_id: int
    actor_id: int | None


@dataclass(frozen=True, slots=True)
class ProfileUpdated:
    """`fields`: dotted wire names of what changed."""

    profile_id: int
    actor_id: int | None
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProfileDisabled:
    """The person may not sign in any more; every credential ends for good."""

    profile_id: int


@dataclass(frozen=True, slots=True)
class ProfileDeleted:
    """Published together with `ProfileDisabled`. Open work is given back by those who know it."""

    profile_id: int
    actor_id: int | None


@dataclass(frozen=True, slots=True)
class ProfileRestored:
    profile_id: int
    actor_id: int | None


@dataclass(frozen=True, slots=True)
class PasswordReplaced:
    """Somebody else set the password, or a link did: all sessions end."""

    profile_id: int


UNREAD_NOTIFICATIONS: Slot[int, int] = Slot("profile.unreadNotifications")
"""User id -> number of unread notifications. Filled by notifications."""


@dataclass(frozen=True, slots=True)
class AbsenceBegan:
    """A longer absence has begun, and somebody takes over the open work."""

    profile_id: int
    substitute_id: int
