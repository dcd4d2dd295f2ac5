"""Calibration sessions, golden sets and fairness probes in the browser."""

import re
from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.ui.conftest import Desk, PageMaker, Watch, read
from tests.ui.test_accessibility import AXE, GRAVE, RUN

SUBMIT = re.compile("^(Abgeben|Submit)")
CLOSE = re.compile("Sitzung abschließen|Close session")


async def _no_fault(page: Page) -> None:
    """Axe has to be brought to the page before it is opened."""
    if not AXE.is_file():
        return
    found = await page.evaluate(RUN, None)
    assert [one for one in found if one["impact"] in GRAVE] == []


async def _bring_axe(page: Page) -> None:
    if AXE.is_file():
        await page.context.add_init_script(path=AXE)


async def _choose(page: Page, field: Locator, option: str | re.Pattern[str]) -> None:
    await field.click()
    await page.get_by_role("option", name=option).first.click()


async def _score(page: Page, work: int, keys: str) -> None:
    """Answers all criteria of a sheet, one key each in turn."""
    rows = page.locator(f"[data-sheet='{work}'] li[data-criterion]")
    await expect(rows.first).to_be_visible()
    count = await rows.count()
    for number in range(count):
        await expect(page.locator("li[data-criterion][data-active]")).to_have_count(1)
        await page.keyboard.press(keys[number % len(keys)])
        await expect(page.locator("li[data-criterion][data-origin='human']")).to_have_count(number + 1)


async def test_reviewers_score_blind_and_the_result_is_that_of_the_api(page_as: PageMaker, watch: Watch) -> None:
    manager = await page_as("marek", "/quality/calibration/new")
    await manager.get_by_label("Name").fill("Tuesday, e-mail")
    await _choose(manager, manager.get_by_role("combobox").nth(0), re.compile("."))
    reviewers = manager.get_by_role("combobox").nth(1)
    for name in ("Tobias", "Annika"):
        await reviewers.fill(name)
        await manager.get_by_role("option", name=re.compile(name)).click()
    await manager.keyboard.press("Escape")
    agents = re.compile("Clara|Dariusz|Emily|Franziska|Jonas|Miriam|Patrick|Sven")
    for number in range(2):
        await manager.get_by_role("checkbox", name=agents).nth(number).check()
    await manager.get_by_role("button", name=re.compile("Sitzung beginnen|Start session")).click()
    await manager.wait_for_url(re.compile(r"/quality/calibration/\d+$"))
    number = int(manager.url.rsplit("/", 1)[1])
    works = [item["worklogId"] for item in (await read(manager, f"/quality/calibration/{number}"))["items"]]
    assert len(works) == 2

    # The sheet says what is missing; the draft is kept; what is submitted leads to the next.
    strict = await page_as("tobias", f"/quality/calibration/{number}/item/{works[0]}")
    await expect(strict.locator("li[data-criterion][data-active]")).to_have_count(1)
    await strict.keyboard.press("n")
    await strict.keyboard.press("Control+Enter")
    await expect(strict.get_by_role("alert").filter(has_text=re.compile("fehl|missing"))).to_be_visible()
    await expect(strict.get_by_role("status").filter(has_text=re.compile("Gespeichert|Saved"))).to_be_visible()
    await strict.reload()
    await expect(strict.locator("li[data-criterion][data-origin='human']")).to_have_count(1)
    left = await strict.locator("li[data-criterion]:not([data-origin='human'])").count()
    for _ in range(left):
        before = await strict.locator("li[data-criterion][data-origin='human']").count()
        await strict.keyboard.press("n")
        await expect(strict.locator("li[data-criterion][data-origin='human']")).to_have_count(before + 1)
    await strict.keyboard.press("Control+Enter")
    await strict.wait_for_url(f"**/item/{works[1]}")
    await _score(strict, works[1], "yn")
    await strict.get_by_role("button", name=SUBMIT).click()
    await strict.wait_for_url(f"**/quality/calibration/{number}")

    # Blind: the other reviewer learns that a sheet is there, not what it says.
    other = await page_as("annika", "/quality/calibration")
    await other.get_by_role("link", name=re.compile("Bewerten beginnen|Begin scoring")).first.wait_for()
    seen = await read(other, f"/quality/calibration/{number}")
    sheets = [sheet for item in seen["items"] for sheet in item["sheets"] if sheet["state"] == "submitted"]
    assert sheets
    assert all(sheet["criteria"] is None for sheet in sheets)
    await other.goto(f"/quality/calibration/{number}/item/{works[0]}")
    for work in works:
        await _score(other, work, "y")
        await expect(other.get_by_text("Tobias")).to_have_count(0)
        url = other.url
        await other.get_by_role("button", name=SUBMIT).click()
        await other.wait_for_function("url => location.href !== url", arg=url)

    await _bring_axe(manager)
    await manager.reload()
    await manager.get_by_role("button", name=CLOSE).click()
    await manager.get_by_role("dialog").get_by_role("button", name=CLOSE).click()
    cells = manager.locator("[data-cell]")
    await expect(cells.first).to_be_visible()
    result = await read(manager, f"/quality/calibration/{number}/result")
    told = {f"{one['userId'] or 'ai'}:{one['criterionId']}": one for one in result["heatMap"] if one["n"] > 0}
    for cell in await cells.all():
        one = told.pop(await cell.get_attribute("data-cell") or "")
        words = (await cell.inner_text()).replace("−", "-").replace("±", "").replace("+", "").split()
        assert abs(int(words[-3]) - 100 * one["meanDifference"]) <= 0.501
        assert words[-1] == str(one["n"])
    assert told == {} or result["ai"] is not None
    await _no_fault(manager)
    await cells.first.click()
    await expect(manager.get_by_role("dialog").get_by_role("table")).to_be_visible()
    await manager.keyboard.press("Escape")
    await manager.goto(f"/quality/calibration/{number}/item/{works[0]}")
    await expect(manager.get_by_role("columnheader", name=re.compile("Tobias"))).to_be_visible()
    await _no_fault(manager)

    # Whoever is neither reviewer nor manager sees nothing of it.
    watch.allow(r"404")
    agent = await page_as("clara", "/quality/calibration")
    await expect(agent.get_by_role("alert")).to_be_visible()
    assert await agent.locator("nav a[href^='/quality/calibration'], nav a[href='/quality/golden']").count() == 0
    await agent.goto(f"/quality/calibration/{number}")
    await expect(agent.get_by_role("alert")).to_be_visible()
    await expect(agent.get_by_text("Tuesday, e-mail")).to_have_count(0)


