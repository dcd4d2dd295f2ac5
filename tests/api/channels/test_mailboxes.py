"""Setting a mailbox up, testing it, fetching by hand, and its log."""

from typing import Any

import httpx
import pytest
from sqlalchemy import select

from assaydesk.domains.channels.models import MailboxState
from assaydesk.domains.settings.models import Subchannel
from assaydesk.kit.clock import utc_now
from assaydesk.platform.config import Config
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.secrets import is_sealed, secrets_of
from tests.conftest import ClientMaker
from tests.factories.mail import make_mail
from tests.servers.imap_server import ImapServer
from tests.servers.smtp_server import SmtpServer

PATH = "/settings/subchannel"
OLD = {"startFrom": "2000-01-01T00:00:00Z"}


@pytest.fixture
async def manager(as_actor: ClientMaker) -> httpx.AsyncClient:
    return await as_actor(permissions=["manageSubchannels"])


async def make(client: httpx.AsyncClient, data: Any, **values: Any) -> int:
    answer = await client.post(PATH, json={"channel": "email", "name": "Support", "data": data} | values)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["id"])


async def test_fetch_by_hand_and_log(manager: httpx.AsyncClient, imap_server: ImapServer, address: str) -> None:
    made = await make(manager, imap_server.data(address, **OLD))
    imap_server.deliver(address, make_mail("one"), make_mail("two", message_id="<a@x.example>"))
    imap_server.deliver(address, make_mail("and so", answers="<a@x.example>"))
    counts = {"success": True, "fetched": 3, "created": 2, "appended": 1, "skipped": 0}
    assert (await manager.post(f"{PATH}/{made}/fetch")).json() == counts
    none = counts | {"fetched": 0, "created": 0, "appended": 0}
    assert (await manager.post(f"{PATH}/{made}/fetch")).json() == none
    log = (await manager.get(f"{PATH}/{made}/log")).json()["log"]
    assert [(line["kind"], line["ok"], line["details"]["fetched"]) for line in log] == [
        ("fetch", True, 0),
        ("fetch", True, 3),
    ]


async def test_a_password_is_stored_sealed(
    manager: httpx.AsyncClient, session: WriteSession, config: Config, address: str
) -> None:
    made = await make(manager, {"address": address, "imap": {"host": "mail.example", "password": "s3cret"}})
    await manager.patch(f"{PATH}/{made}", json={"data": {"imap": {"password": "********", "port": 143}}})
    stored = (await session.scalar(select(Subchannel.data).where(Subchannel.id == made)))["imap"]["password"]
    assert is_sealed(stored)
    assert secrets_of(config).unseal(stored) == "s3cret"


@pytest.mark.parametrize(
    ("wrong", "checks"),
    [
        ({}, [("imapLogin", True), ("folders", True)]),
        ({"password": "wrong"}, [("imapLogin", False)]),
        ({"folder": "Nowhere"}, [("imapLogin", True), ("folders", False)]),
        ({"port": 1}, [("imapLogin", False)]),
        ({"security": "tls"}, [("imapLogin", False)]),
    ],
)
async def test_checks_of_a_mailbox(
    manager: httpx.AsyncClient, imap_server: ImapServer, address: str, wrong: Any, checks: Any
) -> None:
    made = await make(manager, imap_server.data(address, **wrong))
    answer = await manager.post(f"{PATH}/{made}/test")
    assert answer.status_code == 200, answer.text
    assert [(check["name"], check["ok"]) for check in answer.json()["checks"]] == checks
    (line,) = (await manager.get(f"{PATH}/{made}/log")).json()["log"]
    assert (line["kind"], line["ok"]) == ("test", all(ok for _, ok in checks))
    assert imap_server.password not in answer.text


async def test_tls_with_a_trusted_certificate(
    manager: httpx.AsyncClient, imap_server: ImapServer, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = imap_server.data(address, security="tls", port=imap_server.tls_port)
    made = await make(manager, data)
    (refused,) = (await manager.post(f"{PATH}/{made}/test")).json()["checks"]
    assert (refused["ok"], "certificate" in refused["message"]) == (False, True)
    monkeypatch.setenv("SSL_CERT_FILE", str(imap_server.ca_file))
    for security, port in (("tls", imap_server.tls_port), ("starttls", imap_server.port)):
        await manager.patch(f"{PATH}/{made}", json={"data": {"imap": {"security": security, "port": port}}})
        checks = (await manager.post(f"{PATH}/{made}/test")).json()["checks"]
        assert [check["ok"] for check in checks] == [True, True], checks


async def test_a_server_that_fails_is_502(manager: httpx.AsyncClient, imap_server: ImapServer, address: str) -> None:
    made = await make(manager, imap_server.data(address, password="wrong"))
    answer = await manager.post(f"{PATH}/{made}/fetch")
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "mail_fetch_failed")
    assert answer.json()["error"]["details"]["fetched"] == 0


async def test_a_mailbox_without_imap_and_a_busy_one_are_409(
    manager: httpx.AsyncClient, session: WriteSession, imap_server: ImapServer, address: str
) -> None:
    plain = await make(manager, {"address": f"x.{address}", "method": "api"})
    made = await make(manager, imap_server.data(address))
    session.add(MailboxState(subchannel_id=made, reader="other", reader_until=utc_now().replace(year=2999)))
    await session.commit()
    answers = [await manager.post(f"{PATH}/{one}/fetch") for one in (plain, made)]
    assert [(one.status_code, one.json()["error"]["code"]) for one in answers] == [
        (409, "no_mailbox"),
        (409, "mailbox_busy"),
    ]


