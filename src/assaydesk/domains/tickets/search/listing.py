"""Compact tickets as lists return them: Core rows, one statement for each kind of row beside them."""

from collections.abc import Sequence
from typing import Any

from assaydesk.domains.customers.service import customer_name, load_customers
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.tags.service import tags_as_json
from assaydesk.domains.tickets import repository
from assaydesk.domains.tickets.events import TICKET_PRESENCE, TICKET_REPLY
from assaydesk.domains.tickets.people import people_of, skills_of
from assaydesk.domains.tickets.view import Beside, compact_json, user_json
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.security.actor import Actor


async def compact_tickets(session: ReadSession, actor: Actor, ids: Sequence[int]) -> list[dict[str, Any]]:
    """The tickets in the order of `ids`; those that the caller may not see are left out."""
    if not ids:
        return []
    rows = await repository.get(session, actor, ids)
    tag_ids = await repository.tags_of(session, ids)
    presence = await TICKET_PRESENCE.load(session, actor, ids)
    replies = await TICKET_REPLY.load(session, actor, ids)
    linked = {row["customer_id"] for row in rows.values() if row["customer_id"]}
    customers = await load_customers(session, linked)
    authors = [one.author_id for one in replies.values()]
    people = await people_of(session, actor, rows.values(), presence.values(), authors)
    shown = {tag for found in tag_ids.values() for tag in found}
    tags = await tags_as_json(session, shown | {tag for one in customers.values() for tag in one.tag_ids})
    zone = (await get_settings(session)).zone
    mine = {one: customers[row["customer_id"]] for one, row in rows.items() if row["customer_id"] in customers}
    beside = Beside(
        zone=zone,
        tag_ids=tag_ids,
        tags=tags,
        users={one: user_json(profile, zone) for one, profile in people.items()},
        customers={
            one: {
                "tagIds": [tag for tag in customer.tag_ids if tag in tags],
                "tags": [tags[tag] for tag in customer.tag_ids if tag in tags],
            }
            for one, customer in mine.items()
        },
        customer_names={one: customer_name(customer) for one, customer in mine.items()},
        threads=replies,
        presence=presence,
        skills=await skills_of(session, people.get(actor.id)),
    )
    return [compact_json(rows[one], beside) for one in ids if one in rows]
