"""`POST /quality/assessment/{id}/refresh` (quality.md 8.7)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from assaydesk.app import create_app
from assaydesk.domains.auth.sessions import start_session
from assaydesk.domains.quality.assessments import refresh
from assaydesk.domains.quality.assessments.models import Assessment, JudgeRun
from assaydesk.domains.quality.assessments.types import State
from assaydesk.domains.quality.judging.types import JudgeFailed, Judgement
from assaydesk.platform.config import Config
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.jobs.job import Runtime
from tests.api.assessments.conftest import SceneMaker
from tests.factories.assessments import (
    ScriptedJudge,
    ai_answer,
    judged,
    make_agent,
    make_assessment,
    make_work,
    small_content,
)
from tests.factories.profiles import make_profile
from tests.factories.scorecards import category, content, make_scorecard
from tests.factories.worklogs import set_settings


def criterion_of(body: dict[str, Any], number: int) -> dict[str, Any]:
    return next(one for part in body["data"]["categories"] for one in part["criteria"] if one["id"] == number)


async def test_given_answers_of_the_ai_alone_they_are_replaced(
    as_actor: Any, make_scene: SceneMaker, judge: ScriptedJudge
) -> None:
    scene = await make_scene()
    client = await as_actor()
    answer = await client.post(f"{scene.path}/refresh")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["state"], body["aiSummary"], body["totals"]["scoredPoints"]) == ("aiReady", "Judged by script.", 15)
    assert (body["judge"]["provider"], body["judge"]["model"], body["judge"]["cost"]) == ("script", "script-1", 0.0123)
    assert (await client.get(scene.path)).json()["editingHistory"] == []
    quote = criterion_of(body, 10)["evidence"][0]
    assert quote == {"conversationId": scene.work.reply.id, "quote": "Good", "start": 0, "end": 4}


@pytest.mark.parametrize("overwrite", [False, True])
async def test_given_human_answers_they_are_kept_unless_asked(
    as_actor: Any, make_scene: SceneMaker, judge: ScriptedJudge, overwrite: bool
) -> None:
    scene = await make_scene()
    client = await as_actor()
    await client.patch(
        scene.path,
        json={"aiSummary": "Mine.", "criteria": [{"categoryId": 1, "criterionId": 10, "score": 2, "reason": "Short."}]},
    )
    body = (await client.post(f"{scene.path}/refresh", json={"overwriteHuman": overwrite})).json()
    first = criterion_of(body, 10)
    if overwrite:
        assert (body["state"], first["score"], first["origin"]) == ("aiReady", 5, "ai")
        assert (body["aiSummary"], body["data"]["aiSummaryGenerated"]) == ("Judged by script.", None)
        history = {edit["field"]: edit for edit in (await client.get(scene.path)).json()["editingHistory"]}
        assert (history["criteria.1.10.score"]["oldValue"], history["criteria.1.10.score"]["newValue"]) == (2, 5)
        assert history["aiSummary"]["oldValue"] == "Mine."
    else:
        assert (body["state"], first["score"], first["aiScore"]) == ("reviewOngoing", 2, 5)
        assert (body["aiSummary"], body["data"]["aiSummaryGenerated"]) == ("Mine.", "Judged by script.")
    assert criterion_of(body, 11)["score"] == 10


async def test_given_another_revision_the_scores_follow_it(
    as_actor: Any, session: WriteSession, make_scene: SceneMaker, judge: ScriptedJudge
) -> None:
    scene = await make_scene()
    client = await as_actor()
    changes = [{"categoryId": 1, "criterionId": number, "score": 2} for number in (10, 11)]
    await client.patch(scene.path, json={"criteria": [*changes, {"categoryId": 2, "criterionId": 22, "score": 1}]})
    said = content([category(1, [judged(10), judged(11, 20), judged(12)])])
    scene.card.state = "retired"
    await session.flush()
    new = await make_scorecard(session, said, base_id=scene.card.base_id, revision=2)
    await session.commit()
    body = (await client.post(f"{scene.path}/refresh")).json()
    assert (body["scorecardId"], body["scorecardBaseId"], body["state"]) == (
        new.id,
        scene.card.base_id,
        "reviewOngoing",
    )
    states = {number: criterion_of(body, number)["state"] for number in (10, 11, 12)}
    assert states == {10: "humanVerified", 11: "needsHuman", 12: "aiScored"}
    history = {edit["field"]: edit for edit in (await client.get(scene.path)).json()["editingHistory"][-5:]}
    assert (history["scorecardId"]["oldValue"], history["scorecardId"]["newValue"]) == (scene.card.id, new.id)
    assert (history["criteria.1.11.score"]["oldValue"], history["criteria.1.11.score"]["newValue"]) == (2, None)
    assert (history["criteria.2.22.score"]["oldValue"], history["criteria.2.22.score"]["newValue"]) == (1, None)
    pinned = (await client.post(f"{scene.path}/refresh", json={"scorecardId": scene.card.id})).json()
    assert pinned["scorecardId"] == scene.card.id
    assert criterion_of(pinned, 22)["state"] == "unscored"


async def test_given_no_active_revision_the_present_one_stays(
    as_actor: Any, session: WriteSession, make_scene: SceneMaker, judge: ScriptedJudge
) -> None:
    scene = await make_scene()
    scene.card.state = "retired"
    await session.commit()
    assert (await (await as_actor()).post(f"{scene.path}/refresh")).json()["scorecardId"] == scene.card.id


@pytest.mark.parametrize("state", [State.UNPROCESSED, State.ERROR])
async def test_given_one_that_was_not_judged_yet_it_is_judged_now(
    as_actor: Any, session: WriteSession, make_scene: SceneMaker, judge: ScriptedJudge, state: State
) -> None:
    scene = await make_scene(state=state, answers=[], tries=4 if state is State.ERROR else 0)
    body = (await (await as_actor()).post(f"{scene.path}/refresh")).json()
    assert (body["state"], body["errorMessage"]) == ("aiReady", None)
    row = await session.get(Assessment, scene.row.id, populate_existing=True)
    assert row is not None
    assert (row.tries, row.state_before, row.refresh_request, row.claim) == (0, None, None, None)


@pytest.mark.parametrize("state", [State.UNPROCESSED, State.ERROR, State.AI_READY, State.REVIEW_ONGOING])
@pytest.mark.parametrize(
    ("failure", "code", "details"),
    [
        (
            JudgeFailed("ai_service_failed", "It is down.", reason="connection"),
            "ai_service_failed",
            {"reason": "connection"},
        ),
        (JudgeFailed("llm_not_configured", "No model."), "llm_not_configured", {}),
    ],
)
async def test_given_a_failing_service_scores_and_state_stay(
    as_actor: Any,
    session: WriteSession,
    make_scene: SceneMaker,
    judge: ScriptedJudge,
    state: State,
    failure: JudgeFailed,
    code: str,
    details: dict[str, str],
) -> None:
    scene = await make_scene(state=state)
    client = await as_actor()
    before = (await client.get(scene.path)).json()
    judge.failures.append(failure)
    answer = await client.post(f"{scene.path}/refresh", headers={"Idempotency-Key": "key"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (502, code), answer.text
    assert details.items() <= error["details"].items()
    after = (await client.get(scene.path)).json()
    moved = {"modifiedAt", "version"}
    assert {key: value for key, value in after.items() if key not in moved} == {
        key: value for key, value in before.items() if key not in moved
    }
    [run] = (await client.get(f"{scene.path}/runs")).json()["runs"]
    assert (run["outcome"], run["errorCode"], run["criteria"]) == ("failed", code, [])
    again = await client.post(f"{scene.path}/refresh", headers={"Idempotency-Key": "key"})
    assert again.status_code == 200, again.text


async def test_given_a_judge_that_breaks_nothing_is_lost(
    as_actor: Any, make_scene: SceneMaker, judge: ScriptedJudge
) -> None:
    def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    judge.script = broken
    scene = await make_scene()
    client = await as_actor()
    answer = await client.post(f"{scene.path}/refresh")
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "ai_service_failed")
    assert (await client.get(scene.path)).json()["state"] == "aiReady"


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (State.REVIEWED, "assessment_locked"),
        (State.DISCUSSED, "assessment_locked"),
        (State.AI_IN_PROGRESS, "already_running"),
        (State.DELETED, "invalid_state"),
    ],
)
async def test_given_the_wrong_state_the_answer_is_409(
    as_actor: Any, make_scene: SceneMaker, judge: ScriptedJudge, state: State, code: str
) -> None:
    scene = await make_scene(state=state)
    answer = await (await as_actor()).post(f"{scene.path}/refresh")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, code)
    assert judge.cases == []


async def test_given_bad_bodies_the_answer_is_422(
    as_actor: Any, session: WriteSession, make_scene: SceneMaker, judge: ScriptedJudge
) -> None:
    scene = await make_scene(state=State.REVIEWED)
    other = await make_scorecard(session, small_content())
    draft = await make_scorecard(session, small_content(), base_id=scene.card.base_id, revision=2, state="draft")
    gone = await make_scorecard(session, small_content(), base_id=scene.card.base_id, revision=3, state="deleted")
    await session.commit()
    client = await as_actor()
    cases: list[tuple[Any, str]] = [
        ([], "validation_failed"),
        ({"scorecardId": "x"}, "validation_failed"),
        ({"scorecardId": 0}, "validation_failed"),
        ({"overwriteHuman": "perhaps"}, "validation_failed"),
        ({"scorecardId": 99_999_999}, "unknown_reference"),
        ({"scorecardId": draft.id}, "unknown_reference"),
        ({"scorecardId": gone.id}, "unknown_reference"),
        ({"scorecardId": other.id}, "scorecard_family_mismatch"),
    ]
    for body, code in cases:
        answer = await client.post(f"{scene.path}/refresh", json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, code), body
    assert judge.cases == []


async def test_refusals(as_actor: Any, anonymous: Any, make_scene: SceneMaker) -> None:
    scene = await make_scene()
    path = f"{scene.path}/refresh"
    assert (await anonymous.post(path)).status_code == 401
    viewer = await as_actor(permissions=["qualityViewAssessmentAll"])
    assert (await viewer.post(path, json={"scorecardId": "x"})).status_code == 403
    stranger = await as_actor(permissions=["qualityDoAssessmentsTeam"])
    assert (await stranger.post(path, json={"scorecardId": "x"})).status_code == 404


class SlowJudge(ScriptedJudge):
    """Waits until it is told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = asyncio.Event()
        self.asked = asyncio.Event()

    async def __call__(self, *arguments: Any) -> Judgement:
        self.asked.set()
        await self.go_on.wait()
        return await super().__call__(*arguments)


