"""Review of work: the queue, one review by keyboard, what the agent sees of it."""

import re
from typing import Any

from playwright.async_api import Page, expect

from tests.ui.conftest import PageMaker


async def _assessment(page: Page) -> dict[str, Any]:
    number = page.url.rsplit("/", 1)[1]
    answer = await page.request.get(f"/api/mind/quality/assessment/{number}")
    assert answer.ok
    found: dict[str, Any] = await answer.json()
    return found


def _criteria(assessment: dict[str, Any]) -> list[dict[str, Any]]:
    return [criterion for category in assessment["data"]["categories"] for criterion in category["criteria"]]


async def test_supervisor_reviews_by_keyboard(page_as: PageMaker) -> None:
    page = await page_as("supervisor", "/quality/review")
    await expect(page.locator("a[href^='/quality/assessment/']").first).to_be_visible()
    await page.keyboard.press("s")
    await page.wait_for_url("**/quality/assessment/*")
    active = page.locator("li[data-criterion][data-active]")
    await expect(active).to_have_count(1)
    # What the judge left to a person comes first.
    await expect(active).to_have_attribute("data-state", "needsHuman")
    first = int(await active.get_attribute("data-criterion") or 0)

    # Evidence: a sentence is taken with the keys and marked in the conversation.
    await page.keyboard.press("e")
    await expect(page.locator("mark[data-cursor]")).to_have_count(1)
    await page.keyboard.press("Escape")
    await expect(page.locator("mark[data-cursor]")).to_have_count(0)

    await page.keyboard.press("n")
    await expect(page.locator(f"li[data-criterion='{first}']")).to_have_attribute("data-origin", "human")
    await page.keyboard.press("u")
    await page.keyboard.press("y")
    for _ in range(12):
        if await page.locator("li[data-criterion]:not([data-origin='human'])").count() == 0:
            break
        state = await active.get_attribute("data-state")
        await page.keyboard.press("y" if state in ("needsHuman", "unscored") else "a")
    await expect(page.locator("li[data-criterion]:not([data-origin='human'])")).to_have_count(0)
    await expect(page.get_by_role("status").filter(has_text=re.compile("Gespeichert|Saved"))).to_be_visible()
    url = page.url
    before = await _assessment(page)
    assert before["state"] == "reviewOngoing"
    assert {criterion["origin"] for criterion in _criteria(before)} == {"human"}

    # The running total is the server's.
    shown = await page.locator("output").inner_text()
    assert float(re.sub(r"[^\d.,]", "", shown).replace(",", ".")) == before["totals"]["percentage"]

    await page.keyboard.press("t")
    await page.keyboard.type("Clear and friendly. \U0001f44d")
    await page.keyboard.press("Control+Enter")
    await page.wait_for_function("url => location.href !== url", arg=url)
    answer = await page.request.get(f"/api/mind/quality/assessment/{before['id']}")
    after = await answer.json()
    assert after["state"] == "reviewedBySupervisor"
    assert after["data"]["supervisorAssessment"] == "Clear and friendly. \U0001f44d"


async def test_criterion_and_evidence_point_at_each_other(page_as: PageMaker) -> None:
    page = await page_as("supervisor", "/quality/review")
    answer = await page.request.get("/api/mind/quality/reviewQueue?limit=50")
    for item in (await answer.json())["items"]:
        full = await (await page.request.get(f"/api/mind/quality/assessment/{item['assessment']['id']}")).json()
        quoted = [criterion for criterion in _criteria(full) if criterion["evidence"]]
        if quoted:
            break
    else:
        raise AssertionError("no quoted evidence in the queue")
    await page.goto(f"/quality/assessment/{full['id']}")
    row = page.locator(f"li[data-criterion='{quoted[0]['id']}']")
    if await row.get_attribute("data-active") is None:
        await row.get_by_role("button").first.click()
    marks = page.locator("mark[data-active]")
    await expect(marks.first).to_be_visible()
    assert quoted[0]["evidence"][0]["quote"].startswith(await marks.first.inner_text())
    await marks.first.hover()
    await expect(page.locator("li[data-criterion][data-hovered]")).to_have_count(1)


async def test_agent_sees_only_released_assessments(page_as: PageMaker) -> None:
    page = await page_as("agent", "/quality/mine")
    rows = page.locator("a[href^='/quality/assessment/']")
    await expect(rows.first).to_be_visible()
    await rows.first.click()
    await expect(page.locator("li[data-criterion]").first).to_be_visible()
    await expect(page.get_by_role("button", name=re.compile("Finish|Abschließen"))).to_have_count(0)
    assert (await _assessment(page))["state"] in ("reviewedBySupervisor", "discussedWithAssessee")
