"""What a file is, whatever its name says."""

import pytest

from assaydesk.kit.file_types import clean_name, directory_place, real_type, risk_of
from tests.factories.files import EXE, HTML, PDF, SVG, compound, docx, packed, png

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("content", "name", "media", "risk"),
    [
        (PDF, "bill.pdf", "application/pdf", "safe"),
        (png(), "meter.png", "image/png", "safe"),
        (docx(), "letter.docx", WORD, "safe"),
        (docx(), "letter.pdf", WORD, "safe"),
        (packed("a.txt"), "bill.pdf", "application/zip", "risky"),
        (packed("_rels/.rels", "word/vbaProject.bin"), "a.docx", "application/vnd.ms-office.macroenabled", "risky"),
        (packed("META-INF/MANIFEST.MF"), "bill.pdf", "application/java-archive", "dangerous"),
        (packed("mimetype", "content.xml"), "a.odt", "application/zip", "risky"),
        (EXE, "holiday.jpg", "application/x-msdownload", "dangerous"),
        (b"\x7fELF\x02\x01\x01" + b"\0" * 57, "notes.txt", "application/x-executable", "dangerous"),
        (b"#!/bin/sh\nrm -rf /\n", "notes.txt", "text/x-shellscript", "dangerous"),
        (b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F", "bill.pdf", "application/x-ms-shortcut", "dangerous"),
        (compound("WordDocument"), "old.doc", "application/x-ole-storage", "risky"),
        (SVG, "logo.png", "image/svg+xml", "risky"),
        (b"\xef\xbb\xbf  " + SVG, "logo.png", "image/svg+xml", "risky"),
        (HTML, "bill.pdf", "text/html", "risky"),
        (b"Hello <script>alert(1)</script>" + b"<p>", "x.txt", "text/html", "risky"),
        ("Zähler;Stand\n1;2".encode("latin-1"), "stand.csv", "text/csv", "safe"),
        (b"MZ Immobilien GmbH\nGuten Tag", "brief.txt", "text/plain", "safe"),
        ("Zählerstand".encode("utf-16"), "stand.txt", "text/plain", "safe"),
        (b"Received: from a\nSubject: x\n\nHi", "mail.txt", "message/rfc822", "risky"),
        (b"BEGIN:VCARD\nEND:VCARD", "tom.vcf", "text/vcard", "safe"),
        (b"", "empty.txt", "text/plain", "safe"),
        (bytes(range(256)), "data.pdf", "application/octet-stream", "risky"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "a.jpg", "application/gzip", "risky"),
        (b"junk before %PDF-1.4\n", "a.pdf", "application/pdf", "safe"),
    ],
)  # fmt: skip
def test_given_a_file_its_content_tells_what_it_is(content: bytes, name: str, media: str, risk: str) -> None:
    assert real_type(content[:65536], name) == media
    assert risk_of(name, None, real_type(content[:65536], name)) == risk


@pytest.mark.parametrize(
    ("stream", "media"),
    [
        ("WordDocument", "application/msword"),
        ("Workbook", "application/vnd.ms-excel"),
        ("__properties_version1.0", "application/vnd.ms-outlook"),
    ],
)
def test_given_the_directory_of_an_old_office_file_its_kind_is_known(stream: str, media: str) -> None:
    content = compound(stream)
    place = directory_place(content)
    assert place is not None
    assert real_type(content[:65536], directory=content[place:]) == media


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a" * 300 + ".pdf", "a" * 196 + ".pdf"),
        ("bill\u202efdp.exe", "billfdp.exe"),
        ("a\r\nb.txt", "ab.txt"),
        ("/etc/", "etc"),
        ("evil.exe. ", "evil.exe"),
    ],
)
def test_given_a_name_it_keeps_its_ending_and_loses_tricks(sent: str, kept: str) -> None:
    assert clean_name(sent) == kept


@pytest.mark.parametrize(
    ("name", "declared", "real", "risk"),
    [
        ("a.pdf", "application/octet-stream", "application/pdf", "risky"),
        ("a.pdf", "application/pdf; name=a.pdf", "application/pdf", "safe"),
        ("a.xlsm", "application/vnd.ms-excel.sheet.macroEnabled.12", None, "risky"),
        ("a.txt", "application/javascript", "text/plain", "dangerous"),
        ("a.iso", None, None, "dangerous"),
    ],
)
def test_given_name_declaration_and_content_the_worst_counts(
    name: str, declared: str, real: str | None, risk: str
) -> None:
    assert risk_of(name, declared, real) == risk
