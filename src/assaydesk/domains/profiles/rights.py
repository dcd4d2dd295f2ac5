"""Who holds a right: the own role, else the role that comes from teams, as sign-in sees it (people.md 1.3)."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import text

from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.security.permissions import Permission

_HOLDERS: Final = text("""
select p.id
from profiles p
left join roles own on own.id = p.role_id
left join lateral (
    select r.permissions
    from profile_teams pt
    join teams t on t.id = pt.team_id and t.state = 'active' and t.deleted_at is null
    join roles r on r.id = (t.settings ->> 'roleId')::bigint
    where pt.profile_id = p.id and p.role_id is null and (p.settings ->> 'inheritTeamSettings')::boolean
    order by cardinality(r.permissions) desc, r.id limit 1
) inherited on true
where p.state = 'active' and p.type in ('user', 'enneo')
  and (cast(:among as bigint[]) is null or p.id = any(cast(:among as bigint[])))
  and coalesce(own.permissions, inherited.permissions, '{}') && cast(:wanted as text[])
order by p.id
""")


async def holders_of(session: ReadSession, *permissions: Permission, among: Collection[int] | None = None) -> list[int]:
    """Active people who hold any of the permissions; `among`: only these people are asked about."""
    values = {
        "wanted": [str(one) for one in permissions],
        "among": None if among is None else list(among),
    }
    return list(await session.scalars(_HOLDERS, values))
