"""Appeals: the agent reads, confirms and appeals; somebody else decides; the agent sees what came of it."""

import re
from typing import Any

from playwright.async_api import Page, expect

from tests.ui.conftest import Desk, PageMaker, in_english, read

FINISHED = "reviewedBySupervisor,discussedWithAssessee"


def _lost(assessment: dict[str, Any]) -> list[dict[str, Any]]:
    criteria = [one for category in assessment["data"]["categories"] for one in category["criteria"]]
    return [one for one in criteria if one["score"] is not None and one["score"] < one["maxPoints"]]


AGENTS = ("emily", "sven", "patrick", "miriam", "jonas", "dariusz", "franziska", "clara")


async def _appellant(page_as: PageMaker) -> tuple[Page, dict[str, Any]]:
    """Somebody with an assessment to appeal against; whose reviews are recent depends on the hour of the founding."""
    for name in AGENTS:
        page = await page_as(name, "about:blank")
        target = await _to_appeal(page)
        if target is not None:
            return page, target
    raise AssertionError("no recent assessment that lost points at two criteria")


async def _to_appeal(page: Page) -> dict[str, Any] | None:
    """An assessment of the signed-in person's work that lost points at two criteria and can be appealed against."""
    me = await read(page, "/profile")
    rows = (await read(page, f"/quality/assessment?user={me['id']}&state={FINISHED}&limit=100"))["assessments"]
    for row in rows:
        if row["appealState"] is None:
            full: dict[str, Any] = await read(page, f"/quality/assessment/{row['id']}")
            chance = (await read(page, f"/quality/assessment/{row['id']}/appeal"))["chance"]
            if len(_lost(full)) >= 2 and chance["obstacle"] is None:
                return full
    return None


async def test_an_agent_appeals_and_sees_the_decision(page_as: PageMaker, desk: Desk) -> None:
    agent, target = await _appellant(page_as)
    await in_english(agent, desk)
    first, second = _lost(target)[:2]
    path = f"/quality/assessment/{target['id']}"
    await agent.goto(path)
    part = agent.get_by_role("region", name="Your answer to this assessment")
    if target["acknowledgedAt"] is None:
        await part.get_by_role("button", name="Add a comment").click()
        await part.get_by_role("textbox", name="Comment").fill("Read on Monday.")
        await part.get_by_role("button", name="I have read it").click()
    await expect(part.get_by_text("You confirmed on")).to_be_visible()

    await part.get_by_role("button", name="Appeal").click()
    dialog = agent.get_by_role("dialog")
    await dialog.get_by_role("textbox", name="Why is the assessment wrong?").fill("Both are in the first reply.")
    # What is not sent outlives the dialog.
    await dialog.get_by_role("button", name="Cancel").click()
    await part.get_by_role("button", name="Appeal").click()
    await expect(dialog.get_by_role("textbox", name="Why is the assessment wrong?")).to_have_value(
        "Both are in the first reply."
    )
    for criterion in (first, second):
        await dialog.get_by_role("checkbox", name=criterion["label"], exact=True).check()
        field = dialog.get_by_role("group", name=f"Proposed answer for {criterion['label']}")
        if criterion["scoringType"] == "metNotMet":
            await field.get_by_role("button", name="Met", exact=True).click()
        else:
            await field.get_by_role("textbox").fill(str(criterion["maxPoints"]))
    await dialog.get_by_role("button", name="Send appeal").click()
    await expect(part.get_by_text("It waits for somebody")).to_be_visible()
    await expect(part.get_by_role("button", name="Appeal", exact=False)).to_have_count(0)
    appeal = (await read(agent, f"/quality/assessment/{target['id']}/appeal"))["appeals"][0]
    assert [one["proposedScore"] for one in appeal["criteria"]] == [first["maxPoints"], second["maxPoints"]]

    # Whoever reviewed it does not decide.
    for name in ("marek", "admin"):
        decider = await page_as(name, "about:blank")
        if (await read(decider, f"/quality/appeal/{appeal['id']}"))["canDecide"]:
            break
    await in_english(decider, desk)
    await decider.goto(f"/quality/appeals?appeal={appeal['id']}")
    form = decider.get_by_role("form", name="Decision")
    await form.get_by_role("button", name="Take under review").click()
    await expect(form.get_by_role("button", name="Take under review")).to_have_count(0)
    await form.get_by_role("radiogroup", name=f"Decision on {first['label']}").get_by_text("As proposed").click()
    await form.get_by_role("radiogroup", name=f"Decision on {second['label']}").get_by_text("Keep").click()
    await expect(form.get_by_text("This accepts the appeal in part.")).to_be_visible()
    await form.get_by_role("textbox", name="Reason for the agent").fill("The first one is there.")
    await form.get_by_role("button", name="Accept in part").click()
    await expect(decider.get_by_role("region", name="Appeal").get_by_text("The score went from")).to_be_visible()
    await (
        decider.get_by_role("region", name="Appeal")
        .get_by_role("button", name=f"Show “{first['label']}” in the review")
        .click()
    )
    await expect(decider.locator(f"li[data-criterion='{first['id']}'][data-active]")).to_be_visible()

    await agent.reload()
    await expect(part.get_by_text("The first one is there.")).to_be_visible()
    await expect(part.get_by_text("Accepted in part")).to_be_visible()
    after = await read(agent, f"/quality/assessment/{target['id']}")
    scores = {one["id"]: one["score"] for category in after["data"]["categories"] for one in category["criteria"]}
    assert (scores[first["id"]], scores[second["id"]]) == (first["maxPoints"], second["score"])
    assert (after["appealState"], after["acknowledgedAt"]) == ("partiallyAccepted", None)


async def test_people_without_the_right_see_no_appeals_and_no_plans(page_as: PageMaker, desk: Desk) -> None:
    agent = await page_as("sven", "about:blank")
    await in_english(agent, desk)
    for path in ("/quality/appeals", "/quality/sampling", "/quality/second/1"):
        await agent.goto(path)
        await expect(agent.get_by_text(re.compile("Your role does not allow this"))).to_be_visible()
    await expect(agent.get_by_role("link", name="Appeals")).to_have_count(0)
    assert (await agent.request.get("/api/mind/quality/samplingPlan")).status == 403
