import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from assaydesk.domains.profiles.models import ProfileTeam
from assaydesk.domains.profiles.service import ADMIN_ROLE, AGENT_ROLE, team_ids_of
from assaydesk.domains.teams.schemas import TeamList, TeamRead, TeamUpdate
from assaydesk.domains.teams.service import Cycle, lock_team, update_team
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.actor import SYSTEM
from tests.conftest import ClientMaker
from tests.factories.profiles import make_profile, make_team
from tests.factories.scorecards import criterion_body, scorecard_body
from tests.factories.tags import make_tag


@pytest.fixture
async def admin(as_actor: ClientMaker) -> httpx.AsyncClient:
    return await as_actor(role=ADMIN_ROLE)


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def _make(client: httpx.AsyncClient, **body: Any) -> int:
    answer = await client.post("/team", json={"name": "Sales"} | body)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["id"])


async def test_create_and_read(admin: httpx.AsyncClient, session: WriteSession) -> None:
    tag, leader = await make_tag(session), await make_profile(session)
    await session.commit()
    settings = {
        "roleId": AGENT_ROLE, "skills": {"tagIds": [tag.id], "channels": ["chat"]}, "limitTicketBacklogAccess": True,
        "ticketBacklogRequiredTagIds": [tag.id], "tagsOnRoute": [tag.id], "ticketsFilters": {"tagIds": [1]},
    }  # fmt: skip
    parent = await _make(admin, name="Company")
    made = await _make(
        admin,
        description="Sells",
        color="blue",
        parentId=parent,
        leaderIds=[leader.id],
        externalId=12,
        settings=settings,
    )
    shown = (await admin.get(f"/team/{made}")).json()
    TeamRead.model_validate(shown)
    assert shown.items() >= {
        "id": made, "name": "Sales", "description": "Sells", "color": "blue", "parentId": parent, "state": "active",
        "leaderIds": [leader.id], "memberIds": [], "memberCount": 0, "externalId": "12",
    }.items()  # fmt: skip
    assert shown["settings"] == settings | {"ticketBacklogExcludedTagIds": [], "tagsOnEdit": []}


async def test_list(admin: httpx.AsyncClient, session: WriteSession) -> None:
    member = await make_profile(session)
    await make_profile(session, state="deleted")
    zebra, anna = await make_team(session, name="zebra"), await make_team(session, name="Änna")
    asleep, gone = await make_team(session, name="Mole", state="inactive"), await make_team(session, name="Gone")
    session.add_all(ProfileTeam(profile_id=member.id, team_id=team.id) for team in (zebra, asleep))
    await session.commit()
    await admin.delete(f"/team/{gone.id}")
    shown = (await admin.get("/teams")).json()
    TeamList.model_validate(shown)
    assert [one["id"] for one in shown["teams"]] == [anna.id, zebra.id]
    assert shown["teams"][1]["memberIds"] == [member.id]
    assert (await admin.get("/team")).json() == shown
    short = (await admin.get("/teams?format=short&q=ZEB")).json()["teams"]
    assert short == [
        {"id": zebra.id, "name": "zebra", "color": None, "parentId": None, "state": "active", "memberCount": 1}
    ]
    of_member = (await admin.get(f"/teams?userId={member.id}")).json()["teams"]
    assert [one["id"] for one in of_member] == [zebra.id]
    assert [one["id"] for one in (await admin.get("/teams?state=inactive")).json()["teams"]] == [asleep.id]
    page = (await admin.get("/teams?limit=1&offset=1")).json()
    assert ([one["id"] for one in page["teams"]], page["total"]) == ([zebra.id], 2)


