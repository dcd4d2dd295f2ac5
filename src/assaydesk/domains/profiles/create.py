"""Making profiles: people, service workers, AI agents, and the first administrator."""

from collections.abc import Collection

from sqlalchemy.exc import IntegrityError

from assaydesk.domains.profiles import repository
from assaydesk.domains.profiles.changes import apply_changes, sent_values
from assaydesk.domains.profiles.errors import EmailTaken, ExceedsOwnRights, ExternalIdTaken, NameReportsTaken
from assaydesk.domains.profiles.events import ProfileCreated
from assaydesk.domains.profiles.models import Profile, ProfileTeam, StatusChange
from assaydesk.domains.profiles.references import check_references, permissions_of
from assaydesk.domains.profiles.roles import ADMIN_ROLE, AGENT_ROLE
from assaydesk.domains.profiles.schemas import ProfileCreate
from assaydesk.domains.profiles.types import PEOPLE, FirstAdmin, NewProfile, ProfileState, ProfileType, WorkStatus
from assaydesk.domains.settings.service import get_settings
from assaydesk.kit.clock import utc_now
from assaydesk.kit.pseudonyms import random_pseudonym
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import FieldError, PermissionDenied, ValidationFailed
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import SYSTEM, Actor
from assaydesk.platform.security.passwords import hash_password, random_password, refuse_weak
from assaydesk.platform.security.permissions import Permission

FIRST_ADMIN = "admin@assaydesk.local"
_SHORT_NAME_TRIES = 12


async def create_profile(session: WriteSession, actor: Actor, new: NewProfile) -> Profile:
    """Make a person or service worker.

    Raises `ExceedsOwnRights` (nobody hands out rights that they do not hold), `UnknownReference`, `EmailTaken`,
    `ExternalIdTaken`, `NameReportsTaken`. The password is given as a hash, because making one takes its time.
    """
    roles = await repository.roles(session)
    teams = await repository.teams_by_id(session, new.team_ids)
    settings = dict(new.settings or {})
    granted = permissions_of(new.role_id, settings, teams, roles)
    refuse_foreign_rights(actor, granted)
    await check_references(session, role_id=new.role_id, team_ids=new.team_ids, settings=settings)
    if new.type in PEOPLE and new.role_id is None and not settings.get("inheritTeamSettings"):
        raise ValidationFailed([FieldError("settings.roleId", "required", "Every user has a role.")])
    await _refuse_taken(session, new)
    profile = Profile(
        type=new.type, first_name=new.first_name, last_name=new.last_name, email=new.email, phone=new.phone,
        password_hash=new.password_hash, is_sso_only=new.is_sso_only,
        lang=new.lang or (await get_settings(session)).default_language, timezone=new.timezone,
        name_alias=new.name_alias, external_id=new.external_id, state=new.state, role_id=new.role_id,
        work_status=new.work_status, settings=settings, name_reports=new.name_reports, image=new.image,
        raw_data=new.raw_data, allowed_ips=list(new.allowed_ips), open_tickets=[], version=1, modified_at=utc_now(),
    )  # fmt: skip
    await _add(session, profile, numbered=False)
    session.add_all(ProfileTeam(profile_id=profile.id, team_id=team.id) for team in teams)
    session.add(StatusChange(profile_id=profile.id, work_status=new.work_status, at=utc_now()))
    made = {"type": str(new.type), "email": new.email, "roleId": new.role_id, "teamIds": sorted(new.team_ids)}
    await write_audit(session, actor, "profile:create", "profile", [Change(profile.id, None, None, made)])
    await session.flush()  # What hears of it may look the person up.
    await publish(session, ProfileCreated(profile.id, actor.user_id))
    return profile


