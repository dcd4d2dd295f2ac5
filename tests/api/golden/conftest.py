"""A golden set of two pieces of work, and people who may and may not use it."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import httpx
import pytest

from assaydesk.domains.quality.scorecards.models import Scorecard
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.permissions import Permission
from tests.conftest import ClientMaker
from tests.factories.assessments import ScriptedJudge, Work, make_agent, make_work, small_content
from tests.factories.scorecards import make_scorecard
from tests.factories.worklogs import set_settings

PATH = "/quality/goldenSet"

RunJobs = Callable[[], Awaitable[list[str]]]


class Scene(NamedTuple):
    manager: httpx.AsyncClient
    works: list[Work]
    card: Scorecard
    set_id: int

    @property
    def path(self) -> str:
        return f"{PATH}/{self.set_id}"

    async def add(self, number: int, ten: float | None, eleven: float | None = 10) -> dict[str, Any]:
        """Work `number` with labels; None is "not applicable"."""
        said = [
            {"criterionId": criterion} | ({"applicable": False} if score is None else {"score": score})
            for criterion, score in ((10, ten), (11, eleven))
        ]
        body = {"worklogId": self.works[number].worklog.id, "labels": said}
        answer = await self.manager.post(f"{self.path}/item", json=body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def run(self, **body: Any) -> int:
        answer = await self.manager.post(f"{self.path}/run", json=body)
        assert answer.status_code == 202, answer.text
        number: int = answer.json()["id"]
        return number

    async def shown(self, run_id: int) -> dict[str, Any]:
        found: dict[str, Any] = (await self.manager.get(f"{self.path}/run/{run_id}")).json()
        return found


@pytest.fixture
async def scene(session: WriteSession, as_actor: ClientMaker) -> Scene:
    agent = await make_agent(session)
    works = [await make_work(session, agent, text=f"Reply number {number}. Kind regards") for number in range(4)]
    card = await make_scorecard(session, small_content())
    await set_settings(session, qualityReportMinN=2)
    await session.commit()
    manager = await as_actor(
        permissions=[
            Permission.QUALITY_MANAGE_GOLDEN_SETS,
            Permission.QUALITY_MANAGE_SCORECARDS,
            Permission.QUALITY_VIEW_ASSESSMENT_ALL,
        ]
    )
    made = await manager.post(PATH, json={"name": "Core e-mail set", "scorecardBaseId": card.base_id})
    assert made.status_code == 200, made.text
    return Scene(manager, works, card, made.json()["id"])


@pytest.fixture
def judge(ports: dict[str, Any]) -> ScriptedJudge:
    made = ports["judge"] = ScriptedJudge()
    return made
