"""Who may do what with a message, and how it leaves (ticket.md 3.2, 3.4, 3.5)."""

import pytest

from assaydesk.domains.conversations import policy
from assaydesk.domains.conversations.attachments import Reference
from assaydesk.domains.conversations.policy import Delivery
from assaydesk.platform.security.actor import Actor, ActorKind
from assaydesk.platform.security.permissions import Permission

ANN = 7


def actor(*held: Permission, kind: ActorKind = ActorKind.PERSON) -> Actor:
    return Actor(ANN, kind, frozenset(held))


@pytest.mark.parametrize(
    ("channel", "to", "delivery"),
    [
        ("email", ["a@x.example"], Delivery.BY_MAIL),
        ("email", [], Delivery.NEEDS_RECIPIENT),
        ("walkIn", [], Delivery.NEEDS_RECIPIENT),
        ("letter", ["a@x.example"], Delivery.BY_MAIL),
        ("portal", [], Delivery.SENT),
        ("portal", ["a@x.example"], Delivery.BY_MAIL),
        ("chat", [], Delivery.SENT),
        ("phone", [], Delivery.CANNOT_SEND),
        ("phone", ["a@x.example"], Delivery.BY_MAIL),
        ("system", ["a@x.example"], Delivery.CANNOT_REPLY),
    ],
)
def test_given_a_channel_the_way_out_follows(channel: str, to: list[str], delivery: Delivery) -> None:
    assert policy.delivery_of(channel, to) is delivery


@pytest.mark.parametrize(
    ("held", "author", "missing"),
    [
        ([], ANN, Permission.SEND_WITHOUT_APPROVAL),
        ([Permission.SEND_WITHOUT_APPROVAL], ANN, None),
        ([Permission.APPROVE_DRAFTS], ANN, Permission.SEND_WITHOUT_APPROVAL),
        ([Permission.APPROVE_DRAFTS], 8, None),
        ([Permission.SEND_WITHOUT_APPROVAL], 8, Permission.APPROVE_DRAFTS),
        ([Permission.APPROVE_DRAFTS], None, None),
    ],
)
def test_given_a_draft_four_eyes_publish_it(
    held: list[Permission], author: int | None, missing: Permission | None
) -> None:
    assert policy.right_to_publish(actor(*held), author) is missing


def test_given_an_author_own_texts_are_free() -> None:
    edit_any = Permission.EDIT_ANY_CONVERSATION
    assert policy.right_to_edit(actor(), ANN) is None
    assert policy.right_to_edit(actor(), 8) is edit_any
    assert policy.right_to_edit(actor(), None) is edit_any
    assert policy.right_to_edit(actor(edit_any), 8) is None
    assert policy.right_to_delete(actor(), ANN, is_open=True) is None
    assert policy.right_to_delete(actor(), ANN, is_open=False) is edit_any
    assert policy.right_to_delete(actor(edit_any), 8, is_open=False) is None


def test_given_files_programs_attach_less_than_people() -> None:
    files = [Reference("a.zip", "u", None, "risky"), Reference("a.exe", "u", None, "dangerous")]
    assert policy.refused_attachment(actor(), files) is files[1]
    assert policy.refused_attachment(actor(kind=ActorKind.SERVICE_WORKER), files) is files[0]
    assert policy.refused_attachment(actor(), files[:1]) is None
