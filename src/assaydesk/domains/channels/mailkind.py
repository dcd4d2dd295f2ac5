"""What kind of mail it is: written by a person, sent by a program, or a delivery that failed (settings.md 4.2)."""

from hashlib import sha256
from re import IGNORECASE
from re import compile as regex
from typing import Final, NamedTuple

from assaydesk.domains.channels.headers import Header, field_pairs, read_addresses, read_header, read_ids
from assaydesk.domains.channels.mime import Mail

_BULK: Final = frozenset({"bulk", "junk", "list", "auto_reply"})
_DAEMON: Final = regex(r"^(?:mailer-daemon|postmaster|mail-daemon|mailerdaemon|double-bounce)[^@]*@", IGNORECASE)
_FAILURE: Final = regex(
    r"undeliver|undelivered|delivery (?:status notification|has failed|failure|failed)|returned mail|failure notice|"
    r"mail delivery (?:failed|subsystem|system)|unzustellbar|zustellung fehlgeschlagen|nicht zugestellt|"
    r"could not be delivered|konnte nicht zugestellt",
    IGNORECASE,
)
_DELAY: Final = regex(r"\bdelay(?:ed)?\b|verzögert|verspätet", IGNORECASE)
_RECIPIENT: Final = ("final-recipient", "original-recipient")
_ANY_ID: Final = regex(r"(?im)^[ \t>]{0,8}message-id:[ \t]*(<[^<>\s]{1,900}>)")


class Kind(NamedTuple):
    """`is_auto`: sent by a program; nobody gets an automatic answer to it.

    `changes_nothing`: an automatic answer, kept as a private message (ticket.md 5.2). `is_bounce`: a delivery failed;
    `failed_ids` are the Message-IDs that the report names, `failed_addresses` whom it did not reach, `reason` why.
    """

    is_auto: bool = False
    changes_nothing: bool = False
    is_bounce: bool = False
    failed_ids: tuple[str, ...] = ()
    failed_addresses: tuple[str, ...] = ()
    reason: str = ""


def kind_of(mail: Mail) -> Kind:
    """From header fields, the parts of a report, and how mail servers word their failures."""
    header = mail.header
    auto = (header.raw("auto-submitted") or "no").partition(";")[0].strip().lower()
    precedence = (header.raw("precedence") or "").strip().lower()
    empty_path = any(value.strip() == "<>" for value in header.raws("return-path"))
    answers = auto not in ("no", "") or precedence in ("bulk", "auto_reply") or header.raw("x-autoreply") is not None
    answers = answers or header.raw("x-autorespond") is not None or header.raw("x-auto-response-for") is not None
    bounce = _bounce(mail, empty_path=empty_path)
    is_auto = answers or precedence in _BULK or empty_path or bounce is not None
    is_auto = is_auto or header.raw("list-id") is not None or header.raw("x-auto-response-suppress") is not None
    if bounce is not None:
        return bounce._replace(is_auto=True, changes_nothing=True)
    return Kind(is_auto=is_auto, changes_nothing=answers)


def _bounce(mail: Mail, *, empty_path: bool) -> Kind | None:
    status = mail.reports.get("message/delivery-status")
    senders = read_addresses(mail.header.raws("from"))
    daemon = bool(senders) and bool(_DAEMON.match(senders[0].email))
    subject = mail.header.text("subject") or ""
    if status is not None:
        fields = field_pairs(status)
        actions = {value.lower() for name, value in fields if name == "action"}
        if actions and "failed" not in actions:
            # Delays, relays and successes are news, not failures.
            return None
        addresses = [value.rpartition(";")[2].strip() for name, value in fields if name in _RECIPIENT]
        return Kind(
            is_bounce=True,
            failed_ids=_named(mail),
            failed_addresses=tuple(dict.fromkeys(addresses)),
            reason=_reason(fields),
        )
    failed = mail.header.raw("x-failed-recipients")
    if (failed is None and not ((daemon or empty_path) and _FAILURE.search(subject))) or _DELAY.search(subject):
        return None
    addresses = [one.email for one in read_addresses([failed]) if one.email] if failed else []
    return Kind(is_bounce=True, failed_ids=_named(mail), failed_addresses=tuple(addresses), reason=subject[:1000])


def _reason(fields: list[tuple[str, str]]) -> str:
    """What the other server said, else the code of the state."""
    codes = [value.partition(";")[2].strip() or value for name, value in fields if name == "diagnostic-code"]
    codes += [value for name, value in fields if name == "status"]
    return codes[0][:1000] if codes else ""


def _named(mail: Mail) -> tuple[str, ...]:
    """Message-IDs of the mail that failed: from the copy of it, from a quoted header, from the references."""
    ids: list[str] = []
    for media in ("message/rfc822", "text/rfc822-headers"):
        copy = mail.reports.get(media)
        if copy is not None:
            ids += read_ids(read_header(copy.encode("utf-8", "replace")).raw("message-id"))
    status = mail.reports.get("message/delivery-status")
    if status is not None:
        ids += [one for name, value in field_pairs(status) if "message-id" in name for one in read_ids(value)]
    ids += _ANY_ID.findall(mail.plain[:200_000])
    ids += read_ids(mail.header.raw("in-reply-to")) + read_ids(mail.header.raw("references"))
    return tuple(dict.fromkeys(ids))[:50]


def identity_of(mail: Mail, *, message_id: str | None, received: str, whole: bool) -> str:
    """SHA-256 over Message-ID, sender, date, subject and body parts: the same mail in every mailbox.

    What servers add on the way (Received, Delivered-To) does not count. A mail with neither Message-ID nor date is told
    from its twins by `received`, so that the second alarm of a machine is not lost. Of a mail that was not fetched
    whole the body does not count: where it ends depends on the way.
    """
    digest = sha256()
    senders = [one.email.lower() for one in read_addresses(mail.header.raws("from"))]
    date = (mail.header.raw("date") or "").strip()
    told_by = [message_id or "", *senders, date, mail.header.text("subject") or ""]
    if message_id is None and not date:
        told_by.append(received)
    parts = [content.replace(b"\r\n", b"\n").strip() for content in mail.parts] if whole else [b"cut"]
    for piece in (*(word.encode("utf-8", "replace") for word in told_by), *parts):
        digest.update(len(piece).to_bytes(8, "big"))
        digest.update(piece)
    return digest.hexdigest()


def header_facts(header: Header) -> dict[str, str]:
    """The fields that people look at when they ask where a mail came from."""
    names = ("date", "message-id", "in-reply-to", "return-path", "list-id", "auto-submitted", "precedence", "x-mailer")
    return {name: value for name in names if (value := header.text(name)) is not None and len(value) <= 1000}
