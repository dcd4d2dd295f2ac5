"""Somebody as an actor, for work that goes on in the background for him or her, as sign-in would see the person."""

from typing import Final

from sqlalchemy import text

from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.security.actor import Actor, ActorKind
from assaydesk.platform.security.permissions import Permission

_KINDS: Final = {
    "user": ActorKind.PERSON,
    "enneo": ActorKind.PERSON,
    "serviceWorker": ActorKind.SERVICE_WORKER,
    "aiAgent": ActorKind.AI_AGENT,
}
_KNOWN: Final = {str(permission): permission for permission in Permission}
RIGHTS_OF_P: Final = """
left join roles own on own.id = p.role_id
left join lateral (
    select array_agg(t.id) as ids, array_agg((t.settings ->> 'roleId')::bigint) as role_ids
    from profile_teams pt join teams t on t.id = pt.team_id and t.state = 'active' and t.deleted_at is null
    where pt.profile_id = p.id
) teams on true
left join lateral (
    select r.permissions from roles r
    where p.role_id is null and (p.settings ->> 'inheritTeamSettings')::boolean and r.id = any(teams.role_ids)
    order by cardinality(r.permissions) desc, r.id limit 1
) inherited on true
"""
"""Joins that find the rights of a row `p` of `profiles`: of the own role, else of the team role with the most of them
(people.md 1.3). `own.permissions`, `inherited.permissions`, `teams.ids`."""

_ACTOR: Final = text(f"""
select p.id, p.type, p.lang, trim(p.first_name || ' ' || p.last_name) as name,
       coalesce(own.permissions, inherited.permissions, '{{}}') as permissions,
       coalesce(teams.ids, '{{}}') as team_ids
from profiles p
{RIGHTS_OF_P}
where p.id = :id and p.state = 'active'
""")  # noqa: S608 - made of constants


async def actor_of(session: ReadSession, profile_id: int) -> Actor | None:
    """The person with the rights of this moment; None for one who may no longer sign in."""
    row = (await session.execute(_ACTOR, {"id": profile_id})).first()
    if row is None:
        return None
    return Actor(
        id=row.id,
        kind=_KINDS[row.type],
        permissions=frozenset(_KNOWN[name] for name in row.permissions if name in _KNOWN),
        team_ids=frozenset(row.team_ids),
        lang=row.lang,
        name=row.name,
    )
