"""An instance of an earlier release keeps its data and gets what the new tables derive from it."""

import os
from collections.abc import Iterator

import psycopg
import pytest
from alembic import command
from sqlalchemy import create_engine

from assaydesk import registry
from assaydesk.platform.db.embedded import EmbeddedPostgres
from assaydesk.platform.db.engine import sqlalchemy_url
from assaydesk.platform.db.migrate import alembic_config

BEFORE = """
insert into tags (id, name) values (7, 'Bill');
insert into customers (customer_id, lastname, email, contracts) values
    ('C-1', 'Müller', 'mueller@example.com', '[{"id": "V-1", "status": "active", "firstname": "Jörg"}]');
insert into tickets (id, channel, subject, from_address, created_at, sla_started_at, customer_id, contract_id)
    values (42, 'email', 'Abschlagsrechnung', 'mueller@example.com', now(), now(), 'C-1', 'V-1');
insert into ticket_tags (ticket_id, tag_id) values (42, 7);
insert into conversations (id, ticket_id, direction, body, body_plain, body_clean, created_at) values
    (1, 42, 'in', 'x', 'Zählerstand 715559', 'Zählerstand 715559', now()),
    (2, 42, 'in', 'x', 'vanished', 'vanished', now());
update conversations set deleted_at = now() where id = 2;
insert into ticket_changes (ticket_id, at, kind, changes) values (42, now(), 'created', '{}');
"""


@pytest.fixture
def earlier(server: EmbeddedPostgres) -> Iterator[str]:
    """A database of the release before this one, with some rows."""
    name = "earlier_" + os.environ.get("PYTEST_XDIST_WORKER", "main")
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as connection:
        connection.execute(
            f"create database {name} template template0 locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'"
        )
    yield server.url_of(name)
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")


def _upgrade(url: str, revision: str) -> None:
    registry.import_models()
    engine = create_engine(sqlalchemy_url(url))
    with engine.connect() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()
    engine.dispose()


def test_given_rows_of_the_release_before_they_are_kept_and_found(earlier: str) -> None:
    _upgrade(earlier, "0002")
    with psycopg.connect(earlier) as connection:
        connection.execute(BEFORE)
    _upgrade(earlier, "head")
    with psycopg.connect(earlier) as connection:
        ticket = connection.execute("select subject, carried_tag_ids, version from tickets where id = 42").fetchone()
        assert ticket == ("Abschlagsrechnung", [7], 1)
        contract = connection.execute("select contract_id, customer_id, firstname from contracts").fetchall()
        assert contract == [("V-1", "C-1", "Jörg")]
        words = connection.execute("select words::text from ticket_search where ticket_id = 42").fetchone()
        assert words is not None
        assert "715559" in words[0]
        assert "vanished" not in words[0]
        assert connection.execute("select kind, details from ticket_changes").fetchall() == [("created", None)]
