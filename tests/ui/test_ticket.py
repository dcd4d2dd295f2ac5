import re

from playwright.async_api import Page, expect

from tests.ui.conftest import Desk, PageMaker, Watch

MAIL = """<p onclick="window.broken=1">Guten Tag,</p><script>window.parent.broken = 1</script>
<img src="x" onerror="window.parent.broken=1"><p><b>Zählerstand</b> im Bild.</p>
<img src="https://images.elsewhere.example/pixel.png" width="20" height="20">
<a href="https://portal.elsewhere.example/">Portal</a>"""


async def _ticket(page: Page, desk: Desk, **more: object) -> int:
    body = {
        "channel": "email", "from": "karla.brink@postfach.example", "fromName": "Karla Brink", "subject": "Zählerstand",
        "body": MAIL,
    }  # fmt: skip
    answer = await page.request.post("/api/mind/ticket", data=body | more, headers={"Origin": desk.url})
    assert answer.ok, await answer.text()
    return int((await answer.json())["id"])


async def test_an_agent_answers_and_closes(page_as: PageMaker, desk: Desk) -> None:
    page = await page_as("admin", "/inbox")
    number = await _ticket(page, desk, body="Wie hoch ist mein Abschlag?")
    await page.goto(f"/ticket/{number}")
    await expect(page.get_by_text("Wie hoch ist mein Abschlag?")).to_be_visible()
    await page.keyboard.press("r")
    await page.keyboard.type("Guten Tag, Ihr Abschlag beträgt 84 Euro.")
    await page.reload()
    await expect(page.locator("textarea").first).to_have_value("Guten Tag, Ihr Abschlag beträgt 84 Euro.")
    await page.locator("textarea").first.focus()
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("article").nth(1)).to_contain_text("84 Euro")
    await expect(page.locator("textarea").first).to_have_value("")
    async with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        await page.get_by_role("button", name=re.compile("Ticket schließen|Close ticket")).click()
    await expect(page.get_by_role("button", name=re.compile("Wieder öffnen|Reopen"))).to_be_visible()
    answer = await page.request.get(f"/api/mind/ticket/{number}")
    assert (await answer.json())["status"] == "closed"


async def test_a_note_is_marked_and_stays_inside(page_as: PageMaker, desk: Desk) -> None:
    page = await page_as("admin", "/inbox")
    number = await _ticket(page, desk, body="Bitte um Rückruf.")
    await page.goto(f"/ticket/{number}")
    await expect(page.get_by_role("article")).to_have_count(1)
    await page.keyboard.press("m")
    await page.keyboard.type("Kundin schon zweimal vertröstet.")
    await page.get_by_role("button", name=re.compile("Notiz speichern|Save note")).click()
    note = page.get_by_role("article").nth(1)
    await expect(note).to_contain_text(re.compile("Interne Notiz|Internal note"))
    await expect(note).to_have_attribute("data-kind", "note")


async def test_html_from_outside_runs_nothing_and_loads_images_after_a_click(
    page_as: PageMaker, desk: Desk, watch: Watch
) -> None:
    watch.allow("remoteImage|502|sandbox|scripts")
    page = await page_as("admin", "/inbox")
    number = await _ticket(page, desk)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"/ticket/{number}")
    frame = page.frame_locator("iframe")
    await expect(frame.get_by_text("Zählerstand")).to_be_visible()
    await expect(frame.get_by_role("link", name="Portal")).to_have_attribute("rel", "noopener noreferrer")
    await expect(frame.get_by_role("link", name="Portal")).to_have_attribute("target", "_blank")
    assert "allow-scripts" not in (await page.locator("iframe").get_attribute("sandbox") or "")
    assert await page.evaluate("window.broken") is None
    assert not any("remoteImage" in url or "elsewhere" in url for url in asked)
    await page.get_by_role("button", name=re.compile("Fremde Bilder|images from elsewhere")).click()
    await expect(frame.locator("img[data-remote-image]").first).to_have_attribute("src", re.compile("/remoteImage/"))
    assert not any("elsewhere.example" in url for url in asked)


async def test_fields_are_changed_in_the_panel(page_as: PageMaker, desk: Desk) -> None:
    page = await page_as("admin", "/inbox")
    number = await _ticket(page, desk, body="Umzug zum Monatsende.")
    await page.goto(f"/ticket/{number}")
    panel = page.get_by_role("complementary")
    await panel.get_by_role("combobox", name=re.compile("Priorität|Priority")).click()
    await page.get_by_role("option", name=re.compile("Dringend|Urgent")).click()
    await panel.get_by_role("button", name=re.compile("Datum setzen|Set date")).click()
    async with page.expect_response(lambda answer: "dueBy" in (answer.request.post_data or "")):
        await page.get_by_role("menuitem", name=re.compile("Morgen|Tomorrow")).click()
    ticket = await (await page.request.get(f"/api/mind/ticket/{number}")).json()
    assert ticket["priority"] == "urgent"
    assert ticket["dueBy"] is not None
    await page.get_by_role("tab", name=re.compile("Aktivität|Activity")).click()
    await expect(panel).to_contain_text(re.compile("Priorität|Priority"))


async def test_a_ticket_that_is_not_there_says_so(page_as: PageMaker, watch: Watch) -> None:
    watch.allow("404")
    page = await page_as("clara", "/ticket/999999")
    await expect(page.get_by_role("alert")).to_contain_text(re.compile("Nicht gefunden|Not found"))
