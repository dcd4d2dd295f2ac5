"""Every page, light and dark, is looked at by axe."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect
from scripts.screenshots import PAGES

from tests.ui.conftest import Desk, PageMaker

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = {"serious", "critical"}
RUN = """async (rules) => {
  const only = rules ? { runOnly: { type: "rule", values: rules } } : {};
  const found = await axe.run(document, { resultTypes: ["violations"], iframes: false, ...only });
  return found.violations.map(({ id, impact, nodes }) => ({
    id, impact, nodes: nodes.slice(0, 4).map(({ html, any, all, none }) =>
      `${html.slice(0, 160)}: ${[...any, ...all, ...none].map((one) => one.message).join(" ")}`),
  }));
}"""
"""The frames hold mails, which are as their senders made them; they are told apart by a title, which is judged here."""

STILL = """() => Promise.all(document.getAnimations().map((one) =>
  one.effect.getComputedTiming().endTime === Infinity ? null : one.finished.catch(() => null)))"""

needs_axe = pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: python scripts/build_ui.py")


async def _grave(page: Page, rules: Sequence[str] | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await page.evaluate(RUN, rules)
    return [one for one in found if one["impact"] in GRAVE]


async def _settled(page: Page) -> None:
    await page.locator("#root h1, #root h2, #root form").first.wait_for()
    await expect(page.locator("[aria-busy=true], .mantine-Skeleton-root, .mantine-Loader-root")).to_have_count(0)


@needs_axe
@pytest.mark.parametrize("who", sorted({who or "" for _, _, who in PAGES}))
async def test_no_page_hinders_anybody(who: str, page_as: PageMaker, desk: Desk) -> None:
    page = await page_as(who or None, "/favicon.svg", color_scheme="light")
    await page.context.add_init_script(path=AXE)
    faults: dict[str, list[dict[str, Any]]] = {}
    for name, path, whose in PAGES:
        if (whose or "") != who:
            continue
        await page.emulate_media(color_scheme="light")
        await page.goto(path)
        await _settled(page)
        faults[f"{name}, light"] = await _grave(page)
        await page.emulate_media(color_scheme="dark")
        await expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
        await page.evaluate(STILL)
        faults[f"{name}, dark"] = await _grave(page, ["color-contrast", "link-in-text-block"])
    told = [
        f"{place}: {one['id']}: {node}" for place, found in faults.items() for one in found for node in one["nodes"]
    ]
    assert told == [], "\n".join(told)
