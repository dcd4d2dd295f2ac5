"""Every id and every number in an address is read the same way (conventions.md 6)."""

import re
from typing import Any

import pytest
from fastapi import FastAPI


def addresses(app: FastAPI) -> list[tuple[str, str]]:
    """Method and address of each operation with ids in its address, with an id that only a program would write."""
    found = []
    for path, operations in app.openapi()["paths"].items():
        for method, operation in operations.items():
            parameters = [item for item in operation.get("parameters", ()) if item["in"] == "path"]
            if parameters and all(item["schema"].get("type") == "integer" for item in parameters):
                found.append((method, re.sub(r"\{[^}]+\}", "1_0", path)))
    return found


async def test_no_operation_takes_another_spelling_for_an_id(app: FastAPI, as_actor: Any) -> None:
    client = await as_actor()
    wrong = []
    operations = addresses(app)
    assert len(operations) > 30
    for method, path in operations:
        answer = await client.request(method, f"http://test{path}")
        if answer.status_code != 422 or answer.json()["error"]["details"]["fields"][0]["code"] != "wrong_type":
            wrong.append((method, path, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("query", ["user=1_0", "team=%2B7", "scorecardId=7.0", "worklogId=x"])
async def test_ids_in_the_query_are_read_likewise(as_actor: Any, query: str) -> None:
    answer = await (await as_actor()).get(f"/quality/assessment?{query}")
    assert answer.status_code == 422
    assert [fault["code"] for fault in answer.json()["error"]["details"]["fields"]] == ["wrong_type"]
