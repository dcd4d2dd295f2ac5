"""GET, POST, PATCH and DELETE of tags (tags.md 3)."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from assaydesk.domains.settings.models import Subchannel
from assaydesk.domains.tags.schemas import TagNode, TagRead
from assaydesk.platform.db.session import WriteSession
from tests.contract.examples import example
from tests.contract.shape import assert_same_shape
from tests.factories.tags import make_tag

PLAIN = {"name": "Complaint", "reference": "ticket", "type": "skill"}


@pytest.fixture
async def manager(as_actor: Any) -> httpx.AsyncClient:
    return await as_actor(permissions=["manageTags", "deleteTag"])


async def _tree(session: WriteSession, levels: int) -> list[int]:
    ids: list[int] = []
    for _ in range(levels):
        ids.append((await make_tag(session, parent_id=ids[-1] if ids else None)).id)
    await session.commit()
    return ids


async def test_given_the_documented_example_it_is_created_and_read(
    manager: httpx.AsyncClient, session: WriteSession, shared_spec: Path
) -> None:
    await make_tag(session, id=6, name="Second Level")
    session.add_all(Subchannel(id=number, channel="email", name=str(number)) for number in (2, 4))
    await session.commit()
    answer = await manager.post("/tag", json=example(shared_spec, "createTag.request"))
    assert answer.status_code == 200, answer.text
    assert_same_shape(example(shared_spec, "createTag.response"), answer.json())
    assert answer.headers["X-Ignored-Fields"] == "id, fullName, modifiedBy, modifiedAt"

    tag = (await manager.get(f"/tag/{answer.json()['id']}")).json()
    assert_same_shape(example(shared_spec, "getTag.response"), tag)
    assert TagRead.model_validate(tag)
    assert (tag["fullName"], tag["tagRouting"], tag["sla"]) == ("Second Level: Complaint", True, 8)

    listed = (await manager.get("/tag")).json()
    assert_same_shape(example(shared_spec, "listTags.response"), listed)
    tree = (await manager.get("/tag/tree")).json()
    assert_same_shape(example(shared_spec, "getTagTree.response"), tree)
    assert [TagNode.model_validate(node).id for node in tree] == [6]
    assert [child["id"] for child in tree[0]["children"]] == [tag["id"]]


async def test_given_filters_the_list_is_narrowed(as_actor: Any, session: WriteSession) -> None:
    await make_tag(session, name="Üblich", type="product")
    await make_tag(session, name="apple", visibility="private")
    await make_tag(session, name="Zebra", visibility="disabled")
    await make_tag(session, name="Gone", deleted_at=(await make_tag(session, name="x_y")).modified_at)
    await session.commit()
    reader = await as_actor(permissions=[])

    async def names(**query: Any) -> list[str]:
        return [tag["name"] for tag in (await reader.get("/tag", params=query)).json()["tags"]]

    assert await names() == ["apple", "Üblich", "x_y"]
    assert await names(includeDisabled="yes") == ["apple", "Üblich", "x_y", "Zebra"]
    assert await names(type="product") == ["Üblich"]
    assert await names(q="_") == ["x_y"]
    assert await names(reference="customer") == []
    compact = (await reader.get("/tag", params={"format": "compact"})).json()["tags"]
    assert {key for tag in compact for key in tag} == {"id", "name", "fullName", "parent", "color", "type"}


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        ({"name": "x", "type": "skill"}, "reference", "required"),
        (PLAIN | {"name": ""}, "name", "too_short"),
        (PLAIN | {"name": "x" * 101}, "name", "too_long"),
        (PLAIN | {"color": "pink"}, "color", "not_allowed"),
        (PLAIN | {"sla": 0}, "sla", "out_of_range"),
        (PLAIN | {"sla": True}, "sla", "wrong_type"),
        (PLAIN | {"visibility": None}, "visibility", "not_allowed"),
        (PLAIN | {"channels": ["fax"]}, "channels.0", "not_allowed"),
    ],
)
async def test_given_a_fault_the_field_is_named(manager: httpx.AsyncClient, body: Any, path: str, code: str) -> None:
    answer = await manager.post("/tag", json=body)
    assert answer.status_code == 422, answer.text
    fields = answer.json()["error"]["details"]["fields"]
    assert [(field["path"], field["code"]) for field in fields] == [(path, code)]


@pytest.mark.parametrize(("field", "value"), [("parent", 99_999), ("subchannels", [99_999])])
async def test_given_an_unknown_reference_it_is_422(manager: httpx.AsyncClient, field: str, value: Any) -> None:
    answer = await manager.post("/tag", json=PLAIN | {field: value})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "unknown_reference")


async def test_given_braces_for_lists_they_are_empty_lists(manager: httpx.AsyncClient) -> None:
    answer = await manager.post("/tag", json=PLAIN | {"properties": {}, "channels": None})
    tag = (await manager.get(f"/tag/{answer.json()['id']}")).json()
    assert (tag["properties"], tag["channels"]) == ([], [])


async def test_given_a_sibling_of_the_name_it_is_409(manager: httpx.AsyncClient, session: WriteSession) -> None:
    top, other = (await _tree(session, 1))[0], (await _tree(session, 1))[0]
    assert (await manager.post("/tag", json=PLAIN | {"parent": top})).status_code == 200
    assert (await manager.post("/tag", json=PLAIN | {"parent": other})).status_code == 200
    again = await manager.post("/tag", json=PLAIN | {"parent": top, "name": "COMPLAINT"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "name_taken")


async def test_given_a_default_skill_a_second_one_is_409(manager: httpx.AsyncClient) -> None:
    assert (await manager.post("/tag", json=PLAIN | {"properties": ["defaultSkill"]})).status_code == 200
    second = await manager.post("/tag", json=PLAIN | {"name": "Other", "properties": ["defaultSkill"]})
    assert (second.status_code, second.json()["error"]["code"]) == (409, "default_skill_exists")


async def test_given_a_cycle_or_too_many_levels_the_move_is_refused(
    manager: httpx.AsyncClient, session: WriteSession
) -> None:
    chain = await _tree(session, 6)
    cycle = await manager.patch(f"/tag/{chain[0]}", json={"parent": chain[5]})
    assert (cycle.status_code, cycle.json()["error"]["details"]["fields"][0]["code"]) == (422, "not_allowed")
    deep = await manager.post("/tag", json=PLAIN | {"parent": chain[5]})
    assert (deep.status_code, deep.json()["error"]["details"]["fields"][0]["code"]) == (422, "out_of_range")
    assert (await manager.patch(f"/tag/{chain[5]}", json={"parent": None})).status_code == 200


async def test_given_a_patch_only_the_sent_keys_change(manager: httpx.AsyncClient, session: WriteSession) -> None:
    tag = await make_tag(session, color="red", sla_hours=4)
    await session.commit()
    assert (await manager.patch(f"/tag/{tag.id}", json={"sla": None, "unknown": 1})).status_code == 200
    read = (await manager.get(f"/tag/{tag.id}")).json()
    assert (read["sla"], read["color"], read["name"]) == (None, "red", tag.name)
    assert read["modifiedBy"].startswith("Person")


async def test_given_children_deleting_needs_to_know_where_they_go(
    manager: httpx.AsyncClient, session: WriteSession
) -> None:
    top, middle, leaf = await _tree(session, 3)
    refused = await manager.delete(f"/tag/{middle}")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "tag_has_children")
    assert (await manager.delete(f"/tag/{middle}", params={"moveChildrenTo": leaf})).status_code == 422
    assert (await manager.delete(f"/tag/{middle}", params={"moveChildrenTo": top})).status_code == 200
    assert (await manager.get(f"/tag/{leaf}")).json()["parent"] == top
    assert (await manager.get(f"/tag/{middle}")).status_code == 404
    assert (await manager.delete(f"/tag/{middle}")).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/tag", None),
        ("GET", "/tag/tree", None),
        ("GET", "/tag/1", None),
        ("POST", "/tag", PLAIN),
        ("PATCH", "/tag/1", {}),
        ("DELETE", "/tag/1", None),
    ],
)
async def test_given_no_token_it_is_401(anonymous: httpx.AsyncClient, method: str, path: str, body: Any) -> None:
    assert (await anonymous.request(method, path, json=body)).status_code == 401


async def test_given_no_right_writing_is_403_and_unknown_rows_404(as_actor: Any, session: WriteSession) -> None:
    tag = await make_tag(session)
    await session.commit()
    reader = await as_actor(permissions=[])
    for method, path in (("POST", "/tag"), ("PATCH", f"/tag/{tag.id}"), ("DELETE", f"/tag/{tag.id}")):
        answer = await reader.request(method, path, json={} if method != "DELETE" else None)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "permission_denied"), path
    for method in ("GET", "PATCH", "DELETE"):
        assert (await reader.request(method, "/tag/99999")).json()["error"]["code"] == "tag_not_found"
        assert (await reader.request(method, "/tag/0")).status_code == 422
