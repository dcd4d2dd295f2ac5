"""Roles and permissions (people.md 5)."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from assaydesk.domains.profiles import service
from assaydesk.domains.profiles.deps import Caller, RoleManager, RoleReader, RoleToRead, RoleToWrite
from assaydesk.domains.profiles.errors import (
    BaseRole,
    ExceedsOwnRights,
    LastAdmin,
    OwnAccount,
    RoleInUse,
    RoleNotFound,
    UnknownPermission,
)
from assaydesk.domains.profiles.role_schemas import PermissionList, RoleCreate, RoleList, RoleRead, RoleUpdate
from assaydesk.platform.errors import PermissionDenied, UnknownReference, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.paging import Paging
from assaydesk.platform.schema import MAX_ID, Done, Id, Made

router = Router("role")


@router.get(
    "/roles", operation_id="getRoles", response_model=RoleList, responses=errors(PermissionDenied, ValidationFailed)
)
async def list_roles(
    session: Reads,
    actor: RoleReader,
    page: Paging,
    q: Annotated[str | None, Query(max_length=200, description="A part of the name.")] = None,
    base_role_id: Annotated[Id | None, Query(alias="baseRoleId")] = None,
) -> Response:
    """List roles."""
    roles, total = await service.list_roles(
        session, name_contains=q, base_role_id=base_role_id, limit=page.limit, offset=page.offset
    )
    return json_answer({"success": True, "roles": roles, "total": total, "limit": page.limit, "offset": page.offset})


@router.get(
    "/roles/{id}",
    operation_id="getRoleById",
    response_model=RoleRead,
    responses=errors(PermissionDenied, RoleNotFound),
)
async def get_role(session: Reads, role: RoleToRead, actor: RoleReader) -> Response:
    """One role with all permissions there are; `value` is true for those it holds."""
    return json_answer(service.role_view(role))


@router.post(
    "/roles",
    operation_id="addRole",
    responses=errors(PermissionDenied, UnknownPermission, ValidationFailed),
)
async def create_role(session: Writes, actor: RoleManager, body: RoleCreate) -> Made:
    """Create a role. Nobody can grant a permission that they do not have."""
    return Made(success=True, id=(await service.create_role(session, actor, body)).id)


@router.patch(
    "/roles/{id}",
    operation_id="updateRole",
    responses=errors(PermissionDenied, RoleNotFound, UnknownPermission, ValidationFailed, LastAdmin, BaseRole),
)
async def update_role(session: Writes, role: RoleToWrite, actor: RoleManager, body: RoleUpdate) -> Done:
    """Change a role; it counts from the next request of everybody who has it."""
    await service.update_role(session, actor, role.id, body)
    return Done(success=True)


@router.delete(
    "/roles/{id}",
    operation_id="deleteRole",
    responses=errors(
        PermissionDenied, OwnAccount, ExceedsOwnRights, RoleNotFound, UnknownReference, BaseRole, RoleInUse
    ),
)
async def delete_role(
    session: Writes,
    role: RoleToWrite,
    actor: RoleManager,
    move_to: Annotated[
        int | None, Query(alias="moveTo", ge=1, le=MAX_ID, description="The role that its people get.")
    ] = None,
) -> Done:
    """Delete a role. While somebody has it, `moveTo` is needed."""
    await service.delete_role(session, actor, role.id, move_to=move_to)
    return Done(success=True)


@router.get("/permissions", operation_id="getPermissions", response_model=PermissionList)
async def list_permissions(_: Caller) -> Response:
    """All permissions in groups, with the sentences that an administrator reads."""
    groups = service.permission_groups()
    return json_answer({"success": True, "groups": groups, "total": len(groups)})
