from playwright.async_api import Page, expect

from tests.ui.conftest import Desk, PageMaker, Watch


async def _fill(page: Page, email: str, password: str) -> None:
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_role("textbox", name="Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()


async def test_the_sign_in_page_says_how_to_get_in_and_leads_to_the_inbox(desk: Desk, page_as: PageMaker) -> None:
    page = await page_as(None)
    await expect(page.get_by_text("assaydesk credentials")).to_be_visible()
    await _fill(page, *desk.people["supervisor"])
    await expect(page).to_have_url(f"{desk.url}/inbox")
    await expect(page.get_by_role("navigation").first).to_be_visible()


async def test_a_wrong_password_is_said_and_nothing_is_kept_in_the_browser(
    desk: Desk, page_as: PageMaker, watch: Watch
) -> None:
    watch.allow(r"401 .*/api/auth/login")
    page = await page_as(None, locale="de-DE")
    await page.get_by_text("English", exact=True).click()
    await _fill(page, desk.people["agent"][0], "not the password")
    await expect(page.get_by_role("alert").first).to_contain_text("wrong")
    stored = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert "eyJ" not in stored
    assert "connect.sid" not in stored


async def test_the_session_is_a_cookie_that_no_script_sees(page_as: PageMaker) -> None:
    page = await page_as("agent", "/inbox")
    await expect(page.get_by_role("navigation").first).to_be_visible()
    stored = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert "eyJ" not in stored
    assert "connect.sid" not in stored
    cookies = await page.context.cookies()
    assert [(cookie["name"], cookie["httpOnly"], cookie["sameSite"]) for cookie in cookies] == [
        ("connect.sid", True, "Lax")
    ]


async def test_signing_out_leads_back_to_the_sign_in_page(page_as: PageMaker, watch: Watch) -> None:
    watch.allow(r"401 \(Unauthorized\)")  # What a page had asked for when the session ended.
    page = await page_as("marek", "/")
    await page.get_by_role("button", name="Konto von").or_(page.get_by_role("button", name="Account of")).click()
    await page.get_by_role("menuitem", name="Abmelden").or_(page.get_by_role("menuitem", name="Sign out")).click()
    await expect(page.locator("input[name=password]")).to_be_visible()
