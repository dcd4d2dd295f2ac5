"""Queries of sign-in: the one that every request makes, and those of sessions and keys."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text, update

from assaydesk.domains.auth.models import ApiKey, FailedSignIn, OneTimeLink, Session
from assaydesk.domains.profiles.actors import RIGHTS_OF_P
from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.profiles.types import PEOPLE, ProfileState
from assaydesk.platform.db.session import ReadSession, WriteSession

TOUCH_EVERY = timedelta(minutes=1)
IDLE_LIMIT = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Caller:
    """A credential and the person behind it, in one row."""

    session_id: int | None
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    profile_id: int
    profile_type: str
    state: str
    name: str
    lang: str
    work_status: str
    allowed_ips: list[str]
    permissions: list[str]
    team_ids: list[int]


_CALLER = """
select {session_id} as session_id, c.expires_at, c.revoked_at, c.last_used_at,
       p.id as profile_id, p.type as profile_type, p.state,
       trim(p.first_name || ' ' || p.last_name) as name, p.lang, p.allowed_ips,
       case when exists (
         select 1 from profile_absences a where a.profile_id = p.id and a.deleted_at is null
           and a.since <= now() and (a.until is null or a.until > now())
       ) then 'longAbsence' else p.work_status end as work_status,
       coalesce(own.permissions, inherited.permissions, '{{}}') as permissions,
       coalesce(teams.ids, '{{}}') as team_ids
from {table} c
join profiles p on p.id = c.user_id
{rights}
where c.{column} = :secret
"""
_BY_SESSION = text(_CALLER.format(rights=RIGHTS_OF_P, table="sessions", column="jti_hash", session_id="c.id"))
_BY_COOKIE = text(_CALLER.format(rights=RIGHTS_OF_P, table="sessions", column="cookie_hash", session_id="c.id"))
_BY_API_KEY = text(_CALLER.format(rights=RIGHTS_OF_P, table="api_keys", column="jti_hash", session_id="null::bigint"))


async def _caller(session: ReadSession, query: object, secret: str) -> Caller | None:
    row = (await session.execute(query, {"secret": secret})).first()  # type: ignore[call-overload]
    return None if row is None else Caller(**row._mapping)


async def caller_by_session(session: ReadSession, jti_hash: str) -> Caller | None:
    return await _caller(session, _BY_SESSION, jti_hash)


async def caller_by_cookie(session: ReadSession, cookie_hash: str) -> Caller | None:
    return await _caller(session, _BY_COOKIE, cookie_hash)


async def caller_by_api_key(session: ReadSession, jti_hash: str) -> Caller | None:
    return await _caller(session, _BY_API_KEY, jti_hash)


async def touch(session: WriteSession, table: str, column: str, secret: str, user_id: int, now: datetime) -> None:
    """Note that a credential was used, and that the person was seen; at most once a minute by the caller's choice."""
    await session.execute(
        text(f"update {table} set last_used_at = :now where {column} = :secret"),  # noqa: S608 - fixed names
        {"now": now, "secret": secret},
    )
    await session.execute(text("update profiles set last_seen = :now where id = :id"), {"now": now, "id": user_id})


