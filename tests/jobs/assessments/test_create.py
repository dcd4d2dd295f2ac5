"""What the job and the command make, and what they leave (quality.md 6, steps 1 to 3, 9 and 10)."""

import asyncio
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from assaydesk.domains.quality.assessments.models import Assessment
from assaydesk.domains.quality.assessments.sampling import is_blind
from assaydesk.domains.quality.assessments.service import create_due, create_missing
from assaydesk.domains.quality.assessments.types import State
from assaydesk.domains.quality.scorecards.matching import RESPONSE_CONTEXTS, WorkFacts, matches
from assaydesk.domains.quality.scorecards.models import ScorecardFamily
from assaydesk.domains.tags.models import Tag
from assaydesk.domains.tickets.models import Ticket
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.errors import UnknownReference
from tests.factories.assessments import Work, make_agent, make_assessment, make_work, small_content
from tests.factories.profiles import make_team
from tests.factories.scorecards import assignment, make_scorecard
from tests.factories.tickets import make_ticket
from tests.factories.worklogs import set_settings

pytestmark = pytest.mark.usefixtures("app")
DAYS = timedelta(days=1)


async def made(session: WriteSession) -> set[tuple[int | None, int]]:
    rows = await session.execute(select(Assessment.worklog_id, Assessment.scorecard_id))
    return {(row.worklog_id, row.scorecard_id) for row in rows}


async def test_given_any_assignment_the_sql_takes_what_the_pure_rule_takes(session: WriteSession) -> None:
    random = Random(7)
    teams = [(await make_team(session)).id for _ in range(3)]
    parent = Tag(name="Energy")
    session.add(parent)
    await session.flush()
    child = Tag(name="Meter", parent_id=parent.id)
    other = Tag(name="Water")
    session.add_all([child, other])
    await session.flush()
    tags = [parent.id, child.id, other.id]
    agent = await make_agent(session)
    facts: dict[int, WorkFacts] = {}
    for index in range(60):
        channel = random.choice(["email", "chat", "phone"])
        mine = random.sample(tags, random.randint(0, 2))
        ticket = await make_ticket(session, channel=channel, tags=mine)
        context, members = random.choice(RESPONSE_CONTEXTS), random.sample(teams, random.randint(0, 2))
        work = await make_work(session, agent, ticket=ticket, context=context, team_ids=members, phase=index)
        number = work.worklog.id
        facts[number] = WorkFacts(number, frozenset(mine), frozenset(members), channel, context)
    checked = 0
    for _ in range(60):
        asked = assignment(
            ticket_tags=tuple(random.sample(tags, random.choice([0, 0, 1, 2]))),
            teams=tuple(random.sample(teams, random.choice([0, 0, 1, 2]))),
            channels=tuple(random.sample(["email", "chat", "letter"], random.choice([0, 0, 1, 2]))),
            response_context=tuple(random.sample(RESPONSE_CONTEXTS, random.choice([0, 1, 2, 4]))),
            include_child_tags=random.random() < 0.5,
            sample_percent=random.choice([100.0, 100.0, 50.0, 0.07, 12.5, 0.0]),
        )
        values = {name: getattr(asked, name) for name in asked.__slots__}
        card = await make_scorecard(session, small_content(**values))
        below = set(asked.ticket_tags) | ({child.id} if parent.id in asked.ticket_tags else set())
        expected = {
            number for number, fact in facts.items() if matches(asked, fact, base_id=card.base_id, listed_tags=below)
        }
        await create_missing(session, scorecard_id=card.id)
        found = {worklog for worklog, scorecard in await made(session) if scorecard == card.id}
        assert found == expected, asked
        checked += len(expected)
    # Sampling hashes ids, which are others in every run: about 380, and far from none is what matters.
    assert checked > 100


async def test_given_work_of_many_kinds_the_job_takes_the_due_ones(session: WriteSession) -> None:
    await set_settings(session, qualityAssessmentDelayMinutes=10, qualityAssessmentMaxAgeDays=5)
    agent, now = await make_agent(session), utc_now()

    async def work(ago: timedelta, **ticket: Any) -> Work:
        known = await make_ticket(session, **ticket)
        return await make_work(session, agent, at=now - ago, ticket=known)

    fresh = await work(timedelta(minutes=9))
    ripe = await work(timedelta(minutes=11))
    old = await work(4.9 * DAYS)
    too_old = await work(5.1 * DAYS)
    deleted = await work(DAYS, deleted_at=now)
    spam = await work(DAYS, spam_status="manual_spam")
    clean = await work(DAYS, spam_status="manual_clean")
    removed = await work(DAYS)
    card = await make_scorecard(session, small_content())
    await make_assessment(session, removed, card, state=State.DELETED)
    await make_scorecard(session, small_content(), state="draft")
    await make_scorecard(session, small_content(), state="retired")
    assert await create_due(session, now=now) == 3
    found = {worklog for worklog, _ in await made(session)} - {removed.worklog.id}
    assert found == {one.worklog.id for one in (ripe, old, clean)}
    assert not found & {one.worklog.id for one in (fresh, too_old, deleted, spam)}
    assert await create_due(session, now=now) == 0
    assert await create_due(session, now=now + timedelta(minutes=5)) == 1
    assert await session.scalar(select(func.count()).select_from(Assessment).where(Assessment.state == "deleted")) == 1


