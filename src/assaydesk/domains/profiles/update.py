"""Changing profiles: one by an administrator, many at once, the own one (people.md 2.3, 2.7, 2.8)."""

from collections.abc import Collection, Sequence
from typing import Any, NoReturn

from sqlalchemy.exc import IntegrityError

from assaydesk.domains.profiles import repository
from assaydesk.domains.profiles.changes import Changes, apply_changes, changes_of, current_values, sent_values
from assaydesk.domains.profiles.create import taken_name
from assaydesk.domains.profiles.errors import (
    AiAgentProfile,
    EmailTaken,
    ExceedsOwnRights,
    ExternalIdTaken,
    LastAdmin,
    NameReportsTaken,
    OwnAccount,
    ProfileNotFound,
)
from assaydesk.domains.profiles.events import PasswordReplaced, ProfileDisabled, ProfileUpdated
from assaydesk.domains.profiles.models import Profile, StatusChange
from assaydesk.domains.profiles.policy import Attempt, Refusal, judge
from assaydesk.domains.profiles.references import check_references, permissions_of
from assaydesk.domains.profiles.roles import ADMIN_ROLE
from assaydesk.domains.profiles.schemas import OwnProfileUpdate, ProfileUpdate
from assaydesk.domains.profiles.types import PEOPLE, ProfileState, ProfileType
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.teams.models import Team
from assaydesk.domains.teams.service import TAG_LISTS, uses_of, with_other_tag
from assaydesk.kit.clock import utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import FieldError, PermissionDenied, ValidationFailed
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import SYSTEM, Actor
from assaydesk.platform.security.passwords import refuse_weak
from assaydesk.platform.versions import refuse_stale

_UNREADABLE = frozenset({"image", "rawData", "openTickets"})
"""Too large for the audit log, which names them without their values."""


async def update_profile(
    session: WriteSession, actor: Actor, profile_id: int, body: ProfileUpdate, *, password_hash: str | None = None,
    unmodified_since: str | None = None,
) -> None:  # fmt: skip
    """Change a profile. `password_hash` belongs to `body.password`, which is still judged here.

    Raises `PermissionDenied`, `OwnAccount`, `ExceedsOwnRights`, `ValidationFailed`, `UnknownReference`, `WeakPassword`,
    `EmailTaken`, `ExternalIdTaken`, `NameReportsTaken`, `LastAdmin`, `AiAgentProfile`, `StaleObject`.
    """
    profile = await lock_profile(session, profile_id)
    teams = (await repository.teams_of(session, [profile_id])).get(profile_id, [])
    current = current_values(profile, [team.id for team in teams])
    changes = changes_of(current, sent_values(body, work_status=profile.work_status))
    if body.password is not None:
        changes["password"] = (None, None)
    refuse_stale(unmodified_since, modified_at=profile.modified_at, version=profile.version)
    if not changes:
        return
    await _refuse_forbidden(session, actor, profile, teams, changes)
    await _refuse_malformed(session, profile, changes, body.password)
    await _refuse_conflicts(session, profile, changes)
    await _write(session, actor, profile, changes, password_hash)


async def update_own_profile(session: WriteSession, actor: Actor, body: OwnProfileUpdate) -> None:
    """Change what everybody may change of themselves."""
    profile = await lock_profile(session, actor.id)
    changes = changes_of(current_values(profile, ()), sent_values(body, work_status=profile.work_status))
    if changes:
        await _write(session, actor, profile, changes, None)


async def using_tags(session: ReadSession, tag_ids: Collection[int]) -> dict[int, list[int]]:
    """By tag: the people whose own settings name it."""
    return uses_of(await repository.all_settings(session), tag_ids)


async def replace_tag(session: WriteSession, tag_id: int, replaced_by: int) -> None:
    """Name another tag in the own settings of everybody."""
    users = (await using_tags(session, [tag_id]))[tag_id]
    await repository.lock(session, users)
    for profile_id in users:
        profile = await lock_profile(session, profile_id)
        before, profile.settings = profile.settings, with_other_tag(profile.settings, tag_id, replaced_by)
        profile.modified_at, profile.version = utc_now(), profile.version + 1
        change = Change(profile_id, "settings", before, profile.settings)
        await write_audit(session, SYSTEM, "profile:change", "profile", [change])


async def store_password(session: WriteSession, actor: Actor, profile_id: int, password_hash: str) -> None:
    """Set the password of a person whose row the caller has locked, for those who proved that it is theirs."""
    profile = await lock_profile(session, profile_id)
    profile.password_hash = password_hash
    profile.modified_at, profile.version = utc_now(), profile.version + 1
    await write_audit(session, actor, "profile:password:change", "profile", [Change(profile_id, "password")])


async def lock_profile(session: WriteSession, profile_id: int) -> Profile:
    profile = await repository.get_for_update(session, profile_id)
    if profile is None or profile.state == ProfileState.DELETED:
        raise ProfileNotFound(profileId=profile_id)
    return profile


async def _refuse_forbidden(
    session: ReadSession, actor: Actor, profile: Profile, teams: Sequence[Team], changes: Changes
) -> None:
    roles = await repository.roles(session)
    settings = dict(profile.settings or {})
    before = permissions_of(profile.role_id, settings, teams, roles)
    inherit = _new(changes, "settings.inheritTeamSettings", settings.get("inheritTeamSettings"))
    new_teams = teams
    if "settings.teamIds" in changes:
        new_teams = await repository.teams_by_id(session, changes["settings.teamIds"][1])
    role_id = _new(changes, "settings.roleId", profile.role_id)
    after = permissions_of(role_id, {"inheritTeamSettings": inherit}, new_teams, roles)
    attempt = Attempt(
        own=profile.id == actor.id,
        operator=ProfileType.OPERATOR in (profile.type, _new(changes, "type", profile.type)),
        changed=frozenset(changes), before=before, after=after,
    )  # fmt: skip
    refusal = judge({str(name) for name in actor.permissions}, attempt)
    if refusal is not None:
        _refuse(refusal, attempt, actor)


