"""GET /customer/search (ticket.md 8.1)."""

from typing import Any

import pytest

from assaydesk.domains.customers.schemas import CustomerFound
from assaydesk.platform.db.session import WriteSession
from tests.factories.customers import make_customer


@pytest.fixture
async def people(session: WriteSession) -> None:
    await make_customer(
        session, customer_id="C-1", firstname="Jürgen", lastname="Müller", email="j.mueller@postfach.example",
        phone="+49 30 2312 5101", contracts=[{"id": "LE-471234"}],
    )  # fmt: skip
    await make_customer(
        session, customer_id="4711", firstname="Maria", lastname="Mustermann", email="maria@postfach.example",
        phone="0049 (0)89 1234567", contracts=[{"id": "LE-479999"}, {"id": "LE-480000"}],
    )  # fmt: skip
    await make_customer(
        session, customer_id="C-3", firstname=None, lastname=None, business=True, company="Bäckerei Groß GmbH",
        email="info@gross.example", phone=None,
    )  # fmt: skip
    await session.commit()


@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("müller", "C-1"), ("Mueller", "C-1"), ("muller", "C-1"), ("jurgen mueler", "C-1"), ("Mustremann", 4711),
        ("Maria Mustermann", 4711), ("baeckerei gross", "C-3"), ("bäckrei", "C-3"), ("LE-471234", "C-1"),
        ("le-4799", 4711), ("4711", 4711), ("C-1", "C-1"), ("maria@postfach.example", 4711), ("030 23125101", "C-1"),
        ("+49302312 5101", "C-1"), ("089/1234567", 4711),
    ],
)  # fmt: skip
async def test_given_words_as_people_type_them_the_right_one_comes_first(
    as_actor: Any, people: None, q: str, first: Any
) -> None:
    answer = await (await as_actor(permissions=["readCustomers"])).get("/customer/search", params={"q": q})
    assert answer.status_code == 200, answer.text
    rows = answer.json()
    assert [row["id"] for row in rows[:1]] == [first]
    assert int(answer.headers["X-Total-Count"]) == len(rows)
    for row in rows:
        CustomerFound.model_validate(row)


async def test_given_a_found_customer_the_contracts_are_named(as_actor: Any, people: None) -> None:
    client = await as_actor(permissions=["readCustomers"])
    (row,) = (await client.get("/customer/search", params={"q": "Maria"})).json()
    assert row["contractIds"] == ["LE-479999", "LE-480000"]
    assert row["phone"] == "0049 (0)89 1234567"


@pytest.mark.parametrize("q", ["%", "'; drop table customers; --", "\\", "(((", "x" * 200, "_", "zzzzz", "🙂"])
async def test_given_odd_texts_nothing_breaks(as_actor: Any, people: None, q: str) -> None:
    client = await as_actor(permissions=["readCustomers"])
    assert (await client.get("/customer/search", params={"q": q})).json() == []


async def test_given_pages_they_continue_each_other(as_actor: Any, session: WriteSession) -> None:
    for number in range(5):
        await make_customer(session, customer_id=f"P-{number}")
    await session.commit()
    client = await as_actor(permissions=["readCustomers"])
    seen = []
    for offset in (0, 2, 4, 6):
        answer = await client.get("/customer/search", params={"q": "Mustermann", "limit": 2, "offset": offset})
        assert answer.headers["X-Total-Count"] == "5"
        seen += [row["id"] for row in answer.json()]
    assert seen == [f"P-{number}" for number in range(5)]


async def test_given_no_right_or_no_words_it_is_refused(anonymous: Any, as_actor: Any) -> None:
    assert (await anonymous.get("/customer/search?q=a")).status_code == 401
    assert (await (await as_actor(permissions=["readTicket"])).get("/customer/search?q=a")).status_code == 403
    client = await as_actor(permissions=["readCustomers"])
    for query in ("", "?q=", f"?q={'x' * 201}", "?q=a&limit=0", "?q=a&limit=1001"):
        assert (await client.get(f"/customer/search{query}")).status_code == 422
