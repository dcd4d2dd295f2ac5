"""Invitations and links for a forgotten password as mails (people.md 2.6, 2.12, 8.1)."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import structlog

from assaydesk.domains.auth import service as auth
from assaydesk.domains.auth.service import LinkMail
from assaydesk.domains.channels.compose import Mail, compose
from assaydesk.domains.channels.sending import server_of
from assaydesk.domains.conversations.envelope import Party, parties_of
from assaydesk.domains.settings.mailboxes import Mailbox, system_mailbox
from assaydesk.domains.settings.service import get_settings
from assaydesk.integrations.smtp.client import smtp_of
from assaydesk.integrations.smtp.port import Letter, NobodyKnows, NotTaken, Refused
from assaydesk.kit.clock import utc_now
from assaydesk.kit.domains import ascii_address
from assaydesk.kit.ids import secret_token
from assaydesk.platform.jobs.job import Runtime
from assaydesk.platform.security.secrets import SecretUnreadable, secrets_of

log = structlog.get_logger("mail")

_LONGEST_SECONDS: Final = 240
_HOLD: Final = timedelta(seconds=2 * _LONGEST_SECONDS)


@dataclass(frozen=True, slots=True)
class _Words:
    subject: str
    text: str
    button: str
    until: str


_INVITATION: Final = {
    "en": _Words(
        "Your access to {instance}", "an account was made for you. Choose a password with this link:",
        "Choose a password", "The link works once, until {until}.",
    ),
    "de": _Words(
        "Ihr Zugang zu {instance}", "für Sie wurde ein Zugang angelegt. Mit diesem Link wählen Sie ein Passwort:",
        "Passwort wählen", "Der Link gilt einmal, bis {until}.",
    ),
}  # fmt: skip
_RESET: Final = {
    "en": _Words(
        "Choose another password for {instance}",
        "somebody asked for another password for you. If it was you, choose one with this link; if not, do nothing.",
        "Choose a password", "The link works once, until {until}.",
    ),
    "de": _Words(
        "Neues Passwort für {instance}",
        "für Sie wurde ein neues Passwort angefordert. Waren Sie das, wählen Sie es mit diesem Link; wenn nicht, "
        "brauchen Sie nichts zu tun.",
        "Passwort wählen", "Der Link gilt einmal, bis {until}.",
    ),
}  # fmt: skip


async def mail_link(runtime: Runtime, link_id: int) -> None:
    """Send one link that is due, once."""
    lease = secret_token(12)
    async with runtime.database.write() as session:
        mailbox = await system_mailbox(session)
        claimed = None
        if mailbox is not None:
            claimed = await auth.claim_link(session, link_id, lease=lease, hold=_HOLD)
        settings = await get_settings(session)
    if claimed is None or mailbox is None:
        return
    mail = _mail(claimed, mailbox, runtime.config.base_url, settings.instance_name, settings.zone)
    recipients = tuple(ascii_address(party.address) for party in mail.to)
    letter = Letter(ascii_address(mailbox.address), recipients, compose(mail))

    async def go_ahead() -> bool:
        async with runtime.database.write() as session:
            return await auth.begin_link(session, link_id, lease=lease)

    status: str | None = "sent"
    try:
        server = server_of(mailbox.smtp, secrets_of(runtime.config))
        smtp = smtp_of(runtime.config, runtime.ports)
        await asyncio.wait_for(smtp.deliver(server, letter, go_ahead), _LONGEST_SECONDS)
    except Refused as failure:
        status = "failed"
        log.warning("link_not_mailed", link=link_id, reason=str(failure))
    except (NotTaken, SecretUnreadable) as failure:
        status = None
        log.warning("link_not_mailed", link=link_id, reason=str(failure))
    except (NobodyKnows, TimeoutError) as failure:
        status = "uncertain"
        log.warning("link_mail_uncertain", link=link_id, reason=str(failure))
    async with runtime.database.write() as session:
        await auth.settle_link(session, link_id, lease=lease, status=status)


def _mail(link: LinkMail, mailbox: Mailbox, base_url: str, instance: str, zone: ZoneInfo) -> Mail:
    german = link.lang.lower().startswith("de")
    words = (_INVITATION if link.invites else _RESET)["de" if german else "en"]
    address = f"{base_url}/password/reset?{urlencode({'token': link.token})}"
    until = link.expires_at.astimezone(zone).strftime("%d.%m.%Y %H:%M" if german else "%Y-%m-%d %H:%M")
    hello = f"Guten Tag {link.first_name}," if german else f"Hello {link.first_name},"
    html = (
        f"<p>{escape(hello)}</p><p>{escape(words.text)}</p>"
        f'<p><a href="{escape(address)}">{escape(words.button)}</a><br>{escape(address)}</p>'
        f"<p>{escape(words.until.format(until=f'{until} ({zone.key})'))}</p><p>{escape(instance)}</p>"
    )
    domain = ascii_address(mailbox.address).rpartition("@")[2]
    return Mail(
        message_id=f"<account.{secret_token(15)}@{domain}>",
        at=utc_now(),
        sender=Party(mailbox.sender_name or instance, mailbox.address),
        to=parties_of([link.email]),
        subject=words.subject.format(instance=instance),
        html=html,
        automatic=True,
    )
