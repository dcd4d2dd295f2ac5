"""API keys, and links for people who cannot sign in (people.md 2.12 and 7)."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Path
from starlette.responses import Response

from assaydesk.domains.auth import service
from assaydesk.domains.auth.errors import ApiKeyNotFound, NoPasswordSignIn, ProfileNotActive
from assaydesk.domains.auth.schemas import Invitation, KeyCreate, KeyList, KeyMade
from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.profiles.service import ExceedsOwnRights, ProfileNotFound, find_profile
from assaydesk.domains.settings.service import get_settings
from assaydesk.platform.dates import instant
from assaydesk.platform.errors import PermissionDenied, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Context, Reads, Writes
from assaydesk.platform.paging import Paging
from assaydesk.platform.schema import Done, Id
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import OwnOr, Require

router = Router("profile", prefix="/api/mind/profile/{id}")

RowId = Annotated[Id, Path(alias="id")]
Caller = Annotated[Actor, Depends(Require())]
OwnerOrKeeper = Annotated[Actor, Depends(OwnOr(Permission.MANAGE_API_KEYS))]
OwnerOrMaker = Annotated[Actor, Depends(OwnOr(Permission.MANAGE_SERVICE_WORKERS))]
Creator = Annotated[Actor, Depends(Require(Permission.CREATE_PROFILE))]


async def profile_to_read(session: Reads, actor: Caller, profile_id: RowId) -> Profile:
    return await find_profile(session, profile_id)


async def profile_to_write(session: Writes, actor: Caller, profile_id: RowId) -> Profile:
    return await find_profile(session, profile_id)


ToRead = Annotated[Profile, Depends(profile_to_read)]
ToWrite = Annotated[Profile, Depends(profile_to_write)]
"""The addressed row, before the right to act on it is judged."""


@router.get(
    "/apiKey",
    operation_id="getApiKeys",
    response_model=KeyList,
    responses=errors(PermissionDenied, ProfileNotFound, ValidationFailed),
)
async def list_keys(session: Reads, profile: ToRead, actor: OwnerOrKeeper, page: Paging) -> Response:
    """Keys of a profile, the newest first, revoked ones included."""
    rows, total = await service.list_keys(session, profile, page)
    return json_answer({"success": True, "apiKeys": rows, "total": total, "limit": page.limit, "offset": page.offset})


@router.post(
    "/apiKey",
    operation_id="createApiKey",
    responses=errors(PermissionDenied, ExceedsOwnRights, ProfileNotFound, ValidationFailed, ProfileNotActive),
)
async def create_key(
    session: Writes, profile: ToWrite, actor: OwnerOrMaker, context: Context, body: KeyCreate
) -> KeyMade:
    """Create a key for oneself or for a service worker. The token is shown this once."""
    expires_at = instant("expiresAt", body.expires_at, (await get_settings(session)).zone, upper_end=True)
    key, token = await service.create_key(
        session, actor, profile, name=body.name, expires_at=expires_at, issuer=context.config.base_url
    )
    return KeyMade(success=True, id=key.id, token=token)


@router.delete(
    "/apiKey/{keyId}",
    operation_id="revokeApiKey",
    responses=errors(PermissionDenied, ProfileNotFound, ApiKeyNotFound),
)
async def revoke_key(
    session: Writes,
    profile: ToWrite,
    actor: OwnerOrKeeper,
    key_id: Annotated[Id, Path(alias="keyId")],
) -> Done:
    """Revoke a key at once."""
    await service.revoke_key(session, actor, profile, key_id)
    return Done(success=True)


@router.post(
    "/invite",
    operation_id="inviteProfile",
    responses=errors(PermissionDenied, ExceedsOwnRights, ProfileNotFound, NoPasswordSignIn, ProfileNotActive),
)
async def invite(session: Writes, profile: ToWrite, actor: Creator, context: Context) -> Invitation:
    """Make a one-time link with which the person sets a password.

    When the instance sends mail, the link goes to the person and `link` is null; otherwise it is shown this once for
    handing over. What stands behind `token=` is the token of `POST /api/auth/password/reset`. 60 minutes; seven days
    for people who have no password yet.
    """
    token, expires_at = await service.make_invitation(session, actor, profile)
    if token is None:
        return Invitation(success=True, expires_at=expires_at, link=None)
    link = f"{context.config.base_url}/password/reset?{urlencode({'token': token})}"
    return Invitation(success=True, expires_at=expires_at, link=link)
