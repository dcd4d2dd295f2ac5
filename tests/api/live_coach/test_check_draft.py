"""`POST /ticket/{ticketId}/quality/check` (quality.md 9): what is answered, and for whom."""

from pathlib import Path
from typing import Any

import pytest

from assaydesk.domains.quality.judging.types import Role
from assaydesk.domains.quality.live_coach import service
from assaydesk.platform.db.session import WriteSession
from tests.contract.examples import example
from tests.contract.shape import assert_same_shape
from tests.factories.assessments import ScriptedJudge, judged
from tests.factories.live_coach import make_coach, rows_by_table
from tests.factories.profiles import make_team
from tests.factories.scorecards import category, criterion
from tests.factories.tickets import make_ticket
from tests.factories.worklogs import make_message

DRAFT = "<div>Good <b>morning</b> Mr Mustermann,<br>we have booked your reading.</div>"
PLAIN = "Good morning Mr Mustermann,\nwe have booked your reading."
POLITE = criterion(30, 4, rule={"type": "greeting"})


@pytest.fixture
def judge(ports: dict[str, Any]) -> ScriptedJudge:
    ports["judge"] = ScriptedJudge()
    return ports["judge"]


@pytest.fixture
async def path(session: WriteSession) -> str:
    ticket = await make_ticket(session, id=8821)
    await make_message(session, ticket.id, text="Where is my reading?")
    await session.commit()
    return f"/ticket/{ticket.id}/quality/check"


async def test_the_documented_example(
    as_actor: Any, session: WriteSession, path: str, judge: ScriptedJudge, shared_spec: Path
) -> None:
    both = [judged(101, 10), judged(102, 10, make_or_break_for_category=True)]
    await make_coach(session, [category(5, [judged(501, 10), judged(502, 10)])], threshold=75, scorecard_id=7)
    await make_coach(session, [category(1, both)], threshold=90, scorecard_id=1)
    await session.commit()
    judge.script = None
    answer = await (await as_actor()).post(path, json=example(shared_spec, "checkDraftQuality.request"))
    assert answer.status_code == 200, answer.text
    assert_same_shape(example(shared_spec, "checkDraftQuality.response"), answer.json())
    found = answer.json()["scorecards"]
    assert [(one["scorecardId"], one["percentage"], one["threshold"], one["passed"]) for one in found] == [
        (1, 100, 90, True),
        (7, 100, 75, True),
    ]
    first = found[0]["categories"][0]["criteria"]
    assert [one["makeOrBreakForCategory"] for one in first] == [False, True]


async def test_the_judge_sees_the_conversation_and_the_draft_as_the_work_to_assess(
    as_actor: Any, session: WriteSession, path: str, judge: ScriptedJudge
) -> None:
    await make_coach(session, [category(1, [judged(10)])])
    await session.commit()
    answer = await (await as_actor()).post(path, json={"draftText": DRAFT})
    (case,) = judge.cases
    assert [(one.role, one.assessed) for one in case.messages] == [(Role.CUSTOMER, False), (Role.AGENT, True)]
    assert case.messages[-1].text == PLAIN
    quote = answer.json()["scorecards"][0]["categories"][0]["criteria"][0]["evidence"][0]
    assert quote == {"conversationId": None, "quote": "Good", "start": 0, "end": 4}


async def test_abstained_and_knocked_out(as_actor: Any, session: WriteSession, path: str, judge: ScriptedJudge) -> None:
    criteria = [judged(10), judged(11, make_or_break_for_category=True)]
    await make_coach(session, [category(1, criteria), category(2, [judged(20, 10), judged(21)])], threshold=50)
    await session.commit()
    judge.scores = {10: 5, 11: 0, 20: 10, 21: None}
    (found,) = (await (await as_actor()).post(path, json={"draftText": DRAFT})).json()["scorecards"]
    assert (found["percentage"], found["passed"]) == (50, True)
    assert [(one["score"], one["maxPoints"]) for one in found["categories"]] == [(0, 10), (10, 10)]
    waiting = found["categories"][1]["criteria"][1]
    assert (waiting["score"], waiting["state"], waiting["maxPoints"]) == (None, "needsHuman", 5)


async def test_which_scorecards_apply(as_actor: Any, session: WriteSession, path: str, judge: ScriptedJudge) -> None:
    team = (await make_team(session)).id
    other = (await make_team(session)).id
    own = [category(1, [judged(10), criterion(11)])]
    fitting = await make_coach(session, own, teams=[team], channels=["email"], sample_percent=0.0)
    await make_coach(session, own, enabled=False)
    await make_coach(session, own, state="draft")
    await make_coach(session, own, teams=[other])
    await make_coach(session, own, channels=["chat"])
    await make_coach(session, own, ticket_tags=[4711])
    await make_coach(session, own, response_context=["status"])
    for_people = await make_coach(session, [category(1, [criterion(10)])])
    process = [category(1, [criterion(10, rule={"type": "slaMet"})])]
    by_process = await make_coach(session, process)
    await session.commit()
    client = await as_actor(teams=[team])
    (found,) = (await client.post(path, json={"draftText": DRAFT})).json()["scorecards"]
    assert found["scorecardId"] == fitting.id
    assert [one["criterionId"] for one in found["categories"][0]["criteria"]] == [10]
    for card in (for_people, by_process):
        answer = await client.post(path, json={"draftText": DRAFT, "scorecardId": card.id})
        assert answer.json()["scorecards"] == [
            {
                "scorecardId": card.id,
                "name": "Coach",
                "percentage": None,
                "threshold": 80,
                "passed": None,
                "aiSummary": "",
                "categories": [],
            }
        ]


