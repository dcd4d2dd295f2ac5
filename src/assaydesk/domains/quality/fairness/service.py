"""Fairness probes, the public face: asked for, read, and carried out piece by piece."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, true

from assaydesk.domains.quality.assessments.collect import collect
from assaydesk.domains.quality.assessments.criteria import is_evaluated
from assaydesk.domains.quality.assessments.dry_run import judge_cases
from assaydesk.domains.quality.assessments.types import CriterionAnswer, CriterionState
from assaydesk.domains.quality.fairness import repository
from assaydesk.domains.quality.fairness.errors import FairnessProbeNotFound
from assaydesk.domains.quality.fairness.events import FairnessProbeQueued
from assaydesk.domains.quality.fairness.models import FairnessProbe
from assaydesk.domains.quality.fairness.rewriting import counterfactual
from assaydesk.domains.quality.fairness.schemas import FairnessCreate
from assaydesk.domains.quality.fairness.types import ProbeState, Swap
from assaydesk.domains.quality.judging.learned import Learned
from assaydesk.domains.quality.judging.loading import learned_of
from assaydesk.domains.quality.judging.types import WorklogCase
from assaydesk.domains.quality.scorecards.service import get_revision, load_content
from assaydesk.domains.quality.scorecards.types import Content, ScorecardState
from assaydesk.domains.settings.service import InstanceSettings, get_settings
from assaydesk.domains.worklogs.service import readable_worklogs
from assaydesk.kit.clock import iso, iso_or_none, utc_now
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import FieldError, UnknownReference, ValidationFailed
from assaydesk.platform.events import publish
from assaydesk.platform.jobs.job import Runtime
from assaydesk.platform.paging import Page
from assaydesk.platform.security.actor import SYSTEM, Actor

AT_ONCE: Final = 10
"""Pieces of work that are judged in all their variants before what was found is kept."""
NOISE: Final = "noise"
_OVER: Final = (ProbeState.DONE, ProbeState.FAILED)
Outcome = list[list[Any]]
"""Criterion, whether its answer changed, and by which share of the maximum (None without two scores)."""


async def create_probe(session: WriteSession, actor: Actor, body: FairnessCreate) -> FairnessProbe:
    """Raises `UnknownReference` and `ValidationFailed`."""
    revision = await get_revision(session, body.scorecard_id)
    if revision is None or revision.state is ScorecardState.DELETED:
        message = f"Scorecard {body.scorecard_id} does not exist."
        raise UnknownReference(message, field="scorecardId", value=body.scorecard_id)
    if not any(is_evaluated(criterion) for _, criterion in revision.content.criteria):
        message = "No criterion of this revision is scored by the AI or a rule."
        raise ValidationFailed([FieldError("scorecardId", "not_allowed", message)])
    seen: ColumnElement[bool] = true() if actor is SYSTEM else readable_worklogs(actor)
    if body.worklog_ids is None:
        found, excluded = await repository.drawn(session, body.seed, body.sample, seen)
    else:
        named = set(body.worklog_ids)
        found = await repository.visible(session, named, seen)
        excluded = len(named) - len(found)
    probe = FairnessProbe(
        state=ProbeState.QUEUED,
        scorecard_id=revision.scorecard_id,
        content_id=revision.content_id,
        worklog_ids=found,
        excluded=excluded,
        kinds=list(dict.fromkeys(kind.value for kind in body.kinds)),
        seed=body.seed,
        created_by=actor.user_id,
        created_at=utc_now(),
    )
    session.add(probe)
    await session.flush()
    await publish(session, FairnessProbeQueued(probe.id))
    return probe


async def list_probes(session: ReadSession, actor: Actor, page: Page) -> dict[str, Any]:
    """One's own, the newest first; all for those who manage scorecards."""
    rows, total = await repository.page(session, actor, limit=page.limit, offset=page.offset)
    return {"probes": [probe_json(row) for row in rows], "total": total, "limit": page.limit, "offset": page.offset}


async def find_probe(session: ReadSession, actor: Actor, probe_id: int) -> FairnessProbe:
    """Raises `FairnessProbeNotFound`."""
    probe = await repository.find(session, actor, probe_id)
    if probe is None:
        raise FairnessProbeNotFound(probe_id)
    return probe


def probe_json(probe: FairnessProbe) -> dict[str, Any]:
    return {
        "id": probe.id,
        "state": probe.state,
        "scorecardId": probe.scorecard_id,
        "kinds": probe.kinds,
        "seed": probe.seed,
        "worklogs": len(probe.worklog_ids),
        "excluded": probe.excluded,
        "createdBy": probe.created_by,
        "createdAt": iso(probe.created_at),
        "startedAt": iso_or_none(probe.started_at),
        "finishedAt": iso_or_none(probe.finished_at),
        "error": probe.error,
        "result": probe.result,
    }


