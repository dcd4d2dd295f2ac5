"""Mails of every form: what they say, and that reading them ends."""

from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assaydesk.domains.channels.headers import (
    Address,
    decode_base64,
    decode_text,
    decode_words,
    read_addresses,
    read_date,
    read_header,
    read_ids,
    read_parameters,
)
from assaydesk.domains.channels.mailkind import identity_of, kind_of
from assaydesk.domains.channels.mime import Limits, Mail, parse_mail
from tests.patience import worked_through

ANN = Address(None, "ann@example.com")


def simple(body: bytes, *fields: str) -> bytes:
    return "\r\n".join(["From: Tom <tom@example.com>", "Subject: Hi", *fields]).encode() + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    ("fields", "body", "text"),
    [
        ((), b"Hello\r\nyou", "Hello\nyou"),
        (("Content-Type: text/plain; charset=utf-8",), "Zähler".encode(), "Zähler"),
        (("Content-Type: text/plain; charset=iso-8859-1",), "Zähler „neu“ 5 €".encode("cp1252"), "Zähler „neu“ 5 €"),
        (("Content-Type: text/plain; charset=iso-8859-15",), "5 €".encode("iso-8859-15"), "5 €"),
        (("Content-Type: text/plain; charset=us-ascii",), "Größe".encode(), "Größe"),
        (("Content-Type: text/plain; charset=utf-8",), "Größe".encode("latin-1"), "Größe"),
        (("Content-Type: text/plain; charset=utf-8",), "ä\xff".encode() + b"\xe4", "äÿ\ufffd"),
        (("Content-Type: text/plain; charset=no-such-thing",), "Größe".encode("cp1252"), "Größe"),
        (("Content-Type: text/plain; charset=punycode",), "Größe".encode(), "Größe"),
        (("Content-Type: text/plain; charset=base64",), b"QQ==", "QQ=="),
        (("Content-Type: text/plain; charset=utf-7",), b"+2AA-x", "?x"),
        (("Content-Type: text/plain; charset=utf-16",), "Größe".encode("utf-16"), "Größe"),
        (("Content-Type: text/plain; charset=gb2312",), "燃气".encode("gb18030"), "燃气"),
        (
            ("Content-Type: text/plain", "Content-Transfer-Encoding: quoted-printable"),
            b"Gr=F6=DFe=\r\n gut =XX",
            "Größe gut =XX",
        ),
        (("Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64"), b"R3LD\r\n*tsOfZQ", "Größe"),
        (("Content-Type: text/plain", "Content-Transfer-Encoding: base64"), b"%%%", ""),
        (("Content-Transfer-Encoding: x-uuencode",), b"begin 644 a\r\n%2&5L;&\\\r\n`\r\nend", "Hello"),
        (("Content-Transfer-Encoding: unheard-of",), b"as it is", "as it is"),
        (("Content-Type: text; charset=utf-8",), b"half a type", "half a type"),
        (("Content-Type: nonsense with spaces",), b"a file then", ""),
        (("Content-Type: multipart/mixed",), b"no boundary", "no boundary"),
        (('Content-Type: multipart/mixed; boundary="never"',), b"used", "used"),
        ((), b"nul\x00 inside", "nul inside"),
    ],
)
def test_texts(fields: tuple[str, ...], body: bytes, text: str) -> None:
    assert parse_mail(simple(body, *fields)).plain == text


