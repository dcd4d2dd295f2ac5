from typing import Any

import httpx
import pytest

from assaydesk.domains.customers.models import Contract
from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.profiles.service import ADMIN_ROLE
from assaydesk.domains.settings.models import Subchannel
from assaydesk.domains.templates import service
from assaydesk.domains.templates.schemas import Preview
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.actor import SYSTEM
from tests.conftest import ClientMaker
from tests.factories.customers import make_customer
from tests.factories.tags import make_tag
from tests.factories.templates import make_template, make_wrapper
from tests.factories.tickets import make_ticket


@pytest.fixture
async def admin(as_actor: ClientMaker) -> httpx.AsyncClient:
    return await as_actor(role=ADMIN_ROLE)


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def _case(session: WriteSession) -> dict[str, Any]:
    subchannel = Subchannel(channel="email", name="Kundenservice")
    session.add(subchannel)
    customer = await make_customer(session, customer_id="C-7", firstname="Erika", lastname="Beispiel")
    session.add(
        Contract(contract_id="715", customer_id="C-7", data={"id": 715, "firstname": "Erika", "iban": "DE02", "x": "<"})
    )
    await session.flush()
    tag = await make_tag(session)
    ticket = await make_ticket(
        session, tags=[tag.id], customer_id=customer.customer_id, contract_id="715", subchannel_id=subchannel.id,
        subject="Zähler & Stand", language_code="de",
    )  # fmt: skip
    await session.commit()
    return {"ticket": ticket.id, "tag": tag.id}


async def test_preview_with_a_ticket(admin: httpx.AsyncClient, session: WriteSession) -> None:
    case = await _case(session)
    wrapper = await make_wrapper(session, html="Hi {{customer.firstName}} %MESSAGE%")
    await session.commit()
    text = (
        '{{contract.firstName}} {{contract.firstname}}\n{{#if (contains in.tagIds "TAG")}}yes{{/if}} {{ticket.subject}}'
        " {{agent.firstName}} {{subchannel.name}} {{intent.data.reading}}"
    ).replace("TAG", str(case["tag"]))
    answer = await admin.post(
        "/template/preview", json={"templateText": text, "ticketId": case["ticket"], "emailTemplateId": wrapper.id}
    )
    shown = answer.json()
    Preview.model_validate(shown)
    found = await session.get(Profile, admin.actor_id)  # type: ignore[attr-defined]
    me = found.first_name if found is not None else None
    assert shown["preview"] == f"Hi Erika Erika Erika<br>yes Zähler &amp; Stand {me} Kundenservice "
    assert shown["missingVariables"] == ["intent.data.reading"]
    assert shown["variables"]["intent"] == {"data": {}}
    assert shown["variables"]["contract"]["iban"] == "DE02"


async def test_preview_with_a_contract(admin: httpx.AsyncClient, session: WriteSession, as_actor: ClientMaker) -> None:
    await _case(session)
    body = {"templateText": "{{contract.iban}}", "contractId": 715}
    shown = (await admin.post("/template/preview", json=body)).json()
    assert shown == {"success": True, "preview": "DE02", "missingVariables": []}
    narrow = await as_actor(permissions=["readTemplates"])
    assert _code(await narrow.post("/template/preview", json=body)) == (404, "contract_not_found")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (422, "validation_failed")),
        ({"templateText": "{{#if"}, (422, "template_syntax_error")),
        ({"templateText": "{{nope 1}}"}, (422, "unknown_helper")),
        ({"templateText": "a", "ticketId": 999999}, (404, "ticket_not_found")),
        ({"templateText": "a", "contractId": "none"}, (404, "contract_not_found")),
        ({"templateText": "a", "emailTemplateId": 999999}, (422, "unknown_reference")),
    ],
)
async def test_preview_refusals(admin: httpx.AsyncClient, body: dict[str, Any], expected: tuple[int, str]) -> None:
    assert _code(await admin.post("/template/preview", json=body)) == expected


