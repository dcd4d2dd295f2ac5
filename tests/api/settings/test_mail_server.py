"""The server for system mail: its password is sealed and never shown."""

from typing import Any

import pytest
from sqlalchemy import select

from assaydesk.domains.settings.models import Setting
from assaydesk.platform.audit import audit_entries
from assaydesk.platform.config import Config
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.secrets import secrets_of

SERVER = {"host": "mail.desk.example", "from": "desk@desk.example", "username": "desk", "password": "pässword"}


async def test_given_a_password_it_is_sealed_masked_and_kept(
    as_actor: Any, session: WriteSession, config: Config
) -> None:
    client = await as_actor()
    shown = (await client.put("/settings/smtpFallback", json={"value": SERVER})).json()["setting"]["value"]
    assert shown == SERVER | {"password": "********", "port": 465, "security": "tls"}
    again = await client.post("/settings", json={"smtpFallback": shown | {"port": 587, "security": "starttls"}})
    assert again.status_code == 200, again.text
    stored = await session.scalar(select(Setting.value).where(Setting.name == "smtpFallback"))
    assert stored is not None
    assert (secrets_of(config).unseal(stored["password"]), stored["port"]) == ("pässword", 587)
    for path in ("/settings/compact", "/settings/smtpFallback", "/settings?category=email"):
        answer = await client.get(path)
        assert "sealed:" not in answer.text, path
        assert "pässword" not in answer.text, path
    lines = await session.execute(select(audit_entries.c.old_value, audit_entries.c.new_value))
    assert "sealed:" not in str(lines.all())


@pytest.mark.parametrize(
    "spoiled",
    [
        {"host": ""}, {"from": "nobody"}, {"from": "a@b.example\r\nBcc: c@d.example"}, {"port": 0}, {"port": "x"},
        {"security": "ssl"}, {"password": 3}, {"other": 1},
    ],
)  # fmt: skip
async def test_given_a_malformed_server_it_is_refused(as_actor: Any, spoiled: dict[str, Any]) -> None:
    client = await as_actor()
    answer = await client.put("/settings/smtpFallback", json={"value": SERVER | spoiled})
    assert answer.status_code == 422, answer.text
