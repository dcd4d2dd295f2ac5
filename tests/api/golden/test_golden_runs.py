"""Runs: figures, comparison, alarm, resumption, the gate, and the night (quality.md 18)."""

from typing import Any

import pytest
from sqlalchemy import select

from assaydesk.domains.events.models import Event
from assaydesk.domains.quality.golden.models import GoldenRun, GoldenRunItem
from assaydesk.domains.quality.golden.tasks import nightly
from assaydesk.domains.quality.golden.tasks import run as job
from assaydesk.domains.quality.judging.types import JudgeFailed, WorklogCase
from assaydesk.domains.quality.scorecards.types import Content
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.jobs.job import Runtime
from tests.api.golden.conftest import RunJobs, Scene
from tests.factories.assessments import ScriptedJudge, verdict
from tests.factories.worklogs import set_settings

CARD = "/quality/scorecard"


def answers(*ten: int | None) -> Any:
    """A script: criterion 10 by the number of the reply, 11 always full."""

    def script(case: WorklogCase, _: Content) -> list[Any]:
        number = int(case.assessed_messages[-1].text.split()[2].rstrip("."))
        return [verdict(10, ten[number], case), verdict(11, 10, case)]

    return script


async def test_figures_of_a_run_and_its_comparison(scene: Scene, judge: ScriptedJudge, run_jobs: RunJobs) -> None:
    items = [(await scene.add(number, ten))["id"] for number, ten in enumerate((5, 0, 3, 5))]
    judge.script = answers(5, 0, 3, 4)
    first = await scene.run()
    assert (await scene.shown(first))["state"] == "queued"
    assert await run_jobs() == ["quality.golden.run"]
    run = await scene.shown(first)
    assert (run["state"], run["passed"], run["items"], run["cost"]) == ("done", True, 4, 0.0492)
    assert (run["provider"], run["model"], run["promptVersion"]) == ("script", "script-1", "1")
    ten, eleven = run["criteria"]
    # By hand: squared distance seen (0, 0, 0, 1) against what chance gives two such raters.
    assert (ten["n"], ten["coverage"], ten["exactAgreement"], ten["meanAbsoluteError"]) == (4, 1.0, 0.75, 0.05)
    assert ten["cohenKappa"] == pytest.approx(1 - 1 / 31.5, abs=1e-3)
    assert ten["bias"] == -0.05
    assert (ten["passed"], ten["note"], ten["previousCohenKappa"]) == (True, None, None)
    assert (eleven["cohenKappa"], eleven["note"], eleven["passed"]) == (None, "oneCategory", True)
    assert run["flips"] == []
    judge.script = answers(5, 0, None, 5)
    second = await scene.shown(await scene.run())
    await run_jobs()
    second = await scene.shown(second["id"])
    assert (second["criteria"][0]["coverage"], second["criteria"][0]["abstentions"]) == (0.75, 1)
    assert second["criteria"][0]["previousCohenKappa"] == ten["cohenKappa"]
    assert second["previousRunId"] == first
    assert second["flips"] == [
        {"itemId": items[2], "criterionId": 10, "previous": 3, "now": None, "label": 3},
        {"itemId": items[3], "criterionId": 10, "previous": 4, "now": 5, "label": 5},
    ]
    listed = (await scene.manager.get(f"{scene.path}/run", params={"limit": 1})).json()
    assert ([row["id"] for row in listed["runs"]], listed["total"]) == ([second["id"]], 2)
    shown = (await scene.manager.get(scene.path)).json()
    assert shown["lastRun"]["id"] == second["id"]
    assert shown["lastRun"]["passed"] is True


async def test_too_few_labels_claim_nothing(
    scene: Scene, judge: ScriptedJudge, run_jobs: RunJobs, session: WriteSession
) -> None:
    await set_settings(session, qualityReportMinN=3)
    await scene.add(0, 5)
    await scene.add(1, 0)
    judge.script = answers(0, 5)
    number = await scene.run()
    await run_jobs()
    run = await scene.shown(number)
    assert run["passed"] is True
    assert [(line["passed"], line["note"]) for line in run["criteria"]] == [(None, "fewPairs"), (None, "oneCategory")]
    assert run["criteria"][0]["cohenKappa"] < 0


async def test_a_fall_below_the_gate_raises_the_alarm(
    scene: Scene, judge: ScriptedJudge, run_jobs: RunJobs, session: WriteSession
) -> None:
    await scene.add(0, 5)
    await scene.add(1, 0)
    drifted = select(Event.data).where(Event.type == "qualityDriftDetected")
    judge.script = answers(0, 5)
    await scene.run()
    await run_jobs()
    # Never passed before: nothing fell.
    assert (await session.execute(drifted)).all() == []
    judge.script = answers(5, 0)
    await scene.run()
    await run_jobs()
    judge.script = answers(0, 5)
    number = await scene.run()
    await run_jobs()
    assert (await scene.shown(number))["passed"] is False
    assert (await session.execute(drifted)).scalars().all() == [
        {"goldenSetId": scene.set_id, "runId": number, "criteria": [10]}
    ]
    notes = (await scene.manager.get("/notification")).json()["notifications"]
    assert [(note["kind"], note["url"]) for note in notes] == [("aiQualityAlarm", f"{scene.path}/run/{number}")]


async def test_a_set_can_ask_for_more(scene: Scene, judge: ScriptedJudge, run_jobs: RunJobs) -> None:
    for number, ten in enumerate((5, 0, 3, 5)):
        await scene.add(number, ten)
    await scene.manager.patch(scene.path, json={"minKappa": 0.99})
    judge.script = answers(5, 0, 3, 4)
    number = await scene.run(model="other-model")
    await run_jobs()
    run = await scene.shown(number)
    assert (run["passed"], run["minKappa"], run["criteria"][0]["passed"]) == (False, 0.99, False)


