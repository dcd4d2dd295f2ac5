"""Every operation that reads, walked as people who must not know: found in the API document, so that a new operation is
covered by itself (quality.md 1 and 4.5).

The assessed agent holds every right but those to see more than the own released work. An answer before the assessment
existed and the one with it, not released yet, must be the same. A blind reviewer holds every right; no answer may hold
a score, a reason, a quote or a summary of the AI.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

import httpx
import pytest
from fastapi import FastAPI

from assaydesk.domains.quality.appeals.events import QualityAppealCreated
from assaydesk.domains.quality.appeals.models import Appeal
from assaydesk.domains.quality.assessments.events import QualityAssessmentReady, QualityAssessmentReviewed
from assaydesk.domains.quality.assessments.models import Assessment, AssessmentEdit, JudgeRun
from assaydesk.domains.quality.assessments.types import Quotation, State
from assaydesk.domains.quality.sampling.models import SamplingDraw, SamplingPick, SamplingPlan
from assaydesk.domains.workbench.live_changes import Changes, Topics
from assaydesk.domains.workbench.live_reading import Watcher, read_events
from assaydesk.kit.clock import utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import publish
from assaydesk.platform.http.document import build_document
from assaydesk.platform.security.actor import SYSTEM, Actor, ActorKind
from assaydesk.platform.security.permissions import Permission
from tests.factories.assessments import Work, ai_answer, make_assessment, make_work, run_info, small_content
from tests.factories.profiles import make_profile, make_team
from tests.factories.scorecards import make_scorecard
from tests.factories.worklogs import set_settings

FIRST_ID: Final = 987_600_001
"""Assessments have ids that occur nowhere else, so that a trace of one can be found in any text."""

MARKERS: Final = ("zymurgy", "7.77", "7,77", "77.7", "77,7")
OTHER_GROUPS: Final = {
    "settings", "tag", "team", "role", "customer", "contract", "intentTemplate", "auth", "health", "version", "general",
    "cron",
}  # fmt: skip
"""Nothing in these is about anybody's work."""

NOT_WALKED: Final = {
    "getLiveUpdates": "a stream; read below in the way that it is fed",
    "pingTicket": "writes", "getLatestTicket": "hands out a ticket", "getLatestTicketOlder": "hands out a ticket",
}  # fmt: skip
GROWS: Final = {
    "getExportJobs",
    "getAuditLog",
    "getTicketActivity",
    "getTicketHistory",
    "getProfile",
    "getProfilesOnlineSummary",
}
"""Their answers change from call to call by themselves: only traces are looked for."""

UNRELEASED: Final = {
    "reviewedBySupervisor": [State.AI_READY, State.REVIEW_ONGOING, State.ERROR, State.DELETED],
    "discussedWithAssessee": [State.AI_READY, State.REVIEW_ONGOING, State.REVIEWED, State.ERROR],
    "aiReady": [State.UNPROCESSED, State.AI_IN_PROGRESS, State.ERROR, State.DELETED],
}
"""By the setting `qualityAgentSeesFrom`: states in which the person knows nothing yet."""

UNFILLED: Final[set[str]] = set()
"""Operations that want more than is known here."""

WIDER: Final = {
    Permission.QUALITY_VIEW_ASSESSMENT_TEAM_MATE, Permission.QUALITY_VIEW_ASSESSMENT_ALL,
    Permission.QUALITY_DO_ASSESSMENTS_TEAM, Permission.QUALITY_DO_ASSESSMENTS_ALL, Permission.QUALITY_DELETE_ASSESSMENT,
    Permission.QUALITY_DECIDE_APPEALS, Permission.QUALITY_MANAGE_CALIBRATION, Permission.QUALITY_MANAGE_GOLDEN_SETS,
    Permission.QUALITY_RUN_BACKTEST,
}  # fmt: skip
"""Whoever holds one of these sees unreleased work for a reason."""


class Call(NamedTuple):
    name: str
    method: str
    path: str
    query: Mapping[str, Any]
    body: Any


class World(NamedTuple):
    session: WriteSession
    team: int
    agent: int
    work: Work
    cards: Sequence[Any]
    plan: int
    draw: int

    @property
    def ids(self) -> list[int]:
        return [FIRST_ID + number for number in range(len(self.cards))]


