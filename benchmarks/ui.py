"""The web interface in headless Chromium: first load, inbox, and moving between assessments, beside an empty page.

`python -m benchmarks.ui` founds the demonstration company in a folder of its own; `--data-dir FOLDER` takes one that is
there, such as one that `assaydesk generate --tickets 100000` has filled. Bars (design): the inbox can be used in under
1.5 s after a first load, another assessment is shown within 200 ms once the first was. What is printed is the median of
several rounds, and its ratio to an empty page of the same server, measured in turns: machines are shared.
"""

import argparse
import asyncio
import json
import re
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from scripts.screenshots import demonstration

from tests.servers.chromium import find_chromium

BYTES = """() => performance.getEntriesByType("resource").filter(({ name }) => name.endsWith(".js"))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)"""


async def _signed_in(browser: Browser, url: str, folder: Path, role: str) -> BrowserContext:
    people = json.loads((folder / "credentials.json").read_text())
    person = next(one for one in people if one["role"] == role)
    context = await browser.new_context(base_url=url, viewport={"width": 1440, "height": 900})
    body = {"email": person["email"], "password": person["password"]}
    answer = await context.request.post("/api/auth/login", data=body, headers={"Origin": url})
    assert answer.ok, await answer.text()
    return context


async def _timed(action: Callable[[], Awaitable[object]]) -> float:
    started = time.perf_counter()
    await action()
    return (time.perf_counter() - started) * 1000


async def _empty(context: BrowserContext) -> float:
    """A page with a heading only, from the same server: what browser, machine and connection take."""
    page = await context.new_page()
    await page.route("**/empty", lambda route: route.fulfill(body="<h1>Empty</h1>", content_type="text/html"))
    spent = await _timed(lambda: _goto(page, "/empty", "h1"))
    await page.close()
    return spent


async def _goto(page: Page, path: str, shown: str) -> None:
    await page.goto(path, wait_until="commit")
    await page.locator(shown).first.wait_for()


async def _first_load(browser: Browser, url: str, folder: Path, results: dict[str, list[float]]) -> None:
    """With nothing in the cache, and then once more with the files there."""
    context = await _signed_in(browser, url, folder, "Agent")
    results["an empty page"].append(await _empty(context))
    for name in ("inbox, first load", "inbox, files in the cache"):
        page = await context.new_page()
        results[name].append(await _timed(partial(_usable_inbox, page, "/inbox?view=open")))
        if name == "inbox, first load":
            results["scripts of the first load, kB"].append(await page.evaluate(BYTES) / 1000)
            results["rows of the list in the page"].append(await page.locator("[data-ticket]").count())
        await page.close()
    await context.close()


async def _usable_inbox(page: Page, path: str) -> None:
    """Rows are there, and a key moves on from the first to the second."""
    await _goto(page, path, "[data-ticket]")
    second = await page.locator("[data-ticket]").nth(1).get_attribute("data-ticket")
    await page.keyboard.press("j")
    await expect(page.locator("[data-current]")).to_have_attribute("data-ticket", str(second))


async def _assessments(browser: Browser, url: str, folder: Path, results: dict[str, list[float]], steps: int) -> None:
    context = await _signed_in(browser, url, folder, "QualityManager")
    page = await context.new_page()
    await page.goto("/quality/review?tab=all&state=aiReady")
    await page.locator("a[href^='/quality/assessment/']").first.wait_for()
    results["first assessment of a list"].append(await _timed(lambda: _opened(page)))
    for _ in range(steps):
        await page.wait_for_timeout(READING_MS)
        results["next assessment"].append(await _moved(page))
    await context.close()


async def _opened(page: Page) -> None:
    await page.locator("a[href^='/quality/assessment/']").first.click()
    await page.locator("[data-criterion]").first.wait_for()


WAIT_FOR_ANOTHER = """(before) => new Promise((done) => {
  const look = () => {
    const shown = document.querySelector("[data-assessment]")?.dataset.assessment;
    if (shown && shown !== before && document.querySelector("[data-criterion]")) done(performance.now());
    else requestAnimationFrame(look);
  };
  look();
})"""
READING_MS = 1000
"""Nobody reads faster than the next one is fetched."""


async def _moved(page: Page) -> float:
    """From the key to the frame in which the criteria of another assessment stand, by the clock of the page."""
    await page.evaluate(
        "addEventListener('keydown', (event) => { window.pressed = event.timeStamp }, { capture: true })"
    )
    before = await page.locator("[data-assessment]").get_attribute("data-assessment")
    shown = asyncio.ensure_future(page.evaluate(WAIT_FOR_ANOTHER, before))
    await page.keyboard.press("]")
    at: float = await shown
    return at - float(await page.evaluate("window.pressed"))


async def _run(url: str, folder: Path, rounds: int) -> dict[str, list[float]]:
    program, reason = find_chromium()
    if program is None:
        raise SystemExit(reason)
    names = (
        "an empty page", "inbox, first load", "inbox, files in the cache", "first assessment of a list",
        "next assessment", "scripts of the first load, kB", "rows of the list in the page",
    )  # fmt: skip
    results: dict[str, list[float]] = {name: [] for name in names}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for _ in range(rounds):
            await _first_load(browser, url, folder, results)
        await _assessments(browser, url, folder, results, steps=rounds * 2)
        await browser.close()
    return results


def _report(results: dict[str, list[float]]) -> None:
    empty = statistics.median(results["an empty page"])
    for name, values in results.items():
        middle = statistics.median(values)
        if re.search("kB|rows", name):
            print(f"{name:34} {middle:8.0f}")
        else:
            print(f"{name:34} {middle:8.0f} ms   worst {max(values):6.0f} ms   {middle / empty:5.1f} x an empty page")


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed of the web interface.")
    parser.add_argument("--data-dir", type=Path, help="folder of a demonstration company")
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as empty:
        folder: Path = given.data_dir or Path(empty)
        with demonstration(folder) as url:
            _report(asyncio.run(_run(url, folder, given.rounds)))


if __name__ == "__main__":
    main()
