"""A message as a mail, read again by somebody else's parser."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assaydesk.domains.channels.compose import File, Mail, compose
from assaydesk.domains.conversations.envelope import Party

LONG_ID = f"<{'a' * 120}@example.com>"


def mail(**values: Any) -> Mail:
    known = {
        "message_id": "<1.2.3@lumen.example>", "at": datetime(2024, 6, 12, 7, 0, tzinfo=UTC), "html": "<p>Text</p>",
        "sender": Party("Lumen", "service@lumen.example"), "to": [Party("", "tom@example.com")], "subject": "Hello",
    }  # fmt: skip
    return Mail(**known | values)


def read(built: bytes) -> EmailMessage:
    assert b"\n" not in built.replace(b"\r\n", b"")
    assert b"\r" not in built.replace(b"\r\n", b"")
    assert max(len(line) for line in built.split(b"\r\n")) <= 998
    return cast(EmailMessage, message_from_bytes(built, policy=policy.default))


def test_given_a_mail_every_part_is_there() -> None:
    files = [File("März.pdf", "application/pdf", b"%PDF\r\n.\r\n"), File("a.png", "image/png", b"png", "one@here")]
    cc, reply_to = [Party("Zoë", "zoe@bücher.example")], Party("", "answers@lumen.example")
    found = read(
        compose(
            mail(html='<p>ä</p><img src="cid:one@here">', files=files, cc=cc, reply_to=reply_to, in_reply_to=LONG_ID,
                 references=[LONG_ID] * 20, automatic=True)
        )
    )  # fmt: skip
    assert found.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in found.walk() if not part.is_multipart()] == [
        "text/plain", "text/html", "image/png", "application/pdf",
    ]  # fmt: skip
    assert [part.get_filename() for part in found.iter_attachments()] == ["März.pdf"]
    assert next(iter(found.iter_attachments())).get_content() == b"%PDF\r\n.\r\n"
    assert found["References"].split() == [LONG_ID] * 20
    assert found["In-Reply-To"].strip() == LONG_ID
    assert (found["Cc"], found["Reply-To"]) == ("Zoë <zoe@xn--bcher-kva.example>", "answers@lumen.example")
    assert (found["Auto-Submitted"], found["Date"]) == ("auto-generated", "Wed, 12 Jun 2024 07:00:00 +0000")


@pytest.mark.parametrize("media", ["message/rfc822", "multipart/mixed", "text/html\r\nBcc: a@b.example", "", "x", None])
def test_given_a_strange_media_type_the_file_is_still_a_file(media: str | None) -> None:
    found = read(compose(mail(files=[File("x\r\nBcc: a@b.example", media, b"content")])))
    (part,) = found.iter_attachments()
    assert (part.get_content_type(), part.get_payload(decode=True)) == ("application/octet-stream", b"content")
    assert found["Bcc"] is None


@given(st.text(max_size=300), st.text(max_size=120), st.text(max_size=2000))
def test_whatever_people_write_no_header_is_added(subject: str, name: str, text: str) -> None:
    found = read(compose(mail(subject=subject, sender=Party(name, "service@lumen.example"), html=text)))
    assert sorted(key.lower() for key in found) == sorted(
        ["content-type", "mime-version", "from", "to", "subject", "date", "message-id"]
    )
    assert found["From"].addresses[0].addr_spec == "service@lumen.example"
    assert [part.get_content_type() for part in found.iter_parts()] == ["text/plain", "text/html"]