@pytest.fixture
def slow() -> SlowJudge:
    return SlowJudge()


@pytest.fixture
async def client(committed: Database, config: Config, slow: SlowJudge) -> AsyncIterator[httpx.AsyncClient]:
    """A client on a database where several sessions can work at the same time."""
    async with committed.write() as session:
        issued = await start_session(session, issuer=config.base_url, user_id=(await make_profile(session)).id)
        await set_settings(session, qualityRefreshTimeoutSeconds=0.3)
    transport = httpx.ASGITransport(create_app(config, committed, {"judge": slow}))
    headers = {"Authorization": f"Bearer {issued.token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test/api/mind", headers=headers) as opened:
        yield opened
    slow.go_on.set()
    while refresh._running:
        await asyncio.sleep(0.01)


async def committed_assessment(database: Database, **values: Any) -> int:
    async with database.write() as session:
        work = await make_work(session, await make_agent(session))
        card = await make_scorecard(session, small_content())
        return (await make_assessment(session, work, card, answers=[ai_answer(10, 4)], **values)).id


async def test_given_a_slow_judge_the_answer_is_202_and_the_run_goes_on(
    committed: Database, client: httpx.AsyncClient, slow: SlowJudge
) -> None:
    number = await committed_assessment(committed)
    path = f"/quality/assessment/{number}"
    answer = await client.post(f"{path}/refresh")
    assert (answer.status_code, answer.json()["state"]) == (202, "aiInProgress")
    assert answer.json()["totals"]["scoredPoints"] == 4
    again = await client.post(f"{path}/refresh")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "already_running")
    edit = await client.patch(path, json={"supervisorAssessment": "Now?"})
    assert (edit.status_code, edit.json()["error"]["code"]) == (409, "assessment_not_ready")
    slow.go_on.set()
    while refresh._running:
        await asyncio.sleep(0.01)
    shown = (await client.get(path)).json()
    assert (shown["state"], shown["totals"]["scoredPoints"]) == ("aiReady", 15)


