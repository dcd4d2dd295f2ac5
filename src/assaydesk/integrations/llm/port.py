"""The door to language models: a prompt in, an answer with a named outcome out (design.md 3).

What can go wrong outside is an `Outcome`, not an exception. Nothing here repeats a call: the caller and the job queue
own retries, limits and cost.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, Protocol


class Outcome(StrEnum):
    ANSWERED = "answered"
    REFUSED = "refused"
    """The model or its filter declined."""
    CUT_OFF = "cutOff"
    """The answer reached its length limit before it was complete."""
    EMPTY = "empty"
    TOO_LONG = "tooLong"
    """The request does not fit the model."""
    TIMED_OUT = "timedOut"
    NO_CONNECTION = "noConnection"
    DENIED = "denied"
    """Wrong key, or no right to the model."""
    RATE_LIMITED = "rateLimited"
    REJECTED = "rejected"
    """The server does not accept the request: unknown model, unsupported option."""
    SERVER_FAILED = "serverFailed"
    """The server answered with an error of its own, or with something that is no completion."""


@dataclass(frozen=True, slots=True)
class Turn:
    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """`schema` is a JSON Schema of the wished answer; servers that cannot be held to it get the prompt without."""

    version: str
    system: str
    turns: tuple[Turn, ...]
    schema: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    timeout_seconds: float
    """For the whole call."""
    temperature: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` is empty unless the outcome is `ANSWERED` or `CUT_OFF`. Tokens are None where the server tells none."""

    outcome: Outcome
    text: str
    model: str
    prompt_version: str
    duration_ms: int
    input_tokens: int | None = None
    output_tokens: int | None = None
    detail: str = ""
    """For people: what went wrong. Never contains the prompt."""
    retry_after_seconds: float | None = None


class LlmClient(Protocol):
    """A language model behind some server."""

    @property
    def provider(self) -> str:
        """Kind of server, as provenance names it: `openai-compatible`."""

    @property
    def default_model(self) -> str: ...

    async def ask(self, prompt: Prompt, *, budget: Budget, model: str | None = None) -> Answer:
        """One request, no repetition. `model` instead of the default one."""

    async def close(self) -> None:
        """Give connections back; the client may be used again."""
