"""`PATCH /ticket` with 1,000 tickets, beside hand-written set-based SQL that leaves the same rows and history.

Both commit on an embedded server with fsync, in turn, from the same state. Bar (design): at most 3x. The request is
measured without time tracking, because the SQL writes none; with it is shown as a figure of its own.
"""

import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import psycopg

from assaydesk import registry
from assaydesk.app import create_app
from assaydesk.domains.auth.sessions import start_session
from assaydesk.domains.auth.tokens import ensure_signing_key
from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.profiles.service import ADMIN_ROLE, ensure_roles
from assaydesk.platform.config import Config
from assaydesk.platform.db.embedded import EmbeddedPostgres
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.migrate import upgrade
from assaydesk.platform.logging import configure_logging

STORED, CHANGED, ROUNDS = 20_000, 1_000, 9
BAR = 3.0

SETUP = f"""
insert into tags (id, name) select number, 'Tag ' || number from generate_series(1, 20) number;
insert into tickets (id, channel, subject, from_address, created_at, sla_started_at, agent_id)
select number, 'email', 'Question ' || number, 'tom@example.com', now(), now(), 1
from generate_series(1, {STORED}) number;
insert into ticket_tags (ticket_id, tag_id) select number, 1 + number % 3 from generate_series(1, {STORED}) number;
"""

RESET = f"""
truncate ticket_changes, work_signals, work_segments, worklogs cascade;
delete from ticket_tags where ticket_id <= {CHANGED};
insert into ticket_tags (ticket_id, tag_id) select number, 1 + number % 3 from generate_series(1, {CHANGED}) number;
update tickets set status = 'open', priority = 'medium', priority_was_set_manually = false, summary = null, version = 1,
  closed_at = null, agent_id = 1, assigned_agent_ids = '{{}}' where id <= {CHANGED};
vacuum analyze tickets, ticket_tags;
"""

BY_HAND = """
with given as materialized (
  select * from jsonb_to_recordset(%(items)s::jsonb) as g(
    id bigint, status text, priority text, summary text, "tagIds" bigint[], "agentId" bigint)
), before as materialized (
  select t.id, t.status, t.priority, t.summary, t.agent_id, t.version, t.closed_at, t.priority_was_set_manually
  from tickets t join given using (id) order by t.id for no key update of t
), tagged as materialized (
  select b.id, coalesce(array_agg(tag_id order by tag_id) filter (where tag_id is not null), '{}') as tags
  from before b left join ticket_tags p on p.ticket_id = b.id group by b.id
), written as (
  update tickets t set status = g.status, priority = g.priority, summary = g.summary, agent_id = g."agentId",
    priority_was_set_manually = true, closed_at = %(now)s, modified_at = %(now)s, version = b.version + 1
  from given g join before b using (id) where t.id = g.id
), removed as (
  delete from ticket_tags p using given g where p.ticket_id = g.id and p.tag_id <> all (g."tagIds")
), added as (
  insert into ticket_tags (ticket_id, tag_id, set_by, set_by_user_id, set_at)
  select g.id, tag, 'user', %(user)s, %(now)s from given g, unnest(g."tagIds") tag on conflict do nothing
)
insert into ticket_changes (ticket_id, at, user_id, kind, changes, version, tx_id)
select g.id, %(now)s, %(user)s, 'changed', jsonb_build_object(
    'status', jsonb_build_object('old', b.status, 'new', g.status),
    'priority', jsonb_build_object('old', b.priority, 'new', g.priority),
    'summary', jsonb_build_object('old', b.summary, 'new', g.summary),
    'agentId', jsonb_build_object('old', b.agent_id, 'new', g."agentId"),
    'tagIds', jsonb_build_object('old', a.tags, 'new', g."tagIds"),
    'closedAt', jsonb_build_object('old', b.closed_at, 'new', %(now)s),
    'priorityWasSetManually', jsonb_build_object('old', b.priority_was_set_manually, 'new', true)
  ), b.version + 1, ''
from given g join before b using (id) join tagged a using (id)
"""

RESULT = f"""
select t.id, t.status, t.priority, t.summary, t.agent_id, t.version, t.closed_at is not null,
  (select array_agg(tag_id order by tag_id) from ticket_tags where ticket_id = t.id),
  (select jsonb_agg(changes #- '{{closedAt,new}}') from ticket_changes where ticket_id = t.id)
from tickets t where t.id <= {CHANGED} order by t.id
"""


def items() -> list[dict[str, Any]]:
    return [
        {
            "id": number,
            "status": "closed",
            "priority": "high",
            "summary": f"Answered {number}",
            "tagIds": [5, 6 + number % 10],
            "agentId": 2,
        }
        for number in range(1, CHANGED + 1)
    ]


async def prepare(database: Database, config: Config) -> str:
    async with database.write() as session:
        await ensure_roles(session)
        await ensure_signing_key(session)
        session.add_all(
            Profile(id=number, first_name=f"Agent {number}", email=f"a{number}@desk.example", role_id=ADMIN_ROLE)
            for number in (1, 2)
        )
        await session.flush()
        return (await start_session(session, issuer=config.base_url, user_id=1)).token


async def measure(url: str, config: Config) -> tuple[list[float], list[float], list[float]]:
    """Seconds of each round: by hand, by request, by request with time tracking."""
    registry.import_models()
    upgrade(url)
    database = Database(url)
    token = await prepare(database, config)
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(config, database)),
        base_url="http://desk.test/api/mind",
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    body = json.dumps(items()).encode()
    by_hand: list[float] = []
    by_request: dict[str, list[float]] = {"false": [], "true": []}
    results = []
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection, client:
        await connection.execute(SETUP)
        for _ in range(ROUNDS):
            await reset(connection)
            started = time.perf_counter()
            async with connection.transaction():
                now = (await (await connection.execute("select now()")).fetchone() or [None])[0]
                await connection.execute(BY_HAND, {"items": body.decode(), "now": now, "user": 1})
            by_hand.append(time.perf_counter() - started)
            results.append(await (await connection.execute(RESULT)).fetchall())
            for track, seconds in by_request.items():
                await reset(connection)
                started = time.perf_counter()
                answer = await client.patch("/ticket", params={"trackTime": track}, content=body)
                seconds.append(time.perf_counter() - started)
                assert answer.status_code == 200, answer.text
                results.append(await (await connection.execute(RESULT)).fetchall())
    await database.close()
    assert all(result == results[0] for result in results), "the two ways leave different rows"
    return by_hand, by_request["false"], by_request["true"]


async def reset(connection: psycopg.AsyncConnection[Any]) -> None:
    for statement in RESET.split(";"):
        if statement.strip():
            await connection.execute(statement)


def main() -> None:
    configure_logging("error")
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "data")
        server.start()
        try:
            by_hand, request, tracked = asyncio.run(
                measure(server.url, Config(data_dir=Path(folder), log_level="error"))
            )
        finally:
            server.stop()
    base = statistics.median(by_hand)
    for name, seconds in (("PATCH /ticket", request), ("with time tracking", tracked)):
        middle = statistics.median(seconds)
        figures = f"{middle * 1000:.0f} ms, by hand {base * 1000:.0f} ms, ratio {middle / base:.2f}"
        print(f"{name}: {CHANGED} tickets in {figures}")
    print(f"bar: {BAR:.1f}x without time tracking")


if __name__ == "__main__":
    main()
