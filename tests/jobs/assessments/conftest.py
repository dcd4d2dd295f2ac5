"""What the jobs of assessments find: a judge that answers from a script, one at a time on the test's connection."""

from typing import Any

import pytest

from assaydesk.platform.db.session import WriteSession
from tests.factories.assessments import ScriptedJudge
from tests.factories.worklogs import set_settings


@pytest.fixture
def judge(ports: dict[str, Any]) -> ScriptedJudge:
    ports["judge"] = ScriptedJudge()
    return ports["judge"]


@pytest.fixture(autouse=True)
async def one_at_a_time(session: WriteSession) -> None:
    """All sessions of a test share one connection, so only one judge may work on it."""
    await set_settings(session, qualityJudgeConcurrency=1)
    await session.commit()
