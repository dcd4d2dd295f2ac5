"""Alembic environment: one tree, a short lock time-out, and no look at the queue library's own tables."""

from alembic import context
from sqlalchemy import Connection

from assaydesk.platform.db.base import metadata
from assaydesk.registry import import_models

import_models()


def include_object(_: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    return not (name or "").startswith("procrastinate_")


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_object=include_object,
        compare_type=True,
        compare_server_default=False,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
