"""`up` and `demo`: the whole program in one process tree."""

import asyncio
import json
import sys
import time
import urllib.request
from pathlib import Path

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from assaydesk.cli.instance import (
    CommandFailed,
    Credential,
    clear_errors,
    database_url,
    err,
    keep_credentials,
    load_config,
    opened,
    out,
    read_credentials,
)
from assaydesk.cli.options import DatabaseUrl, DataDir, Host, LogLevel, Port
from assaydesk.cli.output import assessment_table
from assaydesk.cli.processes import Children, Stop, check_port
from assaydesk.domains.auth.tokens import ensure_signing_key
from assaydesk.domains.demo.service import seed_company
from assaydesk.domains.profiles.service import ensure_first_admin, ensure_roles
from assaydesk.domains.quality.assessments.service import count_waiting, report_rows
from assaydesk.platform.config import Config
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.migrate import current_revision, upgrade
from assaydesk.platform.jobs.job import Runtime

HEALTHY_SECONDS = 60.0
ASSESSED_SECONDS = 300.0


def prepare(config: Config, url: str, *, first_admin: bool = True) -> Credential | None:
    """Migrate, and make what every instance has. Answers the first administrator when one was made."""
    upgrade(url)

    async def defaults() -> Credential | None:
        async with opened(config, url) as runtime:
            async with runtime.database.write() as session:
                await ensure_roles(session)
                await ensure_signing_key(session)
            if not first_admin:
                return None
            made = await ensure_first_admin(runtime.database)
            return None if made is None else Credential(made.email, made.password, "Admin")

    return asyncio.run(defaults())


def found_when_empty(config: Config, url: str) -> None:
    """Make an instance of an embedded database in which there is nothing yet.

    So the first import needs no other command before it. An own database may be meant for something else, and an older
    one may be in use by an older release: they ask for `migrate`.
    """
    if config.database_url is not None or asyncio.run(_founded(url)):
        return
    first = prepare(config, url)
    if first is not None:
        keep_credentials(config, [first])
    err.print(
        f"New instance in {config.data_path}. Who can sign in: assaydesk credentials", highlight=False, markup=False
    )


async def _founded(url: str) -> bool:
    database = Database(url)
    try:
        async with database.engine.connect() as connection:
            return await connection.run_sync(current_revision) is not None
    finally:
        await database.close()


def up(
    data_dir: DataDir = None,
    database: DatabaseUrl = None,
    host: Host = None,
    port: Port = None,
    log_level: LogLevel = None,
) -> None:
    """Run everything: database, API and worker, in one process tree, until Ctrl-C."""
    with clear_errors():
        config = load_config(data_dir=data_dir, database_url=database, host=host, port=port, log_level=log_level)
        check_port(config)
        stop = Stop()
        with database_url(config) as url:
            first = prepare(config, url)
            if first is not None:
                keep_credentials(config, [first])
                out.print(f"First administrator: {first.email}  password: {first.password}", markup=False)
            children = Children(config, url)
            children.start("serve", "worker")
            try:
                _wait_until_healthy(config, stop)
                out.print(f"Assaydesk answers at {config.base_url}  (API: {config.base_url}/api/mind/docs)")
                stop.wait()
            finally:
                children.stop()


def demo(
    data_dir: DataDir = None,
    database: DatabaseUrl = None,
    host: Host = None,
    port: Port = None,
    log_level: LogLevel = "warning",
) -> None:
    """Run everything with an invented company: people, tickets, worklogs and assessments to look at."""
    with clear_errors():
        config = load_config(data_dir=data_dir, database_url=database, host=host, port=port, log_level=log_level)
        check_port(config)
        stop = Stop()
        with database_url(config) as url:
            prepare(config, url, first_admin=False)
            _seed(config, url)
            children = Children(
                config, url, {"ASSAYDESK_SIGN_IN_HINT": config.sign_in_hint or _credentials_command(config)}
            )
            children.start("serve", "worker")
            try:
                _wait_until_healthy(config, stop)
                _print_way_in(config)
                if not stop.event.is_set():
                    _show_assessments(config, url, stop)
                    out.print("\nRunning. Press Ctrl-C to stop.", style="bold")
                stop.wait()
            finally:
                children.stop()


