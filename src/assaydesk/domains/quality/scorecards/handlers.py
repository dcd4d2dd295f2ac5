"""What scorecards know of tags and teams: which are in use; and how they take another tag in place of one."""

from collections.abc import Collection

from assaydesk.domains.quality.scorecards import service
from assaydesk.domains.tags.events import TAG_USES, TagDeleted
from assaydesk.domains.teams.events import TEAM_USES
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.events import on
from assaydesk.platform.security.actor import Actor


def register() -> None:
    TAG_USES["scorecard"].fill(_uses)
    TEAM_USES["scorecard"].fill(_team_uses)
    on(TagDeleted, _take_other_tag)


async def _uses(session: ReadSession, _: Actor, tag_ids: Collection[int]) -> dict[int, list[int]]:
    return await service.using_tags(session, tag_ids)


async def _team_uses(session: ReadSession, _: Actor, team_ids: Collection[int]) -> dict[int, list[int]]:
    return await service.using_teams(session, team_ids)


async def _take_other_tag(session: WriteSession, event: TagDeleted) -> None:
    if event.replaced_by is not None:
        await service.replace_tag(session, event.tag_id, event.replaced_by)
