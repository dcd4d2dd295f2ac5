"""Runs of a golden set: asked for, judged item by item, and what came of them (quality.md 18)."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assaydesk.domains.notifications.service import Kind, notify
from assaydesk.domains.profiles.service import holders_of
from assaydesk.domains.quality.assessments.criteria import is_evaluated
from assaydesk.domains.quality.assessments.dry_run import DryResult, JudgeChoice
from assaydesk.domains.quality.assessments.judge import judge_settings
from assaydesk.domains.quality.golden import repository
from assaydesk.domains.quality.golden.codec import answer_to_json, labels_from_json
from assaydesk.domains.quality.golden.errors import (
    GoldenSetEmpty,
    RunNotFound,
    ScorecardFamilyMismatch,
    ScorecardNotActive,
)
from assaydesk.domains.quality.golden.events import GoldenRunQueued, QualityDriftDetected
from assaydesk.domains.quality.golden.models import GoldenItem, GoldenRun, GoldenRunItem, GoldenSet
from assaydesk.domains.quality.golden.schemas import GoldenRunCreate
from assaydesk.domains.quality.golden.types import RunState, Trigger
from assaydesk.domains.quality.golden.views import run_json, run_with_figures
from assaydesk.domains.quality.judging.prompts import PROMPT_VERSION, VERSIONS
from assaydesk.domains.quality.judging.service import JudgePorts
from assaydesk.domains.quality.judging.types import JudgeFailed, JudgeSettings
from assaydesk.domains.quality.scorecards.codec import json_hash
from assaydesk.domains.quality.scorecards.service import get_revision, load_content
from assaydesk.domains.quality.scorecards.types import Content, Revision, ScorecardState
from assaydesk.domains.settings.service import InstanceSettings, get_settings
from assaydesk.kit.clock import utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.config import Config
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import FieldError, LlmNotConfigured, UnknownReference, ValidationFailed
from assaydesk.platform.events import publish
from assaydesk.platform.paging import Page
from assaydesk.platform.security.actor import SYSTEM, Actor
from assaydesk.platform.security.permissions import Permission


@dataclass(frozen=True, slots=True)
class Setup:
    """The judge of this process: what it follows, and whether a model can be asked at all."""

    judging: JudgeSettings
    has_model: bool


def setup_of(settings: InstanceSettings, config: Config, ports: Mapping[str, Any]) -> Setup:
    """From the settings, the environment, and the doors of the process."""
    found = ports.get("judge") or ports.get("judge_ports")
    if isinstance(found, JudgePorts):
        has_model = found.llm is not None
    else:
        has_model = found is not None or bool(config.llm_url and config.llm_model)
    return Setup(judge_settings(settings, config), has_model)


async def create_run(
    session: WriteSession, actor: Actor, row: GoldenSet, body: GoldenRunCreate, setup: Setup
) -> GoldenRun:
    """Queue a run by hand.

    Raises `UnknownReference`, `ScorecardFamilyMismatch`, `ScorecardNotActive`, `ValidationFailed`, `GoldenSetEmpty`,
    and `LlmNotConfigured` when the settings ask for a model and there is none.
    """
    if body.prompt_version is not None and body.prompt_version not in VERSIONS:
        message = f"This release knows the prompts {', '.join(sorted(VERSIONS))}."
        raise ValidationFailed([FieldError("promptVersion", "not_allowed", message)])
    revision = await _revision(session, row, body.scorecard_id)
    if not (await repository.item_counts(session, [row.id])).get(row.id):
        raise GoldenSetEmpty
    by_ai = any(one.auto_generate_by_ai and one.rule is None for _, one in revision.content.criteria)
    if by_ai and setup.judging.judge == "model" and not setup.has_model:
        raise LlmNotConfigured
    choice = JudgeChoice(model=body.model, prompt_version=body.prompt_version)
    return await _queue(session, actor, row, revision, choice, setup, Trigger.MANUAL)


async def queue_due(session: WriteSession, setup: Setup) -> int:
    """Queue a run of every set in use whose content, prompt or judge is another than in its last run."""
    made = 0
    for row in await repository.enabled_sets(session):
        number = await repository.active_revision(session, row.scorecard_base_id)
        revision = None if number is None else await get_revision(session, number)
        last = (await repository.last_runs(session, [row.id])).get(row.id)
        if revision is None or (last is not None and last.state in (RunState.QUEUED, RunState.RUNNING)):
            continue
        if last is None or last.setup_hash != _setup_hash(revision, JudgeChoice(), setup):
            await _queue(session, SYSTEM, row, revision, JudgeChoice(), setup, Trigger.NIGHTLY)
            made += 1
    return made


async def list_runs(session: ReadSession, row: GoldenSet, page: Page) -> dict[str, Any]:
    """The runs of a set, the newest first."""
    runs, total = await repository.run_page(session, row.id, limit=page.limit, offset=page.offset)
    judged = await repository.judged_counts(session, [run.id for run in runs])
    shown = [run_json(run, judged.get(run.id, 0)) for run in runs]
    return {"runs": shown, "total": total, "limit": page.limit, "offset": page.offset}


async def show_run(session: ReadSession, row: GoldenSet, run_id: int) -> dict[str, Any]:
    """Raises `RunNotFound`."""
    run = await repository.get_run(session, row.id, run_id)
    if run is None:
        raise RunNotFound(run_id)
    hidden = await repository.hidden_from_all(session, row.id) if run.flips else ()
    return run_with_figures(run, (await repository.judged_counts(session, [run_id])).get(run_id, 0), hidden)


def choice_of(run: GoldenRun) -> JudgeChoice:
    """The judge that was asked for."""
    return JudgeChoice(model=run.requested_model, prompt_version=run.requested_prompt_version)


async def start_run(session: WriteSession, run_id: int) -> GoldenRun | None:
    """The run, taken up; None when there is nothing to do any more."""
    run = await repository.lock_run(session, run_id)
    if run is None or run.state not in (RunState.QUEUED, RunState.RUNNING):
        return None
    if run.state == RunState.QUEUED:
        run.state, run.started_at = RunState.RUNNING, utc_now()
    return run


async def note_answer(session: WriteSession, run_id: int, item_id: int, judged: DryResult) -> None:
    """Keep what the judge said of one item: its scores, and none of its words."""
    found, failed = judged.judgement, isinstance(judged.judgement, JudgeFailed)
    run = None if found is None or isinstance(found, JudgeFailed) else found.run
    known = None if run is None else {
        "provider": run.provider, "model": run.model, "promptVersion": run.prompt_version, "inputHash": run.input_hash,
        "inputTokens": run.input_tokens, "outputTokens": run.output_tokens,
        "cost": None if run.cost is None else str(run.cost), "currency": run.currency,
    }  # fmt: skip
    await repository.store_answer(
        session,
        run_id=run_id,
        item_id=item_id,
        answers=[] if failed else [answer_to_json(answer) for answer in judged.answers],
        judge=known,
        error=found.code if isinstance(found, JudgeFailed) else None,
        at=utc_now(),
    )


async def finish_run(session: WriteSession, run_id: int) -> None:
    """End a run whose items were all tried: figures, comparison, and the alarm when it fell below its gate.

    A run in which an item could not be judged fails: figures over a part would not be comparable.
    """
    run = await repository.lock_run(session, run_id)
    if run is None or run.state != RunState.RUNNING:
        return
    found = await repository.answers_of(session, run_id)
    items = [one for one in await repository.items_of(session, run.golden_set_id) if one.case is not None]
    missing = [one for one in items if one.id not in found or found[one.id].error is not None]
    _note_judge(run, [row for row in found.values() if row.error is None])
    run.finished_at = utc_now()
    if missing:
        code = next((row.error for row in found.values() if row.error), "ai_service_failed")
        message = "Not every item could be judged."
        run.state, run.error = RunState.FAILED, {"code": code, "message": message, "items": len(missing)}
        return
    settings = await get_settings(session)
    golden = await session.get(GoldenSet, run.golden_set_id)
    own = None if golden is None else golden.min_kappa
    run.min_kappa = settings.quality_golden_min_kappa if own is None else own
    content = (await load_content(session, [run.content_id]))[run.content_id]
    before = await repository.run_before(session, run)
    earlier = await repository.answers_of(session, before.id) if before is not None else {}
    run.previous_run_id = None if before is None else before.id
    previous = {one["criterionId"]: one["cohenKappa"] for one in (before.figures or [] if before else [])}
    least, min_kappa = settings.quality_report_min_n, run.min_kappa
    run.figures, run.flips, run.passed = await asyncio.to_thread(
        _figures, content, items, found, earlier, previous, least, min_kappa
    )
    run.state = RunState.DONE
    await session.flush()
    if not run.passed and await repository.passed_before(session, run):
        await _raise_alarm(session, run, golden)


def _figures(
    content: Content,
    items: Sequence[GoldenItem],
    found: Mapping[int, GoldenRunItem],
    earlier: Mapping[int, GoldenRunItem],
    previous: Mapping[int, float | None],
    least: int,
    min_kappa: float,
) -> tuple[list[Any], list[Any], bool]:
    from assaydesk.domains.quality.golden.figures import (
        Outcome,
        criterion_figures,
        find_flips,
        has_passed,
        value_of,
    )

    def values(row: GoldenRunItem) -> dict[int, Any]:
        return {one["criterionId"]: value_of(one) for one in row.answers}

    outcomes = [
        Outcome(item.id, {one.criterion_id: one for one in labels_from_json(item.labels)}, values(found[item.id]))
        for item in items
    ]
    criteria = [criterion for _, criterion in content.criteria if is_evaluated(criterion)]
    lines = criterion_figures(criteria, outcomes, min_kappa=min_kappa, least=least, previous=previous)
    known = {item_id: values(row) for item_id, row in earlier.items() if row.error is None}
    return lines, find_flips(known, outcomes), has_passed(lines)


def _note_judge(run: GoldenRun, rows: Sequence[GoldenRunItem]) -> None:
    """Who answered, and what it took. A cost is known when every item that took tokens had a price."""
    judges = [row.judge for row in rows if row.judge is not None]
    names = {(one["provider"], one["model"], one["promptVersion"]) for one in judges}
    if names:
        # A set with nothing to read for a model in one item names the judge of the others.
        run.provider, run.model, run.prompt_version = max(names, key=lambda name: (name[1] is not None, str(name)))
    asked = [one for one in judges if one["inputTokens"] is not None or one["outputTokens"] is not None]
    if asked:
        run.input_tokens = sum(one["inputTokens"] or 0 for one in asked)
        run.output_tokens = sum(one["outputTokens"] or 0 for one in asked)
        if all(one["cost"] is not None for one in asked):
            run.cost = sum((Decimal(one["cost"]) for one in asked), Decimal(0))
            run.currency = next((one["currency"] for one in asked), None)


async def _raise_alarm(session: WriteSession, run: GoldenRun, golden: GoldenSet | None) -> None:
    fallen = tuple(line["criterionId"] for line in run.figures or () if line["passed"] is False)
    await publish(session, QualityDriftDetected(run.golden_set_id, run.id, fallen))
    name = "" if golden is None else golden.name
    text = {
        "en": f"The judge no longer agrees with the golden set “{name}”.",
        "de": f"Der Bewerter stimmt mit dem Goldsatz „{name}“ nicht mehr überein.",
    }
    people = await holders_of(session, Permission.QUALITY_MANAGE_GOLDEN_SETS)
    url = f"/quality/goldenSet/{run.golden_set_id}/run/{run.id}"
    await notify(session, people, Kind.AI_QUALITY_ALARM, text, url=url)


async def _queue(
    session: WriteSession,
    actor: Actor,
    row: GoldenSet,
    revision: Revision,
    choice: JudgeChoice,
    setup: Setup,
    trigger: Trigger,
) -> GoldenRun:
    run = GoldenRun(
        golden_set_id=row.id,
        state=RunState.QUEUED,
        trigger=trigger,
        scorecard_id=revision.scorecard_id,
        content_id=revision.content_id,
        content_hash=revision.content_hash,
        setup_hash=_setup_hash(revision, choice, setup),
        requested_model=choice.model,
        requested_prompt_version=choice.prompt_version,
        created_by=actor.user_id,
        created_at=utc_now(),
    )
    session.add(run)
    await session.flush()
    await write_audit(session, actor, "goldenSet:run:create", "goldenSet", [Change(row.id, "runs", None, run.id)])
    await publish(session, GoldenRunQueued(run.id))
    return run


def _setup_hash(revision: Revision, choice: JudgeChoice, setup: Setup) -> str:
    """Content, and what of the judge decides about its answers."""
    judging = choice.over(setup.judging)
    by_model = judging.judge == "model" or (judging.judge == "auto" and setup.has_model)
    return json_hash(
        {
            "contentHash": revision.content_hash,
            "judge": "model" if by_model else "builtIn",
            "model": judging.model if by_model else None,
            "promptVersion": (judging.prompt_version or PROMPT_VERSION) if by_model else None,
            "promptScope": judging.prompt_scope if by_model else None,
            "redact": judging.redact if by_model else None,
            "secondOpinion": judging.second_opinion if by_model else None,
            "abstainThreshold": judging.abstain_threshold,
            "knockOutConfidence": judging.knock_out_confidence,
        }
    )


async def _revision(session: ReadSession, row: GoldenSet, scorecard_id: int | None) -> Revision:
    """The revision to run: that of the request, else the active one."""
    if scorecard_id is None:
        number = await repository.active_revision(session, row.scorecard_base_id)
        found = None if number is None else await get_revision(session, number)
        if found is None:
            raise ScorecardNotActive
        return found
    named = await get_revision(session, scorecard_id)
    if named is None or named.state is ScorecardState.DELETED:
        message = f"Scorecard {scorecard_id} does not exist."
        raise UnknownReference(message, field="scorecardId", value=scorecard_id)
    if named.base_id != row.scorecard_base_id:
        raise ScorecardFamilyMismatch
    return named
