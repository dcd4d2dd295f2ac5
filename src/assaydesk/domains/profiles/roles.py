"""Roles and the permissions they hold (people.md 5 and 6)."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from assaydesk.domains.profiles import repository
from assaydesk.domains.profiles.errors import (
    BaseRole,
    ExceedsOwnRights,
    LastAdmin,
    OwnAccount,
    RoleInUse,
    RoleNotFound,
    UnknownPermission,
)
from assaydesk.domains.profiles.models import Role
from assaydesk.domains.profiles.role_schemas import PermissionGroup, RoleCreate, RoleUpdate
from assaydesk.kit.clock import utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import FieldError, PermissionDenied, UnknownReference, ValidationFailed
from assaydesk.platform.security import permission_texts as words
from assaydesk.platform.security import shipped_roles as shipped
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission

ADMIN_ROLE: Final = 1
AGENT_ROLE: Final = 2
SUPERVISOR_ROLE: Final = 3
QUALITY_MANAGER_ROLE: Final = 4
READ_ONLY_ROLE: Final = 5
BASE_ROLES: Final = (ADMIN_ROLE, AGENT_ROLE)
_ROLES: Final = (
    (ADMIN_ROLE, "Admin", "Everything but the instance operator's own right", None, shipped.ADMIN),
    (AGENT_ROLE, "Agent", "Works tickets", None, shipped.AGENT),
    (SUPERVISOR_ROLE, "Supervisor", "Leads a team and reviews its work", AGENT_ROLE, shipped.SUPERVISOR),
    (QUALITY_MANAGER_ROLE, "QualityManager", "Owns scorecards and reports", AGENT_ROLE, shipped.QUALITY_MANAGER),
    (READ_ONLY_ROLE, "ReadOnly", "Looks only", AGENT_ROLE, shipped.READ_ONLY),
)
_NAMES: Final = {str(permission) for permission in Permission}


async def ensure_roles(session: WriteSession) -> None:
    """Make the shipped roles of an instance that has none, and the two base roles of any.

    Changed ones are left alone, and deleted ones do not come back.
    """
    present = await repository.roles(session)
    missing = [role for role in _ROLES if role[0] not in present and (not present or role[0] in BASE_ROLES)]
    rows = [
        {
            "id": id_, "name": name, "description": description, "base_role_id": base,
            "permissions": sorted(held), "is_system": True,
        }
        for id_, name, description, base, held in missing
    ]  # fmt: skip
    await repository.add_shipped_roles(session, rows)


async def list_roles(
    session: ReadSession, *, name_contains: str | None, base_role_id: int | None, limit: int, offset: int
) -> tuple[list[dict[str, Any]], int]:
    """One page of roles by id, and the number of all that fit."""
    users = await repository.users_of_roles(session)
    found = [
        role
        for role in (await repository.roles(session)).values()
        if (name_contains or "").lower() in role.name.lower() and base_role_id in (None, role.base_role_id or role.id)
    ]
    rows = [
        {
            "id": role.id, "name": role.name, "description": role.description,
            "baseRoleId": role.base_role_id or role.id, "userCount": users.get(role.id, 0), "isSystem": role.is_system,
        }
        for role in found[offset : offset + limit]
    ]  # fmt: skip
    return rows, len(found)


async def find_role(session: ReadSession, role_id: int) -> Role:
    role = await session.get(Role, role_id)
    if role is None:
        raise RoleNotFound(roleId=role_id)
    return role


def role_view(role: Role) -> dict[str, Any]:
    """A role with every permission there is, those it holds marked."""
    held = set(role.permissions)
    groups = [
        {
            "label": group["label"], "description": group["description"],
            "permissions": [
                {"name": item["name"], "label": item["label"], "value": item["name"] in held}
                for item in group["permissions"]
            ],
        }
        for group in permission_groups()
    ]  # fmt: skip
    return {
        "id": role.id, "name": role.name, "description": role.description,
        "baseRoleId": role.base_role_id or role.id, "permissions": groups,
    }  # fmt: skip


def permission_groups() -> list[dict[str, Any]]:
    """All permissions in groups. A sentence up to its first full stop is the label, the rest describes it."""
    groups = []
    for key, label in words.GROUPS.items():
        items = [_permission_view(info) for info in words.PERMISSIONS if info.group == key]
        groups.append({"key": key, "label": label, "description": words.GROUP_DESCRIPTIONS[key], "permissions": items})
    return groups


def _permission_view(info: words.PermissionInfo) -> dict[str, str]:
    label, _, description = info.label.partition(". ")
    return {"name": str(info.name), "label": label, "description": description or label}


async def create_role(session: WriteSession, actor: Actor, body: RoleCreate) -> Role:
    """Make a role. Without `permissions` it holds those of its base role."""
    roles = await repository.roles(session)
    _check_base(body.base_role_id)
    held = set(roles[body.base_role_id].permissions)
    if body.permissions is not None:
        held = permission_names(body.permissions)
    _refuse_granting(actor, held)
    role = Role(name=body.name, description=body.description, base_role_id=body.base_role_id, permissions=sorted(held))
    session.add(role)
    await session.flush()  # The answer names the id.
    made = {"name": role.name, "baseRoleId": role.base_role_id, "permissions": role.permissions}
    await write_audit(session, actor, "role:create", "role", [Change(role.id, None, None, made)])
    return role


async def update_role(session: WriteSession, actor: Actor, role_id: int, body: RoleUpdate) -> None:
    """Change a role; people who have it feel it with their next request."""
    role = await repository.role_for_update(session, role_id)
    if role is None:
        raise RoleNotFound(roleId=role_id)
    before: dict[str, Any] = {"name": role.name, "description": role.description, "baseRoleId": role.base_role_id}
    before["permissions"] = sorted(role.permissions)
    sent = body.model_fields_set
    if "base_role_id" in sent and body.base_role_id != (role.base_role_id or role.id):
        _check_base(body.base_role_id)
        if role.id in BASE_ROLES:
            raise BaseRole("Admin and Agent derive from no other role.")
        role.base_role_id = body.base_role_id
    if "permissions" in sent:
        held = permission_names(body.permissions)
        _refuse_granting(actor, held ^ set(role.permissions))
        if role.id == ADMIN_ROLE and Permission.MANAGE_ROLES not in held:
            raise LastAdmin("The role Admin cannot lose manageRoles.")
        role.permissions = sorted(held)
    role.name = body.name if "name" in sent else role.name
    role.description = body.description if "description" in sent else role.description
    after: dict[str, Any] = {"name": role.name, "description": role.description, "baseRoleId": role.base_role_id}
    after["permissions"] = role.permissions
    changes = [Change(role.id, key, before[key], after[key]) for key in after if before[key] != after[key]]
    if changes:
        role.modified_at = utc_now()
    await write_audit(session, actor, "role:change", "role", changes)


async def delete_role(session: WriteSession, actor: Actor, role_id: int, *, move_to: int | None) -> None:
    """Delete a role. `move_to`: the role that its people get; needed while somebody has it."""
    role = await repository.role_for_update(session, role_id, deleting=True)
    if role is None:
        raise RoleNotFound(roleId=role_id)
    roles = await repository.roles(session)
    if move_to is not None and (move_to not in roles or move_to == role_id):
        raise UnknownReference(f"There is no other role {move_to}.", field="moveTo", value=move_to)
    users = (await repository.users_of_roles(session)).get(role_id, 0)
    teams = await repository.teams_with_role(session, role_id)
    if move_to is not None and users:
        _refuse_moving(actor, role, roles[move_to])
        if await repository.has_role(session, actor.id, role_id):
            raise OwnAccount("This would change your own role.")
    if role_id in BASE_ROLES:
        raise BaseRole
    if teams or (users and move_to is None):
        raise RoleInUse(userCount=users, teamIds=teams)
    # Without a new role only deleted people are left; they come back without rights until they get one.
    moved = await repository.move_people(session, role_id, move_to, now=utc_now())
    await session.delete(role)
    gone = {"name": role.name, "baseRoleId": role.base_role_id, "permissions": sorted(role.permissions)}
    changes = [Change(role_id, None, gone, None)]
    await write_audit(session, actor, "role:delete", "role", changes)
    people = [Change(profile_id, "settings.roleId", role_id, move_to) for profile_id in moved]
    await write_audit(session, actor, "profile:change", "profile", people)


def permission_names(sent: Sequence[str | PermissionGroup]) -> set[str]:
    """Names from a list of names or of groups. PascalCase counts too. Raises `UnknownPermission` with all unknown."""
    names = {_camel(name) for name in _flat(sent)}
    unknown = sorted(names - _NAMES)
    if unknown:
        raise UnknownPermission(f"There is no permission {unknown[0]}.", permissions=unknown)
    return names


def _flat(sent: Sequence[str | PermissionGroup]) -> Iterable[str]:
    for item in sent:
        if isinstance(item, str):
            yield item
        else:
            yield from (permission.name for permission in item.permissions if permission.value)


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]


def _check_base(base_role_id: int) -> None:
    if base_role_id not in BASE_ROLES:
        raise ValidationFailed([FieldError("baseRoleId", "not_allowed", "Roles derive from 1 (Admin) or 2 (Agent).")])


def _refuse_granting(actor: Actor, names: set[str]) -> None:
    missing = sorted(names - {str(name) for name in actor.permissions})
    if missing:
        raise PermissionDenied(
            *missing, message=f"You can only grant and take away what you have yourself; you lack {', '.join(missing)}."
        )


def _refuse_moving(actor: Actor, old: Role, new: Role) -> None:
    missing = sorted({*old.permissions, *new.permissions} - {str(name) for name in actor.permissions})
    if missing:
        raise ExceedsOwnRights(permissions=missing)
