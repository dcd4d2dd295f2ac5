"""What other domains learn from customers."""

from collections.abc import Collection

from assaydesk.domains.customers.service import customers_with_tag
from assaydesk.domains.customers.tag_moves import replace_tag
from assaydesk.domains.tags.events import TAG_USES, TagMerged
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.events import on
from assaydesk.platform.security.actor import Actor


async def _tag_uses(session: ReadSession, _: Actor, tag_ids: Collection[int]) -> dict[int, list[int]]:
    return await customers_with_tag(session, tag_ids)


async def _tag_merged(session: WriteSession, event: TagMerged) -> None:
    event.moved.append(await replace_tag(session, event.tag_id, event.into))


def register() -> None:
    on(TagMerged, _tag_merged)
    TAG_USES["customer"].fill(_tag_uses)
