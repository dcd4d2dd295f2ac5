"""Attachments as bodies name them: an upload, contents, or an address (ticket.md 2.3, 4)."""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from mimetypes import guess_type
from typing import Any, Final, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from assaydesk.kit.file_types import RiskClass, clean_name, file_ending, real_type, risk_of
from assaydesk.platform.errors import FieldError

__all__ = [
    "MOST_BYTES", "STORAGE", "Reference", "RiskClass", "clean_name", "file_ending", "read_references", "removal_note",
    "risk_of", "storage_path",
]  # fmt: skip

MOST_BYTES: Final = 50 * 1024 * 1024
"""All files of one message together (conventions.md 9)."""

STORAGE: Final = "/api/mind/storage/attachments"

_REMOVED: Final = {
    "en": "The file {name} was removed because files of this kind can do harm ({kind}).\n",
    "de": "Die Datei {name} wurde entfernt, weil Dateien dieser Art Schaden anrichten können ({kind}).\n",
}


class Reference(NamedTuple):
    """A file of a message to be. Sizes in bytes and pixels; what nobody said is None.

    `content`: its bytes; `upload_id`: an attachment that waits for this message; `file_id`: a stored file that is
    attached once more. Without any of them the file lies at `url`, and is fetched when `fetch` says so.
    """

    name: str
    url: str | None
    content_type: str | None
    risk_class: RiskClass
    size: int | None = None
    width: int | None = None
    height: int | None = None
    inline: bool = False
    content: bytes | None = None
    upload_id: str | None = None
    file_id: str | None = None
    content_id: str | None = None
    fetch: bool = False


def read_references(items: Sequence[Mapping[str, Any]], faults: list[FieldError]) -> list[Reference]:
    """The attachments of a body. Empty objects are passed over."""
    found: list[Reference] = []
    for index, item in enumerate(items):
        if not item:
            continue
        url, path, upload = item.get("url"), f"attachments.{index}", _text(item.get("id"))
        is_address = isinstance(url, str) and _is_web_address(url)
        content = _decoded(item.get("base64"))
        if content is not None:
            found.append(_by_content(item, url if is_address else None, content))
        elif is_address:
            # Whoever sends an id of their own beside the address means the address; ours is known. The same goes for
            # a base64 that is none.
            found.append(_by_address(item, str(url))._replace(upload_id=upload))
        elif upload is not None:
            found.append(_marked(Reference("", None, None, "safe", upload_id=upload), item))
        elif item.get("base64") is not None:
            faults.append(FieldError(f"{path}.base64", "bad_format", "This is no base64."))
        elif url:
            faults.append(FieldError(f"{path}.url", "bad_format", "Send an http or https address."))
        else:
            faults.append(FieldError(f"{path}.url", "required", "Send the id of an upload, base64, or a url."))
    return found


def removal_note(name: str, kind: str, language: str | None = None) -> tuple[str, bytes]:
    """Name and text of the file that stands for one that was removed (ticket.md 4.2)."""
    words = _REMOVED["de" if (language or "").lower().startswith("de") else "en"]
    clean = clean_name(name)
    return clean_name(f"{clean}.removed.txt"), words.format(name=clean, kind=kind).encode()


def storage_path(attachment_id: str, name: str) -> str:
    """Where a stored attachment is downloaded."""
    return f"{STORAGE}/{attachment_id}/{quote(name)}"


def _by_content(item: Mapping[str, Any], url: str | None, content: bytes) -> Reference:
    name = clean_name(_text(item.get("name")) or (unquote(urlsplit(url).path) if url else ""))
    declared = _text(item.get("contentType"))
    risk = risk_of(name, declared, real_type(content[:262144], name))
    return _marked(Reference(name, url, declared, risk, size=len(content), content=content), item)


def _decoded(sent: object) -> bytes | None:
    if not isinstance(sent, str):
        return None
    text = sent.partition(",")[2] if sent.startswith("data:") else sent
    try:
        return b64decode("".join(text.split()), validate=True)
    except (NotBase64, ValueError):
        return None


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and len(url) <= 4000 and " " not in url


def _by_address(item: Mapping[str, Any], url: str) -> Reference:
    name = clean_name(_text(item.get("name")) or unquote(urlsplit(url).path))
    content_type = _text(item.get("contentType")) or guess_type(name)[0]
    file = Reference(
        name=name,
        url=url,
        content_type=content_type,
        risk_class=risk_of(name, content_type),
        size=_count(item.get("size")),
        width=_count(item.get("width")),
        height=_count(item.get("height")),
        fetch=True,
    )
    return _marked(file, item)


def _marked(file: Reference, item: Mapping[str, Any]) -> Reference:
    content_id = _text(item.get("contentId"))
    return file._replace(
        inline=item.get("inline") is True, content_id=content_id.strip("<>") if content_id is not None else None
    )


def _text(value: object) -> str | None:
    """A text of at most 1,000 characters that is not blank."""
    return value[:1000] if isinstance(value, str) and value.strip() else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else None
