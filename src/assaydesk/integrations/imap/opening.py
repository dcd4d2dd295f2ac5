"""The mail server of this process."""

from typing import Any

from assaydesk.integrations.imap.port import MailServer
from assaydesk.platform.config import Config

PORT = "imap"


def imap_of(config: Config, ports: dict[str, Any]) -> MailServer:
    """The one that the ports name, or the real one, made at its first use."""
    found = ports.get(PORT)
    if found is None:
        from assaydesk.integrations.imap.client import ImapServer

        found = ports[PORT] = ImapServer(allow_insecure=config.allow_insecure_mail)
    server: MailServer = found
    return server
