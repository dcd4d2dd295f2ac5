"""Secrets of executors (code.md 7)."""

from typing import Annotated

from fastapi import Depends, Path
from starlette.responses import Response

from assaydesk.domains.code import secrets
from assaydesk.domains.code.schemas import SecretList, SecretWrite
from assaydesk.domains.code.secrets import SecretNotFound
from assaydesk.platform.errors import PermissionDenied, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Context, Reads, Writes
from assaydesk.platform.schema import Done
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require
from assaydesk.platform.security.secrets import secrets_of

router = Router("settings", prefix="/api/mind/settings")

Keeper = Annotated[Actor, Depends(Require(Permission.MANAGE_SECRETS))]
Key = Annotated[str, Path(pattern=r"^[A-Z][A-Z0-9_]{1,63}$")]


@router.get("/secret", operation_id="getSecrets", response_model=SecretList, responses=errors(PermissionDenied))
async def get_secrets(session: Reads, actor: Keeper) -> Response:
    """The keys of all secrets, when each was used last, and what uses it. Values are never answered."""
    return json_answer({"success": True, "secrets": await secrets.list_secrets(session, actor)})


@router.put(
    "/secret/{key}",
    operation_id="putSecret",
    response_model=Done,
    responses=errors(PermissionDenied, ValidationFailed),
)
async def put_secret(session: Writes, context: Context, actor: Keeper, key: Key, body: SecretWrite) -> Done:
    """Write or replace a secret. It is stored encrypted, and can be bound to `hosts`.

    Header values of an `apiCall` take it as `{{secret.KEY}}`. `APICALL_SIGNING_KEY` signs what event hooks send.
    """
    await secrets.put_secret(session, actor, secrets_of(context.config), key, body.value, body.hosts)
    return Done(success=True)


@router.delete(
    "/secret/{key}",
    operation_id="deleteSecret",
    response_model=Done,
    responses=errors(PermissionDenied, SecretNotFound, ValidationFailed),
)
async def delete_secret(session: Writes, actor: Keeper, key: Key) -> Done:
    """Remove a secret for good."""
    await secrets.delete_secret(session, actor, key)
    return Done(success=True)
