import json
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from assaydesk.domains.imports.service import import_scorecards
from assaydesk.domains.quality.scorecards.models import Scorecard
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from tests.factories.imports import REPOSITORY

FILES = sorted((REPOSITORY / "examples/scorecards").glob("*.json"))


@pytest.fixture(autouse=True)
def _assembled(app: FastAPI) -> None:
    """The rule types are known once the program is put together."""


async def rows(session: WriteSession) -> int:
    return await session.scalar(select(func.count()).select_from(Scorecard)) or 0


def write(folder: Path, content: Any) -> Path:
    path = folder / "card.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


async def test_the_examples_become_active_scorecards_once(database: Database, session: WriteSession) -> None:
    first = await import_scorecards(database, FILES)
    assert [(result.fault, result.created, result.ignored) for result in first] == [(None, True, ())] * 4
    assert str(first[0]) == f"airline-policy.json: scorecard {first[0].scorecard_id} “Airline policy” created"
    states = (await session.scalars(select(Scorecard.state))).all()
    assert set(states) == {"active"}
    again = await import_scorecards(database, FILES)
    assert [(result.scorecard_id, result.created) for result in again] == [
        (result.scorecard_id, False) for result in first
    ]
    assert str(again[0]).endswith("was there already")
    assert await rows(session) == 4


async def test_the_same_name_with_other_content_is_another_scorecard(
    database: Database, session: WriteSession, tmp_path: Path
) -> None:
    body = json.loads(FILES[0].read_text())
    await import_scorecards(database, [FILES[0]])
    body["categories"][0]["criteria"][0]["maxPoints"] = 7
    (result,) = await import_scorecards(database, [write(tmp_path, body)])
    assert result.created
    assert await rows(session) == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "line 1: no JSON"),
        (b"\xff", "byte 1 is not UTF-8"),
        (b'{"name": NaN}', "no JSON: NaN"),
        (b"[]", "it must be one JSON object"),
        ({"name": "x"}, "categories"),
        ({"name": "x", "categories": [{"label": "c", "criteria": [{"label": "k", "maxPoints": 0}]}]}, "maxPoints"),
        ({"name": "x", "categories": [], "state": "retired"}, "state"),
    ],
)
async def test_a_faulty_file_is_named_and_the_others_are_imported(
    database: Database, session: WriteSession, tmp_path: Path, content: Any, says: str
) -> None:
    faulty, good = await import_scorecards(database, [write(tmp_path, content), FILES[0]])
    assert faulty.fault is not None
    assert str(faulty).startswith("card.json: ")
    assert says in str(faulty)
    assert good.created
    assert await rows(session) == 1


async def test_unknown_keys_are_named(database: Database, tmp_path: Path) -> None:
    (result,) = await import_scorecards(database, [write(tmp_path, {**json.loads(FILES[0].read_text()), "colour": 1})])
    assert result.created
    assert str(result).endswith("unknown keys ignored: colour")
