"""What profiles know of teams and tags: members, whether a role may be handed down, who names a tag."""

from collections.abc import Collection
from typing import Any

from assaydesk.domains.profiles import repository
from assaydesk.domains.profiles.create import refuse_foreign_rights
from assaydesk.domains.profiles.types import ProfileState
from assaydesk.domains.profiles.update import replace_tag, using_tags
from assaydesk.domains.tags.events import TAG_USES, TagDeleted
from assaydesk.domains.teams.events import TEAM_MEMBERS, TEAMS_OF_USER, TeamSettingsChosen
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import UnknownReference
from assaydesk.platform.events import on


def register() -> None:
    TEAM_MEMBERS.fill(_members)
    TEAMS_OF_USER.fill(_teams)
    TAG_USES["profile"].fill(_tag_uses)
    on(TeamSettingsChosen, _check_choice)
    on(TagDeleted, _take_other_tag)


async def _members(session: ReadSession, _: Any, team_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    return await repository.members_of(session, team_ids)


async def _teams(session: ReadSession, _: Any, user_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    found = await repository.teams_of(session, user_ids)
    return {user_id: tuple(team.id for team in teams) for user_id, teams in found.items()}


async def _tag_uses(session: ReadSession, _: Any, tag_ids: Collection[int]) -> dict[int, list[int]]:
    return await using_tags(session, tag_ids)


async def _take_other_tag(session: WriteSession, event: TagDeleted) -> None:
    if event.replaced_by is not None:
        await replace_tag(session, event.tag_id, event.replaced_by)


async def _check_choice(session: WriteSession, event: TeamSettingsChosen) -> None:
    """Refuse leaders and roles that do not exist, and a role with rights that the caller does not hold."""
    leaders = await repository.load_profiles(session, event.leader_ids)
    for leader_id in event.leader_ids:
        if leader_id not in leaders or leaders[leader_id].state == ProfileState.DELETED:
            raise UnknownReference(f"There is no user {leader_id}.", field="leaderIds", value=leader_id)
    if event.new_role_id is None and not event.roles:
        return
    roles = await repository.roles(session)
    if event.new_role_id is not None and event.new_role_id not in roles:
        raise UnknownReference(
            f"There is no role {event.new_role_id}.", field="settings.roleId", value=event.new_role_id
        )
    refuse_foreign_rights(
        event.actor, {name for role in event.roles if role in roles for name in roles[role].permissions}
    )