async def test_given_a_family_work_before_its_activation_is_left(session: WriteSession) -> None:
    agent, now = await make_agent(session), utc_now()
    before, after = [await make_work(session, agent, at=now - ago) for ago in (2 * DAYS, DAYS / 2)]
    card = await make_scorecard(session, small_content())
    family = await session.get_one(ScorecardFamily, card.base_id)
    family.activated_at = now - DAYS
    await session.flush()
    await create_due(session, now=now)
    assert {worklog for worklog, _ in await made(session)} == {after.worklog.id}
    await create_missing(session, since=now - 3 * DAYS)
    assert {worklog for worklog, _ in await made(session)} == {before.worklog.id, after.worklog.id}


async def test_given_two_families_each_makes_one_and_a_revision_counts_for_its_family(session: WriteSession) -> None:
    work = await make_work(session, await make_agent(session))
    first, second = await make_scorecard(session, small_content()), await make_scorecard(session, small_content())
    assert await create_due(session, now=utc_now()) == 2
    assert await made(session) == {(work.worklog.id, first.id), (work.worklog.id, second.id)}
    first.state = "retired"
    await session.flush()
    await make_scorecard(session, small_content(), base_id=first.base_id, revision=2)
    assert await create_due(session, now=utc_now()) == 0


async def test_given_a_chosen_revision_the_command_uses_it(session: WriteSession) -> None:
    agent, now = await make_agent(session), utc_now()
    work = await make_work(session, agent, at=now - 400 * DAYS)
    old = await make_scorecard(session, small_content(), state="retired")
    await make_scorecard(session, small_content(), base_id=old.base_id, revision=2)
    assert await create_missing(session, scorecard_id=old.id, since=now - DAYS) == 0
    assert await create_missing(session, scorecard_id=old.id) == 1
    assert await made(session) == {(work.worklog.id, old.id)}
    draft = await make_scorecard(session, small_content(), state="draft")
    for number in (draft.id, 9_999_999):
        with pytest.raises(UnknownReference):
            await create_missing(session, scorecard_id=number)


async def test_given_a_new_assessment_its_first_totals_are_those_of_nothing(session: WriteSession) -> None:
    await set_settings(session, qualityBlindReviewPercent=50)
    agent = await make_agent(session)
    works = [await make_work(session, agent, phase=number) for number in range(20)]
    card = await make_scorecard(session, small_content())
    await create_due(session, now=utc_now())
    rows = (await session.execute(select(Assessment).order_by(Assessment.id))).scalars().all()
    assert [row.worklog_id for row in rows] == [work.worklog.id for work in works]
    assert {(row.total_max_points, row.used_max_points, row.unscored_criteria) for row in rows} == {(18, 0, 3)}
    blind = {row.worklog_id for row in rows if row.blind_review}
    assert blind == {work.worklog.id for work in works if is_blind(work.worklog.id, card.base_id, 50)}
    assert 0 < len(blind) < 20


async def test_given_a_limit_the_rest_follows_oldest_first(session: WriteSession) -> None:
    agent, now = await make_agent(session), utc_now()
    works = [await make_work(session, agent, at=now - timedelta(hours=hours)) for hours in (1, 3, 2)]
    await make_scorecard(session, small_content())
    assert [await create_due(session, now=now, limit=2), await create_due(session, now=now, limit=2)] == [2, 1]
    rows = (await session.execute(select(Assessment.worklog_id).order_by(Assessment.id))).scalars().all()
    assert rows == [works[1].worklog.id, works[2].worklog.id, works[0].worklog.id]


async def test_given_many_processes_at_once_nothing_is_made_twice(committed: Database, app: FastAPI) -> None:
    async with committed.write() as session:
        agent = await make_agent(session)
        for number in range(30):
            await make_work(session, agent, phase=number)
        await make_scorecard(session, small_content())

    async def run() -> int:
        async with committed.write() as session:
            return await create_due(session, now=utc_now())

    assert sum(await asyncio.gather(*(run() for _ in range(8)))) == 30
    async with committed.read() as session:
        assert await session.scalar(select(func.count()).select_from(Assessment)) == 30
        assert await session.scalar(select(func.count()).select_from(Ticket)) == 30
