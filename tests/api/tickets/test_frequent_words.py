"""Searches for words that very many tickets have give the rows that the index of words gives (ADR 0012)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from assaydesk.domains.tickets.models import Ticket
from assaydesk.domains.tickets.search import estimates, lexicon, pages
from assaydesk.domains.tickets.search.wanted import Wanted
from assaydesk.domains.tickets.search.words import Sought, Token, sought, terms_of
from assaydesk.platform.db.session import ReadSession, WriteSession
from tests.factories.search import make_found

DAY = datetime(2024, 6, 12, 8, 0, tzinfo=UTC)
SEARCHES = ("rechnung", "rechnung prüfen", '"bitte prüfen"', "-stromrechnung")
URGENT = {"key": "priority", "comparator": "equal", "value": "urgent"}


@pytest.fixture
async def reader(as_actor: Any) -> Any:
    return await as_actor(permissions=["readTicket"])


async def walk(client: httpx.AsyncClient, filters: list[dict[str, Any]], **order: Any) -> tuple[list[int], list[Any]]:
    """All ids, page by page, and what was said of their number."""
    found: list[int] = []
    totals, cursor = [], None
    while True:
        body = {"filters": filters, "limit": 3, "cursor": cursor} | order
        answer = (await client.post("/ticket/search", json=body)).json()
        found += [ticket["id"] for ticket in answer["tickets"]]
        totals.append((answer["total"], answer["totalIsExact"]))
        cursor = answer["nextCursor"]
        if cursor is None:
            return found, totals


def walking(monkeypatch: pytest.MonkeyPatch, looked_at: int) -> None:
    """Take every query for one of frequent words; the walk sees so many tickets before it asks the index."""

    def every(query: str) -> Sought:
        return Sought(query, query)

    async def look_up(session: ReadSession, terms: Any) -> Sought | None:
        found = await lexicon.look_up(session, terms)
        return found and every(found.query)

    monkeypatch.setattr("assaydesk.domains.tickets.search.service.look_up", look_up)
    monkeypatch.setattr(estimates, "MANY", 1)
    monkeypatch.setattr(estimates, "SURE", 1)
    monkeypatch.setattr(pages, "LOOKED_AT", looked_at)
    monkeypatch.setattr(pages, "RANKED", 2)


async def test_given_frequent_words_rows_and_pages_are_the_same(
    reader: httpx.AsyncClient, session: WriteSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ("Rechnung", "Rechnung bitte prüfen", "Abschlag", "Stromrechnung prüfen", "Bitte Abschlag und Rechnung")
    for number in range(14):
        await make_found(
            session, texts[number % 5], created_at=DAY + timedelta(hours=number // 3),
            priority=["urgent", "low", "medium"][number % 3], due_by=[None, DAY][number % 2],
        )  # fmt: skip
    await session.commit()
    orders = [
        {"orderByField": "createdAt", "orderByDirection": "desc"}, {"orderByField": "id", "orderByDirection": "asc"},
        {"orderByField": "dueBy", "orderByDirection": "desc"}, {"orderByField": "relevance"},
    ]  # fmt: skip
    lists = [
        ([{"key": "q", "comparator": "contains", "value": words}, *more], order)
        for words in SEARCHES for more in ([], [URGENT]) for order in orders
    ]  # fmt: skip
    by_index = [(await walk(reader, filters, **order))[0] for filters, order in lists]
    assert max(len(found) for found in by_index) > 3 * 3
    for looked_at in (2, 1000):
        with monkeypatch.context() as patched:
            walking(patched, looked_at)
            for (filters, order), expected in zip(lists, by_index, strict=True):
                found, totals = await walk(reader, filters, **order)
                if order["orderByField"] == "relevance":  # How far back it ranks depends on how rows are found.
                    found, expected = sorted(found), sorted(expected)
                assert found == expected, (filters, order, looked_at)
                assert totals[-1][0] == len(found) or not totals[-1][1]


async def test_given_many_tickets_statistics_and_a_sample_say_how_many_have_the_words(
    session: WriteSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    await session.execute(
        text("""
with made as (
  insert into tickets (status, direction, channel, priority, created_at, modified_at, sla_started_at, version)
  select 'open', 'in', 'email', 'medium', now(), now(), now(), 1 from generate_series(1, 400) returning id, created_at
)
insert into ticket_search (ticket_id, created_at, words)
select id, created_at, search_vector(case when id % 2 = 0 then 'gasrechnung prufen' else 'umzug w' || id end) from made
""")
    )
    await session.execute(text("select search_learn(array['gasrechnung', 'prufen', 'umzug'])"))
    await session.execute(text("analyze ticket_search"))
    rare = await lexicon.look_up(session, terms_of("rechnung prüfen"))
    assert rare is not None
    assert rare.common is None  # In a small table nothing is frequent.
    monkeypatch.setattr(lexicon, "MANY", 100)
    monkeypatch.setattr(estimates, "MANY", 100)
    monkeypatch.setattr(estimates, "SURE", 100)
    found = await lexicon.look_up(session, terms_of("rechnung prüfen"))
    assert found == Sought(rare.query, rare.query)
    assert await estimates.estimated(session, Wanted((), rare.query)) is None
    wanted = Wanted((Ticket.deleted_at.is_(None),), rare.query, rare.query)
    hits = await estimates.estimated(session, wanted)
    assert hits is not None
    assert (hits.number, hits.walked) == (200, True)
    await session.execute(text("analyze tickets"))
    assert 190 <= (await estimates.estimated_total(session, wanted) or 0) <= 210
    seldom = Wanted((Ticket.status == "closed",), rare.query, rare.query)
    assert await estimates.estimated_total(session, seldom) is None


def test_a_query_is_frequent_when_each_of_its_words_is() -> None:
    tokens = {
        0: [Token(0, ("rechnung", "rechnungsnr"), ("rechnung",), 0.3)],
        1: [Token(1, ("prufen", "w17"), ("prufen",), 0.2)],
        2: [Token(2, ("w17",))],
    }
    both = "(('rechnung' | 'rechnungsnr')) & (('prufen' | 'w17'))"
    assert sought(terms_of("rechnung prufen"), tokens, least=0.1) == Sought(both, "(('rechnung')) & (('prufen'))")
    assert sought(terms_of("rechnung prufen"), tokens, least=0.25) == Sought(both)
    assert sought(terms_of("rechnung prufen"), tokens) == Sought(both)
    assert sought(terms_of("rechnung prufen w17"), tokens, least=0.1) == Sought(f"{both} & (('w17'))")
    without = sought(terms_of("rechnung -prufen"), tokens, least=0.1)
    assert without is not None
    assert without.common == "(('rechnung')) & !(('prufen' | 'w17'))"
