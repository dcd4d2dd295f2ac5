"""Many tickets for trying out how an instance behaves when it is full (`assaydesk generate`).

Tickets have numbers: what is there already is not made again, and every batch is one transaction, so that a run that
was killed goes on where it stopped. They are written by the database itself, from a few thousand texts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from re import compile as regex
from typing import Any, Final

from sqlalchemy import text

from assaydesk.domains.demo.volume_words import FIRST_NAMES, LAST_NAMES, STREETS, TAGS, make_texts
from assaydesk.kit.clock import utc_now
from assaydesk.kit.jsontext import json_dumps
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import ReadSession, WriteSession

BATCH: Final = 20_000
_TEXTS: Final = 1500
_PREFIX: Final = "generated-"
_WITHOUT_INDEX: Final = 100_000
"""From so many new tickets on the indexes of words are made anew at the end, which is much faster."""

_INDEXES: Final = (
    "create index if not exists ix_ticket_search_words on ticket_search using gin (words) with (fastupdate = off)",
    "create index if not exists ix_search_words_parts on search_words "
    "using gin (folded gin_trgm_ops, stem_de gin_trgm_ops) with (fastupdate = off)",
)
_NAMES: Final = regex(r"(?<!:):([a-z_]+)")

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Made:
    """`tickets`, `messages`: written by this run. `before`: tickets that were there."""

    tickets: int
    messages: int
    before: int


async def generate_tickets(database: Database, number: int, *, progress: Progress | None = None) -> Made:
    """See to it that `number` generated tickets exist, with about three messages each."""
    async with database.write() as session:
        await _make_tags(session)
    async with database.read() as session:
        before = await _known(session)
        agents = list(await session.scalars(text("select id from profiles where type = 'user' and state = 'active'")))
    if before >= number:
        await _ensure_indexes(database)
        return Made(0, 0, before)
    if number - before >= _WITHOUT_INDEX:
        async with database.write() as session:
            await session.execute(text("drop index if exists ix_ticket_search_words, ix_search_words_parts"))
    fixed = _fixed(number) | {"agents": agents}
    messages = 0
    try:
        for start in range(before, number, BATCH):
            end = min(start + BATCH, number)
            async with database.write() as session:
                messages += await _write(session, fixed | {"first": start + 1, "last": end})
            if progress is not None:
                progress(end, number)
    finally:
        await _ensure_indexes(database)
    return Made(number - before, messages, before)


async def _known(session: ReadSession) -> int:
    """Numbers are given without a gap, so the last one says how many there are."""
    query = text(
        "select coalesce(max(substr(external_ticket_id, :length)::bigint), 0) from tickets "
        "where external_ticket_id like :pattern and substr(external_ticket_id, :length) ~ '^[0-9]{1,12}$'"
    )
    return int(await session.scalar(query, {"length": len(_PREFIX) + 1, "pattern": f"{_PREFIX}%"}) or 0)


async def _ensure_indexes(database: Database) -> None:
    async with database.write() as session:
        await session.execute(text("set local maintenance_work_mem = '512MB'"))
        for statement in _INDEXES:
            await session.execute(text(statement))
    async with database.engine.connect() as connection:
        free = await connection.execution_options(isolation_level="AUTOCOMMIT")
        for table in ("tickets", "ticket_search", "conversations", "ticket_tags", "search_words", "customers"):
            await free.exec_driver_sql(f"vacuum analyze {table}")


async def _make_tags(session: WriteSession) -> None:
    await session.execute(
        text(
            "insert into tags (name, reference, type) "
            "select name, 'ticket', 'skill' from unnest(cast(:names as text[])) as name "
            "where not exists (select 1 from tags where tags.name = name.name and parent_id is null)"
        ),
        {"names": list(TAGS)},
    )


def _fixed(number: int) -> dict[str, Any]:
    """What all batches have in common."""
    german, english = make_texts("de", _TEXTS), make_texts("en", _TEXTS)
    return {
        "subjects": [*german.subjects, *english.subjects],
        "texts": json_dumps([*german.messages, *english.messages]),
        "half": _TEXTS,
        "first_names": FIRST_NAMES,
        "last_names": LAST_NAMES,
        "streets": STREETS,
        "tags": list(TAGS),
        "total": number,
        "now": utc_now(),
        "prefix": _PREFIX,
    }


async def _write(session: WriteSession, values: dict[str, Any]) -> int:
    """One batch; answers how many messages it has."""
    await session.execute(text("set local synchronous_commit = off"))
    for statement in _STATEMENTS:
        await session.execute(text(statement), {name: values[name] for name in _NAMES.findall(statement)})
    return int(await session.scalar(text("select count(*) from generated_messages")) or 0)


# One row for each new ticket; numbers that look random but are the same in every run. A customer has four tickets.
_PLAN: Final = """
create temporary table generated on commit drop as
select nextval(pg_get_serial_sequence('tickets', 'id')) as id, n, n / 4 as customer,
       abs(hashint8extended(n, 1) % 1000000) as a, abs(hashint8extended(n, 2) % 1000000) as b,
       abs(hashint8extended(n, 3) % 1000000) as c, abs(hashint8extended(n / 4, 4) % 1000000) as d,
       abs(hashint8extended(n / 4, 5) % 1000000) as e,
       case when abs(hashint8extended(n / 4, 6) % 10) < 7 then 'de' else 'en' end as language,
       cast(:now as timestamptz) - interval '720 days' * (1 - n::double precision / :total)
         - interval '1 minute' * abs(hashint8extended(n, 7) % 600) as at