async def test_a_golden_set_is_filled_and_run(page_as: PageMaker, desk: Desk) -> None:
    page = await page_as("marek", "/quality/golden")
    await _bring_axe(page)
    reviewed = await read(page, "/quality/assessment?state=reviewedBySupervisor,discussedWithAssessee&limit=1")
    base = reviewed["assessments"][0]["scorecardBaseId"]
    made = await page.request.post(
        "/api/mind/quality/goldenSet", data={"name": "Settled", "scorecardBaseId": base}, headers={"Origin": desk.url}
    )
    await page.goto(f"/quality/golden/{(await made.json())['id']}")
    await page.get_by_role("button", name=re.compile("^(Arbeiten hinzufügen|Add work)")).first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("checkbox").nth(1).check()
    await dialog.get_by_role("button", name=re.compile("^(Arbeiten hinzufügen|Add work)")).click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.get_by_role("button", name=re.compile("Jetzt laufen lassen|Run now")).first.click()
    # One label is no test, and the page says so instead of calling it passed, once a worker has carried the run out.
    waits = page.get_by_role("status").filter(has_text=re.compile("[01] (von|of) 1"))
    await expect(
        waits.or_(page.get_by_text(re.compile("geprüft wurde aber nichts|nothing was tested")))
    ).to_be_visible()
    await _no_fault(page)


def _moved(n: int, flips: float, beyond: tuple[float, float]) -> dict[str, Any]:
    return {
        "n": n, "flips": flips, "flipsCi95": [0.0, 2 * flips], "noiseFlips": 0.0, "beyondNoise": flips,
        "beyondNoiseCi95": list(beyond), "meanShift": -flips / 2, "meanShiftCi95": [-flips, 0.0],
    }  # fmt: skip


def _kind(kind: str, worklogs: int, found: dict[str, Any]) -> dict[str, Any]:
    line = {"criterionId": 1, "label": "Greeting", **found}
    return {"kind": kind, "worklogs": worklogs, "leftOut": 0, "overall": found, "criteria": [line]}


async def test_a_fairness_probe_says_what_it_leaves_open(page_as: PageMaker) -> None:
    page = await page_as("marek", "/quality/golden")
    await _bring_axe(page)
    kinds = [
        _kind("names", 4, _moved(36, 0.0, (0.0, 0.0))),
        _kind("gender", 40, _moved(360, 0.1, (0.04, 0.16))),
        _kind("dialect", 40, _moved(360, 0.0, (0.0, 0.0))),
        _kind("formality", 40, _moved(360, 0.02, (-0.01, 0.05))),
    ]
    result = {"judged": 40, "failed": 0, "noise": _moved(360, 0.0, (0.0, 0.0)), "kinds": kinds}
    at = "2026-05-04T08:00:00Z"
    probe = {
        "id": 1, "state": "done", "scorecardId": 1, "kinds": [one["kind"] for one in kinds], "seed": 1, "worklogs": 40,
        "excluded": 0, "createdBy": 1, "createdAt": at, "startedAt": at, "finishedAt": at, "error": None,
        "result": result,
    }  # fmt: skip
    answer = {"probes": [probe], "total": 1, "limit": 50, "offset": 0}
    await page.route("**/api/mind/quality/fairness?**", lambda route: route.fulfill(json=answer))
    await page.goto("/quality/fairness")
    said = {"names": "zu wenige|too few", "gender": "hängen davon ab|depend on it", "dialect": "nichts zu|nothing seen"}
    for kind, words in said.items():
        await expect(page.locator(f"[data-kind='{kind}']")).to_contain_text(re.compile(words))
    # Nobody moved in 40 pieces of work: 1 - 0.05 ** (1 / 40) may still be touched.
    await expect(page.locator("[data-kind='dialect']")).to_contain_text("7")
    await expect(page.locator("[data-kind='formality']")).to_contain_text(re.compile(r"5\s?%"))
    await _no_fault(page)
