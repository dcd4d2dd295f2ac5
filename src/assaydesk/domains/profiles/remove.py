"""Deleting people and bringing them back (people.md 2.11)."""

from sqlalchemy.exc import IntegrityError

from assaydesk.domains.profiles import repository
from assaydesk.domains.profiles.create import refuse_foreign_rights, taken_name
from assaydesk.domains.profiles.errors import AiAgentProfile, OwnAccount, ProfileNotDeleted, ProfileNotFound
from assaydesk.domains.profiles.events import ProfileDeleted, ProfileDisabled, ProfileRestored
from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.profiles.references import permissions_of
from assaydesk.domains.profiles.types import ProfileState, ProfileType
from assaydesk.domains.profiles.update import lock_profile, refuse_last_admin
from assaydesk.kit.clock import utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import PermissionDenied
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission


async def delete_profile(session: WriteSession, actor: Actor, profile_id: int) -> None:
    """Delete softly: no sign-in, no tokens, out of the lists; the name stays on old work."""
    profile = await lock_profile(session, profile_id)
    if profile.id == actor.id:
        raise OwnAccount("Nobody deletes their own account.")
    await refuse_foreign_account(session, actor, profile)
    if profile.type == ProfileType.AI_AGENT:
        raise AiAgentProfile
    await refuse_last_admin(session, profile)
    await _set_state(session, actor, profile, ProfileState.DELETED)
    await publish(session, ProfileDisabled(profile.id))
    await publish(session, ProfileDeleted(profile.id, actor.user_id))


async def restore_profile(session: WriteSession, actor: Actor, profile_id: int) -> None:
    """Bring a deleted person back. Tokens and sessions stay ended."""
    profile = await repository.get_for_update(session, profile_id)
    if profile is None:
        raise ProfileNotFound(profileId=profile_id)
    await refuse_foreign_account(session, actor, profile)
    if profile.state != ProfileState.DELETED:
        raise ProfileNotDeleted
    try:
        await _set_state(session, actor, profile, ProfileState.ACTIVE)
    except IntegrityError as failure:
        taken = taken_name(failure)
        if taken is None:
            raise
        raise taken from failure
    await publish(session, ProfileRestored(profile.id, actor.user_id))


async def refuse_foreign_account(session: ReadSession, actor: Actor, profile: Profile) -> None:
    """Raise unless the caller holds every permission of the person, and `enneoAdmin` for the instance operator."""
    if profile.type == ProfileType.OPERATOR and not actor.has(Permission.ENNEO_ADMIN):
        raise PermissionDenied(Permission.ENNEO_ADMIN)
    teams = (await repository.teams_of(session, [profile.id])).get(profile.id, [])
    held = permissions_of(profile.role_id, profile.settings or {}, teams, await repository.roles(session))
    refuse_foreign_rights(actor, held)


async def _set_state(session: WriteSession, actor: Actor, profile: Profile, state: ProfileState) -> None:
    old, profile.state = profile.state, state
    profile.modified_at, profile.version = utc_now(), profile.version + 1
    await session.flush()  # The address may be somebody else's by this time.
    tag = "profile:delete" if state is ProfileState.DELETED else "profile:restore"
    await write_audit(session, actor, tag, "profile", [Change(profile.id, "state", old, str(state))])
