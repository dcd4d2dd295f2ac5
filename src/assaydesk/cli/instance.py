"""What a command needs to work on an instance: its settings, its database, the files with credentials."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import get_terminal_size
from typing import Any, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console
from sqlalchemy.exc import OperationalError

from assaydesk import registry
from assaydesk.domains.quality.judging.service import configured_ports
from assaydesk.integrations.web.opening import configured_web
from assaydesk.platform.config import Config
from assaydesk.platform.db.embedded import DatabaseUnreachable, EmbeddedPostgres
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.migrate import current_revision, head_revision
from assaydesk.platform.errors import DomainError
from assaydesk.platform.files.keys import write_private
from assaydesk.platform.jobs.job import Runtime
from assaydesk.platform.logging import configure_logging

T = TypeVar("T")

# Without a terminal lines are as long as a report needs; COLUMNS still counts.
WIDTH = get_terminal_size((160, 50)).columns
out = Console(width=WIDTH)
err = Console(stderr=True, width=WIDTH)


class CommandFailed(Exception):
    """Ends a command with one clear line and a code other than zero."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def load_config(*, quiet: bool = False, **given: Any) -> Config:
    """Settings from the environment, with the options of the command over them.

    `quiet`: the command names each failure itself, so that warnings are logged only when somebody set a level.
    """
    try:
        config = Config(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as failure:
        fault = failure.errors()[0]
        name = "_".join(str(part) for part in fault["loc"]).upper()
        raise CommandFailed(f"ASSAYDESK_{name}: {fault['msg']}.", 2) from failure
    silent = quiet and "log_level" not in config.model_fields_set
    configure_logging("error" if silent else config.log_level, config.log_format)
    return config


@contextmanager
def database_url(config: Config) -> Iterator[str]:
    """Address of the database: the one that is set, or the embedded one, started for as long as the block runs."""
    if config.database_url is not None:
        yield config.database_url.get_secret_value()
        return
    embedded = EmbeddedPostgres(config.data_path, fsync=config.database_fsync)
    embedded.start()
    embedded.watch()
    try:
        yield embedded.url
    finally:
        embedded.stop()


@asynccontextmanager
async def opened(config: Config, url: str, *, check: bool = True) -> AsyncIterator[Runtime]:
    """The running parts of an instance whose database is up to date."""
    registry.import_models()
    registry.register_handlers()
    registry.register_jobs()
    database = Database(url, pool_size=config.db_pool_size, pool_timeout=config.db_pool_timeout_seconds)
    try:
        if check:
            await _check_schema(database)
        judge = configured_ports(config)
        web = configured_web(config)
        try:
            yield Runtime(config, database, {"judge": judge, "web": web})
        finally:
            await web.close()
            await judge.close()
    finally:
        await database.close()


async def _check_schema(database: Database) -> None:
    async with database.engine.connect() as connection:
        found = await connection.run_sync(current_revision)
    if found != head_revision():
        raise CommandFailed("The database is not up to date. Run: assaydesk migrate")


def on_instance(
    config: Config,
    work: Callable[[Runtime], Awaitable[T]],
    *,
    check: bool = True,
    before: Callable[[Config, str], object] | None = None,
) -> T:
    """Run `work` on the instance, after `before` with the address of its database; close everything behind it."""

    async def run(url: str) -> T:
        async with opened(config, url, check=check) as runtime:
            return await work(runtime)

    with database_url(config) as url:
        if before is not None:
            before(config, url)
        return asyncio.run(run(url))


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turn what can go wrong in the world of an operator into one line and an exit code."""
    try:
        yield
    except CommandFailed as failure:
        _end(str(failure), failure.code)
    except DatabaseUnreachable as failure:
        _end(str(failure), 1)
    except OperationalError as failure:
        reason = str(failure.orig).strip().splitlines()
        _end(f"The database cannot be reached: {reason[0] if reason else 'no reason given'}", 1)
    except DomainError as failure:
        _end(f"{failure.message} ({failure.code})", 1)
    except OSError as failure:
        _end(f"{failure.filename or 'A file'}: {failure.strerror or failure}.", 1)
    except KeyboardInterrupt:
        _end("Interrupted.", 130)


def _end(message: str, code: int) -> None:
    err.print(f"assaydesk: {message}", style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(code)


@dataclass(frozen=True, slots=True)
class Credential:
    """One person's way to sign in, as it was handed out."""

    email: str
    password: str
    role: str


def credentials_file(config: Config) -> Path:
    return config.data_path / "credentials.json"


def read_credentials(config: Config) -> list[Credential]:
    """The handed-out passwords, the administrator first."""
    try:
        stored = json.loads(credentials_file(config).read_text())
    except FileNotFoundError:
        return []
    return [Credential(**item) for item in stored]


def keep_credentials(config: Config, new: list[Credential]) -> None:
    """Add to the file; a later password of the same person replaces the earlier one."""
    known = {item.email: item for item in read_credentials(config)} | {item.email: item for item in new}
    ordered = sorted(known.values(), key=lambda item: (not item.email.startswith("admin@"), item.role, item.email))
    content = json.dumps([{"email": c.email, "password": c.password, "role": c.role} for c in ordered], indent=1)
    config.data_path.mkdir(parents=True, exist_ok=True)
    write_private(credentials_file(config), content.encode())
