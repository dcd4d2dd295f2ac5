"""One-time links on their way out by mail (people.md 2.6, 2.12, 8.1).

The token of such a link is made when the mail is, so that it stands nowhere but in the mail. The mail may be uncertain
like any other; then the person asks again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, select

from assaydesk.domains.auth.models import OneTimeLink
from assaydesk.domains.auth.types import hashed
from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.profiles.types import PEOPLE, ProfileState
from assaydesk.kit.clock import utc_now
from assaydesk.kit.ids import secret_token
from assaydesk.platform.db.session import ReadSession, WriteSession

WAITS: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=30))


@dataclass(frozen=True, slots=True)
class LinkMail:
    """A mail with a link. `invites`: the person has no password yet."""

    link_id: int
    token: str
    email: str
    first_name: str
    lang: str
    invites: bool
    expires_at: datetime


async def due_links(session: ReadSession, limit: int) -> list[int]:
    """Links that wait to be mailed."""
    now = utc_now()
    query = (
        select(OneTimeLink.id)
        .where(OneTimeLink.mail_status.in_(("queued", "sending")), OneTimeLink.expires_at > now)
        .where(or_(OneTimeLink.mail_next_try_at.is_(None), OneTimeLink.mail_next_try_at <= now))
        .where(or_(OneTimeLink.mail_leased_until.is_(None), OneTimeLink.mail_leased_until <= now))
        .order_by(OneTimeLink.id)
        .limit(limit)
    )
    return list(await session.scalars(query))


async def claim_link(session: WriteSession, link_id: int, *, lease: str, hold: timedelta) -> LinkMail | None:
    """Take a link that is due and give it a token; None when it is not due, used, or another sender has it."""
    now = utc_now()
    link = await _lock(session, link_id)
    if link is None or link.used_at is not None or link.expires_at <= now:
        return None
    if link.mail_leased_until is not None and link.mail_leased_until > now:
        return None
    if link.mail_status == "sending":
        link.mail_status = "uncertain"
        return None
    person = await session.get(Profile, link.user_id)
    waits = link.mail_next_try_at is not None and link.mail_next_try_at > now
    reachable = person is not None and person.state == ProfileState.ACTIVE and person.email is not None
    if link.mail_status != "queued" or waits or person is None or not reachable or person.email is None:
        return None
    token = secret_token()
    link.token_hash = hashed(token)
    link.mail_lease, link.mail_leased_until = lease, now + hold
    return LinkMail(
        link.id, token, person.email, person.first_name, person.lang, person.password_hash is None, link.expires_at
    )


async def begin_link(session: WriteSession, link_id: int, *, lease: str) -> bool:
    """`sending`, to be committed before the text leaves."""
    link = await _lock(session, link_id)
    if link is None or link.mail_lease != lease or link.mail_status != "queued" or link.used_at is not None:
        return False
    link.mail_status = "sending"
    return True


async def settle_link(session: WriteSession, link_id: int, *, lease: str, status: str | None) -> None:
    """What became of the mail: `sent`, `failed`, `uncertain`; None: not taken, try again."""
    link = await _lock(session, link_id)
    if link is None or link.mail_lease != lease:
        return
    link.mail_lease = link.mail_leased_until = None
    if status is not None:
        link.mail_status = status
        return
    link.mail_tries += 1
    link.mail_status = "queued" if link.mail_tries <= len(WAITS) else "failed"
    link.mail_next_try_at = utc_now() + WAITS[min(link.mail_tries, len(WAITS)) - 1]


async def needs_invitation(session: ReadSession, profile_id: int) -> Profile | None:
    """A person who can sign in by password and has none yet."""
    person = await session.get(Profile, profile_id)
    if person is None or person.type not in PEOPLE or person.state != ProfileState.ACTIVE:
        return None
    return None if person.password_hash or person.is_sso_only or not person.email else person


async def _lock(session: WriteSession, link_id: int) -> OneTimeLink | None:
    query = select(OneTimeLink).where(OneTimeLink.id == link_id).with_for_update()
    found: Sequence[OneTimeLink] = (await session.scalars(query.execution_options(populate_existing=True))).all()
    return found[0] if found else None