async def person_by_email(session: ReadSession, email: str) -> Profile | None:
    """Somebody who may sign in with a password, inactive ones included."""
    query = select(Profile).where(
        func.lower(Profile.email) == email.lower(), Profile.state != ProfileState.DELETED, Profile.type.in_(PEOPLE)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def person(session: ReadSession, user_id: int) -> Profile | None:
    return await session.get(Profile, user_id)


async def session_end(session: ReadSession, session_id: int) -> datetime | None:
    return await session.scalar(select(Session.expires_at).where(Session.id == session_id))


async def person_for_update(session: WriteSession, user_id: int) -> Profile | None:
    query = select(Profile).where(Profile.id == user_id).with_for_update(key_share=True)
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def hold_subject(session: WriteSession, subject: str) -> None:
    """Let only one transaction at a time count the failures of a subject."""
    await session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": int(subject[:15], 16)})


async def failures(session: ReadSession, subject: str, since: datetime) -> list[datetime]:
    """When the failures of a subject happened, the newest first."""
    query = select(FailedSignIn.at).where(FailedSignIn.subject == subject, FailedSignIn.at > since)
    return list((await session.execute(query.order_by(FailedSignIn.at.desc()))).scalars())


async def add_failures(session: WriteSession, subjects: Collection[str], at: datetime) -> list[int]:
    rows = [FailedSignIn(subject=subject, at=at) for subject in subjects]
    session.add_all(rows)
    await session.flush()  # A good sign-in takes its own rows back by their ids.
    return [row.id for row in rows]


async def remove_failures(session: WriteSession, ids: Collection[int]) -> None:
    await session.execute(delete(FailedSignIn).where(FailedSignIn.id.in_(ids)))


async def own_sessions(
    session: ReadSession, user_id: int, now: datetime, *, limit: int, offset: int
) -> tuple[list[Session], int]:
    """Sessions that still count, the one used last first."""
    alive = (Session.user_id == user_id, Session.revoked_at.is_(None), Session.expires_at > now)
    order = (Session.last_used_at.desc().nulls_last(), Session.id.desc())
    rows = (await session.execute(select(Session).where(*alive).order_by(*order).limit(limit).offset(offset))).scalars()
    return list(rows), await session.scalar(select(func.count()).select_from(Session).where(*alive)) or 0


async def end_session(session: WriteSession, user_id: int, session_id: int, now: datetime) -> bool:
    """End one session of a person; False when there is none that still counts."""
    ended = await session.execute(
        update(Session)
        .where(Session.id == session_id, Session.user_id == user_id, Session.revoked_at.is_(None))
        .where(Session.expires_at > now)
        .values(revoked_at=now)
        .returning(Session.id)
    )
    return ended.first() is not None


async def end_sessions(session: WriteSession, user_id: int, now: datetime, *, but: int | None = None) -> int:
    """End all sessions of a person, or all but one; answers how many."""
    query = update(Session).where(Session.user_id == user_id, Session.revoked_at.is_(None), Session.expires_at > now)
    if but is not None:
        query = query.where(Session.id != but)
    return len((await session.execute(query.values(revoked_at=now).returning(Session.id))).all())


async def session_for_update(session: WriteSession, session_id: int) -> Session | None:
    query = select(Session).where(Session.id == session_id).with_for_update(key_share=True)
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def keys_of(session: ReadSession, user_id: int) -> list[ApiKey]:
    """All keys of a profile, revoked ones included, the newest first."""
    query = select(ApiKey).where(ApiKey.user_id == user_id).order_by(ApiKey.id.desc())
    return list((await session.execute(query)).scalars())


async def key_for_update(session: WriteSession, user_id: int, key_id: int) -> ApiKey | None:
    query = select(ApiKey).where(ApiKey.id == key_id, ApiKey.user_id == user_id).with_for_update(key_share=True)
    return (await session.execute(query)).scalar_one_or_none()


async def key_by_jti(session: ReadSession, jti_hash: str) -> ApiKey | None:
    return (await session.execute(select(ApiKey).where(ApiKey.jti_hash == jti_hash))).scalar_one_or_none()


async def revoke_keys(session: WriteSession, user_id: int, now: datetime) -> None:
    await session.execute(
        update(ApiKey).where(ApiKey.user_id == user_id, ApiKey.revoked_at.is_(None)).values(revoked_at=now)
    )


_ADD_RESET_LINK = text("""
insert into one_time_links (user_id, token_hash, expires_at, mail_status)
select p.id, :token_hash, :expires_at, 'queued' from profiles p
where lower(p.email) = lower(:email) and p.state = 'active' and p.type in ('user', 'enneo') and not p.is_sso_only
  and (select count(*) from one_time_links l
       where l.user_id = p.id and l.used_at is null and l.expires_at > :now) < :most
returning user_id
""")


async def add_reset_link(
    session: WriteSession, email: str, *, token_hash: str, now: datetime, expires_at: datetime, most: int
) -> int | None:
    """Store a link for whoever has the address, in one statement that takes as long when nobody has it."""
    values = {"email": email, "token_hash": token_hash, "now": now, "expires_at": expires_at, "most": most}
    return (await session.execute(_ADD_RESET_LINK, values)).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class LiveLink:
    """An unused link, and whose it is."""

    link_id: int
    user_id: int
    email: str | None


async def live_link(session: ReadSession, token_hash: str, now: datetime) -> LiveLink | None:
    """An unused link of an active person."""
    query = (
        select(OneTimeLink.id, Profile.id, Profile.email)
        .join(Profile, Profile.id == OneTimeLink.user_id)
        .where(OneTimeLink.token_hash == token_hash, OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now)
        .where(Profile.state == ProfileState.ACTIVE)
    )
    row = (await session.execute(query)).first()
    return None if row is None else LiveLink(row[0], row[1], row[2])


async def use_link(session: WriteSession, link_id: int, now: datetime) -> bool:
    """Mark a link as used; False when somebody else was first."""
    used = await session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.id == link_id, OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now)
        .values(used_at=now)
        .returning(OneTimeLink.id)
    )
    return used.first() is not None


async def void_links(session: WriteSession, user_id: int, now: datetime) -> None:
    await session.execute(
        update(OneTimeLink).where(OneTimeLink.user_id == user_id, OneTimeLink.used_at.is_(None)).values(used_at=now)
    )


async def delete_outdated(session: WriteSession, table: str, column: str, before: datetime, limit: int) -> int:
    """Delete at most `limit` rows whose time lies before; answers how many."""
    result = await session.execute(
        text(
            f"delete from {table} where id in (select id from {table} where {column} < :before "  # noqa: S608
            "order by id limit :limit for update skip locked) returning id"
        ),
        {"before": before, "limit": limit},
    )
    return len(result.all())
