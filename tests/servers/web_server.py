"""A real HTTP server on this machine whose pages a test writes.

with WebServer({"/a.png": Page(b"...", {"Content-Type": "image/png"})}) as server:
    await web.request("GET", server.url + "/a.png")
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Page:
    """What a path answers. `endless`: repeats its body until the reader goes away."""

    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    endless: bool = False
    silent: threading.Event | None = None
    """Set when the test ends: until then there is no answer."""


class WebServer:
    """Serves until the block ends. `asked` keeps path and headers of every request."""

    def __init__(self, pages: Mapping[str, Page]) -> None:
        self.pages = dict(pages)
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                headers = {name.lower(): value for name, value in self.headers.items()}
                outer.asked.append((self.path, headers, self.rfile.read(length)))
                page = outer.pages.get(self.path, Page(b"nothing", status=404))
                if page.silent is not None:
                    page.silent.wait(20)
                self.send_response(page.status)
                for name, value in page.headers.items():
                    self.send_header(name, value.replace("{port}", str(outer.port)))
                if page.endless:
                    self.end_headers()
                    self.close_connection = True
                    try:
                        while True:
                            self.wfile.write(page.body)
                    except OSError:
                        return
                self.send_header("Content-Length", str(len(page.body)))
                self.end_headers()
                self.wfile.write(page.body)

            do_GET = do_POST = do_PUT = _answer

            def log_message(self, format: str, *arguments: Any) -> None:
                """Silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> "WebServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
