"""Step three of judging: one assessment, one write transaction, and only if nothing changed meanwhile (design: the
subject is looked at again before the answer is stored)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from assaydesk.domains.quality.assessments import queue, repository
from assaydesk.domains.quality.assessments.claims import (
    NO_MORE_TRIES,
    Claimed,
    given_back,
    in_progress_to,
    unclaimed,
)
from assaydesk.domains.quality.assessments.collect import Snapshot
from assaydesk.domains.quality.assessments.criteria import totals_of
from assaydesk.domains.quality.assessments.events import QualityAssessmentFailed, QualityAssessmentReady
from assaydesk.domains.quality.assessments.lifecycle import Command
from assaydesk.domains.quality.assessments.merge import Summaries, merge_answers, merge_summary
from assaydesk.domains.quality.assessments.retries import WAITS, after_failure
from assaydesk.domains.quality.assessments.stored import verdicts_json
from assaydesk.domains.quality.assessments.types import CriterionAnswer, Edit, State, Trigger
from assaydesk.domains.quality.judging.types import JudgeFailed, Judgement, JudgeSettings
from assaydesk.domains.quality.scorecards.codec import content_hash
from assaydesk.domains.quality.scorecards.types import Content, PercentageBase, Totals
from assaydesk.kit.clock import iso, milliseconds
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import SYSTEM

WORKLOG_GONE: Final = JudgeFailed("worklog_removed", "The piece of work was removed before it was judged.")


class Outcome(StrEnum):
    """How one try ended. `LOST`: somebody else has it, or it was deleted. `CHANGED`: its messages changed meanwhile."""

    OK = "ok"
    FAILED = "failed"
    LOST = "lost"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Work:
    """What a recorded answer is about. `contents`: at least those of the claim, by id."""

    item: Claimed
    snapshot: Snapshot
    content: Content
    before: Content


async def record_judgement(
    session: WriteSession,
    token: str,
    work: Work,
    judgement: Judgement | None,
    *,
    now: datetime,
    base: PercentageBase,
    judge_again_at: datetime,
) -> Outcome:
    """Store the answer of the judge, or of nobody when there was nothing to judge (`judgement` None)."""
    item, until = work.item, work.snapshot.until
    row = await queue.lock_claimed(session, item.id, token, until)
    if row is None:
        return Outcome.LOST
    if row.worklog_id is None or row.stamp != work.snapshot.stamp:
        await queue.store(session, item.id, given_back(item, now))
        return Outcome.CHANGED
    asked = item.refresh
    overwrite = asked is not None and asked.overwrite_human
    existing = (await repository.answers_of(session, [item.id]))[item.id] if item.has_answers else {}
    verdicts = judgement.verdicts if judgement else ()
    merged = merge_answers(work.content, verdicts, existing, before=work.before, overwrite_human=overwrite)
    summary, summary_edits = merge_summary(
        Summaries(row.ai_summary, row.ai_summary_generated),
        judgement.ai_summary if judgement else "",
        overwrite_human=overwrite,
    )
    totals = totals_of(work.content, merged.answers, base)
    kept = merged.kept_human or summary.generated is not None
    state = in_progress_to(Command.RECORD_KEEPING if kept else Command.RECORD)
    values = {
        **unclaimed(state, now),
        **NO_MORE_TRIES,
        **stored_totals(totals),
        "failing_since": None,
        "error": None,
        "scorecard_id": asked.scorecard_id if asked else row.scorecard_id,
        "content_id": item.target_content_id,
        "ai_summary": summary.shown,
        "ai_summary_generated": summary.generated,
        "touched_by_human": is_touched(merged.answers, summary.generated, row.supervisor_assessment),
        "worklog_changed": False,
        "judged_until": until,
        "run_id": None,
    }
    await repository.save_answers(session, item.id, merged.answers)
    await repository.remove_answers(session, item.id, merged.gone)
    await queue.store(session, item.id, values, run=None if judgement is None else _run(item, judgement))
    edits = _reasons(item, row, until) + [(None, edit) for edit in (*summary_edits, *merged.edits)]
    await repository.add_edits(session, item.id, edits, at=now)
    await write_audit(
        session, SYSTEM, "assessment:score:judge", "assessment", [Change(item.id, "state", item.state_before, state)]
    )
    if row.latest_interaction > until:
        await queue.mark_grown(session, [row.worklog_id], now=now, judge_again_at=judge_again_at)
    if state is State.AI_READY:
        waiting = totals.needs_human_criteria
        ready = QualityAssessmentReady(item.id, row.worklog_id, values["scorecard_id"], totals.percentage, waiting)
        await publish(session, ready)
    return Outcome.OK


async def record_failure(
    session: WriteSession,
    token: str,
    item: Claimed,
    failure: JudgeFailed,
    *,
    content: Content | None,
    settings: JudgeSettings,
    started: datetime,
    now: datetime,
    put_back: bool = False,
) -> Outcome:
    """Count a failed try and say when the next one is. What had scores keeps them and its state.

    `put_back`: a person waits for the answer; everything stays as it was, whatever the state.
    """
    if await queue.lock_claimed(session, item.id, token) is None:
        return Outcome.LOST
    if content is not None:
        await queue.add_run(session, _failed_run(item, failure, content, settings, started, now))
    if put_back or item.has_scores:
        values = unclaimed(in_progress_to(Command.PUT_BACK, item.state_before), now)
        grown = item.trigger is Trigger.WORKLOG_CHANGED and not put_back
        if grown and item.tries < len(WAITS):
            values |= {"state_before": None, "tries": item.tries + 1, "next_try_at": now + WAITS[item.tries]}
        elif item.has_scores:
            values |= NO_MORE_TRIES
        else:
            values |= {"state_before": None, "trigger": Trigger.JOB, "refresh_request": None}
        await queue.store(session, item.id, values)
        return Outcome.FAILED
    following = after_failure(
        tries=item.tries,
        failing_since=item.failing_since,
        now=now,
        retry_after_seconds=failure.retry_after_seconds,
    )
    final = failure is WORKLOG_GONE
    command = Command.GIVE_UP if final else following.command
    values = unclaimed(in_progress_to(command), now) | {
        "tries": following.tries,
        "next_try_at": None if final else following.at,
        "failing_since": following.failing_since,
        "error": {"code": failure.code, "message": failure.message},
    }
    await queue.store(session, item.id, values)
    if command is Command.GIVE_UP and item.state_before is not State.ERROR:
        change = Change(item.id, "state", item.state_before, State.ERROR)
        await write_audit(session, SYSTEM, "assessment:score:judge", "assessment", [change])
        await publish(session, QualityAssessmentFailed(item.id, failure.code))
    return Outcome.FAILED


def stored_totals(totals: Totals) -> dict[str, Any]:
    """The columns by which lists show and order assessments."""
    return {
        "scored_points": totals.scored_points,
        "used_max_points": totals.used_max_points,
        "total_max_points": totals.total_max_points,
        "knocked_out": totals.knocked_out,
        "knocked_out_categories": list(totals.knocked_out_categories),
        "unscored_criteria": totals.unscored_criteria,
        "needs_human_criteria": totals.needs_human_criteria,
        "not_applicable_criteria": totals.not_applicable_criteria,
    }


def is_touched(answers: Iterable[CriterionAnswer], generated: str | None, supervisor_assessment: str) -> bool:
    """Whether anything of a person stands in an assessment."""
    edited = any(answer.last_edited_by_user_id is not None for answer in answers)
    return edited or generated is not None or supervisor_assessment != ""


def _reasons(item: Claimed, row: Any, until: datetime) -> list[tuple[int | None, Edit]]:
    """History entries for why the judge ran again."""
    if item.refresh is not None and item.refresh.scorecard_id != row.scorecard_id:
        return [(item.refresh.user_id, Edit("scorecardId", row.scorecard_id, item.refresh.scorecard_id))]
    if item.trigger is Trigger.WORKLOG_CHANGED and row.judged_until is not None:
        return [(None, Edit("worklog", iso(row.judged_until), iso(until)))]
    return []


def _run(item: Claimed, judgement: Judgement) -> Mapping[str, Any]:
    run = judgement.run
    return {
        **_run_of(item),
        "outcome": "ok",
        "provider": run.provider,
        "model": run.model,
        "prompt_version": run.prompt_version,
        "content_hash": run.content_hash,
        "input_hash": run.input_hash,
        "input_parts": run.input_parts,
        "temperature": run.temperature,
        "repeats": run.repeats,
        "input_tokens": run.input_tokens,
        "output_tokens": run.output_tokens,
        "cost": run.cost,
        "currency": run.currency,
        "duration_ms": run.duration_ms,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "ai_summary": judgement.ai_summary,
        "criteria": verdicts_json(judgement.verdicts),
    }


def _failed_run(
    item: Claimed, failure: JudgeFailed, content: Content, settings: JudgeSettings, started: datetime, now: datetime
) -> Mapping[str, Any]:
    return {
        **_run_of(item),
        "outcome": "failed",
        "error_code": failure.code,
        "provider": settings.judge,
        "model": settings.model,
        "prompt_version": settings.prompt_version,
        "content_hash": content_hash(content),
        "input_hash": "",
        "duration_ms": milliseconds(now - started),
        "started_at": started,
        "finished_at": now,
    }


def _run_of(item: Claimed) -> dict[str, Any]:
    asked = item.refresh
    return {
        "assessment_id": item.id,
        "trigger": Trigger.REFRESH if asked else item.trigger,
        "user_id": asked.user_id if asked else None,
        "scorecard_id": asked.scorecard_id if asked else item.scorecard_id,
    }
