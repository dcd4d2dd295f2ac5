"""What a page cannot be made to do: run foreign script, load from elsewhere, hand its window to another site."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from tests.ui.conftest import Desk, PageMaker, Watch

SOURCES = Path(__file__).parents[2] / "web" / "src"

HOSTILE = """<html><head><base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=https://evil.example/">
<link rel="stylesheet" href="https://evil.example/a.css"><style>@import "https://evil.example/b.css"; body {
background: url(https://evil.example/c.png) }</style><script>parent.broken = 1</script></head>
<body onload="parent.broken = 2"><p>Sehr geehrte Damen und Herren</p>
<img src="https://evil.example/d.png" srcset="https://evil.example/e.png 2x" onerror="parent.broken = 3">
<img src="x" onerror="parent.broken = 4"><svg onload="parent.broken = 5"><script>parent.broken = 6</script>
<image href="https://evil.example/f.png"></image></svg>
<iframe srcdoc="<script>parent.parent.broken = 7</script>"></iframe>
<object data="https://evil.example/g.swf"></object><video poster="https://evil.example/h.png" autoplay>
<source src="https://evil.example/i.mp4" onerror="parent.broken = 8"></video>
<table background="https://evil.example/j.png"><tr><td style="background-image: url(https://evil.example/k.png)">x</td></tr>
</table><form action="https://evil.example/"><input name="password"><button>Anmelden</button></form>
<a href="javascript:parent.broken = 9">Konto</a> <a href="https://evil.example/shop">Laden</a>
<details open ontoggle="parent.broken = 10"><summary>Mehr</summary></details></body></html>"""
REFUSED = "Content Security Policy|sandbox|remoteImage|502|404"


async def _mail(page: Page, desk: Desk) -> int:
    body = {"channel": "email", "from": "karla.brink@postfach.example", "subject": "Rechnung", "body": HOSTILE}
    answer = await page.request.post("/api/mind/ticket", data=body, headers={"Origin": desk.url})
    assert answer.ok, await answer.text()
    return int((await answer.json())["id"])


async def test_script_that_gets_into_the_page_does_not_run(page_as: PageMaker, watch: Watch) -> None:
    watch.allow("Content Security Policy")
    page = await page_as("clara", "/inbox")
    await expect(page.get_by_role("searchbox")).to_be_visible()
    await page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.broken = 1";
          document.body.append(script);
          const box = document.createElement("div");
          box.innerHTML = `<img src="/nothing.png" onerror="window.broken = 2">
            <a href="javascript:void(window.broken = 3)">x</a>`;
          document.body.append(box);
          box.querySelector("a").click();
          const foreign = document.createElement("script");
          foreign.src = "data:text/javascript,window.broken = 4";
          document.body.append(foreign);
          const timer = document.createElement("script");
          timer.src = "blob:" + location.origin + "/x";
          document.body.append(timer);
          setTimeout("window.broken = 5", 0);
        }"""
    )
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")
    assert await page.evaluate("window.broken") is None
    watch.allow("nothing.png|asked another host: (data|blob):")


@pytest.mark.parametrize("cleaned", [True, False], ids=["as the server answers it", "as it was sent"])
async def test_a_hostile_mail_runs_nothing_and_loads_nothing(
    page_as: PageMaker, desk: Desk, watch: Watch, cleaned: bool
) -> None:
    watch.allow(REFUSED)
    page = await page_as("admin", "/inbox")
    number = await _mail(page, desk)
    if not cleaned:  # The frame alone has to hold, should the server ever let something through.

        async def raw(route: Route) -> None:
            answer = await (await route.fetch()).json()
            for message in answer["conversations"]:
                message |= {"type": "html", "body": HOSTILE}
            await route.fulfill(json=answer)

        await page.route(re.compile(rf"/ticket/{number}/conversation$"), raw)
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    await page.goto(f"/ticket/{number}")
    frame = page.frame_locator("iframe")
    await expect(frame.get_by_text("Sehr geehrte Damen und Herren")).to_be_visible()
    sandbox = (await page.locator("iframe").get_attribute("sandbox") or "").split()
    assert "allow-scripts" not in sandbox
    assert not {"allow-forms", "allow-top-navigation"} & set(sandbox)
    for link in await frame.locator("a[href]").all():
        assert await link.get_attribute("rel") == "noopener noreferrer"
        assert await link.get_attribute("target") == "_blank"
    if cleaned:
        await expect(frame.locator("a[href^='javascript'], form, object, iframe, script, base, meta")).to_have_count(0)
    assert await page.evaluate("window.broken") is None
    assert page.url == f"{desk.url}/ticket/{number}"
    assert [url for url in asked if "evil.example" in url or "remoteImage" in url] == []


async def test_a_link_of_a_mail_gets_no_hold_of_the_desk(page_as: PageMaker, desk: Desk, watch: Watch) -> None:
    watch.allow(REFUSED)
    page = await page_as("admin", "/inbox")
    number = await _mail(page, desk)
    await page.context.route("https://evil.example/**", lambda route: route.fulfill(body="<p>Laden</p>"))
    await page.goto(f"/ticket/{number}")
    async with page.context.expect_page() as opening:
        await page.frame_locator("iframe").get_by_role("link", name="Laden").click()
    opened = await opening.value
    await opened.wait_for_load_state()
    assert await opened.evaluate("[window.opener, document.referrer]") == [None, ""]


def test_every_link_to_a_new_window_keeps_its_opener_to_itself() -> None:
    found = 0
    for file in SOURCES.rglob("*.ts*"):
        for line in file.read_text().splitlines():
            if re.search(r"""target[=:(]\s*["'{]?_blank|"target", "_blank""", line) is None:
                continue
            found += 1
            nearby = file.read_text().partition(line)
            assert "noopener noreferrer" in line + nearby[2][:120], f"{file.name}: {line.strip()}"
    assert found >= 3


async def test_nothing_of_the_session_is_stored_where_scripts_read(page_as: PageMaker, desk: Desk) -> None:
    page = await page_as("admin", "/ticket/1")
    await expect(page.get_by_role("article").first).to_be_visible()
    secret = next(one["value"] for one in await page.context.cookies() if one["name"] == "connect.sid")
    kept = await page.evaluate(
        """async () => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie,
          (await indexedDB.databases()).map(({ name }) => name), await caches.keys()])"""
    )
    assert secret not in kept
    assert "eyJ" not in kept
    body = {"headers": {"Origin": "https://evil.example"}, "data": {"status": "closed"}}
    refused = await page.request.patch("/api/mind/ticket/1", **body)
    assert (refused.status, (await refused.json())["error"]["code"]) == (403, "origin_rejected")
