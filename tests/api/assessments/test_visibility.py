"""Who sees which assessment: the pure rule, the SQL, and every place that shows one (quality.md 1)."""

import itertools
from typing import Any

import pytest
from sqlalchemy import select

from assaydesk.domains.quality.assessments import repository
from assaydesk.domains.quality.assessments.models import Assessment
from assaydesk.domains.quality.assessments.policy import Subject, assess_denial, may_see, released_states
from assaydesk.domains.quality.assessments.types import SCORED_STATES, State
from assaydesk.domains.settings.service import DEFAULTS
from assaydesk.domains.worklogs.events import WORKLOG_ASSESSMENTS
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.actor import Actor, ActorKind
from assaydesk.platform.security.permissions import Permission
from tests.api.assessments.conftest import PATH, SceneMaker
from tests.factories.assessments import make_agent, make_assessment, make_work, small_content
from tests.factories.profiles import make_team
from tests.factories.scorecards import make_scorecard
from tests.factories.worklogs import set_settings

RIGHTS = (
    Permission.QUALITY_VIEW_ASSESSMENT_OWN,
    Permission.QUALITY_VIEW_ASSESSMENT_TEAM_MATE,
    Permission.QUALITY_VIEW_ASSESSMENT_ALL,
    Permission.QUALITY_DO_ASSESSMENTS_TEAM,
    Permission.QUALITY_DO_ASSESSMENTS_ALL,
    Permission.QUALITY_DELETE_ASSESSMENT,
)


@pytest.mark.parametrize(
    ("sees_from", "states"),
    [
        ("aiReady", SCORED_STATES),
        ("reviewedBySupervisor", (State.REVIEWED, State.DISCUSSED)),
        ("discussedWithAssessee", (State.DISCUSSED,)),
    ],
)
def test_released_states(sees_from: str, states: tuple[State, ...]) -> None:
    assert released_states(sees_from) == states


async def test_given_any_rights_the_sql_says_what_the_pure_rule_says(session: WriteSession) -> None:
    team, other_team = (await make_team(session)).id, (await make_team(session)).id
    me, mate, stranger = [await make_agent(session, teams=[number]) for number in (team, team, other_team)]
    card = await make_scorecard(session, small_content())
    rows: list[Assessment] = []
    for user, state in itertools.product((me, mate, stranger), State):
        rows.append(await make_assessment(session, await make_work(session, user), card, state=state))
    checked = 0
    for count in range(len(RIGHTS) + 1):
        for held in itertools.combinations(RIGHTS, count):
            actor = Actor(me, ActorKind.PERSON, frozenset(held), frozenset({team}))
            for sees_from, allow_self in (("reviewedBySupervisor", False), ("aiReady", True)):
                settings = DEFAULTS.__class__(
                    quality_agent_sees_from=sees_from, quality_allow_self_assessment=allow_self
                )
                query = select(Assessment.id, repository.editable(actor, settings)).where(
                    repository.readable(actor, settings)
                )
                found = dict((await session.execute(query)).all())
                for row in rows:
                    subject = Subject(row.assessed_user, row.assessed_user != stranger)
                    seen = may_see(actor, subject, State(row.state), sees_from=sees_from)
                    assert (row.id in found) is seen, (held, row.state, row.assessed_user)
                    if seen:
                        assert found[row.id] is (assess_denial(actor, subject, allow_self=allow_self) is None)
                    checked += 1
    assert checked == 64 * 2 * 24


