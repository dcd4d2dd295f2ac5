"""What is public: the API document as JSON and YAML, the page to click through, metrics by address."""

import httpx
import pytest
import yaml


async def test_the_document_is_served_without_a_token_as_json_and_yaml(anonymous: httpx.AsyncClient) -> None:
    as_json = await anonymous.get("/docs/open-api")
    as_yaml = await anonymous.get("/docs/open-api", headers={"Accept": "application/yaml"})
    assert as_json.json()["openapi"].startswith("3.")
    assert yaml.safe_load(as_yaml.text) == as_json.json()


async def test_the_page_loads_nothing_from_elsewhere(anonymous: httpx.AsyncClient) -> None:
    page = await anonymous.get("/docs")
    assert page.status_code == 200
    assert "http://" not in page.text
    assert "https://" not in page.text
    for name in ("swagger-ui.css", "swagger-ui-bundle.js", "start.js"):
        asset = await anonymous.get(f"/docs/{name}")
        assert asset.status_code == 200, name
        assert len(asset.content) > 100
    assert (await anonymous.get("/docs/favicon.png")).status_code == 404


@pytest.mark.parametrize(("address", "status"), [("127.0.0.1", 200), ("10.1.2.3", 403)])
async def test_metrics_go_by_address(anonymous: httpx.AsyncClient, address: str, status: int) -> None:
    transport = anonymous._transport
    assert isinstance(transport, httpx.ASGITransport)
    transport.client = (address, 1234)
    answer = await anonymous.get("/metrics")
    assert answer.status_code == status
    if status == 200:
        assert "assaydesk_http_request_seconds" in answer.text


async def test_version_is_short_without_a_token_and_whole_with_one(anonymous: httpx.AsyncClient, as_actor) -> None:  # type: ignore[no-untyped-def]
    assert set((await anonymous.get("/version")).json()) == {"success", "name", "version", "apiVersion"}
    client = await as_actor(permissions=[])
    whole = (await client.get("/version")).json()
    assert whole["database"]["migrationsPending"] == 0
