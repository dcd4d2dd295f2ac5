"""The built web interface: everything outside /api (design.md 1)."""

import html
import mimetypes
import secrets
from functools import lru_cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from assaydesk.platform.errors import RouteNotFound
from assaydesk.platform.http.error_handlers import error_response

INSTALLED = Path(__file__).parents[2] / "ui"
NONCE = "__STYLE_NONCE__"
HINT = "__SIGN_IN_HINT__"
_FOREVER = "public, max-age=31536000, immutable"


def policy(nonce: str) -> str:
    """What the page may do.

    Scripts come from our own files only. Style elements need the nonce of this one answer: the component library writes
    its colour variables into one. Style attributes are allowed, because mails in their frame inherit this policy and
    are laid out with them; they can load nothing but our own images.
    """
    return (
        "default-src 'none'; script-src 'self'; "
        f"style-src 'self' 'unsafe-inline'; style-src-elem 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; media-src 'self'; frame-src 'self'; "
        "object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )


_MISSING = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Assaydesk</title></head><body>
<h1>Assaydesk</h1>
<p>The API answers at <a href="/api/mind/docs">/api/mind/docs</a>. The web interface is not installed.</p>
<p>In a clone: <code>make demo</code> builds it, or <code>python scripts/build_ui.py</code> alone.
As a package: install again without <code>ASSAYDESK_SKIP_UI=1</code>.</p>
</body></html>
"""


class Interface:
    """Answers GET and HEAD outside /api: files of the interface, else its one page, which knows the routes itself."""

    def __init__(self, app: ASGIApp, folder: Path = INSTALLED, hint: str = "") -> None:
        self.app = app
        self.folder = folder.resolve()
        self.hint = html.escape(hint)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        api = path == "/api" or path.startswith("/api/")
        if scope["type"] != "http" or api or scope["method"] not in {"GET", "HEAD"}:
            await self.app(scope, receive, send)
            return
        await self._answer(path, Headers(scope=scope))(scope, receive, send)

    def _answer(self, path: str, headers: Headers) -> Response:
        index = self.folder / "index.html"
        file = (self.folder / path.lstrip("/")).resolve()
        inside = file.is_relative_to(self.folder) and not file.name.startswith(".") and file != index
        if inside and file.is_file():
            return _file(file, headers)
        if path.startswith("/assets/") or not _wants_page(headers):
            return error_response(RouteNotFound())
        if not index.is_file():
            return HTMLResponse(_MISSING, status_code=200 if path == "/" else 404)
        nonce = secrets.token_urlsafe(16)
        page = _page(index, index.stat().st_mtime_ns).replace(NONCE, nonce).replace(HINT, self.hint)
        return HTMLResponse(page, headers={"cache-control": "no-cache", "content-security-policy": policy(nonce)})


@lru_cache(maxsize=4)
def _page(index: Path, _changed: int) -> str:
    return index.read_text(encoding="utf-8")


def _wants_page(headers: Headers) -> bool:
    accept = headers.get("accept", "")
    return not accept or "text/html" in accept or "*/*" in accept


def _file(file: Path, headers: Headers) -> Response:
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    if file.suffix == ".js":
        media_type = "text/javascript"
    more = {"cache-control": _FOREVER if file.parent.name == "assets" else "no-cache", "vary": "accept-encoding"}
    packed = file.with_name(file.name + ".gz")
    if "gzip" in headers.get("accept-encoding", "") and packed.is_file():
        return FileResponse(packed, media_type=media_type, headers=more | {"content-encoding": "gzip"})
    return FileResponse(file, media_type=media_type, headers=more)