@pytest.mark.parametrize("state", list(State))
async def test_given_the_assessed_agent_nothing_is_seen_before_the_release(
    as_actor: Any, session: WriteSession, make_scene: SceneMaker, state: State
) -> None:
    scene = await make_scene(state=state)
    client = await as_actor(profile=scene.agent)
    released = state in (State.REVIEWED, State.DISCUSSED)
    listed = (await client.get(PATH)).json()
    assert (listed["total"], len(listed["assessments"])) == (int(released), int(released))
    single = await client.get(scene.path)
    assert single.status_code == (200 if released else 404)
    of_ticket = await client.get(f"/ticket/{scene.work.ticket.id}/assessments")
    assert len(of_ticket.json()) == int(released)
    actor = Actor(scene.agent, ActorKind.PERSON, frozenset({Permission.QUALITY_VIEW_ASSESSMENT_OWN}))
    slot = await WORKLOG_ASSESSMENTS.load(session, actor, [scene.work.worklog.id])
    assert len(slot.get(scene.work.worklog.id, [])) == int(released)
    worklogs = (await client.get(f"/ticket/{scene.work.ticket.id}/worklog")).json()
    assert [len(row["assessments"]) for row in worklogs] == [int(released)]
    for request in (
        client.patch(scene.path, json={"supervisorAssessment": "Mine."}),
        client.post(f"{scene.path}/reopen", json={"reason": "Again."}),
        client.post(f"{scene.path}/refresh"),
        client.get(f"{scene.path}/runs"),
        client.delete(scene.path),
        client.post(f"{scene.path}/restore"),
    ):
        answer = await request
        code = "permission_denied" if released else "assessment_not_found"
        assert (answer.status_code, answer.json()["error"]["code"]) == (403 if released else 404, code)


@pytest.mark.parametrize(
    ("permissions", "in_team", "seen"),
    [
        (["qualityViewAssessmentOwn"], True, False),
        (["qualityViewAssessmentTeamMate"], True, True),
        (["qualityViewAssessmentTeamMate"], False, False),
        (["qualityDoAssessmentsTeam"], True, True),
        (["qualityDoAssessmentsTeam"], False, False),
        (["qualityViewAssessmentAll"], False, True),
        (["qualityDoAssessmentsAll"], False, True),
    ],
)
async def test_given_somebody_else_the_scope_decides(
    as_actor: Any, make_scene: SceneMaker, permissions: list[str], in_team: bool, seen: bool
) -> None:
    scene = await make_scene()
    client = await as_actor(permissions=[*permissions, "readTicket"], teams=[scene.team] if in_team else [])
    assert (await client.get(PATH)).json()["total"] == int(seen)
    assert (await client.get(scene.path)).status_code == (200 if seen else 404)
    assert len((await client.get(f"/ticket/{scene.work.ticket.id}/assessments")).json()) == int(seen)


async def test_given_a_viewer_without_the_right_to_assess_raw_states_are_hidden(
    as_actor: Any, make_scene: SceneMaker
) -> None:
    for state in (State.UNPROCESSED, State.AI_IN_PROGRESS, State.ERROR):
        await make_scene(state=state)
    viewer = await as_actor(permissions=["qualityViewAssessmentAll"])
    assert (await viewer.get(PATH)).json()["total"] == 0
    assessor = await as_actor(permissions=["qualityDoAssessmentsAll"])
    assert (await assessor.get(PATH)).json()["total"] == 3


async def test_given_an_inactive_team_its_members_are_no_team_mates(as_actor: Any, session: WriteSession) -> None:
    team = (await make_team(session, state="inactive")).id
    agent = await make_agent(session, teams=[team])
    await make_assessment(session, await make_work(session, agent), await make_scorecard(session, small_content()))
    await session.commit()
    client = await as_actor(permissions=["qualityViewAssessmentTeamMate"], teams=[team])
    assert (await client.get(PATH)).json()["total"] == 0


async def test_given_the_setting_the_agent_sees_it_as_soon_as_the_ai_is_ready(
    as_actor: Any, session: WriteSession, make_scene: SceneMaker
) -> None:
    scene = await make_scene()
    client = await as_actor(profile=scene.agent)
    assert (await client.get(scene.path)).status_code == 404
    await set_settings(session, qualityAgentSeesFrom="aiReady")
    await session.commit()
    answer = await client.get(scene.path)
    assert (answer.status_code, answer.json()["canEdit"]) == (200, False)
