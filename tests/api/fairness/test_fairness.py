"""Fairness probes over the API: a judge with a bias is found out, and a fair one is not."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import func, select

from assaydesk.domains.quality.fairness.models import FairnessTally
from assaydesk.domains.quality.judging.types import JudgeFailed, WorklogCase
from assaydesk.domains.quality.scorecards.types import Content
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.permissions import Permission
from tests.conftest import ClientMaker
from tests.factories.assessments import ScriptedJudge, make_agent, make_work, small_content, verdict
from tests.factories.scorecards import make_scorecard

PATH = "/quality/fairness"
RunJobs = Callable[[], Awaitable[list[str]]]


async def test_a_biased_judge_is_found_out(
    session: WriteSession, as_actor: ClientMaker, ports: dict[str, Any], run_jobs: RunJobs
) -> None:
    agent = await make_agent(session)
    works = [
        await make_work(session, agent, text=f"Dear {who}, it is booked. Kind regards, Jane")
        for who in ("Mr Kaya", "Mr Smith", "Sam")
    ]
    card = await make_scorecard(session, small_content())
    await session.commit()
    judge = ports["judge"] = ScriptedJudge()
    calls = {"n": 0}

    def script(case: WorklogCase, _: Content) -> list[Any]:
        calls["n"] += 1
        text = case.assessed_messages[0].text
        return [verdict(10, 3 if "Mrs" in text else 5, case), verdict(11, 10, case)]

    judge.script = script
    rights = [Permission.QUALITY_RUN_BACKTEST, Permission.QUALITY_VIEW_ASSESSMENT_ALL]
    client = await as_actor(permissions=rights)
    body = {"scorecardId": card.id, "worklogIds": [work.worklog.id for work in works], "kinds": ["gender", "formality"]}
    begun = await client.post(PATH, json=body)
    assert (begun.status_code, begun.json()["state"]) == (202, "queued")
    number = begun.json()["id"]
    assert await run_jobs() == ["quality.fairness.probe"]
    shown = (await client.get(f"{PATH}/{number}")).json()
    assert (shown["state"], shown["worklogs"], shown["excluded"]) == ("done", 3, 0)
    result = shown["result"]
    assert (result["judged"], result["failed"], result["noise"]["flips"]) == (3, 0, 0.0)
    gender, formality = result["kinds"]
    # Jane becomes another name in all three; two have a salutation that changes with it.
    assert (gender["worklogs"], gender["leftOut"], gender["overall"]["n"]) == (3, 0, 6)
    ten, eleven = gender["criteria"]
    assert (ten["criterionId"], ten["flips"], ten["beyondNoise"], ten["meanShift"]) == (10, 0.667, 0.667, -0.267)
    assert (eleven["flips"], eleven["meanShift"], eleven["meanShiftCi95"]) == (0.0, 0.0, [0.0, 0.0])
    # "Where is my meter reading?" has nothing formal: no variant was judged.
    assert (formality["worklogs"], formality["leftOut"]) == (0, 3)
    assert calls["n"] == 9
    assert await session.scalar(select(func.count()).select_from(FairnessTally)) == 0
    assert [row["id"] for row in (await client.get(PATH)).json()["probes"]] == [number]
    # Others do not see it; those who manage scorecards do.
    colleague = await as_actor(permissions=rights)
    hidden = await colleague.get(f"{PATH}/{number}")
    assert (hidden.status_code, hidden.json()["error"]["code"]) == (404, "fairness_probe_not_found")
    assert (await colleague.get(PATH)).json()["total"] == 0
    chief = await as_actor(permissions=[*rights, Permission.QUALITY_MANAGE_SCORECARDS])
    assert (await chief.get(f"{PATH}/{number}")).status_code == 200
    # Without a right to see work it is left out and counted; a judge that answers nothing fails the probe.
    blinkered = await as_actor(permissions=[Permission.QUALITY_RUN_BACKTEST])
    empty = (await blinkered.post(PATH, json=body)).json()["id"]
    judge.failures = [JudgeFailed("ai_service_failed", "Away.") for _ in range(9)]
    failing = (await client.post(PATH, json=body)).json()["id"]
    await run_jobs()
    nothing = (await blinkered.get(f"{PATH}/{empty}")).json()
    assert (nothing["state"], nothing["worklogs"], nothing["excluded"]) == ("done", 0, 3)
    assert nothing["result"]["noise"]["flips"] is None
    assert (await client.get(f"{PATH}/{failing}")).json()["error"]["code"] == "ai_service_failed"


async def test_samples_and_refusals(session: WriteSession, as_actor: ClientMaker) -> None:
    agent = await make_agent(session)
    for _ in range(3):
        await make_work(session, agent)
    card = await make_scorecard(session, small_content())
    await session.commit()
    client = await as_actor(permissions=[Permission.QUALITY_RUN_BACKTEST, Permission.QUALITY_VIEW_ASSESSMENT_ALL])
    number = (await client.post(PATH, json={"scorecardId": card.id, "sample": 2, "seed": 7})).json()["id"]
    shown = (await client.get(f"{PATH}/{number}")).json()
    assert (shown["state"], shown["worklogs"], shown["seed"]) == ("queued", 2, 7)
    assert shown["kinds"] == ["names", "gender", "dialect", "formality"]
    unknown = await client.post(PATH, json={"scorecardId": 999_999})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (422, "unknown_reference")
    assert (await client.post(PATH, json={"scorecardId": card.id, "kinds": ["age"]})).status_code == 422
    assert (await client.get(f"{PATH}/999999")).status_code == 404
    outsider = await as_actor(permissions=[Permission.QUALITY_VIEW_ASSESSMENT_ALL])
    for method, path in (("POST", PATH), ("GET", PATH)):
        refused = await outsider.request(method, path)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "permission_denied")
