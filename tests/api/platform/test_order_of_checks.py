"""The order of answers (conventions.md 3): token, address, right on the collection, row, right on the row, body."""

from typing import Annotated, Any

import httpx
import pytest
from fastapi import Body, Depends, FastAPI

from assaydesk.platform.errors import NotFound
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Writes
from assaydesk.platform.schema import Id, RequestSchema
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import PUBLIC, Require

router = Router("test")


class BoxNotFound(NotFound):
    pass


class Part(RequestSchema):
    size: int


class Box(RequestSchema):
    size: int
    parts: list[Part] = []


async def loaded_box(box_id: Id, _: Writes) -> int:
    if box_id != 7:
        raise BoxNotFound(boxId=box_id)
    return box_id


@router.post("/api/mind/box/{box_id}")
async def change_box(
    box: Annotated[int, Depends(loaded_box)],
    body: Box,
    actor: Annotated[Actor, Depends(Require(Permission.UPDATE_TICKET))],
) -> dict[str, Any]:
    return {"box": box, "size": body.size}


class Wishes(RequestSchema):
    size: int | None = None


@router.patch("/api/mind/box/{box_id}")
async def wish(
    box: Annotated[int, Depends(loaded_box)],
    actor: Annotated[Actor, Depends(Require(Permission.UPDATE_TICKET))],
    body: Wishes | None = None,
) -> dict[str, Any]:
    return {"box": box}


@router.put("/api/mind/box/{box_id}")
async def put_anything(
    box: Annotated[int, Depends(loaded_box)],
    actor: Annotated[Actor, Depends(Require(Permission.UPDATE_TICKET))],
    body: Annotated[Any, Body()],
) -> dict[str, Any]:
    return {"box": box}


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    app.include_router(router)
    return app


@pytest.mark.parametrize(
    ("path", "body", "permissions", "status", "code"),
    [
        ("/box/x", {}, [], 422, "validation_failed"),
        ("/box/0", {}, [], 422, "validation_failed"),
        (f"/box/{2**63}", {}, [], 422, "validation_failed"),
        ("/box/8", {}, [], 404, "box_not_found"),
        ("/box/7", {}, [], 403, "permission_denied"),
        ("/box/7", {}, ["updateTicket"], 422, "validation_failed"),
        ("/box/7", {"size": 3}, [], 403, "permission_denied"),
        ("/box/7", {"size": "3"}, ["updateTicket"], 200, None),
        ("/box/7/", {"size": "3"}, ["updateTicket"], 200, None),
    ],
)
async def test_given_several_faults_the_first_in_the_order_is_answered(
    as_actor: Any, path: str, body: Any, permissions: list[str], status: int, code: str | None
) -> None:
    client = await as_actor(permissions=permissions)
    answer = await client.post(path, json=body)
    assert answer.status_code == status, answer.text
    assert answer.json().get("error", {}).get("code") == code


async def test_given_no_token_a_malformed_body_is_401(anonymous: httpx.AsyncClient) -> None:
    answer = await anonymous.post("/box/x", content=b"{")
    assert answer.status_code == 401
    assert answer.json()["error"]["details"]["reason"] == "missing"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "malformed_json"),
        (b'{"size": NaN}', "malformed_json"),
        (b'{"size": "\xff"}', "malformed_json"),
        (b"[" * 100_000, "malformed_json"),
        (b'{"size": "\\u0000"}', "validation_failed"),
        (b'{"size": "\\ud800"}', "validation_failed"),
    ],
)
async def test_given_unreadable_bodies_the_right_is_asked_first(as_actor: Any, content: bytes, code: str) -> None:
    allowed = await as_actor(permissions=["updateTicket"])
    answer = await allowed.post("/box/7", content=content)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)
    denied = await as_actor(permissions=[])
    assert (await denied.post("/box/7", content=content)).status_code == 403


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
@pytest.mark.parametrize(("content", "code"), [(b"{", "malformed_json"), (b'{"size": "\\u0000"}', "validation_failed")])
async def test_given_bodies_in_which_nothing_is_required_an_unreadable_one_is_still_refused(
    as_actor: Any, method: str, content: bytes, code: str
) -> None:
    allowed = await as_actor(permissions=["updateTicket"])
    answer = await allowed.request(method, "/box/7", content=content)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)
    denied = await as_actor(permissions=[])
    assert (await denied.request(method, "/box/7", content=content)).status_code == 403


@pytest.mark.parametrize("number", ["7.0", "+7", "1_0", "0x7", "٧", "7e0"])
async def test_given_other_spellings_of_a_number_they_are_no_ids(as_actor: Any, number: str) -> None:
    client = await as_actor(permissions=["updateTicket"])
    assert (await client.post(f"/box/{number}", json={"size": 1})).status_code == 422


async def test_given_another_media_type_the_answer_is_415(as_actor: Any) -> None:
    client = await as_actor(permissions=["updateTicket"])
    answer = await client.post("/box/7", content=b"size=3", headers={"Content-Type": "text/plain"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "unsupported_media_type")


async def test_given_a_large_body_the_answer_is_413(as_actor: Any) -> None:
    client = await as_actor(permissions=["updateTicket"])

    async def stream() -> Any:
        for _ in range(11):
            yield b" " * 1024 * 1024

    announced = await client.post("/box/7", content=b" " * 10 * 1024 * 1024)
    assert (announced.status_code, announced.json()["error"]["code"]) == (413, "payload_too_large")
    assert (await client.post("/box/7", content=stream())).status_code == 413


async def test_given_unknown_keys_they_are_named_in_a_header(as_actor: Any) -> None:
    client = await as_actor(permissions=["updateTicket"])
    answer = await client.post("/box/7", json={"size": 1, "colour": "red", "parts": [{"size": 1, "weight": 2}]})
    assert answer.status_code == 200
    assert answer.headers["X-Ignored-Fields"] == "colour, parts.weight"
    odd = await client.post("/box/7", json={"size": 1, "a\r\nb: c\u0005\u00fc": 1})
    assert odd.headers["X-Ignored-Fields"] == "a??b: c??"


async def test_given_a_repeated_idempotency_key_the_stored_answer_returns(as_actor: Any) -> None:
    client = await as_actor(permissions=["updateTicket"])
    headers = {"Idempotency-Key": "one"}
    first = await client.post("/box/7", json={"size": 1}, headers=headers)
    again = await client.post("/box/7", json={"size": 1}, headers=headers)
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    other = await client.post("/box/7", json={"size": 2}, headers=headers)
    assert (other.status_code, other.json()["error"]["code"]) == (409, "idempotency_key_reused")


def test_given_no_guard_the_route_is_refused_when_it_is_made() -> None:
    async def open_door() -> None: ...

    with pytest.raises(TypeError, match="no Require"):
        router.get("/open")(open_door)

    async def public_door(_: Annotated[None, Depends(PUBLIC)]) -> None: ...

    router.get("/public")(public_door)
