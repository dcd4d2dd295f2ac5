"""Many reviewers ask at once, with real commits: no two get the same review."""

import asyncio

import httpx

from assaydesk.app import create_app
from assaydesk.domains.auth.sessions import start_session
from assaydesk.platform.config import Config
from assaydesk.platform.db.engine import Database
from tests.factories.assessments import ai_answer, judged, make_agent, make_assessment, make_work
from tests.factories.profiles import make_profile
from tests.factories.scorecards import category, content, make_scorecard

REVIEWERS = 8


async def test_given_reviewers_at_the_same_instant_each_gets_another(committed: Database, config: Config) -> None:
    async with committed.write() as session:
        agent = await make_agent(session)
        card = await make_scorecard(session, content([category(1, [judged(10)])]))
        made = set()
        for _ in range(REVIEWERS - 1):
            work = await make_work(session, agent)
            made.add((await make_assessment(session, work, card, answers=[ai_answer(10, None)])).id)
        people = [await make_profile(session) for _ in range(REVIEWERS)]
        tokens = [(await start_session(session, issuer=config.base_url, user_id=one.id)).token for one in people]
    transport = httpx.ASGITransport(create_app(config, committed), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test/api/mind") as client:

        async def ask(token: str) -> int | None:
            headers = {"Authorization": f"Bearer {token}"}
            answer = await client.post("/quality/reviewQueue/next", headers=headers)
            assert answer.status_code == 200, answer.text
            return answer.json()["assessmentId"]  # type: ignore[no-any-return]

        got = await asyncio.gather(*map(ask, tokens))
    assert sorted(one for one in got if one) == sorted(made)
    assert got.count(None) == 1
