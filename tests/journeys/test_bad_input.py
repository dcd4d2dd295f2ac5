"""Hostile input over every operation of the API document: no 5xx, a clear error, nothing executed."""

import os
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from assaydesk import registry
from assaydesk.app import create_app
from assaydesk.domains.auth.sessions import start_session
from assaydesk.domains.imports.service import import_conversations, import_scorecards
from assaydesk.domains.quality.assessments.service import create_missing
from assaydesk.platform.config import Config
from assaydesk.platform.db.engine import Database, JoinedDatabase
from tests.factories.examples import make_example_rows
from tests.factories.profiles import make_profile
from tests.journeys.requests import Operation, at_place, changed, encoded, faults, operations, places, without

ROOT = Path(__file__).parents[2]
# `ASSAYDESK_HOSTILE=all` sends every value to every place; otherwise every second place gets one, in turn.
ALL = os.environ.get("ASSAYDESK_HOSTILE") == "all"
ONLY = re.compile(os.environ.get("ASSAYDESK_HOSTILE_ONLY", ""))
# Ending the caller's own session would make every later request 401.
LEFT_OUT = re.compile("/api/auth/(logout|sessions|password)|/metrics|open-api|/live$")
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
LONG = "".join(Random(1).choices(_LETTERS, k=20_000))  # Too long for an index entry, and it cannot be compressed.
TEXTS = (
    "'; drop table tickets; --", "a\0b", "\ud800", LONG, "%_\\", "(a+)+$[", "a\r\nBcc: x@evil.example",
    "{{#each this}}{{/each}}{{{", "<script>alert(1)</script>", "=1+1", "9" * 400, "1e999", "-1", "", "0001-01-01",
    "9999-12-31T23:59:59Z", "../../etc/passwd", "\U0001f600" * 60, '{"a":', "\u202e\x07\x1b[0m", "NaN", "[]",
)  # fmt: skip
NUMBERS = (10**30, -(2**63), 2**63 - 1, 2**31, float("nan"), float("inf"), 1e308, -1, 0, True, None, [], {}, "'", 1.5)
WHOLES = (None, "x", 1, [], {}, [None], {"": ""}, {"a\0": LONG}, [[[]]])
OTHER = (
    "99999999999999999999", "9223372036854775807", "1.5", "a,b", "{}", '[{"key":"id","comparator":"drop","value":{}}]',
)  # fmt: skip
# Columns that no operation lets anybody set, and names that no header can carry.
UNKNOWN = {"owner_id": 1, "deleted_at": "2020-01-01", "created_by": 1, "x\x1b\n\U0004fbd3": 1, "": [[]], "metadata": {}}
HEADERS: tuple[dict[str, str | bytes], ...] = (
    {"Idempotency-Key": "'; drop table tickets; --"}, {"Idempotency-Key": "x" * 5000}, {"Idempotency-Key": b"\xff\xfe"},
    {"Accept-Language": "%s;q=9e999," * 300}, {"Range": "bytes=-99999999999999999999,5-1"}, {"If-None-Match": "\\"},
    {"User-Agent": "'" * 6000}, {"X-Forwarded-For": "'"}, {"Content-Type": "application/json; charset=utf-7"},
    {"If-Unmodified-Since-Version": "9" * 400},
)  # fmt: skip
RAW = (
    b"[" * 100_000, b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    b"\xff\xfe{}", b'{"limit": 1' + b"0" * 5000 + b"}", b"null",
    b"[]", b"{}", b"", b'{"subject": "a", "subject": "b"}', b'"\\ud800"', b"[1e999999]",
)  # fmt: skip
REVIEWERS = (124, 125)
_FILTER = {"key": "id", "comparator": "in", "values": [1, 2]}
GOOD: dict[str, dict[str, Any]] = {
    "POST /api/mind/roles": {"permissions": ["readTicket"]},
    "PATCH /api/mind/roles/{id}": {"permissions": ["readTicket"]},
    "POST /api/mind/ticket/getLatest": {"filters": [_FILTER], "ticketId": None},
    "POST /api/mind/ticket/search": {"filters": [_FILTER], "orderByField": "id", "cursor": None},
    "POST /api/mind/worklog/search": {"filters": [_FILTER], "orderByField": "id"},
    "POST /api/mind/event/search": {"filters": [_FILTER]},
    "POST /api/mind/ticketView": {"filters": [_FILTER], "orderByField": "id", "columns": ["id"]},
    "PATCH /api/mind/ticketView/{id}": {"filters": [_FILTER], "orderByField": "id", "columns": ["id"]},
    "POST /api/mind/template/preview": {"templateText": "Hello {{ticket.id}}", "contractId": None},
    "POST /api/mind/settings/eventHook": {
        "executor": {"type": "url", "url": "https://hooks.example/a"}, "events": ["TicketCreated"], "condition": None,
    },
    "PATCH /api/mind/settings/eventHook/{id}": {
        "executor": {"type": "url", "url": "https://hooks.example/a"}, "events": ["TicketCreated"], "condition": None,
    },
    "POST /api/mind/quality/assessment": {"scorecardBaseId": None},
    "POST /api/mind/tag/detect": {"ticketId": None},
    "POST /api/mind/quality/goldenSet": {"scorecardBaseId": 1},
    "POST /api/mind/quality/goldenSet/{id}/item": {
        "worklogId": 1, "labels": [{"criterionId": 1, "score": 0}], "fromAssessmentId": None,
    },
    "POST /api/mind/quality/goldenSet/{id}/run": {"scorecardId": None, "promptVersion": None},
    "POST /api/mind/quality/calibration": {
        "scorecardId": 1, "worklogIds": [1], "reviewers": [*REVIEWERS], "referenceUserId": None,
    },
    "POST /api/mind/quality/samplingPlan": {"scorecardBaseId": 1},
    "POST /api/mind/quality/fairness": {"scorecardId": 1, "worklogIds": None, "sample": 3},
    "POST /api/mind/quality/scorecard/{id}/backtest": {
        "compareWith": "none", "compareScorecardId": None, "categories": None, "estimateOnly": None, "sampleSize": 6,
        "filters": {}, "useAssignment": False, "maxCost": None,
    },
    "POST /api/mind/settings": {"settings": [{"name": "quotedHistory", "value": True}]},
}  # fmt: skip
FIRST = ("POST", "PUT", "PATCH", "GET", "DELETE")
_NAMED = {"ticketId": "376189", "customerId": "83771", "contractId": "746839", "reference": "abc", "number": "1"}
_TABLES = {
    "service_worker": "profiles", "cron": "", "event": "event_log", "fairness": "fairness_probes", "run": "golden_runs",
    "item": "golden_items", "replay": "judge_runs",
}  # fmt: skip


