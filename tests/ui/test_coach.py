"""The coach checks a reply while it is written (quality.md 9), as the agent sees it."""

import re

from playwright.async_api import expect

from tests.ui.conftest import Desk, PageMaker, Watch
from tests.ui.test_ticket import _ticket

CURT = "Das geht leider nicht. Wir melden uns."
WHOLE = (
    "Guten Tag Frau Brink,\n\nIhr Abschlag beträgt ab dem 1. März 84 Euro.\n\nMit freundlichen Grüßen\nHenrike Solms"
)


async def test_a_reply_is_checked_while_it_is_written_and_gets_better(page_as: PageMaker, desk: Desk) -> None:
    page = await page_as("admin", "/inbox")
    number = await _ticket(page, desk, body="Wie hoch ist mein Abschlag?")
    await page.goto(f"/ticket/{number}")
    coach = page.get_by_role("region", name=re.compile("Qualitäts-Coach|Quality Coach"))
    await expect(page.get_by_role("article")).to_have_count(1)
    await expect(coach).to_have_count(0)

    field = page.locator("textarea").first
    async with page.expect_response(re.compile("/quality/check")) as first:
        await field.fill(CURT)
    (card,) = (await (await first.value).json())["scorecards"]
    assert card["passed"] is False
    lacking = [
        criterion["label"]
        for category in card["categories"]
        for criterion in category["criteria"]
        if criterion["score"] is not None and criterion["score"] < criterion["maxPoints"]
    ]
    assert "Verabschiedung" in lacking
    await expect(coach.get_by_role("listitem")).to_have_count(len(lacking))
    for label in lacking:
        await expect(coach).to_contain_text(label)

    async with page.expect_response(re.compile("/quality/check")) as second:
        await field.fill(WHOLE)
    (better,) = (await (await second.value).json())["scorecards"]
    assert better["percentage"] > card["percentage"]
    await expect(coach.get_by_text("Verabschiedung")).to_have_count(0)
    await expect(coach.get_by_role("img", name=re.compile("besser als zuvor|better than before")).first).to_be_visible()

    await field.focus()
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("article").nth(1)).to_contain_text("84 Euro")
    await expect(coach).to_have_count(0)


async def test_a_check_that_fails_keeps_nobody_from_sending(page_as: PageMaker, desk: Desk, watch: Watch) -> None:
    watch.allow("502")
    page = await page_as("admin", "/inbox")
    number = await _ticket(page, desk, body="Bitte um Rückruf.")
    error = {"error": {"code": "ai_service_failed", "message": "The judge did not answer.", "details": {}}}
    await page.route("**/quality/check", lambda route: route.fulfill(status=502, json=error))
    await page.goto(f"/ticket/{number}")
    await page.locator("textarea").first.fill(CURT)
    coach = page.get_by_role("region", name=re.compile("Qualitäts-Coach|Quality Coach"))
    await expect(coach).to_contain_text(re.compile("konnte gerade nicht geprüft|could not be checked"))
    await page.locator("textarea").first.press("Control+Enter")
    await expect(page.get_by_role("article").nth(1)).to_contain_text("Wir melden uns")
