"""What templates do when tags change, and what others learn from them."""

from collections.abc import Collection

from assaydesk.domains.tags.events import TAG_USES, TagDeleted, TagMerged
from assaydesk.domains.templates import service
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.events import on
from assaydesk.platform.security.actor import Actor


def register() -> None:
    TAG_USES["template"].fill(_tag_uses)
    on(TagDeleted, _take_other_tag)
    on(TagMerged, _follow_merged_tag)


async def _tag_uses(session: ReadSession, _: Actor, tag_ids: Collection[int]) -> dict[int, list[int]]:
    return await service.using_tags(session, list(tag_ids))


async def _take_other_tag(session: WriteSession, event: TagDeleted) -> None:
    if event.replaced_by is not None:
        await service.replace_tag(session, event.tag_id, event.replaced_by)


async def _follow_merged_tag(session: WriteSession, event: TagMerged) -> None:
    event.moved.append(await service.replace_tag(session, event.tag_id, event.into))
