"""Bringing a database to the schema of this version."""

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from assaydesk.platform.db.engine import sqlalchemy_url

FOLDER = Path(__file__).parents[2] / "migrations"
_LOCK = 717_017


def alembic_config() -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    return config


def head_revision() -> str:
    """The newest revision that this version knows."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    assert head is not None
    return head


def upgrade(url: str) -> None:
    """Apply what is missing. Parallel callers wait for one another."""
    engine = create_engine(sqlalchemy_url(url), poolclass=NullPool)
    try:
        with engine.connect() as guard, engine.connect() as connection:
            guard.execute(text("select pg_advisory_lock(:key)"), {"key": _LOCK})
            config = alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    finally:
        engine.dispose()


def current_revision(connection: Connection) -> str | None:
    """The revision that the database stands at; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()
