import asyncio
from base64 import b64encode
from typing import Any

import httpx
import pytest

from assaydesk.domains.profiles.service import ADMIN_ROLE, AGENT_ROLE
from assaydesk.domains.tags.events import TAG_USES
from assaydesk.domains.templates import service
from assaydesk.domains.templates.events import AI_AGENT_TAG, TEMPLATE_USES
from assaydesk.domains.templates.models import Template
from assaydesk.domains.templates.schemas import TemplateDetail, TemplateList, TemplateSaved
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.actor import SYSTEM
from tests.conftest import ClientMaker
from tests.factories.profiles import make_profile
from tests.factories.tags import make_tag
from tests.factories.templates import make_template, make_wrapper


@pytest.fixture
async def admin(as_actor: ClientMaker) -> httpx.AsyncClient:
    return await as_actor(role=ADMIN_ROLE)


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


BODY = {"message": "<p>Hallo {{contract.firstName}}, {{formatDateDE intent.data.date}}</p>"}


async def test_create_read_and_list(admin: httpx.AsyncClient, session: WriteSession) -> None:
    tag, wrapper = await make_tag(session), await make_wrapper(session)
    await session.commit()
    body = BODY | {
        "description": "Zählerstand", "tagId": tag.id, "subject": "Dein  Stand", "emailTemplateId": wrapper.id,
        "exampleTicketIds": [9001, 9001], "language": "de", "channels": ["email"],
    }  # fmt: skip
    answer = await admin.post("/template", json=body | {"useCount": 7})
    assert answer.headers["X-Ignored-Fields"] == "useCount"
    made = answer.json()
    TemplateSaved.model_validate(made)
    expected = body | {"subject": "Dein Stand", "exampleTicketIds": [9001], "useCount": 0, "revision": 1}
    assert made.items() >= ({"success": True, "attachments": [], "warnings": []} | expected).items()
    detail = (await admin.get(f"/template/{made['id']}")).json()
    TemplateDetail.model_validate(detail)
    assert detail["template"] == wrapper.html
    assert detail["mergedTemplate"] == f"<header>Lumen</header>{BODY['message']}<footer>Bye</footer>"
    listed = (await admin.get("/intentTemplate", params={"q": "zahlerstand hallo", "tagId": tag.id})).json()
    TemplateList.model_validate(listed)
    assert [one["id"] for one in listed["templates"]] == [made["id"]]
    assert (listed["total"], "template" in listed["templates"][0]) == (1, False)
    assert (await admin.get("/template", params={"language": "DE", "limit": 500})).json()["total"] == 1


async def test_an_empty_list_is_404_unless_asked_otherwise(admin: httpx.AsyncClient, session: WriteSession) -> None:
    assert _code(await admin.get("/template")) == (404, "template_not_found")
    await make_template(session)
    await session.commit()
    assert _code(await admin.get("/template", params={"q": "%"})) == (404, "template_not_found")
    empty = await admin.get("/template", params={"q": "nothing", "emptyAsList": 1})
    assert (empty.status_code, empty.json()["templates"]) == (200, [])
    assert (await admin.get("/template", params={"offset": 5})).json()["templates"] == []
    assert _code(await admin.get("/template", params={"limit": 501})) == (422, "validation_failed")


async def test_templates_of_an_ai_agent(admin: httpx.AsyncClient, session: WriteSession) -> None:
    tag = await make_tag(session)
    wanted = await make_template(session, tag_id=tag.id)
    await make_template(session)
    await session.commit()

    async def tags(_: Any, __: Any, ids: Any) -> dict[str, int]:
        return {one: tag.id for one in ids if one == "meter"}

    AI_AGENT_TAG.fill(tags)
    try:
        found = (await admin.get("/template", params={"aiAgentId": "meter"})).json()["templates"]
        assert [one["id"] for one in found] == [wanted.id]
        assert _code(await admin.get("/template", params={"aiAgentId": 5})) == (404, "template_not_found")
    finally:
        AI_AGENT_TAG._source = None