@dataclass
class Attack:
    """Sends requests, each undone again, and keeps what was wrong with the answers."""

    client: httpx.AsyncClient
    connection: AsyncConnection
    wrong: dict[str, list[str]] = field(default_factory=dict)
    sent: int = 0
    turn: int = 0
    well: set[str] = field(default_factory=set)
    ids: dict[str, str] = field(default_factory=dict)

    async def send(
        self, operation: Operation, body: Any = None, *, note: str, params: Any = None, raw: bytes | None = None,
        path: dict[str, str] | None = None, headers: Any = None, keep: bool = False,
    ) -> httpx.Response | None:  # fmt: skip
        address = operation.path
        for name in re.findall(r"{(\w+)}", address):
            value = (path or {}).get(name, self.ids.get(f"{operation}:{name}", "1"))
            address = address.replace("{" + name + "}", quote(value, safe="") or "%20")
        content = raw if raw is not None or body is None else encoded(body)
        kind = {} if content is None else {"Content-Type": "application/json"}
        transaction = await self.connection.begin()
        started = time.process_time()
        self.sent += 1
        try:
            answer = await self.client.request(
                operation.method,
                f"http://desk.test{address}",
                content=content,
                params=params,
                headers=kind | (headers or {}),
            )
            if answer.status_code >= 500 or (answer.status_code >= 400 and "error" not in answer.json()):
                self._note(operation, f"{answer.status_code} {note}: {answer.text[:200]}")
            elif answer.status_code < 300:
                self.well.add(str(operation))
        except Exception as failure:
            self._note(operation, f"{type(failure).__name__} {note}: {str(failure)[:300]}")
            answer = None
        seconds = time.process_time() - started  # Of work: the clock says how busy the machine is.
        if seconds > 5:
            self._note(operation, f"{seconds:.1f} seconds of work {note}")
        if keep and answer is not None and answer.status_code < 300:
            await transaction.commit()
        else:
            await transaction.rollback()
        return answer

    def _note(self, operation: Operation, words: str) -> None:
        self.wrong.setdefault(str(operation), []).append(words)
        if ALL:
            print(operation, words, flush=True)

    def some(self, values: tuple[Any, ...], most: int = 1) -> tuple[Any, ...]:
        if ALL:
            return values
        self.turn += most
        return tuple(values[(self.turn + number) % len(values)] for number in range(most))

    async def find_rows(self, operation: Operation) -> None:
        """The newest row of each kind that the path names."""
        parts = [part for part in operation.path.split("/") if part]
        for name in re.findall(r"{(\w+)}", operation.path):
            noun = parts[parts.index("{" + name + "}") - 1] if "{" + name + "}" in parts else ""
            noun = re.sub("([A-Z])", lambda found: "_" + found[1].lower(), noun)
            value = _NAMED.get(name)
            for table in (_TABLES.get(noun, f"{noun}s"), f"quality_{noun}s"):
                known = f"select 1 from information_schema.columns where table_name = '{table}' and column_name = 'id'"
                if value is None and await self._scalar(known):
                    value = await self._scalar(f"select max(id) from {table}")
            self.ids[f"{operation}:{name}"] = str(value if value is not None else 1)

    async def _scalar(self, statement: str) -> Any:
        found = await self.connection.scalar(text(statement))
        await self.connection.rollback()
        return found

    async def good_body(self, operation: Operation) -> Any:
        """A body that is taken: what the answers complain about is left out, one after the other."""
        body = operation.body
        if isinstance(body, dict):
            body = {key: value for key, value in (body | GOOD.get(str(operation), {})).items() if value is not None}
        for _ in range(12):
            answer = await self.send(operation, body, note="whole", keep=operation.method == "post")
            if answer is None or answer.status_code not in (409, 422):
                break
            if not any(without(body, path) for path in faults(answer.json())):
                break
        return body

    async def attack(self, operation: Operation) -> None:
        await self.find_rows(operation)
        body = await self.good_body(operation) if operation.body is not None else None
        if body is None:
            await self.send(operation, note="plain")
        else:
            for place in list(places(body))[:: 1 if ALL else 2]:
                old = at_place(body, place)
                values = TEXTS if isinstance(old, str) else WHOLES if isinstance(old, dict | list) else NUMBERS
                for value in self.some(values):
                    await self.send(operation, changed(body, place, value), note=f"{place}={value!r:.40}")
            if isinstance(body, dict):
                await self.send(operation, body | UNKNOWN, note="unknown keys")
            for raw in self.some(RAW):
                await self.send(operation, raw=raw, note=f"raw {raw!r:.40}")
        for parameter in operation.parameters[:: 1 if ALL else 2]:
            await self._attack_parameter(operation, body, parameter["in"], parameter["name"])
        for headers in self.some(HEADERS):
            await self.send(operation, body, headers=headers, note=f"{headers!r:.60}")

    async def _attack_parameter(self, operation: Operation, body: Any, where: str, name: str) -> None:
        for value in self.some((*TEXTS, *OTHER)):
            value = value.encode("utf-8", "surrogatepass").decode("latin-1") if "\ud800" in value else value
            note = f"{where} {name}={value[:40]!r}"
            if where == "query":
                await self.send(operation, body, params={name: value}, note=note)
            elif where == "path":
                await self.send(operation, body, path={name: value[:3000]}, note=note)
            elif value.isprintable():
                await self.send(operation, body, headers={name: value[:3000].encode()}, note=note)


