"""Refusals of messages (ticket.md 13)."""

from collections.abc import Sequence

from assaydesk.platform.errors import BadGateway, Conflict, NotFound, Unprocessable


class ConversationNotFound(NotFound):
    def __init__(self, conversation_id: int) -> None:
        super().__init__(f"Message {conversation_id} does not exist.", conversationId=conversation_id)


class AttachmentNotFound(NotFound):
    def __init__(self, attachment_id: str) -> None:
        super().__init__("There is no such file.", attachmentId=attachment_id)


class RemoteImageFailed(BadGateway):
    """502: the picture cannot be fetched, or is none. `details.reason`."""

    def __init__(self, reason: str) -> None:
        super().__init__("The picture could not be fetched.", reason=reason)


class ConversationNotEditable(Conflict):
    """409: only internal notes and drafts can be changed."""

    default_message = "Only internal notes and drafts can be changed."


class DraftAlreadyPublished(Conflict):
    """409: the draft was sent before."""

    default_message = "This draft was sent already."


class NotResendable(Conflict):
    """409: only what failed, came back or is uncertain is sent again. `details.deliveryStatus`."""

    default_message = "Only a message that failed, came back or is uncertain can be sent again."


class ChannelCannotReply(Conflict):
    """409: nobody reads answers to system tickets."""

    default_message = "Tickets of the channel system cannot be answered. Write an internal note."


class ChannelCannotSend(Conflict):
    """409: an answer to a call needs an address."""

    default_message = "A call is answered by e-mail: name a recipient."


class RecipientRequired(Unprocessable):
    """422: no recipient was named, and none is known."""

    default_message = "Name a recipient: nobody is known to whom the answer could go."


class AttachmentRefused(Unprocessable):
    """422: a file of this kind may not be attached. `details.riskClass`."""

    def __init__(self, name: str, risk_class: str) -> None:
        super().__init__(f"{name} may not be attached: {risk_class}.", name=name, riskClass=risk_class)


class DifferentCustomers(Conflict):
    """409: the tickets belong to different customers. `force` merges them all the same."""

    def __init__(self, customer_ids: Sequence[str]) -> None:
        super().__init__(
            "The tickets belong to different customers. Send force true to merge them all the same.",
            customerIds=list(customer_ids),
        )