@pytest.fixture
async def world(session: WriteSession) -> World:
    """An agent with a piece of work, and a scorecard for every unreleased state."""
    team = (await make_team(session)).id
    agent = (await make_profile(session, permissions=sorted(set(Permission) - WIDER), teams=[team])).id
    work = await make_work(session, agent, at=utc_now() - timedelta(days=1), team_ids=[team])
    cards = [await make_scorecard(session, small_content()) for _ in range(4)]
    await set_settings(session, qualityReviewSamplePercent=100, qualityReportMinN=1)
    plan = SamplingPlan(
        name="Weekly", scorecard_base_id=cards[0].base_id, per_agent_week=1, random_percent=100, new_agent_days=1,
        low_confidence=0.5, due_days=3, seed="seed", created_at=utc_now(), modified_at=utc_now(),
    )  # fmt: skip
    session.add(plan)
    await session.flush()
    stratum = {
        "userId": agent, "population": 1, "risky": 1, "drawnByRisk": 0, "drawnAtRandom": 1, "probabilityRisky": 1,
        "probabilityOthers": None,
    }  # fmt: skip
    draw = SamplingDraw(
        plan_id=plan.id, week_start=utc_now().date(), seed="seed", plan={}, population=1, people=[stratum],
        drawn_at=utc_now(), due_at=utc_now(),
    )  # fmt: skip
    session.add(draw)
    await session.flush()
    found = World(session, team, agent, work, cards, plan.id, draw.id)
    await session.commit()
    return found


async def plant(world: World, states: Sequence[State], **values: Any) -> list[Assessment]:
    """An assessment of the work in each state, by its own scorecard, with all that follows from it."""
    session, rows, now = world.session, [], utc_now()
    failure = "No answer." if values.get("blind_review") else "zymurgy-error"
    quote = Quotation(world.work.reply.id, "zymurgy-quote", 0, 13)
    for number, (card, state) in enumerate(zip(world.cards, states, strict=False)):
        answers = [
            ai_answer(10, None, reason="zymurgy-doubt", ai_reason="zymurgy-doubt"),
            ai_answer(11, "7.77", reason="zymurgy-reason", ai_reason="zymurgy-reason", evidence=(quote,)),
        ]
        row = await make_assessment(
            session, world.work, card, state=state, answers=answers, id=FIRST_ID + number, review_due_at=now,
            ai_summary="zymurgy-summary", error={"code": "ai_service_failed", "message": failure}, **values,
        )  # fmt: skip
        info = run_info(small_content())
        run = JudgeRun(
            id=row.id, assessment_id=row.id, trigger="job", outcome="ok", provider="script", scorecard_id=card.id,
            content_hash=info.content_hash, input_hash=info.input_hash, duration_ms=1, ai_summary="zymurgy-summary",
            criteria=[{"criterionId": 11, "score": 7.77, "reason": "zymurgy-reason"}], started_at=now, finished_at=now,
        )  # fmt: skip
        session.add(run)
        row.run_id = run.id
        session.add(
            AssessmentEdit(
                assessment_id=row.id, at=now, field="criteria.1.11.score", old_value=None, new_value=7.77, user_id=None
            )
        )
        session.add(
            Appeal(
                assessment_id=row.id, state="rejected", created_by=world.agent, created_at=now, modified_at=now,
                reason="zymurgy-appeal" if not values.get("blind_review") else "It was so.",
                criteria=[_proposal()], points_before=["7.77", "10", "18"], points_after=["7.77", "10", "18"],
            )
        )  # fmt: skip
        await session.flush()
        change = Change(row.id, "criteria.1.11.score", 7.77, 5)
        await write_audit(session, SYSTEM, "assessment:review:change", "assessment", [change])
        await publish(session, QualityAssessmentReady(row.id, row.worklog_id, card.id, Decimal("77.7"), 1))
        await publish(session, QualityAssessmentReviewed(row.id, row.state, Decimal("77.7")))
        await publish(session, QualityAppealCreated(row.id, row.id, "open"))
        rows.append(row)
    pick = {"draw_id": world.draw, "worklog_id": world.work.worklog.id, "user_id": world.agent}
    session.add(SamplingPick(**pick, assessment_id=FIRST_ID, share="random", probability=1, risks=["knockOut"]))
    await session.commit()
    return rows


def _proposal() -> dict[str, Any]:
    return {
        "categoryId": 1, "criterionId": 11, "scoreAtAppeal": "7.77", "proposedScore": None, "proposedApplicable": None,
        "comment": None,
    }  # fmt: skip


def calls_of(document: Mapping[str, Any], world: World) -> list[Call]:
    """Every reading operation of the document, with ids of this world; once for each assessment where one is named."""
    found = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            name, group = operation["operationId"], operation["tags"][0]
            reads = method == "get" or (method == "post" and "search" in path)
            if not reads or group in OTHER_GROUPS or name in NOT_WALKED:
                continue
            named = [one["name"] for one in operation.get("parameters", [])]
            query = {key: value for key, value in _query(world, path).items() if key in named}
            numbers = world.ids if "/quality/assessment/{" in path else [_id_of(path, world)]
            for number in numbers:
                known = {"id": number, "ticketId": world.work.ticket.id, "worklogId": world.work.worklog.id}
                full = re.sub(r"\{(\w+)\}", lambda match: str(known.get(match.group(1), 1)), path)  # noqa: B023
                body = {"filters": []} if method == "post" else None
                found.append(Call(name, method, full.removeprefix("/api/mind"), query, body))
    return found