async def test_update_merges_settings(admin: httpx.AsyncClient) -> None:
    made = await _make(admin, settings={"skills": {"channels": ["chat"]}, "tagsOnEdit": []})
    body = {"name": "Sales 2", "color": None, "settings": {"roleId": AGENT_ROLE, "tagsOnEdit": None}}
    assert (await admin.patch(f"/team/{made}", json=body)).json() == {"success": True}
    shown = (await admin.get(f"/team/{made}")).json()
    assert shown["name"] == "Sales 2"
    assert shown["settings"].items() >= {"roleId": AGENT_ROLE, "tagsOnEdit": None}.items()
    assert shown["settings"]["skills"]["channels"] == ["chat"]
    assert (await admin.patch(f"/team/{made}", json=shown)).status_code == 200


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"name": "SALES"}, (409, "name_taken")),
        ({"externalId": "E1"}, (409, "external_id_taken")),
        ({"name": ""}, (422, "validation_failed")),
        ({"name": None}, (422, "validation_failed")),
        ({"state": "closed"}, (422, "validation_failed")),
        ({"leaderIds": None}, (422, "validation_failed")),
        ({"settings": {"skills": {"channels": ["fax"]}}}, (422, "validation_failed")),
        ({"parentId": 999999}, (422, "unknown_reference")),
        ({"leaderIds": [999999]}, (422, "unknown_reference")),
        ({"settings": {"roleId": 999999}}, (422, "unknown_reference")),
        ({"settings": {"tagsOnRoute": [999999]}}, (422, "unknown_reference")),
    ],
)
async def test_bad_teams(admin: httpx.AsyncClient, body: Any, expected: Any) -> None:
    await _make(admin, externalId="E1")
    assert _code(await admin.post("/team", json={"name": "Other"} | body)) == expected
    other = await _make(admin, name="Other")
    assert _code(await admin.patch(f"/team/{other}", json=body)) == expected


async def test_cyclic_parents_are_refused(admin: httpx.AsyncClient) -> None:
    top = await _make(admin, name="Top")
    middle = await _make(admin, name="Middle", parentId=top)
    bottom = await _make(admin, name="Bottom", parentId=middle)
    for parent in (top, middle, bottom):
        assert _code(await admin.patch(f"/team/{top}", json={"parentId": parent})) == (422, "cycle")
    assert (await admin.patch(f"/team/{bottom}", json={"parentId": top})).status_code == 200


async def test_two_moves_at_once_make_no_cycle(committed: Database) -> None:
    async with committed.write() as session:
        first, second = (await make_team(session)).id, (await make_team(session)).id

    async def move(team_id: int, parent_id: int) -> bool:
        try:
            async with committed.write() as session:
                team = await lock_team(session, team_id)
                await update_team(session, SYSTEM, team, TeamUpdate(parent_id=parent_id))
        except Cycle:
            return False
        return True

    assert sorted(await asyncio.gather(move(first, second), move(second, first))) == [False, True]


async def test_delete_lifts_the_teams_below_and_ends_inheritance(
    admin: httpx.AsyncClient, session: WriteSession
) -> None:
    top = await _make(admin, name="Top")
    middle = await _make(admin, name="Middle", parentId=top, settings={"skills": {"channels": ["chat"]}})
    bottom = await _make(admin, name="Bottom", parentId=middle)
    person = await make_profile(session, teams=[middle], settings={"inheritTeamSettings": True})
    await session.commit()
    assert (await admin.delete(f"/team/{middle}")).json() == {"success": True}
    assert (await admin.get(f"/team/{bottom}")).json()["parentId"] == top
    settings = (await admin.get(f"/profile/{person.id}")).json()["settings"]
    assert (settings["teamIds"], settings["actualSkills"]["channels"]) == ([], [])
    assert await team_ids_of(session, [person.id]) == {}
    for method in ("GET", "PATCH", "DELETE"):
        assert _code(await admin.request(method, f"/team/{middle}", json={})) == (404, "team_not_found")
    assert await _make(admin, name="Middle")


async def test_team_in_use_needs_force(admin: httpx.AsyncClient) -> None:
    made = await _make(admin)
    card = scorecard_body(criterion_body(None)) | {"assignment": {"teams": [made]}}
    scorecard = (await admin.post("/quality/scorecard", json=card)).json()["id"]
    refused = await admin.delete(f"/team/{made}")
    assert _code(refused) == (409, "team_in_use")
    assert refused.json()["error"]["details"]["usedBy"] == {"scorecard": [scorecard]}
    assert (await admin.delete(f"/team/{made}?force=true")).status_code == 200


async def test_tag_in_use_is_told_and_replaced(admin: httpx.AsyncClient, session: WriteSession) -> None:
    old, new = await make_tag(session), await make_tag(session)
    settings = {"skills": {"tagIds": [old.id, new.id]}, "tagsOnRoute": [old.id], "tagsOnEdit": None}
    person = await make_profile(session, settings=settings)
    await session.commit()
    made = await _make(admin, settings=settings)
    refused = await admin.delete(f"/tag/{old.id}")
    assert refused.json()["error"]["details"]["usedBy"] == {"profile": [person.id], "team": [made]}
    assert (await admin.delete(f"/tag/{old.id}?replaceBy={new.id}")).status_code == 200
    for path in (f"/profile/{person.id}", f"/team/{made}"):
        shown = (await admin.get(path)).json()["settings"]
        assert (shown["skills"]["tagIds"], shown["tagsOnRoute"], shown["tagsOnEdit"]) == ([new.id], [new.id], None)


