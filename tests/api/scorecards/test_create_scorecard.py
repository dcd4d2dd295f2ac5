import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from assaydesk.platform.db.session import WriteSession
from tests.conftest import ClientMaker
from tests.factories.scorecards import criterion_body, scorecard_body

MANAGE = "qualityManageScorecards"
PATH = "/quality/scorecard"


@pytest.fixture
async def manager(as_actor: ClientMaker) -> httpx.AsyncClient:
    return await as_actor(permissions=[MANAGE])


async def test_documented_example_is_accepted_on_an_empty_instance(
    manager: httpx.AsyncClient, shared_spec: Path
) -> None:
    body = json.loads((shared_spec / "examples" / "createQualityScorecard.request.json").read_text())
    answer = await manager.post(PATH, json=body)
    assert answer.status_code == 200
    assert answer.json() == {"id": answer.json()["id"], "baseId": answer.json()["id"]}
    assert "X-Ignored-Fields" not in answer.headers
    made = (await manager.get(f"{PATH}/{answer.json()['id']}")).json()
    assert (made["name"], made["state"], made["revision"]) == (body["name"], "active", 1)
    assert made["assignment"].items() >= body["assignment"].items()
    assert made["warnings"] == ["unknown_tag:88", "unknown_team:12", "unknown_team:14"]
    assert made["activatedAt"] == made["createdAt"]
    assert made["createdBy"] == manager.actor_id  # type: ignore[attr-defined]
    [sent], [stored] = body["categories"], made["categories"]
    assert stored["criteria"][0].items() >= sent["criteria"][0].items()


async def test_draft_may_be_empty(manager: httpx.AsyncClient) -> None:
    made = (await manager.post(PATH, json={"name": "Later", "categories": [], "state": "draft"})).json()
    card = (await manager.get(f"{PATH}/{made['id']}")).json()
    assert (card["state"], card["categories"], card["activatedAt"]) == ("draft", [], None)


async def test_defaults_are_returned_in_full(manager: httpx.AsyncClient) -> None:
    made = (await manager.post(PATH, json=scorecard_body(criterion_body(None, maxPoints="2.50")))).json()
    card = (await manager.get(f"{PATH}/{made['id']}")).json()
    assert card["liveCoach"] == {"enabled": False, "threshold": 80}
    assert card["assignment"] == {
        "ticketTags": [],
        "teams": [],
        "channels": [],
        "responseContext": [],
        "includeChildTags": False,
        "samplePercent": 100,
    }
    assert card["categories"][0]["criteria"] == [
        {
            "id": 1,
            "label": "Greeting",
            "description": "Does the reply greet the customer?",
            "maxPoints": 2.5,
            "scoringType": "numericScale",
            "autoGenerateByAi": False,
            "assessmentPrompt": "",
            "makeOrBreakForCategory": False,
            "makeOrBreakForAssessment": False,
            "order": 1,
            "allowNotApplicable": True,
            "applicabilityPrompt": None,
            "confidenceThreshold": None,
            "rule": None,
        }
    ]


async def test_unread_keys_are_named(manager: httpx.AsyncClient) -> None:
    answer = await manager.post(PATH, json=scorecard_body(criterion_body(colour="red"), id=42, createNewRevision=False))
    assert answer.headers["X-Ignored-Fields"] == "categories.criteria.colour, id, createNewRevision"


async def test_creation_is_audited(manager: httpx.AsyncClient, session: WriteSession) -> None:
    made = (await manager.post(PATH, json=scorecard_body())).json()
    query = text("select field, user_id, tx_id from audit_entries where object_type = 'scorecard' and object_id = :id")
    rows = (await session.execute(query, {"id": made["id"]})).all()
    assert {row.field for row in rows} == {"revision", "state", "name", "categories", "assignment", "liveCoach"}
    assert {row.user_id for row in rows} == {manager.actor_id}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        (scorecard_body(state="retired"), "state", "not_allowed"),
        (scorecard_body(name=" "), "name", "too_short"),
        (scorecard_body(name="x" * 201), "name", "too_long"),
        ({"name": "No categories"}, "categories", "required"),
        (scorecard_body(criterion_body(), criterion_body()), "categories.0.criteria.1.id", "duplicate"),
        (
            scorecard_body(criterion_body(rule={"type": "horoscope"})),
            "categories.0.criteria.0.rule.type",
            "not_allowed",
        ),
        (scorecard_body(assignment={"channels": ["fax"]}), "assignment.channels.0", "not_allowed"),
        ({"name": "Empty", "categories": []}, "categories", "too_short"),
        ([], "body", "wrong_type"),
        ("text", "body", "wrong_type"),
        (scorecard_body(name="a\0b"), "name", "bad_format"),
    ],
)
async def test_bad_body(manager: httpx.AsyncClient, body: Any, path: str, code: str) -> None:
    answer = await manager.post(PATH, json=body)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["code"] == "validation_failed"
    assert [(field["path"], field["code"]) for field in error["details"]["fields"]] == [(path, code)]
    assert (await manager.get(PATH)).json() == []


async def test_all_faults_come_at_once(manager: httpx.AsyncClient) -> None:
    body = {"categories": [{"label": "A", "criteria": [criterion_body(maxPoints=0), criterion_body()]}]}
    answer = await manager.post(PATH, json=body)
    paths = [field["path"] for field in answer.json()["error"]["details"]["fields"]]
    assert paths == ["name", "categories.0.criteria.0.maxPoints", "categories.0.criteria.1.id"]


@pytest.mark.parametrize("raw", [b"{", b'{"name": "\xff"}', b'{"name": NaN}', b"[" * 100_000])
async def test_malformed_json(manager: httpx.AsyncClient, raw: bytes) -> None:
    answer = await manager.post(PATH, content=raw, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "malformed_json")


async def test_no_body(manager: httpx.AsyncClient) -> None:
    answer = await manager.post(PATH)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_failed")


async def test_anonymous(anonymous: httpx.AsyncClient) -> None:
    assert (await anonymous.post(PATH, json=scorecard_body())).status_code == 401


async def test_missing_right_comes_before_the_body(as_actor: ClientMaker) -> None:
    client = await as_actor(permissions=["qualityDeleteScorecard"])
    answer = await client.post(PATH, json={})
    assert answer.status_code == 403
    assert answer.json()["error"]["details"]["permission"] == MANAGE