def _query(world: World, path: str) -> dict[str, Any]:
    query = {"ticketIds": world.work.ticket.id, "q": "zymurgy", "minN": 1}
    if "/report/" in path:
        query["scorecardBaseId"] = world.cards[0].base_id
    # Exports are read as text.
    return query | ({"format": "json"} if "/export/" in path or "/report/" in path else {})


def _id_of(path: str, world: World) -> int:
    places = {
        "/scorecard/": world.cards[0].id, "/samplingPlan/": world.plan, "/worklog/": world.work.worklog.id,
        "/profile/": world.agent,
    }  # fmt: skip
    return next((number for part, number in places.items() if part in path), 1)


async def walk(client: httpx.AsyncClient, calls: Sequence[Call]) -> dict[tuple[str, str], tuple[int, str]]:
    answers = {}
    for call in calls:
        answer = await client.request(call.method, call.path, params=call.query, json=call.body)
        assert answer.status_code < 500, (call, answer.text)
        answers[call.name, call.path] = answer.status_code, _steady(call.path, answer.text)
    return answers


def _steady(path: str, text: str) -> str:
    """Without what differs from call to call, and without the echo of an id that was asked for."""
    text = re.sub(r'"(txId|lastSeen|generatedAt|until|to|from|since)":("[^"]*"|null)', "", text)
    for asked in re.findall(r"/assessment/(\d+)", path):
        text = text.replace(f"Assessment {asked} ", "").replace(f'"assessmentId":{asked}', "")
        text = text.replace(f"of assessment {asked}.", "")
    return text


def traces(answers: Mapping[tuple[str, str], tuple[int, str]], words: Sequence[str]) -> list[tuple[str, str, str]]:
    return [(name, path, word) for (name, path), (_, text) in answers.items() for word in words if word in text]


async def test_before_the_release_the_assessed_agent_finds_no_trace(app: FastAPI, as_actor: Any, world: World) -> None:
    client = await as_actor(profile=world.agent)
    calls = calls_of(build_document(app), world)
    assert len(calls) > 50
    before = await walk(client, calls)
    rows = await plant(world, UNRELEASED["reviewedBySupervisor"])
    for sees_from, states in UNRELEASED.items():
        await set_settings(world.session, qualityAgentSeesFrom=sees_from)
        for row, state in zip(rows, states, strict=True):
            row.state = state
        await world.session.commit()
        after = await walk(client, calls)
        assert traces(after, [*MARKERS, *map(str, world.ids)]) == [], sees_from
        changed = {key: (before[key], after[key]) for key in before if before[key] != after[key]}
        assert {key: texts for key, texts in changed.items() if key[0] not in GROWS} == {}, sees_from
        assert await _streamed(world, world.agent, Permission.QUALITY_VIEW_ASSESSMENT_OWN) == []


async def test_a_blind_reviewer_finds_nothing_of_the_ai(app: FastAPI, as_actor: Any, world: World) -> None:
    client = await as_actor()
    await plant(world, [State.AI_READY, State.REVIEW_ONGOING, State.ERROR, State.AI_READY], blind_review=True)
    calls = calls_of(build_document(app), world)
    found = await walk(client, calls)
    assert {name for (name, _), (status, _) in found.items() if status == 422} <= UNFILLED
    assert sum(status == 200 for status, _ in found.values()) > 40
    assert traces(found, MARKERS) == []
    path = f"/quality/assessment/{FIRST_ID}"
    assert (await client.patch(path, json={"state": "reviewedBySupervisor"})).status_code == 200
    shown = await walk(client, [call for call in calls if call.path == path])
    assert {word for _, _, word in traces(shown, MARKERS)} >= {"zymurgy", "7.77", "77.7"}, "afterwards it is all there"


async def _streamed(world: World, user_id: int, right: Permission) -> list[Any]:
    """What the live stream would tell of the change."""
    watcher = Watcher(
        Actor(user_id, ActorKind.PERSON, frozenset({right}), frozenset({world.team})), Topics(frozenset({"quality"}))
    )
    changes = Changes()
    changes.ids["quality"].update(world.ids)
    return (await read_events(world.session, changes, [watcher]))[watcher]