@pytest.fixture
async def attack(committed: Database, config: Config, shared_spec: Path) -> AsyncIterator[Attack]:
    registry.register_handlers()
    async with committed.write() as session:
        for number in REVIEWERS:
            await make_profile(session, id=number)
        await make_example_rows(session, shared_spec)
    await import_scorecards(committed, sorted((ROOT / "examples" / "scorecards").glob("*-en.json")))
    for file in sorted((ROOT / "examples" / "conversations").glob("*.jsonl")):
        await import_conversations(committed, file, fmt="jsonl")
    async with committed.write() as session:
        assert await create_missing(session)
        person = await make_profile(session, type="serviceWorker")
        token = (await start_session(session, issuer=config.base_url, user_id=person.id)).token
    async with committed.engine.connect() as connection:
        app = create_app(config, JoinedDatabase(committed, connection), {})
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, headers={"Authorization": f"Bearer {token}"}) as client:
            client.app = app  # type: ignore[attr-defined]
            yield Attack(client, connection)


@pytest.mark.timeout(3600 if ALL else 300)
async def test_no_value_at_any_place_of_any_operation_breaks_anything(attack: Attack, committed: Database) -> None:
    every = [
        operation
        for operation in operations(attack.client.app.openapi())  # type: ignore[attr-defined]
        if not LEFT_OUT.search(operation.path)
    ]
    for operation in sorted(every, key=lambda one: FIRST.index(one.method.upper())):
        if ONLY.search(str(operation)):
            await attack.attack(operation)
    if ALL:
        print(attack.sent, "requests; never well:", sorted({str(one) for one in every} - attack.well))
    assert not attack.wrong, "\n".join(f"{name}: {words[:3]}" for name, words in attack.wrong.items())
    async with committed.read() as session:
        assert await session.scalar(text("select count(*) from tickets where id = 376189")) == 1


