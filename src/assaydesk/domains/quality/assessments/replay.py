"""Asking the judge of a stored run once more, and showing what it was shown (quality.md 7.4)."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from assaydesk.domains.quality.assessments.collect import collect
from assaydesk.domains.quality.assessments.dry_run import DryResult, JudgeChoice, judge_one
from assaydesk.domains.quality.assessments.errors import BlindReview, ReplayImpossible, RunNotFound
from assaydesk.domains.quality.assessments.judge import judge_of, judge_settings, service_error
from assaydesk.domains.quality.assessments.models import Assessment, JudgeRun
from assaydesk.domains.quality.assessments.replay_views import record_view, replay_view
from assaydesk.domains.quality.assessments.views import run_json
from assaydesk.domains.quality.judging.learned import Learned
from assaydesk.domains.quality.judging.loading import learned_of
from assaydesk.domains.quality.judging.prompts import VERSIONS
from assaydesk.domains.quality.judging.service import InputHashes, JudgePorts, hash_input
from assaydesk.domains.quality.judging.types import JudgeFailed, Judgement, JudgeSettings, WorklogCase
from assaydesk.domains.quality.scorecards.codec import content_from_json
from assaydesk.domains.quality.scorecards.models import ScorecardContent
from assaydesk.domains.quality.scorecards.types import Content
from assaydesk.domains.settings.service import InstanceSettings, get_settings
from assaydesk.domains.worklogs.models import Worklog
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import AiServiceFailed, Busy
from assaydesk.platform.jobs.job import Runtime
from assaydesk.platform.security.actor import Actor

MOST_AT_ONCE: Final = 8
"""Replays that one process runs at the same time."""
WITHOUT_MODEL: Final = ("builtIn", "rules")

_running: Final[set[int]] = set()


@dataclass(frozen=True, slots=True)
class Recorded:
    """A run with its question, put together again. `row` is the run in the form of the API, `parts` its hashes."""

    run_id: int
    assessment_id: int
    row: dict[str, Any]
    parts: dict[str, str] | None
    answers: list[dict[str, Any]]
    started_at: datetime
    case: WorklogCase
    content: Content
    settings: InstanceSettings
    learned: Learned | None


async def recorded(
    session: ReadSession, runtime: Runtime, assessment: Assessment, run_id: int | None, *, masked: bool
) -> Recorded:
    """Put a run's question together again, by default that of the present values.

    The right to edit is the caller's matter; `masked`: the caller reviews blind. Raises `BlindReview`, `RunNotFound`,
    `ReplayImpossible`.
    """
    if masked:
        raise BlindReview
    number = run_id or assessment.run_id
    if number is None:
        raise ReplayImpossible("noRun", "No judge has scored this assessment.")
    run = await session.get(JudgeRun, number)
    if run is None or run.assessment_id != assessment.id:
        raise RunNotFound(number)
    if run.outcome != "ok":
        raise ReplayImpossible("runFailed", "This run failed; there is nothing to repeat.")
    end = await session.scalar(select(Worklog.latest_interaction).where(Worklog.id == assessment.worklog_id))
    if assessment.worklog_id is None or end is None:
        raise ReplayImpossible("worklogRemoved", "The piece of work was removed.")
    is_present = run.id == assessment.run_id and assessment.judged_until is not None
    until = assessment.judged_until if is_present else min(end, run.started_at)
    found = await collect(session, [assessment.worklog_id], now=run.started_at, until=until)
    known = select(ScorecardContent.body).where(ScorecardContent.content_hash == run.content_hash)
    body = await session.scalar(known.order_by(ScorecardContent.id.desc()).limit(1))
    if body is None:
        raise ReplayImpossible("contentUnknown", "What the scorecard said then is not known any more.")
    learned = await learned_of(session, runtime.ports, {assessment.scorecard_base_id})
    return Recorded(
        run_id=run.id,
        assessment_id=assessment.id,
        row=run_json(run),
        parts=run.input_parts,
        answers=list(run.criteria),
        started_at=run.started_at,
        case=found[assessment.worklog_id].case,
        content=content_from_json(body),
        settings=await get_settings(session),
        learned=learned.get(assessment.scorecard_base_id),
    )


async def recorded_by_id(session: ReadSession, runtime: Runtime, run_id: int) -> Recorded:
    """The same for the operator of an instance, by the run alone."""
    run = await session.get(JudgeRun, run_id)
    assessment = None if run is None else await session.get(Assessment, run.assessment_id)
    if assessment is None:
        raise RunNotFound(run_id)
    return await recorded(session, runtime, assessment, run_id, masked=False)


async def show_record(runtime: Runtime, item: Recorded) -> dict[str, Any]:
    """What the judge was shown, as far as it stands today. No session may be open."""
    asked, hashes = await _question(runtime, item)
    provider = item.row["provider"]
    return await asyncio.to_thread(
        record_view, item.row, item.assessment_id, item.case, item.content, asked, hashes, item.parts, item.answers,
        by_model=provider not in WITHOUT_MODEL,
    )  # fmt: skip


async def replay(
    runtime: Runtime,
    actor: Actor,
    item: Recorded,
    *,
    opened: Callable[[], AbstractAsyncContextManager[WriteSession]],
) -> dict[str, Any]:
    """Ask again, and say what is different. Nothing is stored but an entry of the audit log.

    Raises `ReplayImpossible`, `Busy`, `AiServiceFailed`, `LlmNotConfigured`.
    """
    asked, hashes = await _question(runtime, item)
    _check_judge(runtime, item)
    if len(_running) >= MOST_AT_ONCE:
        raise Busy("Too many runs are being repeated.")
    token = id(asked)
    _running.add(token)
    try:
        result = await _ask(runtime, item, asked)
    finally:
        _running.discard(token)
    if isinstance(result.judgement, JudgeFailed):
        raise service_error(result.judgement)
    async with opened() as session:
        change = Change(item.assessment_id, "runId", item.run_id, None)
        await write_audit(session, actor, "assessment:replay", "assessment", [change])
    assert isinstance(result.judgement, Judgement)
    return replay_view(item.row, item.assessment_id, item.content, hashes, item.parts, item.answers, result)


async def _ask(runtime: Runtime, item: Recorded, asked: JudgeSettings) -> DryResult:
    by_model = item.row["provider"] not in WITHOUT_MODEL
    choice = JudgeChoice("model" if by_model else "builtIn", asked.model, asked.prompt_version)
    try:
        async with asyncio.timeout(item.settings.quality_refresh_timeout_seconds):
            return await judge_one(runtime, item.case, item.content, item.settings, choice=choice, learned=item.learned)
    except TimeoutError as failure:
        raise AiServiceFailed("The judge did not answer in time.", reason="timeout") from failure


async def _question(runtime: Runtime, item: Recorded) -> tuple[JudgeSettings, InputHashes]:
    """The settings of the run, and the hashes of its question as it would be asked today.

    A server may answer under another name than that of the model that was asked for; both are tried.
    """
    present = judge_settings(item.settings, runtime.config, item.learned)
    row = item.row
    by_model = row["provider"] not in WITHOUT_MODEL
    if not by_model:
        version = item.learned.version if item.learned and row["provider"] == "builtIn" else None
        return present, await _hash(item, present, version)
    found = None
    for model in dict.fromkeys((row["model"], present.model)):
        asked = replace(present, model=model, prompt_version=row["promptVersion"])
        hashes = await _hash(item, asked, model)
        if found is None or hashes.whole == row["inputHash"]:
            found = asked, hashes
    assert found is not None
    return found


async def _hash(item: Recorded, asked: JudgeSettings, model: str | None) -> InputHashes:
    return await asyncio.to_thread(
        hash_input,
        item.case,
        item.row["contentHash"],
        asked,
        provider=item.row["provider"],
        model=model,
        prompt_version=item.row["promptVersion"],
    )


def _check_judge(runtime: Runtime, item: Recorded) -> None:
    """Whether the judge of the run is still there."""
    row = item.row
    if row["provider"] in WITHOUT_MODEL:
        return
    judge_of(runtime.config, runtime.ports)
    ports = runtime.ports.get("judge") or runtime.ports.get("judge_ports")
    if isinstance(ports, JudgePorts) and (ports.llm is None or ports.llm.provider != row["provider"]):
        message = f"The model {row['model']} of {row['provider']} is not configured any more."
        raise ReplayImpossible("modelNotConfigured", message)
    if isinstance(ports, JudgePorts) and row["promptVersion"] not in VERSIONS:
        message = f"This release no longer has the prompt version {row['promptVersion']}."
        raise ReplayImpossible("promptVersionUnknown", message)
