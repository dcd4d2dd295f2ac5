"""The people that tickets show."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.profiles.service import load_profiles
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.security.actor import Actor


async def people_of(
    session: ReadSession,
    actor: Actor,
    rows: Collection[Mapping[str, Any]],
    present: Collection[Sequence[int]],
    authors: Sequence[int | None],
) -> dict[int, Profile]:
    """Profiles of those who are responsible, assigned, present or authors, and of the caller; one statement."""
    wanted = {row["agent_id"] for row in rows} | set(authors) | {actor.user_id}
    wanted |= {user for row in rows for user in row["assigned_agent_ids"]} | {
        user for users in present for user in users
    }
    return await load_profiles(session, {one for one in wanted if one is not None})


def skills_of(caller: Profile | None) -> frozenset[int]:
    """Tags of the skills that are stored for a person."""
    stored = (caller.settings if caller is not None else {}).get("skills")
    tags = stored.get("tagIds") if isinstance(stored, dict) else None
    return frozenset(tag for tag in tags or () if isinstance(tag, int))
