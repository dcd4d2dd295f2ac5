"""Many invented tickets: all there, found by the search, and made only once."""

from sqlalchemy import text

from assaydesk.domains.demo.volume import generate_tickets
from assaydesk.platform.db.engine import Database


async def test_a_run_that_was_broken_off_goes_on(committed: Database) -> None:
    seen: list[tuple[int, int]] = []
    first = await generate_tickets(committed, 20, progress=lambda done, total: seen.append((done, total)))
    second = await generate_tickets(committed, 50)
    third = await generate_tickets(committed, 50)
    assert (first.tickets, first.before, second.tickets, second.before) == (20, 0, 30, 20)
    assert (third.tickets, third.messages, third.before) == (0, 0, 50)
    assert seen == [(20, 20)]
    async with committed.read() as session:
        counts = (
            await session.execute(
                text(
                    "select (select count(*) from tickets) as tickets, (select count(*) from ticket_search) as search, "
                    "(select count(*) from conversations) as messages, (select count(*) from ticket_tags) as tags"
                )
            )
        ).one()
        indexed = await session.scalar(
            text(
                "select count(*) from ticket_search join conversations using (ticket_id) "
                "where not tsvector_to_array(words) @> tsvector_to_array(search_vector(body_clean))"
            )
        )
    assert (counts.tickets, counts.search, counts.messages) == (50, 50, first.messages + second.messages)
    assert counts.tags > 0
    assert indexed == 0
