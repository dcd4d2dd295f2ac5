"""A calibration with three people and two pieces of work."""

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

PATH = "/quality/calibration"


class Scene(NamedTuple):
    """Anna, Ben and Cleo review the work of an agent; the manager makes and closes the session."""

    manager: httpx.AsyncClient
    anna: httpx.AsyncClient
    ben: httpx.AsyncClient
    cleo: httpx.AsyncClient
    agent: int
    works: list[Work]
    card: Scorecard

    @property
    def reviewers(self) -> list[int]:
        return [client.actor_id for client in (self.anna, self.ben, self.cleo)]  # type: ignore[attr-defined]

    @property
    def worklogs(self) -> list[int]:
        return [work.worklog.id for work in self.works]

    def body(self, **changes: Any) -> dict[str, Any]:
        known = {
            "name": "June, e-mail",
            "scorecardId": self.card.id,
            "worklogIds": self.worklogs,
            "reviewers": self.reviewers,
        }
        return known | changes

    async def begin(self, **changes: Any) -> dict[str, Any]:
        answer = await self.manager.post(PATH, json=self.body(**changes))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
async def scene(session: WriteSession, as_actor: ClientMaker) -> Scene:
    agent = await make_agent(session)
    works = [await make_work(session, agent), await make_work(session, agent, text="Done. Kind regards, Jane")]
    card = await make_scorecard(session, small_content())
    await session.commit()
    manage = [Permission.QUALITY_MANAGE_CALIBRATION, Permission.QUALITY_VIEW_ASSESSMENT_ALL]
    anna, ben, cleo = [await as_actor(permissions=[]) for _ in range(3)]
    return Scene(await as_actor(permissions=manage), anna, ben, cleo, agent, works, card)


@pytest.fixture
def judge(ports: dict[str, Any]) -> ScriptedJudge:
    made = ports["judge"] = ScriptedJudge()
    return made


RunJobs = Callable[[], Awaitable[list[str]]]


def answers(ten: float | None, eleven: float | None = 10, people: float | None = 3) -> list[dict[str, Any]]:
    """Answers to the three criteria; None is "not applicable"."""
    said = ((1, 10, ten), (1, 11, eleven), (2, 22, people))
    return [
        {"categoryId": category, "criterionId": number}
        | ({"applicable": False} if score is None else {"score": score, "reason": f"Reason {number}"})
        for category, number, score in said
    ]


async def submit(client: httpx.AsyncClient, calibration_id: int, worklog_id: int, *scores: float | None) -> None:
    answer = await client.put(
        f"{PATH}/{calibration_id}/item/{worklog_id}", json={"criteria": answers(*scores), "submit": True}
    )
    assert answer.status_code == 200, answer.text
