"""Any server that speaks OpenAI's chat completions. The vendor's library is loaded on the first call, not before."""

import asyncio
from re import IGNORECASE
from re import compile as regex
from time import monotonic
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import structlog

from assaydesk.integrations.llm.port import Answer, Budget, Outcome, Prompt
from assaydesk.platform.db.session import assert_no_open_session

if TYPE_CHECKING:
    from openai import AsyncOpenAI

log = structlog.get_logger(__name__)

PROVIDER: Final = "openai-compatible"
_ABOUT_SCHEMA: Final = regex(r"response_format|json_schema|structured|guided|grammar|\bschema\b", IGNORECASE)


class OpenAiCompatible:
    """One server. `url` is its base address, with or without `/v1`; local servers need no `key`."""

    provider = PROVIDER

    def __init__(self, url: str, model: str, key: str | None = None) -> None:
        self.url = base_url(url)
        self.default_model = model
        self._key = key or "none"
        # A connection belongs to the event loop that opened it.
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncOpenAI] = WeakKeyDictionary()
        self._without_schema: set[str] = set()

    async def ask(self, prompt: Prompt, *, budget: Budget, model: str | None = None) -> Answer:
        """One request. A server that refuses the JSON schema is asked once without; that is remembered."""
        assert_no_open_session("the model")
        name = model or self.default_model
        started = monotonic()
        # The vendor's import takes a second; it must not stop the event loop.
        vendor = await asyncio.to_thread(_vendor)
        with_schema = prompt.schema is not None and name not in self._without_schema
        answer, about_schema = await self._request(vendor, prompt, budget, name, with_schema, started)
        if with_schema and about_schema and answer.outcome is Outcome.REJECTED:
            self._without_schema.add(name)
            log.info("llm.schema_not_supported", model=name)
            answer, _ = await self._request(vendor, prompt, budget, name, False, started)
        return answer

    async def close(self) -> None:
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.close()

    async def _request(
        self, vendor: Any, prompt: Prompt, budget: Budget, model: str, with_schema: bool, started: float
    ) -> tuple[Answer, bool]:
        """The answer, and whether a fault speaks of the schema. `vendor` is the module chat_completions."""

        def answer(outcome: Outcome, text: str = "", **more: Any) -> Answer:
            spent = int((monotonic() - started) * 1000)
            return Answer(outcome, text, more.pop("model", None) or model, prompt.version, spent, **more)

        left = max(0.001, budget.timeout_seconds - (monotonic() - started))
        try:
            async with asyncio.timeout(left):
                response = await vendor.request(
                    self._client(vendor), model, prompt, budget, provider=PROVIDER, with_schema=with_schema
                )
        except TimeoutError:
            return answer(Outcome.TIMED_OUT, detail=f"no answer within {budget.timeout_seconds:g} s"), False
        except vendor.ApiFault as fault:
            outcome = vendor.outcome_of(fault)
            failed = answer(outcome, detail=vendor.detail_of(fault, outcome), retry_after_seconds=fault.retry_after)
            return failed, bool(_ABOUT_SCHEMA.search(f"{fault} {fault.body}"))
        except vendor.UNUSABLE as fault:
            return answer(Outcome.SERVER_FAILED, detail=f"no completion ({type(fault).__name__})"), False
        outcome, text, detail = vendor.read(response)
        usage = response.usage
        told = bool(usage.input_tokens or usage.output_tokens)
        return answer(
            outcome,
            text,
            model=response.model_name,
            detail=detail,
            input_tokens=usage.input_tokens if told else None,
            output_tokens=usage.output_tokens if told else None,
        ), False

    def _client(self, vendor: Any) -> "AsyncOpenAI":
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            self._clients[loop] = vendor.connect(self.url, self._key)
        return self._clients[loop]


def base_url(url: str) -> str:
    """The address under which `/chat/completions` lies: `/v1` is added to a bare host."""
    url = url.strip().rstrip("/").removesuffix("/chat/completions")
    path = url.split("://", 1)[-1].partition("/")[2]
    return url if path else f"{url}/v1"


def _vendor() -> ModuleType:
    from assaydesk.integrations.llm import chat_completions

    return chat_completions
