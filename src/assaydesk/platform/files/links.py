"""Links that open one file for a while without a sign-in (ticket.md 4.3)."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from urllib.parse import quote

from sqlalchemy import select

from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.files.models import LinkKey

LIFETIME: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class LinkSigner:
    """Signs paths of this instance, written without percent signs."""

    secret: bytes

    def signed(self, path: str, now: datetime | None = None) -> str:
        """The path with `?expires=&sig=`, ready for a browser."""
        expires = int(((now or utc_now()) + LIFETIME).timestamp())
        return f"{quote(path)}?expires={expires}&sig={self._signature(path, expires)}"

    def accepts(self, path: str, query: Mapping[str, str], now: datetime | None = None) -> bool:
        """Whether the query holds a signature of this path that has not expired."""
        expires, sent = query.get("expires", ""), query.get("sig", "")
        if not (expires.isascii() and expires.isdigit() and len(expires) <= 12 and sent.isascii()):
            return False
        genuine = hmac.compare_digest(self._signature(path, int(expires)), sent)
        return genuine and (now or utc_now()).timestamp() < int(expires)

    def _signature(self, path: str, expires: int) -> str:
        return hmac.new(self.secret, f"{path}\n{expires}".encode(), sha256).hexdigest()


async def link_signer(session: ReadSession) -> LinkSigner:
    """The signer of this instance."""
    secret = await session.scalar(select(LinkKey.secret).limit(1))
    assert secret is not None, "the migration makes the key"
    return LinkSigner(secret.encode())