@pytest.mark.parametrize(
    ("coded", "text"),
    [
        ("=?utf-8?Q?Z=C3=A4hler?=", "Zähler"),
        ("=?utf-8?B?WsOkaGxlcg==?= =?utf-8?q?_neu?=", "Zähler neu"),
        ("=?iso-8859-1?Q?Gr=F6=DFe?=\t=?iso-8859-1?Q?_XL?= rest", "Größe XL rest"),
        ("=?utf-8?Q?with spaces inside?=", "with spaces inside"),
        ("=?unknown-8bit?Q?Gr=F6=DFe?=", "Größe"),
        ("=?utf-8*de?Q?Hallo?=", "Hallo"),
        ("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        ("=?utf-8?Q?not closed", "=?utf-8?Q?not closed"),
        ("=?utf-8?Q?Bcc:=0D=0A boss@example.com?=", "Bcc: boss@example.com"),
        ("=?utf-7?Q?+2AA-?=", "?"),
    ],
)
def test_encoded_words(coded: str, text: str) -> None:
    assert decode_words(coded) == text


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("tom@example.com", [Address(None, "tom@example.com")]),
        ("Tom Muster <tom@example.com>", [Address("Tom Muster", "tom@example.com")]),
        ('"Muster, Tom" <tom@example.com>, ann@example.com', [Address("Muster, Tom", "tom@example.com"), ANN]),
        ("tom@example.com (Tom (the one))", [Address("Tom (the one)", "tom@example.com")]),
        ("Team: a@example.com, b@example.com;", [Address(None, "a@example.com"), Address(None, "b@example.com")]),
        ("undisclosed-recipients:;", [Address("undisclosed-recipients:", "")]),
        ("=?utf-8?Q?J=C3=BCrgen?= <j@example.com>", [Address("Jürgen", "j@example.com")]),
        ("<tom@example.com>, TOM@example.com", [Address(None, "tom@example.com")]),
        ("Tom <not an address>", [Address("Tom", "")]),
        ('"open quote <tom@example.com>, ann@example.com', [Address("open quote", "tom@example.com"), ANN]),
        ("Tom <tom@example.com", [Address("Tom", "tom@example.com")]),
        ("", []),
    ],
)  # fmt: skip
def test_addresses(field: str, found: list[Address]) -> None:
    assert read_addresses([field]) == found


def test_parameters_continued_and_encoded() -> None:
    media, parameters = read_parameters(
        "Application/PDF; name*0*=iso-8859-1'de'Z%E4hler; name*1=stand.pdf; x*=utf-8''%e2%82%ac; y=\"a;b\"; broken; =z"
    )
    assert media == "application/pdf"
    assert parameters == {"name": "Zählerstand.pdf", "x": "€", "y": "a;b"}


def test_ids_and_dates() -> None:
    assert read_ids("<a@x>\t< b@x >junk <c d@x>") == ["<a@x>", "<b@x>"]
    assert read_ids("bare@example.com") == ["<bare@example.com>"]
    assert read_ids("no id at all") == []
    assert str(read_date("Wed, 12 Jun 2024 09:00:00 +0200 (CEST)")) == "2024-06-12 07:00:00+00:00"
    for nonsense in ("yesterday", "Wed, 12 Jun 99999 09:00:00 +9999", "", "1" * 5000, None):
        assert read_date(nonsense) is None


def test_header_with_junk_lines_nul_and_folding() -> None:
    header = read_header(
        b"Subject: one\r\n two\r\n\tthree\r\nno field here\r\nX-A\x00: bad\r\nFrom: a@b.example\x00\rBcc: c\n"
    )
    assert header.text("SUBJECT") == "one two three"
    assert header.text("from") == "a@b.example Bcc: c"
    assert header.raw("bcc") is None


def rich() -> bytes:
    mail = EmailMessage()
    mail["From"] = "Jürgen Groß <j@example.com>"
    mail["Subject"] = "Zählerstand für März"
    mail.set_content("Siehe Bild.")
    mail.add_alternative('<p>Siehe <img src="cid:pic@x"></p>', subtype="html")
    mail.get_payload()[1].add_related(b"\x89PNG....", "image", "png", cid="<pic@x>", filename="zähler.png")  # type: ignore[union-attr]
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="Rechnung.pdf")
    mail.add_attachment(b"%PDF-1.8", maintype="application", subtype="pdf", filename="Rechnung.pdf")
    inner = EmailMessage()
    inner["Subject"] = "Weitergeleitet"
    inner.set_content("Text")
    mail.add_attachment(inner)
    return mail.as_bytes()


