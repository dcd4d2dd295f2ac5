"""The company's tickets: stored like an import, so that worklogs come from the same rules (worklog.md 2.8)."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import update

from assaydesk.domains.demo.founding import Company
from assaydesk.domains.demo.plan import CompanyPlan
from assaydesk.domains.demo.thread import PlannedConversation
from assaydesk.domains.imports.store import store_batch
from assaydesk.domains.tickets.models import Ticket
from assaydesk.platform.db.engine import Database

_BATCH: Final = 50
"""Tickets of one transaction. What is there already is left alone, so a founding can be gone on with."""


async def import_tickets(
    database: Database, plan: CompanyPlan, company: Company, now: datetime, say: Callable[[str], object]
) -> None:
    """Store all conversations with their work, and say by which sub-channel each came in."""
    total = len(plan.conversations)
    for begin in range(0, total, _BATCH):
        say(f"Working on tickets: {begin} of {total} ...")
        batch = plan.conversations[begin : begin + _BATCH]
        async with database.write() as session:
            await store_batch(session, [one.parsed for one in batch], now)
            for subchannel_id, external_ids in _subchannels(plan, company, batch).items():
                await session.execute(
                    update(Ticket)
                    .where(Ticket.external_ticket_id.in_(external_ids), Ticket.subchannel_id.is_(None))
                    .values(subchannel_id=subchannel_id)
                )


def _subchannels(plan: CompanyPlan, company: Company, batch: tuple[PlannedConversation, ...]) -> dict[int, list[str]]:
    """The tickets of each sub-channel. One that belongs to a team takes what is written to that team."""
    team_of = {topic.key: topic.team for topic in plan.content.topics}
    found: defaultdict[int, list[str]] = defaultdict(list)
    for one in batch:
        fitting = [
            (subchannel.team is None, id_)
            for subchannel, id_ in zip(plan.content.subchannels, company.subchannels, strict=True)
            if subchannel.channel == one.parsed.channel and subchannel.team in (None, team_of[one.topic])
        ]
        found[min(fitting)[1]].append(one.parsed.external_id)
    return found
