"""Searching customers and contracts, and finding those who are probably one (ticket.md 8.1).

Every search begins at an index: trigrams of folded words, equal numbers, equal addresses.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import text

from assaydesk.platform.db.session import ReadSession

EXACT: Final = ("contractId", "customerId", "birthday", "email", "postalCode")
NEAR: Final = {
    "firstname": "firstname_key",
    "lastname": "lastname_key",
    "fullname": "fullname_key",
    "company": "company_key",
    "meterNumber": "meter_key",
    "address": "address_key",
    "city": "city_key",
}
"""Attributes that may be near: wire name -> key column."""

_CONDITION: Final = {
    "contractId": "lower(c.contract_id) = lower(:contractId)",
    "customerId": "c.customer_id = :customerId",
    "birthday": "c.birthday = :birthday",
    "email": "lower(c.email) = lower(:email)",
    "postalCode": "c.postal_code = :postalCode",
}
_USES_INDEX: Final = {**_CONDITION, "contractId": "c.id_key = lower(:contractId)"}

_STRICT: Final = 0.6
_LOOSE: Final = 0.4
"""Word similarity that counts: of every word, or, when that finds nobody, of any."""

_NEAR_ID: Final = 0.5
_MIN_SCORE: Final = 0.42


class Found(NamedTuple):
    """`total` counts all, also those of other pages."""

    rows: list[tuple[int, int]]
    total: int


# Numbers are looked up by index; only names are compared, and only those that share trigrams.
_SEARCH_CUSTOMERS: Final = """
with agreed as (
  select customer_id, max(case when id_key = :id then 2 when id_key like :prefix then 0.95
    else similarity(id_key, :id) end) as score
  from contracts where deleted_at is null
    and (id_key = :id or id_key like :prefix or (:is_code and id_key % :id)) group by customer_id
),
named as (
  select id, ({score}) as score from customers where deleted_at is null and ({names})
),
found as (
  select id, score from named where score >= :least
  union all select id, 2 from customers where deleted_at is null and (customer_id = :q or lower(email) = :id)
  union all select id, 1 from customers where deleted_at is null and :phone <> '' and phone_key = :phone
  union all select merged_into_id, 2 from customers where merged_into_id is not null and customer_id = :q
  union all select c.id, agreed.score from agreed
    join customers c on c.customer_id = agreed.customer_id and c.deleted_at is null
),
best as (select id, max(score) as score from found group by id)
select c.id, count(*) over () as total from best join customers c using (id) where c.deleted_at is null
order by best.score desc, lower(coalesce(c.lastname, c.company, '')) collate "C", c.id limit :limit offset :offset
"""


async def search_customers(
    session: ReadSession, *, q: str, words: list[str], phone: str | None, limit: int, offset: int
) -> tuple[list[int], int]:
    """Ids of customers, best first, and how many there are. `words`: folded words of the names that are looked for."""
    sought = q.strip().lower()
    is_code = " " not in sought and any(one.isdigit() for one in sought)
    values = {
        "phone": phone or "", "q": q.strip(), "id": sought, "least": _MIN_SCORE, "limit": limit, "is_code": is_code,
        "prefix": _pattern(sought) + ("%" if len(sought) >= 3 else ""), "offset": offset,
    }  # fmt: skip
    # A number that names somebody needs no names; every word must fit, and only when nobody does, any.
    tries: list[tuple[list[str], str, float]] = [([], "and", _STRICT)] if is_code or phone else []
    tries += [(words, "and", _STRICT), (words, "or", _LOOSE)] if words else []
    for some, how, threshold in tries or [([], "and", _STRICT)]:
        await session.execute(text(f"set local pg_trgm.word_similarity_threshold = {threshold}"))
        await session.execute(text(f"set local pg_trgm.similarity_threshold = {_NEAR_ID}"))
        ids, total = await _found(session, _by_words(some, how), {**values, **_bound(some)})
        if total:
            return ids, total
    return [], 0


def _by_words(words: list[str], how: str) -> str:
    """The statement for some words; longer words weigh more."""
    size = sum(len(word) for word in words) or 1
    shares = [f"{len(word)} * word_similarity(:w{number}, search_text)" for number, word in enumerate(words)]
    names = f" {how} ".join(f":w{number} <% search_text" for number in range(len(words)))
    return _SEARCH_CUSTOMERS.format(score=f"({' + '.join(shares) or '0'}) / {size}.0", names=names or "false")


def _bound(words: list[str]) -> dict[str, str]:
    return {f"w{number}": word for number, word in enumerate(words)}


async def _found(session: ReadSession, statement: str, values: dict[str, Any]) -> tuple[list[int], int]:
    rows = (await session.execute(text(statement), values)).all()
    if not rows and values["offset"]:
        counted = (await session.execute(text(statement), {**values, "limit": 1, "offset": 0})).first()
        return [], counted.total if counted else 0
    return [row.id for row in rows], rows[0].total if rows else 0


async def search_contracts(session: ReadSession, given: Mapping[str, str], *, limit: int, offset: int) -> Found:
    """(Row id, similarity 0..100) of contracts, best first: the share of the given attributes that match."""
    near = [name for name in given if name in NEAR]
    conditions = [_USES_INDEX[name] for name in given if name in EXACT]
    conditions += [f"c.{NEAR[name]} % search_key(:{name})" for name in near]
    scores = [f"case when {_CONDITION[name]} then 1.0 else 0.0 end" for name in given if name in EXACT]
    scores += [
        f"case when similarity(c.{NEAR[name]}, search_key(:{name})) >= 0.3 "
        f"then similarity(c.{NEAR[name]}, search_key(:{name})) else 0.0 end"
        for name in near
    ]
    shares = " + ".join(f"coalesce({score}, 0)" for score in scores)
    # Only the names of this file are put together here; what was sent is bound.
    statement = (
        f"select id, similarity, count(*) over () as total from ("  # noqa: S608
        f"select c.id, c.contract_id, round((({shares}) * 100.0 / {len(given)})::numeric)::int as similarity "
        f"from contracts c where c.deleted_at is null and ({' or '.join(conditions)})) scored "
        'where similarity > 0 order by similarity desc, contract_id collate "C", id limit :limit offset :offset'
    )
    values: dict[str, Any] = {**given, "limit": limit, "offset": offset}
    rows = (await session.execute(text(statement), values)).all()
    if not rows and offset:
        counted = (await session.execute(text(statement), {**values, "limit": 1, "offset": 0})).first()
        return Found([], counted.total if counted else 0)
    return Found([(row.id, row.similarity) for row in rows], rows[0].total if rows else 0)


_NEAR_ONE: Final = """and (
    lower(email) = (select lower(email) from customers where id = :customer)
    or phone_key = (select phone_key from customers where id = :customer)
    or address_block = (select address_block from customers where id = :customer)
  )"""


class PairRow(NamedTuple):
    first_id: int
    second_id: int
    similarity: int
    reasons: tuple[str, ...]


# Blocks: equal e-mail, equal phone, equal numbers in the address. Only inside one are names compared, so the work grows
# with the customers and not with their pairs. A block of hundreds is a mailbox or a placeholder, no person.
_DUPLICATES: Final = """
with living as (
  select id, lower(email) as email, phone_key, address_block, name_key, address_key from customers
  where deleted_at is null and anonymised_at is null {near_one}
),
blocks as (
  select kind, key from (
    select 'e' as kind, email as key from living where email <> ''
    union all select 'p', phone_key from living where phone_key is not null
    union all select 'a', address_block from living where address_block is not null and name_key is not null
  ) keys group by kind, key having count(*) between 2 and 200
),
candidates as (
  select a.id as first_id, b.id as second_id from blocks
    join living a on blocks.kind = 'e' and a.email = blocks.key join living b on b.email = blocks.key and a.id < b.id
  union
  select a.id, b.id from blocks
    join living a on blocks.kind = 'p' and a.phone_key = blocks.key
    join living b on b.phone_key = blocks.key and a.id < b.id
  union
  select a.id, b.id from blocks
    join living a on blocks.kind = 'a' and a.address_block = blocks.key
    join living b on b.address_block = blocks.key and a.id < b.id
  where a.name_key % b.name_key
),
compared as (
  select first_id, second_id,
    coalesce(a.email <> '' and a.email = b.email, false) as email,
    coalesce(a.phone_key = b.phone_key, false) as phone,
    coalesce(similarity(a.name_key, b.name_key), 0)::numeric as name,
    coalesce(similarity(a.address_key, b.address_key), 0)::numeric as address
  from candidates join living a on a.id = first_id join living b on b.id = second_id
  {of_one}
),
judged as (
  select first_id, second_id, email, phone, name >= 0.5 and address >= 0.5 as same_place,
    round(100 * greatest(
      case when email and phone then 0.8 + 0.2 * name when email or phone then 0.6 + 0.4 * name else 0 end,
      case when name >= 0.5 and address >= 0.5 then (name + address) / 2 else 0 end
    ))::int as similarity
  from compared
)
select *, count(*) over () as total from judged where similarity >= :least and similarity > 0
order by similarity desc, first_id, second_id limit :limit offset :offset
"""


async def duplicates(
    session: ReadSession, *, customer: int | None, least: int, limit: int, offset: int
) -> tuple[list[PairRow], int]:
    """Pairs that are probably one, likeliest first. `customer`: only pairs with this row."""
    of_one = "where :customer in (first_id, second_id)" if customer is not None else ""
    statement = text(_DUPLICATES.format(of_one=of_one, near_one=_NEAR_ONE if customer is not None else ""))
    values: dict[str, Any] = {"least": least, "limit": limit, "offset": offset}
    if customer is not None:
        values["customer"] = customer
    rows = (await session.execute(statement, values)).all()
    total = rows[0].total if rows else 0
    if not rows and offset:
        counted = (await session.execute(statement, {**values, "limit": 1, "offset": 0})).first()
        total = counted.total if counted else 0
    pairs = [
        PairRow(
            row.first_id,
            row.second_id,
            row.similarity,
            tuple(
                name
                for name, holds in (("email", row.email), ("phone", row.phone), ("name+address", row.same_place))
                if holds
            ),
        )
        for row in rows
    ]
    return pairs, total


def _pattern(text_: str) -> str:
    return text_.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