def test_alternative_related_files_and_forwarded_mail() -> None:
    mail = parse_mail(rich())
    assert mail.header.text("subject") == "Zählerstand für März"
    assert mail.plain == "Siehe Bild."
    assert mail.html is not None
    assert 'src="cid:pic@x"' in mail.html
    assert [(file.name, file.content_type, file.inline, file.content_id) for file in mail.files] == [
        ("zähler.png", "image/png", True, "pic@x"),
        ("Rechnung.pdf", "application/pdf", False, None),
        ("Rechnung.pdf", "application/pdf", False, None),
        ("Weitergeleitet.eml", "message/rfc822", False, None),
    ]
    assert [file.content for file in mail.files[1:3]] == [b"%PDF-1.7", b"%PDF-1.8"]


def test_texts_between_pictures_are_joined() -> None:
    mail = MIMEMultipart("mixed")
    for text in ("<html><body>one</body></html>", "two < three"):
        mail.attach(MIMEText(text, "html" if "<html>" in text else "plain"))
    parsed = parse_mail(mail.as_bytes())
    assert parsed.html == "<html><body>one<br>\ntwo &lt; three"
    assert parsed.plain == "one\n\ntwo < three"


def test_unterminated_inner_boundary_ends_with_the_outer_one() -> None:
    raw = simple(
        b"--out\r\nContent-Type: multipart/alternative; boundary=outer\r\n\r\n--outer\r\n\r\ninner text\r\n"
        b"--out\r\nContent-Type: text/csv; name=a.csv\r\n\r\n1;2\r\n--out--\r\nepilogue",
        "Content-Type: multipart/mixed; boundary=out",
    )
    mail = parse_mail(raw)
    assert mail.plain == "inner text"
    assert [(file.name, file.content) for file in mail.files] == [("a.csv", b"1;2")]


def test_winmail_and_calendar_are_files() -> None:
    raw = simple(
        b"--b\n\nHi\n--b\nContent-Type: application/ms-tnef; name=winmail.dat\n\n\x78\x9f\x3e\x22\n"
        b"--b\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n--b--",
        "Content-Type: multipart/mixed; boundary=b",
    )
    mail = parse_mail(raw)
    assert (mail.plain, [file.name for file in mail.files]) == ("Hi", ["winmail.dat", "part-2.ics"])


def test_ten_thousand_parts_stop_at_the_limit() -> None:
    raw = simple(b"--b\n\nx\n" * 10_000 + b"--b--", "Content-Type: multipart/mixed; boundary=b")
    mail = parse_mail(raw, Limits(parts=200))
    assert mail.left_packed
    assert mail.plain.count("x") == 199


def nested(depth: int) -> bytes:
    head = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth))
    return b"From: tom@example.com\n" + head + b"\ndeep\n" + b"".join(b"--b%d--\n" % n for n in reversed(range(depth)))


def test_nesting_is_unpacked_to_the_limit() -> None:
    assert parse_mail(nested(15)).plain == "deep"
    mail = parse_mail(nested(100))
    assert mail.left_packed
    assert mail.plain == ""
    assert [file.name for file in mail.files] == ["part-1.bin"]


def test_text_over_the_maximum_is_shortened() -> None:
    mail = parse_mail(simple(b"a" * 1_500_000))
    assert (len(mail.plain), mail.shortened) == (1_000_000, True)


