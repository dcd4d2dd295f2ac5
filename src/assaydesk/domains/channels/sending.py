"""Handing messages over to mail servers (settings.md 4.3, ADR 0016). Every step has a session of its own; none is open
while a server is talked to."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy.exc import DBAPIError

from assaydesk.domains.channels.compose import compose
from assaydesk.domains.channels.log import write_log
from assaydesk.domains.channels.outbox import CannotLeave, Ready, Wait, mailbox_for, put_together
from assaydesk.domains.channels.sent_copies import keep_copy
from assaydesk.domains.conversations import delivery
from assaydesk.domains.conversations.delivery import Claimed
from assaydesk.domains.notifications.service import Kind, notify, was_told
from assaydesk.domains.profiles.service import holders_of
from assaydesk.domains.settings.mailboxes import Mailbox, SmtpAccount
from assaydesk.integrations.smtp.client import smtp_of
from assaydesk.integrations.smtp.port import Letter, NobodyKnows, Refused, Server, TakenBack, TryLater
from assaydesk.kit.clock import utc_now
from assaydesk.kit.domains import ascii_address
from assaydesk.kit.ids import secret_token
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.jobs.job import Runtime
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.secrets import Secrets, SecretUnreadable, is_sealed, secrets_of

log = structlog.get_logger("mail")

_ONCE_A_DAY: Final = timedelta(days=1)
_PAUSES: Final = (1.0, 3.0, 10.0)
"""Seconds between tries to write down what became of a mail, when the database is away."""

Step = Callable[[WriteSession], Awaitable[None]]


async def send_message(runtime: Runtime, conversation_id: int) -> None:
    """Send one message that is due, once. Whoever comes second finds it taken."""
    lease, hold = secret_token(12), timedelta(seconds=runtime.config.job_stalled_seconds)
    async with runtime.database.write() as session:
        claimed = await delivery.claim(session, conversation_id, lease=lease, hold=hold)
        if claimed is None:
            return
        mailbox = await mailbox_for(session, claimed)
        if isinstance(mailbox, Wait):
            await _wait(session, claimed, mailbox, lease)
            return
    try:
        async with runtime.database.read() as session:
            ready = await put_together(session, claimed, mailbox, base_url=runtime.config.base_url)
        server = server_of(mailbox.smtp, secrets_of(runtime.config))
    except CannotLeave as failure:
        await _refuse(runtime.database, conversation_id, lease, str(failure), None)
        return
    except SecretUnreadable as failure:
        await _defer(runtime.database, conversation_id, lease, TryLater(str(failure), of_the_server=True), mailbox)
        return
    await _Sender(runtime, conversation_id, ready, lease, hold).send(server)


def server_of(account: SmtpAccount, secrets: Secrets) -> Server:
    """The account with its password opened. Raises `SecretUnreadable`."""
    password = account.password
    if password is not None and is_sealed(password):
        password = secrets.unseal(password)
    return Server(account.host, account.port, account.security, account.username, password)


class _Sender:
    """One hand-over, with the lease kept alive beside it."""

    def __init__(self, runtime: Runtime, conversation_id: int, ready: Ready, lease: str, hold: timedelta) -> None:
        self._runtime, self._id, self._ready, self._lease, self._hold = runtime, conversation_id, ready, lease, hold

    async def send(self, server: Server) -> None:
        database, mailbox = self._runtime.database, self._ready.mailbox
        content = await asyncio.to_thread(compose, self._ready.mail)
        letter = Letter(ascii_address(mailbox.address), self._ready.recipients, content)
        smtp = smtp_of(self._runtime.config, self._runtime.ports)
        try:
            refused = await self._alive(asyncio.create_task(smtp.deliver(server, letter, self._go_ahead)))
        except TakenBack:
            await _finish(database, lambda session: delivery.let_go(session, self._id, lease=self._lease))
        except Refused as failure:
            await _refuse(database, self._id, self._lease, str(failure), mailbox)
        except TryLater as failure:
            await _defer(database, self._id, self._lease, failure, mailbox)
        except NobodyKnows as failure:
            await self._lost(str(failure))
        else:
            await self._accepted(refused, content)

    async def _alive(self, work: "asyncio.Task[Mapping[str, str]]") -> Mapping[str, str]:
        """Wait for the server, and say meanwhile that this process lives."""
        try:
            while True:
                done, _ = await asyncio.wait({work}, timeout=self._hold.total_seconds() / 3)
                if done:
                    return work.result()
                async with self._runtime.database.write() as session:
                    await delivery.keep_lease(session, self._id, lease=self._lease, hold=self._hold)
        finally:
            work.cancel()

    async def _go_ahead(self) -> bool:
        async with self._runtime.database.write() as session:
            return await delivery.begin_hand_over(session, self._id, lease=self._lease, hold=self._hold)

    async def _accepted(self, refused: Mapping[str, str], content: bytes) -> None:
        mailbox = self._ready.mailbox
        note = "; ".join(f"{address}: {words}" for address, words in refused.items())
        note = f"Refused by the server: {note}" if note else ""

        async def write(session: WriteSession) -> None:
            await delivery.accepted(session, self._id, lease=self._lease, mailbox_id=mailbox.id, note=note or None)
            await _log(session, mailbox, ok=not note, text=note or "Sent.", conversation_id=self._id)

        await _finish(self._runtime.database, write)
        if mailbox.id is not None and mailbox.sent_folder is not None:
            await keep_copy(self._runtime, mailbox.id, mailbox.sent_folder, content, self._id)

    async def _lost(self, reason: str) -> None:
        async def write(session: WriteSession) -> None:
            await delivery.lost(session, self._id, lease=self._lease, error=reason)
            await _log(session, self._ready.mailbox, ok=False, text=reason, conversation_id=self._id)

        await _finish(self._runtime.database, write)


async def _refuse(database: Database, conversation_id: int, lease: str, reason: str, mailbox: Mailbox | None) -> None:
    async def write(session: WriteSession) -> None:
        await delivery.refused(session, conversation_id, lease=lease, error=reason)
        if mailbox is not None:
            await _log(session, mailbox, ok=False, text=reason, conversation_id=conversation_id)

    await _finish(database, write)


async def _defer(database: Database, conversation_id: int, lease: str, failure: TryLater, mailbox: Mailbox) -> None:
    reason = str(failure)

    async def write(session: WriteSession) -> None:
        await delivery.deferred(session, conversation_id, lease=lease, error=reason)
        await _log(session, mailbox, ok=False, text=reason, conversation_id=conversation_id)
        if failure.of_the_server:
            words = {
                "en": f"The mailbox {mailbox.address} cannot send: {reason}",
                "de": f"Das Postfach {mailbox.address} kann nicht senden: {reason}",
            }
            await _tell_managers(session, mailbox, "failed", words)

    await _finish(database, write)


async def _wait(session: WriteSession, claimed: Claimed, wait: Wait, lease: str) -> None:
    row = claimed.message
    if wait.limit_of is not None and claimed.delivery.warned_at is None:
        claimed.delivery.warned_at = utc_now()
        words = {
            "en": f"Your message (#{row.ticket_id}) leaves tomorrow: the daily limit of the mailbox is reached.",
            "de": f"Ihre Nachricht (#{row.ticket_id}) geht morgen hinaus: Das Postfach hat sein Tageslimit erreicht.",
        }
        await notify(session, [row.agent_id], Kind.SYSTEM, words, ticket_id=row.ticket_id)
        address = wait.limit_of.address
        words = {
            "en": f"The mailbox {address} has reached its daily limit; further mails wait until tomorrow.",
            "de": f"Das Postfach {address} hat sein Tageslimit erreicht; weitere Mails warten bis morgen.",
        }
        await _tell_managers(session, wait.limit_of, "limit", words)
    await delivery.deferred(session, row.id, lease=lease, error=wait.reason, until=wait.until, gives_up=wait.gives_up)


async def _tell_managers(session: WriteSession, mailbox: Mailbox, what: str, words: Mapping[str, str]) -> None:
    """Tell those who look after mailboxes, once a day for each mailbox and kind of trouble."""
    url = f"/settings/subchannel/{mailbox.id or 'fallback'}?mail={what}"
    if await was_told(session, Kind.MAILBOX_ERROR, url, since=utc_now() - _ONCE_A_DAY):
        return
    people = await holders_of(session, Permission.MANAGE_SUBCHANNELS)
    await notify(session, people, Kind.MAILBOX_ERROR, words, url=url)


async def _log(session: WriteSession, mailbox: Mailbox, *, ok: bool, text: str, conversation_id: int) -> None:
    if mailbox.id is not None:
        await write_log(session, mailbox.id, "send", ok=ok, text=text, conversation_id=conversation_id)


async def _finish(database: Database, step: Step) -> None:
    """Write down what became of a mail; a database that is away for moments must not cost that knowledge."""
    for pause in _PAUSES:
        try:
            async with database.write() as session:
                await step(session)
        except DBAPIError as failure:
            log.warning("delivery_not_written", error=type(failure).__name__)
            await asyncio.sleep(pause)
        else:
            return
    async with database.write() as session:
        await step(session)
