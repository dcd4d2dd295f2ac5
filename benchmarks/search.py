"""Searches and lists at 1,000,000 tickets and 3,000,000 messages beside the same at 10,000.

Bar (design): the 95th percentile at a million is at most three times that at ten thousand. Requests run in this process
over ASGI, in turns on both instances. Filling a million takes half an hour; folders that were filled before with
`assaydesk generate` can be named:

    python -m benchmarks.search [--large FOLDER] [--small FOLDER] [--rounds 20] [--plans]
"""

import argparse
import asyncio
import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

from sqlalchemy import event, text

from assaydesk import registry
from assaydesk.app import create_app
from assaydesk.cli.running import prepare
from assaydesk.domains.auth.sessions import start_session
from assaydesk.domains.demo.volume import generate_tickets
from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.profiles.service import ADMIN_ROLE
from assaydesk.platform.config import Config
from assaydesk.platform.db.embedded import EmbeddedPostgres
from assaydesk.platform.db.engine import Database
from assaydesk.platform.logging import configure_logging
from benchmarks.lists import call
from benchmarks.routing import measure

LARGE, SMALL = 1_000_000, 10_000


def q(words: str, *filters: dict[str, Any], order: str = "createdAt", direction: str = "desc") -> dict[str, Any]:
    found = [{"key": "q", "comparator": "contains", "value": words}, *filters]
    return {"limit": 50, "filters": found, "orderByField": order, "orderByDirection": direction}


def listed(*filters: dict[str, Any], order: str = "createdAt", **more: Any) -> dict[str, Any]:
    return {"limit": 50, "filters": list(filters), "orderByField": order, "orderByDirection": "desc", **more}


OPEN = {"key": "status", "comparator": "equal", "value": "open"}
SEARCHES: dict[str, dict[str, Any]] = {
    "a name": q("Schäfer Frieda"),
    "an address": q("frieda.schafer13@post.example"),
    "a customer id": q("K-1001234"),
    "part of a number": q("1001234"),
    "a ticket id": q("4711"),
    "a compound": q("Stromrechnung"),
    "part of compounds": q("abschlag"),
    "two common words": q("Rechnung prüfen"),
    "a phrase": q('"im letzten Jahr"'),
    "one word without another": q("Mahnung -Umzug"),
    "English, by relevance": q("refund heat pump", order="relevance"),
    "a word in open tickets": q("Kündigung", OPEN),
}
LISTS: dict[str, dict[str, Any]] = {
    "list: newest": listed(),
    "list: open, by due date": listed(OPEN, order="dueBy") | {"orderByDirection": "asc"},
    "list: one customer": listed({"key": "customerId", "comparator": "equal", "value": "K-1001234"}),
    "list: a tag, last week": listed(
        {"key": "tagId", "comparator": "in", "values": [1]},
        {"key": "createdAt", "comparator": "greater", "value": "-7d"},
    ),
}


@dataclass
class Instance:
    """One filled instance, ready to be asked. `sent`: statements of the last request with their parameters."""

    database: Database
    app: Any
    token: str
    sent: list[tuple[str, Any]]

    async def ask(self, path: str, body: dict[str, Any]) -> float:
        """Milliseconds of one request."""
        packed = json.dumps(body).encode()
        started = time.perf_counter()
        await call(self.app, "POST", path, b"", packed, self.token)
        return (time.perf_counter() - started) * 1000


def ready(folder: Path) -> tuple[EmbeddedPostgres, Config]:
    configure_logging("error")
    config = Config(data_dir=folder)
    server = EmbeddedPostgres(folder)
    server.start()
    return server, config


async def opened(url: str, config: Config, number: int) -> Instance:
    database = Database(url)
    await generate_tickets(database, number)
    async with database.write() as session:
        admin = await session.scalar(text("select min(id) from profiles where type = 'user'"))
        token = (await start_session(session, issuer=config.base_url, user_id=admin)).token
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        sent.append((statement, parameters))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    return Instance(database, create_app(config, database), token, sent)


def percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


async def compare(name: str, path: str, body: dict[str, Any], large: Instance, small: Instance, rounds: int) -> Any:
    times: tuple[list[float], list[float]] = ([], [])
    for instance in (large, small):
        await instance.ask(path, body)
    for _ in range(rounds):
        for kept, instance in zip(times, (large, small), strict=True):
            kept.append(await instance.ask(path, body))
    many, few = times
    ratio = percentile(many, 0.95) / percentile(few, 0.95)
    print(
        f"{name:<28} p50 {percentile(many, 0.5):7.1f} ms, p95 {percentile(many, 0.95):7.1f} ms; at {SMALL}: "
        f"p50 {percentile(few, 0.5):6.1f}, p95 {percentile(few, 0.95):6.1f}; ratio {ratio:5.2f}",
        flush=True,
    )
    return percentile(many, 0.95), name, path, body, many, few


