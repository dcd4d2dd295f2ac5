"""The queue of live conversations (ticket.md 2.15). Calls come with a telephone exchange, which is not connected."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final

from assaydesk.domains.profiles.service import idle_people, load_effective
from assaydesk.domains.profiles.types import Effective, RoutingStatus
from assaydesk.domains.routing import live_repository
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.tags.service import load_tags
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import ReadSession

CHANNELS: Final = ("chat", "phone")
NOBODY: Final = -1
_PERIOD: Final = timedelta(days=7)


async def agent_queue(
    session: ReadSession, *, tag_ids: Collection[int] = (), subchannel_id: int | None = None
) -> dict[str, Any]:
    """Waiting live conversations for each available person who fits, and how long a new one would wait."""
    settings = await get_settings(session)
    tags = await load_tags(session, tag_ids)
    skills = {tag.id for tag in tags.values() if tag.type == "skill" and tag.tag_routing}
    people = (await load_effective(session, await idle_people(session))).values()
    fitting = {
        channel: [one for one in people if _fits(one, channel, skills, settings.routing_tag_matching)]
        for channel in CHANNELS
    }
    waiting = await live_repository.waiting(session, tag_ids, subchannel_id)
    available = {one.profile_id for found in fitting.values() for one in found}
    handling = await live_repository.mean_handling_seconds(session, utc_now() - _PERIOD) if available else {}
    return {
        "agentQueue": _each(sum(waiting.values()), len(available)),
        "liveConversationPossible": {channel: bool(found) for channel, found in fitting.items()},
        "expectedWaitingTime": {
            channel: round(waiting.get(channel, 0) / len(found) * handling.get(channel, 0)) if found else NOBODY
            for channel, found in fitting.items()
        },
        "success": True,
    }


def _each(waiting: int, people: int) -> float:
    if not people:
        return NOBODY
    return waiting // people if waiting % people == 0 else round(waiting / people, 2)


def _fits(person: Effective, channel: str, skills: Collection[int], matching: str) -> bool:
    status = person.chat_routing_status if channel == "chat" else person.call_routing_status
    if status is not RoutingStatus.IDLE or not person.takes_tickets:
        return False
    if person.channels and channel not in person.channels:
        return False
    if not person.is_routed or not skills:
        return True
    return person.tag_ids.issuperset(skills) if matching == "all" else not person.tag_ids.isdisjoint(skills)
