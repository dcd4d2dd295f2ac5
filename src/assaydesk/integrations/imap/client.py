"""Mailboxes by IMAPClient, each call in a thread of its own."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final, TypeVar

from imapclient import IMAPClient
from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError

from assaydesk.integrations.imap.port import ImapAccount, ImapFailed, ImapReason, MailFacts
from assaydesk.platform.db.session import assert_no_open_session

T = TypeVar("T")

_AT_ONCE: Final = 200
"""UIDs in one command, so that no line grows beyond what servers take."""


class ImapServer:
    """The real thing. `allow_insecure`: connections without encryption, for tests and closed networks.

    `mailbox`: what an open account is, for tests that want to step in between.
    """

    def __init__(self, *, allow_insecure: bool, mailbox: type["ImapMailbox"] | None = None) -> None:
        self._allow_insecure = allow_insecure
        self._mailbox = mailbox or ImapMailbox

    @asynccontextmanager
    async def open(self, account: ImapAccount) -> AsyncIterator["ImapMailbox"]:
        assert_no_open_session("the mail server")
        if account.security == "none" and not self._allow_insecure:
            raise ImapFailed(
                ImapReason.INSECURE,
                "Connections without encryption are refused. Choose tls or starttls for this mailbox.",
            )
        client = await _in_thread(lambda: _connect(account))
        mailbox = self._mailbox(client)
        try:
            yield mailbox
        except BaseException:
            # A thread may still wait for the server: closing the socket wakes it.
            with suppress(Exception):
                client.shutdown()
            raise
        with suppress(ImapFailed):
            await _in_thread(client.logout)


def _connect(account: ImapAccount) -> IMAPClient:
    tls = ssl.create_default_context() if account.security != "none" else None
    client = IMAPClient(
        account.host, account.port, ssl=account.security == "tls", ssl_context=tls, timeout=account.timeout
    )
    try:
        client.normalise_times = False
        if account.security == "starttls":
            client.starttls(tls)
        client.login(account.username, account.password)
    except BaseException:
        with suppress(Exception):
            client.shutdown()
        raise
    return client


class ImapMailbox:
    """An open account."""

    def __init__(self, client: IMAPClient) -> None:
        self._client = client

    async def select(self, folder: str) -> int:
        def select() -> int:
            try:
                answer = self._client.select_folder(folder)
            except IMAPClientError as failure:
                raise ImapFailed(
                    ImapReason.NO_FOLDER, f"The folder {folder} cannot be opened: {_said(failure)}"
                ) from failure
            return int(answer[b"UIDVALIDITY"])

        return await _in_thread(select)

    async def folders(self) -> list[str]:
        return await _in_thread(lambda: [str(name) for _, _, name in self._client.list_folders()])

    async def find(self, *, above: int, since: datetime) -> list[int]:
        # Servers compare days in a time zone of their own, hence one day more; `*` alone would always match one mail.
        day = (since.astimezone(UTC) - timedelta(days=1)).date()
        found = await _in_thread(lambda: self._client.search(["UID", f"{above + 1}:*", "SINCE", day]))
        return sorted(uid for uid in found if uid > above)

    async def facts(self, uids: Sequence[int]) -> list[MailFacts]:
        found: dict[int, Any] = {}
        for part in _parts(uids):
            found |= await _in_thread(partial(self._client.fetch, part, ["RFC822.SIZE", "INTERNALDATE"]))
        return [
            MailFacts(uid, int(found[uid][b"RFC822.SIZE"]), found[uid][b"INTERNALDATE"].astimezone(UTC))
            for uid in sorted(found)
            if b"RFC822.SIZE" in found[uid] and found[uid].get(b"INTERNALDATE") is not None
        ]

    async def fetch(self, uid: int, most: int) -> bytes | None:
        return await self._fetch(uid, "", most)

    async def fetch_header(self, uid: int, most: int) -> bytes | None:
        return await self._fetch(uid, "HEADER", most)

    async def fetch_body(self, uid: int, most: int) -> bytes | None:
        return await self._fetch(uid, "TEXT", most)

    async def _fetch(self, uid: int, section: str, most: int) -> bytes | None:
        """Never more than `most` octets, whatever size the server stated."""
        found = await _in_thread(lambda: self._client.fetch([uid], [f"BODY.PEEK[{section}]<0.{most}>"]))
        answer = found.get(uid, {})
        content = answer.get(f"BODY[{section}]<0>".encode(), answer.get(f"BODY[{section}]".encode()))
        return None if content is None else bytes(content)[:most]

    async def mark_seen(self, uids: Collection[int]) -> None:
        for part in _parts(uids):
            await _in_thread(partial(self._client.add_flags, part, [rb"\Seen"], silent=True))

    async def move(self, uids: Collection[int], folder: str) -> None:
        if not uids:
            return
        await _in_thread(lambda: self._make(folder))
        for part in _parts(uids):
            await _in_thread(partial(self._move, part, folder))

    def _move(self, uids: list[int], folder: str) -> None:
        if self._client.has_capability("MOVE"):
            self._client.move(uids, folder)
            return
        self._client.copy(uids, folder)
        self._remove(uids)

    async def delete(self, uids: Collection[int]) -> None:
        for part in _parts(uids):
            await _in_thread(partial(self._remove, part))

    def _remove(self, uids: list[int]) -> None:
        self._client.delete_messages(uids, silent=True)
        try:
            self._client.uid_expunge(uids)
        except (CapabilityError, IMAPClientError):
            # A server without UIDPLUS removes them when the next program cleans the folder up; a plain EXPUNGE would
            # take along what others have marked.
            return

    def _make(self, folder: str) -> None:
        if not self._client.folder_exists(folder):
            self._client.create_folder(folder)
            self._client.subscribe_folder(folder)

    async def append(self, folder: str, mail: bytes) -> None:
        await _in_thread(lambda: self._make(folder))
        await _in_thread(lambda: self._client.append(folder, mail, [rb"\Seen"]))


def _parts(uids: Collection[int]) -> list[list[int]]:
    ordered = sorted(uids)
    return [ordered[start : start + _AT_ONCE] for start in range(0, len(ordered), _AT_ONCE)]


async def _in_thread(work: Callable[[], T]) -> T:
    """Run a blocking call, with the library's failures in our words."""
    assert_no_open_session("the mail server")
    try:
        return await asyncio.to_thread(work)
    except ImapFailed:
        raise
    except LoginError as failure:
        raise ImapFailed(ImapReason.DENIED, f"The server refuses name or password: {_said(failure)}") from failure
    except ssl.SSLCertVerificationError as failure:
        message = f"The certificate of the server cannot be trusted: {failure.verify_message}"
        raise ImapFailed(ImapReason.BAD_CERTIFICATE, message) from failure
    except TimeoutError as failure:
        raise ImapFailed(ImapReason.TIMED_OUT, "The server did not answer in time.") from failure
    except IMAPClientError as failure:
        raise ImapFailed(ImapReason.REFUSED, f"The server refused: {_said(failure)}") from failure
    except OSError as failure:
        raise ImapFailed(ImapReason.NO_CONNECTION, f"There is no connection: {_said(failure)}") from failure


def _said(failure: Exception) -> str:
    """What the server or the system said, in one short line. Passwords never stand in it."""
    first = failure.args[0] if failure.args else failure
    words = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(failure)
    return " ".join(words.split())[:300] or type(failure).__name__