async def next_tickets(large: Instance, small: Instance, rounds: int) -> None:
    """`getLatest` of people who have no ticket yet, in each order: one whom all tickets fit, one whom none fits."""
    settings: dict[str, dict[str, Any]] = {"all fit": {}, "none fits": {"skills": {"channels": ["walkIn"]}}}
    for name, values in settings.items():
        people = []
        for instance in (large, small):
            async with instance.database.write() as session:
                person = Profile(
                    first_name="Nia", last_name="Next", email=f"{token_hex(6)}@desk.example", role_id=ADMIN_ROLE,
                    settings=values,
                )  # fmt: skip
                session.add(person)
                await session.flush()
                people.append(person.id)
        for mode in (1, 2, 3, 4):
            for attempt in range(2):  # The first one fills the caches.
                many = await measure(large.database, people[:1], mode=mode, calls=rounds * 3)
                few = await measure(small.database, people[1:], mode=mode, calls=rounds * 3)
                if attempt:
                    print(
                        f"getLatest {mode}, {name:<12} p50 {many['p50']:7.1f} ms, p95 {many['p95']:7.1f} ms; at "
                        f"{SMALL}: p50 {few['p50']:6.1f}, p95 {few['p95']:6.1f}; ratio "
                        f"{many['p95'] / few['p95']:5.2f}, handed out {many['handed']:.0%} and {few['handed']:.0%}",
                        flush=True,
                    )


async def explain(instance: Instance, path: str, body: dict[str, Any]) -> None:
    """The plans of the statements of a request that take longest."""
    instance.sent.clear()
    await instance.ask(path, body)
    plans = []
    async with instance.database.engine.connect() as connection:
        await connection.exec_driver_sql("set plan_cache_mode = force_custom_plan")
        for statement, parameters in list(instance.sent):
            if not statement.lstrip().lower().startswith(("select", "with")):
                continue
            plan = await connection.exec_driver_sql(
                f"explain (analyze, costs off, buffers off) {statement}", parameters
            )
            lines = [row[0] for row in plan]
            plans.append((float(lines[-1].split(":")[1].split()[0]), lines))
    for _, lines in sorted(plans, reverse=True, key=lambda one: one[0])[:2]:
        print("\n".join(line[:160] for line in lines), end="\n\n")


async def run(large: Instance, small: Instance, rounds: int, plans: bool) -> None:
    results = [
        await compare(name, "/api/mind/ticket/search", body, large, small, rounds) for name, body in SEARCHES.items()
    ]
    for title, group in (("twelve searches", results),):
        many = [one for result in group for one in result[4]]
        few = [one for result in group for one in result[5]]
        print(
            f"{title}: p50 {percentile(many, 0.5):.1f} ms, p95 {percentile(many, 0.95):.1f} ms; at {SMALL}: p50 "
            f"{percentile(few, 0.5):.1f}, p95 {percentile(few, 0.95):.1f}; ratio of p95 "
            f"{percentile(many, 0.95) / percentile(few, 0.95):.2f} (bar 3)"
        )
    results += [
        await compare(name, "/api/mind/ticket/search", body, large, small, rounds) for name, body in LISTS.items()
    ]
    await next_tickets(large, small, rounds)
    if plans:
        for _, name, path, body, *_ in sorted(results, reverse=True, key=lambda one: one[0])[:3]:
            print(f"\n== {name}")
            await explain(large, path, body)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--large", type=Path)
    parser.add_argument("--small", type=Path)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--plans", action="store_true")
    given = parser.parse_args()
    registry.import_models()
    with tempfile.TemporaryDirectory() as name:
        folders = (given.large or Path(name) / "large", given.small or Path(name) / "small")
        servers = [ready(folder) for folder in folders]
        try:
            for server, config in servers:
                prepare(config, server.url)

            async def both() -> None:
                (large, first), (small, second) = servers
                await run(
                    await opened(large.url, first, LARGE), await opened(small.url, second, SMALL),
                    given.rounds, given.plans,
                )  # fmt: skip

            asyncio.run(both())
        finally:
            for server, _ in servers:
                server.stop()


if __name__ == "__main__":
    main()
