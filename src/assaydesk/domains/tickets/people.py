"""The people that tickets show."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.profiles.service import effective_skills, load_profiles
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.tickets.view import Skills
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


async def skills_of(session: ReadSession, caller: Profile | None) -> Skills:
    """What decides whether a ticket fits the caller; teams are read only by those who take over their settings."""
    if caller is None:
        return Skills()
    tag_ids, channels = await effective_skills(session, caller)
    matching = (await get_settings(session)).routing_tag_matching
    return Skills(tag_ids, is_routed=bool(tag_ids or channels), needs_all=matching == "all")
