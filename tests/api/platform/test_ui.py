"""Serving of the built interface, with a small folder in its place."""

from pathlib import Path

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from assaydesk.platform.errors import RouteNotFound
from assaydesk.platform.http.error_handlers import error_response
from assaydesk.platform.http.ui import Interface

PAGE = {"accept": "text/html,*/*;q=0.8"}


async def _api(scope: Scope, receive: Receive, send: Send) -> None:
    await error_response(RouteNotFound())(scope, receive, send)


def _client(folder: Path, hint: str = "") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(Interface(_api, folder, hint))
    return httpx.AsyncClient(transport=transport, base_url="http://desk.test")


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text('<meta content="__STYLE_NONCE__"><meta content="__SIGN_IN_HINT__">')
    (tmp_path / "assets" / "main-1.js").write_text("plain()")
    (tmp_path / "assets" / "main-1.js.gz").write_bytes(b"packed")
    (tmp_path / ".sources").write_text("hidden")
    return tmp_path


@pytest.mark.parametrize("path", ["/", "/inbox", "/ticket/12", "/.sources", "/index.html"])
async def test_every_address_of_the_interface_is_its_one_page(built: Path, path: str) -> None:
    async with _client(built, '"><b>') as client:
        answer = await client.get(path, headers=PAGE)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"
    nonce = answer.text.split('"')[1]
    policy = answer.headers["content-security-policy"]
    assert f"style-src-elem 'self' 'nonce-{nonce}'" in policy
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert "&gt;&lt;b&gt;" in answer.text


async def test_the_nonce_is_another_each_time(built: Path) -> None:
    async with _client(built) as client:
        assert (await client.get("/", headers=PAGE)).text != (await client.get("/", headers=PAGE)).text


@pytest.mark.parametrize("path", ["/api", "/api/mind/nothing", "/assets/none.js"])
async def test_what_is_not_there_is_told_as_by_the_api(built: Path, path: str) -> None:
    async with _client(built) as client:
        answer = await client.get(path, headers=PAGE)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "route_not_found"


async def test_programs_that_want_json_get_no_page(built: Path) -> None:
    async with _client(built) as client:
        assert (await client.get("/inbox", headers={"accept": "application/json"})).status_code == 404
        assert (await client.post("/inbox", headers=PAGE)).status_code == 404


async def test_assets_are_kept_for_ever_and_packed_for_those_who_can(built: Path) -> None:
    async with _client(built) as client:
        packed = await client.head("/assets/main-1.js", headers={"accept-encoding": "gzip"})
        plain = await client.get("/assets/main-1.js", headers={"accept-encoding": "identity"})
    assert "immutable" in plain.headers["cache-control"]
    assert plain.text == "plain()"
    assert plain.headers["content-type"].startswith("text/javascript")
    assert packed.headers["content-encoding"] == "gzip"


async def test_files_outside_of_the_folder_cannot_be_reached(built: Path) -> None:
    (built.parent / "secret.txt").write_text("secret")
    async with _client(built) as client:
        for path in ("/../secret.txt", "/assets/%2e%2e/%2e%2e/secret.txt", "//etc/passwd"):
            assert "secret" not in (await client.get(path, headers=PAGE)).text


async def test_without_the_interface_the_first_page_says_how_to_get_it(tmp_path: Path) -> None:
    async with _client(tmp_path / "none") as client:
        first, other = await client.get("/", headers=PAGE), await client.get("/inbox", headers=PAGE)
    assert first.status_code == 200
    assert "build_ui.py" in first.text
    assert other.status_code == 404