async def carry_out(runtime: Runtime, probe_id: int) -> None:
    """Judge what is missing, a few pieces of work at a time, and add it up. May be broken off and called again."""
    async with runtime.database.write() as session:
        probe = await repository.lock(session, probe_id)
        if probe is None or probe.state in _OVER:
            return
        probe.state, probe.started_at = ProbeState.RUNNING, probe.started_at or utc_now()
        content = (await load_content(session, [probe.content_id]))[probe.content_id]
        kinds, seed = [Swap(kind) for kind in probe.kinds], probe.seed
        done = await repository.tallied(session, probe_id)
        missing = [number for number in probe.worklog_ids if number not in done]
        settings = await get_settings(session)
        revision = await get_revision(session, probe.scorecard_id)
        base_id = 0 if revision is None else revision.base_id
        learned = (await learned_of(session, runtime.ports, [base_id])).get(base_id)
    for start in range(0, len(missing), AT_ONCE):
        ids = missing[start : start + AT_ONCE]
        async with runtime.database.read() as reading:
            cases = {number: one.case for number, one in (await collect(reading, ids, now=utc_now())).items()}
        found = await _judge(runtime, cases, content, settings, learned, kinds, seed)
        async with runtime.database.write() as session:
            for number in ids:
                await repository.store_tally(session, probe_id, number, found.get(number, {"failed": True}))
    async with runtime.database.write() as session:
        await _finish(session, probe_id, content)


async def _judge(
    runtime: Runtime,
    cases: Mapping[int, WorklogCase],
    content: Content,
    settings: InstanceSettings,
    learned: Learned | None,
    kinds: Sequence[Swap],
    seed: int,
) -> dict[int, dict[str, Any]]:
    """Each case as it is, as it is once more, and in every variant that differs from it."""

    async def answers(some: Sequence[WorklogCase]) -> dict[int, tuple[CriterionAnswer, ...]]:
        if not some:
            return {}
        async with aclosing(judge_cases(runtime, some, content, settings, learned=learned)) as results:
            return {one.worklog_id: one.answers async for one in results if not one.failed}

    original = await answers(list(cases.values()))
    again = await answers(list(cases.values()))
    found: dict[int, dict[str, Any]] = {
        number: {NOISE: _moved(content, original[number], again[number]), "failed": False}
        for number in original.keys() & again.keys()
    }
    for kind in kinds:
        changed = await asyncio.to_thread(
            lambda wanted: {number: counterfactual(case, wanted, seed) for number, case in cases.items()}, kind
        )
        varied = await answers([case for case in changed.values() if case is not None])
        for number, outcomes in found.items():
            if changed[number] is None:
                outcomes[kind] = None
            elif number in varied:
                outcomes[kind] = _moved(content, original[number], varied[number])
            else:
                outcomes["failed"] = True
    return found


def _moved(content: Content, before: Sequence[CriterionAnswer], after: Sequence[CriterionAnswer]) -> Outcome:
    """Differences alone: no score is kept."""
    maxima = {criterion.id: criterion.max_points for _, criterion in content.criteria}
    old = {answer.criterion_id: answer for answer in before}
    moved: Outcome = []
    for answer in after:
        first = old.get(answer.criterion_id)
        if first is not None:
            moved.append([answer.criterion_id, _value(first) != _value(answer), _shift(first, answer, maxima)])
    return moved


def _shift(before: CriterionAnswer, after: CriterionAnswer, maxima: Mapping[int, Decimal]) -> float | None:
    if before.score is None or after.score is None:
        return None
    return float((after.score - before.score) / maxima[after.criterion_id])


def _value(answer: CriterionAnswer) -> object:
    if answer.state is CriterionState.NEEDS_HUMAN:
        return None
    return "notApplicable" if answer.applicable is False else answer.score


async def _finish(session: WriteSession, probe_id: int, content: Content) -> None:
    probe = await repository.lock(session, probe_id)
    if probe is None or probe.state in _OVER:
        return
    found = await repository.tallied(session, probe_id)
    probe.result = await asyncio.to_thread(_figures, found, content, probe.kinds)
    probe.finished_at = utc_now()
    answered = any(NOISE in one for one in found.values())
    if found and not answered:
        message = "The judge answered nothing."
        probe.state, probe.result = ProbeState.FAILED, None
        probe.error = {"code": "ai_service_failed", "message": message}
    else:
        probe.state = ProbeState.DONE
    await session.flush()
    await repository.drop_tallies(session, probe_id)


def _figures(found: Mapping[int, Mapping[str, Any]], content: Content, kinds: Sequence[str]) -> dict[str, Any]:
    from assaydesk.domains.quality.fairness.figures import Movement, kind_figures, movement_figures

    def movements(kind: str) -> list[Movement]:
        return [
            Movement(number, *one) for number, outcomes in sorted(found.items()) for one in outcomes.get(kind) or ()
        ]

    criteria = {criterion.id: criterion.label for _, criterion in content.criteria if is_evaluated(criterion)}
    repeated = movements(NOISE)
    noise = {(one.worklog_id, one.criterion_id): one for one in repeated}
    return {
        "judged": sum(NOISE in one for one in found.values()),
        "failed": sum(bool(one["failed"]) for one in found.values()),
        "noise": movement_figures(repeated, noise),
        "kinds": [
            kind_figures(
                kind,
                movements(kind),
                noise,
                criteria,
                left_out=sum(kind in one and one[kind] is None for one in found.values()),
            )
            for kind in kinds
        ],
    }
