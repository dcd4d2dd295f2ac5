"""Judging, the public face: a revision and a snapshot go in, verdicts with their evidence come out (quality.md 7).

Opens no session, stores nothing, and is safe to cancel. What is slow runs in a thread.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from assaydesk.domains.quality.judging.abstain import Thresholds
from assaydesk.domains.quality.judging.builtin import judge_built_in, learned_version
from assaydesk.domains.quality.judging.model_judge import TEMPERATURE, ModelJudge
from assaydesk.domains.quality.judging.provenance import Usage, cost_of, input_hash, input_parts
from assaydesk.domains.quality.judging.rules.decide import judge_by_rule
from assaydesk.domains.quality.judging.second_opinion import weigh, worth_asking_again
from assaydesk.domains.quality.judging.summary import extractive_summary
from assaydesk.domains.quality.judging.types import (
    JudgeFailed,
    Judgement,
    JudgeSettings,
    RunInfo,
    Verdict,
    WorklogCase,
)
from assaydesk.domains.quality.scorecards.codec import content_hash
from assaydesk.domains.quality.scorecards.types import Content, Criterion
from assaydesk.integrations.llm.openai_compatible import OpenAiCompatible
from assaydesk.integrations.llm.port import LlmClient
from assaydesk.integrations.local_ai.opening import open_embedder
from assaydesk.integrations.local_ai.port import Embedder
from assaydesk.kit.clock import milliseconds, utc_now
from assaydesk.platform.config import Config
from assaydesk.platform.db.session import assert_no_open_session


@dataclass(frozen=True, slots=True)
class JudgePorts:
    """What judging reaches outside. `second` gives the second opinion; without it `llm` is asked twice."""

    llm: LlmClient | None
    embedder: Callable[[], Embedder]
    second: LlmClient | None = None

    async def close(self) -> None:
        """Give connections to models back."""
        for client in (self.llm, self.second):
            if client is not None:
                await client.close()


@dataclass(frozen=True, slots=True)
class _Decided:
    """What one of the judges made of the criteria that no rule decides."""

    provider: str
    verdicts: tuple[Verdict, ...]
    summary: str | None = None
    model: str | None = None
    requested_model: str | None = None
    prompt_version: str | None = None
    usage: Usage | None = None
    repeats: int = 1


def configured_ports(config: Config) -> JudgePorts:
    """The ports of this process. Nothing is loaded or connected before the first use."""
    llm = None
    if config.llm_url and config.llm_model:
        key = config.llm_key.get_secret_value() if config.llm_key else None
        llm = OpenAiCompatible(config.llm_url, config.llm_model, key)
    return JudgePorts(llm=llm, embedder=partial(open_embedder, config.embedding))


async def judge_case(case: WorklogCase, content: Content, settings: JudgeSettings, *, ports: JudgePorts) -> Judgement:
    """Judge one case against one revision.

    Criteria with a rule are decided by code, the others with `auto_generate_by_ai` by the model or the built-in judge;
    the rest is not in the verdicts. Raises `JudgeFailed`; then nothing was decided.
    """
    assert_no_open_session("the judge")
    started = utc_now()
    criteria = [criterion for _, criterion in content.criteria]
    by_rule = [criterion for criterion in criteria if criterion.rule is not None]
    by_ai = [criterion for criterion in criteria if criterion.rule is None and criterion.auto_generate_by_ai]
    language = settings.text_language
    ruled = await asyncio.to_thread(lambda: tuple(judge_by_rule(criterion, case, language) for criterion in by_rule))
    decided = await _decide(case, content, by_ai, ruled, settings, ports)
    found = {verdict.criterion_id: verdict for verdict in (*ruled, *decided.verdicts)}
    verdicts = tuple(found[criterion.id] for criterion in criteria if criterion.id in found)
    summary = decided.summary or extractive_summary(case, verdicts, language)
    finished = utc_now()
    cost, currency = _cost(decided, settings)
    hashed = content_hash(content)
    hashes = await asyncio.to_thread(
        hash_input,
        case,
        hashed,
        settings,
        provider=decided.provider,
        model=decided.requested_model or decided.model,
        prompt_version=decided.prompt_version,
    )
    return Judgement(
        verdicts,
        summary,
        RunInfo(
            provider=decided.provider,
            model=decided.model,
            prompt_version=decided.prompt_version,
            content_hash=hashed,
            input_hash=hashes.whole,
            temperature=TEMPERATURE,
            repeats=decided.repeats,
            input_tokens=decided.usage.input_tokens if decided.usage else None,
            output_tokens=decided.usage.output_tokens if decided.usage else None,
            cost=cost,
            currency=currency,
            duration_ms=milliseconds(finished - started),
            started_at=started,
            finished_at=finished,
            input_parts=hashes.parts,
        ),
    )


async def _decide(
    case: WorklogCase,
    content: Content,
    criteria: Sequence[Criterion],
    ruled: tuple[Verdict, ...],
    settings: JudgeSettings,
    ports: JudgePorts,
) -> _Decided:
    """Which judge answers (quality.md 7.0). A case without anything to read needs no model."""
    if not criteria:
        return _Decided("rules", ())
    wants_model = settings.judge == "model" or (settings.judge == "auto" and ports.llm is not None)
    if wants_model and ports.llm is None:
        raise JudgeFailed("llm_not_configured", "No language model is configured.")
    if wants_model and ports.llm is not None and (case.assessed_messages or case.tool_calls):
        return await _by_model(case, content, criteria, ruled, settings, ports.llm, ports.second)
    verdicts = await asyncio.to_thread(_by_embedding, case, criteria, settings, ports)
    return _Decided("builtIn", verdicts, model=learned_version(settings.learned))


async def _by_model(
    case: WorklogCase,
    content: Content,
    criteria: Sequence[Criterion],
    ruled: tuple[Verdict, ...],
    settings: JudgeSettings,
    llm: LlmClient,
    second: LlmClient | None,
) -> _Decided:
    # Masking and the search for injections read every text, so this is done away from the event loop.
    judge = await asyncio.to_thread(ModelJudge, case, settings, llm)
    answer = await judge.judge(criteria)
    verdicts, usage, repeats = answer.verdicts, answer.usage, 1
    if settings.second_opinion:
        thresholds = Thresholds(settings.abstain_threshold, settings.knock_out_confidence)
        again = worth_asking_again(content, (*ruled, *verdicts), thresholds)
        if again:
            other = await asyncio.to_thread(
                ModelJudge, case, settings, second or llm, model=second.default_model if second else None
            )
            # In reverse order, so that a habit of position does not answer twice.
            opinion = await other.judge(again[::-1], with_summary=False)
            opinions = {verdict.criterion_id: verdict for verdict in opinion.verdicts}
            verdicts = weigh(verdicts, criteria, opinions, settings.text_language)
            usage = usage.plus(opinion.usage.input_tokens, opinion.usage.output_tokens)
            repeats = 2
    return _Decided(
        provider=llm.provider,
        verdicts=verdicts,
        summary=answer.summary,
        model=answer.model,
        requested_model=judge.requested_model,
        prompt_version=judge.prompt_version,
        usage=usage,
        repeats=repeats,
    )


def _by_embedding(
    case: WorklogCase, criteria: Sequence[Criterion], settings: JudgeSettings, ports: JudgePorts
) -> tuple[Verdict, ...]:
    return judge_built_in(
        case,
        criteria,
        ports.embedder(),
        thresholds=Thresholds(settings.abstain_threshold, settings.knock_out_confidence),
        language=settings.text_language,
        learned=settings.learned,
    )


def _cost(decided: _Decided, settings: JudgeSettings) -> tuple[Decimal | None, str | None]:
    if decided.usage is None:
        return None, None
    return cost_of(decided.usage, settings.prices, decided.model, decided.requested_model)


class InputHashes(NamedTuple):
    whole: str
    parts: dict[str, str]


def hash_input(
    case: WorklogCase,
    content_hash: str,
    settings: JudgeSettings,
    *,
    provider: str,
    model: str | None,
    prompt_version: str | None,
) -> InputHashes:
    """Covers prompt (by its version), content, conversation and the settings that change what is asked.

    `model`: the one that was asked for, which need not be the name under which it answered.
    """
    asked: dict[str, str | float | bool | None] = {
        "provider": provider,
        "model": model,
        "promptVersion": prompt_version,
        "promptScope": settings.prompt_scope,
        "redact": settings.redact,
        "language": settings.text_language,
        "temperature": TEMPERATURE,
        "abstainThreshold": settings.abstain_threshold,
        "knockOutConfidence": settings.knock_out_confidence,
        "secondOpinion": settings.second_opinion,
        # What nothing was learned about keeps the hash that it had before there was anything to learn.
        **({} if settings.learned is None else {"learned": settings.learned.version}),
    }
    return InputHashes(input_hash(case, content_hash, **asked), input_parts(case, content_hash, **asked))
