"""A model that plays a script, for tests that need no server."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from assaydesk.integrations.llm.port import Answer, Budget, Outcome, Prompt
from assaydesk.platform.db.session import assert_no_open_session

Step = str | Outcome | Answer | Callable[[Prompt], str]


@dataclass
class FakeLlm:
    """Answers with the steps in turn; the last one is repeated. `prompts` keeps what was asked."""

    steps: Iterable[Step]
    default_model: str = "scripted"
    provider: str = "fake"
    delay_seconds: float = 0.0
    prompts: list[Prompt] = field(default_factory=list)
    models: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._steps = list(self.steps)

    async def ask(self, prompt: Prompt, *, budget: Budget, model: str | None = None) -> Answer:
        assert_no_open_session("the model")
        self.prompts.append(prompt)
        self.models.append(model or self.default_model)
        step = self._steps[min(len(self.prompts), len(self._steps)) - 1]
        await asyncio.sleep(self.delay_seconds)
        if isinstance(step, Answer):
            return replace(step, prompt_version=prompt.version)
        if isinstance(step, Outcome):
            return Answer(step, "", self.models[-1], prompt.version, 1, detail=step.value)
        text = step if isinstance(step, str) else step(prompt)
        return Answer(Outcome.ANSWERED, text, self.models[-1], prompt.version, 1, input_tokens=100, output_tokens=20)

    async def close(self) -> None:
        return None
