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
    picker = page.get_by_role("dialog")
    await picker.get_by_role("button", name=re.compile("Monat danach|Month after")).click()
    await picker.get_by_role("button", name=re.compile("^15 ")).click()
    await picker.get_by_role("spinbutton", name=re.compile("Stunden|Hours")).fill("16")
    async with page.expect_response(lambda answer: "dueBy" in (answer.request.post_data or "")):
        await picker.get_by_role("button", name=re.compile("^(Setzen|Set)$")).click()
    ticket = await (await page.request.get(f"/api/mind/ticket/{number}")).json()
    assert ticket["priority"] == "urgent"
    assert re.fullmatch(r"\d{4}-\d\d-15 16:00:00", ticket["dueBy"])  # By the clock of the reader and of the instance.
    await page.get_by_role("tab", name=re.compile("Aktivität|Activity")).click()
    await expect(panel).to_contain_text(re.compile("Priorität|Priority"))


async def test_a_ticket_that_is_not_there_says_so(page_as: PageMaker, watch: Watch) -> None:
    watch.allow("404")
    page = await page_as("clara", "/ticket/999999")
    await expect(page.get_by_role("alert")).to_contain_text(re.compile("Nicht gefunden|Not found"))


async def test_a_draft_with_template_and_files_is_released_by_somebody_else(page_as: PageMaker, desk: Desk) -> None:
    page = await page_as("admin", "/inbox")
    number = await _ticket(page, desk, body="Hier ist mein Zählerstand.")
    await page.goto(f"/ticket/{number}")
    await expect(page.get_by_role("article")).to_have_count(1)
    await page.keyboard.press("t")
    await page.get_by_role("menuitem").filter(has_text="Zählerstand erhalten").click()
    await expect(page.locator("textarea").first).to_have_value(re.compile("Dank für Ihren Zählerstand"))
    await page.locator("input[type=file]").set_input_files(
        [
            {"name": "Antwort.txt", "mimeType": "text/plain", "buffer": b"84 Euro"},
            {"name": "Formular.docm", "mimeType": "application/octet-stream", "buffer": b"PK"},
        ]
    )
    await expect(page.get_by_role("button", name=re.compile("Formular.docm"))).to_be_visible()
    await expect(page.get_by_role("button", name=re.compile("Antwort.txt"))).to_be_visible()
    await (
        page.get_by_role("region", name=re.compile("Antwort|Answer"))
        .get_by_role("button", name=re.compile("Weitere|More"))
        .click()
    )
    await page.get_by_role("menuitem", name=re.compile("Entwurf|draft")).click()
    draft = page.get_by_role("article").nth(1)
    await expect(draft).to_have_attribute("data-kind", "draft")
    await expect(
        draft.get_by_role("button", name=re.compile("Formular.docm.*(Riskant|Risky|Gefähr|Danger)"))
    ).to_be_visible()

    other = await page_as("supervisor", f"/ticket/{number}")
    await expect(other.get_by_role("img", name=re.compile("Henrike Solms"))).to_be_visible()  # Who is here too.
    await other.get_by_role("article").nth(1).get_by_role("button", name=re.compile("Freigeben|Release")).click()
    await expect(other.get_by_role("article").nth(1)).to_have_attribute("data-kind", "out")
    await expect(draft).to_have_attribute("data-kind", "out")  # Told by the server, without a look at the clock.


async def test_tickets_are_merged_and_split_off_again(page_as: PageMaker, desk: Desk) -> None:
    page = await page_as("supervisor", "/inbox")
    first = await _ticket(page, desk, body="Erste Mail.")
    second = await _ticket(page, desk, body="Zweite Mail.")
    await page.goto(f"/ticket/{first}")
    await expect(page.get_by_role("article")).to_have_count(1)
    await (
        page.get_by_role("banner")
        .or_(page.locator("header"))
        .get_by_role("button", name=re.compile("Weitere|More"))
        .last.click()
    )
    await page.get_by_role("menuitem", name=re.compile("Zusammenführen|Merge")).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label(re.compile("Ticketnummern|Ticket numbers")).first.fill(str(second))
    await page.keyboard.press("Enter")
    await dialog.get_by_role("button", name=re.compile("^(Zusammenführen|Merge)$")).click()
    await expect(page.get_by_role("article")).to_have_count(2)
    await page.get_by_role("article").nth(1).get_by_role("button", name=re.compile("Weitere|More")).click()
    await page.get_by_role("menuitem", name=re.compile("abtrennen|Split off")).click()
    await page.get_by_role("button", name=re.compile("^(Öffnen|Open it)$")).click()
    await expect(page).not_to_have_url(re.compile(rf"/ticket/({first}|{second})$"))
    await expect(page.get_by_text("Zweite Mail.")).to_be_visible()
    await page.goto(f"/ticket/{second}")
    await page.get_by_role("link", name=re.compile(f"#{first}")).click()
    await expect(page).to_have_url(re.compile(rf"/ticket/{first}$"))


async def test_the_assessments_of_a_ticket_are_listed_beside_it(page_as: PageMaker) -> None:
    page = await page_as("supervisor", "/inbox")
    listed = await (await page.request.get("/api/mind/quality/assessment?limit=1&state=aiReady")).json()
    await page.goto(f"/ticket/{listed['assessments'][0]['ticketId']}")
    await page.get_by_role("region", name=re.compile("Qualität|Quality")).get_by_role("link").first.click()
    await expect(page).to_have_url(re.compile(r"/quality/assessment/\d+$"))
