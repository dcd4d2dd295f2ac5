"""The schema: models and migrations agree, and the queue library's files are all applied."""

from importlib import import_module
from importlib.resources import files

from alembic import command
from sqlalchemy import create_engine

from assaydesk import registry
from assaydesk.platform.db.embedded import EmbeddedPostgres
from assaydesk.platform.db.engine import sqlalchemy_url
from assaydesk.platform.db.migrate import alembic_config
from tests.conftest import TEMPLATE


def test_models_and_migrations_agree(server: EmbeddedPostgres) -> None:
    registry.import_models()
    engine = create_engine(sqlalchemy_url(server.url_of(TEMPLATE)))
    with engine.connect() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.check(config)
    engine.dispose()


def test_every_file_of_the_queue_library_has_been_applied() -> None:
    first = import_module("assaydesk.migrations.versions.0001_extensions_and_queue")
    shipped = {item.name for item in files("procrastinate.sql.migrations").iterdir() if item.name.endswith(".sql")}
    assert shipped == set(first.QUEUE_FILES)
