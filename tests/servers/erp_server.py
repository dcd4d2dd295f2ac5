"""A real HTTP server that stands for the operator's master data, on its own thread.

`answers[path]` is a JSON value, a status, raw bytes, or a function of the request's JSON that gives one of these.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Any


@dataclass(frozen=True)
class Asked:
    path: str
    body: Any
    headers: dict[str, str]


@dataclass
class ErpServer:
    answers: dict[str, Answer | Callable[[Any], Answer]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def __enter__(self) -> "ErpServer":
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self._answer()

            def _answer(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                body = json.loads(raw) if raw else None
                path = self.path.split("?")[0]
                outer.asked.append(Asked(self.path, body, dict(self.headers)))
                answer = outer.answers.get(path, 404)
                answer = answer(body) if callable(answer) else answer
                status = answer if isinstance(answer, int) and not isinstance(answer, bool) else 200
                content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *arguments: Any) -> None:
                """Nothing is printed."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def executor(self, path: str, **request: Any) -> dict[str, Any]:
        """An executor that calls this server."""
        return {"type": "apiCall", "request": {"method": "POST", "url": f"http://{self.host}{path}", **request}}
