"""Whether a mailbox works: its log-ins, its folders, and on wish a mail that it sends (settings.md 4)."""

from typing import Final, NamedTuple

from assaydesk.domains.channels.compose import Mail, compose
from assaydesk.domains.channels.fetching import account_of
from assaydesk.domains.channels.log import write_log
from assaydesk.domains.channels.mailboxes import Mailbox, mailbox_of
from assaydesk.domains.channels.sending import server_of
from assaydesk.domains.conversations.envelope import Party, new_message_id
from assaydesk.domains.settings import mailboxes as outgoing
from assaydesk.domains.settings.subchannels import find_subchannel
from assaydesk.integrations.imap.opening import imap_of
from assaydesk.integrations.imap.port import ImapFailed, ImapReason
from assaydesk.integrations.smtp.client import smtp_of
from assaydesk.integrations.smtp.port import Letter, NobodyKnows, NotTaken
from assaydesk.kit.clock import utc_now
from assaydesk.kit.domains import ascii_address
from assaydesk.platform.jobs.job import Runtime
from assaydesk.platform.security.secrets import SecretUnreadable, secrets_of

_TEST: Final = "<p>This is a test of the mailbox {name}.</p><p>Dies ist ein Test des Postfachs {name}.</p>"


class Check(NamedTuple):
    """One part of a mailbox: `imapLogin`, `folders`, `smtpLogin`, `sendTo`."""

    name: str
    ok: bool
    message: str


async def check_subchannel(runtime: Runtime, subchannel_id: int, *, send_to: str | None = None) -> list[Check]:
    """Try what the sub-channel is set up for. Raises `SubchannelNotFound`."""
    async with runtime.database.read() as session:
        row = await find_subchannel(session, subchannel_id)
        incoming = mailbox_of(row)
        found = await outgoing.sending_mailbox(session, subchannel_id)
        sending = found if found is not None and (found.id == subchannel_id or send_to) else None
    checks: list[Check] = []
    if incoming is not None:
        checks += await _check_imap(runtime, incoming)
    if sending is not None and sending.id == subchannel_id:
        checks.append(await _check_smtp(runtime, sending))
    if send_to:
        checks.append(await _send(runtime, sending, send_to))
    async with runtime.database.write() as session:
        failed = [f"{check.name}: {check.message}" for check in checks if not check.ok]
        words = "; ".join(failed) or ", ".join(check.name for check in checks) or "Nothing to test."
        await write_log(session, subchannel_id, "test", ok=not failed, text=words)
    return checks


async def _check_imap(runtime: Runtime, mailbox: Mailbox) -> list[Check]:
    logged_in = False
    try:
        async with imap_of(runtime.config, runtime.ports).open(account_of(runtime, mailbox)) as box:
            logged_in = True
            await box.select(mailbox.folder)
            folders = await box.folders()
    except SecretUnreadable as failure:
        return [Check("imapLogin", False, str(failure))]
    except ImapFailed as failure:
        if failure.reason is ImapReason.NO_FOLDER or logged_in:
            return [Check("imapLogin", True, "Logged in."), Check("folders", False, failure.message)]
        return [Check("imapLogin", False, failure.message)]
    message = f"{mailbox.folder} can be read."
    if mailbox.after_fetch == "move" and mailbox.move_to not in folders:
        message += f" {mailbox.move_to} will be made with the first mail."
    return [Check("imapLogin", True, "Logged in."), Check("folders", True, message)]


async def _check_smtp(runtime: Runtime, mailbox: outgoing.Mailbox) -> Check:
    try:
        server = server_of(mailbox.smtp, secrets_of(runtime.config))
        await smtp_of(runtime.config, runtime.ports).check(server)
    except (NotTaken, SecretUnreadable) as failure:
        return Check("smtpLogin", False, str(failure))
    return Check("smtpLogin", True, "Logged in.")


async def _send(runtime: Runtime, mailbox: outgoing.Mailbox | None, send_to: str) -> Check:
    if mailbox is None:
        return Check("sendTo", False, "This mailbox has no SMTP server, and there is no other one that sends.")
    mail = Mail(
        message_id=new_message_id(0, 0, mailbox.address),
        at=utc_now(),
        sender=Party(mailbox.sender_name or "", mailbox.address),
        to=[Party("", send_to)],
        subject="Test",
        html=_TEST.format(name=mailbox.address),
        automatic=True,
    )

    async def go_ahead() -> bool:
        return True

    try:
        server = server_of(mailbox.smtp, secrets_of(runtime.config))
        letter = Letter(ascii_address(mailbox.address), (ascii_address(send_to),), compose(mail))
        await smtp_of(runtime.config, runtime.ports).deliver(server, letter, go_ahead)
    except (NotTaken, NobodyKnows, SecretUnreadable) as failure:
        return Check("sendTo", False, str(failure))
    return Check("sendTo", True, f"Sent to {send_to} by {mailbox.address}.")