async def test_a_named_revision_is_used_whatever_its_assignment(
    as_actor: Any, session: WriteSession, path: str, judge: ScriptedJudge
) -> None:
    await make_coach(session, [category(1, [judged(10)])])
    named = await make_coach(session, [category(1, [judged(10)])], enabled=False, channels=["chat"], state="retired")
    await session.commit()
    answer = await (await as_actor()).post(path, json={"draftText": DRAFT, "scorecardId": named.id})
    assert [one["scorecardId"] for one in answer.json()["scorecards"]] == [named.id]


async def test_nothing_applies(as_actor: Any, path: str, judge: ScriptedJudge) -> None:
    answer = await (await as_actor()).post(path, json={"draftText": DRAFT})
    assert (answer.status_code, answer.json(), judge.cases) == (200, {"scorecards": []}, [])


async def test_nothing_is_stored(as_actor: Any, session: WriteSession, path: str) -> None:
    await make_coach(session, [category(1, [judged(10), POLITE])])
    await session.commit()
    client = await as_actor()
    before = await rows_by_table(session)
    answer = await client.post(path, json={"draftText": DRAFT})
    assert answer.status_code == 200, answer.text
    assert await rows_by_table(session) == before


async def test_a_rule_needs_no_judge_and_its_evidence_stands_in_the_plain_text(
    as_actor: Any, session: WriteSession, path: str
) -> None:
    await make_coach(session, [category(1, [POLITE, criterion(31, rule={"type": "noPlaceholders"})])])
    await session.commit()
    client = await as_actor()
    (found,) = (await client.post(path, json={"draftText": DRAFT})).json()["scorecards"]
    greeting, placeholders = found["categories"][0]["criteria"]
    assert (greeting["score"], placeholders["score"], found["passed"]) == (4, 5, True)
    (quote,) = greeting["evidence"]
    assert PLAIN[quote["start"] : quote["end"]] == quote["quote"]
    (found,) = (await client.post(path, json={"draftText": "It is booked for {{day}}."})).json()["scorecards"]
    assert [one["score"] for one in found["categories"][0]["criteria"]] == [0, 0]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "draftText"),
        ({"draftText": "<p> &nbsp; </p>"}, "draftText"),
        ({"draftText": "a" * 100_001}, "draftText"),
        ({"draftText": "Good", "scorecardId": "x"}, "scorecardId"),
    ],
)
async def test_a_malformed_request(as_actor: Any, path: str, body: dict[str, Any], field: str) -> None:
    answer = await (await as_actor()).post(path, json=body)
    assert answer.status_code == 422
    assert [one["path"] for one in answer.json()["error"]["details"]["fields"]] == [field]


async def test_a_long_draft_is_measured_without_its_tags(as_actor: Any, path: str) -> None:
    answer = await (await as_actor()).post(path, json={"draftText": "<p>" + "<b></b>" * 20_000 + "Good</p>"})
    assert answer.status_code == 200, answer.text


async def test_an_unknown_or_deleted_scorecard(as_actor: Any, session: WriteSession, path: str) -> None:
    gone = await make_coach(session, [category(1, [judged(10)])], state="deleted")
    await session.commit()
    client = await as_actor()
    for number in (gone.id, 4711):
        answer = await client.post(path, json={"draftText": "Good", "scorecardId": number})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "unknown_reference")


async def test_the_right_to_change_the_ticket_is_needed(as_actor: Any, anonymous: Any, path: str) -> None:
    client = await as_actor(permissions=["readTicket", "replyToTicket"])
    answer = await client.post(path, json={"draftText": DRAFT})
    assert (answer.status_code, answer.json()["error"]["details"]["permission"]) == (403, "updateTicket")
    assert (await anonymous.post(path, json={"draftText": DRAFT})).status_code == 401


async def test_an_unknown_ticket(as_actor: Any) -> None:
    answer = await (await as_actor()).post("/ticket/999999/quality/check", json={"draftText": DRAFT})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "ticket_not_found")


async def test_too_many_at_once(as_actor: Any, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_AT_ONCE", 0)
    answer = await (await as_actor()).post(path, json={"draftText": DRAFT})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "busy")
    assert answer.headers["Retry-After"]