def _refuse(refusal: Refusal, attempt: Attempt, actor: Actor) -> NoReturn:
    if refusal is Refusal.OWN_ACCOUNT:
        raise OwnAccount
    if refusal is Refusal.EXCEEDS_OWN_RIGHTS:
        held = {str(name) for name in actor.permissions}
        raise ExceedsOwnRights(permissions=sorted((attempt.before | attempt.after) - held))
    raise PermissionDenied(refusal.value)


async def _refuse_malformed(session: ReadSession, profile: Profile, changes: Changes, password: str | None) -> None:
    person = profile.type in PEOPLE
    faults = []
    if person and "email" in changes and changes["email"][1] is None:
        faults.append(FieldError("email", "required", "A person has an e-mail address."))
    if person and changes.get("lastName", ("", "x"))[1] == "":
        faults.append(FieldError("lastName", "too_short", "A person has a last name."))
    inherit = _new(changes, "settings.inheritTeamSettings", (profile.settings or {}).get("inheritTeamSettings"))
    if person and not inherit and _new(changes, "settings.roleId", profile.role_id) is None:
        faults.append(FieldError("settings.roleId", "required", "Every user has a role."))
    new_type = _new(changes, "type", profile.type)
    if new_type != profile.type and not (person and new_type in PEOPLE):
        faults.append(FieldError("type", "not_allowed", "Only user and enneo can be exchanged."))
    if password is not None and not person:
        faults.append(FieldError("password", "not_allowed", "A service worker has no password."))
    if faults:
        raise ValidationFailed(faults)
    if password is not None:
        shortest = (await get_settings(session)).password_min_length
        refuse_weak(password, email=_new(changes, "email", profile.email), shortest=shortest)
    settings = {name: changes[f"settings.{name}"][1] for name in TAG_LISTS if f"settings.{name}" in changes}
    if "settings.skills.tagIds" in changes:
        settings["skills"] = {"tagIds": changes["settings.skills.tagIds"][1]}
    await check_references(
        session, role_id=_new(changes, "settings.roleId", None), team_ids=_new(changes, "settings.teamIds", ()),
        settings=settings,
    )  # fmt: skip


async def _refuse_conflicts(session: WriteSession, profile: Profile, changes: Changes) -> None:
    if profile.type == ProfileType.AI_AGENT:
        raise AiAgentProfile
    email, external_id = _new(changes, "email", None), _new(changes, "externalId", None)
    if email is not None and await repository.email_taken(session, email, but=profile.id):
        raise EmailTaken
    if external_id is not None and await repository.external_id_taken(session, external_id, but=profile.id):
        raise ExternalIdTaken
    pseudonym = _new(changes, "settings.nameReports", None)
    if pseudonym is not None and await repository.pseudonyms_taken(session, [pseudonym], but=profile.id):
        raise NameReportsTaken
    if _new(changes, "settings.roleId", ADMIN_ROLE) != ADMIN_ROLE or "state" in changes:
        await refuse_last_admin(session, profile)


async def refuse_last_admin(session: WriteSession, profile: Profile) -> None:
    """Raise `LastAdmin` when nobody else could take over. Parallel callers are answered one after another."""
    if profile.role_id != ADMIN_ROLE or profile.state != ProfileState.ACTIVE or profile.type not in PEOPLE:
        return
    await repository.role_for_update(session, ADMIN_ROLE)
    if not await repository.other_active_people_with_role(session, ADMIN_ROLE, profile.id):
        raise LastAdmin


async def _write(
    session: WriteSession, actor: Actor, profile: Profile, changes: Changes, password_hash: str | None
) -> None:
    now = utc_now()
    apply_changes(profile, changes)
    if password_hash is not None:
        profile.password_hash = password_hash
    profile.modified_at, profile.version = now, profile.version + 1
    if "settings.teamIds" in changes:
        old, new = (set(ids) for ids in changes["settings.teamIds"])
        await repository.set_teams(session, profile.id, add=new - old, remove=old - new)
    if "settings.workStatus" in changes:
        session.add(StatusChange(profile_id=profile.id, work_status=profile.work_status, at=now))
    try:
        await session.flush()  # A parallel change may have taken the address since we looked.
    except IntegrityError as failure:
        taken = taken_name(failure)
        if taken is None:
            raise
        raise taken from failure
    await write_audit(session, actor, "profile:change", "profile", _audited(profile.id, changes))
    if _new(changes, "state", None) == ProfileState.INACTIVE:
        await publish(session, ProfileDisabled(profile.id))
    if password_hash is not None:
        await publish(session, PasswordReplaced(profile.id))
    await publish(session, ProfileUpdated(profile.id, actor.user_id, tuple(sorted(changes))))


def _audited(profile_id: int, changes: Changes) -> list[Change]:
    return [
        Change(profile_id, path) if path in _UNREADABLE or path == "password" else Change(profile_id, path, old, new)
        for path, (old, new) in changes.items()
    ]


def _new(changes: Changes, path: str, otherwise: Any) -> Any:
    return changes[path][1] if path in changes else otherwise
