"""Sampling plans and their weekly draws: the public face of the domain, with second reviews."""

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any, Final

from assaydesk.domains.quality.assessments import service as assessments
from assaydesk.domains.quality.assessments.policy import VIEW_ALL, VIEW_TEAM
from assaydesk.domains.quality.assessments.queue import Family
from assaydesk.domains.quality.assessments.service import Viewer
from assaydesk.domains.quality.sampling import repository
from assaydesk.domains.quality.sampling.draw import due_weeks, seed_of
from assaydesk.domains.quality.sampling.errors import SamplingPlanNotFound
from assaydesk.domains.quality.sampling.models import SamplingDraw, SamplingPlan
from assaydesk.domains.quality.sampling.second import (
    SecondReviewPair,
    ask_by_share,
    ask_second_review,
    find_sheet,
    list_of_assessment,
    list_own,
    pairs_of_second_reviews,
    show_sheet,
    write_sheet,
)
from assaydesk.domains.quality.sampling.types import Drawn, Population
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.teams.service import load_teams
from assaydesk.kit.clock import iso, iso_or_none, localize, utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import UnknownReference
from assaydesk.platform.schema import camel
from assaydesk.platform.security.actor import SYSTEM, Actor

__all__ = [
    "SecondReviewPair", "ask_by_share", "ask_second_review", "create_plan", "delete_plan", "due", "find_plan",
    "find_sheet", "keep_draw", "list_draws", "list_of_assessment", "list_own", "list_plans",
    "pairs_of_second_reviews", "plan_view", "population_of", "show_sheet", "update_plan", "write_sheet",
]  # fmt: skip

RULES: Final = (
    "name", "scorecard_base_id", "team_ids", "per_agent_week", "random_percent", "risks", "new_agent_days",
    "low_confidence", "due_days", "enabled",
)  # fmt: skip


async def create_plan(session: WriteSession, actor: Actor, values: Mapping[str, Any]) -> SamplingPlan:
    """`values`: the fields of `SamplingPlanCreate`. Raises `UnknownReference`."""
    await _check(session, values)
    now = utc_now()
    plan = SamplingPlan(
        **values, seed=secrets.token_hex(8), created_by=actor.user_id, created_at=now, modified_at=now, version=1
    )
    session.add(plan)
    await session.flush()  # The id is part of the answer.
    await _audit(session, actor, "create", plan, {name: (None, getattr(plan, name)) for name in RULES})
    return plan


async def update_plan(session: WriteSession, actor: Actor, plan: SamplingPlan, values: Mapping[str, Any]) -> None:
    """Set the fields that were sent; what was drawn stays as it is. Raises `UnknownReference`."""
    await _check(session, values)
    changed = {name: (getattr(plan, name), value) for name, value in values.items() if getattr(plan, name) != value}
    for name, (_, value) in changed.items():
        setattr(plan, name, value)
    if changed:
        plan.modified_at, plan.version = utc_now(), plan.version + 1
        await _audit(session, actor, "change", plan, changed)


async def delete_plan(session: WriteSession, actor: Actor, plan: SamplingPlan) -> None:
    """Draw no more by it. What was drawn stays."""
    plan.deleted_at = utc_now()
    await _audit(session, actor, "delete", plan, {"deleted": (False, True)})


async def find_plan(session: ReadSession, plan_id: int, *, lock: bool = False) -> SamplingPlan:
    """Raises `SamplingPlanNotFound`."""
    plan = await repository.get_plan(session, plan_id, lock=lock)
    if plan is None:
        raise SamplingPlanNotFound(plan_id)
    return plan


async def list_plans(session: ReadSession, *, limit: int, offset: int) -> dict[str, Any]:
    plans, total = await repository.list_plans(session, limit=limit, offset=offset)
    return {
        "success": True, "plans": [plan_view(plan) for plan in plans], "total": total, "limit": limit, "offset": offset,
    }  # fmt: skip


def plan_view(plan: SamplingPlan) -> dict[str, Any]:
    """A plan in its wire form; its seed is shown only with what was drawn."""
    return {
        "id": plan.id,
        **_rules(plan),
        "createdBy": plan.created_by,
        "createdAt": iso(plan.created_at),
        "modifiedAt": iso(plan.modified_at),
        "version": plan.version,
    }


async def due(session: ReadSession, now: datetime) -> list[tuple[int, date]]:
    """Plans and weeks that are over and not drawn yet."""
    plans = await repository.enabled_plans(session)
    if not plans:
        return []
    zone = (await get_settings(session)).zone
    today = now.astimezone(zone).date()
    weeks = {plan.id: due_weeks(today, plan.created_at.astimezone(zone).date()) for plan in plans}
    done = await repository.drawn_weeks(session, weeks.keys(), today - timedelta(days=60))
    return [(number, week) for number, found in weeks.items() for week in found if (number, week) not in done]


async def population_of(session: ReadSession, plan_id: int, week: date, now: datetime) -> Population | None:
    """What a plan draws from; None when the plan is gone or its scorecard is not active."""
    plan = await repository.get_plan(session, plan_id)
    family = None if plan is None else await _family(session, plan, week)
    if plan is None or family is None:
        return None
    units = await repository.population(session, plan, family, now=now)
    return Population(tuple(units), seed_of(plan.seed, week), plan.per_agent_week, plan.random_percent)


