"""Longer absences (people.md 3.2)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from assaydesk.domains.tickets.models import Ticket
from assaydesk.kit.clock import iso, utc_now
from assaydesk.platform.db.session import WriteSession
from tests.factories.profiles import make_profile, make_team
from tests.factories.tickets import make_ticket

WEEK = {"from": "2031-05-05", "to": "2031-05-09", "reason": "vacation", "note": "Sea"}


async def test_given_an_own_absence_it_is_listed_with_its_days(as_actor: Any, anonymous: Any) -> None:
    client = await as_actor(permissions=[])
    path = f"/profile/{client.actor_id}/absence"
    made = (await client.post(path, json=WEEK)).json()
    assert made["success"] is True
    (absence,) = (await client.get(path)).json()["absences"]
    assert absence == {
        "id": made["id"], "from": "2031-05-05T00:00:00Z", "to": "2031-05-09T23:59:59Z", "reason": "vacation",
        "note": "Sea", "substituteUserId": None, "createdBy": client.actor_id,
    }  # fmt: skip
    other = await as_actor(permissions=[])
    (seen,) = (await other.get(path)).json()["absences"]
    assert (seen["from"], seen["reason"], seen["note"]) == ("2031-05-05T00:00:00Z", None, None)
    assert (await anonymous.get(path)).status_code == 401


async def test_given_an_absence_of_somebody_else_it_needs_the_right(as_actor: Any, session: WriteSession) -> None:
    person = await make_profile(session)
    await session.commit()
    manager, other = await as_actor(permissions=["manageAbsences"]), await as_actor(permissions=["updateTicket"])
    path = f"/profile/{person.id}/absence"
    assert (await other.post(path, json={})).json()["error"]["code"] == "permission_denied"
    made = (await manager.post(path, json=WEEK)).json()
    one = f"{path}/{made['id']}"
    assert (await other.patch(one, json={"reason": "illness"})).status_code == 403
    assert (await other.delete(one)).status_code == 403
    assert (await manager.patch(one, json={"reason": "illness", "to": None})).json() == {"success": True}
    (absence,) = (await manager.get(path)).json()["absences"]
    assert (absence["reason"], absence["to"]) == ("illness", None)
    assert (await manager.delete(one)).json() == {"success": True}
    assert (await manager.get(path)).json()["absences"] == []
    assert (await manager.delete(one)).json()["error"]["code"] == "absence_not_found"
    assert (await manager.post("/profile/999999/absence", json=WEEK)).json()["error"]["code"] == "profile_not_found"


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"from": None}, "from", "wrong_type"),
        ({"from": "soon"}, "from", "bad_format"),
        ({"to": "2031-05-01"}, "to", "out_of_range"),
        ({"reason": "sleep"}, "reason", "not_allowed"),
        ({"note": "x" * 2001}, "note", "too_long"),
    ],
)
async def test_given_bad_values_nothing_is_recorded(
    as_actor: Any, change: dict[str, Any], path: str, code: str
) -> None:
    client = await as_actor(permissions=[])
    answer = await client.post(f"/profile/{client.actor_id}/absence", json=WEEK | change)
    assert answer.status_code == 422
    assert [field["path"] for field in answer.json()["error"]["details"]["fields"]] == [path]
    assert (await client.get(f"/profile/{client.actor_id}/absence")).json()["absences"] == []


async def test_given_a_wrong_substitute_it_is_refused(as_actor: Any) -> None:
    client = await as_actor(permissions=[])
    path = f"/profile/{client.actor_id}/absence"
    unknown = await client.post(path, json=WEEK | {"substituteUserId": 999999})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (422, "unknown_reference")
    own = await client.post(path, json=WEEK | {"substituteUserId": client.actor_id})
    assert own.json()["error"]["details"]["fields"][0]["path"] == "substituteUserId"


async def test_given_a_second_absence_at_that_time_it_overlaps(as_actor: Any) -> None:
    client = await as_actor(permissions=[])
    path = f"/profile/{client.actor_id}/absence"
    first = (await client.post(path, json=WEEK)).json()["id"]
    clash = await client.post(path, json={"from": "2031-05-09", "to": None})
    assert (clash.status_code, clash.json()["error"]["code"]) == (409, "absence_overlap")
    assert clash.json()["error"]["details"]["absenceId"] == first
    assert (await client.post(path, json={"from": "2031-05-10"})).status_code == 200
    assert (await client.patch(f"{path}/{first}", json={"to": "2031-05-11"})).status_code == 409
    assert (await client.patch(f"{path}/{first}", json={"to": "2031-05-08"})).status_code == 200


async def test_given_an_absence_now_the_person_is_shown_as_away_and_the_substitute_takes_over(
    as_actor: Any, session: WriteSession
) -> None:
    client = await as_actor()
    substitute = await make_profile(session)
    mine = await make_ticket(session, agent_id=client.actor_id)
    shared = await make_ticket(session, assigned_agent_ids=[client.actor_id, substitute.id], status="pending")
    done = await make_ticket(session, agent_id=client.actor_id, status="closed")
    await session.commit()
    body = {"from": iso(utc_now() - timedelta(hours=1)), "substituteUserId": substitute.id}
    made = (await client.post(f"/profile/{client.actor_id}/absence", json=body)).json()["id"]
    rows = {row.id: row for row in await session.scalars(select(Ticket).execution_options(populate_existing=True))}
    assert (rows[mine.id].agent_id, rows[done.id].agent_id) == (substitute.id, client.actor_id)
    assert rows[shared.id].assigned_agent_ids == [substitute.id]
    own = (await client.get("/profile")).json()["settings"]
    assert (own["workStatus"], own["status"]) == ("longAbsence", "busy")
    listed = (await client.get(f"/profiles?format=short&userIds={client.actor_id}")).json()["profiles"]
    assert [one["settings"] for one in listed] == [{"status": "busy"}]
    await client.delete(f"/profile/{client.actor_id}/absence/{made}")
    assert (await client.get(f"/profile/{client.actor_id}")).json()["settings"]["workStatus"] == "ticketProcessing"


async def test_given_a_team_the_calendar_shows_who_is_away(as_actor: Any, session: WriteSession) -> None:
    team = await make_team(session)
    person = await make_profile(session, teams=[team.id])
    await session.commit()
    client, other = await as_actor(permissions=["manageAbsences"]), await as_actor(permissions=["updateTicket"])
    await client.post(f"/profile/{person.id}/absence", json=WEEK)
    await client.post(f"/profile/{client.actor_id}/absence", json=WEEK)
    answer = (await client.get(f"/absences?from=2031-05-09&to=2031-06-01&teamId={team.id}")).json()
    assert [(one["userId"], one["reason"]) for one in answer["absences"]] == [(person.id, "vacation")]
    assert (answer["total"], answer["limit"], answer["offset"]) == (1, 100, 0)
    assert (await client.get("/absences?from=2031-05-10")).json()["absences"] == []
    assert (await client.get("/absences?from=never")).status_code == 422
    assert (await other.get("/absences")).status_code == 403


async def test_given_reporting_roles_they_can_be_chosen(as_actor: Any, session: WriteSession) -> None:
    client = await as_actor(permissions=["updateClientSettings"])
    path = f"/profile/{client.actor_id}/supersetRoles"
    assert (await client.get(path)).json() == {
        "success": True,
        "supersetRoles": [{"name": "Viewer", "label": "Viewer"}],
    }
    await client.put("/settings/reportingRoles", json={"value": [{"name": "Gamma", "label": "Team leads"}]})
    assert (await client.get(path)).json()["supersetRoles"] == [{"name": "Gamma", "label": "Team leads"}]
    stranger, updater = await as_actor(permissions=["updateTicket"]), await as_actor()
    assert (await stranger.get(path)).status_code == 403
    assert (await updater.get(path)).status_code == 200
    assert (await stranger.get("/profile/999999/supersetRoles")).status_code == 404
