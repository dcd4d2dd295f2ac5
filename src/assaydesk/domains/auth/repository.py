"""Queries of sign-in: the one that every request makes, and those of sessions and keys."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

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
    permissions: list[str]
    team_ids: list[int]


_CALLER = """
select {session_id} as session_id, c.expires_at, c.revoked_at, c.last_used_at,
       p.id as profile_id, p.type as profile_type, p.state,
       trim(p.first_name || ' ' || p.last_name) as name, p.lang, p.work_status,
       coalesce(own.permissions, inherited.permissions, '{{}}') as permissions,
       coalesce(teams.ids, '{{}}') as team_ids
from {table} c
join profiles p on p.id = c.user_id
left join roles own on own.id = p.role_id
left join lateral (
    select array_agg(t.id) as ids, array_agg((t.settings ->> 'roleId')::bigint) as role_ids
    from profile_teams pt join teams t on t.id = pt.team_id and t.state = 'active' and t.deleted_at is null
    where pt.profile_id = p.id
) teams on true
left join lateral (
    select r.permissions from roles r
    where p.role_id is null and (p.settings ->> 'inheritTeamSettings')::boolean and r.id = any(teams.role_ids)
    order by cardinality(r.permissions) desc limit 1
) inherited on true
where c.{column} = :secret
"""
_BY_SESSION = text(_CALLER.format(table="sessions", column="jti_hash", session_id="c.id"))
_BY_COOKIE = text(_CALLER.format(table="sessions", column="cookie_hash", session_id="c.id"))
_BY_API_KEY = text(_CALLER.format(table="api_keys", column="jti_hash", session_id="null::bigint"))


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
