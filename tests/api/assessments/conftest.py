"""Actors and rows that most tests of assessments begin with."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import pytest

from assaydesk.domains.quality.assessments.models import Assessment
from assaydesk.domains.quality.assessments.types import CriterionAnswer, State
from assaydesk.domains.quality.scorecards.models import Scorecard
from assaydesk.platform.db.session import WriteSession
from tests.factories.assessments import (
    ScriptedJudge,
    Work,
    ai_answer,
    make_agent,
    make_assessment,
    make_work,
    small_content,
)
from tests.factories.profiles import make_team
from tests.factories.scorecards import make_scorecard

PATH = "/quality/assessment"


class Scene(NamedTuple):
    """An agent in a team, a piece of work, a scorecard, and its assessment."""

    team: int
    agent: int
    work: Work
    card: Scorecard
    row: Assessment

    @property
    def path(self) -> str:
        return f"{PATH}/{self.row.id}"


SceneMaker = Callable[..., Awaitable[Scene]]


@pytest.fixture
def make_scene(session: WriteSession) -> SceneMaker:
    """`await make_scene(state=..., answers=[...])`; by default the AI scored 4 of 5 and left 11 to a person."""

    async def make(
        *, state: State = State.AI_READY, answers: list[CriterionAnswer] | None = None, **values: Any
    ) -> Scene:
        team = (await make_team(session)).id
        agent = await make_agent(session, teams=[team])
        work = await make_work(session, agent)
        card = await make_scorecard(session, small_content())
        known = [ai_answer(10, 4), ai_answer(11, None)] if answers is None else answers
        row = await make_assessment(session, work, card, state=state, answers=known, **values)
        await session.commit()
        return Scene(team, agent, work, card, row)

    return make


@pytest.fixture
def judge(ports: dict[str, Any]) -> ScriptedJudge:
    ports["judge"] = ScriptedJudge()
    return ports["judge"]
