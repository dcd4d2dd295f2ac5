"""Scorecards: change one, look at the difference, publish it."""

import re

from playwright.async_api import expect

from tests.ui.conftest import PageMaker


async def test_quality_manager_changes_a_scorecard_and_publishes(page_as: PageMaker) -> None:
    page = await page_as("qualitymanager", "/quality/scorecards")
    await page.locator("tbody a").first.click()
    await page.wait_for_url(re.compile(r"/quality/scorecards/\d+$"))
    number = page.url.rsplit("/", 1)[1]
    before = await (await page.request.get(f"/api/mind/quality/scorecard/{number}")).json()

    criterion = page.locator("button[data-key]").first
    await criterion.click()
    label = page.get_by_role("textbox", name=re.compile("^(Label|Bezeichnung)"))
    await label.fill("Opens with a greeting")
    # Alt and an arrow move the criterion; the keyboard stays on it.
    await criterion.focus()
    await page.keyboard.press("Alt+ArrowDown")
    await expect(page.locator("button[data-key]").nth(1)).to_have_text(re.compile("Opens with a greeting"))

    await page.get_by_role("button", name=re.compile(f"(revision|Revision) {before['revision'] + 1}")).click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.locator("ins").filter(has_text="Opens with a greeting")).to_be_visible()
    await dialog.get_by_role("button", name=re.compile("^(Publish|Veröffentlichen)$")).click()
    await page.wait_for_url(lambda url: not url.endswith(f"/{number}"))
    after = await (await page.request.get(f"/api/mind/quality/scorecard/{page.url.rsplit('/', 1)[1]}")).json()
    assert (after["state"], after["revision"]) == ("active", before["revision"] + 1)
    assert after["categories"][0]["criteria"][1]["label"] == "Opens with a greeting"
    assert after["categories"][0]["criteria"][1]["id"] == before["categories"][0]["criteria"][0]["id"]

    await page.get_by_role("tab", name=re.compile("Revisions|Revisionen")).click()
    await expect(page.locator("ins").filter(has_text="Opens with a greeting")).to_be_visible()


async def test_unsaved_work_survives_a_reload_and_problems_hinder_publishing(page_as: PageMaker) -> None:
    page = await page_as("qualitymanager", "/quality/scorecards/new")
    name = page.get_by_role("textbox", name=re.compile("Name of the scorecard|Name des Bewertungsbogens"))
    await name.fill("Chats")
    publish = page.get_by_role("button", name=re.compile("(revision|Revision) 1"))
    await expect(publish).to_be_disabled()
    await page.get_by_role("button", name=re.compile("Add category|Kategorie hinzufügen")).click()
    await page.get_by_role("button", name=re.compile("Add criterion|Kriterium hinzufügen")).click()
    await expect(publish).to_be_enabled()
    page.once("dialog", lambda dialog: dialog.accept())
    await page.reload()
    await expect(name).to_have_value("Chats")
    await page.get_by_role("button", name=re.compile("Discard|verwerfen")).click()
    await expect(name).to_have_value("")


async def test_reader_cannot_change_a_scorecard(page_as: PageMaker) -> None:
    page = await page_as("supervisor", "/quality/scorecards")
    await page.locator("tbody a").first.click()
    await expect(page.locator("button[data-key]").first).to_be_visible()
    await expect(page.get_by_role("button", name=re.compile("Publish|veröffentlichen"))).to_have_count(0)
