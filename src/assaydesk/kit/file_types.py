"""What a file is by its first bytes, and how much risk lies in it (ticket.md 4.2)."""

from re import compile as regex
from typing import Final, Literal

import filetype

RiskClass = Literal["safe", "risky", "dangerous"]
UNKNOWN: Final = "application/octet-stream"
LONGEST_NAME: Final = 200

_ORDER: Final[tuple[RiskClass, ...]] = ("safe", "risky", "dangerous")
_FORBIDDEN: Final = regex(r"[^\w .\-]")
_WORDS: Final = regex(r"\w+")
_DANGEROUS: Final = frozenset(
    _WORDS.findall(
        "exe msi msp com scr bat cmd pif cpl jar js jse mjs vbs vbe wsf wsh ps1 psm1 hta lnk reg dll sys apk app deb "
        "rpm dmg so bin elf sh bash command desktop gadget inf jnlp msc scf url vb ws xll appx msix iso img vhd"
    )
)
_SAFE: Final = frozenset(
    _WORDS.findall(
        "pdf doc docx odt rtf txt md csv xls xlsx ods ppt pptx odp jpg jpeg png gif webp bmp tif tiff heic avif mp3 "
        "m4a ogg oga wav flac mp4 m4v mov webm ics vcf"
    )
)
_DANGEROUS_MEDIA: Final = regex(
    r"x-(?:msdownload|dosexec|executable|elf|sharedlib|mach-binary|msi|ms-installer|ms-shortcut|sh\b|shellscript|"
    r"shockwave-flash|deb|rpm|google-chrome-extension|msdos-program|bat)|portable-executable|java-archive|"
    r"android\.package-archive|javascript|vbscript|powershell|^application/hta$"
)
_SAFE_MEDIA: Final = regex(
    r"(?:image|audio|video)/(?!svg)|text/(?:plain|csv|markdown|calendar|(?:x-)?vcard)$|application/(?:pdf|rtf|msword|"
    r"vnd\.(?!.*macroenabled)(?:openxmlformats-|oasis\.opendocument\.|ms-excel|ms-powerpoint|ms-word))"
)
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PACKED: Final = b"PK\x03\x04"
_MARKS: Final = (
    (b"L\x00\x00\x00\x01\x14\x02\x00\x00\x00\x00\x00\xc0", "application/x-ms-shortcut"),
    (b"#!", "text/x-shellscript"),
    (b"\xfe\xed\xfa\xce", "application/x-mach-binary"),
    (b"\xfe\xed\xfa\xcf", "application/x-mach-binary"),
    (b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (b"\xce\xfa\xed\xfe", "application/x-mach-binary"),
    (b"\xca\xfe\xba\xbe", "application/x-mach-binary"),
    (b"BEGIN:VCARD", "text/vcard"),
    (b"BEGIN:VCALENDAR", "text/calendar"),
)
_STREAMS: Final = (
    ("__properties_version1.0", "application/vnd.ms-outlook"),
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
)
_INSTALLER: Final = bytes.fromhex("84100c0000000000c000000000000046")
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_MACROS: Final = "application/vnd.ms-office.macroenabled"
_PACKED_IN: Final = (
    (b"word/", f"{_OFFICE}wordprocessingml.document"),
    (b"xl/", f"{_OFFICE}spreadsheetml.sheet"),
    (b"ppt/", f"{_OFFICE}presentationml.presentation"),
)
_CONTROLS: Final = regex(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MARKUP: Final = regex(rb"<(?:!doctype\s+html|html|head|body|script|iframe|meta|style|a\s|div|p>|table|img\s)")
_VECTORS: Final = regex(rb"<(?:[a-z]+:)?svg[\s>]|<!doctype\s+svg")
_MAIL: Final = regex(
    rb"(?:[!-9;-~]{1,70}:[^\n]*\n(?:[ \t][^\n]*\n)*)*?(?:received|message-id|mime-version|return-path):", 2
)
_BY_ENDING: Final = {"csv": "text/csv", "md": "text/markdown", "json": "application/json"}
_LOOKED_AT: Final = 4096


def clean_name(name: str) -> str:
    """A file name without path and control characters: letters, digits, blank, `.`, `-`, `_`. Its ending stays."""
    base = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    clean = _FORBIDDEN.sub("", base).strip(" .")
    if len(clean) > LONGEST_NAME:
        ending = file_ending(clean)
        tail = f".{ending}" if ending else ""
        clean = clean[: LONGEST_NAME - len(tail)].rstrip(" .") + tail
    return clean or "file"


def file_ending(name: str) -> str | None:
    """`jpg` of `photo.JPG`."""
    _, dot, ending = name.rpartition(".")
    return ending.lower() if dot and 0 < len(ending) <= 10 else None


def risk_of(name: str, *media_types: str | None) -> RiskClass:
    """By ending and media types, what was declared and what it is: the worst of all. What is unknown is risky."""
    ending = file_ending(name) or ""
    found: list[RiskClass] = ["dangerous" if ending in _DANGEROUS else "safe" if ending in _SAFE else "risky"]
    for media in media_types:
        if media:
            found.append(_risk_of_media(media.partition(";")[0].strip().lower()))
    return max(found, key=_ORDER.index)


def _risk_of_media(media: str) -> RiskClass:
    if _DANGEROUS_MEDIA.search(media):
        return "dangerous"
    return "safe" if _SAFE_MEDIA.match(media) else "risky"


def directory_place(head: bytes) -> int | None:
    """Where the directory of a compound file (old Office, installers) begins; None for other files."""
    if not head.startswith(_COMPOUND) or len(head) < 512:
        return None
    sector = 1 << int.from_bytes(head[30:32], "little") if head[30:32] in (b"\x09\x00", b"\x0c\x00") else 512
    return (int.from_bytes(head[48:52], "little") + 1) * sector


def real_type(head: bytes, name: str = "", *, directory: bytes = b"") -> str:
    """Media type by content. `head`: the beginning, 64 KB are plenty; `directory`: that of a compound file.

    `name` tells kinds of plain text apart and nothing else.
    """
    if head.startswith(_COMPOUND):
        return _compound_type(directory or head)
    if head.startswith(_PACKED):
        return _packed_type(head)
    for mark, media in _MARKS:
        if head.startswith(mark):
            return media
    if b"%PDF-" in head[:1024]:
        return "application/pdf"
    is_text = _is_text(head[:_LOOKED_AT])
    known = filetype.guess(head[:8192])
    if known is not None and not (is_text and known.mime in ("application/x-msdownload", "audio/mpeg")):
        return str(known.mime)
    return _text_type(head[:_LOOKED_AT], name) if is_text else UNKNOWN


def _compound_type(directory: bytes) -> str:
    if _INSTALLER in directory:
        return "application/x-msi"
    for stream, media in _STREAMS:
        if stream.encode("utf-16-le") in directory:
            return media
    return "application/x-ole-storage"


def _packed_type(head: bytes) -> str:
    """A ZIP by the names in it. Office documents and programs are ZIP files too."""
    names = _names_in(head)
    if "mimetype" in names[:1]:
        said = head[38 : 38 + 100].split(_PACKED, 1)[0]
        kind = regex(rb"application/[a-z0-9.+\-]+").match(said)
        return kind.group().decode() if kind else "application/zip"
    if "META-INF/MANIFEST.MF" in names or "AndroidManifest.xml" in names or "classes.dex" in names:
        return "application/java-archive"
    if "[Content_Types].xml" in names or "_rels/.rels" in names:
        if any(name.endswith("vbaProject.bin") for name in names):
            return _MACROS
        for start, media in _PACKED_IN:
            if any(name.encode().startswith(start) for name in names):
                return media
    return "application/zip"


def _names_in(head: bytes) -> list[str]:
    names: list[str] = []
    at = 0
    while (at := head.find(_PACKED, at)) >= 0 and len(names) < 500:
        size = int.from_bytes(head[at + 26 : at + 28], "little")
        names.append(head[at + 30 : at + 30 + size].decode("utf-8", "replace"))
        at += 4
    return names


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return not _CONTROLS.search(head)


def _text_type(head: bytes, name: str) -> str:
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "latin-1"
    start = head.decode(encoding, "ignore").lstrip("\ufeff\xef\xbb\xbf \t\r\n").lower().encode("utf-8", "ignore")
    if start.startswith(b"<") or b"<script" in start:
        if _VECTORS.search(start):
            return "image/svg+xml"
        if _MARKUP.search(start):
            return "text/html"
        if start.startswith(b"<?xml"):
            return "application/xml"
    if _MAIL.match(start):
        return "message/rfc822"
    return _BY_ENDING.get(file_ending(name) or "", "text/plain")
