import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from assaydesk.domains.profiles.schemas import (
    OnlineSummary,
    OwnProfileRead,
    ProfileList,
    ProfileRead,
    ProfileShort,
    ProfileWithRawData,
)
from assaydesk.domains.profiles.service import ADMIN_ROLE, AGENT_ROLE
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.engine import JoinedDatabase
from assaydesk.platform.db.session import WriteSession
from tests.conftest import ClientMaker
from tests.factories.profiles import make_profile, make_team

READ, SEEN, WORKERS = "readAnyUserProfile", "readUserLastSeenDate", "manageServiceWorkers"


def _kinds(value: Any) -> Any:
    """The shape of a JSON value: keys and types, lists by their first element."""
    if isinstance(value, dict):
        return {key: _kinds(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_kinds(value[0])] if value else []
    return type(value).__name__


def _covers(shown: Any, documented: Any, path: str = "") -> None:
    if isinstance(documented, dict):
        for key, item in documented.items():
            assert key in shown, f"{path}.{key}"
            _covers(shown[key], item, f"{path}.{key}")
    elif isinstance(documented, list):
        assert isinstance(shown, list), path
        if documented and shown:
            _covers(shown[0], documented[0], f"{path}[]")
    else:
        assert type(shown) is type(documented), path


FULL = {
    "phone": "+49 123 456789", "name_alias": "Johnny", "external_id": "EMP-12345", "name_reports": "Tapfere Feige",
    "role": AGENT_ROLE, "last_seen": utc_now(),
    "settings": {"supersetRole": "Viewer", "skills": {"tagIds": [1, 2], "channels": ["email"]}, "tagsOnRoute": [1]},
}  # fmt: skip


async def test_documented_examples_have_every_key(
    as_actor: ClientMaker, session: WriteSession, shared_spec: Path
) -> None:
    person = await make_profile(session, **FULL)
    await session.commit()
    client = await as_actor(role=ADMIN_ROLE)

    def documented(name: str) -> Any:
        return json.loads((shared_spec / "examples" / f"{name}.response.json").read_text())

    _covers((await client.get(f"/profile/{person.id}")).json(), documented("getSpecificProfile"))
    listed = (await client.get("/profiles", params={"userIds[]": person.id})).json()
    _covers(listed, documented("getProfiles"))
    own = await as_actor(profile=person.id)
    _covers((await own.get("/profile")).json(), documented("getProfile"))


async def test_own_profile(as_actor: ClientMaker, session: WriteSession) -> None:
    team = await make_team(session)
    await session.commit()
    client = await as_actor(permissions=["readTicket", "updateTicket"], teams=[team.id], first_name="Ada")
    shown = (await client.get("/profile")).json()
    OwnProfileRead.model_validate(shown)
    assert shown["id"] == shown["profile"]["id"] == client.actor_id  # type: ignore[attr-defined]
    assert shown["permissions"] == ["readTicket", "updateTicket"]
    assert (shown["openTickets"], shown["sideConversations"], shown["unreadNotifications"]) == ([], [], 0)
    assert shown["profile"]["firstName"] == "Ada"
    assert shown["settings"]["actualTeamIds"] == [team.id]


async def test_others_are_short_without_the_right(as_actor: ClientMaker, session: WriteSession) -> None:
    person = await make_profile(session, name_alias="Jo", work_status="break")
    await session.commit()
    client = await as_actor(permissions=[])
    shown = (await client.get(f"/profile/{person.id}?includeRawData=true")).json()
    ProfileShort.model_validate(shown)
    assert shown == {
        "id": person.id, "firstName": person.first_name, "lastName": "Example", "nameAlias": "Jo", "type": "user",
        "imageUrl": None, "settings": {"status": "busy"},
    }  # fmt: skip
    assert "email" in (await client.get(f"/profile/{client.actor_id}")).json()  # type: ignore[attr-defined]


async def test_full_form_with_the_right(as_actor: ClientMaker, session: WriteSession) -> None:
    person = await make_profile(session, raw_data={"costCentre": 7}, last_seen=utc_now())
    await session.commit()
    client = await as_actor(permissions=[READ])
    shown = (await client.get(f"/profile/{person.id}")).json()
    ProfileRead.model_validate(shown)
    assert "rawData" not in shown
    assert len(shown["lastSeen"]) == 19
    with_raw = (await client.get(f"/profile/{person.id}?includeRawData=true")).json()
    ProfileWithRawData.model_validate(with_raw)
    assert with_raw["rawData"] == {"costCentre": 7}
    assert not {"password", "passwordHash"} & shown.keys()


async def test_forced_inheritance_computes_with_other_teams(as_actor: ClientMaker, session: WriteSession) -> None:
    own_team = await make_team(session, settings={"skills": {"channels": ["chat"]}})
    other = await make_team(session, settings={"skills": {"channels": ["phone"]}})
    sleeping = await make_team(session, settings={"skills": {"channels": ["letter"]}}, state="inactive")
    person = await make_profile(session, teams=[own_team.id, sleeping.id], settings={"skills": {"channels": ["email"]}})
    await session.commit()
    client = await as_actor(permissions=[READ])

    async def actual(query: str) -> tuple[list[str], list[int]]:
        settings = (await client.get(f"/profile/{person.id}{query}")).json()["settings"]
        assert settings["teamIds"] == [own_team.id, sleeping.id]
        return settings["actualSkills"]["channels"], settings["actualTeamIds"]

    assert await actual("") == (["email"], [own_team.id])
    assert await actual("?forceInheritance=true") == (["chat", "email"], [own_team.id])
    assert await actual(f"?forceInheritance=1&teamIds[]={other.id}") == (["email", "phone"], [other.id])
    assert await actual(f"?teamIds[]={other.id}") == (["email"], [own_team.id])


@pytest.fixture
async def company(session: WriteSession) -> dict[str, int]:
    """A handful of people of every kind."""
    sales = await make_team(session, settings={"skills": {"tagIds": [5], "channels": ["phone"]}})
    closed = await make_team(session, state="inactive", settings={"skills": {"tagIds": [6]}})
    people = {
        "ada": await make_profile(session, first_name="Ada", last_name="Åström", email="ada@desk.example"),
        "ben": await make_profile(
            session, first_name="Ben", last_name="Olsen", role=AGENT_ROLE, teams=[sales.id, closed.id],
            settings={"inheritTeamSettings": True, "skills": {"tagIds": [7]}},
        ),
        "cleo": await make_profile(
            session, first_name="Cleo", last_name="50% Off", role=AGENT_ROLE, teams=[sales.id],
            settings={"skills": {"channels": ["email"]}}, last_seen=utc_now(),
        ),
        "dora": await make_profile(session, first_name="Dora", state="inactive"),
        "gone": await make_profile(session, first_name="Gone", state="deleted"),
        "boss": await make_profile(session, first_name="Boss", type="enneo"),
        "worker": await make_profile(session, first_name="Worker", type="serviceWorker", email=None),
        "robot": await make_profile(session, first_name="Robot", type="aiAgent"),
    }  # fmt: skip
    await session.commit()
    return {name: person.id for name, person in people.items()} | {"sales": sales.id, "closed": closed.id}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"ada", "ben", "cleo", "me"}),
        ("q=ÅSTR", {"ada"}),
        ("q=ada@desk", {"ada"}),
        ("q=ben ol", {"ben"}),
        ("q=50%25", {"cleo"}),
        ("q=_", set()),
        ("show=enneo", {"boss"}),
        ("show[]=users&show[]=enneo", {"ada", "ben", "cleo", "boss", "me"}),
        ("show=serviceWorkers", {"worker"}),
        ("show=all", {"ada", "ben", "cleo", "boss", "worker", "robot", "me"}),
        ("state=inactive", {"dora"}),
        ("state=deleted", {"gone"}),
        ("userIds[]={ada}&userIds[]={cleo}", {"ada", "cleo"}),
        ("userIds={ada},{robot}", {"ada"}),
        ("teamIds={sales}", {"ben", "cleo"}),
        ("teamIds=unassigned", {"ada", "me"}),
        ("teamIds=unassigned,{sales}", {"ada", "ben", "cleo", "me"}),
        ("roleId=2", {"ben", "cleo"}),
        ("tagIds=7", {"ben"}),
        ("tagIds=5", {"ben"}),
        ("tagIds=6", set()),
        ("tagIds=5,7", {"ben"}),
        ("channels=phone", {"ben"}),
        ("channels=email", {"cleo"}),
        ("onlineOnly=true", {"cleo"}),
    ],
)
async def test_filters(as_actor: ClientMaker, company: dict[str, int], query: str, expected: set[str]) -> None:
    client = await as_actor(permissions=[READ, WORKERS, SEEN])
    company["me"] = client.actor_id  # type: ignore[attr-defined]
    filled = query.replace("%25", "%%25")
    for name, one in company.items():
        filled = filled.replace(f"{{{name}}}", str(one))
    answer = (await client.get(f"/profiles?{filled.replace('%%25', '%25')}")).json()
    ids = {one: name for name, one in company.items()}
    assert {ids[profile["id"]] for profile in answer["profiles"]} == expected
    assert answer["total"] == len(expected)