async def test_a_run_that_is_broken_off_goes_on_where_it_was(
    scene: Scene, judge: ScriptedJudge, run_jobs: RunJobs, runtime: Runtime, session: WriteSession
) -> None:
    for number in range(3):
        await scene.add(number, 5)

    class Killed(BaseException):
        pass

    def dies(case: WorklogCase, said: Content) -> list[Any]:
        if len(judge.cases) == 2:
            raise Killed
        return [verdict(10, 5, case), verdict(11, 10, case)]

    await set_settings(session, qualityJudgeConcurrency=1)
    await session.commit()
    judge.script = dies
    number = await scene.run()
    with pytest.raises((Killed, BaseExceptionGroup)):
        await run_jobs()
    assert (await scene.shown(number))["state"] == "running"
    judge.script = None
    await job.function(runtime, run_id=number)
    shown = await scene.shown(number)
    assert (shown["state"], shown["items"]) == ("done", 3)
    # One was judged before the end, one was lost with it: four questions for three items.
    assert len(judge.cases) == 4
    await job.function(runtime, run_id=number)
    assert len(judge.cases) == 4
    stored = (await session.execute(select(GoldenRunItem).where(GoldenRunItem.run_id == number))).scalars().all()
    assert "reason" not in stored[0].answers[0]


async def test_a_judge_that_keeps_failing_fails_the_run(
    scene: Scene, judge: ScriptedJudge, run_jobs: RunJobs, session: WriteSession
) -> None:
    await scene.add(0, 5)
    judge.failures = [JudgeFailed("ai_service_failed", "Away.") for _ in range(2)]
    first = await scene.run()
    await run_jobs()
    # Two failures are borne: the third try answers.
    assert (await scene.shown(first))["state"] == "done"
    judge.failures = [JudgeFailed("ai_service_failed", "Away.") for _ in range(3)]
    second = await scene.run()
    await run_jobs()
    shown = await scene.shown(second)
    assert (shown["state"], shown["passed"], shown["criteria"]) == ("failed", None, [])
    assert shown["error"]["code"] == "ai_service_failed"
    assert shown["error"]["items"] == 1


async def test_the_gate(scene: Scene, judge: ScriptedJudge, run_jobs: RunJobs, session: WriteSession) -> None:
    await scene.add(0, 5)
    await scene.add(1, 0)
    path = f"{CARD}/{scene.card.id}"
    categories = (await scene.manager.get(path)).json()["categories"]
    categories[0]["criteria"][0]["description"] = "Is it really so?"
    draft = (await scene.manager.patch(path, json={"categories": categories, "state": "draft"})).json()["scorecard"]
    activate = {"state": "active"}
    await set_settings(session, qualityGoldenGate="block")
    await session.commit()
    refused = await scene.manager.patch(f"{CARD}/{draft['id']}", json=activate)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "golden_gate_failed")
    assert refused.json()["error"]["details"]["reason"] == "no_run"
    assert (await scene.manager.get(f"{CARD}/{draft['id']}")).json()["state"] == "draft"
    judge.script = answers(0, 5)
    run = await scene.run(scorecardId=draft["id"])
    await run_jobs()
    assert (await scene.shown(run))["contentHash"] == draft["contentHash"]
    refused = await scene.manager.patch(f"{CARD}/{draft['id']}", json=activate)
    assert refused.json()["error"]["details"]["runId"] == run
    await set_settings(session, qualityGoldenGate="warn")
    await session.commit()
    warned = (await scene.manager.patch(f"{CARD}/{draft['id']}", json=activate)).json()
    assert warned["scorecard"]["state"] == "active"
    assert f"run {run}" in warned["message"]
    assert warned["goldenGate"] == {"goldenSetId": scene.set_id, "goldenSetName": "Core e-mail set", "runId": run}
    await set_settings(session, qualityGoldenGate="block")
    await session.commit()
    judge.script = answers(5, 0)
    await scene.run()
    await run_jobs()
    renamed = await scene.manager.patch(f"{CARD}/{draft['id']}", json={"name": "Another name"})
    assert (renamed.status_code, renamed.json()["message"]) == (200, None)
    # A change of the active revision in place makes a content active as well.
    categories[0]["criteria"][0]["description"] = "Is it so at all?"
    changed = {"categories": categories, "createNewRevision": False}
    direct = await scene.manager.patch(f"{CARD}/{draft['id']}", json=changed)
    assert direct.json()["error"]["code"] == "golden_gate_failed"
    # Back to the first content: it has no run, unless the set is not in use.
    back = {"state": "active"}
    assert (await scene.manager.patch(path, json=back)).json()["error"]["details"]["reason"] == "no_run"
    await scene.manager.patch(scene.path, json={"enabled": False})
    rolled = (await scene.manager.patch(path, json=back)).json()
    assert rolled["scorecard"]["state"] == "active"
    assert rolled["message"].startswith("Created revision")


async def test_the_night_runs_what_became_different(
    scene: Scene, judge: ScriptedJudge, run_jobs: RunJobs, runtime: Runtime, session: WriteSession
) -> None:
    assert await nightly.function(runtime) == {"runs": 0}
    await scene.add(0, 5)
    assert await nightly.function(runtime) == {"runs": 1}
    assert await nightly.function(runtime) == {"runs": 0}
    await run_jobs()
    assert await nightly.function(runtime) == {"runs": 0}
    await set_settings(session, qualityJudgeModel="another")
    await session.commit()
    assert await nightly.function(runtime) == {"runs": 1}
    await run_jobs()
    runs = (await session.execute(select(GoldenRun.trigger, GoldenRun.state))).all()
    assert {tuple(row) for row in runs} == {("nightly", "done")}
