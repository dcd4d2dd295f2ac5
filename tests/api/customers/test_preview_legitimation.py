"""POST /contract/legitimation/preview (ticket.md 8.4)."""

from typing import Any

from assaydesk.domains.customers.schemas import Legitimation
from assaydesk.domains.settings.service import change_settings
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.actor import SYSTEM
from tests.contract.examples import example
from tests.factories.customers import make_customer

PATH = "/contract/legitimation/preview"


async def test_given_the_documented_example_it_is_answered(
    as_actor: Any, session: WriteSession, shared_spec: Any
) -> None:
    await make_customer(session, customer_id="C-987", contracts=[{"id": "715559"}])
    await session.commit()
    manager = await as_actor(permissions=["manageCustomers"])
    answer = (await manager.post(PATH, json=example(shared_spec, "previewLegitimation.request"))).json()
    Legitimation.model_validate(answer)
    documented = example(shared_spec, "previewLegitimation.response")
    assert {key: answer[key] for key in documented if key != "detectionLog"} == {
        "legitimationLevel": documented["legitimationLevel"], "legitimationMessage": documented["legitimationMessage"]
    }  # fmt: skip
    assert "contractIdInText: met" in answer["detectionLog"]


async def test_given_a_conversation_its_own_rules_count(as_actor: Any, session: WriteSession) -> None:
    await make_customer(session, customer_id="C-987", contracts=[{"id": "715559"}])
    strict = {"groups": [{"name": "A & B", "needed": 1, "criteria": ["zipInText"]}]}
    await change_settings(session, SYSTEM, {"customerLegitimationRuleSyncChannels": strict})
    await session.commit()
    manager = await as_actor(permissions=["manageCustomers"])
    body = {"contractId": 715559, "from": "tom@example.com", "bodyPlain": "Contract 715559", "subchannelId": 3}
    written = (await manager.post(PATH, json={**body, "channel": "letter"})).json()
    assert (written["legitimationLevel"], written["legitimationMessage"]) == (20, None)
    spoken = (await manager.post(PATH, json={**body, "channel": "chat"})).json()
    assert spoken["legitimationLevel"] == 10
    assert spoken["legitimationMessage"] == "<b>A &amp; B</b>: needed 1, got 0 criteria."


async def test_given_nobody_the_level_is_zero(as_actor: Any) -> None:
    manager = await as_actor(permissions=["manageCustomers"])
    for named in ({}, {"contractId": "unknown"}, {"customerId": "unknown"}):
        answer = (await manager.post(PATH, json={"channel": "email", **named})).json()
        assert (answer["legitimationLevel"], answer["legitimationMessage"]) == (0, None)
    assert (await manager.post(PATH, json={})).status_code == 422
    assert (await manager.post(PATH, json={"channel": "fax", "contractId": "x" * 51})).status_code == 422
