"""Make a migration from the difference between the models and the newest migration: `make migration MESSAGE="..."`."""

import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

from assaydesk import registry
from assaydesk.platform.db.embedded import EmbeddedPostgres
from assaydesk.platform.db.engine import sqlalchemy_url
from assaydesk.platform.db.migrate import FOLDER, alembic_config


def main(message: str) -> None:
    if not message.strip():
        raise SystemExit('Say what changes: make migration MESSAGE="Add a column for ..."')
    registry.import_models()
    number = max(int(file.name[:4]) for file in (FOLDER / "versions").glob("[0-9]*.py")) + 1
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "data", fsync=False)
        server.start()
        try:
            engine = create_engine(sqlalchemy_url(server.url))
            with engine.connect() as connection:
                config = alembic_config()
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                connection.commit()
                command.revision(config, message=message, autogenerate=True, rev_id=f"{number:04}")
            engine.dispose()
        finally:
            server.stop()


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
