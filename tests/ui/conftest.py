"""A founded demonstration company behind a real server, and a headless Chromium in front of it.

Both live for the whole run; what a test changes in the company stays for the next one.
"""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, async_playwright, expect

from assaydesk.cli.instance import opened
from assaydesk.domains.demo.service import seed_company
from assaydesk.domains.quality.assessments.service import create_missing, process_due
from assaydesk.platform.config import Config
from assaydesk.platform.db.embedded import EmbeddedPostgres
from assaydesk.platform.http.ui import INSTALLED
from tests.conftest import _copy, _prepare
from tests.servers.chromium import find_chromium

HERE = Path(__file__).parent
expect.set_options(timeout=15_000)  # Machines that run the suite are busy.


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("ui"))  # One process founds the company and drives the browser.
            item.add_marker(pytest.mark.timeout(300))


@dataclass(frozen=True)
class Desk:
    """Address of the server, and who can sign in: role or first name to e-mail address and password."""

    url: str
    people: dict[str, tuple[str, str]]


@pytest.fixture(scope="session")
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """While one works on a page: `ASSAYDESK_UI_DESK="http://127.0.0.1:8700 .assaydesk"` takes a company that runs."""
    if running := os.environ.get("ASSAYDESK_UI_DESK"):
        url, _, place = running.partition(" ")
        ways = json.loads((Path(place) / "credentials.json").read_text())
        yield Desk(url, _by_name((one["email"], one["password"], one["role"]) for one in ways))
        return
    if not (INSTALLED / "index.html").is_file():
        pytest.skip("the web interface is not built: python scripts/build_ui.py")
    server: EmbeddedPostgres = request.getfixturevalue("server")
    folder = tmp_path_factory.mktemp("desk")
    url = _copy(server, f"desk_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")
    people = asyncio.run(_found(url, Config(data_dir=folder, embedding="hashed", log_level="error")))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "ASSAYDESK_DATA_DIR": str(folder), "ASSAYDESK_DATABASE_URL": url, "ASSAYDESK_PORT": str(port),
        "ASSAYDESK_EMBEDDING": "hashed", "ASSAYDESK_LOG_LEVEL": "error", "ASSAYDESK_SIGN_IN_ATTEMPTS_PER_IP": "1000",
        "ASSAYDESK_SIGN_IN_HINT": "assaydesk credentials",
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, "-m", "assaydesk", "serve"], env=environment)
    try:
        _wait(f"http://127.0.0.1:{port}/api/mind/health", process)
        yield Desk(f"http://127.0.0.1:{port}", people)
    finally:
        process.terminate()
        process.wait(20)


async def _found(url: str, config: Config) -> dict[str, tuple[str, str]]:
    async with opened(config, url, check=False) as runtime:
        await _prepare(runtime.database)
        ways = await seed_company(runtime.database)
        async with runtime.database.write() as session:
            await create_missing(session)
        await process_due(runtime, limit=40)
    return _by_name(ways)


def _by_name(ways: Iterable[tuple[str, str, str]]) -> dict[str, tuple[str, str]]:
    people: dict[str, tuple[str, str]] = {}
    for email, password, role in ways:
        for name in (role, email.split("@")[0].split(".")[0]):
            people.setdefault(name.lower(), (email, password))
    return people


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 150  # Machines that run the suite are busy.
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    program, reason = find_chromium()
    if program is None:
        pytest.skip(reason)
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        await opened.close()


@dataclass
class Watch:
    """What a page did that it should not: errors in the console, requests to other hosts."""

    faults: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def allow(self, pattern: str) -> None:
        """An error that the test provokes."""
        self.allowed.append(pattern)

    @property
    def unexpected(self) -> list[str]:
        return [fault for fault in self.faults if not any(re.search(one, fault) for one in self.allowed)]


@pytest.fixture
def watch() -> Watch:
    return Watch()


PageMaker = Callable[..., Awaitable[Page]]


@pytest.fixture
async def page_as(desk: Desk, browser: Browser, watch: Watch) -> AsyncIterator[PageMaker]:
    """`page = await page_as("supervisor", "/inbox")`: a signed-in page; None signs nobody in.

    The name is a role (admin, supervisor, agent, qualitymanager, readonly) or a first name. Options go to the browser
    context: viewport, color_scheme, locale (which is the language of the sign-in page only). After the test nothing
    unexpected may stand in the console, and nothing may have been asked of another host (`watch.allow(pattern)`).
    """
    contexts: list[BrowserContext] = []

    async def make(who: str | None, path: str = "/", **options: Any) -> Page:
        settings = {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", "base_url": desk.url} | options
        context = await browser.new_context(**settings)
        contexts.append(context)
        context.set_default_timeout(15_000)
        if who is not None:
            email, password = desk.people[who.lower()]
            answer = await context.request.post(
                "/api/auth/login", data={"email": email, "password": password}, headers={"Origin": desk.url}
            )
            assert answer.status == 200, await answer.text()
        page = await context.new_page()
        page.on("console", lambda message: _note(message, watch))
        page.on("pageerror", lambda error: watch.faults.append(f"error: {error}"))
        page.on("request", lambda request: _note_foreign(request, desk.url, watch))
        await page.goto(path)
        return page

    yield make
    for context in contexts:
        await context.close()
    assert watch.unexpected == []


async def in_english(page: Page, desk: Desk) -> None:
    """Let whoever is signed in read English from the next page on."""
    answer = await page.context.request.patch("/api/mind/profile", data={"lang": "en"}, headers={"Origin": desk.url})
    assert answer.ok, await answer.text()


async def read(page: Page, path: str) -> Any:
    """What the API answers to the person of the page: `read(page, "/quality/appeal")`."""
    answer = await page.request.get(f"/api/mind{path}")
    assert answer.ok, await answer.text()
    return await answer.json()


def _note(message: ConsoleMessage, watch: Watch) -> None:
    if message.type in {"error", "warning"}:
        watch.faults.append(f"{message.type}: {message.text} {message.location.get('url', '')}")


def _note_foreign(request: Request, base: str, watch: Watch) -> None:
    if not request.url.startswith((f"{base}/", "data:", "blob:", "about:")):
        watch.faults.append(f"asked another host: {request.url}")