async def create_person(session: WriteSession, actor: Actor, body: ProfileCreate, password_hash: str | None) -> Profile:
    """Make a user as the API was asked to. `password_hash` belongs to `body.password`, which is judged here."""
    if body.type == ProfileType.OPERATOR and not actor.has(Permission.ENNEO_ADMIN):
        raise PermissionDenied(Permission.ENNEO_ADMIN)
    if body.password is not None:
        refuse_weak(body.password, email=body.email, shortest=(await get_settings(session)).password_min_length)
    sent = sent_values(body, work_status=WorkStatus.TICKET_PROCESSING)
    draft = Profile(settings={})
    apply_changes(draft, {path: (None, value) for path, value in sent.items()})
    role_id = sent.get("settings.roleId", AGENT_ROLE)
    new = NewProfile(
        first_name=body.first_name, last_name=body.last_name, email=body.email, type=body.type, role_id=role_id,
        team_ids=tuple(sent.get("settings.teamIds", ())), password_hash=password_hash, lang=draft.lang,
        timezone=draft.timezone, phone=draft.phone, name_alias=draft.name_alias, external_id=draft.external_id,
        is_sso_only=bool(draft.is_sso_only), state=ProfileState(draft.state or ProfileState.ACTIVE),
        work_status=WorkStatus(draft.work_status or WorkStatus.TICKET_PROCESSING), name_reports=draft.name_reports,
        image=draft.image, raw_data=draft.raw_data, settings=draft.settings,
    )  # fmt: skip
    return await create_profile(session, actor, new)


async def create_ai_agent_profile(session: WriteSession, *, name: str, external_id: str | None = None) -> Profile:
    """The profile of an AI agent: no address, no role, no team, no way to sign in."""
    new = NewProfile(first_name=name, type=ProfileType.AI_AGENT, external_id=external_id)
    return await create_profile(session, SYSTEM, new)


async def ensure_first_admin(database: Database) -> FirstAdmin | None:
    """Make `admin@assaydesk.local` with a random password when there is no person yet; None when there is one.

    The password leaves this function once and is stored only as a hash.
    """
    async with database.read() as session:
        if not await repository.nobody_yet(session):
            return None
    password = random_password()
    password_hash = await hash_password(password)
    async with database.write() as session:
        await repository.hold_people(session)
        if not await repository.nobody_yet(session):
            return None
        await create_profile(
            session, SYSTEM,
            NewProfile("First", "Administrator", FIRST_ADMIN, role_id=ADMIN_ROLE, password_hash=password_hash),
        )  # fmt: skip
    return FirstAdmin(FIRST_ADMIN, password)


def refuse_foreign_rights(actor: Actor, granted: Collection[str]) -> None:
    """Raise `ExceedsOwnRights` when the caller lacks one of the permissions. The system may grant everything."""
    missing = sorted(set(granted) - {str(name) for name in actor.permissions})
    if missing:
        raise ExceedsOwnRights(permissions=missing)


async def _refuse_taken(session: ReadSession, new: NewProfile) -> None:
    if new.email is not None and await repository.email_taken(session, new.email):
        raise EmailTaken
    if new.external_id is not None and await repository.external_id_taken(session, new.external_id):
        raise ExternalIdTaken
    if new.name_reports is not None and await repository.pseudonyms_taken(session, [new.name_reports]):
        raise NameReportsTaken


async def _add(session: WriteSession, profile: Profile, *, numbered: bool) -> None:
    """Insert the row; somebody may have taken an address or a pseudonym since we looked."""
    generated = profile.name_reports is None
    if generated:
        profile.name_reports = await free_pseudonym(session, numbered=numbered)
    try:
        async with session.begin_nested():
            session.add(profile)
            await session.flush()
    except IntegrityError as failure:
        constraint = taken_name(failure)
        if constraint is NameReportsTaken and generated and not numbered:
            profile.name_reports = None
            await _add(session, profile, numbered=True)
            return
        if constraint is None:
            raise
        raise constraint from failure


async def free_pseudonym(session: ReadSession, *, numbered: bool = False) -> str:
    names = [random_pseudonym(numbered=numbered) for _ in range(_SHORT_NAME_TRIES)]
    names += [random_pseudonym(numbered=True) for _ in range(_SHORT_NAME_TRIES)]
    taken = await repository.pseudonyms_taken(session, names)
    return next(name for name in names if name.lower() not in taken)


def taken_name(failure: IntegrityError) -> type[EmailTaken | ExternalIdTaken | NameReportsTaken] | None:
    """Which unique rule an insert or update has hit."""
    text = str(failure.orig)
    if "uq_profiles_email" in text:
        return EmailTaken
    if "uq_profiles_external_id" in text:
        return ExternalIdTaken
    return NameReportsTaken if "uq_profiles_name_reports" in text else None
