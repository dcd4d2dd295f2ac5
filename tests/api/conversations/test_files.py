"""Files of messages: uploads, downloads, signed links, contents in bodies, what is fetched (ticket.md 4)."""

import tracemalloc
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import text

from assaydesk.domains.conversations.service import attach_files, keep_received
from assaydesk.domains.conversations.tasks import clean_up
from assaydesk.integrations.web.fake import FakeWeb
from assaydesk.integrations.web.port import WebAnswer, WebFailed, WebReason
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.files.links import link_signer
from assaydesk.platform.files.store import put_file
from tests.factories.conversations import make_draft, make_message
from tests.factories.files import EXE, HTML, PDF, SVG, packed, png
from tests.factories.tickets import make_ticket

WRITER = ["readTicket", "replyToTicket", "createTicket", "sendWithoutApproval", "editAnyConversation"]
STORAGE = "http://desk.test"


@pytest.fixture
async def writer(as_actor: Any) -> httpx.AsyncClient:
    return await as_actor(permissions=WRITER)


@pytest.fixture
async def ticket_id(session: WriteSession) -> int:
    ticket = await make_ticket(session)
    await make_message(session, ticket.id)
    await session.commit()
    return ticket.id


@pytest.fixture
def web(ports: dict[str, Any]) -> FakeWeb:
    ports["web"] = FakeWeb()
    return ports["web"]


async def _upload(client: httpx.AsyncClient, content: bytes, name: str, media: str | None = None) -> httpx.Response:
    return await client.post("/attachment", files={"file": (name, content, media)})


def _inline(content: bytes, name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "base64": b64encode(content).decode(), **more}


async def _reply(client: httpx.AsyncClient, ticket_id: int, *files: Any, **body: Any) -> httpx.Response:
    path = f"/ticket/{ticket_id}/conversation/reply"
    return await client.post(path, json={"body": "See the file.", "attachments": list(files), **body})


async def _shown(client: httpx.AsyncClient, ticket_id: int) -> list[Any]:
    return (await client.get(f"/ticket/{ticket_id}/conversation")).json()["conversations"]


async def test_given_an_upload_it_is_attached_and_downloaded(writer: httpx.AsyncClient, ticket_id: int) -> None:
    sent = await _upload(writer, png(5, 4), "../Zähler stand.png", "image/png")
    assert sent.status_code == 200, sent.text
    file = sent.json()
    assert (file["name"], file["size"], file["riskClass"]) == ("Zähler stand.png", len(png(5, 4)), "safe")
    assert (file["contentType"], file["width"], file["height"]) == ("image/png", 5, 4)
    assert (file["inline"], file["fileEnding"], file["originalUrl"]) == (False, "png", None)
    assert (await writer.get(f"/attachment/{file['id']}")).json() == file

    (attached,) = (await _reply(writer, ticket_id, {"id": file["id"]})).json()["conversation"]["attachments"]
    assert attached == file
    got = await writer.get(STORAGE + file["url"])
    assert (got.status_code, got.content, got.headers["content-type"]) == (200, png(5, 4), "image/png")
    assert got.headers["content-disposition"].startswith('inline; filename="Z_hler stand.png"')
    assert "filename*=UTF-8''Z%C3%A4hler%20stand.png" in got.headers["content-disposition"]
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]

    again = await _reply(writer, ticket_id, {"id": file["id"]})
    (copy,) = again.json()["conversation"]["attachments"]
    assert copy["id"] != file["id"]
    assert (await writer.get(STORAGE + copy["url"])).content == png(5, 4)


@pytest.mark.parametrize(
    ("content", "name", "shown"),
    [
        (PDF, "a.pdf", True),
        (SVG, "a.svg", False),
        (HTML, "a.png", False),
        (b"words", "a.txt", False),
        (packed("a"), "a.pdf", False),
    ],
)
async def test_given_a_kind_of_file_it_is_shown_or_saved(
    writer: httpx.AsyncClient, content: bytes, name: str, shown: bool
) -> None:
    file = (await _upload(writer, content, name)).json()
    got = await writer.get(STORAGE + file["url"])
    assert got.headers["content-disposition"].split(";")[0] == ("inline" if shown else "attachment")
    assert ("sandbox" in got.headers["content-security-policy"]) == (name != "a.pdf" or not shown)


