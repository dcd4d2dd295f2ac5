import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from assaydesk.domains.settings.schemas import SubchannelList
from tests.conftest import ClientMaker

PATH = "/settings/subchannel"
MANAGE = "manageSubchannels"


@pytest.fixture
async def manager(as_actor: ClientMaker) -> httpx.AsyncClient:
    return await as_actor(permissions=[MANAGE])


async def _make(client: httpx.AsyncClient, **values: Any) -> int:
    answer = await client.post(PATH, json={"channel": "email", "name": "Support"} | values)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["id"])


async def _read(client: httpx.AsyncClient, subchannel_id: int) -> Any:
    return (await client.get(PATH, params={"id": subchannel_id})).json()["subchannels"][0]


async def test_documented_example(manager: httpx.AsyncClient, shared_spec: Path) -> None:
    examples = shared_spec / "examples"
    request = json.loads((examples / "createSubchannel.request.json").read_text())
    answer = await manager.post(PATH, json=request)
    assert answer.status_code == 200
    listed = (await manager.get(PATH)).json()
    SubchannelList.model_validate(listed)
    documented = json.loads((examples / "getSubchannels.response.json").read_text())["subchannels"][0]
    shown = next(one for one in listed["subchannels"] if one["id"] == answer.json()["id"])
    assert shown == documented | {"id": shown["id"]}


async def test_known_id_in_the_body_updates(manager: httpx.AsyncClient) -> None:
    made = await _make(manager, data={"address": "a@desk.example", "language": "de"})
    again = await _make(manager, id=made, name="Renamed", data={"language": "en"})
    assert again == made
    shown = await _read(manager, made)
    assert (shown["name"], shown["data"]) == ("Renamed", {"address": "a@desk.example", "language": "en"})


async def test_default_takes_the_mark_from_the_old_one(manager: httpx.AsyncClient) -> None:
    first = await _make(manager, isDefault=True)
    other_channel = await _make(manager, channel="chat", isDefault=True)
    second = await _make(manager, isDefault=True)
    assert [(await _read(manager, one))["isDefault"] for one in (first, second, other_channel)] == [False, True, True]
    await manager.patch(f"{PATH}/{first}", json={"isDefault": True})
    assert [(await _read(manager, one))["isDefault"] for one in (first, second)] == [True, False]


@pytest.mark.parametrize("word", ["Freshdesk", "webhook", "api"])
async def test_older_interface_is_kept_in_data(manager: httpx.AsyncClient, word: str) -> None:
    shown = await _read(manager, await _make(manager, interface=word, data=None))
    assert (shown["interface"], shown["data"]) == ("internal", {"legacyInterface": word})


async def test_secrets_are_masked_and_the_mask_keeps_them(manager: httpx.AsyncClient) -> None:
    made = await _make(manager, data={"imap": {"host": "mail.example", "password": "s3cret"}})
    assert (await _read(manager, made))["data"] == {"imap": {"host": "mail.example", "password": "********"}}
    await manager.patch(f"{PATH}/{made}", json={"data": {"imap": {"port": 993, "password": "********"}}})
    data = (await _read(manager, made))["data"]
    assert data == {"imap": {"host": "mail.example", "port": 993, "password": "********"}}


async def test_data_is_reduced_without_the_right(manager: httpx.AsyncClient, as_actor: ClientMaker) -> None:
    made = await _make(manager, data={"address": "a@desk.example", "signatureName": "Team", "imap": {"host": "x"}})
    reader = await as_actor(permissions=[])
    assert (await _read(reader, made))["data"] == {"address": "a@desk.example", "signatureName": "Team"}


@pytest.mark.parametrize(
    ("query", "channels"),
    [
        ("", {"email", "phone", "system"}),
        ("?channels[]=all", {"email", "phone", "system"}),
        ("?channels[]=voice&channels[]=internal", {"phone", "system"}),
        ("?channel=email", {"email"}),
        ("?channels=email,phone", {"email", "phone"}),
        ("?channels[]=letter", set()),
    ],
)
async def test_list_by_channel(manager: httpx.AsyncClient, query: str, channels: set[str]) -> None:
    for channel in ("email", "phone", "system"):
        await _make(manager, channel=channel)
    answer = (await manager.get(f"{PATH}{query}")).json()
    assert {one["channel"] for one in answer["subchannels"]} == channels
    assert answer["total"] == len(answer["subchannels"])


async def test_delete_is_soft_and_keeps_a_default(manager: httpx.AsyncClient) -> None:
    default, other = await _make(manager, isDefault=True), await _make(manager)
    refused = await manager.delete(f"{PATH}/{default}")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "default_in_use")
    assert (await manager.delete(f"{PATH}/{other}")).json() == {"success": True}
    assert (await manager.delete(f"{PATH}/{default}")).status_code == 200
    assert (await manager.delete(f"{PATH}/{default}")).status_code == 404
    assert (await manager.get(PATH)).json()["subchannels"] == []


async def test_address_is_taken_once(manager: httpx.AsyncClient) -> None:
    await _make(manager, data={"address": "a@desk.example"})
    other = await _make(manager)
    for answer in (
        await manager.post(PATH, json={"channel": "email", "name": "B", "data": {"address": "A@desk.example"}}),
        await manager.patch(f"{PATH}/{other}", json={"data": {"address": "a@desk.example"}}),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "address_taken")


@pytest.mark.parametrize(
    "body", [{}, {"channel": "email"}, {"channel": "fax", "name": "A"}, {"channel": "email", "name": "A", "data": []}]
)
async def test_bad_bodies_are_422(manager: httpx.AsyncClient, body: Any) -> None:
    answer = await manager.post(PATH, json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_failed")


async def test_refusals(manager: httpx.AsyncClient, as_actor: ClientMaker, anonymous: httpx.AsyncClient) -> None:
    made = await _make(manager)
    agent = await as_actor(permissions=["updateClientSettings"])
    for method, path in (("POST", PATH), ("PATCH", f"{PATH}/{made}"), ("DELETE", f"{PATH}/{made}")):
        assert (await agent.request(method, path, content=b"{")).status_code == 403
        assert (await anonymous.request(method, path)).status_code == 401
    for method in ("PATCH", "DELETE"):
        unknown = await agent.request(method, f"{PATH}/999999", content=b"{")
        assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "subchannel_not_found")
    assert (await anonymous.get(PATH)).status_code == 401
    assert (await manager.get(f"{PATH}?channels=fax")).status_code == 422
