"""The scripted server and a client of it for each test."""

from collections.abc import AsyncIterator, Iterator

import pytest

from assaydesk.domains.quality.judging.service import JudgePorts
from assaydesk.integrations.llm.openai_compatible import OpenAiCompatible
from assaydesk.integrations.local_ai.hashed import HashedEmbedder
from tests.servers.llm_server import LlmServer, fair_judge


@pytest.fixture
def server() -> Iterator[LlmServer]:
    with LlmServer([fair_judge]) as running:
        yield running


@pytest.fixture
async def llm(server: LlmServer) -> AsyncIterator[OpenAiCompatible]:
    client = OpenAiCompatible(server.url, "scripted-model", "secret-key")
    yield client
    await client.close()


@pytest.fixture
def ports(llm: OpenAiCompatible) -> JudgePorts:
    return JudgePorts(llm=llm, embedder=HashedEmbedder)
