"""Which mailbox sends (settings.md 4, 4.1): the one that is named, else the default one, else the server of the
instance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import select

from assaydesk.domains.settings.models import Subchannel
from assaydesk.domains.settings.service import get_settings
from assaydesk.platform.db.session import ReadSession

Security = Literal["tls", "starttls", "none"]
SMTP_PORT: Final = 465


@dataclass(frozen=True, slots=True)
class SmtpAccount:
    """How a server is reached. `password` is sealed, or plain where it never went through the API."""

    host: str
    port: int
    security: Security
    username: str | None
    password: str | None


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A way out. `id` None: the server of the instance. `daily_limit` None: no limit."""

    id: int | None
    address: str
    sender_name: str | None
    reply_to: str | None
    smtp: SmtpAccount
    sent_folder: str | None
    daily_limit: int | None
    language: str | None
    email_template_id: int | None


async def sending_mailbox(session: ReadSession, *wanted: int | None) -> Mailbox | None:
    """The first of the wanted ones that can send, else the default mailbox, another one, or the instance's server.

    One that is deleted, switched off or without SMTP cannot send. None: nothing can.
    """
    found = {row.id: (row.is_default, box) for row in await _enabled(session) if (box := _mailbox(row)) is not None}
    for subchannel_id in wanted:
        if subchannel_id in found:
            return found[subchannel_id][1]
    if found:
        return min(found.items(), key=lambda one: (not one[1][0], one[0]))[1][1]
    return fallback_of((await get_settings(session)).smtp_fallback)


async def system_mailbox(session: ReadSession) -> Mailbox | None:
    """What sends mails of the instance itself: its own server, else the default mailbox."""
    return fallback_of((await get_settings(session)).smtp_fallback) or await sending_mailbox(session)


async def mail_is_set_up(session: ReadSession) -> bool:
    """Whether anybody has told this instance how to send mail, even if that is switched off at present."""
    if (await get_settings(session)).smtp_fallback is not None:
        return True
    query = select(Subchannel.data).where(Subchannel.deleted_at.is_(None), Subchannel.channel == "email")
    return any(_account(data.get("smtp")) is not None for data in await session.scalars(query))


async def _enabled(session: ReadSession) -> Sequence[Subchannel]:
    query = select(Subchannel).where(Subchannel.deleted_at.is_(None), Subchannel.enabled, Subchannel.channel == "email")
    return (await session.scalars(query)).all()


def _mailbox(row: Subchannel) -> Mailbox | None:
    data: Mapping[str, Any] = row.data or {}
    smtp = data.get("smtp")
    account, address = _account(smtp), _text(data.get("address"))
    if account is None or address is None or not isinstance(smtp, dict):
        return None
    folder = smtp.get("sentFolder", "Sent")
    template = data.get("emailTemplateId")
    return Mailbox(
        id=row.id,
        address=address,
        sender_name=_text(data.get("senderName")),
        reply_to=_text(data.get("replyTo")),
        smtp=account,
        sent_folder=_text(folder),
        daily_limit=_number(smtp.get("dailyLimit")),
        language=_text(data.get("language")),
        email_template_id=template if isinstance(template, int) else None,
    )


def fallback_of(value: Mapping[str, Any] | None) -> Mailbox | None:
    """The server of the setting `smtpFallback`."""
    account = _account(value)
    if value is None or account is None:
        return None
    return Mailbox(None, str(value["from"]), None, None, account, None, None, None, None)


def _account(smtp: object) -> SmtpAccount | None:
    if not isinstance(smtp, Mapping) or not _text(smtp.get("host")):
        return None
    security: Security = smtp.get("security") if smtp.get("security") in ("tls", "starttls", "none") else "tls"  # type: ignore[assignment]
    return SmtpAccount(
        host=str(smtp["host"]).strip(),
        port=_number(smtp.get("port")) or SMTP_PORT,
        security=security,
        username=_text(smtp.get("username")),
        password=_text(smtp.get("password")),
    )


def _text(value: object) -> str | None:
    return value.strip() if isinstance(value, str) and value.strip() else None


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
