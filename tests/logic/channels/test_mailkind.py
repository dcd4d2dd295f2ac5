"""Answers of programs, and deliveries that failed."""

import pytest

from assaydesk.domains.channels.mailkind import Kind, identity_of, kind_of
from assaydesk.domains.channels.mime import parse_mail

DSN = b"""From: Mail Delivery System <MAILER-DAEMON@mx.example>
Subject: Undelivered Mail Returned to Sender
Return-Path: <>
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="r"

--r
Content-Type: text/plain

I'm sorry to have to inform you.

--r
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; tom@example.com
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 user
 unknown

--r
Content-Type: message/rfc822

Message-ID: <out-1@desk.example>
Subject: Your question

Hello Tom
--r--
"""


def kind(*fields: str, body: bytes = b"Hi", sender: str = "tom@example.com") -> Kind:
    head = "\n".join([f"From: {sender}", *fields]).encode()
    return kind_of(parse_mail(head + b"\n\n" + body))


@pytest.mark.parametrize(
    ("fields", "is_auto", "changes_nothing"),
    [
        ((), False, False),
        (("Auto-Submitted: no",), False, False),
        (("Auto-Submitted: auto-replied; owner-email=x",), True, True),
        (("Auto-Submitted: AUTO-GENERATED",), True, True),
        (("Precedence: bulk",), True, True),
        (("Precedence: list",), True, False),
        (("Precedence: junk",), True, False),
        (("X-Autoreply: yes",), True, True),
        (("Return-Path: <>",), True, False),
        (("Return-Path: <tom@example.com>",), False, False),
        (("List-Id: <news.example>",), True, False),
        (("X-Auto-Response-Suppress: All",), True, False),
        (("Subject: Undelivered mail, what shall I do?",), False, False),
    ],
)
def test_automatic_mails(fields: tuple[str, ...], is_auto: bool, changes_nothing: bool) -> None:
    found = kind(*fields)
    assert (found.is_auto, found.changes_nothing, found.is_bounce) == (is_auto, changes_nothing, False)


def test_report_names_message_address_and_reason() -> None:
    found = kind_of(parse_mail(DSN))
    assert found == Kind(
        is_auto=True,
        changes_nothing=True,
        is_bounce=True,
        failed_ids=("<out-1@desk.example>",),
        failed_addresses=("tom@example.com",),
        reason="550 5.1.1 user unknown",
    )


def test_report_of_a_delay_is_no_bounce() -> None:
    found = kind_of(parse_mail(DSN.replace(b"Action: failed", b"Action: delayed")))
    assert (found.is_bounce, found.is_auto) == (False, True)


@pytest.mark.parametrize(
    ("sender", "subject", "is_bounce"),
    [
        ("MAILER-DAEMON@mx.example", "Delivery Status Notification (Failure)", True),
        ("Mail Delivery Subsystem <mailer-daemon@mx.example>", "failure notice", True),
        ("postmaster@mx.example", "Unzustellbar: Ihre Frage", True),
        ("postmaster@mx.example", "Mail delivery delayed: warning", False),
        ("postmaster@mx.example", "Our new mail server", False),
        ("tom@example.com", "Unzustellbar: mein Paket", False),
    ],
)
def test_failures_without_a_report(sender: str, subject: str, is_bounce: bool) -> None:
    body = b"This is a copy of your message:\n\nMessage-ID: <out-2@desk.example>\nSubject: x\n"
    found = kind(f"Subject: {subject}", body=body, sender=sender)
    assert found.is_bounce is is_bounce
    assert found.failed_ids == (("<out-2@desk.example>",) if is_bounce else ())


def identity(raw: bytes, message_id: str | None = "<a@x>", received: str = "1", whole: bool = True) -> str:
    return identity_of(parse_mail(raw), message_id=message_id, received=received, whole=whole)


MAIL = b"From: Tom <tom@example.com>\nDate: Wed, 12 Jun 2024 09:00:00 +0200\nSubject: Hi\n\nGr\xc3\xb6\xc3\x9fe\n"


def test_identity_is_the_same_on_every_way() -> None:
    coded = MAIL.replace(b"\n\n", b"\nContent-Transfer-Encoding: quoted-printable\n\n").replace(
        b"Gr\xc3\xb6\xc3\x9fe", b"Gr=C3=B6=C3=9Fe"
    )
    for other in (b"Received: from a by b\nDelivered-To: x@desk.example\n" + MAIL, MAIL.replace(b"\n", b"\r\n"), coded):
        assert identity(other) == identity(MAIL)


@pytest.mark.parametrize(
    "other",
    [
        MAIL.replace(b"Gr", b"gr"),
        MAIL.replace(b"Hi", b"Ho"),
        MAIL.replace(b"09:", b"10:"),
        MAIL.replace(b"tom@", b"t@"),
    ],
)
def test_identity_differs_for_other_mails_of_the_same_id(other: bytes) -> None:
    assert identity(other) != identity(MAIL)


def test_identity_without_message_id() -> None:
    undated = b"From: a@example.com\n\nAlarm"
    assert identity(MAIL, None, "1") == identity(MAIL, None, "2")
    assert identity(undated, None, "1") != identity(undated, None, "2")
    assert identity(MAIL + b"cut here", whole=False) == identity(MAIL, whole=False)