@pytest.mark.parametrize(
    ("body", "code", "details"),
    [
        ({}, "validation_failed", {}),
        ({"message": "{{#if a}}"}, "template_syntax_error", {"field": "message", "line": 1, "column": 1}),
        ({"message": "a\n{{shout b}}"}, "unknown_helper", {"helper": "shout", "line": 2, "column": 3}),
        ({"message": "a", "subject": "{{/if}}"}, "template_syntax_error", {"field": "subject"}),
        ({"message": "{{#if a}}" * 11 + "{{/if}}" * 11}, "template_limit", {"limit": "depth"}),
        ({"message": "x" * 300_000}, "template_limit", {"limit": "length"}),
        ({"message": "a", "tagId": 999999}, "unknown_reference", {"field": "tagId", "value": 999999}),
        ({"message": "a", "emailTemplateId": 999999}, "unknown_reference", {"field": "emailTemplateId"}),
        ({"message": "a", "attachments": [{"name": "a"}]}, "validation_failed", {}),
        ({"message": "a", "attachments": [{"name": "a", "base64": "#"}]}, "validation_failed", {}),
        ({"message": "a", "attachments": [{"name": "a", "url": "javascript:1"}]}, "validation_failed", {}),
        ({"message": "a", "attachments": [{"name": "a", "base64": "YQ=="}] * 2}, "validation_failed", {}),
        ({"message": "a", "attachments": [{"name": "a.txt", "base64": "YQ=="}] * 11}, "validation_failed", {}),
        ({"message": "a", "attachments": [{"name": "a.exe", "base64": "TVqQAAMA"}]}, "validation_failed", {}),
        ({"message": "a", "channels": ["fax"]}, "validation_failed", {}),
    ],
)
async def test_bad_bodies(admin: httpx.AsyncClient, body: dict[str, Any], code: str, details: dict[str, Any]) -> None:
    answer = await admin.post("/template", json=body)
    assert _code(answer) == (422, code)
    assert answer.json()["error"]["details"].items() >= details.items()
    assert (await admin.get("/template", params={"emptyAsList": True})).json()["total"] == 0


async def test_files_are_kept_and_downloaded(admin: httpx.AsyncClient, as_actor: ClientMaker) -> None:
    files = [
        {"name": "../hinweis.txt", "base64": b64encode(b"Hello world").decode()},
        {"name": "extra.pdf", "url": "https://files.example/extra.pdf"},
    ]
    made = (await admin.post("/template", json=BODY | {"attachments": files})).json()
    first, second = made["attachments"]
    assert second == {"name": "extra.pdf", "url": "https://files.example/extra.pdf"}
    assert first["name"] == "hinweis.txt"
    url = first["url"].removeprefix("/api/mind")
    answer = await admin.get(url)
    assert (answer.content, answer.headers["x-content-type-options"]) == (b"Hello world", "nosniff")
    assert answer.headers["content-disposition"].startswith("attachment")
    changed = (await admin.patch(f"/template/{made['id']}", json={"attachments": [first]})).json()
    assert changed["attachments"] == [first]
    assert (await admin.get(url)).content == b"Hello world"
    stranger = await as_actor(permissions=[])
    assert _code(await stranger.get(url)) == (404, "template_not_found")
    assert _code(await admin.get(f"/template/{made['id']}/attachment/other.txt")) == (404, "template_not_found")


async def test_change_delete_and_restore(admin: httpx.AsyncClient, session: WriteSession) -> None:
    row = await make_template(session)
    await session.commit()
    path = f"/template/{row.id}"
    body = {"message": "{{foo}} {{contract.iban}} {{intent.data.any}} {{in.x}}", "subject": None}
    changed = (await admin.put(path, json=body)).json()
    assert (changed["revision"], changed["warnings"], changed["modifiedBy"]) == (2, ["foo"], admin.actor_id)  # type: ignore[attr-defined]
    assert (await admin.patch(path, json=body)).json()["revision"] == 2
    assert _code(await admin.patch(path, json={"message": None})) == (422, "validation_failed")
    assert (await admin.delete(path)).json() == {"success": True}
    assert _code(await admin.get(path)) == (404, "template_not_found")
    assert _code(await admin.delete(path)) == (404, "template_not_found")
    assert (await admin.post(f"{path}/restore")).json() == {"success": True}
    assert (await admin.post(f"/intentTemplate/{row.id}/restore")).json() == {"success": True}
    assert (await admin.get(f"/intentTemplate/{row.id}")).json()["deletedAt"] is None


