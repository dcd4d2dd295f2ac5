"""The model judge: asks, repairs once, asks once more for evidence, and believes nothing unchecked (quality.md 7).

Nothing is kept between calls and nothing is stored here; whatever fails raises `JudgeFailed`, and nothing was decided.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from secrets import token_hex
from typing import Final

from assaydesk.domains.quality.judging.abstain import (
    EVIDENCE_DOUBTS,
    Checked,
    Doubt,
    Ground,
    Thresholds,
    abstained,
    calibrated,
    check_evidence,
    obeys_injection,
    settle,
    verdict_of,
)
from assaydesk.domains.quality.judging.evidence import SearchText, search_texts
from assaydesk.domains.quality.judging.injection import Injections, find_injections
from assaydesk.domains.quality.judging.prompts import (
    BUDGET_CHARACTERS,
    PROMPT_VERSION,
    SMALL_BUDGET_CHARACTERS,
    VERSIONS,
    Rendered,
    evidence_request,
    render,
    repair_request,
    reply_schema,
)
from assaydesk.domains.quality.judging.provenance import Usage
from assaydesk.domains.quality.judging.reply import CriterionAnswer, Reply, parse_reply
from assaydesk.domains.quality.judging.types import JudgeFailed, JudgeSettings, Verdict, WorklogCase
from assaydesk.domains.quality.scorecards.types import Criterion
from assaydesk.integrations.llm.port import Answer, Budget, LlmClient, Outcome, Prompt, Turn
from assaydesk.kit.redaction import Redactor

CRITERIA_PER_CALL: Final = 20
RUBRIC_CHARACTERS_PER_CALL: Final = 40_000
CALLS_AT_A_TIME: Final = 4
TEMPERATURE: Final = 0.0

_REASONS: Final[Mapping[Outcome, tuple[str, str]]] = {
    Outcome.TIMED_OUT: ("timeout", "The language model did not answer in time"),
    Outcome.NO_CONNECTION: ("connection", "The language model could not be reached"),
    Outcome.DENIED: ("auth", "The language model refuses the key"),
    Outcome.RATE_LIMITED: ("rate_limited", "The language model has too many requests"),
    Outcome.REFUSED: ("bad_response", "The language model declined to answer"),
    Outcome.CUT_OFF: ("bad_response", "The answer of the language model was cut off"),
    Outcome.EMPTY: ("bad_response", "The answer of the language model is empty"),
    Outcome.TOO_LONG: ("bad_response", "The conversation is too long for the language model"),
    Outcome.REJECTED: ("bad_response", "The language model rejected the request"),
    Outcome.SERVER_FAILED: ("bad_response", "The language model failed"),
}


@dataclass(frozen=True, slots=True)
class ModelJudgement:
    """Verdicts in the order of the criteria, the summary, the model that answered, and what it took."""

    verdicts: tuple[Verdict, ...]
    summary: str
    model: str
    usage: Usage


@dataclass(frozen=True, slots=True)
class _BatchResult:
    checked: tuple[Checked, ...]
    summary: str


class ModelJudge:
    """One case before one model. `usage` and `model` tell what it took so far."""

    def __init__(self, case: WorklogCase, settings: JudgeSettings, llm: LlmClient, *, model: str | None = None) -> None:
        self.case = case
        self.settings = settings
        self.llm = llm
        self.usage = Usage()
        self.requested_model = model or settings.model or llm.default_model
        self.model = self.requested_model
        self.prompt_version = settings.prompt_version or PROMPT_VERSION
        if self.prompt_version not in VERSIONS:
            known = ", ".join(sorted(VERSIONS))
            message = f"The prompt version {self.prompt_version} is not part of this release; known: {known}."
            raise JudgeFailed("ai_service_failed", message, reason="bad_response")
        self._redactor = Redactor(
            customer_terms=case.customer_terms if settings.redact else (),
            agent_terms=case.agent_terms,
            contact=settings.redact,
        )
        self._texts: dict[int, SearchText] = search_texts(case.messages)
        self._injections: Injections = find_injections(case)
        # Masking reads every character, so it is done in a thread, once a text, and by one call at a time.
        self._rendering = asyncio.Lock()
        self._masked: dict[str, str] = {}

    async def judge(self, criteria: Sequence[Criterion], *, with_summary: bool = True) -> ModelJudgement:
        """A verdict for every criterion. Raises `JudgeFailed`."""
        batches = _batches(criteria, 1 if self.settings.prompt_scope == "criterion" else CRITERIA_PER_CALL)
        gate = asyncio.Semaphore(CALLS_AT_A_TIME)

        async def run(number: int) -> _BatchResult:
            async with gate:
                return await self._judge_batch(batches[number], with_summary=with_summary and number == 0)

        tasks = [asyncio.create_task(run(number)) for number in range(len(batches))]
        try:
            results = await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        verdicts = self._settle(criteria, [checked for result in results for checked in result.checked])
        summary = self._redactor.restore(results[0].summary) if results else ""
        return ModelJudgement(tuple(verdicts), summary, self.model, self.usage)

    async def _judge_batch(self, criteria: Sequence[Criterion], *, with_summary: bool) -> _BatchResult:
        """One conversation with the model: question, at most one repair, at most one question about evidence."""
        rendered, turns, text = await self._open(criteria, with_summary=with_summary)
        reply = parse_reply(text, criteria)
        if reply.faults:
            faults = [fault.message for fault in reply.faults]
            turns = (*turns, Turn("assistant", text), Turn("user", repair_request(faults)))
            text = await self._ask(rendered, turns, criteria)
            reply = _repaired(reply, parse_reply(text, criteria), criteria)
        ground = Ground(self.case, self._texts, self._injections, rendered.not_in_full)
        checked = {key: self._check(answer, ground) for key, answer in reply.answers.items()}
        unproven = [
            criterion
            for criterion in criteria
            if checked[criterion.id].doubt in EVIDENCE_DOUBTS and not checked[criterion.id].answer.out_of_range
        ]
        if unproven:
            # The quote in the detail has its originals back, so it is masked again on its way out.
            wrong = [(criterion.id, self._mask(checked[criterion.id].detail)) for criterion in unproven]
            turns = (*turns, Turn("assistant", text), Turn("user", evidence_request(wrong)))
            again = parse_reply(await self._ask(rendered, turns, unproven), unproven)
            # An answer that does not fit now is no answer; the doubt about the first one stands.
            checked |= {key: self._check(answer, ground) for key, answer in again.answers.items()}
        return _BatchResult(tuple(checked[criterion.id] for criterion in criteria), reply.summary)

    async def _open(
        self, criteria: Sequence[Criterion], *, with_summary: bool
    ) -> tuple[Rendered, tuple[Turn, ...], str]:
        """The first question; with less of the conversation when the model says that it is too long."""
        for budget in (BUDGET_CHARACTERS, SMALL_BUDGET_CHARACTERS):
            async with self._rendering:
                rendered = await asyncio.to_thread(
                    render,
                    self.case,
                    criteria,
                    fence=token_hex(8),
                    language=self.settings.text_language,
                    budget=budget,
                    with_summary=with_summary,
                    mask=self._mask,
                )
            turns = (Turn("user", rendered.user),)
            answer = await self._call(rendered, turns, criteria)
            if answer.outcome is not Outcome.TOO_LONG:
                break
        return rendered, turns, _text_of(answer)

    async def _ask(self, rendered: Rendered, turns: tuple[Turn, ...], criteria: Sequence[Criterion]) -> str:
        return _text_of(await self._call(rendered, turns, criteria))

    async def _call(self, rendered: Rendered, turns: tuple[Turn, ...], criteria: Sequence[Criterion]) -> Answer:
        prompt = Prompt(self.prompt_version, rendered.system, turns, reply_schema(criteria))
        budget = Budget(self.settings.timeout_seconds, TEMPERATURE)
        answer = await self.llm.ask(prompt, budget=budget, model=self.requested_model)
        self.usage = self.usage.plus(answer.input_tokens, answer.output_tokens)
        self.model = answer.model
        return answer

    def _mask(self, text: str) -> str:
        if text not in self._masked:
            self._masked[text] = self._redactor.redact(text)
        return self._masked[text]

    def _check(self, answer: CriterionAnswer, ground: Ground) -> Checked:
        """The answer in the words of the record: placeholders are put back before anything is looked up."""
        restore = self._redactor.restore
        quotes = tuple(replace(quote, text=restore(quote.text)) for quote in answer.quotes)
        return check_evidence(replace(answer, quotes=quotes, reason=restore(answer.reason)), ground)

    def _settle(self, criteria: Sequence[Criterion], checked: Sequence[Checked]) -> list[Verdict]:
        language, produced_by = self.settings.text_language, f"model:{self.model}"
        settings = self.settings
        trust = settings.learned.trust_in(self.llm.provider, self.model) if settings.learned else None
        thresholds = Thresholds(settings.abstain_threshold, settings.knock_out_confidence, trust)
        verdicts: dict[int, Verdict] = {}
        failed: list[int] = []
        for criterion, said in zip(criteria, checked, strict=True):
            answer = calibrated(criterion, said, thresholds)
            doubt = settle(criterion, answer, thresholds)
            if doubt in EVIDENCE_DOUBTS:
                failed.append(criterion.id)
            verdicts[criterion.id] = verdict_of(answer, doubt, produced_by=produced_by, language=language)
        if obeys_injection(criteria, verdicts, failed, self._injections):
            return [
                verdict if verdict.score is None else abstained(verdict, Doubt.OBEYED_INJECTION, language)
                for verdict in verdicts.values()
            ]
        return list(verdicts.values())


def _batches(criteria: Sequence[Criterion], size: int) -> list[list[Criterion]]:
    """Groups in order: at most `size` criteria, and no more words about them than a request should carry."""
    batches: list[list[Criterion]] = []
    characters = 0
    for criterion in criteria:
        length = (
            len(criterion.description) + len(criterion.assessment_prompt) + len(criterion.applicability_prompt or "")
        )
        if not batches or len(batches[-1]) == size or characters + length > RUBRIC_CHARACTERS_PER_CALL:
            batches.append([])
            characters = 0
        batches[-1].append(criterion)
        characters += length
    return batches


def _repaired(first: Reply, second: Reply, criteria: Sequence[Criterion]) -> Reply:
    """What stands after the repair: the second reply, and what already fitted in the first.

    A score that is still out of range becomes a doubt later, and a criterion that nobody asked for is dropped; an
    answer that is still missing or malformed fails the whole try. Raises `JudgeFailed`.
    """
    answers = {**first.answers, **second.answers}
    for criterion in criteria:
        if criterion.id not in answers:
            faults = [fault for fault in second.faults if fault.criterion_id in (criterion.id, None)]
            what = faults[0].message if faults else f"Criterion {criterion.id} is missing."
            message = f"The answer of the language model has the wrong form, also after one repair. {what}"
            raise JudgeFailed("ai_service_failed", message, reason="bad_response")
    return Reply(answers, second.summary or first.summary, ())


def _text_of(answer: Answer) -> str:
    """The text of an answer. Raises `JudgeFailed` for every other outcome."""
    if answer.outcome is Outcome.ANSWERED:
        return answer.text
    reason, message = _REASONS[answer.outcome]
    detail = f" ({answer.detail})" if answer.detail else ""
    raise JudgeFailed(
        "ai_service_failed", f"{message}{detail}.", reason=reason, retry_after_seconds=answer.retry_after_seconds
    )
