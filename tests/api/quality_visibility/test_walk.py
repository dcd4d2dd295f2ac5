"""Every operation that reads, walked as people who must not know: found in the API document, so that a new operation is
covered by itself (quality.md 1 and 4.5).

The assessed agent holds every right but those to see more than the own released work. An answer before the assessment
existed and the one with it, not released yet, must be the same. A blind reviewer holds every right; no answer may hold
a score, a reason, a quote or a summary of the AI. The same is true of a second reviewer, of whom the review is hidden.

Round about the work there is one of everything that a judge or colleagues say something in: a backtest, calibration
sessions, a golden set with its run, a fairness probe, a second review, an appeal.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from assaydesk.domains.events.models import Event
from assaydesk.domains.quality.appeals.events import QualityAppealCreated
from assaydesk.domains.quality.appeals.models import Appeal
from assaydesk.domains.quality.assessments.events import QualityAssessmentReady, QualityAssessmentReviewed
from assaydesk.domains.quality.assessments.models import Assessment, AssessmentEdit, JudgeRun
from assaydesk.domains.quality.assessments.types import Quotation, State
from assaydesk.domains.quality.backtests.models import Backtest, BacktestItem
from assaydesk.domains.quality.calibration.models import Calibration, CalibrationItem, CalibrationSheet
from assaydesk.domains.quality.fairness.models import FairnessProbe
from assaydesk.domains.quality.golden.models import GoldenItem, GoldenRun, GoldenRunItem, GoldenSet
from assaydesk.domains.quality.sampling.models import SamplingDraw, SamplingPick, SamplingPlan, SecondReview
from assaydesk.domains.quality.scorecards.codec import content_hash, content_to_json
from assaydesk.domains.workbench.live_changes import Changes, Topics
from assaydesk.domains.workbench.live_reading import Watcher, read_events
from assaydesk.kit.clock import utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import publish
from assaydesk.platform.http.document import build_document
from assaydesk.platform.jobs.job import Runtime
from assaydesk.platform.security.actor import SYSTEM, Actor, ActorKind
from assaydesk.platform.security.permissions import Permission
from tests.factories.assessments import Work, ai_answer, make_assessment, make_work, run_info, small_content
from tests.factories.profiles import make_profile, make_team
from tests.factories.scorecards import make_scorecard
from tests.factories.worklogs import set_settings

pytestmark = pytest.mark.timeout(900)  # Some thousand requests, on machines that may be busy.

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

VARIANTS: Final[Mapping[str, Sequence[Mapping[str, Any]]]] = {
    "listQualityAssessments": [{}, {"orderByField": "percentage"}, {"needsHuman": True}],
    "getQualityBacktest": [{}, {"allCriteria": True}],
    "searchEvents": [{}, {"includeTraces": True}],
    "getScoresReport": [{"groupBy": one} for one in ("agent", "criterion", "team,time")] + [{"distribution": True}],
    "getAgreementReport": [{"source": one} for one in ("review", "calibration", "golden")]
    + [{"includeImplicit": True}],
    "listAgreementPairs": [{"source": one} for one in ("review", "calibration", "golden")]
    + [{"includeImplicit": True}],
    "exportQualityAssessments": [{"format": "json"}, {"format": "csv"}],
}
"""Further questions to the operations that can be asked in several ways."""

SAY_IT: Final = {
    "listQualityAssessments", "getQualityAssessment", "listQualityAssessmentRuns", "getTicketAssessments",
    "getQualityAssessmentReplay", "getQualityBacktest", "listQualityBacktests", "getCalibration",
    "getCalibrationResult", "getGoldenRun", "listAgreementPairs", "getScoresReport", "listAssessmentsOfScores",
    "exportQualityAssessments", "listQualityAppealsOfAssessment", "listQualityAppeals", "getQualityAppeal",
    "getAuditLog", "searchEvents", "getEvent",
}  # fmt: skip
"""These say what the judge said, to whoever may know it."""

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


Answers = Mapping[tuple[str, str], tuple[int, str]]
"""Status and text, by operation and path with query."""


class World(NamedTuple):
    session: WriteSession
    team: int
    agent: int
    reviewer: int
    work: Work
    cards: Sequence[Any]
    draw: int
    places: Mapping[str, Sequence[Mapping[str, int]]]
    """By a part of the path: the ids of everything that there is one of."""

    @property
    def ids(self) -> list[int]:
        return [FIRST_ID + number for number in range(len(self.cards))]


@pytest.fixture
async def world(session: WriteSession) -> World:
    """An agent with a piece of work, a scorecard for every state, and one of everything else; a reviewer."""
    team = (await make_team(session)).id
    agent = (await make_profile(session, permissions=sorted(set(Permission) - WIDER), teams=[team])).id
    reviewer = (await make_profile(session, permissions=sorted(Permission))).id
    work = await make_work(session, agent, at=utc_now() - timedelta(days=1), team_ids=[team])
    cards = [await make_scorecard(session, small_content()) for _ in range(5)]
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
    places = {
        "/samplingPlan/": [{"id": plan.id}], "/backtest/": [{"id": await _backtest(session, work, cards[0], reviewer)}],
        "/calibration/": [{"id": one} for one in await _calibrations(session, work, cards[0], reviewer)],
        "/goldenSet/": [await _golden_set(session, work, cards[0])],
        "/fairness/": [{"id": await _fairness(session, work, cards[0], reviewer)}],
    }  # fmt: skip
    found = World(session, team, agent, reviewer, work, cards, draw.id, places)
    await session.commit()
    return found


def _said(score: Any, **words: Any) -> list[dict[str, Any]]:
    return [{"categoryId": 1, "criterionId": 11, "score": score, "applicable": True, "reason": None} | words]


async def _backtest(session: WriteSession, work: Work, card: Any, user: int) -> int:
    now, body = utc_now(), content_to_json(small_content())
    answer = {"score": 7.77, "state": "aiScored", "confidence": 0.9, "reason": "zymurgy-tried", "evidence": []}
    side = {"percentage": 77.7, "knockedOut": False, "criteria": {"11": answer}}
    row = Backtest(
        scorecard_id=card.id, scorecard_base_id=card.base_id, state="done", compare_with="assessed", body=body,
        content_hash=content_hash(small_content()), request={}, candidates=1, excluded=0, sampled=1, created_by=user,
        summary={"scored": 1, "changed": 1, "meanBefore": 77.7, "meanAfter": 77.7}, created_at=now, finished_at=now,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    session.add(
        BacktestItem(
            backtest_id=row.id, position=0, worklog_id=work.worklog.id, ticket_id=work.ticket.id,
            user_id=work.worklog.user_id, assessment_id=FIRST_ID, after=side, before=side | {"percentage": 77.71},
        )
    )  # fmt: skip
    return row.id


async def _calibrations(session: WriteSession, work: Work, card: Any, reviewer: int) -> list[int]:
    """An open one that is blind, one that is not, and a closed one, each with answers of the judge and a colleague."""
    colleague, now, found = (await make_profile(session)).id, utc_now(), []
    figures = {"userId": None, "meanDifference": 0.777, "ci95": None, "exactWithReference": None, "n": 1}
    result = {
        "overall": {"krippendorffAlpha": None, "ci95": None, "exactAgreement": 1.0, "pairs": 1}, "criteria": [],
        "reviewers": [], "ai": figures,
        "heatMap": [{"userId": None, "criterionId": 11, "meanDifference": 7.77, "n": 1}],
        "items": [{"worklogId": work.worklog.id, "percentages": {str(colleague): 50, "ai": 77.7}, "range": None}],
    }  # fmt: skip
    for state, blind in (("open", True), ("open", False), ("closed", True)):
        row = Calibration(
            name="June", scorecard_id=card.id, scorecard_base_id=card.base_id, content_id=card.content_id, state=state,
            blind=blind, include_ai=True, reviewers=[reviewer, colleague], created_at=now, modified_at=now,
            closed_at=now if state == "closed" else None, result=result if state == "closed" else None,
        )  # fmt: skip
        session.add(row)
        await session.flush()
        session.add(
            CalibrationItem(
                calibration_id=row.id, worklog_id=work.worklog.id, ticket_id=work.ticket.id,
                assessed_user=work.worklog.user_id, position=0, ai_state="done",
                ai_answers=_said(7.77, reason="zymurgy-calibrated"), ai_run={"model": "script-1"},
            )
        )  # fmt: skip
        await session.flush()
        session.add(
            CalibrationSheet(
                calibration_id=row.id, worklog_id=work.worklog.id, user_id=colleague, state="submitted",
                answers=_said(5), created_at=now, modified_at=now, submitted_at=now,
            )
        )  # fmt: skip
        found.append(row.id)
    return found


async def _golden_set(session: WriteSession, work: Work, card: Any) -> dict[str, int]:
    now = utc_now()
    row = GoldenSet(name="Core", scorecard_base_id=card.base_id, created_at=now, modified_at=now)
    session.add(row)
    await session.flush()
    item = GoldenItem(
        golden_set_id=row.id, worklog_id=work.worklog.id, ticket_id=work.ticket.id, case={}, text_hash="sha256:0",
        labels=_said(5), created_at=now,
    )  # fmt: skip
    session.add(item)
    await session.flush()
    flip = {"itemId": item.id, "criterionId": 11, "previous": 5, "now": 7.77, "label": 5}
    run = GoldenRun(
        golden_set_id=row.id, state="done", trigger="manual", scorecard_id=card.id, content_id=card.content_id,
        content_hash="sha256:0", setup_hash="sha256:0", flips=[flip], figures=[], created_at=now, finished_at=now,
    )  # fmt: skip
    session.add(run)
    await session.flush()
    session.add(GoldenRunItem(run_id=run.id, item_id=item.id, answers=_said(7.77), at=now))
    return {"id": row.id, "runId": run.id, "itemId": item.id}


async def _fairness(session: WriteSession, work: Work, card: Any, user: int) -> int:
    now = utc_now()
    row = FairnessProbe(
        state="done", scorecard_id=card.id, content_id=card.content_id, worklog_ids=[work.worklog.id], kinds=[], seed=1,
        result={"judged": 1, "failed": 0, "kinds": [], "noise": None}, created_by=user, created_at=now, finished_at=now,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return row.id


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
                id=row.id, assessment_id=row.id, state="rejected", created_by=world.agent, created_at=now,
                modified_at=now,
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
    """Every reading operation of the document, with ids of this world, once for each thing that its path can name."""
    found = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            name, group = operation["operationId"], operation["tags"][0]
            reads = method == "get" or (method == "post" and "search" in path)
            if not reads or group in OTHER_GROUPS or name in NOT_WALKED:
                continue
            named = [one["name"] for one in operation.get("parameters", [])]
            query = {key: value for key, value in _query(world, path).items() if key in named}
            body = {"filters": []} if method == "post" else None
            for known in _ids_of(path, world):
                full = re.sub(r"\{(\w+)\}", lambda match: str(known.get(match.group(1), 1)), path)  # noqa: B023
                for more in VARIANTS.get(name, [{}]):
                    found.append(Call(name, method, full.removeprefix("/api/mind"), query | more, body))
    return found


def _query(world: World, path: str) -> dict[str, Any]:
    query = {"ticketIds": world.work.ticket.id, "q": "zymurgy", "minN": 1}
    if "/report/" in path:
        query["scorecardBaseId"] = world.cards[0].base_id
    # Exports are read as text.
    return query | ({"format": "json"} if "/export/" in path or "/report/" in path else {})


def _ids_of(path: str, world: World) -> list[Mapping[str, int]]:
    """For a path all that it can name here."""
    usual = {"ticketId": world.work.ticket.id, "worklogId": world.work.worklog.id}
    places = world.places | {
        "/assessment/{": [{"id": one, "runId": one} for one in world.ids],
        "/appeal/{": [{"id": one} for one in world.ids],
        "/scorecard/": [{"id": world.cards[0].id}], "/worklog/{id}": [{"id": world.work.worklog.id}],
        "/profile/": [{"id": world.agent}],
    }  # fmt: skip
    return [usual | known for known in next((known for part, known in places.items() if part in path), [{}])]


async def walk(client: httpx.AsyncClient, calls: Sequence[Call]) -> Answers:
    answers = {}
    for call in calls:
        answer = await client.request(call.method, call.path, params=call.query, json=call.body)
        assert answer.status_code < 500, (call, answer.text)
        full = f"{call.path}?{urlencode(call.query)}"
        answers[call.name, full] = answer.status_code, _steady(call.path, answer)
    return answers


def _steady(path: str, answer: httpx.Response) -> str:
    """Without what differs from call to call, and without the echo of an id that was asked for."""
    text = re.sub(r'"(txId|lastSeen|generatedAt|until|to|from|since)":("[^"]*"|null)', "", answer.text)
    for asked in re.findall(r"/(\d+)", path):
        text = text.replace(asked, "") if answer.status_code == 404 else text.replace(f'"assessmentId":{asked}', "")
    return text


def traces(answers: Answers, words: Sequence[str]) -> list[tuple[str, str, str]]:
    return [(name, path, word) for (name, path), (_, text) in answers.items() for word in words if word in text]


async def _events_of(session: WriteSession) -> list[Call]:
    """The log of events, each by itself."""
    numbers = await session.scalars(select(Event.id).order_by(Event.id))
    return [Call("getEvent", "get", f"/event/{number}", {}, None) for number in numbers]


async def test_before_the_release_the_assessed_agent_finds_no_trace(
    app: FastAPI, as_actor: Any, world: World, runtime: Runtime
) -> None:
    client = await as_actor(profile=world.agent)
    calls = calls_of(build_document(app), world)
    assert len(calls) > 50
    before = await walk(client, calls)
    assert traces(before, MARKERS) == [], (
        "what the judge and colleagues say in other places is not for the agent either"
    )
    known = {call.path for call in await _events_of(world.session)}
    rows = await plant(world, UNRELEASED["reviewedBySupervisor"])
    events = [call for call in await _events_of(world.session) if call.path not in known]
    assert events, "there is something to hide"
    for sees_from, states in UNRELEASED.items():
        await set_settings(world.session, qualityAgentSeesFrom=sees_from)
        for row, state in zip(rows, states, strict=True):
            row.state = state
        await world.session.commit()
        after = await walk(client, calls)
        assert traces(after, [*MARKERS, *map(str, world.ids)]) == [], sees_from
        changed = {key: (before[key], after[key]) for key in before if before[key] != after[key]}
        assert {key: texts for key, texts in changed.items() if key[0] not in GROWS} == {}, sees_from
        assert {status for status, _ in (await walk(client, events)).values()} == {404}, sees_from
        assert await _streamed(runtime, world, world.agent, Permission.QUALITY_VIEW_ASSESSMENT_OWN) == []


async def test_a_blind_reviewer_finds_nothing_of_the_ai(app: FastAPI, as_actor: Any, world: World) -> None:
    client = await as_actor(profile=world.reviewer)
    rows = await plant(
        world, [State.AI_READY, State.REVIEW_ONGOING, State.ERROR, State.AI_READY, State.REVIEWED], blind_review=True
    )
    await _ask_for_a_second_review(world, rows[-1])
    calls = [*calls_of(build_document(app), world), *await _events_of(world.session)]
    found = await walk(client, calls)
    assert [(key, text) for key, (status, text) in found.items() if status == 422 and key[0] not in UNFILLED] == []
    assert sum(status == 200 for status, _ in found.values()) > 80
    assert traces(found, MARKERS) == []

    path = f"/quality/assessment/{FIRST_ID}"
    assert (await client.patch(path, json={"state": "reviewedBySupervisor"})).status_code == 200
    shown = await walk(client, [call for call in calls if call.path == path])
    assert {word for _, _, word in traces(shown, MARKERS)} >= {"zymurgy", "7.77", "77.7"}, "afterwards it is all there"

    for row in rows:
        row.blind_review, row.second_reviewer = False, None
    await world.session.commit()
    told = {name for name, _, _ in traces(await walk(client, calls), MARKERS)}
    assert SAY_IT - told == set(), "who does not review blind finds it: there was something to hide"


async def _ask_for_a_second_review(world: World, row: Assessment) -> None:
    """Of a review that was finished by a colleague and shows everything to everybody else."""
    session, now = world.session, utc_now()
    colleague = (await make_profile(session)).id
    row.blind_review, row.assessed_by_user, row.assessment_date, row.second_reviewer = (
        False, colleague, now, world.reviewer,
    )  # fmt: skip
    session.add(
        SecondReview(
            assessment_id=row.id, content_id=row.content_id, first_reviewer_id=colleague, reviewer_id=world.reviewer,
            first=[{"criterionId": 11, "categoryId": 1, "score": "7.77", "reason": "zymurgy-first"}], asked_at=now,
            modified_at=now,
        )
    )  # fmt: skip
    await session.commit()


async def _streamed(runtime: Runtime, world: World, user_id: int, right: Permission) -> list[Any]:
    """What the live stream would tell of the change."""
    watcher = Watcher(
        Actor(user_id, ActorKind.PERSON, frozenset({right}), frozenset({world.team})), Topics(frozenset({"quality"}))
    )
    changes = Changes()
    changes.ids["quality"].update(world.ids)
    async with runtime.database.read() as session:
        return (await read_events(session, changes, [watcher]))[watcher]