async def test_refusals(
    manager: httpx.AsyncClient, as_actor: ClientMaker, anonymous: httpx.AsyncClient, address: str
) -> None:
    made = await make(manager, {"address": address})
    agent = await as_actor(permissions=["updateClientSettings"])
    for method, name in (("POST", "test"), ("POST", "fetch"), ("GET", "log")):
        assert (await anonymous.request(method, f"{PATH}/{made}/{name}")).status_code == 401
        assert (await agent.request(method, f"{PATH}/{made}/{name}")).status_code == 403
        unknown = await agent.request(method, f"{PATH}/999999/{name}")
        assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "subchannel_not_found")
    answer = await manager.post(f"{PATH}/{made}/test", json={"sendTo": "nobody"})
    assert (answer.status_code, answer.json()["error"]["details"]["fields"][0]["path"]) == (422, "sendTo")


@pytest.mark.parametrize(
    ("data", "path", "code"),
    [
        ({"address": "no address"}, "data.address", "bad_format"),
        ({"aliases": "a@desk.example"}, "data.aliases", "wrong_type"),
        ({"method": "pop3"}, "data.method", "not_allowed"),
        ({"imap": []}, "data.imap", "wrong_type"),
        ({"imap": {"port": 0}}, "data.imap.port", "out_of_range"),
        ({"imap": {"security": "ssl"}}, "data.imap.security", "not_allowed"),
        ({"imap": {"host": "a b"}}, "data.imap.host", "bad_format"),
        ({"imap": {"password": 1}}, "data.imap.password", "wrong_type"),
        ({"imap": {"afterFetch": "move"}}, "data.imap.moveTo", "required"),
        ({"imap": {"pollSeconds": 1}}, "data.imap.pollSeconds", "out_of_range"),
        ({"imap": {"startFrom": "yesterday"}}, "data.imap.startFrom", "bad_format"),
        ({"smtp": {"dailyLimit": "many"}}, "data.smtp.dailyLimit", "out_of_range"),
        ({"defaultTagIds": ["a"]}, "data.defaultTagIds", "wrong_type"),
        ({"defaultPriority": "highest"}, "data.defaultPriority", "not_allowed"),
        ({"letterDetection": "yes"}, "data.letterDetection", "wrong_type"),
        ({"autoresponder": {"enabled": 1}}, "data.autoresponder.enabled", "wrong_type"),
    ],
)
async def test_bad_data_of_a_mailbox(manager: httpx.AsyncClient, data: Any, path: str, code: str) -> None:
    answer = await manager.post(PATH, json={"channel": "email", "name": "A", "data": data})
    assert answer.status_code == 422
    assert [(one["path"], one["code"]) for one in answer.json()["error"]["details"]["fields"]] == [(path, code)]


async def test_an_alias_is_taken_like_an_address(manager: httpx.AsyncClient, address: str) -> None:
    await make(manager, {"address": address, "aliases": [f"a.{address}"]})
    answer = await manager.post(PATH, json={"channel": "email", "name": "B", "data": {"address": f"A.{address}"}})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "address_taken")


async def test_insecure_transport_is_refused_unless_the_operator_allows_it(
    app: Any, manager: httpx.AsyncClient, address: str
) -> None:
    app.state.context.config.allow_insecure_mail = False
    for part in ("imap", "smtp"):
        data = {"address": address, part: {"host": "mail.example", "security": "none"}}
        answer = await manager.post(PATH, json={"channel": "email", "name": "A", "data": data})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "insecure_transport")


async def test_smtp_is_checked_and_a_test_mail_sent(
    manager: httpx.AsyncClient, imap_server: ImapServer, address: str
) -> None:
    with SmtpServer() as server:
        smtp = {"host": "127.0.0.1", "port": server.port, "security": "none"}
        made = await make(manager, imap_server.data(address) | {"smtp": smtp})
        answer = await manager.post(f"{PATH}/{made}/test", json={"sendTo": "Ann <ann@example.com>"})
        checks = {check["name"]: check["ok"] for check in answer.json()["checks"]}
        assert checks == {"imapLogin": True, "folders": True, "smtpLogin": True, "sendTo": True}, answer.text
        (mail,) = server.mails
        assert (mail.sender, mail.recipients) == (address, ["ann@example.com"])
        assert mail.message["Auto-Submitted"] == "auto-generated"


async def test_health_names_mailboxes_that_fail(
    manager: httpx.AsyncClient, as_actor: ClientMaker, session: WriteSession, imap_server: ImapServer, address: str
) -> None:
    operator = await as_actor(permissions=["readSystemHealth"])

    async def check() -> Any:
        found = (await operator.get("/health/details")).json()["checks"]
        return next((one["ok"], one["message"]) for one in found if one["name"] == "mailboxes")

    made = await make(manager, imap_server.data(address, **OLD), name="Orders")
    assert await check() == (True, "1 mailboxes are fetched, none fails.")
    session.add(MailboxState(subchannel_id=made, failures=2, error="Login refused."))
    await session.commit()
    assert await check() == (False, "Mail cannot be fetched: Orders.")
