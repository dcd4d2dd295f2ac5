"""What a backtest would take (quality.md 12)."""

from typing import Any, Final

from assaydesk.domains.quality.assessments.judge import judge_settings
from assaydesk.domains.quality.backtests import repository
from assaydesk.domains.quality.backtests.schemas import BacktestCreate
from assaydesk.domains.quality.backtests.service import Prepared
from assaydesk.domains.quality.judging.provenance import Usage, cost_of
from assaydesk.domains.quality.scorecards.codec import content_hash
from assaydesk.domains.quality.scorecards.types import Content
from assaydesk.platform.config import Config
from assaydesk.platform.db.session import ReadSession

CHARACTERS_PER_TOKEN: Final = 4
PROMPT_TOKENS: Final = 900
"""The instructions of one question, without rubric and record."""
ANSWER_TOKENS: Final = 120
"""Of the answer to one criterion, with its quote."""


async def estimate(session: ReadSession, prepared: Prepared, body: BacktestCreate, config: Config) -> dict[str, Any]:
    """Counts, and the expected tokens and cost: by earlier runs of the same content and model, else by the length of
    the texts. Without a model there is no cost."""
    asked = judge_settings(prepared.settings, config)
    model = body.model or asked.model
    judge = body.judge or asked.judge
    by_model = model is not None and (judge == "model" or (judge == "auto" and bool(config.llm_url)))
    tokens = (0.0, 0.0)
    basis = None
    rows = prepared.sample.rows
    contents = [prepared.content] + ([prepared.compared] if prepared.compared is not None else [])
    calls = 0
    for content in contents:
        criteria = [one for _, one in content.criteria if one.rule is None and one.auto_generate_by_ai]
        if not by_model or model is None or not criteria or not rows:
            continue
        calls += len(rows)
        usual = await repository.usual_tokens(session, model, content_hash(content))
        basis = "text" if usual is None or basis == "text" else "runs"
        if usual is None:
            characters = await repository.characters(session, [row.ticket_id for row in rows])
            usual = (
                characters / CHARACTERS_PER_TOKEN / len(rows) + PROMPT_TOKENS + _rubric(content) / CHARACTERS_PER_TOKEN,
                float(ANSWER_TOKENS * len(criteria)),
            )
        tokens = (tokens[0] + usual[0] * len(rows), tokens[1] + usual[1] * len(rows))
    usage = Usage(round(tokens[0]), round(tokens[1]))
    cost, currency = cost_of(usage, asked.prices, model) if calls else (None, None)
    return {
        "success": True,
        "estimateOnly": True,
        "candidates": prepared.sample.candidates,
        "excludedByPermission": prepared.sample.excluded,
        "sampled": len(rows),
        "calls": calls,
        "inputTokens": usage.input_tokens,
        "outputTokens": usage.output_tokens,
        "cost": None if cost is None else float(cost),
        "currency": currency,
        "basis": basis,
    }


def _rubric(content: Content) -> int:
    return sum(
        len(one.label) + len(one.description) + len(one.assessment_prompt) + len(one.applicability_prompt or "")
        for _, one in content.criteria
        if one.rule is None and one.auto_generate_by_ai
    )
