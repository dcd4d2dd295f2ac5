"""A scorecard is changed, looked at by the linter, tried on past work and published with the result in view."""

import re

from playwright.async_api import Page, expect

from tests.ui.conftest import PageMaker
from tests.ui.test_accessibility import AXE, _grave, needs_axe

API = "/api/mind/quality"


async def _newest(page: Page, base_id: int) -> dict[str, object]:
    found = await (await page.request.get(f"{API}/scorecard?baseId={base_id}&state=active,draft,retired")).json()
    return max(found, key=lambda card: card["revision"])  # type: ignore[no-any-return]


async def _guard(page: Page, base_id: int) -> int:
    """A golden set of the family, which was never run."""
    work = (await (await page.request.get(f"{API}/assessment?scorecardBaseId={base_id}&limit=1")).json())["assessments"]
    assert work, "the company has assessments"
    created = await page.request.post(f"{API}/goldenSet", data={"name": "Settled", "scorecardBaseId": base_id})
    number: int = (await created.json())["id"]
    data = {"worklogId": work[0]["worklogId"], "labels": [{"criterionId": 6, "score": 10}]}
    added = await page.request.post(f"{API}/goldenSet/{number}/item", data=data)
    assert added.status == 200, await added.text()
    return number


async def test_a_draft_is_tried_and_published(page_as: PageMaker) -> None:
    page = await page_as("qualitymanager", "/favicon.svg")
    card = await _newest(page, 1)
    await page.goto(f"/quality/scorecards/{card['id']}")

    # A finding stands in the list and beside the criterion that it concerns.
    await page.locator("button[data-key]").filter(has_text="Alle Fragen").click()
    await page.get_by_role("textbox", name=re.compile("^(Label|Bezeichnung)")).fill("Vollständig und freundlich")
    beside = page.get_by_role("region", name=re.compile("this criterion|dieses Kriteriums"))
    await expect(beside).to_contain_text("Vollständig und freundlich")
    summary = page.get_by_role("button", name=re.compile("^(Found|Gefunden)"))
    await summary.focus()
    await page.keyboard.press("Enter")
    listed = page.get_by_role("region", name=re.compile("of the scorecard|des Bewertungsbogens")).get_by_role("button")
    await listed.filter(has_text="Vollständig und freundlich").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("textbox", name=re.compile("^(Label|Bezeichnung)"))).to_be_focused()

    # The unsaved content on a piece of past work; nothing of it stays behind.
    await page.get_by_role("button", name=re.compile("^(Try it|Ausprobieren)$")).click()
    await page.get_by_role("combobox", name=re.compile("^(Past work|Vergangener Vorgang)")).click()
    await page.get_by_role("option").first.click()
    await page.keyboard.press("Control+Enter")
    result = page.get_by_role("region", name=re.compile("Result of|Ergebnis der"))
    await expect(result.get_by_role("button", name=re.compile("Vollständig und"))).to_be_visible()
    await expect(result.locator("[class*=quote]").first).to_be_visible()
    listing = await (await page.request.get(f"{API}/backtest?limit=1")).json()

    # The backtest of the unsaved content, and the revision that is published with its result in view.
    await page.get_by_role("button", name=re.compile("^(Publish as revision|Als Revision) ")).click()
    dialog = page.get_by_role("dialog", name=re.compile("Publish|veröffentlichen"))
    await dialog.get_by_role("button", name=re.compile("Run a backtest|Probelauf starten")).click()
    start = page.get_by_role("dialog", name=re.compile("New backtest|Neuer Probelauf"))
    await start.get_by_role("textbox", name=re.compile("^(Sample|Stichprobe)")).fill("4")
    await expect(start.get_by_role("status")).to_contain_text(re.compile("4 (pieces|Vorgänge)"))
    await start.get_by_role("button", name=re.compile("^(Start backtest|Probelauf starten)$")).click()
    await expect(dialog.get_by_text(re.compile("of 4 drawn|von 4 gezogenen"))).to_be_visible()
    await expect(dialog.get_by_text(re.compile("too few to conclude|um aus den Mittelwerten"))).to_be_visible()
    await dialog.get_by_role("button", name=re.compile("^(Publish|Veröffentlichen)$")).click()
    await page.wait_for_url(lambda url: not url.endswith(f"/{card['id']}"))
    after = await (await page.request.get(f"{API}/scorecard/{page.url.rsplit('/', 1)[1]}")).json()
    assert (after["state"], after["latestBacktest"]["summary"]["scored"]) == ("active", 4)
    assert (await (await page.request.get(f"{API}/backtest?limit=1")).json())["total"] == listing["total"] + 1


async def test_a_golden_set_speaks_against_a_revision(page_as: PageMaker) -> None:
    page = await page_as("qualitymanager", "/favicon.svg")
    number = await _guard(page, 1)
    try:
        card = await _newest(page, 1)
        await page.goto(f"/quality/scorecards/{card['id']}")
        words = page.get_by_role("textbox", name=re.compile("^(What is evaluated|Was bewertet wird)"))
        await words.fill(f"The reply begins with a greeting, after revision {card['revision']}.")
        await page.get_by_role("button", name=re.compile("^(Publish as revision|Als Revision) ")).click()
        dialog = page.get_by_role("dialog", name=re.compile("Publish|veröffentlichen"))
        await dialog.get_by_role("button", name=re.compile("^(Publish|Veröffentlichen)$")).click()
        link = page.get_by_role("link", name=re.compile("golden set|Goldsatz"))
        await expect(link).to_have_attribute("href", re.compile(r"/quality/golden/\d+$"))
        await expect(page.get_by_text(re.compile("has not been run|noch nicht gelaufen"))).to_be_visible()
        await link.click()
        await page.wait_for_url("**/quality/golden/*")
    finally:
        await page.request.delete(f"{API}/goldenSet/{number}")


@needs_axe
async def test_a_backtest_is_read_by_everybody(page_as: PageMaker) -> None:
    page = await page_as("qualitymanager", "/favicon.svg", color_scheme="dark")
    await page.context.add_init_script(path=AXE)
    card = await _newest(page, 1)
    body = {"sampleSize": 3, "filters": {"onlyAssessed": True}, "useAssignment": False}
    made = await (await page.request.post(f"{API}/scorecard/{card['id']}/backtest", data=body)).json()
    await page.goto("/quality/backtests")
    await page.locator(f'a[href="/quality/backtests/{made["id"]}"]').click()
    # The switch is left out of nothing: all three pieces of work are listed, with links to what is behind them.
    await page.get_by_role("switch", name=re.compile("Only changed|Nur geänderte")).click()
    rows = page.get_by_role("table", name=re.compile("work|Vorgänge")).get_by_role("button", expanded=False)
    await expect(rows).to_have_count(len(made["diffs"]))
    await rows.first.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name=re.compile("^(Assessment|Bewertung)$")).first).to_be_visible()
    assert await _grave(page) == []
