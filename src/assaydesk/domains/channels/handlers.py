"""What the channels do when something happens elsewhere, and the check they answer for."""

from assaydesk.domains.channels import sending_handlers
from assaydesk.domains.channels.mailboxes import failing
from assaydesk.platform.health import Finding, Probe, add_check


def register() -> None:
    sending_handlers.register()
    add_check("mailboxes", mailboxes)


async def mailboxes(probe: Probe) -> Finding:
    """Whether mail comes in (platform.md 4)."""
    async with probe.database.read() as session:
        fetched, names = await failing(session)
    if names:
        return Finding(False, f"Mail cannot be fetched: {', '.join(names)}.")
    return Finding(True, f"{fetched} mailboxes are fetched, none fails.")
