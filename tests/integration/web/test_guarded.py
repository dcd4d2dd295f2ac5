"""The web client reaches the public internet and nothing else, whatever the address pretends to be."""

import gzip
import threading
from collections.abc import AsyncIterator, Iterator, Sequence

import pytest

from assaydesk.integrations.web.addresses import Allowed, is_public, plain_address
from assaydesk.integrations.web.guarded import GuardedWeb, resolve
from assaydesk.integrations.web.port import WebFailed, WebReason
from assaydesk.platform.db.engine import JoinedDatabase
from assaydesk.platform.db.session import SessionStillOpen
from tests.servers.web_server import Page, WebServer

KNOWN = {
    "files.example": ["127.0.0.1"],
    "inner.example": ["10.1.2.3"],
    "both.example": ["93.184.215.14", "192.168.0.9"],
    "metadata.example": ["169.254.169.254"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "nowhere.example": [],
}
quiet = threading.Event()


async def _resolve(host: str, port: int) -> Sequence[str]:
    return KNOWN[host] if host in KNOWN else await resolve(host, port)


@pytest.fixture(scope="module")
def site() -> Iterator[WebServer]:
    pages = {
        "/a": Page(b"hello", {"X-Kind": "text"}),
        "/packed": Page(gzip.compress(b"x" * 1000), {"Content-Encoding": "gzip"}),
        "/bomb": Page(gzip.compress(b"\0" * 20_000_000), {"Content-Encoding": "gzip"}),
        "/odd": Page(b"?", {"Content-Encoding": "br"}),
        "/endless": Page(b"y" * 65536, endless=True),
        "/away": Page(status=302, headers={"Location": "/a"}),
        "/inside": Page(status=302, headers={"Location": "http://10.0.0.1/secret"}),
        "/file": Page(status=302, headers={"Location": "file:///etc/passwd"}),
        "/elsewhere": Page(status=307, headers={"Location": "http://files.example:{port}/a"}),
        "/round": Page(status=302, headers={"Location": "/round"}),
        "/silent": Page(silent=quiet),
        "/broken": Page(b"sorry", status=503),
    }
    quiet.clear()
    with WebServer(pages) as site:
        yield site
        quiet.set()


@pytest.fixture
async def web() -> AsyncIterator[GuardedWeb]:
    client = GuardedWeb(Allowed.parse("127.0.0.1, files.example"), resolve=_resolve)
    yield client
    await client.close()


@pytest.fixture
async def strict() -> AsyncIterator[GuardedWeb]:
    client = GuardedWeb(resolve=_resolve)
    yield client
    await client.close()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "017700000001", "localhost", "0.0.0.0", "10.0.0.1",
        "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "[::1]", "[::]",
        "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1]", "[fd00::1]",
        "[ff02::1]", "inner.example", "both.example", "metadata.example", "mapped.example", "files.example",
    ],
)  # fmt: skip
async def test_given_an_address_that_is_not_public_nothing_is_sent(
    host: str, strict: GuardedWeb, site: WebServer
) -> None:
    before = len(site.asked)
    with pytest.raises(WebFailed) as failure:
        await strict.request("GET", f"http://{host}:{site.port}/a", timeout=5)
    assert failure.value.reason is WebReason.NOT_ALLOWED
    assert len(site.asked) == before


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://files.example/a", WebReason.BAD_ADDRESS),
        ("file:///etc/passwd", WebReason.BAD_ADDRESS),
        ("gopher://files.example/", WebReason.BAD_ADDRESS),
        ("http://user:secret@files.example/", WebReason.BAD_ADDRESS),
        ("http://", WebReason.BAD_ADDRESS),
        ("http://[x/", WebReason.BAD_ADDRESS),
        ("http://files.example:99999/", WebReason.BAD_ADDRESS),
        ("http://nowhere.example/", WebReason.NOT_ALLOWED),
        ("http://no-such-name.invalid/", WebReason.NOT_FOUND),
    ],
)
async def test_given_an_unusable_address_it_is_refused(url: str, reason: WebReason, web: GuardedWeb) -> None:
    with pytest.raises(WebFailed) as failure:
        await web.request("GET", url, timeout=5)
    assert failure.value.reason is reason


