"""A copy of what was sent in the mailbox's own folder (settings.md 4.1 `sentFolder`). Its failure never matters."""

import asyncio
from typing import Final

import structlog

from assaydesk.domains.channels.fetching import account_of
from assaydesk.domains.channels.log import write_log
from assaydesk.domains.channels.mailboxes import mailbox_of
from assaydesk.domains.settings.subchannels import load_subchannels
from assaydesk.integrations.imap.opening import imap_of
from assaydesk.integrations.imap.port import ImapFailed
from assaydesk.platform.jobs.job import Runtime
from assaydesk.platform.security.secrets import SecretUnreadable

log = structlog.get_logger("mail")

_PATIENCE_SECONDS: Final = 60


async def keep_copy(runtime: Runtime, subchannel_id: int, folder: str, content: bytes, conversation_id: int) -> None:
    """Put the mail into the folder, when the mailbox can be reached by IMAP; else say so in its log."""
    async with runtime.database.read() as session:
        row = (await load_subchannels(session, [subchannel_id])).get(subchannel_id)
        mailbox = mailbox_of(row) if row is not None else None
    if mailbox is None:
        return
    try:
        account = account_of(runtime, mailbox)
        async with asyncio.timeout(_PATIENCE_SECONDS), imap_of(runtime.config, runtime.ports).open(account) as opened:
            await opened.append(folder, content)
    except (ImapFailed, SecretUnreadable, TimeoutError) as failure:
        reason = str(failure) or "The server took too long."
        log.warning("copy_not_kept", conversation=conversation_id, error=type(failure).__name__)
        async with runtime.database.write() as session:
            text = f"Sent, but not copied to {folder}: {reason}"
            await write_log(session, subchannel_id, "send", ok=False, text=text, conversation_id=conversation_id)
