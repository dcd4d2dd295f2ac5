"""From corrections to a head that scores: the job, what it keeps, and what it lets go."""

from random import Random
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import delete, func, select, text

from assaydesk.domains.quality.assessments.models import Assessment, AssessmentCriterion, JudgeRun
from assaydesk.domains.quality.assessments.service import process_due
from assaydesk.domains.quality.assessments.types import State
from assaydesk.domains.quality.judging.models import QualityLearned, WorklogVectors
from assaydesk.domains.quality.judging.service import JudgePorts
from assaydesk.domains.quality.learning.service import learn_family
from assaydesk.domains.quality.scorecards.models import Scorecard
from assaydesk.integrations.local_ai.hashed import HashedEmbedder
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.jobs.job import JOBS, Runtime
from tests.factories.assessments import make_agent, make_assessment, make_work
from tests.factories.learning import learning_content, make_reviewed, reply
from tests.factories.scorecards import make_scorecard
from tests.factories.worklogs import set_settings


class CountingEmbedder(HashedEmbedder):
    def __init__(self) -> None:
        self.read = 0

    def passages(self, texts: Any) -> Any:
        self.read += len(texts)
        return super().passages(texts)

    def queries(self, texts: Any) -> Any:
        return HashedEmbedder().passages(texts)


@pytest.fixture
def embedder(ports: dict[str, Any]) -> CountingEmbedder:
    embedder = CountingEmbedder()
    ports["judge"] = JudgePorts(llm=None, embedder=lambda: embedder)
    return embedder


@pytest.fixture
async def agent(session: WriteSession, embedder: CountingEmbedder) -> int:
    await set_settings(session, qualityJudgeConcurrency=1)
    return await make_agent(session)


@pytest.fixture
async def card(session: WriteSession) -> Scorecard:
    return await make_scorecard(session, learning_content())


async def test_given_enough_corrections_the_next_assessment_is_scored_by_the_head(
    app: FastAPI, session: WriteSession, runtime: Runtime, agent: int, card: Scorecard
) -> None:
    await make_reviewed(session, agent, card, 60)
    waiting = {}
    for met in (True, False):
        work = await make_work(session, agent, text=reply(Random(7), met=met))
        row = await make_assessment(session, work, card, state=State.UNPROCESSED)
        waiting[met] = row.id
    await session.commit()
    learnt = await learn_family(runtime, card.base_id)
    assert (learnt.version, learnt.labels, learnt.heads) == (1, 60, 1)
    assert (await process_due(runtime)).done == 2
    for met, number in waiting.items():
        answers = {
            row.criterion_id: row
            for row in (
                await session.scalars(select(AssessmentCriterion).where(AssessmentCriterion.assessment_id == number))
            )
        }
        assert (answers[10].state, answers[10].score) == ("aiScored", 5 if met else 0)
        assert answers[10].confidence > 0.8
        assert answers[11].state == "needsHuman"
        assert "0 of the 20" in (answers[11].reason or "")
        assert bool(answers[10].evidence) or answers[10].searched_conversation_ids
        if met:
            assert any("your" in item["quote"] for item in answers[10].evidence)
        else:
            assert answers[10].searched_conversation_ids
        run = (await session.scalars(select(JudgeRun).where(JudgeRun.assessment_id == number))).one()
        assert (run.provider, run.model) == ("builtIn", f"{card.base_id}-v1")
        by_criterion = {item["criterionId"]: item for item in run.criteria}
        assert by_criterion[10]["producedBy"] == f"builtIn:{card.base_id}-v1"
        assert by_criterion[10]["raw"]["confidence"] > 0.5


async def test_the_same_labels_give_the_same_bytes_and_no_new_version(
    session: WriteSession, runtime: Runtime, agent: int, card: Scorecard, embedder: CountingEmbedder
) -> None:
    await make_reviewed(session, agent, card, 24)
    await session.commit()
    assert (await learn_family(runtime, card.base_id)).changed
    read = embedder.read
    again = await learn_family(runtime, card.base_id)
    assert (again.changed, again.version) == (False, 1)
    assert embedder.read == read, "vectors are kept"
    first = (await session.execute(select(QualityLearned.body_hash, QualityLearned.learned_from))).one()
    await session.execute(delete(QualityLearned))
    await session.execute(delete(WorklogVectors))
    await session.commit()
    assert (await learn_family(runtime, card.base_id)).version == 2
    second = (await session.execute(select(QualityLearned.body_hash, QualityLearned.learned_from))).one()
    assert second == first


async def test_labels_of_deleted_assessments_vanish_with_the_next_training(
    session: WriteSession, runtime: Runtime, run_jobs: Any, agent: int, card: Scorecard
) -> None:
    rows = await make_reviewed(session, agent, card, 24)
    await session.commit()
    assert (await learn_family(runtime, card.base_id)).heads == 1
    for row in rows[:10]:
        row.state = State.DELETED
    await session.commit()
    await JOBS["quality.learning.nightly"].function(runtime)
    assert await run_jobs() == ["quality.learning.learn"]
    newest = select(QualityLearned).order_by(QualityLearned.version.desc()).limit(1)
    learned = (await session.scalars(newest)).one()
    assert (learned.version, learned.labels, learned.facts["heads"]) == (2, 14, [])
    assert await session.scalar(select(func.count()).select_from(WorklogVectors)) == 14


async def test_the_job_comes_after_so_many_corrections(
    app: FastAPI, session: WriteSession, as_actor: Any, run_jobs: Any, agent: int, card: Scorecard
) -> None:
    await set_settings(session, qualityLearnAfterCorrections=3, qualityJudgeConcurrency=1)
    rows = [
        await make_assessment(session, await make_work(session, agent), card, state=State.AI_READY) for _ in range(3)
    ]
    await session.commit()
    reviewer = await as_actor(permissions=["qualityDoAssessmentsAll"])
    queued = []
    for row in rows:
        body = {
            "state": "reviewedBySupervisor",
            "criteria": [{"categoryId": 1, "criterionId": 10, "score": 5, "reason": "Seen."}],
        }
        assert (await reviewer.patch(f"/quality/assessment/{row.id}", json=body)).status_code == 200
        count = "select count(*) from procrastinate_jobs where task_name = 'quality.learning.learn'"
        queued.append(await session.scalar(text(count)))
    assert queued == [0, 0, 1]
    assert "quality.learning.learn" in await run_jobs()
    assert (await session.get(Assessment, rows[0].id)) is not None
