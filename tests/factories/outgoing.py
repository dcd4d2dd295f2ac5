"""Mailboxes that send."""

from typing import Any

from assaydesk.domains.settings.models import Subchannel
from assaydesk.platform.db.session import WriteSession
from tests.servers.smtp_server import SmtpServer


async def make_sender(session: WriteSession, server: SmtpServer, **values: Any) -> Subchannel:
    """A default mailbox service@lumen.example that sends to the server; `data` and `smtp` are laid over."""
    smtp = server.account | values.pop("smtp", {})
    data = {"address": "service@lumen.example", "senderName": "Lumen Energy"} | values.pop("data", {}) | {"smtp": smtp}
    row = Subchannel(**{"channel": "email", "name": "Service", "is_default": True} | values | {"data": data})
    session.add(row)
    await session.flush()
    return row
