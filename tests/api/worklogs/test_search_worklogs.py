"""`POST /worklog/search`."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from assaydesk.domains.settings.models import Setting
from assaydesk.domains.tickets.models import Ticket
from assaydesk.domains.worklogs.models import Worklog
from assaydesk.domains.worklogs.recording import tell_csat
from assaydesk.domains.worklogs.schemas import WorklogPageRead
from assaydesk.domains.worklogs.track import record, record_runs
from assaydesk.domains.worklogs.types import Run
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.engine import JoinedDatabase
from assaydesk.platform.db.session import WriteSession
from tests.factories.profiles import make_profile, make_team
from tests.factories.tags import make_tag
from tests.factories.tickets import make_ticket
from tests.factories.worklogs import START, act, pings

Desk = dict[str, int]


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@pytest.fixture
async def desk(session: WriteSession) -> Desk:
    """Four worklogs: `mail` (reply, 60 s), `chat` (closed, 30 s), `wait` (pending, next day), `bot` (a run)."""
    team, tag = (await make_team(session)).id, (await make_tag(session)).id
    user, other = (await make_profile(session, teams=[team])).id, (await make_profile(session)).id
    robot = (await make_profile(session, type="aiAgent")).id
    mail = (await make_ticket(session, tags=[tag], sla_due_at=after(3600))).id
    chat = (await make_ticket(session, channel="chat", sla_due_at=after(3600))).id
    await record(session, user, {mail: [*pings(after(0), after(30)), act(after(60), "reply")]})
    await record(session, other, {chat: [*pings(after(100), after(100)), act(after(130), "closed")]})
    await record(session, other, {mail: [act(after(90_000), "pending")]})
    await record_runs(session, robot, {chat: [Run(after(200), after(208), (act(after(208), "reply"),))]})
    rows = await session.execute(Worklog.__table__.select().order_by(Worklog.worked_at))
    ids = [row.id for row in rows]
    names = dict(zip(("mail", "chat", "bot", "wait"), ids, strict=True))
    await session.execute(update(Worklog).where(Worklog.id == names["chat"]).values(net_seconds_after_sla=-10))
    await tell_csat(session, {names["mail"]: {"id": 1, "scale": 5, "answerStars": 4, "answerText": None}})
    await session.commit()
    return names | {"team": team, "tag": tag, "user": user, "other": other, "robot": robot, "ticket": mail}


def found(answer: httpx.Response, desk: Desk) -> list[str]:
    assert answer.status_code == 200, answer.text
    names = {desk[name]: name for name in ("mail", "chat", "bot", "wait")}
    return [names[worklog["id"]] for worklog in answer.json()["worklogs"]]


async def search(client: httpx.AsyncClient, desk: Desk, key: str, comparator: str, **members: Any) -> list[str]:
    item = {"key": key, "comparator": comparator, **members}
    return sorted(found(await client.post("/worklog/search", json={"filters": [item]}), desk))


async def test_without_a_body_the_newest_come_first(as_actor: Any, desk: Desk) -> None:
    answer = await (await as_actor()).post("/worklog/search")
    assert found(answer, desk) == ["wait", "bot", "chat", "mail"]
    page = WorklogPageRead.model_validate(answer.json())
    assert (page.total, page.limit, page.offset) == (4, 100, 0)


@pytest.mark.parametrize(
    ("field", "direction", "expected"),
    [
        ("latestInteraction", "asc", ["mail", "chat", "bot", "wait"]),
        ("date", "desc", ["wait", "bot", "chat", "mail"]),
        ("duration", "asc", ["wait", "bot", "chat", "mail"]),
        ("t.date", "desc", ["wait", "bot", "chat", "mail"]),
        ("id", "desc", ["bot", "wait", "chat", "mail"]),
    ],
)
async def test_orders(as_actor: Any, desk: Desk, field: str, direction: str, expected: list[str]) -> None:
    body = {"orderByField": field, "orderByDirection": direction}
    answer = await (await as_actor()).post("/worklog/search", json=body)
    assert found(answer, desk) == (expected if field != "id" else sorted(expected, key=desk.__getitem__)[::-1])


async def test_paging(as_actor: Any, desk: Desk) -> None:
    client = await as_actor()
    page = await client.post("/worklog/search", json={"limit": 2, "offset": 1})
    assert found(page, desk) == ["bot", "chat"]
    assert {name: page.json()[name] for name in ("total", "limit", "offset")} == {"total": 4, "limit": 2, "offset": 1}
    beyond = await client.post("/worklog/search", json={"offset": 9})
    assert (beyond.json()["worklogs"], beyond.json()["total"]) == ([], 4)


@pytest.mark.parametrize(
    ("key", "comparator", "members", "expected"),
    [
        ("id", "equal", {"value": "{mail}"}, ["mail"]),
        ("id", "in", {"values": []}, []),
        ("userId", "in", {"values": ["{user}", "{robot}"]}, ["bot", "mail"]),
        ("userId", "notIn", {"values": ["{user}"]}, ["bot", "chat", "wait"]),
        ("teamId", "equal", {"value": "{team}"}, ["mail"]),
        ("teamId", "notEqual", {"value": "{team}"}, ["bot", "chat", "wait"]),
        ("teamId", "isNull", {}, ["bot", "chat", "wait"]),
        ("teamId", "in", {"values": [None, "{team}"]}, ["bot", "chat", "mail", "wait"]),
        ("ticketId", "=", {"value": "{ticket}"}, ["mail", "wait"]),
        ("date", "equal", {"value": "2024-06-13"}, ["wait"]),
        ("date", "between", {"from": "2024-06-12", "to": "2024-06-12"}, ["bot", "chat", "mail"]),
        ("date", "greater", {"value": "2024-06-12"}, ["wait"]),
        ("latestInteraction", "between", {"from": "2024-06-12T09:02:00Z", "to": "2024-06-12"}, ["bot", "chat"]),
        ("latestInteraction", "lte", {"value": "2024-06-12T09:01:00Z"}, ["mail"]),
        ("latestInteraction", "lessOrEqual", {"value": "2024-06-12"}, ["bot", "chat", "mail"]),
        ("latestInteraction", "less", {"value": 1718182860}, []),
        ("action", "in", {"values": ["writeAction", "statusAction"]}, ["mail", "wait"]),
        ("action", "contains", {"value": "PROCESS"}, ["bot"]),
        ("context", "equal", {"value": "closeWithoutReply"}, ["chat"]),
        ("channel", "equal", {"value": "chat"}, ["bot", "chat"]),
        ("channel", "startsWith", {"value": "EM"}, ["mail", "wait"]),
        ("tagId", "equal", {"value": "{tag}"}, ["mail", "wait"]),
        ("tagId", "isNull", {}, ["bot", "chat"]),
        ("duration", ">=", {"value": "30"}, ["chat", "mail"]),
        ("duration", "between", {"to": 8}, ["bot", "wait"]),
        ("automationLevel", "equal", {"value": 5}, ["bot"]),
        ("hasAssessment", "equal", {"value": False}, ["bot", "chat", "mail", "wait"]),
        ("hasAssessment", "equal", {"value": "true"}, []),
        ("scorecardBaseId", "in", {"values": [1]}, []),
        ("scorecardBaseId", "notEqual", {"value": 1}, ["bot", "chat", "mail", "wait"]),
        ("slaMet", "equal", {"value": True}, ["chat"]),
        ("slaMet", "equal", {"value": 0}, ["mail", "wait"]),
        ("slaMet", "isNull", {}, []),
        ("csatStars", "greaterOrEqual", {"value": 4}, ["mail"]),
        ("csatStars", "isNull", {}, ["bot", "chat", "wait"]),
        ("csatStars", "notEqual", {"value": 4}, ["bot", "chat", "wait"]),
    ],
)
async def test_filters(
    as_actor: Any, desk: Desk, key: str, comparator: str, members: dict[str, Any], expected: list[str]
) -> None:
    if key == "slaMet":
        expected = ["bot", *expected] if members.get("value") == 0 else expected
        expected = ["chat"] if members.get("value") is True else sorted(expected)

    def filled(value: Any) -> Any:
        return desk[value[1:-1]] if isinstance(value, str) and value.startswith("{") else value

    sent = {n: [filled(v) for v in m] if isinstance(m, list) else filled(m) for n, m in members.items()}
    assert await search(await as_actor(), desk, key, comparator, **sent) == expected


async def test_filters_combine_with_and(as_actor: Any, desk: Desk) -> None:
    filters = [
        {"key": "channel", "comparator": "equal", "value": "email", "from": "ignored"},
        {"key": "action", "comparator": "equal", "value": "statusAction"},
    ]
    assert found(await (await as_actor()).post("/worklog/search", json={"filters": filters}), desk) == ["wait"]


async def test_days_are_those_of_the_instance(session: WriteSession, as_actor: Any, desk: Desk) -> None:
    session.add(Setting(name="timezone", value="Pacific/Auckland", modified_at=utc_now()))
    await session.commit()
    between = {"from": "2024-06-12 21:00:00", "to": "2024-06-12 21:01:30"}
    assert await search(await as_actor(), desk, "latestInteraction", "between", **between) == ["mail"]


async def test_worklogs_of_deleted_tickets_are_left_out(session: WriteSession, as_actor: Any, desk: Desk) -> None:
    await session.execute(update(Ticket).where(Ticket.id == desk["ticket"]).values(deleted_at=utc_now()))
    await session.commit()
    client = await as_actor()
    assert found(await client.post("/worklog/search", json={}), desk) == ["bot", "chat"]
    assert (await client.get(f"/worklog/{desk['mail']}")).status_code == 404


async def test_the_number_of_statements_does_not_grow(
    session: WriteSession, as_actor: Any, desk: Desk, database: JoinedDatabase
) -> None:
    client = await as_actor()
    counts = []
    for _ in range(2):
        before = database.statements
        await client.post("/worklog/search", json={})
        counts.append(database.statements - before)
        for _ in range(30):
            user, ticket = (await make_profile(session)).id, (await make_ticket(session)).id
            await record(session, user, {ticket: [act(after(0), "reply")]})
        await session.commit()
    assert counts[0] == counts[1] <= 14


@pytest.mark.parametrize(
    ("body", "code", "paths"),
    [
        ({"limit": 0}, "validation_failed", ["limit"]),
        ({"limit": 1001}, "validation_failed", ["limit"]),
        ({"offset": -1}, "validation_failed", ["offset"]),
        ({"orderByField": "name"}, "unknown_filter_key", None),
        ({"orderByDirection": "up"}, "validation_failed", ["orderByDirection"]),
        ({"filters": [{"key": "nope", "comparator": "equal", "value": 1}]}, "unknown_filter_key", None),
        ({"filters": [{"key": "id", "comparator": "near", "value": 1}]}, "validation_failed", ["filters.0.comparator"]),
        (
            {"filters": [{"key": "id", "comparator": "contains", "value": "1"}]},
            "validation_failed",
            ["filters.0.comparator"],
        ),
        (
            {"filters": [{"key": "teamId", "comparator": "less", "value": 1}]},
            "validation_failed",
            ["filters.0.comparator"],
        ),
        (
            {
                "filters": [
                    {"key": "id", "comparator": "in"},
                    {"key": "id", "comparator": "equal"},
                    {"key": "id", "comparator": "equal", "value": "x"},
                    {"key": "id", "comparator": "equal", "value": 1.5},
                    {"key": "duration", "comparator": "greater"},
                    {"key": "duration", "comparator": "between"},
                    {"key": "duration", "comparator": "less", "value": "1e400"},
                    {"key": "date", "comparator": "less", "value": "tomorrow"},
                    {"key": "action", "comparator": "equal", "value": "readAction"},
                    {"key": "action", "comparator": "contains", "value": 7},
                    {"key": "slaMet", "comparator": "equal", "value": "maybe"},
                ]
            },
            "validation_failed",
            [
                "filters.0.values",
                "filters.1.value",
                "filters.2.value",
                "filters.3.value",
                "filters.4.value",
                "filters.5.from",
                "filters.6.value",
                "filters.7.value",
                "filters.8.value",
                "filters.9.value",
                "filters.10.value",
            ],
        ),
        ({"filters": [{"key": "id"}]}, "validation_failed", ["filters.0.comparator"]),
        ({"filters": [{"key": "id", "comparator": "isNull"}] * 51}, "validation_failed", ["filters"]),
        (
            {"filters": [{"key": "id", "comparator": "in", "values": [1] * 1001}]},
            "validation_failed",
            ["filters.0.values"],
        ),
        ({"filters": {}}, "validation_failed", ["filters"]),
        ([], "validation_failed", ["body"]),
    ],
)
async def test_malformed_searches(as_actor: Any, body: Any, code: str, paths: list[str] | None) -> None:
    answer = await (await as_actor()).post("/worklog/search", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code), answer.text
    if paths is not None:
        assert [fault["path"] for fault in answer.json()["error"]["details"]["fields"]] == paths
    else:
        assert answer.json()["error"]["details"]["allowedKeys"]


async def test_without_a_token(anonymous: httpx.AsyncClient) -> None:
    assert (await anonymous.post("/worklog/search", json={})).status_code == 401


async def test_without_any_right_to_view_worklogs(as_actor: Any, desk: Desk) -> None:
    answer = await (await as_actor(permissions=["manageTags"])).post("/worklog/search", json={"limit": 0})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "permission_denied")
