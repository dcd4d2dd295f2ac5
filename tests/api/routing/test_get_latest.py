"""The next ticket to work on (ticket.md 2.7, 6)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from assaydesk.domains.routing import repository
from assaydesk.domains.routing.events import TicketRouted
from assaydesk.domains.routing.models import Handout
from assaydesk.domains.tickets.models import Ticket, TicketChange
from assaydesk.domains.worklogs.models import Presence, WorkSignal
from assaydesk.kit.clock import iso, utc_now
from assaydesk.platform.db.engine import JoinedDatabase
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import on
from tests.factories.profiles import make_profile, make_team
from tests.factories.tags import make_tag
from tests.factories.tickets import CREATED, make_ticket
from tests.factories.worklogs import set_settings

HOUR = timedelta(hours=1)


async def latest(client: Any, **body: Any) -> int | None:
    answer = await client.post("/ticket/getLatest", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["ticketId"]


async def row(session: WriteSession, ticket_id: int) -> Ticket:
    query = select(Ticket).where(Ticket.id == ticket_id).execution_options(populate_existing=True)
    return (await session.scalars(query)).one()


@pytest.fixture
def routed() -> list[TicketRouted]:
    """The events of this test."""
    found: list[TicketRouted] = []

    async def note(_: Any, event: TicketRouted) -> None:
        found.append(event)

    on(TicketRouted, note)
    return found


async def test_given_a_waiting_ticket_it_is_reserved_for_the_caller(
    as_actor: Any, session: WriteSession, routed: list[TicketRouted]
) -> None:
    ticket = await make_ticket(session)
    await session.commit()
    client, colleague = await as_actor(), await as_actor()
    answer = await client.post("/ticket/getLatest")
    assert answer.json() == {"success": True, "ticketId": ticket.id}
    shown = (await client.get(f"/ticket/{ticket.id}")).json()
    assert (shown["agentId"], shown["workedOnByIds"]) == (client.actor_id, [client.actor_id])
    assert [(one.ticket_id, one.user_id) for one in routed] == [(ticket.id, client.actor_id)]
    assert (await session.scalars(select(WorkSignal))).all() == []
    kinds = set(await session.scalars(select(TicketChange.kind)))
    assert kinds == {"changed", "routed"}
    assert (await colleague.get("/ticket/getLatest")).json() == {"success": True, "ticketId": None, "reason": "empty"}
    # The same ticket again, and nothing is told twice.
    assert await latest(client) == ticket.id
    assert len(routed) == 1


async def test_given_no_right_or_no_token_it_is_refused(as_actor: Any, anonymous: Any) -> None:
    client = await as_actor(permissions=["manageTags"])
    for method in ("GET", "POST"):
        assert (await anonymous.request(method, "/ticket/getLatest")).status_code == 401
        refused = await client.request(method, "/ticket/getLatest")
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "permission_denied")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"preferredDirection": "next"}, "ticketId"),
        ({"preferredDirection": "previous"}, "ticketId"),
        ({"preferredDirection": "sideways"}, "preferredDirection"),
        ({"ticketId": "x"}, "ticketId"),
        ({"filters": "x"}, "filters"),
    ],
)
async def test_given_a_bad_body_it_is_refused(as_actor: Any, body: dict[str, Any], path: str) -> None:
    client = await as_actor()
    for answer in (
        await client.post("/ticket/getLatest", json=body), await client.get("/ticket/getLatest", params=body)
    ):  # fmt: skip
        assert answer.status_code == 422
        assert answer.json()["error"]["details"]["fields"][0]["path"] == path


async def test_given_an_unknown_ticket_or_key_it_is_refused(as_actor: Any) -> None:
    client = await as_actor()
    unknown = await client.post("/ticket/getLatest", json={"preferredDirection": "next", "ticketId": 999999})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "ticket_not_found")
    key = await client.post("/ticket/getLatest", json={"filters": [{"key": "x", "comparator": "equal", "value": 1}]})
    assert key.json()["error"]["code"] == "unknown_filter_key"


@pytest.mark.parametrize("status", ["break", "support", "longAbsence"])
async def test_given_another_working_status_no_ticket_comes(as_actor: Any, session: WriteSession, status: str) -> None:
    await make_ticket(session)
    person = await make_profile(session, work_status=status)
    await session.commit()
    client = await as_actor(profile=person.id)
    answer = (await client.post("/ticket/getLatest")).json()
    assert answer == {"success": True, "ticketId": None, "reason": "notRoutable"}


async def test_given_an_absence_no_ticket_comes(as_actor: Any, session: WriteSession) -> None:
    await make_ticket(session)
    await session.commit()
    client = await as_actor()
    await client.post(f"/profile/{client.actor_id}/absence", json={"from": iso(utc_now() - HOUR)})
    assert (await client.post("/ticket/getLatest")).json()["reason"] == "notRoutable"


NOT_FOR_ANYBODY: list[dict[str, Any]] = [
    {"status": "pending"},
    {"status": "closed"},
    {"spam_status": "auto_spam"},
    {"spam_status": "auto_programmatic"},
    {"spam_status": "manual_spam"},
    {"deleted_at": CREATED},
    {"ai_support_level": "bot"},
    {"ai_support_level": "automated"},
    {"created_at": utc_now() + HOUR},
]


@pytest.mark.parametrize("values", NOT_FOR_ANYBODY)
async def test_given_a_ticket_that_is_not_for_people_it_does_not_come(
    as_actor: Any, session: WriteSession, values: dict[str, Any]
) -> None:
    await make_ticket(session, **values)
    await session.commit()
    assert await latest(await as_actor()) is None


async def test_given_tickets_of_others_only_free_ones_come(as_actor: Any, session: WriteSession) -> None:
    other = await make_profile(session)
    free = await make_ticket(session, spam_status="manual_clean", ai_support_level="human", created_at=utc_now())
    await make_ticket(session, agent_id=other.id)
    await make_ticket(session, assigned_agent_ids=[other.id])
    target = await make_ticket(session, status="closed")
    await make_ticket(session, merged_into_ticket_id=target.id)
    looked_at = await make_ticket(session)
    session.add(Presence(ticket_id=looked_at.id, user_id=other.id, at=utc_now()))
    await session.commit()
    client = await as_actor()
    assert await latest(client) == free.id
    assert await latest(client, preferredDirection="next", ticketId=free.id) is None
    await session.execute(update(Presence).values(at=utc_now() - timedelta(seconds=61)))
    await session.commit()
    assert await latest(client, preferredDirection="next", ticketId=free.id) == looked_at.id


async def test_given_a_ticket_of_this_minute_it_waits_for_the_ai_unless_told_otherwise(
    as_actor: Any, session: WriteSession
) -> None:
    client = await as_actor()
    body = {"channel": "portal", "from": "tom@example.com", "subject": "Bill"}
    made = (await client.post("/ticket", json=body)).json()["id"]
    assert await latest(client) is None
    at_once = (await client.post("/ticket", json=body | {"process": False})).json()["id"]
    assert await latest(client) == at_once
    await client.patch(f"/ticket/{at_once}", json={"status": "closed"})
    await set_settings(session, routingWaitForAiSeconds=0)
    await session.commit()
    assert await latest(client) == made


MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(("mode", "expected"), [(1, "dacb"), (2, "bdac"), (3, "bdca"), (4, "bacd")])
async def test_given_a_mode_tickets_come_in_its_order(
    as_actor: Any, session: WriteSession, mode: int, expected: str
) -> None:
    await set_settings(session, routingMode=mode)
    made = {
        "a": {"priority": "low", "due_by": CREATED + 2 * HOUR, "last_customer_message_at": CREATED},
        "b": {"priority": "urgent"},
        "c": {"priority": "low", "due_by": CREATED + 3 * HOUR, "last_customer_message_at": CREATED + HOUR},
        "d": {"priority": "low", "due_by": CREATED + HOUR, "created_at": CREATED + 2 * HOUR},
    }
    if mode in (2, 3):
        made["d"]["priority"] = "high"
    ids = {(await make_ticket(session, **values)).id: name for name, values in made.items()}
    await session.commit()
    client = await as_actor()
    seen = [await latest(client)]
    while seen[-1] is not None:
        seen.append(await latest(client, preferredDirection="next", ticketId=seen[-1]))
        if len(seen) == 4:
            break
    assert "".join(ids[one] for one in seen if one is not None) == expected


async def test_given_equal_tickets_the_older_and_then_the_lower_id_comes(as_actor: Any, session: WriteSession) -> None:
    late = await make_ticket(session, created_at=CREATED + MINUTE)
    first, second = await make_ticket(session), await make_ticket(session)
    await session.commit()
    client = await as_actor()
    one = await latest(client)
    two = await latest(client, preferredDirection="next", ticketId=one)
    three = await latest(client, preferredDirection="next", ticketId=two)
    assert [one, two, three] == [first.id, second.id, late.id]
    # Back again, over what was passed.
    assert await latest(client, preferredDirection="previous", ticketId=three) == second.id


async def test_given_own_tickets_they_come_before_urgent_ones(as_actor: Any, session: WriteSession) -> None:
    client = await as_actor()
    urgent = await make_ticket(session, priority="urgent", due_by=CREATED)
    shared = await make_ticket(session, assigned_agent_ids=[client.actor_id], due_by=CREATED + HOUR)
    own = await make_ticket(session, agent_id=client.actor_id)
    await session.commit()
    assert await latest(client) == shared.id
    assert (await row(session, shared.id)).agent_id == client.actor_id
    assert await latest(client, preferredDirection="next", ticketId=shared.id) == own.id
    # What was somebody's before stays so.
    assert (await row(session, shared.id)).agent_id is None
    assert await latest(client, preferredDirection="next", ticketId=own.id) == urgent.id
    assert (await row(session, own.id)).agent_id == client.actor_id


@pytest.mark.parametrize(
    ("held", "matching", "expected"),
    [
        ((), "all", "abn"), (("a",), "all", "an"), (("a", "b"), "all", "abcn"), (("a",), "atLeastOne", "acn"),
        (("a", "b"), "atLeastOne", "abcn"),
    ],
)  # fmt: skip
async def test_given_skills_only_fitting_tickets_come(
    as_actor: Any, session: WriteSession, held: tuple[str, ...], matching: str, expected: str
) -> None:
    """a and b carry one skill tag, c both, n none; a product tag does not count."""
    await set_settings(session, routingTagMatching=matching)
    tags = {name: (await make_tag(session, tag_routing=True)).id for name in "ab"}
    product = (await make_tag(session, type="product")).id
    carried = {"a": [tags["a"], product], "b": [tags["b"]], "c": list(tags.values()), "n": [product]}
    ids = {(await make_ticket(session, tags=found)).id: name for name, found in carried.items()}
    skills = {"tagIds": [tags[name] for name in held], "channels": ["email"]}
    person = await make_profile(session, settings={"skills": skills} if held else {})
    await session.commit()
    client = await as_actor(profile=person.id)
    answer = (await client.get(f"/profile/{person.id}/routing")).json()
    assert "".join(sorted(ids[one] for one in answer["routingPriority"])) == ("abcn" if not held else expected)
    if held:
        assert ids[await latest(client)] == expected[0]


@pytest.mark.parametrize("limit", [None, "MOST_KINDS", "MOST_FITTING"])
async def test_given_kinds_that_fit_the_order_stays_however_many_they_are(
    as_actor: Any, session: WriteSession, monkeypatch: pytest.MonkeyPatch, limit: str | None
) -> None:
    if limit is not None:
        monkeypatch.setattr(repository, limit, 0)
    tag = (await make_tag(session, tag_routing=True)).id
    foreign = (await make_tag(session, tag_routing=True)).id
    person = await make_profile(session, settings={"skills": {"tagIds": [tag], "channels": ["email", "chat"]}})
    await make_ticket(session, channel="letter", priority="urgent")
    await make_ticket(session, tags=[foreign], priority="urgent")
    later = await make_ticket(session, channel="chat", created_at=CREATED + HOUR)
    first = await make_ticket(session, tags=[tag])
    last = await make_ticket(session, tags=[tag], created_at=CREATED + 2 * HOUR)
    await session.commit()
    client = await as_actor(profile=person.id)
    found = [await latest(client)]
    for _ in range(3):
        found.append(await latest(client, preferredDirection="next", ticketId=found[-1]))
    assert found == [first.id, later.id, last.id, first.id]  # What was passed over comes when nothing else is left.


async def test_given_channels_and_a_team_they_narrow_what_comes(as_actor: Any, session: WriteSession) -> None:
    team = await make_team(session, settings={"skills": {"tagIds": [], "channels": ["letter"]}})
    person = await make_profile(session, teams=[team.id], settings={"inheritTeamSettings": True})
    await make_ticket(session, channel="email")
    letter = await make_ticket(session, channel="letter")
    await session.commit()
    client = await as_actor(profile=person.id)
    assert await latest(client) == letter.id
    assert await latest(client, preferredDirection="next", ticketId=letter.id) is None


async def test_given_a_backlog_restriction_only_its_tickets_come(as_actor: Any, session: WriteSession) -> None:
    wanted, unwanted = (await make_tag(session, type="other")).id, (await make_tag(session, type="other")).id
    limits = {
        "limitTicketBacklogAccess": True, "ticketBacklogRequiredTagIds": [wanted],
        "ticketBacklogExcludedTagIds": [unwanted],
    }  # fmt: skip
    person = await make_profile(session, settings=limits)
    await make_ticket(session)
    await make_ticket(session, tags=[wanted, unwanted])
    good = await make_ticket(session, tags=[wanted], created_at=CREATED + HOUR)
    await session.commit()
    client = await as_actor(profile=person.id)
    assert await latest(client) == good.id
    assert await latest(client, preferredDirection="next", ticketId=good.id) is None
    await set_settings(session, backlogRestrictionEnabled=False)
    await session.commit()
    assert await latest(client) not in (good.id, None)


async def test_given_filters_only_matching_tickets_come(as_actor: Any, session: WriteSession) -> None:
    await make_ticket(session)
    high = await make_ticket(session, priority="high")
    await session.commit()
    client, other = await as_actor(), await as_actor()
    wanted = [{"key": "priority", "comparator": "in", "values": ["high", "urgent"]}]
    assert await latest(client, filters=wanted) == high.id
    query = "filters[0][key]=priority&filters[0][comparator]=equal&filters[0][value]=high"
    assert (await other.get(f"/ticket/getLatest?{query}")).json()["reason"] == "empty"


async def test_given_next_without_work_the_ticket_goes_back_and_is_not_offered_again(
    as_actor: Any, session: WriteSession
) -> None:
    first, second = await make_ticket(session), await make_ticket(session)
    await session.commit()
    client, colleague = await as_actor(), await as_actor()
    assert await latest(client) == first.id
    assert await latest(client, preferredDirection="next", ticketId=first.id) == second.id
    back = await row(session, first.id)
    assert back.agent_id is None
    assert (await client.get(f"/ticket/{first.id}")).json()["workedOnByIds"] == []
    assert await latest(client) == second.id
    # A colleague may get it at once; for the first person it comes back when nothing else is left.
    assert await latest(colleague) == first.id
    await latest(colleague, preferredDirection="next", ticketId=first.id)
    assert await latest(client, preferredDirection="next", ticketId=second.id) == first.id


async def test_given_work_on_it_a_ticket_stays_with_its_agent(as_actor: Any, session: WriteSession) -> None:
    ticket = await make_ticket(session)
    await session.commit()
    client = await as_actor()
    await latest(client)
    await client.post(f"/ticket/{ticket.id}/conversation/reply", json={"body": "Thanks", "private": True})
    await latest(client, preferredDirection="next", ticketId=ticket.id)
    assert (await row(session, ticket.id)).agent_id == client.actor_id
    held = (await session.scalars(select(Handout))).one()
    assert held.left_at is not None


async def test_given_tags_on_route_they_are_added(as_actor: Any, session: WriteSession) -> None:
    private, gone = await make_tag(session, visibility="private"), await make_tag(session, visibility="disabled")
    ticket = await make_ticket(session)
    person = await make_profile(session, settings={"tagsOnRoute": [private.id, gone.id]}, permissions=["readTicket"])
    await session.commit()
    client = await as_actor(profile=person.id)
    assert await latest(client) == ticket.id
    assert (await client.get(f"/ticket/{ticket.id}")).json()["tagIds"] == [private.id]
    assert (await row(session, ticket.id)).carried_tag_ids == [private.id]


async def test_given_many_tickets_it_takes_few_statements(
    as_actor: Any, session: WriteSession, database: JoinedDatabase
) -> None:
    other = await make_profile(session)
    for _ in range(30):
        busy = await make_ticket(session)
        session.add(Presence(ticket_id=busy.id, user_id=other.id, at=utc_now()))
    await make_ticket(session, created_at=CREATED + HOUR)
    await session.commit()
    client = await as_actor()
    before = database.statements
    assert await latest(client) is not None
    assert database.statements - before <= 40


@pytest.mark.parametrize(("matching", "expected"), [("all", [True, False, True]), ("atLeastOne", [True, True, True])])
async def test_given_skills_a_ticket_says_whether_they_match(
    as_actor: Any, session: WriteSession, matching: str, expected: list[bool]
) -> None:
    await set_settings(session, routingTagMatching=matching)
    held, other = (await make_tag(session, tag_routing=True)).id, (await make_tag(session, tag_routing=True)).id
    team = await make_team(session, settings={"skills": {"tagIds": [held], "channels": []}})
    person = await make_profile(session, teams=[team.id], settings={"inheritTeamSettings": True})
    made = [await make_ticket(session, tags=tags) for tags in ([held], [held, other], [])]
    await session.commit()
    client, anybody = await as_actor(profile=person.id), await as_actor()
    shown = [(await client.get(f"/ticket/{one.id}")).json()["agentSkillsMatch"] for one in made]
    assert shown == expected
    listed = (await client.post("/ticket/search", json={})).json()["tickets"]
    assert [one["agentSkillsMatch"] for one in listed] == expected
    assert (await anybody.get(f"/ticket/{made[1].id}")).json()["agentSkillsMatch"] is True
