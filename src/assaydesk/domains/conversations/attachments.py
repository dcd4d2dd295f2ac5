"""Attachments by reference: names, kinds, risk (ticket.md 4)."""

from collections.abc import Mapping, Sequence
from mimetypes import guess_type
from re import compile as regex
from typing import Any, Final, Literal, NamedTuple
from urllib.parse import unquote, urlsplit

from assaydesk.platform.errors import FieldError

RiskClass = Literal["safe", "risky", "dangerous"]
LONGEST_NAME: Final = 200
_FORBIDDEN: Final = regex(r"[^\w .\-]")
_WORDS: Final = regex(r"\w+")
_DANGEROUS: Final = frozenset(
    _WORDS.findall(
        "exe msi com scr bat cmd pif cpl jar js jse vbs vbe wsf wsh ps1 psm1 hta lnk reg dll sys apk app deb rpm dmg "
        "so bin elf sh"
    )
)
_SAFE: Final = frozenset(
    _WORDS.findall(
        "pdf doc docx odt rtf txt md csv xls xlsx ods ppt pptx odp jpg jpeg png gif webp bmp tif tiff heic mp3 m4a ogg "
        "oga wav flac mp4 m4v mov webm ics vcf"
    )
)


class Reference(NamedTuple):
    """A file that lies elsewhere. Sizes in bytes and pixels. What nobody said is None, the address too."""

    name: str
    url: str | None
    content_type: str | None
    risk_class: RiskClass
    size: int | None = None
    width: int | None = None
    height: int | None = None
    inline: bool = False


def clean_name(name: str) -> str:
    """A file name without path and control characters: letters, digits, blank, `.`, `-`, `_`."""
    base = name.replace("\\", "/").rpartition("/")[2]
    return _FORBIDDEN.sub("", base).strip(" .")[:LONGEST_NAME] or "file"


def file_ending(name: str) -> str | None:
    """`jpg` of `photo.JPG`."""
    _, dot, ending = name.rpartition(".")
    return ending.lower() if dot and 0 < len(ending) <= 10 else None


def risk_of(name: str, content_type: str | None) -> RiskClass:
    """By ending and media type, the worse of both; what is unknown is risky."""
    ending = file_ending(name) or ""
    media = content_type or ""
    if ending in _DANGEROUS or any(word in media for word in ("x-msdownload", "x-executable", "x-dosexec", "x-sh")):
        return "dangerous"
    harmless = media == "" or (
        media.startswith(
            ("image/", "audio/", "video/", "text/plain", "text/csv", "application/pdf", "application/vnd.")
        )
        and media != "image/svg+xml"
    )
    return "safe" if ending in _SAFE and harmless else "risky"


def read_references(items: Sequence[Mapping[str, Any]], faults: list[FieldError]) -> list[Reference]:
    """The attachments of a body. Empty objects are passed over; contents in the body are refused."""
    found = []
    for index, item in enumerate(items):
        if not item:
            continue
        url, path = item.get("url"), f"attachments.{index}"
        if not isinstance(url, str) or not url:
            message = "Give the address of the file as url." if not item.get("base64") else (
                "Contents in the body are not taken; store the file elsewhere and give its address as url."
            )  # fmt: skip
            name = "base64" if item.get("base64") else "url"
            faults.append(FieldError(f"{path}.{name}", "not_allowed" if name == "base64" else "required", message))
        elif not _is_web_address(url):
            faults.append(FieldError(f"{path}.url", "bad_format", "Send an http or https address."))
        else:
            found.append(_reference(item, url))
    return found


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and len(url) <= 4000 and " " not in url


def _reference(item: Mapping[str, Any], url: str) -> Reference:
    named = item.get("name")
    name = clean_name(named if isinstance(named, str) and named.strip() else unquote(urlsplit(url).path))
    sent = item.get("contentType")
    content_type = sent[:200] if isinstance(sent, str) and sent else guess_type(name)[0]
    return Reference(
        name=name,
        url=url,
        content_type=content_type,
        risk_class=risk_of(name, content_type),
        size=_count(item.get("size")),
        width=_count(item.get("width")),
        height=_count(item.get("height")),
        inline=item.get("inline") is True,
    )


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else None
