"""The live coach: an unsent draft before the judge. Nothing of it is stored (quality.md 9)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from assaydesk.domains.conversations.bodies import texts_of
from assaydesk.domains.quality.assessments.collect import collect_draft
from assaydesk.domains.quality.assessments.dry_run import DryResult, judge_one
from assaydesk.domains.quality.assessments.judge import service_error
from assaydesk.domains.quality.judging.learned import Learned
from assaydesk.domains.quality.judging.loading import learned_of
from assaydesk.domains.quality.judging.types import JudgeFailed, Judgement, WorklogCase
from assaydesk.domains.quality.live_coach.criteria import checkable
from assaydesk.domains.quality.live_coach.schemas import DraftCheck
from assaydesk.domains.quality.live_coach.views import scorecard_view
from assaydesk.domains.quality.scorecards.matching import WorkFacts, matches
from assaydesk.domains.quality.scorecards.service import active_contents, get_revision, listed_tags
from assaydesk.domains.quality.scorecards.types import Content, ScorecardState
from assaydesk.domains.settings.service import InstanceSettings, get_settings
from assaydesk.domains.tickets.service import get_visible, tag_ids_of
from assaydesk.kit.clock import utc_now
from assaydesk.platform import metrics
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.errors import AiServiceFailed, Busy, FieldError, UnknownReference, ValidationFailed
from assaydesk.platform.jobs.job import Runtime
from assaydesk.platform.security.actor import Actor

MOST_AT_ONCE: Final = 16
"""Checks that one process runs at the same time; more are refused instead of left to wait."""
LONGEST_DRAFT: Final = 100_000
_LONG: Final = 20_000
"""Characters from which a draft is stripped in a thread."""


class Chosen(NamedTuple):
    """A scorecard to check against; `checked` has those of its criteria that a draft can be checked against."""

    scorecard_id: int
    base_id: int
    content: Content
    checked: Content


@dataclass(slots=True)
class _Gate:
    running: int = field(default=0)


_gate: Final = _Gate()


async def check_draft(runtime: Runtime, actor: Actor, ticket_id: int, body: DraftCheck) -> dict[str, Any]:
    """Judge a draft as the reply of the caller to this ticket; all scorecards or none.

    Safe to cancel. Raises `TicketNotFound`, `ValidationFailed`, `UnknownReference`, `Busy`, `AiServiceFailed`,
    `LlmNotConfigured`.
    """
    text = await _plain(body.draft_text)
    if _gate.running >= MOST_AT_ONCE:
        raise Busy("Too many drafts are being checked.")
    _gate.running += 1
    try:
        async with runtime.database.read() as session:
            ticket = await get_visible(session, actor, ticket_id)
            settings = await get_settings(session)
            chosen = await _choose(session, actor, ticket, body.scorecard_id)
            learned = await learned_of(session, runtime.ports, {one.base_id for one in chosen})
            case = await collect_draft(session, ticket_id, actor.id, text, now=utc_now()) if chosen else None
        results = {} if case is None else await _judge(runtime, settings, case, chosen, learned)
    finally:
        _gate.running -= 1
    return {
        "scorecards": [scorecard_view(one.scorecard_id, one.checked, results.get(one.scorecard_id)) for one in chosen]
    }


async def _plain(html: str) -> str:
    texts = await asyncio.to_thread(texts_of, html) if len(html) > _LONG else texts_of(html)
    if texts.is_empty:
        raise ValidationFailed([FieldError("draftText", "required", "The draft is empty.")])
    if len(texts.plain) > LONGEST_DRAFT:
        message = f"A draft has at most {LONGEST_DRAFT:,} characters."
        raise ValidationFailed([FieldError("draftText", "too_long", message)])
    return texts.plain


async def _choose(session: ReadSession, actor: Actor, ticket: Any, scorecard_id: int | None) -> list[Chosen]:
    """The named revision, or those that apply and have something to check, by id."""
    if scorecard_id is not None:
        found = await get_revision(session, scorecard_id)
        if found is None or found.state is ScorecardState.DELETED:
            raise UnknownReference(f"Scorecard {scorecard_id} does not exist.", field="scorecardId", value=scorecard_id)
        return [Chosen(scorecard_id, found.base_id, found.content, checkable(found.content))]
    enabled = [active for active in await active_contents(session) if active.content.live_coach.enabled]
    below = await listed_tags(session, enabled)
    facts = WorkFacts(
        worklog_id=None,
        tags=frozenset((await tag_ids_of(session, [ticket["id"]])).get(ticket["id"], ())),
        teams=actor.team_ids,
        channel=ticket["channel"],
        context="reply",
    )
    fitting = [
        Chosen(active.scorecard_id, active.base_id, active.content, checkable(active.content))
        for active in enabled
        if matches(active.content.assignment, facts, base_id=active.base_id, listed_tags=below.get(active.base_id, ()))
    ]
    return sorted((one for one in fitting if one.checked.categories), key=lambda one: one.scorecard_id)


async def _judge(
    runtime: Runtime,
    settings: InstanceSettings,
    case: WorklogCase,
    chosen: list[Chosen],
    learned: Mapping[int, Learned],
) -> dict[int, DryResult]:
    """Results by scorecard; the first failure ends it all."""
    results: dict[int, DryResult] = {}

    async def judge(one: Chosen) -> None:
        result = await judge_one(runtime, case, one.checked, settings, learned=learned.get(one.base_id))
        _count(result)
        if isinstance(result.judgement, JudgeFailed):
            raise service_error(result.judgement)
        results[one.scorecard_id] = result

    try:
        async with asyncio.timeout(settings.quality_live_check_timeout_seconds), asyncio.TaskGroup() as group:
            for one in chosen:
                if one.checked.categories:
                    group.create_task(judge(one))
    except TimeoutError as failure:
        metrics.live_checks.labels("timeout").inc()
        raise AiServiceFailed("The draft could not be checked in time.", reason="timeout") from failure
    except ExceptionGroup as failures:
        # The others were cancelled; one reason is enough.
        raise failures.exceptions[0] from None
    return results


def _count(result: DryResult) -> None:
    """Tokens and cost, and no word of the draft."""
    metrics.live_checks.labels("failed" if result.failed else "ok").inc()
    if isinstance(result.judgement, Judgement):
        run = result.judgement.run
        metrics.live_check_tokens.labels("input").inc(run.input_tokens or 0)
        metrics.live_check_tokens.labels("output").inc(run.output_tokens or 0)
        if run.cost is not None:
            metrics.live_check_cost.labels(run.currency or "").inc(float(run.cost))