async def test_list_is_ordered_by_name_and_paged(as_actor: ClientMaker, company: dict[str, int]) -> None:
    client = await as_actor(permissions=[READ], first_name="Zoe")
    shown = (await client.get("/profiles?limit=2&offset=1")).json()
    ProfileList.model_validate(shown)
    assert [one["firstName"] for one in shown["profiles"]] == ["Ben", "Cleo"]
    assert (shown["total"], shown["limit"], shown["offset"]) == (4, 2, 1)


async def test_default_form_follows_the_right(as_actor: ClientMaker, company: dict[str, int]) -> None:
    short = (await (await as_actor(permissions=[])).get("/profiles")).json()["profiles"][0]
    assert set(short) == {"id", "firstName", "lastName", "nameAlias", "type", "imageUrl", "settings"}
    full = await as_actor(permissions=[READ])
    assert "email" in (await full.get("/profiles")).json()["profiles"][0]
    assert "email" not in (await full.get("/profiles?format=short")).json()["profiles"][0]


async def test_service_workers_are_left_out_of_all_without_their_right(
    as_actor: ClientMaker, company: dict[str, int]
) -> None:
    client = await as_actor(permissions=[])
    types = {one["type"] for one in (await client.get("/profiles?show=all")).json()["profiles"]}
    assert types == {"user", "enneo", "aiAgent"}


