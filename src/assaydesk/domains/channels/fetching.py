"""Reading one mailbox: fetch, store, tell the server, mail by mail in the order of UIDs (settings.md 4.2, ADR 0015).

Whatever moment the process dies at: what is stored has its receipt in the same transaction, and the server is only told
afterwards, so that the next run finds the rest again and passes over what it knows.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import uuid4

import structlog
from sqlalchemy.exc import DBAPIError, OperationalError

from assaydesk.domains.channels import mailboxes
from assaydesk.domains.channels.intake import MEGABYTE, Outcome, take_in
from assaydesk.domains.channels.log import write_log
from assaydesk.domains.channels.mailboxes import Mailbox
from assaydesk.domains.channels.mime import Limits
from assaydesk.domains.channels.notices import words
from assaydesk.domains.channels.reading import Fetched, read_fetched
from assaydesk.domains.notifications.service import Kind, notify
from assaydesk.domains.profiles.service import holders_of
from assaydesk.domains.settings.service import InstanceSettings, get_settings
from assaydesk.domains.settings.subchannels import find_subchannel
from assaydesk.integrations.imap import port
from assaydesk.integrations.imap.opening import imap_of
from assaydesk.integrations.imap.port import ImapAccount, ImapFailed, MailFacts
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.errors import Conflict, DomainError
from assaydesk.platform.jobs.job import Runtime
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.secrets import SecretUnreadable, is_sealed, secrets_of

log = structlog.get_logger("mail")

AT_ONCE: Final = 20
"""Mails after which the server is told and the place is noted."""
LONGEST_RUN_SECONDS: Final = 240.0
"""Then the next run goes on, so that one full mailbox does not keep a worker for hours."""
_LONGEST_HEADER: Final = 256 * 1024


class NoMailbox(Conflict):
    default_message = "This sub-channel fetches no mail: it has no IMAP server."


class MailboxBusy(Conflict):
    default_message = "The mailbox is being read at this moment."


@dataclass(slots=True)
class Fetching:
    """What one run did. `error`: why it ended early, for people."""

    fetched: int = 0
    created: int = 0
    appended: int = 0
    skipped: int = 0
    more: bool = False
    error: str | None = None

    def count(self, outcome: Outcome) -> None:
        self.fetched += outcome is not Outcome.SKIPPED
        self.created += outcome is Outcome.CREATED
        self.appended += outcome is Outcome.APPENDED
        self.skipped += outcome is Outcome.SKIPPED


async def fetch_mailbox(
    runtime: Runtime, subchannel_id: int, *, seconds: float = LONGEST_RUN_SECONDS, always_log: bool = False
) -> Fetching:
    """Take in what came since the last time. A server that fails is noted, reported once, and tried again later.

    Raises `SubchannelNotFound`, `NoMailbox`, `MailboxBusy`.
    """
    reader = uuid4().hex
    hold = timedelta(seconds=max(runtime.config.job_stalled_seconds, 1.0))
    async with runtime.database.write() as session:
        mailbox = mailboxes.mailbox_of(await find_subchannel(session, subchannel_id))
        if mailbox is None:
            raise NoMailbox(subchannelId=subchannel_id)
        if await mailboxes.claim(session, subchannel_id, reader=reader, hold=hold) is None:
            raise MailboxBusy(subchannelId=subchannel_id)
        settings = await get_settings(session)
    run = _Run(runtime, mailbox, settings, reader, hold, time.monotonic() + seconds)
    try:
        async with imap_of(runtime.config, runtime.ports).open(account_of(runtime, mailbox)) as box:
            await run.read(box)
    except (ImapFailed, SecretUnreadable) as failure:
        run.done.error = str(failure)
        await _report(run)
    except BaseException:
        async with runtime.database.write() as session:
            await mailboxes.release(session, mailbox.id, reader=reader)
        raise
    else:
        async with runtime.database.write() as session:
            await mailboxes.finish(session, mailbox, reader=reader, more=run.done.more)
            if run.done.fetched or run.done.skipped or always_log:
                await _write_log(session, run)
    return run.done


def account_of(runtime: Runtime, mailbox: Mailbox) -> ImapAccount:
    """How the mailbox is opened. Raises `SecretUnreadable`."""
    password = mailbox.password
    if is_sealed(password):
        password = secrets_of(runtime.config).unseal(password)
    return ImapAccount(mailbox.host, mailbox.port, mailbox.security, mailbox.username, password)


@dataclass(slots=True)
class _Run:
    runtime: Runtime
    mailbox: Mailbox
    settings: InstanceSettings
    reader: str
    hold: timedelta
    ends_at: float
    done: Fetching

    def __init__(
        self, runtime: Runtime, mailbox: Mailbox, settings: InstanceSettings, reader: str, hold: timedelta, ends: float
    ) -> None:
        self.runtime, self.mailbox, self.settings = runtime, mailbox, settings
        self.reader, self.hold, self.ends_at = reader, hold, ends
        self.done = Fetching()

    @property
    def most(self) -> int:
        """Octets that are fetched of one mail."""
        return self.settings.max_mail_mb * MEGABYTE

    async def read(self, box: port.Mailbox) -> None:
        validity = await box.select(self.mailbox.folder)
        async with self.runtime.database.write() as session:
            last = await mailboxes.begin_at(session, self.mailbox, validity)
        await self._settle(box, validity)
        uids = await box.find(above=last, since=self.mailbox.start_from)
        for start in range(0, len(uids), AT_ONCE):
            part = uids[start : start + AT_ONCE]
            done = await self._read_part(box, validity, part)
            await self._settle(box, validity)
            async with self.runtime.database.write() as session:
                goes_on = await mailboxes.read_up_to(session, self.mailbox, done, reader=self.reader, hold=self.hold)
            if not goes_on:
                return
            if done < uids[-1] and time.monotonic() > self.ends_at:
                self.done.more = True
                return

    async def _read_part(self, box: port.Mailbox, validity: int, uids: Sequence[int]) -> int:
        """Store what is new of these; answers the last UID that is done."""
        async with self.runtime.database.read() as session:
            known = await mailboxes.known_uids(session, self.mailbox, validity, uids)
        self.done.skipped += len(known)
        for facts in await box.facts([uid for uid in uids if uid not in known]):
            if facts.received_at < self.mailbox.start_from:
                continue
            fetched = await self._fetch(box, facts)
            if fetched is not None:
                self.done.count(await self._store(validity, fetched))
                async with self.runtime.database.write() as session:
                    await mailboxes.keep_claim(session, self.mailbox.id, reader=self.reader, hold=self.hold)
            if time.monotonic() > self.ends_at:
                return facts.uid
        return uids[-1]

    async def _fetch(self, box: port.Mailbox, facts: MailFacts) -> Fetched | None:
        """A mail, or its header and first megabyte when it is too large; None when it is gone meanwhile."""
        raw = None
        if facts.size <= self.most:
            # One octet more than allowed tells a mail that is larger than the server said.
            raw = await box.fetch(facts.uid, self.most + 1)
            if raw is None or len(raw) <= self.most:
                return None if raw is None else Fetched(facts.uid, raw, len(raw), True, facts.received_at)
        header = await box.fetch_header(facts.uid, _LONGEST_HEADER)
        body = await box.fetch_body(facts.uid, MEGABYTE)
        if header is None:
            return None
        cut = header.rstrip(b"\r\n") + b"\r\n\r\n" + (body or b"")
        return Fetched(facts.uid, cut, max(facts.size, len(raw or b"")), False, facts.received_at)

    async def _store(self, validity: int, fetched: Fetched) -> Outcome:
        limits = Limits(self.settings.max_mail_parts, self.settings.max_mail_depth)
        mail = await asyncio.to_thread(read_fetched, fetched, limits)
        try:
            async with self.runtime.database.write() as session:
                return await take_in(session, self.mailbox, validity, fetched, mail)
        except OperationalError:
            raise
        except (DomainError, DBAPIError, ValueError) as failure:
            log.warning("mail_not_storable", subchannel=self.mailbox.id, uid=fetched.uid, error=type(failure).__name__)
        async with self.runtime.database.write() as session:
            return await take_in(session, self.mailbox, validity, fetched, mail, broken=True)

    async def _settle(self, box: port.Mailbox, validity: int) -> None:
        """Tell the server of what is stored. What is not whole here stays there."""
        async with self.runtime.database.read() as session:
            waiting = await mailboxes.unsettled(session, self.mailbox, validity)
        if not waiting:
            return
        uids = [one.uid for one in waiting]
        if self.mailbox.after_fetch == "move" and self.mailbox.move_to:
            await box.mark_seen(uids)
            await box.move(uids, self.mailbox.move_to)
        elif self.mailbox.after_fetch == "delete":
            await box.mark_seen([one.uid for one in waiting if one.keep])
            await box.delete([one.uid for one in waiting if not one.keep])
        else:
            await box.mark_seen(uids)
        async with self.runtime.database.write() as session:
            await mailboxes.settled(session, [one.id for one in waiting])


async def _report(run: _Run) -> None:
    """Note the failure; the first one in a row is told to those who look after mailboxes."""
    error = run.done.error or ""
    async with run.runtime.database.write() as session:
        failures = await mailboxes.fail(session, run.mailbox, error, reader=run.reader)
        await _write_log(session, run)
        if failures == 1:
            text = {
                language: words("mailboxFails", language, address=run.mailbox.address, reason=_sentence(error))
                for language in ("en", "de")
            }
            await notify(session, await holders_of(session, Permission.MANAGE_SUBCHANNELS), Kind.MAILBOX_ERROR, text)


def _sentence(error: str) -> str:
    return error if error.endswith(".") else f"{error}."


async def _write_log(session: WriteSession, run: _Run) -> None:
    done = run.done
    details = {"fetched": done.fetched, "created": done.created, "appended": done.appended, "skipped": done.skipped}
    text = done.error or f"{done.fetched} fetched, {done.skipped} known already."
    await write_log(session, run.mailbox.id, "fetch", ok=done.error is None, text=text, details=details)