async def test_given_a_delete_meanwhile_the_answer_of_the_judge_is_discarded(
    committed: Database, client: httpx.AsyncClient, slow: SlowJudge
) -> None:
    number = await committed_assessment(committed)
    path = f"/quality/assessment/{number}"
    assert (await client.post(f"{path}/refresh")).status_code == 202
    assert (await client.delete(path)).status_code == 200
    slow.go_on.set()
    while refresh._running:
        await asyncio.sleep(0.01)
    async with committed.read() as session:
        row = await session.get(Assessment, number)
        assert row is not None
        assert (row.state, row.scored_points, row.run_id) == ("deleted", 4, None)
        assert (await session.execute(select(JudgeRun))).first() is None
    assert (await client.post(f"{path}/restore")).json()["state"] == "unprocessed"


async def test_given_too_many_at_once_the_answer_is_503(
    committed: Database, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refresh, "MOST_AT_ONCE", 1)
    first, second = await committed_assessment(committed), await committed_assessment(committed)
    assert (await client.post(f"/quality/assessment/{first}/refresh")).status_code == 202
    busy = await client.post(f"/quality/assessment/{second}/refresh")
    assert (busy.status_code, busy.json()["error"]["code"]) == (503, "busy")
    assert int(busy.headers["Retry-After"]) > 0
    assert (await client.get(f"/quality/assessment/{second}")).json()["state"] == "aiReady"


async def test_given_a_dead_web_process_the_job_finishes_the_refresh(
    committed: Database, client: httpx.AsyncClient, config: Config, slow: SlowJudge
) -> None:
    from assaydesk.domains.quality.assessments.service import process_due

    number = await committed_assessment(committed)
    path = f"/quality/assessment/{number}"
    body = {"criteria": [{"categoryId": 1, "criterionId": 10, "score": 2}]}
    assert (await client.patch(path, json=body)).json()["state"] == "reviewOngoing"
    assert (await client.post(f"{path}/refresh")).status_code == 202
    for task in list(refresh._running):
        task.cancel()
    await asyncio.sleep(0.05)
    impatient = config.model_copy(update={"job_stalled_seconds": 0.1})
    report = await process_due(Runtime(impatient, committed, {"judge": ScriptedJudge()}))
    assert report.done == 1
    shown = (await client.get(path)).json()
    assert (shown["state"], criterion_of(shown, 10)["score"], criterion_of(shown, 10)["aiScore"]) == (
        "reviewOngoing",
        2,
        5,
    )
    [run] = (await client.get(f"{path}/runs")).json()["runs"]
    assert (run["trigger"], run["outcome"]) == ("refresh", "ok")
