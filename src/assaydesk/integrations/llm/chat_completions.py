"""Chat completions through pydantic-ai and openai: the only file that names these libraries.

Importing it takes about a second and 60 MB, so openai_compatible.py does that on the first call, in a thread.
"""

from typing import Final

from openai import AsyncOpenAI
from pydantic_ai import exceptions
from pydantic_ai.direct import model_request
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    SystemPromptPart,
    TextPart,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

from assaydesk.integrations.llm.port import Budget, Outcome, Prompt

ApiFault = exceptions.ModelAPIError
UNUSABLE: Final = (exceptions.UnexpectedModelBehavior, exceptions.UserError, ValueError)
"""Raised for an answer that is no completion."""

_MAX_DETAIL: Final = 300
_OUTCOMES: Final[tuple[tuple[type[Exception], Outcome], ...]] = (
    (exceptions.ModelTimeoutError, Outcome.TIMED_OUT),
    (exceptions.ModelRequestTimeout, Outcome.TIMED_OUT),
    (exceptions.ModelConnectionError, Outcome.NO_CONNECTION),
    (exceptions.ModelRateLimitError, Outcome.RATE_LIMITED),
    (exceptions.ModelQuotaExceededError, Outcome.RATE_LIMITED),
    (exceptions.ModelAuthenticationError, Outcome.DENIED),
    (exceptions.ModelContextWindowExceededError, Outcome.TOO_LONG),
    (exceptions.ModelRequestRejectedError, Outcome.REJECTED),
)


def connect(url: str, key: str) -> AsyncOpenAI:
    return AsyncOpenAI(base_url=url, api_key=key, max_retries=0)


async def request(
    client: AsyncOpenAI, model: str, prompt: Prompt, budget: Budget, *, provider: str, with_schema: bool
) -> ModelResponse:
    """One request. Raises `ApiFault`, or one of `UNUSABLE`."""
    parameters = ModelRequestParameters()
    if with_schema and prompt.schema is not None:
        form = OutputObjectDefinition(json_schema=dict(prompt.schema), name="answer", strict=True)
        parameters = ModelRequestParameters(output_mode="native", output_object=form)
    return await model_request(
        OpenAIChatModel(model, provider=OpenAICompatibleProvider(provider, openai_client=client)),
        _messages(prompt),
        model_settings={"temperature": budget.temperature, "timeout": budget.timeout_seconds, "max_retries": 0},
        model_request_parameters=parameters,
    )


def read(response: ModelResponse) -> tuple[Outcome, str, str]:
    """Outcome, text, and what to tell people about it."""
    text = "".join(part.content for part in response.parts if isinstance(part, TextPart))
    if response.finish_reason == "content_filter":
        return Outcome.REFUSED, "", "the model declined to answer"
    if response.finish_reason == "length":
        return Outcome.CUT_OFF, text, "the answer was cut off at its length limit"
    if response.finish_reason == "error":
        return Outcome.SERVER_FAILED, "", "the model reported an error"
    if not text.strip():
        return Outcome.EMPTY, "", "the answer is empty"
    return Outcome.ANSWERED, text, ""


def outcome_of(fault: ApiFault) -> Outcome:
    for kind, outcome in _OUTCOMES:
        if isinstance(fault, kind):
            return outcome
    status = getattr(fault, "status_code", 500)
    return Outcome.REJECTED if 400 <= status < 500 else Outcome.SERVER_FAILED


def detail_of(fault: ApiFault, outcome: Outcome) -> str:
    """What went wrong, for people. The body of a rejected request may repeat its text, so only its code is told."""
    status = getattr(fault, "status_code", None)
    parts = [f"HTTP {status}"] if status else []
    parts += [fault.provider_error_code] if fault.provider_error_code else []
    if outcome not in (Outcome.REJECTED, Outcome.TOO_LONG):
        body = fault.body if isinstance(fault.body, dict) else {}
        message = body.get("message") or ("" if status else str(fault))
        parts += [str(message)] if message else []
    return ", ".join(parts)[:_MAX_DETAIL]


def _messages(prompt: Prompt) -> list[ModelMessage]:
    messages: list[ModelMessage] = []
    for position, turn in enumerate(prompt.turns):
        if turn.role == "assistant":
            messages.append(ModelResponse(parts=[TextPart(turn.text)]))
        elif position == 0:
            messages.append(ModelRequest(parts=[SystemPromptPart(prompt.system), UserPromptPart(turn.text)]))
        else:
            messages.append(ModelRequest(parts=[UserPromptPart(turn.text)]))
    return messages