@pytest.mark.parametrize(
    ("query", "permission"),
    [
        ("format=full", READ),
        ("show=serviceWorkers", WORKERS),
        ("onlineOnly=true", [SEEN, READ]),
        ("lastSeen=online", [SEEN, READ]),
    ],
)
async def test_some_questions_need_a_right(as_actor: ClientMaker, query: str, permission: Any) -> None:
    answer = await (await as_actor(permissions=["readTicket"])).get(f"/profiles?{query}")
    assert (answer.status_code, answer.json()["error"]["details"]["permission"]) == (403, permission)


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=1001", "show=everything", "userIds[]=x", "teamIds=0", "channels=fax", "state=lost",
        "roleId=-1", "format=tiny",
    ],
)  # fmt: skip
async def test_bad_queries_are_422(as_actor: ClientMaker, query: str) -> None:
    answer = await (await as_actor(permissions=[])).get(f"/profiles?{query}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_failed")


async def test_online_summary(as_actor: ClientMaker, company: dict[str, int], session: WriteSession) -> None:
    await make_profile(session, last_seen=utc_now() - timedelta(minutes=11))
    await make_profile(session, last_seen=utc_now(), type="serviceWorker", email=None)
    await session.commit()
    client = await as_actor(permissions=[SEEN])
    shown = (await client.get("/profiles/onlineSummary")).json()
    OnlineSummary.model_validate(shown)
    assert shown["online"] == {"total": 2, "user": 1, "enneo": 0, "serviceWorker": 1}
    older = (await client.get("/profiles?lastSeen=online")).json()
    assert older["summary"]["online"] == shown["online"]
    assert older["total"] == 1
    denied = await (await as_actor(permissions=[])).get("/profiles/onlineSummary")
    assert denied.status_code == 403


async def test_a_page_takes_few_statements(
    as_actor: ClientMaker, session: WriteSession, database: JoinedDatabase
) -> None:
    team = await make_team(session)
    for _ in range(60):
        await make_profile(session, teams=[team.id])
    await session.commit()
    client = await as_actor(permissions=[READ])
    await client.get("/profiles?limit=5")
    before = database.statements
    assert len((await client.get("/profiles?limit=60")).json()["profiles"]) == 60
    assert database.statements - before <= 13


@pytest.mark.parametrize("path", ["/profile/{id}", "/profile/{id}/image", "/profile/{id}/statusHistory"])
async def test_unknown_profile_is_404_and_anonymous_401(
    as_actor: ClientMaker, anonymous: httpx.AsyncClient, path: str
) -> None:
    client = await as_actor(permissions=[])
    unknown = await client.get(path.replace("{id}", "999999999"))
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "profile_not_found")
    assert (await client.get(path.replace("{id}", "x"))).status_code == 422
    assert (await anonymous.get(path.replace("{id}", "x"))).status_code == 401


async def test_deleted_people_keep_their_names(as_actor: ClientMaker, session: WriteSession) -> None:
    person = await make_profile(session, state="deleted", first_name="Gone")
    await session.commit()
    assert (await (await as_actor(permissions=[])).get(f"/profile/{person.id}")).json()["firstName"] == "Gone"
