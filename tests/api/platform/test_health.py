"""Health, version, metrics, the API document, and errors that belong to no operation."""

import httpx


async def test_given_a_migrated_database_health_is_ok(anonymous: httpx.AsyncClient) -> None:
    answer = await anonymous.get("/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert len(answer.headers["X-Transaction-Id"]) == 10


async def test_given_an_unknown_path_the_error_has_our_form(anonymous: httpx.AsyncClient) -> None:
    answer = await anonymous.get("/nothing/here")
    assert answer.status_code == 404
    body = answer.json()
    assert body["error"]["code"] == "route_not_found"
    assert body["error"]["details"]["txId"] == answer.headers["X-Transaction-Id"]


async def test_given_a_wrong_method_the_answer_is_405_with_allow(anonymous: httpx.AsyncClient) -> None:
    answer = await anonymous.delete("/health")
    assert answer.status_code == 405
    assert answer.json()["error"]["code"] == "method_not_allowed"
    assert answer.headers["Allow"] == "GET"
    several = await anonymous.put("/ticket/1")
    assert (several.status_code, several.headers["Allow"]) == (405, "GET, PATCH")
