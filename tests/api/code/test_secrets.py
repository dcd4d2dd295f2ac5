"""Secrets of executors (code.md 7)."""

from typing import Any

import httpx
import pytest
from sqlalchemy import select

from assaydesk.domains.code.models import Secret
from assaydesk.domains.code.secrets import Known, keys_in, signature, with_secrets
from assaydesk.platform.db.session import WriteSession


@pytest.fixture
async def keeper(as_actor: Any) -> httpx.AsyncClient:
    return await as_actor(permissions=["manageSecrets"])


async def test_given_a_secret_its_value_is_sealed_and_never_shown(
    keeper: httpx.AsyncClient, session: WriteSession
) -> None:
    put = await keeper.put("/settings/secret/ERP_TOKEN", json={"value": "hush-hush", "hosts": ["ERP.example"]})
    assert (put.status_code, put.json()) == (200, {"success": True})
    listed = await keeper.get("/settings/secret")
    assert "hush" not in listed.text
    [row] = listed.json()["secrets"]
    assert (row["key"], row["hosts"], row["lastUsedAt"], row["usedBy"]) == ("ERP_TOKEN", ["erp.example"], None, [])
    assert "hush" not in (await session.scalar(select(Secret.sealed)) or "")
    await keeper.put("/settings/secret/ERP_TOKEN", json={"value": "other"})
    assert [one["hosts"] for one in (await keeper.get("/settings/secret")).json()["secrets"]] == [[]]
    assert (await keeper.delete("/settings/secret/ERP_TOKEN")).json() == {"success": True}
    gone = await keeper.delete("/settings/secret/ERP_TOKEN")
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "secret_not_found")


@pytest.mark.parametrize(
    ("key", "body"), [("lower", {"value": "x"}), ("A", {"value": "x"}), ("GOOD", {}), ("GOOD", {"value": ""})]
)
async def test_given_a_wrong_key_or_value_it_is_refused(
    keeper: httpx.AsyncClient, key: str, body: dict[str, Any]
) -> None:
    assert (await keeper.put(f"/settings/secret/{key}", json=body)).status_code == 422


async def test_given_no_right_it_is_refused(as_actor: Any) -> None:
    client = await as_actor(permissions=["updateClientSettings"])
    assert (await client.get("/settings/secret")).status_code == 403
    assert (await client.put("/settings/secret/KEY", json={"value": "x"})).status_code == 403
    assert (await client.delete("/settings/secret/KEY")).status_code == 403


def test_secrets_go_into_header_values_only_and_only_to_their_hosts() -> None:
    request = {
        "url": "https://erp.example/{{secret.TOKEN}}",
        "headers": {
            "Authorization": "Bearer {{secret.TOKEN}}", "X-Other": "{{ secret.BOUND }}", "X-None": "{{secret.NO}}",
        },
        "body": {"a": "{{secret.TOKEN}}"},
    }  # fmt: skip
    executor = {"type": "apiCall", "request": request}
    assert keys_in(executor) == {"TOKEN", "BOUND", "NO"}
    filled = with_secrets(executor, {"TOKEN": Known("t-1"), "BOUND": Known("b", frozenset({"else.example"}))})
    assert filled["request"]["headers"] == {
        "Authorization": "Bearer t-1", "X-Other": "{{ secret.BOUND }}", "X-None": "{{secret.NO}}"
    }  # fmt: skip
    assert (filled["request"]["url"], filled["request"]["body"]) == (request["url"], request["body"])


def test_the_signature_is_that_of_the_standard_tools() -> None:
    # printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac key
    assert signature("key", b"1700000000", b'{"a":1}') == (
        "sha256=" + __import__("hmac").new(b"key", b'1700000000.{"a":1}', "sha256").hexdigest()
    )
