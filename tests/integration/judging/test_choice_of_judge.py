"""Which judge answers, and that nothing is loaded, connected or blocked without need."""

import asyncio
from decimal import Decimal
from time import thread_time

import pytest
from pydantic import SecretStr

from assaydesk.domains.quality.judging.service import JudgePorts, configured_ports
from assaydesk.domains.quality.judging.types import JudgeFailed
from assaydesk.integrations.llm.fake import FakeLlm
from assaydesk.integrations.llm.openai_compatible import OpenAiCompatible, base_url
from assaydesk.integrations.local_ai.hashed import HashedEmbedder
from assaydesk.platform.config import Config
from tests.factories.judging import make_case, make_criterion, ruled
from tests.integration.judging.playing import GOOD, TONE, judge, scores
from tests.servers.llm_server import LlmServer

NO_MODEL = JudgePorts(llm=None, embedder=HashedEmbedder)
GREETING = ruled("containsAny", texts=["sorry"])


async def test_rules_alone_need_no_model(server: LlmServer, ports: JudgePorts) -> None:
    by_hand = make_criterion(7, auto_generate_by_ai=False)
    for chosen in (ports, NO_MODEL):
        judgement = await judge(chosen, criteria=(GREETING, by_hand), judge="model")
        assert scores(judgement) == [Decimal(5)]
        assert (judgement.run.provider, judgement.run.model, judgement.run.input_tokens) == ("rules", None, None)
        assert "Scored: 1, with points: 1." in judgement.ai_summary
    assert server.requests == []


async def test_nothing_to_judge_gives_nothing(ports: JudgePorts) -> None:
    judgement = await judge(ports, criteria=())
    assert (judgement.verdicts, judgement.ai_summary) == ((), "")


async def test_auto_takes_the_model_when_there_is_one(server: LlmServer, ports: JudgePorts) -> None:
    criteria = (ruled("greeting"), make_criterion(2, max_points=Decimal(10)))
    judgement = await judge(ports, criteria=criteria)
    assert [verdict.origin for verdict in judgement.verdicts] == ["rule", "ai"]
    assert judgement.run.provider == "openai-compatible"
    (without,) = (await judge(NO_MODEL, criteria=(TONE,))).verdicts
    assert without.produced_by == "builtIn:1"


async def test_the_built_in_judge_is_used_when_it_is_wished(server: LlmServer, ports: JudgePorts) -> None:
    judgement = await judge(ports, judge="builtIn")
    assert (judgement.run.provider, judgement.run.model, judgement.run.prompt_version) == ("builtIn", None, None)
    assert all(verdict.abstained for verdict in judgement.verdicts)
    assert judgement.ai_summary == (await judge(ports, judge="builtIn")).ai_summary
    assert server.requests == []


async def test_a_model_that_is_wished_and_not_configured_is_a_failure() -> None:
    with pytest.raises(JudgeFailed) as failure:
        await judge(NO_MODEL, judge="model")
    assert (failure.value.code, failure.value.reason) == ("llm_not_configured", None)


async def test_work_without_any_words_is_not_sent_to_a_model(server: LlmServer, ports: JudgePorts) -> None:
    judgement = await judge(ports, case=make_case(("C", "Hello?"), ("S", "Assigned.")))
    assert all(verdict.abstained for verdict in judgement.verdicts)
    assert server.requests == []


async def test_internal_notes_alone_are_judged(server: LlmServer, ports: JudgePorts) -> None:
    judgement = await judge(ports, case=make_case(("C", "Hello?"), ("N", "Called the customer, all is well.")))
    assert scores(judgement) == [Decimal(5), Decimal(10)]
    assert len(server.requests) == 1


async def test_a_scripted_model_can_stand_in_for_a_server() -> None:
    fake = FakeLlm([GOOD.content or ""])
    judgement = await judge(JudgePorts(fake, HashedEmbedder))
    assert scores(judgement) == [Decimal(4), Decimal(10)]
    assert (judgement.run.provider, judgement.run.model) == ("fake", "scripted")
    assert fake.prompts[0].version == judgement.run.prompt_version


async def test_the_event_loop_goes_on_while_a_long_case_is_judged() -> None:
    """A hundred thousand characters a message, built-in judge: the loop's own thread does little between two turns.

    Its work is counted, not the clock, which also goes on while others have the processor.
    """
    case = make_case(
        ("C", "Why? " * 20_000), ("A", "This is a sentence about sorrow and refunds. " * 2_200), ("A", "x" * 100_000)
    )
    criteria = (GREETING, *(make_criterion(number) for number in range(2, 8)))
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            begin = thread_time()
            await asyncio.sleep(0.005)
            longest = max(longest, thread_time() - begin)

    watcher = asyncio.create_task(watch())
    await judge(NO_MODEL, case=case, criteria=criteria)
    watcher.cancel()
    assert longest < 1


def test_ports_follow_the_configuration() -> None:
    assert configured_ports(Config(llm_url="http://localhost:8000")).llm is None
    ports = configured_ports(
        Config(llm_url="http://localhost:8000", llm_model="m", llm_key=SecretStr("k"), embedding="hashed")
    )
    assert isinstance(ports.llm, OpenAiCompatible)
    assert (ports.llm.url, ports.llm.default_model) == ("http://localhost:8000/v1", "m")
    assert ports.embedder().name == "hashed-1"


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("http://host:8000", "http://host:8000/v1"),
        ("http://host:8000/v1/", "http://host:8000/v1"),
        ("https://host/api/v3/chat/completions", "https://host/api/v3"),
        (" http://host/v1 ", "http://host/v1"),
    ],
)
def test_the_address_may_be_given_in_any_common_form(given: str, used: str) -> None:
    assert base_url(given) == used
