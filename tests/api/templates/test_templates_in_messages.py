from base64 import b64encode

import httpx
import pytest

from assaydesk.domains.conversations.models import Conversation
from assaydesk.domains.profiles.service import ADMIN_ROLE
from assaydesk.platform.db.session import WriteSession
from tests.conftest import ClientMaker
from tests.factories.templates import make_wrapper
from tests.factories.tickets import make_ticket


@pytest.fixture
async def admin(as_actor: ClientMaker) -> httpx.AsyncClient:
    return await as_actor(role=ADMIN_ROLE)


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_a_reply_from_a_template(admin: httpx.AsyncClient, session: WriteSession) -> None:
    wrapper, ticket = await make_wrapper(session), await make_ticket(session, subject="<Stand>")
    await session.commit()
    body = {
        "message": "<p>Zu {{ticket.subject}}</p>", "subject": "Re: {{ticket.subject}}", "emailTemplateId": wrapper.id,
        "attachments": [{"name": "hinweis.txt", "base64": b64encode(b"Hello").decode()}],
    }  # fmt: skip
    template = (await admin.post("/template", json=body)).json()["id"]
    path = f"/ticket/{ticket.id}/conversation/reply"
    sent = (await admin.post(path, json={"templateId": template, "to": "tom@example.com"})).json()["conversation"]
    assert (sent["body"], sent["subject"]) == ("<p>Zu &lt;Stand&gt;</p>", "Re: <Stand>")
    assert [one["name"] for one in sent["attachments"]] == ["hinweis.txt"]
    assert (await admin.get(sent["attachments"][0]["url"].removeprefix("/api/mind"))).content == b"Hello"
    row = await session.get(Conversation, sent["id"])
    assert row is not None
    assert row.email_template_id == wrapper.id
    own = {"templateId": template, "to": "tom@example.com", "body": "<p>Mine</p>", "subject": "Own"}
    shown = (await admin.post(path, json=own)).json()["conversation"]
    assert (shown["body"], shown["subject"], len(shown["attachments"])) == ("<p>Mine</p>", "Own", 1)
    assert (await admin.get(f"/template/{template}")).json()["useCount"] == 2
    assert _code(await admin.post(path, json={"templateId": 999999})) == (422, "unknown_reference")
    loops = "{{#each ticket.to}}{{#each ../ticket.to}}{{/each}}{{/each}}" + "{{ticket.subject}}" * 10
    assert (await admin.patch(f"/template/{template}", json={"message": loops})).status_code == 200
    assert (await admin.post(path, json={"templateId": template, "to": "tom@example.com"})).status_code == 200


async def test_a_ticket_from_a_template(admin: httpx.AsyncClient) -> None:
    body = {
        "message": "<p>{{intent.data.reading}} {{result.ok}} {{ticket.from}}</p>",
        "subject": "Stand {{intent.data.reading}}",
    }
    template = (await admin.post("/template", json=body)).json()["id"]
    new = {
        "channel": "email", "direction": "out", "to": ["tom@example.com"], "templateId": template, "contractId": "none",
        "templateData": {"reading": 20112, "result": {"ok": "ja"}},
    }  # fmt: skip
    made = (await admin.post("/ticket", json=new)).json()
    assert (made["subject"], made["bodyPlain"]) == ("Stand 20112", "20112 ja")
    answer = await admin.post("/ticket", json=new | {"templateId": 999999})
    assert _code(answer) == (422, "unknown_reference")
    big = {"templateId": template, "templateData": {"reading": "x" * 300_000}}
    assert _code(await admin.post("/ticket", json=new | big)) == (422, "template_limit")
