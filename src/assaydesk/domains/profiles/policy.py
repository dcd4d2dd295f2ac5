"""Who may change which part of a profile (people.md 2.7)."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SKILLS: Final = frozenset({"settings.skills.tagIds", "settings.skills.channels"})
"""What a holder of `updateUserProfileSkills` may change."""

GUARDED: Final = frozenset({"settings.roleId", "password", "email", "state", "isSsoOnly", "type"})
"""What lets somebody act as the person: only for those who hold every right of that person already."""

_NOT_ONES_OWN: Final = frozenset({"settings.roleId", "state", "type", "password"})


class Refusal(StrEnum):
    NEEDS_UPDATE = "updateSpecificProfile"
    NEEDS_OPERATOR = "enneoAdmin"
    OWN_ACCOUNT = "ownAccount"
    EXCEEDS_OWN_RIGHTS = "exceedsOwnRights"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A change of one profile as it would be. `before`, `after`: effective permissions of the person."""

    own: bool
    operator: bool
    """True when the profile is, or would become, of type `enneo`."""
    changed: frozenset[str]
    before: frozenset[str]
    after: frozenset[str]


def judge(held: Collection[str], attempt: Attempt) -> Refusal | None:
    """None when a caller who holds the permissions `held` may do it.

    Nobody rises through somebody else's account, and nobody changes what they may do themselves.
    """
    rights = frozenset(held)
    if attempt.changed - SKILLS and "updateSpecificProfile" not in rights:
        return Refusal.NEEDS_UPDATE
    if attempt.operator and attempt.changed and "enneoAdmin" not in rights:
        return Refusal.NEEDS_OPERATOR
    other_rights = attempt.before != attempt.after
    if attempt.own:
        return Refusal.OWN_ACCOUNT if other_rights or attempt.changed & _NOT_ONES_OWN else None
    if (other_rights or attempt.changed & GUARDED) and not attempt.before | attempt.after <= rights:
        return Refusal.EXCEEDS_OWN_RIGHTS
    return None
