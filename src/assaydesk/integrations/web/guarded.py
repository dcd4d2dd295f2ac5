"""The real web client: httpx2, with a guard between the name and the connection.

A name is resolved here, all its addresses are checked, and the connection goes to a checked one. So a name that answers
differently the second time, a redirect, or an address in disguise (decimal, mapped into IPv6) reaches nothing private.
"""

import asyncio
import socket
import time
import zlib
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import httpcore2
import httpx2

from assaydesk.integrations.web.addresses import Allowed, refused
from assaydesk.integrations.web.port import MEGABYTE, WebAnswer, WebFailed, WebReason
from assaydesk.platform.db.session import assert_no_open_session

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Name and port to addresses. Raises `OSError` when there are none."""

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_SAME_BODY: Final = frozenset({307, 308})
_KEPT_ELSEWHERE: Final = frozenset({"accept", "accept-language", "user-agent", "content-type"})
_LONGEST_ADDRESS: Final = 8000


async def resolve(host: str, port: int) -> Sequence[str]:
    """All addresses of a name, as the operating system finds them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


class GuardedWeb:
    """Requests to addresses that strangers may have chosen."""

    def __init__(self, allowed: Allowed | None = None, *, resolve: Resolve = resolve, agent: str = "Assaydesk") -> None:
        self._allowed = allowed or Allowed()
        self._resolve = resolve
        self._agent = agent
        self._clients: dict[bool, httpx2.AsyncClient] = {}

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout: float = 30.0,  # noqa: ASYNC109 - covers redirects and the reading of the answer
        max_bytes: int = 5 * MEGABYTE,
        allow_private: bool = False,
        max_redirects: int = 3,
    ) -> WebAnswer:
        assert_no_open_session("the web")
        started = time.monotonic()
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        sent = {"user-agent": self._agent, **sent, "accept-encoding": "gzip"}
        client = self._client(allow_private)
        try:
            async with asyncio.timeout(timeout):
                for _ in range(max_redirects + 1):
                    _check(url)
                    answer = await self._once(client, method, url, sent, body, max_bytes)
                    onward = answer.headers.get("location") if answer.status in _REDIRECTS else None
                    if onward is None:
                        elapsed = time.monotonic() - started
                        return WebAnswer(answer.status, answer.headers, answer.body, elapsed, url)
                    there = urljoin(url, onward)
                    if answer.status not in _SAME_BODY and method not in ("GET", "HEAD"):
                        method, body = "GET", None
                        sent.pop("content-type", None)
                    if _origin(there) != _origin(url):
                        # Whoever is redirected to must not get the keys that were meant for the first one.
                        sent = {name: value for name, value in sent.items() if name in _KEPT_ELSEWHERE}
                        sent["accept-encoding"] = "gzip"
                    url = there
        except TimeoutError as failure:
            raise WebFailed(WebReason.TIMED_OUT, f"No answer within {timeout:g} seconds.") from failure
        raise WebFailed(WebReason.TOO_MANY_REDIRECTS, f"More than {max_redirects} redirects.")

    async def close(self) -> None:
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()

    async def _once(
        self,
        client: httpx2.AsyncClient,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        max_bytes: int,
    ) -> WebAnswer:
        try:
            async with client.stream(method, url, headers=dict(headers), content=body) as response:
                told = {name.lower(): value for name, value in response.headers.items()}
                if response.status_code in _REDIRECTS and "location" in told:
                    return WebAnswer(response.status_code, told, b"", 0.0)
                return WebAnswer(response.status_code, told, await _read(response, told, max_bytes), 0.0)
        except (httpx2.TimeoutException, httpcore2.TimeoutException) as failure:
            raise WebFailed(WebReason.TIMED_OUT, "The server did not answer in time.") from failure
        except (httpx2.NetworkError, httpcore2.NetworkError, OSError) as failure:
            raise WebFailed(WebReason.NO_CONNECTION, "The server cannot be reached.") from failure
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol, ValueError) as failure:
            raise WebFailed(WebReason.BAD_ADDRESS, "The address cannot be used.") from failure
        except (httpx2.HTTPError, httpcore2.ProtocolError, zlib.error) as failure:
            raise WebFailed(WebReason.BAD_ANSWER, "The server sent something that is no HTTP.") from failure

    def _client(self, allow_private: bool) -> httpx2.AsyncClient:
        """One for each kind of call: a kept connection is not checked again."""
        client = self._clients.get(allow_private)
        if client is None:
            guard = _Guard(self._allowed, self._resolve, allow_private=allow_private)
            client = self._clients[allow_private] = httpx2.AsyncClient(
                transport=_Transport(guard), timeout=None, trust_env=False, follow_redirects=False
            )
        return client


def _check(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
        parts = None
    if not usable or parts is None or parts.username is not None or len(url) > _LONGEST_ADDRESS:
        raise WebFailed(WebReason.BAD_ADDRESS, "Only http and https addresses without a password are fetched.")


def _origin(url: str) -> tuple[str, str | None, int | None]:
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname, parts.port
    except ValueError:
        return "", None, None


async def _read(response: httpx2.Response, headers: Mapping[str, str], max_bytes: int) -> bytes:
    """The body, unpacked, never more than `max_bytes` of it in memory."""
    packing = headers.get("content-encoding", "identity").strip().lower()
    if packing not in ("identity", "", "gzip", "x-gzip", "deflate"):
        raise WebFailed(WebReason.BAD_ANSWER, f"The answer is packed with {packing[:40]}.")
    unpacker = None if packing in ("identity", "") else zlib.decompressobj(47)
    read = bytearray()
    async for piece in response.aiter_raw():
        read += piece if unpacker is None else unpacker.decompress(piece, max_bytes + 1 - len(read))
        if len(read) > max_bytes:
            raise WebFailed(WebReason.TOO_LARGE, f"The answer is larger than {max_bytes / MEGABYTE:g} MB.")
    return bytes(read)


class _Guard(httpcore2.AsyncNetworkBackend):
    """Connects to checked addresses only."""

    def __init__(self, allowed: Allowed, resolve: Resolve, *, allow_private: bool) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._allow_private = allow_private
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as failure:
            raise WebFailed(WebReason.NOT_FOUND, f"There is no server {host[:200]}.") from failure
        bad = refused(host, port, addresses, self._allowed, allow_private=self._allow_private)
        if bad is not None or not addresses:
            raise WebFailed(WebReason.NOT_ALLOWED, f"{host[:200]} lies in a network that is not reached from here.")
        failed: Exception | None = None
        for address in addresses[:4]:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout, OSError) as failure:
                failed = failure
        raise WebFailed(WebReason.NO_CONNECTION, f"{host[:200]} cannot be reached.") from failed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _Transport(httpx2.AsyncBaseTransport):
    """httpx2 over a pool whose connections pass the guard. Proxies of the environment would go around it."""

    def __init__(self, guard: _Guard) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=httpx2.create_ssl_context(),
            max_connections=50,
            max_keepalive_connections=10,
            keepalive_expiry=15.0,
            network_backend=guard,
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = await self._pool.handle_async_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions={"timeout": {"connect": 10.0, "read": None, "write": None, "pool": None}},
            )
        )
        return httpx2.Response(answer.status, headers=answer.headers, stream=_Body(answer.stream))

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Body(httpx2.AsyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream: AsyncIterable[bytes] = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._stream:
            yield piece

    async def aclose(self) -> None:
        close = getattr(self._stream, "aclose", None)
        if close is not None:
            await close()