from generate_series(cast(:first as bigint), cast(:last as bigint)) as n
"""
_PEOPLE: Final = """
create temporary table generated_people on commit drop as
select distinct on (customer) customer, 'K-' || (1000000 + customer) as customer_id,
       'V-' || (30000000 + customer * 7 + e % 7) as contract_id, (50000000 + d * 41 + customer % 41)::text as meter,
       (cast(:first_names as text[]))[1 + d % cardinality(cast(:first_names as text[]))] as first_name,
       (cast(:last_names as text[]))[1 + e % cardinality(cast(:last_names as text[]))] as last_name,
       (cast(:streets as text[]))[1 + (d + e) % cardinality(cast(:streets as text[]))]
         || ' ' || (1 + d % 180) as address,
       language
from generated
"""
_CUSTOMERS: Final = """
insert into customers (customer_id, firstname, lastname, address, email)
select customer_id, first_name, last_name, address,
       search_text(first_name) || '.' || search_text(last_name) || customer % 97 || '@post.example'
from generated_people on conflict do nothing
"""
_TICKETS: Final = """
insert into tickets (id, external_ticket_id, channel, direction, status, priority, language, language_code, subject,
  from_name, from_address, to_addresses, customer_id, contract_id, customer_legitimation, ai_support_level, sentiment,
  spam_status, created_at, sla_started_at, modified_at, closed_at, due_by, last_customer_message_at, agent_id,
  is_escalated)
select id, cast(:prefix as text) || n,
  (array['email','email','email','email','portal','phone','chat','letter'])[1 + a % 8], 'in', status,
  (array['low','medium','medium','medium','medium','high','high','urgent'])[1 + b % 8], people.language,
  people.language,
  (cast(:subjects as text[]))[1 + c % cast(:half as int)
    + case people.language when 'de' then 0 else cast(:half as int) end],
  first_name || ' ' || last_name,
  search_text(first_name) || '.' || search_text(last_name) || customer % 97 || '@post.example',
  array['service@desk.example'], customer_id, contract_id, (array[0, 10, 20, 30])[1 + c % 4], 'human',
  (array['positive','neutral','neutral','negative','angry'])[1 + b % 5],
  case when c % 50 = 0 then 'auto_spam' when c % 3 = 0 then 'auto_clean' end, at, at,
  least(cast(:now as timestamptz), at + interval '1 hour' * (c % 90)),
  case when status = 'closed' then least(cast(:now as timestamptz), at + interval '1 hour' * (c % 90)) end,
  case when c % 3 > 0 then at + interval '1 hour' * (24 + b % 96) end,
  least(cast(:now as timestamptz), at + interval '1 minute' * (b % 2000)),
  case when cardinality(cast(:agents as bigint[])) > 0 and b % 10 > 2
       then (cast(:agents as bigint[]))[1 + b % cardinality(cast(:agents as bigint[]))] end,
  c % 40 = 0 and status = 'open'
