"""Reports: the figures are those of the API, what is clicked opens the list behind it, and agents have none of it."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.ui.conftest import PageMaker, read

REPORT = "/api/mind/quality/report"
LIST = "a[href^='/quality/assessment/']"


async def _in_english(page: Page) -> None:
    await page.request.patch("/api/mind/profile", data={"lang": "en"})
    await page.reload()


def _number(text: str) -> float:
    return float(re.sub(r"[^\d.]", "", text))


async def test_a_bar_opens_its_assessments(page_as: PageMaker) -> None:
    page = await page_as("supervisor", "/reports/scores?period=all&by=scorecard")
    await _in_english(page)
    report = await read(page, "/quality/report/scores?groupBy=scorecard&distribution=true")
    assert report["rows"]
    assert _number(await page.locator("[data-overall-mean]").inner_text()) == report["overall"]["meanPercentage"]
    for row in report["rows"]:
        bar = page.get_by_role("button", name=re.compile(f"^{re.escape(row['label']['scorecard'])}: .*assessments, 95"))
        await expect(bar).to_have_count(1)
        text = await bar.get_attribute("title") or ""
        assert f" {row['assessments']} assessments" in text
        assert (row["rank"] is None) == text.endswith("too few")

    row = report["rows"][0]
    await page.get_by_role("button", name=f"{row['label']['scorecard']}: show the assessments").click()
    drawer = page.get_by_role("dialog")
    await expect(drawer.get_by_role("status")).to_contain_text(str(row["assessments"]))
    await expect(drawer.locator(LIST)).to_have_count(min(50, row["assessments"]))
    assert f"scorecard%3A{row['key']['scorecard']}" in page.url

    # The back button closes what was opened; a part of the distribution opens its own list.
    await page.go_back()
    await expect(drawer).to_have_count(0)
    part = next(one for one in report["overall"]["distribution"] if one["assessments"])
    await page.get_by_role(
        "button", name=re.compile(f"^{part['from']} to {part['to']} %: {part['assessments']} ")
    ).click()
    await expect(drawer.get_by_role("status")).to_contain_text(str(part["assessments"]))
    await drawer.locator(LIST).first.click()
    await page.wait_for_url("**/quality/assessment/*")


async def test_scores_over_time_and_as_a_file(page_as: PageMaker) -> None:
    page = await page_as("supervisor", "/reports/scores?period=all&by=week")
    await _in_english(page)
    report = await read(page, "/quality/report/scores?groupBy=time&interval=week")
    weeks = [row for row in report["rows"] if row["meanPercentage"] is not None]
    points = page.locator("[data-point]")
    await expect(points).to_have_count(len(weeks))
    await points.last.click()
    await expect(page.get_by_role("dialog").get_by_role("status")).to_contain_text(str(weeks[-1]["assessments"]))
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Export").click()
    link = page.get_by_role("menuitem", name="CSV")
    answer = await page.request.get(await link.get_attribute("href") or "")
    assert len((await answer.text()).strip().splitlines()) == 2 + len(report["rows"])


async def test_agreement_says_how_much_is_known(page_as: PageMaker) -> None:
    page = await page_as("qualitymanager", "/reports/agreement?card=1&period=all&untouched=1")
    await _in_english(page)
    await page.get_by_role("heading", name="Agreement").wait_for()
    report = await read(page, "/quality/report/agreement?scorecardBaseId=1&includeImplicit=true")
    if report["overall"]["given"] == 0:
        await expect(page.get_by_text("Nothing to compare yet")).to_be_visible()
        return
    for group in report["groups"]:
        await expect(page.get_by_role("button", name=f"{group['label']}: show the details")).to_be_visible()
    if report["overall"]["abstentions"]:
        await page.get_by_role("button", name=re.compile("left to people")).first.click()
        status = page.get_by_role("dialog").get_by_role("status")
        await expect(status).to_contain_text(str(report["overall"]["abstentions"]))


async def test_a_cell_of_the_matrix_opens_its_pairs(page_as: PageMaker) -> None:
    """The founded company has no answers of both; the report is given, with the figures of a worked example."""
    page = await page_as("qualitymanager", "/favicon.svg")
    await page.request.patch("/api/mind/profile", data={"lang": "en"})
    asked: list[str] = []

    async def pairs(route: Any) -> None:
        asked.append(route.request.url)
        pair = {
            "assessmentId": 1, "sessionId": None, "ticketId": 6, "worklogId": 1, "runId": 1, "criterionId": 4,
            "label": "Names the next step", "scoringType": "metNotMet", "maxPoints": 10, "explicit": True,
            "ai": {"score": 0, "applicable": True}, "human": {"score": 10, "applicable": True},
            "reviewer": {"id": 4, "name": "Nora Blum"}, "model": "built-in", "promptVersion": None,
            "date": "2026-03-02T09:00:00Z",
        }  # fmt: skip
        await route.fulfill(json=_head() | {"pairs": [pair] * 15, "total": 15, "limit": 50, "offset": 0})

    await page.route(f"**{REPORT}/agreement/pair?**", pairs)
    await page.route(f"**{REPORT}/agreement?**", lambda route: route.fulfill(json=_worked_example()))
    await page.goto("/reports/agreement?card=1&row=4")
    reading = page.locator("[data-reading]")
    await expect(reading).to_contain_text("the same answer in 70 of 100 cases (n = 50)")
    await expect(reading).to_contain_text("Always giving the most frequent answer would reach 60.")
    await expect(reading).to_contain_text("the difference lies between -4 and 24 of 100 cases")
    await expect(reading).to_contain_text("fair agreement (kappa 0.4; 0.15 to 0.64)")
    await page.get_by_role("button", name="Person: Met, judge: Not met: 10 cases").click()
    drawer = page.get_by_role("dialog")
    await expect(drawer.locator(LIST)).to_have_count(15)
    assert "human=met" in asked[-1]
    assert "ai=notMet" in asked[-1]
    assert "key=4" in asked[-1]


async def test_reviewers_and_trust(page_as: PageMaker) -> None:
    page = await page_as("qualitymanager", "/reports/reviewers?card=1&period=all")
    await _in_english(page)
    report = await read(page, "/quality/report/reviewers?scorecardBaseId=1")
    for row in report["reviewers"]:
        await expect(page.get_by_role("link", name=row["reviewer"]["name"])).to_be_visible()

    await page.goto("/quality/scorecards")
    link = page.locator("a[href^='/reports/trust/']").first
    place = (await link.get_attribute("href") or "").rpartition("/")[2]  # Another test may have published a revision.
    await link.click()
    trust = await read(page, f"/quality/scorecard/{place}/trust")
    for one in trust["criteria"]:
        await expect(page.get_by_role("button", name=one["label"])).to_be_visible()
    target = page.get_by_role("textbox", name="Target agreement")
    await target.fill("91")
    await page.get_by_role("button", name="Save target").click()
    await expect(page.get_by_text("Set for this scorecard.")).to_be_visible()
    assert (await read(page, f"/quality/scorecard/{place}/trust"))["targetAgreement"] == 0.91
    await page.get_by_role("button", name="Follow the setting").click()
    await expect(page.get_by_text("Follows the setting of the instance.")).to_be_visible()
    await page.get_by_role("button", name="Forget everything").click()
    await expect(page.get_by_role("dialog")).to_contain_text("cannot be undone")
    await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()


@pytest.mark.parametrize("path", ["/reports/scores", "/reports/agreement", "/reports/trust/1"])
async def test_an_agent_has_no_access(path: str, page_as: PageMaker) -> None:
    page = await page_as("clara", path)
    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(page.locator("nav a[href^='/reports/']")).to_have_count(0)
    await expect(page.locator("nav a[href='/quality/mine']")).to_have_count(1)


def _head() -> dict[str, Any]:
    return {
        "scorecardBaseId": 1, "scorecardId": None, "from": None, "to": None, "source": "review", "groupBy": "criterion",
    }  # fmt: skip


def _worked_example() -> dict[str, Any]:
    """Two raters, fifty cases: 20 and 15 the same, 10 and 5 not; kappa 0.4 as in the textbooks."""
    names = (
        "coverage", "exactAgreement", "withinOne", "cohenKappa", "krippendorffAlpha", "applicabilityKappa",
        "meanAbsoluteError", "bias", "baseline",
    )  # fmt: skip
    nothing: dict[str, Any] = {"exactAgreement": None, "meanAbsoluteError": None, "gain": None}
    baseline = {
        "exactAgreement": 0.6, "meanAbsoluteError": 0.4, "gain": 0.1, "n": 50,
        "ci95": nothing | {"exactAgreement": [0.46, 0.74], "gain": [-0.04, 0.24]},
    }  # fmt: skip
    group = {
        "key": 4, "label": "Names the next step", "scoringType": "metNotMet", "n": 50, "nExplicit": 50,
        "assessments": 50, "reviewers": 2, "given": 60, "answered": 50, "abstentions": 10, "coverage": 0.833,
        "exactAgreement": 0.7, "withinOne": None, "cohenKappa": 0.4, "krippendorffAlpha": 0.4,
        "applicabilityKappa": None, "meanAbsoluteError": 0.3, "bias": -0.1, "baseline": 0.6,
        "confusionMatrix": {
            "labels": ["notMet", "met", "notApplicable"], "rows": "human", "columns": "ai",
            "matrix": [[15, 5, 0], [10, 20, 0], [0, 0, 0]],
        },
        "humanCeiling": None,
        "baselines": {"constant": baseline, "reviewerOffset": nothing | {"ci95": nothing, "n": 0}},
        "nOf": dict.fromkeys(names, 50),
        "ci95": dict.fromkeys(names) | {"exactAgreement": [0.57, 0.82], "cohenKappa": [0.15, 0.64]},
        "note": None, "warnings": ["notBetterThanConstant"],
    }  # fmt: skip
    whole = group | {"key": None, "label": ""}
    rest = {"blindOnly": False, "includeImplicit": False, "minN": 20, "confidence": 0.95, "resamples": 1000}
    return _head() | rest | {"groups": [group], "overall": whole}
