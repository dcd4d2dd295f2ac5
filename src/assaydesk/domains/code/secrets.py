"""Keeping secrets, and putting them into requests (code.md 2, 7). A value never leaves but in a header."""

import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from re import compile as regex
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import any_, delete, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from assaydesk.domains.code.events import SECRET_USES
from assaydesk.domains.code.models import Secret
from assaydesk.kit.clock import iso, iso_or_none, utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.base import Texts
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import NotFound
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.secrets import Secrets, SecretUnreadable

SIGNING_KEY: Final = "APICALL_SIGNING_KEY"
_PLACEHOLDER: Final = regex(r"\{\{\s*secret\.([A-Z][A-Z0-9_]{1,63})\s*\}\}")


class SecretNotFound(NotFound):
    def __init__(self, key: str) -> None:
        super().__init__(f"There is no secret {key}.", key=key)


@dataclass(frozen=True, slots=True)
class Known:
    """A readable secret. `hosts`: where it may go, everywhere when empty."""

    value: str
    hosts: frozenset[str] = frozenset()


async def list_secrets(session: ReadSession, actor: Actor) -> list[dict[str, Any]]:
    """Keys and what is known of them, never values."""
    rows = (await session.scalars(select(Secret).order_by(Secret.key))).all()
    uses = await SECRET_USES.load(session, actor, [row.key for row in rows])
    return [
        {
            "key": row.key,
            "hosts": row.hosts,
            "modifiedAt": iso(row.modified_at),
            "modifiedBy": row.modified_by,
            "lastUsedAt": iso_or_none(row.last_used_at),
            "usedBy": uses.get(row.key, []),
        }
        for row in rows
    ]


async def put_secret(
    session: WriteSession, actor: Actor, secrets: Secrets, key: str, value: str, hosts: Collection[str]
) -> None:
    """Write or replace a secret, sealed."""
    now = utc_now()
    columns: dict[str, Any] = {"sealed": secrets.seal(value), "hosts": sorted({host.lower() for host in hosts})}
    columns |= {"modified_at": now, "modified_by": actor.user_id}
    query = insert(Secret).values(key=key, **columns)
    await session.execute(query.on_conflict_do_update(index_elements=[Secret.key], set_=columns))
    await write_audit(session, actor, "secret:row:write", "secret", [Change(0, key, None, None)])


async def delete_secret(session: WriteSession, actor: Actor, key: str) -> None:
    """Remove a secret for good. Raises `SecretNotFound`."""
    gone = await session.scalar(delete(Secret).where(Secret.key == key).returning(Secret.key))
    if gone is None:
        raise SecretNotFound(key)
    await write_audit(session, actor, "secret:row:delete", "secret", [Change(0, key, None, None)])


async def load_secrets(session: ReadSession, secrets: Secrets, keys: Collection[str]) -> dict[str, Known]:
    """Readable values; those that do not exist or cannot be unsealed are left out."""
    if not keys:
        return {}
    found = {}
    for row in await session.scalars(select(Secret).where(Secret.key == any_(literal(list(keys), Texts)))):
        try:
            found[row.key] = Known(secrets.unseal(row.sealed), frozenset(row.hosts))
        except SecretUnreadable:
            continue
    return found


async def note_use(session: WriteSession, keys: Collection[str]) -> None:
    """Remember when secrets were used last."""
    if keys:
        among = Secret.key == any_(literal(list(keys), Texts))
        await session.execute(update(Secret).where(among).values(last_used_at=utc_now()))


def keys_in(executor: Mapping[str, Any]) -> set[str]:
    """Keys that the headers of an executor name."""
    return {key for text in _headers(executor).values() for key in _PLACEHOLDER.findall(str(text))}


def with_secrets(executor: Mapping[str, Any], known: Mapping[str, Known]) -> dict[str, Any]:
    """The executor with secrets in its header values; a key that is unknown or bound to other hosts stays as it is."""
    request = executor.get("request")
    if not isinstance(request, Mapping) or not _headers(executor):
        return dict(executor)
    host = _host(str(request.get("url") or ""))

    def put(found: Any) -> str:
        secret = known.get(found[1])
        if secret is None or (secret.hosts and host not in secret.hosts):
            return str(found[0])
        return secret.value

    headers = {name: _PLACEHOLDER.sub(put, str(text)) for name, text in _headers(executor).items()}
    return {**executor, "request": {**request, "headers": headers}}


def signature(secret: str, *parts: bytes) -> str:
    """`sha256=<hex>`, the HMAC-SHA-256 of the parts joined by dots."""
    return f"sha256={hmac.new(secret.encode(), b'.'.join(parts), sha256).hexdigest()}"


def _headers(executor: Mapping[str, Any]) -> Mapping[str, Any]:
    request = executor.get("request")
    headers = request.get("headers") if isinstance(request, Mapping) else None
    return headers if isinstance(headers, Mapping) else {}


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