async def test_given_an_allowed_host_its_answer_is_read(web: GuardedWeb, site: WebServer) -> None:
    answer = await web.request("POST", f"{site.url}/a", headers={"X-One": "1"}, body=b"sent")
    assert (answer.status, answer.ok, answer.body, answer.headers["x-kind"]) == (200, True, b"hello", "text")
    path, headers, body = site.asked[-1]
    assert (path, headers["x-one"], body) == ("/a", "1", b"sent")
    assert (await web.request("GET", f"{site.url}/packed")).body == b"x" * 1000
    assert (await web.request("GET", f"{site.url}/broken")).status == 503
    assert (await web.request("GET", f"http://files.example:{site.port}/a")).body == b"hello"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/inside", WebReason.NOT_ALLOWED),
        ("/file", WebReason.BAD_ADDRESS),
        ("/round", WebReason.TOO_MANY_REDIRECTS),
        ("/endless", WebReason.TOO_LARGE),
        ("/bomb", WebReason.TOO_LARGE),
        ("/odd", WebReason.BAD_ANSWER),
    ],
)
async def test_given_a_trap_it_is_left(path: str, reason: WebReason, web: GuardedWeb, site: WebServer) -> None:
    with pytest.raises(WebFailed) as failure:
        await web.request("GET", site.url + path, max_bytes=100_000, timeout=10)
    assert failure.value.reason is reason


async def test_given_silence_the_limit_of_time_holds(web: GuardedWeb, site: WebServer) -> None:
    with pytest.raises(WebFailed) as failure:
        await web.request("GET", f"{site.url}/silent", timeout=0.2)
    assert failure.value.reason is WebReason.TIMED_OUT


async def test_given_redirects_they_are_followed_and_keys_stay_behind(web: GuardedWeb, site: WebServer) -> None:
    answer = await web.request("GET", f"{site.url}/away", headers={"Authorization": "Bearer x"})
    assert (answer.body, answer.url) == (b"hello", f"{site.url}/a")
    assert site.asked[-1][1]["authorization"] == "Bearer x"
    answer = await web.request("PUT", f"{site.url}/elsewhere", headers={"Authorization": "Bearer x"}, body=b"1")
    path, headers, body = site.asked[-1]
    assert (answer.body, path, body, "authorization" in headers) == (b"hello", "/a", b"1", False)


async def test_given_an_address_of_an_administrator_house_networks_are_reached_but_not_link_local(
    strict: GuardedWeb, site: WebServer
) -> None:
    assert (await strict.request("GET", f"{site.url}/a", allow_private=True)).body == b"hello"
    with pytest.raises(WebFailed, match="not reached"):
        await strict.request("GET", f"{site.url}/a")  # The connection that is still open is not used.
    with pytest.raises(WebFailed, match="not reached"):
        await strict.request("GET", "http://metadata.example/", allow_private=True)


async def test_given_an_open_session_nothing_is_fetched(
    web: GuardedWeb, site: WebServer, database: JoinedDatabase
) -> None:
    async with database.read():
        with pytest.raises(SessionStillOpen):
            await web.request("GET", f"{site.url}/a")


@pytest.mark.parametrize("text", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8"])
def test_given_an_address_of_the_internet_it_is_public(text: str) -> None:
    assert is_public(plain_address(text))


def test_given_a_list_of_the_operator_it_is_read() -> None:
    allowed = Allowed.parse("erp.example:8443, 10.1.0.0/16 ,, [fd00::5]")
    covered = [
        allowed.covers(host, port, plain_address(address))
        for host, port, address in (
            ("ERP.example.", 8443, "10.9.9.9"), ("erp.example", 80, "10.9.9.9"), ("x.example", 80, "10.1.7.7"),
            ("x.example", 80, "fd00::5"), ("x.example", 80, "fd00::6"),
        )
    ]  # fmt: skip
    assert covered == [True, False, True, True, False]
