"""Names and risks of attached files (ticket.md 4.2)."""

from typing import Any

import pytest

from assaydesk.domains.conversations.attachments import clean_name, file_ending, read_references, risk_of
from assaydesk.platform.errors import FieldError


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("photo.JPG", "photo.JPG"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\tom\\Zähler stand.pdf", "Zähler stand.pdf"),
        ("a<b>\x00?.txt", "ab.txt"),
        ("...", "file"),
        ("x" * 300, "x" * 200),
    ],
)
def test_given_a_name_it_is_made_harmless(sent: str, kept: str) -> None:
    assert clean_name(sent) == kept


@pytest.mark.parametrize(
    ("name", "media", "risk"),
    [
        ("a.pdf", "application/pdf", "safe"),
        ("a.jpg", None, "safe"),
        ("a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "safe"),
        ("a.zip", "application/zip", "risky"),
        ("a.svg", "image/svg+xml", "risky"),
        ("a.html", "text/html", "risky"),
        ("a.jpg", "text/html", "risky"),
        ("a.exe", "image/png", "dangerous"),
        ("a.png", "application/x-msdownload", "dangerous"),
        ("a", None, "risky"),
    ],
)
def test_given_name_and_media_type_the_worse_counts(name: str, media: str | None, risk: str) -> None:
    assert risk_of(name, media) == risk


def test_given_an_ending_it_is_read() -> None:
    assert [file_ending(name) for name in ("a.JPG", "a", "a.", "a.tar.gz")] == ["jpg", None, None, "gz"]


@pytest.mark.parametrize(
    ("item", "faults"),
    [
        ({}, []),
        ({"name": "a.png", "url": "https://x.example/a.png", "base64": "aGk="}, []),
        ({"name": "a.png", "base64": "aGk="}, []),
        ({"name": "a.png", "base64": "data:image/png;base64,aGk="}, []),
        ({"name": "a.png", "base64": "a?", "url": "https://x.example/a.png"}, []),
        ({"id": "an-upload"}, []),
        ({"name": "a.png", "base64": "a?"}, [("attachments.0.base64", "bad_format")]),
        ({"name": "a.png"}, [("attachments.0.url", "required")]),
        ({"url": "ftp://x.example/a"}, [("attachments.0.url", "bad_format")]),
        ({"url": "javascript:alert(1)"}, [("attachments.0.url", "bad_format")]),
        ({"url": "https://"}, [("attachments.0.url", "bad_format")]),
        ({"url": "http://[x"}, [("attachments.0.url", "bad_format")]),
    ],
)
def test_given_an_item_its_faults_are_named(item: Any, faults: list[tuple[str, str]]) -> None:
    found: list[FieldError] = []
    read = read_references([item], found)
    assert [(fault.path, fault.code) for fault in found] == faults
    assert len(read) == (1 if item and not faults else 0)


def test_given_no_name_the_address_names_the_file() -> None:
    (file,) = read_references([{"url": "https://x.example/a/Z%C3%A4hler.jpg?x=1"}], [])
    assert (file.name, file.content_type, file.risk_class) == ("Zähler.jpg", "image/jpeg", "safe")
