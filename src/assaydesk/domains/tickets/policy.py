"""Who may set what on a ticket he or she may change (ticket.md 2.6, 8.3, 11; tags.md 3)."""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from assaydesk.domains.tickets.types import MANUAL_SPAM
from assaydesk.platform.security.actor import Actor, ActorKind
from assaydesk.platform.security.permissions import Permission

VIEWERS: Final = (Permission.READ_TICKET, Permission.UPDATE_TICKET, Permission.REPLY_TO_TICKET)
"""Who may change a ticket or answer it may also see it (conventions.md 3)."""

CONFIRMED: Final = 30
MATCHED: Final = 20
RECOGNISED: Final = range(10, 20)
NOBODY: Final = 0


def is_machine(actor: Actor) -> bool:
    """Whether values come from a program; only people set values by hand."""
    return actor.kind is not ActorKind.PERSON


def may_see(actor: Actor) -> bool:
    """Who may see tickets at all sees every ticket that he or she can name."""
    return actor.has(*VIEWERS)


def with_sight(actor: Actor) -> Actor:
    """The actor while a right of another kind makes it look at tickets: who creates one is shown what was made."""
    return replace(actor, permissions=actor.permissions | {Permission.READ_TICKET})


def right_to_assign(actor: Actor, added: Collection[int]) -> Permission | None:
    """The missing right, when others than the caller are assigned."""
    if actor.has(Permission.ASSIGN_TICKETS) or all(user_id == actor.id for user_id in added):
        return None
    return Permission.ASSIGN_TICKETS


def right_to_tag(actor: Actor, adds_private: bool) -> Permission | None:
    """Private tags are set by rules, the AI, and those who manage tags."""
    if not adds_private or actor.has(Permission.MANAGE_TAGS):
        return None
    return None if actor.kind in (ActorKind.AI_AGENT, ActorKind.SYSTEM) else Permission.MANAGE_TAGS


def may_set_spam(actor: Actor, before: str | None, after: str | None) -> bool:
    """People set only manual values; a machine never overwrites one."""
    if is_machine(actor):
        return before not in MANUAL_SPAM or after in MANUAL_SPAM
    return after is None or after in MANUAL_SPAM


def may_set_level(actor: Actor, level: int) -> bool:
    """By hand only 0 and 30."""
    if level in (NOBODY, CONFIRMED):
        return True
    return is_machine(actor) and (level == MATCHED or level in RECOGNISED)