async def test_given_a_range_only_that_is_sent(writer: httpx.AsyncClient) -> None:
    file = (await _upload(writer, b"0123456789", "a.txt")).json()
    url = STORAGE + file["url"]
    for asked, status, content in (
        ("bytes=2-4", 206, b"234"), ("bytes=7-", 206, b"789"), ("bytes=-2", 206, b"89"), ("bytes=20-", 416, b""),
        ("lines=1-2", 200, b"0123456789"),
    ):  # fmt: skip
        got = await writer.get(url, headers={"Range": asked})
        assert (got.status_code, got.content) == (status, content)
    etag = (await writer.get(url)).headers["etag"]
    assert (await writer.get(url, headers={"If-None-Match": etag})).status_code == 304


async def test_given_faulty_uploads_each_is_refused(writer: httpx.AsyncClient, as_actor: Any) -> None:
    program = await _upload(writer, EXE, "photo.jpg", "image/jpeg")
    assert (program.status_code, program.json()["error"]["details"]["riskClass"]) == (422, "dangerous")
    assert (await writer.post("/attachment", files={"other": ("a.txt", b"x")})).status_code == 422
    assert (await writer.post("/attachment", data={"file": "text"}, files={"x": ("a", b"")})).status_code == 422
    assert (await writer.post("/attachment", json={})).status_code == 415
    broken = await writer.post(
        "/attachment", content=b"nonsense", headers={"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert broken.status_code == 422
    reader = await as_actor(permissions=["readTicket"])
    assert (await _upload(reader, b"x", "a.txt")).json()["error"]["code"] == "permission_denied"


async def test_given_more_than_the_limit_reading_stops(writer: httpx.AsyncClient, as_actor: Any) -> None:
    admin = await as_actor()
    changed = await admin.post("/settings", json={"maxAttachmentMb": 1})
    assert changed.status_code == 200, changed.text
    most = 1024 * 1024
    assert (await _upload(writer, b"a" * most, "a.txt")).status_code == 200
    refused = await _upload(writer, b"a" * (most + 1), "a.txt")
    assert (refused.status_code, refused.json()["error"]["details"]["limitBytes"]) == (413, most)

    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        while given < 50 * most:
            given += 65536
            yield b"b" * 65536

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    refused = await writer.post("/attachment", content=endless(), headers=headers)
    assert refused.status_code == 413
    assert given < 2 * most


async def test_given_25_mb_neither_way_takes_memory(writer: httpx.AsyncClient) -> None:
    size = 25 * 1024 * 1024

    async def form() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.bin.txt"\r\n\r\n'
        for _ in range(size // 65536):
            yield b"c" * 65536
        yield b"\r\n--x--\r\n"

    tracemalloc.start()
    try:
        sent = await writer.post(
            "/attachment", content=form(), headers={"Content-Type": "multipart/form-data; boundary=x"}
        )
        assert (sent.status_code, sent.json()["size"]) == (200, size)
        assert tracemalloc.get_traced_memory()[1] < 12 * 1024 * 1024
    finally:
        tracemalloc.stop()
    got = await writer.get(STORAGE + sent.json()["url"])
    assert len(got.content) == size


async def test_given_contents_in_a_body_they_are_stored(writer: httpx.AsyncClient, ticket_id: int) -> None:
    answer = await _reply(
        writer,
        ticket_id,
        _inline(PDF, "bill.pdf"),
        _inline(png(), "p.png", url="https://x.example/p.png"),
        private=True,
    )
    assert answer.status_code == 200, answer.text
    bill, picture = answer.json()["conversation"]["attachments"]
    assert (bill["contentType"], bill["originalUrl"], bill["extractionStatus"]) == ("application/pdf", None, "skipped")
    assert (picture["originalUrl"], picture["width"]) == ("https://x.example/p.png", 3)
    assert (await writer.get(STORAGE + bill["url"])).content == PDF


async def test_given_files_in_disguise_they_are_refused_by_content(as_actor: Any, ticket_id: int) -> None:
    writer, robot = await as_actor(permissions=WRITER), await as_actor(permissions=WRITER, type="serviceWorker")
    archive, program = _inline(packed("a"), "bill.pdf"), _inline(EXE, "bill.pdf")
    assert (await _reply(writer, ticket_id, archive)).json()["conversation"]["attachments"][0]["riskClass"] == "risky"
    upload = (await _upload(robot, packed("b"), "bill.pdf")).json()
    for client, file, risk in (
        (robot, archive, "risky"), (robot, {"id": upload["id"]}, "risky"), (writer, program, "dangerous"),
    ):  # fmt: skip
        for private in (False, True):
            refused = await _reply(client, ticket_id, file, private=private)
            assert (refused.status_code, refused.json()["error"]["code"]) == (422, "attachment_refused")
            assert refused.json()["error"]["details"]["riskClass"] == risk


async def test_given_a_dangerous_file_from_elsewhere_a_text_takes_its_place(
    writer: httpx.AsyncClient, ticket_id: int
) -> None:
    body = {"channel": "email", "from": "tom@example.com", "subject": "Bill", "attachments": [_inline(EXE, "bill.exe")]}
    ticket = (await writer.post("/ticket", json=body)).json()
    (note,) = ticket["attachments"]
    assert (note["name"], note["riskClass"], note["contentType"]) == ("bill.exe.removed.txt", "safe", "text/plain")
    assert b"bill.exe" in (await writer.get(STORAGE + note["url"])).content
    stored = await writer.post(
        f"/ticket/{ticket_id}/conversation/store", json={"body": "x", "attachments": [_inline(EXE, "bill.exe")]}
    )
    assert stored.json()["conversation"]["attachments"][0]["name"] == "bill.exe.removed.txt"


async def test_given_a_draft_files_are_added_to_it(
    writer: httpx.AsyncClient, session: WriteSession, ticket_id: int
) -> None:
    draft = await make_draft(session, ticket_id, writer.actor_id)  # type: ignore[attr-defined]
    await session.commit()
    upload = (await _upload(writer, PDF, "a.pdf")).json()
    for files in ([_inline(PDF, "b.pdf")], [{"id": upload["id"]}]):
        changed = await writer.patch(f"/ticket/{ticket_id}/conversation/{draft.id}", json={"attachments": files})
        assert changed.status_code == 200, changed.text
    assert [one["name"] for one in changed.json()["conversation"]["attachments"]] == ["b.pdf", "a.pdf"]


async def test_given_too_much_the_message_is_refused(writer: httpx.AsyncClient, ticket_id: int) -> None:
    large = _inline(b"a" * (26 * 1024 * 1024), "a.txt")
    assert (await _reply(writer, ticket_id, large)).status_code == 413
    part = _inline(b"a" * (18 * 1024 * 1024), "a.txt")
    assert (await _reply(writer, ticket_id, part, part, part)).status_code == 413
    draft = await _reply(writer, ticket_id, part, isDraft=True)
    path = f"/ticket/{ticket_id}/conversation/{draft.json()['id']}"
    for _ in range(2):
        upload = (await _upload(writer, b"a" * (17 * 1024 * 1024), "b.txt")).json()
        more = await writer.patch(path, json={"attachments": [{"id": upload["id"]}]})
    assert (more.status_code, more.json()["error"]["code"]) == (413, "payload_too_large")


async def test_given_uploads_of_others_they_are_unknown(
    writer: httpx.AsyncClient, as_actor: Any, ticket_id: int
) -> None:
    other = await as_actor(permissions=WRITER)
    file = (await _upload(other, PDF, "a.pdf")).json()
    refused = await _reply(writer, ticket_id, {"id": file["id"]})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "unknown_reference")
    for path in (f"/attachment/{file['id']}", STORAGE + file["url"]):
        hidden = await writer.get(path)
        assert (hidden.status_code, hidden.json()["error"]["code"]) == (404, "attachment_not_found")


async def test_given_no_right_files_stay_closed(
    writer: httpx.AsyncClient, as_actor: Any, anonymous: httpx.AsyncClient, session: WriteSession, ticket_id: int
) -> None:
    (file,) = (await _reply(writer, ticket_id, _inline(PDF, "a.pdf"))).json()["conversation"]["attachments"]
    paths = (f"/attachment/{file['id']}", STORAGE + file["url"])
    stranger, clerk = await as_actor(permissions=["readCron"]), await as_actor(permissions=["updateTicket"])
    for path in paths:
        assert (await anonymous.get(path)).status_code == 401
        assert (await stranger.get(path)).json()["error"]["code"] == "attachment_not_found"
        assert (await clerk.get(path)).json()["error"]["code"] == "permission_denied"
        assert (await writer.get(path.replace(file["id"], "unknown"))).status_code == 404
    await session.execute(text("update tickets set deleted_at = now() where id = :id"), {"id": ticket_id})
    await session.commit()
    for path in paths:
        assert (await writer.get(path)).json()["error"]["code"] == "attachment_not_found"


async def test_given_a_signed_link_no_sign_in_is_needed(
    writer: httpx.AsyncClient, anonymous: httpx.AsyncClient, session: WriteSession, ticket_id: int
) -> None:
    (file,) = (await _reply(writer, ticket_id, _inline(png(), "ä b.png"))).json()["conversation"]["attachments"]
    signer = await link_signer(session)
    path = f"/api/mind/storage/attachments/{file['id']}/ä b.png"
    good = signer.signed(path)
    assert (await anonymous.get(STORAGE + good)).content == png()
    forged = good[:-1] + ("0" if good[-1] != "0" else "1")
    expired = signer.signed(path, utc_now() - timedelta(minutes=16))
    later = good.replace("expires=", "expires=9")
    other = good.replace(file["id"], "another")
    for link in (forged, expired, later, other, good.split("&")[0], file["url"] + "?expires=x&sig=ä"):
        assert (await anonymous.get(STORAGE + link)).status_code == 401
        if link != other:
            assert (await writer.get(STORAGE + link)).status_code == 200


async def test_given_images_inside_a_mail_they_are_shown_by_signed_links(
    writer: httpx.AsyncClient, anonymous: httpx.AsyncClient, session: WriteSession, ticket_id: int
) -> None:
    html = '<p>Hi <img src="cid:logo@mail"> <img src="cid:unknown"> <a href="cid:logo@mail">x</a></p>'
    message = await make_message(session, ticket_id, html, type="html")
    logo = await put_file(session, png(), name="logo.png")
    await attach_files(session, message.id, [logo], inline=True, content_ids={logo.id: "logo@mail"})
    await session.commit()
    shown = (await _shown(writer, ticket_id))[1]
    assert shown["attachments"][0]["inline"] is True
    assert "cid:" not in shown["body"]
    link = shown["body"].split('src="')[1].split('"')[0].replace("&amp;", "&")
    assert (await anonymous.get(STORAGE + link)).content == png()


async def test_given_dangerous_mail_files_only_a_note_is_kept(session: WriteSession) -> None:
    removed = await keep_received(session, EXE, name="bill.pdf", content_type="application/pdf", language="de")
    assert (removed.name, removed.content_type, removed.risk_class) == ("bill.pdf.removed.txt", "text/plain", "safe")
    kept = await keep_received(session, packed("a"), name="bill.zip")
    assert (kept.name, kept.risk_class) == ("bill.zip", "risky")


async def test_given_addresses_files_are_fetched_afterwards(
    writer: httpx.AsyncClient, as_actor: Any, ticket_id: int, web: FakeWeb, run_jobs: Any
) -> None:
    web.answers |= {
        "https://x.example/a.pdf": WebAnswer(200, {"content-type": "application/pdf"}, PDF, 0.1),
        "https://x.example/gone": WebAnswer(404, {}, b"", 0.1),
        "https://x.example/in": WebFailed(WebReason.NOT_ALLOWED, "x.example lies in a private network."),
        "https://x.example/b.jpg": WebAnswer(200, {"content-type": "image/jpeg"}, EXE, 0.1),
    }
    names = ("a.pdf", "gone", "in", "b.jpg")
    files = [{"name": name, "url": f"https://x.example/{name}"} for name in names]
    pending = (await _reply(writer, ticket_id, *files)).json()["conversation"]["attachments"]
    assert {one["extractionStatus"] for one in pending} == {"pending"}
    assert "conversations.files.fetch" in await run_jobs()
    good, gone, inside, program = (await _shown(writer, ticket_id))[1]["attachments"]
    assert (good["extractionStatus"], good["size"], good["riskClass"]) == ("success", len(PDF), "safe")
    assert (await writer.get(STORAGE + good["url"])).content == PDF
    assert good["originalUrl"] == "https://x.example/a.pdf"
    for failed in (gone, inside, program):
        assert (failed["extractionStatus"], failed["size"]) == ("failed", None)
        assert failed["extractionData"]["error"]
    assert program["riskClass"] == "dangerous"
    notices = (await writer.get("/notification")).json()["notifications"]
    assert len(notices) == 3
    await run_jobs()

    robot = await as_actor(permissions=WRITER, type="serviceWorker")
    web.answers["https://x.example/z.pdf"] = WebAnswer(200, {"content-type": "application/pdf"}, packed("a"), 0.1)
    for path, body in (("conversation/reply", {"body": "x"}), ("conversation/store", {"body": "x"})):
        sent = {"attachments": [{"name": "z.pdf", "url": "https://x.example/z.pdf"}], **body}
        assert (await robot.post(f"/ticket/{ticket_id}/{path}", json=sent)).status_code == 200
    await run_jobs()
    replied, stored = (message["attachments"][0] for message in (await _shown(writer, ticket_id))[2:])
    assert (replied["extractionStatus"], stored["extractionStatus"]) == ("failed", "success")


async def test_given_unused_uploads_they_vanish_after_a_day(
    writer: httpx.AsyncClient, session: WriteSession, runtime: Any, ticket_id: int
) -> None:
    old, used, new = [(await _upload(writer, name.encode(), name)).json() for name in ("a.txt", "b.txt", "c.txt")]
    await _reply(writer, ticket_id, {"id": used["id"]})
    yesterday = {"ids": [old["id"], used["id"]]}
    await session.execute(
        text("update attachments set created_at = now() - interval '25 hours' where id = any(:ids)"), yesterday
    )
    await session.commit()
    await clean_up.function(runtime)
    statuses = [(await writer.get(f"/attachment/{one['id']}")).status_code for one in (old, used, new)]
    assert statuses == [404, 200, 200]
    assert await session.scalar(text("select count(*) from file_contents")) == 2


async def test_given_a_file_that_nobody_fetches_it_counts_as_failed_after_an_hour(
    writer: httpx.AsyncClient, session: WriteSession, runtime: Any, ticket_id: int
) -> None:
    await _reply(writer, ticket_id, {"name": "a.pdf", "url": "https://x.example/a.pdf"})
    await clean_up.function(runtime)
    assert (await _shown(writer, ticket_id))[1]["attachments"][0]["extractionStatus"] == "pending"
    await session.execute(text("update attachments set created_at = now() - interval '61 minutes'"))
    await session.commit()
    await clean_up.function(runtime)
    assert (await _shown(writer, ticket_id))[1]["attachments"][0]["extractionStatus"] == "failed"
    steps = (await writer.get(f"/ticket/{ticket_id}/activity")).json()["activities"]
    assert "attachmentFailed" in [step["type"] for step in steps]


async def test_given_a_remote_image_the_server_fetches_it_once(
    writer: httpx.AsyncClient, anonymous: httpx.AsyncClient, as_actor: Any, session: WriteSession, ticket_id: int,
    web: FakeWeb,
) -> None:  # fmt: skip
    html = (
        '<img src="cid:x"><img src="https://x.example/a.png?a=1&amp;b=2"><img src="//x.example/b.svg">'
        '<img src="https://x.example/gone">'
    )
    message = await make_message(session, ticket_id, html, type="html")
    await session.commit()
    web.answers |= {
        "https://x.example/a.png?a=1&b=2": WebAnswer(200, {}, png(), 0.1),
        "https://x.example/b.svg": WebAnswer(200, {"content-type": "image/png"}, SVG, 0.1),
    }
    path = f"/ticket/{ticket_id}/conversation/{message.id}/remoteImage"
    for _ in range(2):
        got = await writer.get(f"{path}/2")
        assert (got.status_code, got.content, got.headers["content-type"]) == (200, png(), "image/png")
    assert len(web.asked) == 1
    failed = [(await writer.get(f"{path}/{number}")) for number in (3, 4)]
    assert [(one.status_code, one.json()["error"]["details"]["reason"]) for one in failed] == [
        (502, "noImage"), (502, "notFound")
    ]  # fmt: skip
    assert [(await writer.get(f"{path}/{number}")).status_code for number in (1, 9, 0)] == [404, 404, 422]

    body = (await _shown(writer, ticket_id))[1]["body"]
    link = body.split('data-remote-image="2" data-remote-link="')[1].split('"')[0].replace("&amp;", "&")
    assert parse_qs(urlsplit(link).query).keys() == {"expires", "sig"}
    assert (await anonymous.get(STORAGE + link)).content == png()
    assert (await anonymous.get(STORAGE + link[:-1])).status_code == 401
    assert (await (await as_actor(permissions=["readCron"])).get(f"{path}/2")).status_code == 404