async def test_preview_hides_tickets_that_the_caller_may_not_see(as_actor: ClientMaker, session: WriteSession) -> None:
    ticket = await make_ticket(session)
    await session.commit()
    narrow = await as_actor(permissions=["readTemplates"])
    body = {"templateText": "a", "ticketId": ticket.id}
    assert _code(await narrow.post("/template/preview", json=body)) == (404, "ticket_not_found")
    answer = await narrow.get("/template/variables", params={"ticketId": ticket.id})
    assert _code(answer) == (404, "ticket_not_found")


async def test_variables(admin: httpx.AsyncClient, session: WriteSession) -> None:
    case = await _case(session)
    listed = (await admin.get("/template/variables")).json()["variables"]
    assert {"path": "contract.firstName", "type": "string", "example": "Erika"} in listed
    real = (await admin.get("/intentTemplate/variables", params={"ticketId": case["ticket"]})).json()["variables"]
    values = {one["path"]: one["example"] for one in real}
    assert (
        values.items()
        >= {"ticket.subject": "Zähler & Stand", "contract.iban": "DE02", "ticket.id": case["ticket"]}.items()
    )
    # Every variable that is listed can be filled by a ticket.
    assert values.keys() >= {one["path"] for one in listed}


async def test_variables_of_a_ticket(admin: httpx.AsyncClient, session: WriteSession, as_actor: ClientMaker) -> None:
    case = await _case(session)
    answer = (await admin.get(f"/ticket/{case['ticket']}/variables")).json()
    assert answer["success"]
    variables = answer["variables"]
    assert set(variables) == {"ticket", "in", "customer", "contract", "intent", "agent", "subchannel"}
    assert variables["in"]["tagIds"] == [case["tag"]]
    assert variables["customer"]["firstName"] == "Erika"
    nobody = await as_actor(permissions=[])
    assert _code(await nobody.get(f"/ticket/{case['ticket']}/variables")) == (404, "ticket_not_found")
    assert _code(await admin.get("/ticket/999999/variables")) == (404, "ticket_not_found")


async def test_render_and_wrap(session: WriteSession) -> None:
    case = await _case(session)
    await make_wrapper(session, html="<i>all</i>%MESSAGE%", is_default=True)
    german = await make_wrapper(session, html="<i>{{subchannel.name}}</i>%MESSAGE%", is_default=True, language="de")
    own = await make_wrapper(session, html="<b>own</b>%MESSAGE%")
    template = await make_template(
        session, subject="Zu {{ticket.subject}}", message="<p>{{contract.iban}} {{salutation customer}}</p>"
    )
    await session.flush()
    variables = await service.template_variables(session, SYSTEM, ticket_id=case["ticket"], data={"result": {"a": 1}})
    done = await service.render(session, template.id, variables)
    assert (done.subject, done.html) == ("Zu Zähler & Stand", "<p>DE02 Guten Tag Erika Beispiel</p>")
    assert done.plain == "DE02 Guten Tag Erika Beispiel"

    async def wrapped(**options: Any) -> str:
        return await service.wrap(session, "<p>M %MESSAGE%</p>", variables=variables, **options)

    assert await wrapped() == "<i>all</i><p>M %MESSAGE%</p>"
    assert await wrapped(language="de-AT") == "<i>Kundenservice</i><p>M %MESSAGE%</p>"
    assert (await wrapped(language="de", email_template_id=own.id)).startswith("<b>own</b>")
    assert (await wrapped(ticket_wrapper="T%MESSAGE%T")) == "T<p>M %MESSAGE%</p>T"
    assert (await wrapped(ticket_wrapper="{{#if broken%MESSAGE%")) == "<p>M %MESSAGE%</p>"
    assert (await wrapped(ticket_wrapper="a{{#if result.no}}%MESSAGE%{{/if}}")) == "a<p>M %MESSAGE%</p>"
    subchannel = Subchannel(channel="email", name="Other", data={"emailTemplateId": own.id})
    session.add(subchannel)
    await session.flush()
    assert (await wrapped(language="de", subchannel_id=subchannel.id)).startswith("<b>own</b>")
    german.subchannel_ids = [subchannel.id]
    subchannel.data = {}
    await session.flush()
    assert (await wrapped(subchannel_id=subchannel.id)).startswith("<i>Kundenservice</i>")
