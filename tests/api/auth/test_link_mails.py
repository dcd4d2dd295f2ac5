"""Invitations and reset links go by mail when the instance sends mail (people.md 2.6, 2.12, 8.1)."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import text, update

from assaydesk.domains.auth.models import OneTimeLink
from assaydesk.domains.settings.service import set_setting
from assaydesk.platform.config import Config
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.jobs.job import JOBS
from assaydesk.platform.jobs.queue import enqueue
from assaydesk.platform.security.actor import SYSTEM
from tests.factories.outgoing import make_sender
from tests.factories.profiles import make_profile
from tests.servers.smtp_server import Mail, Say, SmtpServer

AUTH = "http://desk.test/api/auth"
NEW = "a longer password for tests"
PERSON = {"firstName": "Jörg", "lastName": "Müller", "email": "joerg@desk.example", "lang": "de"}


@pytest.fixture
def config(tmp_path: Any) -> Config:
    return Config(data_dir=tmp_path, embedding="hashed", log_level="error", allow_insecure_mail=True)


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    with SmtpServer() as started:
        yield started


@pytest.fixture
async def clock(session: WriteSession, run_jobs: Any) -> Any:
    async def tick() -> None:
        await enqueue(session, JOBS["channels.send_due"])
        await session.commit()
        await run_jobs()

    return tick


def token_of(mail: Mail) -> str:
    found = re.search(r"token=([\w-]+)", mail.text())
    assert found is not None
    return found.group(1)


async def set_password(client: httpx.AsyncClient, mail: Mail) -> int:
    answer = await client.post(f"{AUTH}/password/reset", json={"token": token_of(mail), "newPassword": NEW})
    return answer.status_code


async def test_given_a_server_for_system_mail_it_brings_the_links(
    as_actor: Any, anonymous: httpx.AsyncClient, session: WriteSession, smtp: SmtpServer, run_jobs: Any, clock: Any
) -> None:
    server = {"host": "127.0.0.1", "port": smtp.port, "security": "none", "from": "desk@lumen.example"}
    await set_setting(session, SYSTEM, "smtpFallback", server)
    await session.commit()
    admin = await as_actor()
    made = await admin.post("/profile", json=PERSON)
    assert made.status_code == 200, made.text
    await run_jobs()
    (first,) = smtp.mails
    assert (first.sender, first.recipients) == ("desk@lumen.example", ["joerg@desk.example"])
    assert (first.message["Subject"], first.message["Auto-Submitted"]) == ("Ihr Zugang zu Assaydesk", "auto-generated")
    assert "Guten Tag Jörg" in first.text()
    invited = (await admin.post(f"/profile/{made.json()['id']}/invite")).json()
    assert invited["link"] is None
    await run_jobs()
    assert await set_password(anonymous, smtp.mails[1]) == 200
    assert await set_password(anonymous, first) == 422
    forgot = [
        await anonymous.post(f"{AUTH}/password/forgot", json={"email": email})
        for email in ("joerg@desk.example", "nobody@desk.example")
    ]
    assert forgot[0].json() == forgot[1].json()
    assert forgot[0].json()["delivery"] == "mail"
    await clock()
    assert [mail.message["Subject"] for mail in smtp.mails[2:]] == ["Neues Passwort für Assaydesk"]
    assert await set_password(anonymous, smtp.mails[2]) == 200
    await clock()
    assert len(smtp.mails) == 3


async def test_given_the_default_mailbox_it_sends_links_too_and_tries_again(
    as_actor: Any, session: WriteSession, smtp: SmtpServer, run_jobs: Any, clock: Any
) -> None:
    await make_sender(session, smtp)
    person = await make_profile(session, email="ann@desk.example")
    await session.commit()
    admin = await as_actor()
    smtp.play(Say.RCPT_LATER)
    await admin.post(f"/profile/{person.id}/invite")
    await run_jobs()
    assert smtp.mails == []
    await session.execute(update(OneTimeLink).values(mail_next_try_at=text("now() - interval '1 second'")))
    await clock()
    assert [mail.recipients for mail in smtp.mails] == [["ann@desk.example"]]
    smtp.play(Say.BREAK_OFF)
    await admin.post(f"/profile/{person.id}/invite")
    await run_jobs()
    await clock()
    assert len(smtp.mails) == 2


async def test_given_no_mail_the_link_is_handed_over_and_nothing_waits(
    as_actor: Any, anonymous: httpx.AsyncClient, session: WriteSession, run_jobs: Any, clock: Any
) -> None:
    admin = await as_actor()
    made = (await admin.post("/profile", json=PERSON)).json()
    assert (await admin.post(f"/profile/{made['id']}/invite")).json()["link"] is not None
    await anonymous.post(f"{AUTH}/password/forgot", json={"email": PERSON["email"]})
    assert await run_jobs() == []
    await clock()
