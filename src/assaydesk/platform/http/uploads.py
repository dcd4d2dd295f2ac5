"""Files as they come in and go out: forms read within a limit, answers piece by piece."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from re import compile as regex
from typing import Any, Final
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from assaydesk.platform.db.engine import Database
from assaydesk.platform.errors import FieldError, PayloadTooLarge, ValidationFailed
from assaydesk.platform.files.store import CHUNK, FileFacts, stream_file

FORM: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}
"""`openapi_extra` of an operation that reads its form with `uploaded_file`."""

_AROUND: Final = 64 * 1024
_SHOWN: Final = frozenset(
    ["image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/avif", "image/apng", "image/tiff",
     "image/x-icon", "application/pdf"]
)  # fmt: skip
_RANGE: Final = regex(r"bytes=(\d{0,15})-(\d{0,15})")


@asynccontextmanager
async def uploaded_file(request: Request, most: int) -> AsyncIterator[UploadFile]:
    """The part `file` of a form, on disk when it is large. Reading stops when it has more than `most` bytes.

    Raises `PayloadTooLarge`, `ValidationFailed`.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise ValidationFailed([FieldError("file", "required", "Send multipart/form-data with the part file.")])
    try:
        form = await MultiPartParser(request.headers, _limited(request, most), max_files=1, max_fields=20).parse()
    except _Longer as failure:
        raise _too_large(most) from failure
    except MultiPartException as failure:
        raise ValidationFailed([FieldError("file", "bad_format", failure.message)]) from failure
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise ValidationFailed([FieldError("file", "required", "Send the file as the part file.")])
        if (file.size or 0) > most:
            raise _too_large(most)
        yield file
    finally:
        await form.close()


async def pieces(file: UploadFile) -> AsyncIterator[bytes]:
    """The content of an upload."""
    while piece := await file.read(CHUNK):
        yield piece


class _Longer(MultiPartException):
    """Known to the parser, which then removes what it has put on disk."""


async def _limited(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    received = 0
    async for piece in request.stream():
        received += len(piece)
        if received > most + _AROUND:
            raise _Longer("too large")
        yield piece


def _too_large(most: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"The file is larger than {most // 1024 // 1024} MB.", limitBytes=most)


def file_response(request: Request, database: Database, file: FileFacts) -> Response:
    """A stored file: shown when it is a picture or a PDF, else offered to be saved. One range may be asked for."""
    headers = _headers(file)
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    start, end, status = 0, file.size, 200
    asked = request.headers.get("range")
    if asked is not None and request.headers.get("if-range", headers["ETag"]) == headers["ETag"]:
        found = _range(asked, file.size)
        if found == (0, 0):
            return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{file.size}"})
        if found is not None:
            (start, end), status = found, 206
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
    headers["Content-Length"] = str(end - start)
    return StreamingResponse(
        stream_file(database, file.id, start, end), status_code=status, headers=headers, media_type=file.content_type
    )


def _headers(file: FileFacts) -> dict[str, str]:
    shown = file.content_type in _SHOWN and file.risk_class != "dangerous"
    plain = "".join(one if one.isascii() else "_" for one in file.name)
    # A sandbox would keep browsers from showing a PDF at all.
    policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    return {
        "Content-Disposition": f'{"inline" if shown else "attachment"}; filename="{plain}"; '
        f"filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Security-Policy": policy if file.content_type == "application/pdf" else f"{policy}; sandbox",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "SAMEORIGIN",
        "Cache-Control": "private, max-age=900",
        "ETag": f'"{file.etag}"',
        "Accept-Ranges": "bytes",
    }


def _range(asked: str, size: int) -> tuple[int, int] | None:
    """Start and end (excluded); (0, 0) when nothing of it exists, None for what is not understood: then all is sent."""
    found = _RANGE.fullmatch(asked.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
    return (start, end) if start < end else (0, 0)
