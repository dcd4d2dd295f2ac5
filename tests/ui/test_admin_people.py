import re

from playwright.async_api import Page, expect

from tests.ui.conftest import PageMaker, Watch

PASSWORD = "heron on a quiet pond 41"


async def _in_english(page: Page) -> None:
    """Makes the page of whoever is signed in English, whatever language they read."""
    origin = "/".join(page.url.split("/", 3)[:3])
    answer = await page.context.request.patch("/api/mind/profile", data={"lang": "en"}, headers={"Origin": origin})
    assert answer.ok
    await page.reload()


async def test_an_administrator_adds_a_person_who_signs_in_and_sees_only_what_the_role_allows(
    page_as: PageMaker,
) -> None:
    admin = await page_as("admin", "/admin/people")
    await _in_english(admin)
    await admin.get_by_role("button", name="Add person").click()
    form = admin.get_by_role("form", name="Add person")
    await form.get_by_label("First name").fill("Nadja")
    await form.get_by_label("Last name").fill("Brandt")
    await form.get_by_label("E-mail").fill("nadja.brandt@lindenau-energie.example")
    await form.get_by_role("combobox", name="Role").or_(form.get_by_role("textbox", name="Role")).first.click()
    await admin.get_by_role("option", name="ReadOnly", exact=True).click()
    await form.get_by_role("textbox", name="Password").fill(PASSWORD)
    await form.get_by_role("button", name="Add person").click()
    await expect(admin.get_by_text("Nadja Brandt has been added.")).to_be_visible()

    guest = await page_as(None)
    await guest.locator("input[type=email], input[name=email]").first.fill("nadja.brandt@lindenau-energie.example")
    await guest.locator("input[name=password]").fill(PASSWORD)
    await guest.locator("button[type=submit]").click()
    navigation = guest.get_by_role("navigation").first
    await expect(navigation).to_be_visible()
    await expect(navigation.get_by_role("link", name="Settings")).to_be_visible()
    for hidden in ("Jobs", "Mailboxes and channels", "Event hooks", "API access", "Tags", "Exports"):
        await expect(navigation.get_by_role("link", name=hidden, exact=True)).to_have_count(0)
    await guest.goto("/admin/jobs")
    await expect(guest.get_by_text("Your role does not allow this.")).to_be_visible()
    await guest.goto("/admin/settings")
    await expect(guest.get_by_text("your role does not allow changing them")).to_be_visible()


async def test_faults_stand_at_their_fields_and_unsaved_work_comes_back(page_as: PageMaker, watch: Watch) -> None:
    watch.allow(r"422 .*/api/mind/profile")
    watch.allow(r"409 .*/api/mind/profile")
    page = await page_as("admin", "/admin/people?add=1")
    await _in_english(page)
    form = page.get_by_role("form", name="Add person")
    await form.get_by_label("First name").fill("Theo")
    await form.get_by_label("E-mail").fill("admin@lindenau-energie.example")
    await form.get_by_role("button", name="Add person").click()
    await expect(form.get_by_text("Please fill this in.").or_(form.get_by_text("This is too short."))).to_be_visible()
    await form.get_by_label("Last name").fill("Falk")
    await form.get_by_role("button", name="Add person").click()
    await expect(form.get_by_text("Somebody already uses this e-mail address.")).to_be_visible()

    page.on("dialog", lambda dialog: dialog.accept())
    await page.goto("/admin/teams")
    await page.goto("/admin/people?add=1")
    await expect(page.get_by_text("Your unsaved changes are back.")).to_be_visible()
    await expect(page.get_by_role("form", name="Add person").get_by_label("First name")).to_have_value("Theo")
    stored = await page.evaluate("JSON.stringify({...sessionStorage})")
    assert "password" not in stored


async def test_a_person_is_found_changed_locked_and_freed(page_as: PageMaker) -> None:
    page = await page_as("admin", "/admin/people")
    await _in_english(page)
    await page.get_by_role("searchbox", name="Search by name or e-mail").fill("dariusz")
    await page.get_by_role("link", name="Dariusz Nowak").click()
    await page.get_by_label("Display name").fill("Darek")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    await page.reload()
    await expect(page.get_by_label("Display name")).to_have_value("Darek")
    await page.get_by_role("button", name="Lock").click()
    await page.get_by_role("dialog").get_by_role("button", name="Lock").click()
    await page.get_by_role("button", name="Unlock").click()
    await expect(page.get_by_role("button", name="Lock", exact=True)).to_be_visible()


async def test_a_role_is_made_from_a_base_role_and_its_rights_are_kept(page_as: PageMaker) -> None:
    page = await page_as("admin", "/admin/roles/new")
    await _in_english(page)
    await page.get_by_role("textbox", name="Name").fill("Night shift")
    await page.get_by_role("button", name="As Agent").click()
    await page.get_by_role("checkbox", name="Approve drafts").check()
    await page.get_by_role("button", name="Add role").click()
    await expect(page).to_have_url(re.compile(r"/admin/roles/\d+$"))
    await page.reload()
    await expect(page.get_by_role("heading", name="Night shift")).to_be_visible()
    await expect(page.get_by_role("checkbox", name="Approve drafts")).to_be_checked()
    await expect(page.get_by_text("26 of 106 permissions")).to_be_visible()


async def test_members_join_a_team(page_as: PageMaker) -> None:
    page = await page_as("admin", "/admin/teams")
    await _in_english(page)
    await page.get_by_role("button", name="Add team").click()
    form = page.get_by_role("form", name="Add team")
    await form.get_by_label("Name").fill("Field service")
    await form.get_by_role("combobox", name="Members").or_(form.get_by_role("textbox", name="Members")).first.click()
    await page.get_by_role("option", name="Sven Lobeck").click()
    await page.keyboard.press("Escape")
    await form.get_by_role("button", name="Add team").click()
    row = page.get_by_role("row").filter(has_text="Field service")
    await expect(row.get_by_role("cell").nth(2)).to_have_text("1")
