"""The linter through the API: findings in two languages, wordings by a model, and what is refused."""

import json
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from assaydesk.domains.quality.judging.service import JudgePorts
from assaydesk.integrations.llm.fake import FakeLlm, Step
from assaydesk.integrations.llm.port import Outcome
from assaydesk.integrations.local_ai.opening import open_embedder
from assaydesk.platform.db.session import WriteSession
from tests.conftest import ClientMaker
from tests.factories.scorecards import category, content, criterion, criterion_body, make_scorecard, scorecard_body
from tests.factories.worklogs import set_settings

PATH = "/quality/scorecard/lint"
MANAGER = ["qualityManageScorecards"]
WEAK = scorecard_body(
    criterion_body(10, label="No jargon", scoringType="metNotMet"),
    criterion_body(11, label="Closing", description="Is the ending appropriate?", scoringType="metNotMet"),
)


def found(answer: Any) -> list[tuple[str, int | None]]:
    assert answer.status_code == 200, answer.text
    return [(one["code"], one["criterionId"]) for one in answer.json()["findings"]]


@pytest.fixture
def model(ports: dict[str, Any]) -> Any:
    """`model(step)`: a model that answers so."""

    def make(step: Step) -> FakeLlm:
        llm = FakeLlm([step])
        ports["judge"] = JudgePorts(llm=llm, embedder=partial(open_embedder, "hashed"))
        return llm

    return make


async def test_findings_without_a_model(as_actor: ClientMaker, session: WriteSession) -> None:
    client = await as_actor(permissions=MANAGER)
    answer = await client.post(PATH, json=WEAK | {"colour": "red"})
    assert found(answer) == [("negated_label", 10), ("vague", 11)]
    body = answer.json()
    assert body["findings"][0] == {
        "code": "negated_label", "severity": "hint", "categoryId": 1, "criterionId": 10, "suggestion": None,
        "text": body["findings"][0]["text"],
    }  # fmt: skip
    assert (body["errors"], body["warnings"], body["hints"]) == (0, 0, 2)
    assert (body["suggestionsFailed"], body["model"]) == (False, None)
    assert answer.headers["X-Ignored-Fields"] == "colour"
    assert "colour" not in answer.text
    assert await session.scalar(text("select count(*) from scorecards")) == 0
    german = await client.post(PATH, json=WEAK, headers={"Accept-Language": "fr, de-AT;q=0.9"})
    assert german.json()["findings"][1]["text"].startswith("„appropriate“ lässt offen")
    await set_settings(session, qualityTextLanguage="de")
    await session.commit()
    assert (await client.post(PATH, json=WEAK)).json()["findings"] == german.json()["findings"]
    english = await client.post(PATH, json=WEAK, headers={"Accept-Language": "en"})
    assert english.json()["findings"] == body["findings"]


async def test_a_stored_revision_and_an_empty_body(as_actor: ClientMaker, session: WriteSession) -> None:
    empty = content([category(1, [criterion(10)]), category(2, [])])
    row = await make_scorecard(session, empty, state="draft")
    await session.commit()
    client = await as_actor(permissions=MANAGER)
    answer = await client.get(f"/quality/scorecard/{row.id}/lint")
    assert found(answer) == [("empty_category", None), ("no_anchors", 10)]
    assert (answer.json()["errors"], answer.json()["warnings"]) == (1, 1)
    assert found(await client.post(PATH, json={"name": "Nothing", "categories": []})) == [("no_categories", None)]
    # A finding keeps nobody from activating what is valid.
    made = await client.post("/quality/scorecard", json=WEAK)
    assert made.status_code == 200, made.text
    assert len(found(await client.get(f"/quality/scorecard/{made.json()['id']}/lint"))) == 2


async def test_like_criteria(as_actor: ClientMaker) -> None:
    client = await as_actor(permissions=MANAGER)
    twice = scorecard_body(
        criterion_body(10, label="Greeting at the start", description="The first reply begins with a greeting.",
                       scoringType="metNotMet"),
        criterion_body(11, label="Greeting at the beginning", description="The first reply begins with a greeting.",
                       scoringType="metNotMet"),
    )  # fmt: skip
    assert found(await client.post(PATH, json=twice)) == [("overlap", 11)]


async def test_wordings_by_a_model(as_actor: ClientMaker, model: Any) -> None:
    wording = {"suggestions": [{"number": 2, "wording": "The last reply ends with a closing formula."}]}
    llm = model(json.dumps(wording))
    client = await as_actor(permissions=MANAGER)
    body = (await client.post(PATH, json=WEAK)).json()
    assert [one["suggestion"] for one in body["findings"]] == [None, "The last reply ends with a closing formula."]
    assert (body["suggestionsFailed"], body["model"], len(llm.prompts)) == (False, "scripted", 1)
    await client.post(PATH, json=WEAK, params={"suggest": "false"})
    sound = scorecard_body(criterion_body(10, scoringType="metNotMet"))
    assert found(await client.post(PATH, json=sound)) == []
    assert len(llm.prompts) == 1


@pytest.mark.parametrize("step", [Outcome.TIMED_OUT, Outcome.DENIED, "no", '{"suggestions": [{"number": 9}]}'])
async def test_findings_come_when_the_model_fails(as_actor: ClientMaker, model: Any, step: Step) -> None:
    llm = model(step)
    client = await as_actor(permissions=MANAGER)
    body = (await client.post(PATH, json=WEAK)).json()
    assert (body["suggestionsFailed"], [one["suggestion"] for one in body["findings"]]) == (True, [None, None])
    assert len(llm.prompts) == 1


async def test_refusals(as_actor: ClientMaker, anonymous: Any, session: WriteSession) -> None:
    row = await make_scorecard(session)
    await session.commit()
    path = f"/quality/scorecard/{row.id}/lint"
    assert (await anonymous.get(path)).status_code == 401
    assert (await anonymous.post(PATH, json=WEAK)).status_code == 401
    reader = await as_actor(permissions=["readTicket"])
    for answer in (await reader.get(path), await reader.post(PATH, json=WEAK), await reader.post(PATH, json={})):
        assert answer.json()["error"]["code"] == "permission_denied"
    client = await as_actor(permissions=MANAGER)
    for unknown in (client, reader):
        answer = await unknown.get(f"/quality/scorecard/{2**40}/lint")
        assert answer.json()["error"]["code"] == "scorecard_not_found"
    bad = await client.post(PATH, json={"name": "x", "categories": [{"label": "", "criteria": [{}]}]})
    assert (bad.status_code, bad.json()["error"]["code"]) == (422, "validation_failed")
