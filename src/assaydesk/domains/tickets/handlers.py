"""What tickets do when others change, and what others learn from them."""

from collections.abc import Collection

from assaydesk.domains.customers.events import CustomersMerged
from assaydesk.domains.profiles.events import AbsenceBegan, ProfileDeleted
from assaydesk.domains.tags.events import TAG_USES, TagMerged
from assaydesk.domains.templates.events import CONTRACT_VARIABLES, TEMPLATE_VARIABLES
from assaydesk.domains.tickets import service
from assaydesk.domains.tickets.variables import contract_variables, ticket_variables
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.events import on
from assaydesk.platform.security.actor import Actor


async def _tag_uses(session: ReadSession, _: Actor, tag_ids: Collection[int]) -> dict[int, list[int]]:
    return await service.tickets_with_tag(session, tag_ids)


async def _person_left(session: WriteSession, event: ProfileDeleted) -> None:
    await service.unassign_person(session, event.profile_id)


async def _tag_merged(session: WriteSession, event: TagMerged) -> None:
    event.moved.append(await service.replace_tag(session, event.tag_id, event.into))


async def _customers_merged(session: WriteSession, event: CustomersMerged) -> None:
    await service.move_customers(session, event.source_ids, event.target_id)


async def _person_is_away(session: WriteSession, event: AbsenceBegan) -> None:
    await service.pass_on(session, event.profile_id, event.substitute_id)


def register() -> None:
    on(AbsenceBegan, _person_is_away)
    on(CustomersMerged, _customers_merged)
    on(ProfileDeleted, _person_left)
    on(TagMerged, _tag_merged)
    TAG_USES["ticket"].fill(_tag_uses)
    TEMPLATE_VARIABLES.fill(ticket_variables)
    CONTRACT_VARIABLES.fill(contract_variables)
