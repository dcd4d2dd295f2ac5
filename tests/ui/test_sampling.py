"""Sampling plans, independent second reviews, and how a score came about."""

import re

from playwright.async_api import expect

from tests.ui.conftest import Desk, PageMaker, in_english, read


async def test_a_quality_manager_plans_a_sample(page_as: PageMaker, desk: Desk) -> None:
    page = await page_as("qualitymanager", "about:blank")
    await in_english(page, desk)
    await page.goto("/quality/sampling")
    await page.get_by_role("button", name="New plan").first.click()
    form = page.get_by_role("dialog")
    await form.get_by_role("textbox", name="Name").fill("Weekly look")
    await (
        form.get_by_role("combobox", name="Scorecard").or_(form.get_by_role("textbox", name="Scorecard")).first.click()
    )
    await page.get_by_role("option").first.click()
    await form.get_by_role("textbox", name="Pieces of work of each person and week").fill("3")
    # Half of three places, half a place counted as one.
    await expect(form.get_by_text("50 % at random: 2 at random, 1 by risk")).to_be_visible()
    await form.get_by_role("button", name="Save").click()
    card = page.get_by_role("article").filter(has_text="Weekly look")
    await expect(card.get_by_text("Active")).to_be_visible()
    plans = (await read(page, "/quality/samplingPlan"))["plans"]
    plan = next(one for one in plans if one["name"] == "Weekly look")
    assert (plan["perAgentWeek"], plan["randomPercent"], plan["dueDays"], len(plan["risks"])) == (3, 50, 7, 7)
    await card.get_by_role("button", name="Actions for Weekly look").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(card).to_have_count(0)


async def test_a_second_review_is_blind_until_it_is_handed_in(page_as: PageMaker, desk: Desk) -> None:
    asker = await page_as("marek", "about:blank")
    await in_english(asker, desk)
    rows = (await read(asker, "/quality/assessment?state=reviewedBySupervisor&limit=100"))["assessments"]
    reviewer = await page_as("admin", "about:blank")
    await in_english(reviewer, desk)
    me = (await read(reviewer, "/profile"))["id"]
    for row in rows:
        known = await read(asker, f"/quality/secondReview?assessmentId={row['id']}")
        if row["assessedByUser"] not in (None, me) and known["total"] == 0:
            break
    else:
        raise AssertionError("every finished review was reviewed a second time")

    await asker.goto(f"/quality/assessment/{row['id']}")
    await asker.get_by_role("button", name="More actions").click()
    await asker.get_by_role("menuitem", name="How was this score made?").click()
    dialog = asker.get_by_role("dialog")
    await expect(dialog.get_by_role("table", name="What the judge said")).to_be_visible()
    await dialog.get_by_role("tab", name="Ask again").click()
    await dialog.get_by_role("button", name="Ask again").click()
    await expect(dialog.get_by_text(re.compile("The same answer|Another answer"))).to_be_visible()
    await dialog.get_by_role("button", name="Close").click()

    answer = await asker.request.post(
        f"/api/mind/quality/assessment/{row['id']}/secondReview", data={"reviewerId": me},
        headers={"Origin": desk.url},
    )  # fmt: skip
    assert answer.ok, await answer.text()

    await reviewer.goto("/quality/review")
    await reviewer.locator(f"a[href='/quality/second/{row['id']}']").click()
    sheet = reviewer.get_by_role("region", name="Sheet")
    await expect(sheet.get_by_text("You score independently")).to_be_visible()
    await expect(sheet.get_by_role("button", name="Hand in")).to_be_disabled()
    fields = sheet.get_by_role("group", name=re.compile("^Proposed answer for"))
    for index in range(await fields.count()):
        field = fields.nth(index)
        met = field.get_by_role("button", name="Met", exact=True)
        if await met.count():
            await met.click()
        else:
            await field.get_by_role("textbox").fill("1")
    await sheet.get_by_role("button", name="Hand in").click()
    await reviewer.get_by_role("dialog").get_by_role("button", name="Hand in").click()
    await expect(sheet.get_by_role("table", name="Both reviews side by side")).to_be_visible()
    found = await read(reviewer, f"/quality/assessment/{row['id']}/secondReview")
    assert found["state"] == "submitted"
    await asker.reload()
    part = asker.get_by_role("region", name="Second review")
    await part.get_by_role("button", name="Compare").click()
    await expect(part.get_by_role("table", name="Both reviews side by side")).to_be_visible()
