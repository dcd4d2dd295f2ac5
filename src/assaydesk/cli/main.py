"""The command line. Long work shows progress; what goes wrong is one clear line and an exit code."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from rich.table import Table

from assaydesk import __version__
from assaydesk.app import create_app
from assaydesk.cli import data, fairness, learning, lint, replay, reports, running, volume
from assaydesk.cli.instance import (
    CommandFailed,
    clear_errors,
    database_url,
    err,
    keep_credentials,
    load_config,
    on_instance,
    opened,
    out,
    read_credentials,
)
from assaydesk.cli.options import DatabaseUrl, DataDir, Host, LogLevel, Port
from assaydesk.cli.processes import check_port
from assaydesk.domains.auth.service import sign_in_by_email, still_valid
from assaydesk.platform.config import explain
from assaydesk.platform.db.engine import Database
from assaydesk.platform.http.document import build_document, document_text
from assaydesk.platform.http.server import Server
from assaydesk.platform.jobs.job import Runtime
from assaydesk.worker import work

app = typer.Typer(
    name="assaydesk",
    help="A service desk in which every piece of work can be assessed, with the evidence quoted.",
    epilog="Example: assaydesk demo",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
app.add_typer(data.importing, name="import")
app.add_typer(reports.reporting, name="report")
app.command("assess", epilog=data.ASSESS_EXAMPLE)(data.assess)
app.command("learn", epilog=learning.EXAMPLE)(learning.learn)
app.command("replay", epilog=replay.EXAMPLE)(replay.replay)
app.command("lint", epilog=lint.EXAMPLE)(lint.lint)
app.command("fairness", epilog=fairness.EXAMPLE)(fairness.fairness)
app.command("generate", epilog=volume.EXAMPLE)(volume.generate)
app.command("demo", epilog="Example: assaydesk demo --port 8700")(running.demo)
app.command("up", epilog="Example: assaydesk up --host 0.0.0.0 --port 8700")(running.up)


def _show_version(wanted: bool) -> None:
    if wanted:
        out.print(f"assaydesk {__version__}", highlight=False)
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None: ...


@app.command(epilog="Example: assaydesk serve --port 8700")
def serve(
    data_dir: DataDir = None,
    database: DatabaseUrl = None,
    host: Host = None,
    port: Port = None,
    log_level: LogLevel = None,
) -> None:
    """Answer the API. Run `assaydesk migrate` first; run `assaydesk worker` beside it."""
    with clear_errors():
        config = load_config(data_dir=data_dir, database_url=database, host=host, port=port, log_level=log_level)
        check_port(config)

        async def run(url: str) -> None:
            async with opened(config, url) as runtime:
                web = create_app(config, runtime.database, runtime.ports)
                server = Server(
                    uvicorn.Config(
                        web, host=config.host, port=config.port, log_config=None, access_log=False,
                        server_header=False, timeout_graceful_shutdown=15, timeout_keep_alive=30,
                    ),
                    web.state.context,
                )  # fmt: skip
                await server.serve()

        with database_url(config) as url:
            asyncio.run(run(url))


@app.command(epilog="Example: assaydesk worker")
def worker(data_dir: DataDir = None, database: DatabaseUrl = None, log_level: LogLevel = None) -> None:
    """Run background jobs: assessments and everything on a schedule. Start as many as you like."""
    with clear_errors():
        config = load_config(data_dir=data_dir, database_url=database, log_level=log_level)
        on_instance(config, work)


@app.command(epilog="Example: assaydesk migrate")
def migrate(data_dir: DataDir = None, database: DatabaseUrl = None) -> None:
    """Bring the database up to date, and make the first administrator when there is nobody yet."""
    with clear_errors():
        config = load_config(data_dir=data_dir, database_url=database)
        with database_url(config) as url:
            first = running.prepare(config, url)
        out.print("The database is up to date.", highlight=False)
        if first is not None:
            keep_credentials(config, [first])
            out.print(f"First administrator: {first.email}  password: {first.password}", highlight=False, markup=False)


@app.command(epilog="Example: assaydesk credentials")
def credentials(data_dir: DataDir = None, database: DatabaseUrl = None) -> None:
    """Print e-mail, password and role of the people whose passwords were made by a command and still hold."""
    with clear_errors():
        config = load_config(data_dir=data_dir, database_url=database)
        known = read_credentials(config)
        if not known:
            raise CommandFailed("There are no stored credentials. Run: assaydesk migrate, or assaydesk demo")

        async def check(runtime: Runtime) -> set[str]:
            return await still_valid(runtime.database, {item.email: item.password for item in known})

        valid = on_instance(config, check)
        for item in known:
            if item.email in valid:
                typer.echo(f"{item.email}  {item.password}  {item.role}")
        if len(valid) < len(known):
            err.print(f"{len(known) - len(valid)} passwords were changed since and are not shown.", highlight=False)


@app.command(epilog='Example: curl -H "Authorization: Bearer $(assaydesk token --user admin@...)" ...')
def token(
    user: Annotated[str, typer.Option("--user", help="E-mail address of the person.")],
    data_dir: DataDir = None,
    database: DatabaseUrl = None,
) -> None:
    """Print a session token of 24 hours for a person, and nothing else."""
    with clear_errors():
        config = load_config(data_dir=data_dir, database_url=database)

        async def issue(runtime: Runtime) -> str:
            async with runtime.database.write() as session:
                return (await sign_in_by_email(session, user, issuer=config.base_url)).token

        typer.echo(on_instance(config, issue))


@app.command(epilog="Example: assaydesk openapi --out openapi.json")
def openapi(
    path: Annotated[Path | None, typer.Option("--out", help="Write to this file instead of the terminal.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Only compare with the file; exit 1 when it differs.")] = False,
) -> None:
    """Print the OpenAPI document of this version. Needs no database."""
    with clear_errors():
        config = load_config()
        web = create_app(config, Database("postgresql:///unused"))
        text = document_text(build_document(web))
        if check:
            if path is None or not path.exists() or path.read_text() != text:
                raise CommandFailed(f"{path or 'the document'} is not up to date. Run: make openapi")
        elif path is None:
            typer.echo(text, nl=False)
        else:
            path.write_text(text)


@app.command("config", epilog="Example: assaydesk config --json")
def show_config(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data_dir: DataDir = None,
    database: DatabaseUrl = None,
    host: Host = None,
    port: Port = None,
) -> None:
    """Print every setting of the process with its value and source. Secrets are masked."""
    with clear_errors():
        config = load_config(data_dir=data_dir, database_url=database, host=host, port=port)
        rows = explain(config)
        if as_json:
            typer.echo(json.dumps([dict(zip(("name", "value", "source", "help"), row, strict=True)) for row in rows]))
            return
        table: Any = Table("Setting", "Value", "Source", "Meaning")
        for row in rows:
            table.add_row(*row)
        out.print(table, markup=False)


def main() -> None:
    """Entry point of the `assaydesk` command."""
    app()
