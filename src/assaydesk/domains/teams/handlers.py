"""What teams do when tags change: they tell which teams name one, and take another in its place."""

from collections.abc import Collection

from assaydesk.domains.tags.events import TAG_USES, TagDeleted
from assaydesk.domains.teams import service
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.events import on
from assaydesk.platform.security.actor import Actor


def register() -> None:
    TAG_USES["team"].fill(_uses)
    on(TagDeleted, _take_other_tag)


async def _uses(session: ReadSession, _: Actor, tag_ids: Collection[int]) -> dict[int, list[int]]:
    return await service.using_tags(session, tag_ids)


async def _take_other_tag(session: WriteSession, event: TagDeleted) -> None:
    if event.replaced_by is not None:
        await service.replace_tag(session, event.tag_id, event.replaced_by)
