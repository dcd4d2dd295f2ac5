import re

from playwright.async_api import expect

from tests.ui.conftest import Desk, PageMaker, Watch


async def test_a_customer_answers_by_the_link_of_a_mail(page_as: PageMaker, desk: Desk, watch: Watch) -> None:
    own = {"Origin": desk.url}
    agent = await page_as("admin", "/favicon.svg")
    body = {
        "channel": "email",
        "from": "karla.brink@postfach.example",
        "subject": "Umzug",
        "body": "Guten Tag, ich ziehe um.",
    }
    ticket = (await (await agent.request.post("/api/mind/ticket", data=body, headers=own)).json())["id"]
    reply = {"body": "Wir haben Ihren Umzug notiert.", "requestSurvey": True}
    sent = await agent.request.post(f"/api/mind/ticket/{ticket}/conversation/reply", data=reply, headers=own)
    link = (await sent.json())["survey"]["url"]
    path = link[link.index("/survey/") :]

    customer = await page_as(None, path)
    await expect(customer.get_by_role("heading", level=1)).to_contain_text(re.compile("Wie zufrieden|How satisfied"))
    send = customer.get_by_role("button", name=re.compile("Absenden|Send"))
    await expect(send).to_be_disabled()
    await customer.get_by_role("radio", name=re.compile("^4 ")).press(" ")
    await customer.get_by_role("textbox").fill("Schnell und freundlich.")
    await send.click()
    await expect(customer.get_by_role("status")).to_contain_text(re.compile("Vielen Dank|Thank you"))
    listed = await (await agent.request.get("/api/mind/survey", params={"ticketId": ticket})).json()
    assert [(one["answerStars"], one["answerText"]) for one in listed["surveys"]] == [(4, "Schnell und freundlich.")]

    await customer.reload()
    await expect(customer.get_by_role("radio", name=re.compile("^4 "))).to_be_checked()
    watch.allow("404")
    await customer.goto(f"/survey/{'a' * 20}-{ticket}")
    await expect(customer.get_by_role("status")).to_contain_text(re.compile("gibt es nicht|no such survey"))
