import re

import pytest
from playwright.async_api import Page, expect

from tests.ui.conftest import Desk, PageMaker, Watch

PAGES = (
    ("/admin/people", "People"), ("/admin/teams", "Teams"), ("/admin/roles", "Roles"), ("/admin/settings", "Settings"),
    ("/admin/tags", "Tags"), ("/admin/templates", "Templates"), ("/admin/mailboxes", "Mailboxes and channels"),
    ("/admin/jobs", "Jobs"), ("/admin/access", "API access"), ("/admin/hooks", "Event hooks"),
    ("/admin/exports", "Exports"), ("/profile", "My profile"),
)  # fmt: skip


@pytest.fixture
async def admin(page_as: PageMaker, desk: Desk) -> Page:
    page = await page_as("admin", "/profile")
    answer = await page.context.request.patch("/api/mind/profile", data={"lang": "en"}, headers={"Origin": desk.url})
    assert answer.ok
    await page.reload()
    return page


async def test_every_page_of_the_administration_opens(admin: Page) -> None:
    for path, title in PAGES:
        await admin.goto(path)
        await expect(admin.get_by_role("heading", name=title, exact=True, level=1)).to_be_visible()
        await expect(admin.locator("[aria-busy=true]")).to_have_count(0)


async def test_an_agent_is_shown_no_administration(page_as: PageMaker) -> None:
    page = await page_as("agent", "/admin/people")
    await expect(page.get_by_role("navigation").first).to_be_visible()
    await expect(page.locator("a[href^='/admin/']")).to_have_count(0)
    await expect(page.get_by_role("table")).to_have_count(0)


async def test_a_setting_is_refused_at_its_field_then_saved_and_kept_in_its_history(admin: Page, watch: Watch) -> None:
    watch.allow(r"422 .*/api/mind/settings")
    await admin.goto("/admin/settings/general")
    field = admin.get_by_label("Largest file in MB").or_(admin.locator("#maxAttachmentMb input")).first
    await field.fill("0")
    await expect(admin.get_by_text("1 change", exact=True)).to_be_visible()
    await admin.get_by_role("button", name="Save").click()
    await expect(admin.locator("#maxAttachmentMb").get_by_text("greater than or equal to 1")).to_be_visible()
    await field.fill("30")
    await admin.get_by_role("button", name="Save").click()
    await expect(admin.get_by_text("Saved.")).to_be_visible()
    await admin.locator("#maxAttachmentMb").get_by_role("button", name="History").click()
    await expect(admin.get_by_role("dialog").get_by_text("30", exact=True)).to_be_visible()


async def test_settings_are_found_by_their_words(admin: Page) -> None:
    await admin.goto("/admin/settings")
    await admin.get_by_role("searchbox", name="Search all settings").fill("survey")
    await admin.get_by_role("link").filter(has_text="urvey").first.click()
    await expect(admin).to_have_url(re.compile("/admin/settings/surveys"))


async def test_a_tag_is_changed_and_its_text_tried(admin: Page) -> None:
    await admin.goto("/admin/tags?tag=2")
    form = admin.get_by_role("form")
    await form.get_by_label("Answer within (business hours)").fill("12")
    await form.get_by_role("button", name="Save").click()
    await expect(admin.get_by_text("Saved.")).to_be_visible()
    await admin.get_by_role("button", name="Try a text").click()
    await admin.get_by_role("textbox", name="Try a text").fill("My bill is far too high this year.")
    await admin.get_by_role("button", name="Detect tags").click()
    await expect(admin.get_by_role("region", name="Try a text").get_by_role("status")).to_be_visible()


async def test_a_template_shows_what_the_customer_gets_and_where_it_is_wrong(admin: Page, watch: Watch) -> None:
    watch.allow(r"422 .*/api/mind/template/preview")
    watch.allow(r"Blocked script execution in 'about:srcdoc'")
    await admin.goto("/admin/templates?tab=answers&id=new")
    message = admin.get_by_role("textbox", name="Text")
    await message.fill("<p>We have your reading.</p><script>document.title = 'taken over'</script>")
    frame = admin.frame_locator("iframe[title=Preview]")
    await expect(frame.get_by_text("We have your reading.")).to_be_visible()
    await message.fill("{{#if ticket.id}}never closed")
    await expect(admin.get_by_role("alert").filter(has_text="Line")).to_be_visible()
    assert await admin.title() != "taken over"


async def test_a_token_is_shown_once_and_revoked(admin: Page) -> None:
    await admin.goto("/admin/access")
    await admin.get_by_role("button", name="Create API token").click()
    dialog = admin.get_by_role("dialog")
    await dialog.get_by_label("Name of the token").fill("reporting script")
    await dialog.get_by_role("button", name="Create API token").click()
    token = await dialog.get_by_role("textbox", name="Your token").input_value()
    assert token.count(".") == 2
    await dialog.get_by_role("button", name="Done").click()
    row = admin.get_by_role("row").filter(has_text="reporting script")
    await row.get_by_role("button", name="Revoke").click()
    await admin.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    await expect(row.get_by_text("revoked").or_(admin.get_by_text("No tokens yet."))).to_be_visible()
    assert token not in await admin.content()


async def test_a_job_is_started_by_hand(admin: Page) -> None:
    await admin.goto("/admin/jobs")
    await admin.get_by_role("button", name="Run now").first.click()
    await expect(admin.get_by_text("The job starts in a moment.")).to_be_visible()
    await admin.get_by_role("tab", name="Queue").click()
    await expect(admin.get_by_role("table")).to_be_visible()


async def test_people_are_exported(admin: Page) -> None:
    await admin.goto("/admin/exports")
    await admin.get_by_label("Data").first.click()
    await admin.get_by_role("option", name="People").click()
    async with admin.expect_download() as download:
        await admin.get_by_role("button", name="Start export").click()
    assert (await (await download.value).path()).stat().st_size > 0
    await expect(admin.get_by_text("has been downloaded")).to_be_visible()


async def test_an_event_hook_is_added_and_tried(admin: Page) -> None:
    await admin.goto("/admin/hooks")
    await admin.get_by_role("button", name="Add event hook").first.click()
    form = admin.get_by_role("form", name="Add event hook")
    await form.get_by_label("Name").fill("Tell the ERP")
    await form.get_by_label("Events").first.click()
    await admin.get_by_role("option", name="TicketUpdated").click()
    await form.get_by_label("Address").fill("https://erp.lindenau-energie.example/hooks/desk")
    await form.get_by_role("button", name="Add event hook").click()
    await admin.get_by_role("button", name="Tell the ERP").click()
    await admin.get_by_role("tab", name="Try it").click()
    await admin.get_by_role("tabpanel").get_by_role("button", name="Try it").click()
    await expect(admin.get_by_text("The hook reacts to this event.")).to_be_visible()