async def test_role_of_a_team_needs_its_rights(as_actor: ClientMaker, session: WriteSession) -> None:
    ruling = await make_team(session, settings={"roleId": ADMIN_ROLE})
    plain = await make_team(session)
    person = await make_profile(session)
    await session.commit()
    client = await as_actor(permissions=["manageTeams"])
    exceeds = (403, "exceeds_own_rights")
    assert _code(await client.post("/team", json={"name": "X", "settings": {"roleId": ADMIN_ROLE}})) == exceeds
    assert _code(await client.patch(f"/team/{plain.id}", json={"settings": {"roleId": ADMIN_ROLE}})) == exceeds
    assert _code(await client.patch(f"/team/{ruling.id}", json={"settings": {"roleId": None}})) == exceeds
    assert _code(await client.patch(f"/team/{ruling.id}", json={"state": "inactive"})) == exceeds
    assert _code(await client.delete(f"/team/{ruling.id}")) == exceeds
    assert _code(await client.put(f"/team/{ruling.id}/members", json={"add": [person.id]})) == exceeds
    assert (await client.patch(f"/team/{ruling.id}", json={"color": "red"})).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/team"), ("PATCH", "/team/{}"), ("DELETE", "/team/{}"), ("PUT", "/team/{}/members")],
)
async def test_refusals(
    as_actor: ClientMaker, anonymous: httpx.AsyncClient, session: WriteSession, method: str, path: str
) -> None:
    team = await make_team(session)
    await session.commit()
    client = await as_actor(permissions=["updateSpecificProfile"])
    assert _code(await client.request(method, path.format(team.id), content=b"{")) == (403, "permission_denied")
    assert (await anonymous.request(method, path.format(team.id), content=b"{")).status_code == 401
    if "{}" in path:
        assert _code(await client.request(method, path.format(999999), content=b"{")) == (404, "team_not_found")
        assert (await client.request(method, path.format("x"), content=b"{")).status_code == 422
    assert (await anonymous.get("/teams")).status_code == 401
    assert (await client.get(f"/team/{team.id}")).status_code == 200


async def _members(session: WriteSession, team_id: int) -> list[int]:
    query = select(ProfileTeam.profile_id).where(ProfileTeam.team_id == team_id).order_by(ProfileTeam.profile_id)
    return list((await session.execute(query)).scalars())


async def test_members_are_replaced_added_and_removed(admin: httpx.AsyncClient, session: WriteSession) -> None:
    team = await make_team(session)
    one, two, three = [(await make_profile(session)).id for _ in range(3)]
    await session.commit()
    path = f"/team/{team.id}/members"
    assert (await admin.put(path, json={"userIds": [two, one, one]})).json() == {
        "success": True, "memberIds": [one, two]
    }  # fmt: skip
    assert (await admin.put(path, json={"add": [three], "remove": [one]})).json()["memberIds"] == [two, three]
    assert await _members(session, team.id) == [two, three]
    assert (await admin.put(path, json={"userIds": []})).json()["memberIds"] == []
    assert (await admin.get(f"/team/{team.id}")).json()["memberIds"] == []


async def test_bad_members(admin: httpx.AsyncClient, session: WriteSession) -> None:
    team = await make_team(session)
    robot, gone = await make_profile(session, type="aiAgent"), await make_profile(session, state="deleted")
    await session.commit()
    path = f"/team/{team.id}/members"
    assert _code(await admin.put(path, json={"userIds": [999999]})) == (422, "unknown_reference")
    assert _code(await admin.put(path, json={"add": [gone.id]})) == (422, "unknown_reference")
    assert _code(await admin.put(path, json={"add": [robot.id]})) == (422, "validation_failed")
    assert _code(await admin.put(path, json={"userIds": "all"})) == (422, "validation_failed")
    assert _code(await admin.put(path, json={})) == (422, "validation_failed")
    assert await _members(session, team.id) == []


async def test_leaders_change_their_own_teams_only(as_actor: ClientMaker, session: WriteSession) -> None:
    own, other, asleep = await make_team(session), await make_team(session), await make_team(session, state="inactive")
    person = await make_profile(session)
    await session.commit()
    client = await as_actor(permissions=["manageTeamMembers"], teams=[own.id, asleep.id])
    body = {"add": [person.id]}
    assert (await client.put(f"/team/{own.id}/members", json=body)).status_code == 200
    for team in (other, asleep):
        assert _code(await client.put(f"/team/{team.id}/members", json=body)) == (403, "permission_denied")