@pytest.mark.parametrize(
    "raw",
    [
        simple(b"--b\r\n" * 2_000_000, "Content-Type: multipart/mixed; boundary=b"),
        simple(b"--b" * 3_000_000, "Content-Type: multipart/mixed; boundary=b"),
        simple(b"\r\n--b" + b" " * 8_000_000, "Content-Type: multipart/mixed; boundary=b"),
        b"X: y\r\n" * 1_500_000 + b"\r\nHi",
        b"Subject: " + b"=?utf-8?Q?" * 800_000,
        b"Subject: " + b"?= \t" * 2_000_000,
        b"From: " + b"((((<,\"" * 1_000_000 + b"\r\n\r\nHi",
        b"Content-Type: text/plain; " + b"a*1*=" * 1_500_000 + b"\r\n\r\nHi",
        simple(b"=" * 8_000_000, "Content-Transfer-Encoding: quoted-printable"),
        simple(b"<" * 8_000_000, "Content-Type: text/html"),
        nested(60) * 500,
    ],
    ids=["parts", "glued", "blanks", "fields", "words", "gaps", "brackets", "parameters", "equals", "tags", "nests"],
)  # fmt: skip
def test_bombs_of_eight_megabytes_take_seconds_at_most(raw: bytes) -> None:
    with worked_through():
        mail = parse_mail(raw)
        kind_of(mail)
        identity_of(mail, message_id=None, received="", whole=True)


def assert_storable(mail: Mail) -> None:
    texts = [mail.plain, mail.html or "", *(file.name for file in mail.files)]
    texts += [mail.header.text(name) or "" for name in ("from", "subject", "to", "x")]
    texts += [text for one in read_addresses(mail.header.raws("from")) for text in one if text]
    for text in texts:
        assert "\x00" not in text
        text.encode()


PIECES = st.sampled_from(
    [
        b"From: ", b"Subject: ", b"To: ", b"Date: ", b"Message-ID: ", b"References: ", b"Auto-Submitted: ", b"\r\n",
        b"\n", b"\r", b" ", b"\t", b"\x00", b"--b", b"--", b"\r\n\r\n", b"boundary=b", b'boundary="b', b"charset=utf-8",
        b"charset=utf-7", b"charset=\x00", b"=?utf-8?Q?", b"?=", b"=?b64?B?", b"Content-Type: multipart/mixed; ", b"=",
        b"Content-Type: multipart/alternative; ", b"Content-Type: text/html; ", b"Content-Type: message/rfc822\n\n",
        b"Content-Type: message/delivery-status\n\n", b"Content-Transfer-Encoding: base64\n", b"<", b">", b"(", b'"',
        b"Content-Transfer-Encoding: quoted-printable\n", b"Content-Transfer-Encoding: x-uuencode\n", b"begin 644 x\n",
        b"Content-Disposition: attachment; filename*0*=", b"''%ff%00", b"+2AA-", b"tom@example.com", b",", b";", b":",
    ]
)  # fmt: skip


@given(st.lists(st.one_of(PIECES, st.binary(max_size=30)), max_size=60).map(b"".join))
@settings(max_examples=400, deadline=None)
def test_whatever_comes_reading_ends_with_text_that_can_be_stored(raw: bytes) -> None:
    mail = parse_mail(raw, Limits(parts=20, depth=5))
    assert_storable(mail)
    kind = kind_of(mail)
    assert not any("\x00" in text for text in (*kind.failed_ids, *kind.failed_addresses, kind.reason))
    assert len(identity_of(mail, message_id=None, received="", whole=True)) == 64
    read_date(mail.header.raw("date"))
    read_ids(mail.header.raw("references"))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=200))
@settings(max_examples=100, deadline=None)
def test_what_a_sound_mail_says_is_read_back(text: str) -> None:
    mail = EmailMessage()
    mail.set_content(text + "\n", cte="base64", charset="utf-8")
    assert parse_mail(mail.as_bytes()).plain.strip("\n") == text.strip("\n")


@given(st.binary(max_size=300), st.text(max_size=20))
@settings(max_examples=200, deadline=None)
def test_decoding_never_refuses(raw: bytes, charset: str) -> None:
    decode_text(raw, charset).encode()
    decode_base64(raw)
