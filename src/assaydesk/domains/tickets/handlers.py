"""What other domains learn from tickets."""

from collections.abc import Collection

from assaydesk.domains.tags.events import TAG_USES
from assaydesk.domains.tickets import service
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.security.actor import Actor


async def _tag_uses(session: ReadSession, _: Actor, tag_ids: Collection[int]) -> dict[int, list[int]]:
    return await service.tickets_with_tag(session, tag_ids)


def register() -> None:
    TAG_USES["ticket"].fill(_tag_uses)
