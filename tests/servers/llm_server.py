"""A real HTTP server that speaks OpenAI's chat completions and plays a script, on its own thread.

    with LlmServer([Reply('{"criteria": []}'), Failure(429, {"Retry-After": "7"})]) as server:
        OpenAiCompatible(server.url, "scripted-model") ...

Each request takes the next step; the last one is repeated. A step may be a function of the request.
"""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from re import DOTALL, MULTILINE
from re import compile as regex
from socket import SHUT_RDWR
from typing import Any

_MESSAGE = regex(
    r"^<<<(?P<fence>\w+) MESSAGE (?P<id>\d+) \| (?P<author>[^|]*) \|[^\n]*>>>\n(?:subject: [^\n]*\n)?"
    r"(?P<text>.*?)(?:\nattached files: [^\n]*)?\n<<<(?P=fence) END (?P=id)>>>$",
    MULTILINE | DOTALL,
)
_CRITERION = regex(
    r"^criterionId (?P<id>\d+): (?P<label>[^\n]*)(?:\n  [^\n]*)*?\n  Scale: (?:0 to )?(?P<most>[\d.]+)", MULTILINE
)


@dataclass(frozen=True)
class Reply:
    """A completion. `content` None with a `refusal` is a model that declines."""

    content: str | None
    finish_reason: str = "stop"
    usage: Mapping[str, int] | None = field(default_factory=lambda: {"prompt_tokens": 1200, "completion_tokens": 150})
    refusal: str | None = None
    delay_seconds: float = 0.0


@dataclass(frozen=True)
class Failure:
    """An HTTP status, with headers and a body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = '{"error": {"message": "scripted failure", "type": "server_error", "code": null}}'


@dataclass(frozen=True)
class Raw:
    """Any bytes with status 200."""

    body: bytes
    content_type: str = "application/json"


@dataclass(frozen=True)
class Hang:
    """No answer until the server is closed; with `drip` a byte now and then, so that no read ever times out."""

    drip: bool = False


@dataclass(frozen=True)
class Drop:
    """The connection is closed: before any byte, or, with `half`, in the middle of the body."""

    half: bool = False


Step = Reply | Failure | Raw | Hang | Drop
Script = Sequence[Step | Callable[[dict[str, Any]], Step]]


class LlmServer:
    """`requests` are the decoded bodies in order, `headers` those of each request, their names in small letters."""

    def __init__(self, script: Script) -> None:
        self._script = list(script)
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._http.daemon_threads = True
        self._http.script_of = self  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def play(self, *steps: Step | Callable[[dict[str, Any]], Step]) -> None:
        """Go on with these steps from the next request."""
        with self._lock:
            self._script = list(steps)
            self.requests.clear()
            self.headers.clear()

    def take(self, body: dict[str, Any], headers: dict[str, str]) -> Step:
        with self._lock:
            self.requests.append(body)
            self.headers.append(headers)
            step = self._script[min(len(self.requests), len(self._script)) - 1]
        return step(body) if callable(step) else step

    def __enter__(self) -> "LlmServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        server: LlmServer = self.server.script_of  # type: ignore[attr-defined]
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.path.endswith("/v1/chat/completions"):
            self._send(404, b"{}", {})
            return
        headers = {name.casefold(): value for name, value in self.headers.items()}
        self._play(server.take(body, headers), body, server)

    def _play(self, step: Step, body: dict[str, Any], server: LlmServer) -> None:
        match step:
            case Reply():
                server.stopping.wait(step.delay_seconds)
                self._send(200, json.dumps(_completion(step, body)).encode(), {})
            case Failure():
                self._send(step.status, step.body.encode(), step.headers)
            case Raw():
                self._send(200, step.body, {}, step.content_type)
            case Hang():
                if step.drip:
                    self._head(200, 1_000_000, {})
                while not server.stopping.wait(0.05):
                    if step.drip:
                        self.wfile.write(b" ")
                self._close()
            case Drop():
                if step.half:
                    self._head(200, 1_000_000, {})
                    self.wfile.write(b'{"id": "x", "choi')
                    self.wfile.flush()
                self._close()

    def _close(self) -> None:
        self.close_connection = True
        self.connection.shutdown(SHUT_RDWR)

    def _head(self, status: int, length: int, headers: Mapping[str, str], kind: str = "application/json") -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(length), **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def _send(self, status: int, body: bytes, headers: Mapping[str, str], kind: str = "application/json") -> None:
        self._head(status, len(body), headers, kind)
        self.wfile.write(body)

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            # The client went away, which is part of some scripts.
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        return None


def _completion(reply: Reply, request: dict[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.content}
    if reply.refusal is not None:
        message["refusal"] = reply.refusal
    completion = {
        "id": "scripted",
        "object": "chat.completion",
        "created": 1_750_000_000,
        "model": request["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": reply.finish_reason}],
    }
    if reply.usage is not None:
        completion["usage"] = {**reply.usage, "total_tokens": sum(reply.usage.values())}
    return completion


@dataclass(frozen=True)
class Asked:
    """What a judge's request asks for, read back from its text."""

    criteria: dict[int, float]
    """Maximum points by criterion id."""
    assessed: dict[int, str]
    others: dict[int, str]


def asked(request: dict[str, Any]) -> Asked:
    text = next(message["content"] for message in request["messages"] if message["role"] == "user")
    messages = list(_MESSAGE.finditer(text))
    return Asked(
        {int(found["id"]): float(found["most"]) for found in _CRITERION.finditer(text)},
        {int(found["id"]): found["text"] for found in messages if found["author"].startswith("ASSESSED")},
        {int(found["id"]): found["text"] for found in messages if not found["author"].startswith("ASSESSED")},
    )


def answer(criterion_id: int, **changes: Any) -> dict[str, Any]:
    """One entry of a reply: applicable, full of confidence, no evidence; change what the test is about."""
    return {
        "criterionId": criterion_id,
        "applicable": True,
        "evidence": [],
        "searchedConversationIds": [],
        "toolCallIds": [],
        "score": 0,
        "reason": "Scripted.",
        "confidence": 0.9,
        **changes,
    }


def reply_of(*entries: dict[str, Any], summary: str = "A scripted summary.") -> str:
    return json.dumps({"criteria": list(entries), "summary": summary}, ensure_ascii=False)


def fair_judge(request: dict[str, Any]) -> Reply:
    """A judge that does as it is asked: full points with the first words of an assessed message as evidence."""
    wanted = asked(request)
    entries = []
    for criterion_id, most in wanted.criteria.items():
        key, text = next(iter(wanted.assessed.items()), (0, ""))
        line = next((line.strip() for line in text.splitlines() if line.strip()), "")
        quoted = [{"conversationId": key, "quote": line[:200]}] if line and text.count(line[:200]) == 1 else []
        searched = [] if quoted else list(wanted.assessed)
        entries.append(answer(criterion_id, score=most, evidence=quoted, searchedConversationIds=searched))
    return Reply(reply_of(*entries))
