"""API keys of people and tokens of service workers (people.md 7)."""

from datetime import datetime
from typing import Any

from assaydesk.domains.auth import repository
from assaydesk.domains.auth.errors import ApiKeyNotFound, ProfileNotActive
from assaydesk.domains.auth.models import ApiKey
from assaydesk.domains.auth.sessions import make_api_key
from assaydesk.domains.auth.types import TokenType
from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.profiles.service import refuse_foreign_account
from assaydesk.domains.profiles.types import ProfileState, ProfileType
from assaydesk.kit.clock import iso, iso_or_none, utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import FieldError, PermissionDenied, ValidationFailed
from assaydesk.platform.paging import Page
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission


async def list_keys(session: ReadSession, profile: Profile, page: Page) -> tuple[list[dict[str, Any]], int]:
    """Keys of a profile, the newest first, revoked ones included."""
    keys = await repository.keys_of(session, profile.id)
    rows = [
        {
            "id": key.id, "name": key.name, "prefix": key.prefix, "createdAt": iso(key.created_at),
            "lastUsedAt": iso_or_none(key.last_used_at), "expiresAt": iso_or_none(key.expires_at),
            "revokedAt": iso_or_none(key.revoked_at),
        }
        for key in keys[page.offset : page.offset + page.limit]
    ]  # fmt: skip
    return rows, len(keys)


async def create_key(
    session: WriteSession, actor: Actor, profile: Profile, *, name: str, expires_at: datetime | None, issuer: str
) -> tuple[ApiKey, str]:
    """A key for oneself, or for a service worker whose every permission the caller holds.

    Answers the row and the token, which is shown once. Raises `PermissionDenied`, `ExceedsOwnRights`,
    `ValidationFailed` for an end in the past, `ProfileNotActive`.
    """
    worker = profile.type == ProfileType.SERVICE_WORKER
    if profile.id != actor.id:
        if not worker:
            raise PermissionDenied(
                Permission.MANAGE_SERVICE_WORKERS, message="Keys for others are made for service workers only."
            )
        await refuse_foreign_account(session, actor, profile)
    if expires_at is not None and expires_at <= utc_now():
        raise ValidationFailed([FieldError("expiresAt", "out_of_range", "The end must lie in the future.")])
    if profile.state != ProfileState.ACTIVE:
        raise ProfileNotActive
    kind = TokenType.SERVICE_WORKER if worker else TokenType.API_KEY
    key, issued = await make_api_key(
        session, issuer=issuer, user_id=profile.id, name=name, kind=kind, expires_at=expires_at,
        created_by=actor.user_id,
    )  # fmt: skip
    await write_audit(session, actor, "apiKey:create", "profile", [Change(profile.id, "apiKey", None, key.id)])
    return key, issued.token


async def revoke_key(session: WriteSession, actor: Actor, profile: Profile, key_id: int) -> None:
    """End a key at once. Ending it twice is no error."""
    key = await repository.key_for_update(session, profile.id, key_id)
    if key is None:
        raise ApiKeyNotFound(apiKeyId=key_id)
    if key.revoked_at is None:
        key.revoked_at = utc_now()
        await write_audit(session, actor, "apiKey:revoke", "profile", [Change(profile.id, "apiKey", key.id, None)])
