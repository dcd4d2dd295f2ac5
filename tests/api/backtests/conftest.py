"""A scorecard, work of an agent with assessments, and the one who tries things on it."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import pytest

from assaydesk.domains.quality.assessments.types import CriterionState, Origin
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


class Past(NamedTuple):
    team: int
    agent: int
    card: Scorecard
    works: list[Work]

    @property
    def path(self) -> str:
        return f"/quality/scorecard/{self.card.id}/backtest"


PastMaker = Callable[..., Awaitable[Past]]


@pytest.fixture
def make_past(session: WriteSession) -> PastMaker:
    """`await make_past(3)`: three pieces of work. All but the last are assessed: 10 with 4 of 5, 11 with 5 of 10, which
    a person confirmed."""

    async def make(count: int, *, assessed: bool = True, **values: Any) -> Past:
        team = (await make_team(session)).id
        agent = await make_agent(session, teams=[team])
        card = await make_scorecard(session, small_content())
        works = [await make_work(session, agent) for _ in range(count)]
        confirmed = ai_answer(11, 5, state=CriterionState.HUMAN_VERIFIED, origin=Origin.HUMAN)
        for work in works[:-1] if assessed else []:
            await make_assessment(session, work, card, answers=[ai_answer(10, 4), confirmed], **values)
        await session.commit()
        return Past(team, agent, card, works)

    return make


@pytest.fixture
def judge(ports: dict[str, Any]) -> ScriptedJudge:
    ports["judge"] = ScriptedJudge(scores={10: 2, 11: None})
    return ports["judge"]
