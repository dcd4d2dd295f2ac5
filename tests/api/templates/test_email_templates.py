import asyncio
from typing import Any

import httpx
import pytest

from assaydesk.domains.profiles.service import ADMIN_ROLE
from assaydesk.domains.templates import service
from assaydesk.domains.templates.models import EmailTemplate
from assaydesk.domains.templates.schemas import EmailTemplateCreate, EmailTemplateDetail, EmailTemplateList
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.actor import SYSTEM
from tests.conftest import ClientMaker
from tests.factories.templates import make_template, make_wrapper


@pytest.fixture
async def admin(as_actor: ClientMaker) -> httpx.AsyncClient:
    return await as_actor(role=ADMIN_ROLE)


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


BODY = {"name": "Standard", "html": "<p>Hallo {{customer.firstName}}</p>%MESSAGE%<p>Gruß</p>"}


async def test_create_read_change_and_delete(admin: httpx.AsyncClient, session: WriteSession) -> None:
    made = (await admin.post("/emailTemplate", json=BODY | {"language": "de", "isDefault": True})).json()["id"]
    shown = (await admin.get(f"/emailTemplate/{made}")).json()
    EmailTemplateDetail.model_validate(shown)
    expected = {"id": made, "language": "de", "isDefault": True, "subchannelIds": [], "success": True}
    assert shown == BODY | expected
    other = (await admin.post("/emailTemplate", json=BODY | {"language": "DE", "isDefault": True})).json()["id"]
    general = (await admin.post("/emailTemplate", json=BODY | {"isDefault": True})).json()["id"]
    listed = (await admin.get("/emailTemplate")).json()
    EmailTemplateList.model_validate(listed)
    assert [(one["id"], one["isDefault"]) for one in listed["emailTemplates"]] == [
        (made, False), (other, True), (general, True)
    ]  # fmt: skip
    assert _code(await admin.delete(f"/emailTemplate/{other}")) == (409, "default_in_use")
    assert (await admin.patch(f"/emailTemplate/{made}", json={"isDefault": True})).json() == {"success": True}
    assert (await admin.delete(f"/emailTemplate/{other}")).json() == {"success": True}
    assert _code(await admin.get(f"/emailTemplate/{other}")) == (404, "email_template_not_found")
    assert _code(await admin.patch(f"/emailTemplate/{other}", json={})) == (404, "email_template_not_found")
    assert (await admin.get("/emailTemplate", params={"limit": 1, "offset": 1})).json()["total"] == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"html": "no place"}, "placeholder_missing"),
        ({"html": "%MESSAGE% %MESSAGE%"}, "placeholder_missing"),
        ({"html": "{{#if a}}%MESSAGE%"}, "template_syntax_error"),
        ({"html": "{{nope 1}}%MESSAGE%"}, "unknown_helper"),
        ({"name": ""}, "validation_failed"),
        ({"name": None}, "validation_failed"),
        ({"subchannelIds": [999999]}, "unknown_reference"),
        ({"language": "german!"}, "validation_failed"),
    ],
)
async def test_bad_bodies(admin: httpx.AsyncClient, session: WriteSession, body: dict[str, Any], code: str) -> None:
    row = await make_wrapper(session)
    await session.commit()
    assert _code(await admin.post("/emailTemplate", json=BODY | body)) == (422, code)
    assert _code(await admin.patch(f"/emailTemplate/{row.id}", json=body)) == (422, code)


async def test_a_deleted_wrapper_gives_way_to_the_default(admin: httpx.AsyncClient, session: WriteSession) -> None:
    own = await make_wrapper(session)
    await make_wrapper(session, is_default=True, html="D%MESSAGE%")
    template = await make_template(session, message="M", email_template_id=own.id)
    await session.commit()
    assert (await admin.delete(f"/emailTemplate/{own.id}")).status_code == 200
    assert (await admin.get(f"/template/{template.id}")).json()["mergedTemplate"] == "DM"


async def test_parallel_defaults_leave_one(committed: Database) -> None:
    async def make(number: int) -> None:
        async with committed.write() as session:
            body = EmailTemplateCreate(name=f"W{number}", html="%MESSAGE%", is_default=True)
            await service.create_wrapper(session, SYSTEM, body)

    await asyncio.gather(*(make(number) for number in range(6)))
    async with committed.read() as session:
        rows = await session.scalars(EmailTemplate.__table__.select().with_only_columns(EmailTemplate.is_default))
        assert sorted(rows) == [False] * 5 + [True]
