"""The judge as assessments ask it: one call, one answer or one named failure; no session is open meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final, cast

import structlog

from assaydesk.domains.quality.assessments.criteria import is_evaluated
from assaydesk.domains.quality.judging.learned import Learned
from assaydesk.domains.quality.judging.service import JudgePorts, configured_ports, judge_case
from assaydesk.domains.quality.judging.types import JudgeFailed, Judgement, JudgeSettings, WorklogCase
from assaydesk.domains.quality.scorecards.types import Content
from assaydesk.domains.settings.service import InstanceSettings
from assaydesk.platform import metrics
from assaydesk.platform.config import Config
from assaydesk.platform.errors import AiServiceFailed, LlmNotConfigured

log = structlog.get_logger("assessments")

Judge = Callable[[WorklogCase, Content, JudgeSettings], Awaitable[Judgement]]

LONGEST_RUN_SECONDS: Final = 900.0
"""A judge that has not answered by then will not; the try counts as failed."""


def judge_of(config: Config, ports: dict[str, Any]) -> Judge:
    """The judge of this process. `ports["judge"]` is what judging reaches outside, or a judge to take its place."""
    found = ports.get("judge") or ports.get("judge_ports")
    if found is None:
        found = ports["judge"] = configured_ports(config)
    return partial(judge_case, ports=found) if isinstance(found, JudgePorts) else cast(Judge, found)


def judge_settings(settings: InstanceSettings, config: Config, learned: Learned | None = None) -> JudgeSettings:
    """What judging follows: the settings of the instance and of the process, and what the family has taught."""
    return JudgeSettings(
        judge=settings.quality_judge,
        prompt_scope=settings.quality_judge_prompt_scope,
        redact=settings.quality_redact_personal_data,
        abstain_threshold=settings.quality_abstain_threshold,
        knock_out_confidence=settings.quality_knock_out_confidence,
        text_language=settings.quality_text_language,
        model=settings.quality_judge_model or config.llm_model,
        prompt_version=settings.quality_judge_prompt_version,
        timeout_seconds=config.llm_timeout_seconds,
        prices=settings.llm_prices,
        second_opinion=settings.quality_judge_second_opinion,
        learned=learned,
    )


async def ask_judge(
    judge: Judge, case: WorklogCase, content: Content, settings: JudgeSettings
) -> Judgement | JudgeFailed | None:
    """The judgement, why there is none, or None when the content leaves nothing to judge."""
    if not any(is_evaluated(criterion) for _, criterion in content.criteria):
        return None
    try:
        async with asyncio.timeout(LONGEST_RUN_SECONDS):
            judgement = await judge(case, content, settings)
    except JudgeFailed as failure:
        log.warning("judge_failed", worklog_id=case.worklog_id, code=failure.code, reason=failure.reason)
        return failure
    except TimeoutError:
        log.warning("judge_failed", worklog_id=case.worklog_id, code="ai_service_failed", reason="timeout")
        return JudgeFailed("ai_service_failed", "The judge did not answer in time.", reason="timeout")
    except Exception as failure:
        # A defect that one conversation brings out must not keep all others from being assessed.
        log.error("judge_broke", worklog_id=case.worklog_id, exc_info=failure)
        return JudgeFailed("internal_error", "The judge broke off because of a defect.")
    metrics.judge_seconds.labels(judgement.run.provider).observe(judgement.run.duration_ms / 1000)
    return judgement


def service_error(failure: JudgeFailed) -> AiServiceFailed | LlmNotConfigured:
    """How a failure is answered to a caller who waits for the judge."""
    if failure.code == "llm_not_configured":
        return LlmNotConfigured(failure.message)
    details: dict[str, Any] = {} if failure.reason is None else {"reason": failure.reason}
    return AiServiceFailed(failure.message, **details)