async def keep_draw(session: WriteSession, plan_id: int, week: date, drawn: Drawn, now: datetime) -> int:
    """Store a draw with its assessments, once for each plan and week; answers how many pieces were drawn."""
    plan = await repository.get_plan(session, plan_id, lock=True)
    family = None if plan is None or not plan.enabled else await _family(session, plan, week)
    if plan is None or family is None:
        return 0
    due_at = now + timedelta(days=plan.due_days)
    draw_id = await repository.add_draw(
        session,
        {
            "plan_id": plan.id,
            "week_start": week,
            "seed": seed_of(plan.seed, week),
            "plan": _rules(plan),
            "population": sum(one.population for one in drawn.strata),
            "people": [{camel(name): value for name, value in asdict(one).items()} for one in drawn.strata],
            "drawn_at": now,
            "due_at": due_at,
        },
    )
    if draw_id is None:
        return 0
    ids = [pick.worklog_id for pick in drawn.picks]
    assessed = await assessments.assess_drawn(session, family, ids, due_at=due_at, now=now) if ids else {}
    await repository.add_picks(session, draw_id, drawn.picks, assessed)
    facts = {"draw": draw_id, "week": week.isoformat(), "population": sum(one.population for one in drawn.strata)}
    change = Change(plan.id, "draw", None, facts | {"drawn": len(drawn.picks)})
    await write_audit(session, SYSTEM, "samplingPlan:draw", "samplingPlan", [change])
    return len(drawn.picks)


async def list_draws(
    session: ReadSession, viewer: Viewer, plan: SamplingPlan, *, limit: int, offset: int
) -> dict[str, Any]:
    """What was drawn, newest week first: of those people whose unfinished assessments the caller may see."""
    draws, total = await repository.draws_of(session, plan.id, limit=limit, offset=offset)
    picks: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for pick, state, reviewed_at in await repository.picks_of(session, viewer, [one.id for one in draws]):
        picks[pick.draw_id].append(_pick_view(pick, state, reviewed_at))
    people = await _people_shown(session, viewer, draws)
    return {
        "success": True,
        "draws": [_draw_view(one, picks[one.id], people) for one in draws],
        "total": total,
        "limit": limit,
        "offset": offset,
    }


async def _people_shown(session: ReadSession, viewer: Viewer, draws: Sequence[SamplingDraw]) -> set[int]:
    """Nobody sees how the own work was drawn."""
    everybody = {one["userId"] for found in draws for one in found.people} - {viewer.actor.id}
    if viewer.actor.has(*VIEW_ALL):
        return everybody
    return await assessments.mates_among(session, viewer.actor, everybody) if viewer.actor.has(*VIEW_TEAM) else set()


def _draw_view(found: SamplingDraw, picks: list[dict[str, Any]], people: set[int]) -> dict[str, Any]:
    shown = [one for one in found.people if one["userId"] in people]
    return {
        "id": found.id,
        "weekStart": found.week_start.isoformat(),
        "seed": found.seed,
        "drawnAt": iso(found.drawn_at),
        "dueAt": iso(found.due_at),
        "plan": found.plan,
        "population": sum(one["population"] for one in shown),
        "people": shown,
        "picks": [one for one in picks if one["userId"] in people],
    }


def _pick_view(pick: Any, state: str, reviewed_at: datetime | None) -> dict[str, Any]:
    return {
        "worklogId": pick.worklog_id,
        "assessmentId": pick.assessment_id,
        "userId": pick.user_id,
        "share": pick.share,
        "probability": pick.probability,
        "risks": pick.risks,
        "state": state,
        "reviewedAt": iso_or_none(reviewed_at),
    }


async def _family(session: ReadSession, plan: SamplingPlan, week: date) -> Family | None:
    zone = (await get_settings(session)).zone
    since, until = (localize(datetime.combine(day, datetime.min.time()), zone) for day in (week, week + timedelta(7)))
    last = until - timedelta(microseconds=1)
    return await assessments.family_to_sample(session, plan.scorecard_base_id, since, last)


def _rules(plan: SamplingPlan) -> dict[str, Any]:
    return {camel(name): getattr(plan, name) for name in RULES}


async def _check(session: ReadSession, values: Mapping[str, Any]) -> None:
    base_id = values.get("scorecard_base_id")
    if base_id is not None and not await repository.has_family(session, base_id):
        message = f"There is no scorecard with the base id {base_id}."
        raise UnknownReference(message, field="scorecardBaseId", value=base_id)
    teams = values.get("team_ids") or []
    known = await load_teams(session, teams) if teams else {}
    for index, one in enumerate(teams):
        if one not in known:
            raise UnknownReference(f"Team {one} does not exist.", field=f"teamIds.{index}", value=one)


async def _audit(
    session: WriteSession, actor: Actor, verb: str, plan: SamplingPlan, changed: Mapping[str, tuple[Any, Any]]
) -> None:
    changes = [Change(plan.id, camel(name), old, new) for name, (old, new) in changed.items()]
    await write_audit(session, actor, f"samplingPlan:{verb}", "samplingPlan", changes)