from (select *, case when a % 100 < 6 then 'open' when a % 100 < 9 then 'pending' else 'closed' end as status
      from generated) as plan join generated_people as people using (customer)
"""
_TAGGED: Final = """
insert into ticket_tags (ticket_id, tag_id, set_by, set_at)
select generated.id, tags.id, 'ai', at
from generated join tags on tags.parent_id is null and tags.name in (
  (cast(:tags as text[]))[1 + a % cardinality(cast(:tags as text[]))],
  (cast(:tags as text[]))[1 + (b / 7) % (2 * cardinality(cast(:tags as text[])))])
on conflict do nothing
"""
_MESSAGES: Final = """
create temporary table generated_messages on commit drop as
with texts as materialized (
  select number, said, search_vector(said) as words
  from jsonb_array_elements_text(cast(:texts as jsonb)) with ordinality as given (said, number)
)
select generated.id as ticket_id, k, at + interval '47 minutes' * (k - 1) as at,
       case when k % 2 = 1 then 'in' when (a + k) % 7 = 0 then 'internal' else 'out' end as direction,
       said || tail as said, words || search_vector(tail) as words, first_name || ' ' || last_name as name
from generated join generated_people as people using (customer)
cross join lateral generate_series(1, 1 + (a / 100 + b) % 5) as k
cross join lateral (select case when k > 1 then '' when people.language = 'de'
    then ', Vertrag ' || contract_id || ', Zähler ' || meter || ', Stand ' || (c % 90000) || ', ' || (a % 900) || ' EUR'
    else ', contract ' || contract_id || ', meter ' || meter || ', reading ' || (c % 90000) end as tail) as tails
join texts on texts.number = 1 + (a + k * 7919 + c) % cast(:half as int)
  + case people.language when 'de' then 0 else cast(:half as int) end
"""
_CONVERSATIONS: Final = """
insert into conversations (ticket_id, type, direction, private, from_email, from_email_name, body, body_plain,
  body_clean, created_at, stored_at)
select ticket_id, 'text', direction, direction = 'internal', null, case when direction = 'in' then name end,
       said, said, said, at, at
from generated_messages order by ticket_id, k
"""
_SEARCH: Final = """
with heads as materialized (
  select tickets.id, tickets.created_at,
         setweight(search_vector(concat_ws(' ', subject, from_name, from_address, customer_id, contract_id,
           external_ticket_id)), 'A') as words
  from tickets where id between (select min(id) from generated) and (select max(id) from generated)
), threads as (
  select ticket_id, array_agg(words order by k) as words from generated_messages group by ticket_id
), written as (
  insert into ticket_search (ticket_id, created_at, words)
  select heads.id, heads.created_at, heads.words || coalesce(threads.words[1], '') || coalesce(threads.words[2], '')
         || coalesce(threads.words[3], '') || coalesce(threads.words[4], '') || coalesce(threads.words[5], '')
  from heads join generated on generated.id = heads.id left join threads on threads.ticket_id = heads.id
  order by heads.id
  returning words
)
select search_learn(array(select distinct unnest(tsvector_to_array(words)) from written))
"""
_STATEMENTS: Final = (_PLAN, _PEOPLE, _CUSTOMERS, _TICKETS, _TAGGED, _MESSAGES, _CONVERSATIONS, _SEARCH)
