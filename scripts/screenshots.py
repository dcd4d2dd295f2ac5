"""Pictures of every page, light and dark, in three widths: `make screenshots` writes them into `screenshots/`.

`--docs` renews the six of the README, in English. With an address and a data folder it takes a running instance:
`python -m scripts.screenshots --url http://127.0.0.1:8700 --data-dir .assaydesk --only inbox`.
"""

import argparse
import asyncio
import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from tests.servers.chromium import find_chromium

TARGET = Path(__file__).resolve().parents[1] / "screenshots"
WIDTHS = {"wide": (1440, 900), "middle": (1024, 768), "narrow": (390, 844)}

# Name, path, who looks at it (the beginning of an e-mail address; None: nobody is signed in).
PAGES: list[tuple[str, str, str | None]] = [
    ("sign-in", "/", None),
    ("inbox", "/inbox", "clara"),
    ("ticket", "/ticket/6", "clara"),
    ("review-queue", "/quality/review", "tobias"),
    ("assessments", "/quality/review?tab=all", "tobias"),
    ("review", "/quality/assessment/62", "marek"),
    ("my-quality", "/quality/mine", "clara"),
    ("appeals", "/quality/appeals?tab=all", "marek"),
    ("sampling", "/quality/sampling", "marek"),
    ("scorecards", "/quality/scorecards", "marek"),
    ("scorecard", "/quality/scorecards/1", "marek"),
    ("backtests", "/quality/backtests", "marek"),
    ("backtest-start", "/quality/backtests?start=1", "marek"),
    ("calibrations", "/quality/calibration", "tobias"),
    ("calibration-new", "/quality/calibration/new", "marek"),
    ("calibration-result", "/quality/calibration/1", "marek"),
    ("calibration-open", "/quality/calibration/2", "tobias"),
    ("golden-sets", "/quality/golden", "marek"),
    ("golden-set", "/quality/golden/1?tab=items", "marek"),
    ("fairness", "/quality/fairness", "marek"),
    ("report-scores", "/reports/scores?period=all", "tobias"),
    ("report-weeks", "/reports/scores?period=all&by=week", "tobias"),
    ("report-agreement", "/reports/agreement?card=1&period=all", "marek"),
    ("report-reviewers", "/reports/reviewers?card=1&period=all", "marek"),
    ("trust", "/reports/trust/1?open=4", "marek"),
    ("people", "/admin/people", "admin"),
    ("person", "/admin/people/7", "admin"),
    ("add-person", "/admin/people?add=1", "admin"),
    ("teams", "/admin/teams", "admin"),
    ("roles", "/admin/roles", "admin"),
    ("role", "/admin/roles/3", "admin"),
    ("settings", "/admin/settings/quality", "admin"),
    ("tags", "/admin/tags?tag=2", "admin"),
    ("templates", "/admin/templates?tab=answers&id=1", "admin"),
    ("mailboxes", "/admin/mailboxes", "admin"),
    ("jobs", "/admin/jobs", "admin"),
    ("access", "/admin/access", "admin"),
    ("hooks", "/admin/hooks", "admin"),
    ("exports", "/admin/exports", "admin"),
    ("audit", "/admin/audit", "admin"),
    ("profile", "/profile", "clara"),
]

# Those in the documentation, and how.
DOCUMENTED = {
    "inbox": "light", "ticket": "dark", "review": "light", "my-quality": "light", "scorecard": "dark",
    "review-queue": "light",
}  # fmt: skip
PICTURES = TARGET.parent / "docs" / "pictures"
SMALL = (1200, 750)


@contextmanager
def demonstration(folder: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "assaydesk", "demo", "--data-dir", str(folder), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 180
        while True:
            try:
                urllib.request.urlopen(f"{url}/api/mind/health", timeout=2).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit("The demonstration company did not start.") from None
                time.sleep(0.5)
        yield url
    finally:
        process.terminate()
        process.wait(60)


async def _take(url: str, folder: Path, only: str | None, target: Path, *, docs: bool = False) -> None:
    program, reason = find_chromium()
    if program is None:
        raise SystemExit(reason)
    people = json.loads((folder / "credentials.json").read_text())
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for name, path, who in PAGES:
            if only and only not in name:
                continue
            for scheme in ("light", "dark"):
                if docs and DOCUMENTED.get(name) != scheme:
                    continue
                await _one(browser, url, people, target, name, path, who, scheme, docs=docs)
        await browser.close()


async def _one(
    browser: Browser, url: str, people: list[dict[str, str]], target: Path, name: str, path: str, who: str | None,
    scheme: str, *, docs: bool,
) -> None:  # fmt: skip
    context = await browser.new_context(
        base_url=url,
        color_scheme="dark" if scheme == "dark" else "light",
        locale="en-GB",
        viewport={"width": WIDTHS["wide"][0], "height": WIDTHS["wide"][1]},
    )
    if who is not None:
        person = next(one for one in people if one["email"].startswith(who))
        body = {"email": person["email"], "password": person["password"]}
        await context.request.post("/api/auth/login", data=body, headers={"Origin": url})
        if docs:
            await context.request.patch("/api/mind/profile", data={"lang": "en"}, headers={"Origin": url})
    page = await context.new_page()
    page.on("console", lambda message: message.type == "error" and print(name, "console:", message.text))
    await page.goto(path)
    await _settled(page)
    if docs:
        await page.set_viewport_size({"width": SMALL[0], "height": SMALL[1]})
        await page.wait_for_timeout(300)
        await page.screenshot(path=target / f"{name}.png")
        await context.close()
        return
    for width, (across, down) in WIDTHS.items():
        await page.set_viewport_size({"width": across, "height": down})
        await page.wait_for_timeout(300)
        await page.screenshot(path=target / f"{name}-{scheme}-{width}.png")
    await context.close()


async def _settled(page: Page) -> None:
    await page.locator("#root > *").first.wait_for(state="attached")
    await page.wait_for_timeout(600)
    await page.locator("[aria-busy=true]").first.wait_for(state="detached")
    await page.wait_for_timeout(300)


def main() -> None:
    parser = argparse.ArgumentParser(description="Pictures of every page.")
    parser.add_argument("--url", help="a running instance")
    parser.add_argument("--data-dir", type=Path, help="its data folder")
    parser.add_argument("--only", help="part of the name of the page")
    parser.add_argument("--docs", action="store_true", help="the six of the documentation")
    parser.add_argument("--target", type=Path, help="folder for the pictures")
    given = parser.parse_args()
    target: Path = given.target or (PICTURES if given.docs else TARGET)
    target.mkdir(parents=True, exist_ok=True)
    if given.url:
        asyncio.run(_take(given.url, given.data_dir or Path(".assaydesk"), given.only, target, docs=given.docs))
        return
    with tempfile.TemporaryDirectory() as folder, demonstration(Path(folder)) as url:
        asyncio.run(_take(url, Path(folder), given.only, target, docs=given.docs))


if __name__ == "__main__":
    main()
