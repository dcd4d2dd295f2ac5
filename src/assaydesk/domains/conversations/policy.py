"""Who may edit, publish and delete which message, and how a message leaves (ticket.md 3.2, 3.4, 3.5, 4.2)."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

from assaydesk.domains.conversations.attachments import Reference
from assaydesk.platform.security.actor import Actor, ActorKind
from assaydesk.platform.security.permissions import Permission


class Delivery(StrEnum):
    """How a message to the customer leaves, or why it cannot."""

    SENT = "sent"
    BY_MAIL = "queued"
    NEEDS_RECIPIENT = "needsRecipient"
    CANNOT_SEND = "cannotSend"
    CANNOT_REPLY = "cannotReply"


_BY_MAIL: Final = frozenset({"email", "walkIn", "letter"})


def delivery_of(channel: str, to: Sequence[str]) -> Delivery:
    """Chats, and portals without an address, count as sent once stored: the outside system takes them from here."""
    if channel == "system":
        return Delivery.CANNOT_REPLY
    if channel == "chat":
        return Delivery.SENT
    if to:
        return Delivery.BY_MAIL
    if channel == "portal":
        return Delivery.SENT
    return Delivery.CANNOT_SEND if channel == "phone" else Delivery.NEEDS_RECIPIENT


def proposes_recipients(channel: str) -> bool:
    """Whether an answer without recipients goes to the recommended ones. A caller's address must be named."""
    return channel in _BY_MAIL or channel == "portal"


def becomes_draft(actor: Actor) -> bool:
    """Whether what the actor writes to a customer waits for somebody's approval."""
    return not actor.has(Permission.SEND_WITHOUT_APPROVAL)


def right_to_edit(actor: Actor, author_id: int | None) -> Permission | None:
    """The missing right; authors need none."""
    if author_id is not None and author_id == actor.id:
        return None
    return None if actor.has(Permission.EDIT_ANY_CONVERSATION) else Permission.EDIT_ANY_CONVERSATION


def right_to_publish(actor: Actor, author_id: int | None) -> Permission | None:
    """The missing right. Approving is for the drafts of others, so that four eyes see each one."""
    own = author_id is not None and author_id == actor.id
    needed = Permission.SEND_WITHOUT_APPROVAL if own else Permission.APPROVE_DRAFTS
    return None if actor.has(needed) else needed


def right_to_delete(actor: Actor, author_id: int | None, *, is_open: bool) -> Permission | None:
    """The missing right. `is_open`: a note, a draft, or a message that waits to be sent."""
    if is_open and author_id is not None and author_id == actor.id:
        return None
    return None if actor.has(Permission.EDIT_ANY_CONVERSATION) else Permission.EDIT_ANY_CONVERSATION


def refused_attachment(actor: Actor, files: Iterable[Reference]) -> Reference | None:
    """The first file that this author may not attach: programs nothing risky, people nothing dangerous."""
    refused = ("dangerous",) if actor.kind is ActorKind.PERSON else ("dangerous", "risky")
    return next((file for file in files if file.risk_class in refused), None)
