import re

from playwright.async_api import expect

from tests.ui.conftest import Desk, PageMaker


async def test_the_list_is_walked_with_keys_and_a_ticket_opens(page_as: PageMaker) -> None:
    page = await page_as("clara", "/inbox?view=closed")
    rows = page.locator("[data-ticket]")
    await expect(rows.first).to_be_visible()
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("k")
    current = page.locator("[data-current]")
    number = await current.get_attribute("data-ticket")
    assert number == await rows.nth(1).get_attribute("data-ticket")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(rf"/ticket/{number}$"))


async def test_searching_as_one_types_narrows_the_list_and_survives_a_reload(page_as: PageMaker) -> None:
    page = await page_as("clara", "/inbox?view=closed")
    count = page.get_by_role("main").get_by_role("status").first
    await expect(count).to_contain_text("Ticket")
    before = await count.inner_text()
    await page.get_by_role("searchbox").fill("Zähler")
    await expect(count).not_to_have_text(before)
    await expect(page).to_have_url(re.compile("q=Z"))
    await page.reload()
    await expect(page.get_by_role("searchbox")).to_have_value("Zähler")


async def test_only_the_rows_in_sight_are_in_the_page(page_as: PageMaker) -> None:
    page = await page_as("admin", "/inbox?view=closed")
    await expect(page.locator("[data-ticket]").first).to_be_visible()
    assert await page.locator("[data-ticket]").count() < 40


async def test_several_tickets_are_changed_at_once_and_changed_back(page_as: PageMaker, desk: Desk) -> None:
    page = await page_as("admin", "/inbox?view=open&order=newest")
    await expect(page.locator("[data-ticket]").first).to_be_visible()
    first = await page.locator("[data-ticket]").first.get_attribute("data-ticket")
    await page.keyboard.press("x")
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await page.get_by_role("toolbar").get_by_role("button", name=re.compile("Status")).click()
    await page.get_by_role("menuitem", name=re.compile("Geschlossen|Closed")).click()
    await expect(page.locator(f'[data-ticket="{first}"]')).to_have_count(0)
    await page.get_by_role("button", name=re.compile("Rückgängig|Undo")).click()
    await expect(page.locator(f'[data-ticket="{first}"]')).to_have_count(1)


async def test_a_search_is_saved_as_a_view_and_deleted(page_as: PageMaker) -> None:
    page = await page_as("clara", "/inbox?view=open&channel=email")
    await page.get_by_role("button", name=re.compile("Ansicht speichern|Save view")).click()
    await page.get_by_role("textbox", name="Name").fill("Nur Mails")
    await page.get_by_role("button", name=re.compile("^(Speichern|Save)$")).click()
    tab = page.get_by_role("button", name=re.compile("^Nur Mails"))
    await expect(tab).to_have_attribute("aria-current", "true")
    await page.get_by_role("button", name=re.compile("(Ansicht löschen|Delete view|„Nur Mails“ löschen)")).click()
    await expect(tab).to_have_count(0)


async def test_the_keys_are_explained_and_pages_are_reached_by_name(page_as: PageMaker) -> None:
    page = await page_as("clara", "/inbox")
    await expect(page.get_by_role("searchbox")).to_be_visible()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_contain_text(re.compile("Tastenkürzel|Keyboard shortcuts"))
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name=re.compile("Befehle|commands")).fill("3")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/ticket/3$"))
