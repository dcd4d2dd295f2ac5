"""Wire shapes of roles and permissions (people.md 5)."""

from typing import Annotated

from pydantic import Field

from assaydesk.platform.schema import Boolean, Id, RequestSchema, Schema, unset


class GrantedPermission(RequestSchema):
    name: Annotated[str, Field(max_length=100)]
    value: Boolean


class PermissionGroup(RequestSchema):
    """A group as GET /roles/{id} shows it; only what has `value` true counts."""

    permissions: Annotated[list[GrantedPermission], Field(max_length=500)]


PermissionNames = Annotated[
    list[Annotated[str, Field(max_length=100)] | PermissionGroup],
    Field(max_length=500, description="Names, or groups."),
]
RoleName = Annotated[str, Field(min_length=1, max_length=100)]


class RoleCreate(RequestSchema):
    name: RoleName
    description: Annotated[str, Field(max_length=2000)] = ""
    base_role_id: Id
    permissions: PermissionNames | None = None


class RoleUpdate(RequestSchema):
    name: RoleName = unset()
    description: Annotated[str, Field(max_length=2000)] = unset()
    base_role_id: Id = unset()
    permissions: PermissionNames = unset()


class RoleSummary(Schema):
    id: int
    name: str
    description: str
    base_role_id: int
    user_count: int
    is_system: bool


class RoleList(Schema):
    success: bool
    roles: list[RoleSummary]
    total: int
    limit: int
    offset: int


class HeldPermission(Schema):
    name: str
    label: str
    value: bool


class HeldGroup(Schema):
    label: str
    description: str
    permissions: list[HeldPermission]


class RoleRead(Schema):
    id: int
    name: str
    description: str
    base_role_id: int
    permissions: list[HeldGroup]


class PermissionRead(Schema):
    name: str
    label: str
    description: str


class PermissionGroupRead(Schema):
    key: str
    label: str
    description: str
    permissions: list[PermissionRead]


class PermissionList(Schema):
    success: bool
    groups: list[PermissionGroupRead]
    total: int