async def test_a_template_in_use_stays(admin: httpx.AsyncClient, session: WriteSession) -> None:
    row = await make_template(session)
    await session.commit()

    async def uses(_: Any, __: Any, ids: Any) -> dict[int, list[int]]:
        return {one: [31] for one in ids}

    TEMPLATE_USES.fill(uses)
    try:
        answer = await admin.delete(f"/template/{row.id}")
        assert _code(answer) == (409, "template_in_use")
        assert answer.json()["error"]["details"]["aiAgents"] == [31]
        assert (await admin.delete(f"/template/{row.id}", params={"force": "true"})).status_code == 200
    finally:
        TEMPLATE_USES._source = None


async def test_tags_know_their_templates(admin: httpx.AsyncClient, session: WriteSession) -> None:
    old, new = await make_tag(session), await make_tag(session)
    row = await make_template(session, tag_id=old.id)
    await session.commit()
    assert await TAG_USES["template"].load(session, SYSTEM, [old.id]) == {old.id: [row.id]}
    answer = await admin.delete(f"/tag/{old.id}")
    assert _code(answer) == (409, "tag_in_use")
    assert answer.json()["error"]["details"]["usedBy"] == {"template": [row.id]}
    assert (await admin.delete(f"/tag/{old.id}", params={"replaceBy": new.id})).status_code == 200
    assert (await admin.get(f"/template/{row.id}")).json()["tagId"] == new.id


READS = [
    ("GET", "/template"), ("POST", "/template/preview"), ("GET", "/template/variables"), ("GET", "/emailTemplate"),
]  # fmt: skip
WRITES = [
    ("POST", "/template"), ("PATCH", "/template/{id}"), ("DELETE", "/template/{id}"),
    ("POST", "/template/{id}/restore"),
    ("POST", "/emailTemplate"), ("PATCH", "/emailTemplate/{wrapper}"), ("DELETE", "/emailTemplate/{wrapper}"),
]  # fmt: skip


async def test_rights(as_actor: ClientMaker, anonymous: httpx.AsyncClient, session: WriteSession) -> None:
    ids = {"id": (await make_template(session)).id, "wrapper": (await make_wrapper(session)).id}
    await session.commit()
    agent, nobody = await as_actor(role=AGENT_ROLE), await as_actor(permissions=["readTicket"])
    for method, path in READS + WRITES:
        url = path.format(**ids)
        assert _code(await anonymous.request(method, url, json={})) == (401, "unauthenticated"), path
        refused = _code(await nobody.request(method, url, json={}))
        assert refused == ((404, refused[1]) if "{" in path else (403, "permission_denied")), path
    for method, path in WRITES:
        assert _code(await agent.request(method, path.format(**ids), json={})) == (403, "permission_denied"), path
    for path in ("/template/{id}", "/emailTemplate/{wrapper}"):
        assert (await agent.get(path.format(**ids))).status_code == 200
        assert (await nobody.get(path.format(**ids))).status_code == 404
    assert _code(await agent.get("/template/999999")) == (404, "template_not_found")
    assert _code(await agent.get("/template/x")) == (422, "validation_failed")


async def test_uses_are_counted_side_by_side(committed: Database) -> None:
    async with committed.write() as session:
        row = await make_template(session)
        await make_profile(session)

    async def use() -> None:
        async with committed.write() as session:
            await service.count_use(session, row.id)

    await asyncio.gather(*(use() for _ in range(8)))
    async with committed.read() as session:
        found = await session.get(Template, row.id)
        assert found is not None
        assert found.use_count == 8