def _seed(config: Config, url: str) -> None:
    async def fill() -> None:
        async with opened(config, url) as runtime:
            with Progress(SpinnerColumn(), TextColumn("{task.description}"), console=err, transient=True) as progress:
                line = progress.add_task("Founding the demonstration company ...")

                def tell(text: str) -> None:
                    progress.update(line, description=text)

                people = await seed_company(
                    runtime.database, known={c.email: c.password for c in read_credentials(config)},
                    keep=lambda found: keep_credentials(config, [Credential(*one) for one in found]), progress=tell,
                )  # fmt: skip
                if people:
                    keep_credentials(config, [Credential(*one) for one in people])

    asyncio.run(fill())


def _wait_until_healthy(config: Config, stop: Stop) -> None:
    """Return once the API answers; raise `CommandFailed` when it does not within the time."""
    host = "127.0.0.1" if config.host in {"0.0.0.0", "::"} else config.host  # noqa: S104 - compared, not bound
    address = f"http://[{host}]" if ":" in host else f"http://{host}"
    deadline = time.monotonic() + HEALTHY_SECONDS
    url = f"{address}:{config.port}/api/mind/health"
    while not stop.wait(0.2):
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - always http, to this machine
                if answer.status == 200:
                    return
        except OSError:
            pass
        if time.monotonic() > deadline:
            raise CommandFailed("The API did not get healthy within a minute; the log above says why.")


def _credentials_command(config: Config) -> str:
    """What to type in the same folder to see who can sign in."""
    program = Path(sys.executable).with_name("assaydesk")
    here = Path.cwd()
    shown = program.relative_to(here) if program.is_relative_to(here) else program
    folder = "" if config.data_path == here / ".assaydesk" else f" --data-dir {config.data_path}"
    return f"{shown} credentials{folder}"


def _print_way_in(config: Config) -> None:
    base = f"{config.base_url}/api/mind"
    people = read_credentials(config)
    out.print(f"\n[bold]Assaydesk[/bold] answers at {config.base_url}")
    out.print(f"  API to click through  {base}/docs", highlight=False)
    out.print(f"  API document          {base}/docs/open-api\n", highlight=False)
    out.print("[bold]Sign in as[/bold]  (also: assaydesk credentials)")
    for person in people:
        out.print(f"  {person.email:<46} {person.password:<24} {person.role}", highlight=False, markup=False)
    if not people:
        return
    admin = people[0]
    sign_in = json.dumps({"email": admin.email, "password": admin.password})
    out.print("\n[bold]Try[/bold]")
    for line in (
        f"TOKEN=$(curl -s {config.base_url}/api/auth/login -H 'Content-Type: application/json' -d '{sign_in}' "
        '| sed -E \'s/.*"token":"([^"]+)".*/\\1/\')',
        f"curl -s -H \"Authorization: Bearer $TOKEN\" '{base}/quality/assessment?limit=3'",
        f"curl -s -H \"Authorization: Bearer $TOKEN\" '{base}/ticket/1/worklog'",
    ):
        typer.echo(f"  {line}")


def _show_assessments(config: Config, url: str, stop: Stop) -> None:
    """Wait, with a bar, until the worker has assessed what there is; then print the table."""

    async def watch() -> None:
        async with opened(config, url) as runtime:
            await _until_assessed(runtime, stop)
            async with runtime.database.read() as session:
                rows = await report_rows(session)
            if rows:
                out.print()
                out.print(assessment_table(rows))

    asyncio.run(watch())


async def _until_assessed(runtime: Runtime, stop: Stop) -> None:
    deadline = time.monotonic() + ASSESSED_SECONDS
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        line = progress.add_task("The worker assesses the worklogs", total=None)
        most = 0
        while not stop.event.is_set() and time.monotonic() < deadline:
            async with runtime.database.read() as session:
                waiting = await count_waiting(session)
            most = max(most, waiting)
            progress.update(line, total=most or None, completed=most - waiting)
            if waiting == 0:
                return
            await asyncio.sleep(0.5)
