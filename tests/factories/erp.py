"""An instance whose master data come from a server."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from assaydesk.domains.settings.service import change_settings
from assaydesk.integrations.web.guarded import GuardedWeb
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.actor import SYSTEM
from tests.servers.erp_server import ErpServer

CONTRACT = {
    "id": "VN-1001", "customerId": "K-1", "business": False, "lastname": "Roth", "company": None, "firstname": "Eva",
    "email": "eva@post.example", "deliveryAddress": "Weg 9, 04999 Ort", "meterType": "digital",
}  # fmt: skip
CUSTOMER = {
    "id": "K-1", "business": False, "lastname": "Roth", "company": None, "firstname": "Eva", "contractIds": ["VN-1001"],
    "email": "eva@post.example", "segment": "A",
}  # fmt: skip


def serve_example(server: ErpServer) -> None:
    """The contract and customer above, by id; everything else is not found."""
    server.answers["/contract"] = lambda sent: CONTRACT if sent == {"contractId": "VN-1001"} else None
    server.answers["/customer"] = lambda sent: CUSTOMER if sent == {"customerId": "K-1"} else 404


async def connect(session: WriteSession, server: ErpServer, **settings: Any) -> None:
    """Have the instance ask the server."""
    await change_settings(
        session, SYSTEM,
        {
            "searchContractByIdExecutor": server.executor("/contract"),
            "searchCustomerByIdExecutor": server.executor("/customer"),
            "sandboxAllowedPrivateHosts": [server.host],
        } | settings,
    )  # fmt: skip
    await session.commit()


@pytest.fixture
def erp() -> Iterator[ErpServer]:
    with ErpServer() as server:
        serve_example(server)
        yield server


@pytest.fixture
async def web(ports: dict[str, Any]) -> AsyncIterator[GuardedWeb]:
    client = GuardedWeb()
    ports["web"] = client
    yield client
    await client.close()