async def test_no_key_of_a_body_reaches_a_column_that_is_not_part_of_it(as_actor: Any) -> None:
    """Bodies may hold unknown keys; names of columns are none but those that are documented."""
    actor = await as_actor(type="serviceWorker")
    other = await as_actor(type="serviceWorker")
    sent = {"name": "Mine", "owner_id": other.actor_id, "position": 7, "deleted_at": "2020-01-01T00:00:00Z", "id": 4711}
    made = await actor.post("/ticketView", json=sent)
    assert made.status_code == 200, made.text
    view_id = made.json().get("id") or made.json()["ticketView"]["id"]
    assert view_id != 4711
    assert (await actor.patch(f"/ticketView/{view_id}", json=sent | {"name": "Still"})).status_code == 200
    [view] = [one for one in (await actor.get("/ticketView")).json()["views"] if one["id"] == view_id]
    assert (view["name"], view["ownerId"]) == ("Still", actor.actor_id)
    executor = {"type": "apiCall", "request": {"url": "https://hooks.example/a"}}
    hook = {"name": "Hook", "events": ["TicketUpdated"], "executor": executor, "deleted_at": "2020-01-01T00:00:00Z"}
    made = await actor.post("/settings/eventHook", json=hook | {"last_error": "x"})
    assert made.status_code == 200, made.text
    hook_id = made.json()["id"]
    assert (await actor.patch(f"/settings/eventHook/{hook_id}", json=hook | {"last_error": "x"})).status_code == 200
    assert (await actor.get(f"/settings/eventHook/{hook_id}")).status_code == 200
