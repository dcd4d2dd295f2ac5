"""Keeping the search table: told what changed, in the transaction that changes it (ADR 0012).

Any number of tickets is one statement. Only what people search is written: nothing here runs when a ticket moves on.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, text

from assaydesk.platform.db.base import BigInts, Json
from assaydesk.platform.db.session import WriteSession

LONGEST_TEXT: Final = 100_000
"""Characters of one message that are searched; what follows is the tail of a machine's output."""

SEARCHED_COLUMNS: Final = frozenset({"subject", "customer_id", "contract_id", "external_ticket_id"})
"""Columns of a ticket that may change and that people search by."""

_MOST_BYTES: Final = 900_000
"""A list of words may have a megabyte; a ticket that comes near it takes no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchedMessage:
    """What of a message is searched: its own words without quotes, and who wrote it. Notes and drafts count."""

    ticket_id: int
    body_clean: str
    subject: str | None = None
    sender: Sequence[str | None] = ()


_HEADS: Final = """
select tickets.id as ticket_id, tickets.created_at,
       setweight(search_vector(concat_ws(' ', subject, from_name, from_address,
         case when direction <> 'in' then array_to_string(to_addresses, ' ') end, customer_id, contract_id,
         external_ticket_id)), 'A') as words
from tickets where tickets.id = any(:ids) and tickets.deleted_at is null order by tickets.id
"""
_LEARN: Final = """
select search_learn(array(select distinct unnest(tsvector_to_array(words)) from {given}))
"""

_INDEX_TICKETS: Final = text(f"""
with heads as materialized ({_HEADS}), written as (
  insert into ticket_search (ticket_id, created_at, words) select ticket_id, created_at, words from heads
  on conflict (ticket_id) do update set words = excluded.words || ts_filter(ticket_search.words, '{{d}}')
)
{_LEARN.format(given="heads")}
""").bindparams(bindparam("ids", type_=BigInts))  # noqa: S608  # fmt: skip

_NEW: Final = """
select ticket_id, search_vector(string_agg(texts, ' ')) as words
from jsonb_to_recordset(cast(:messages as jsonb)) as given (ticket_id bigint, texts text)
group by ticket_id
"""
_ADD_MESSAGES: Final = text(f"""
with given as materialized ({_NEW}), locked as materialized (
  select ticket_id from ticket_search where ticket_id = any(array(select ticket_id from given))
  order by ticket_id for update
), written as (
  update ticket_search as search set words = search.words || given.words
  from given join locked using (ticket_id)
  where search.ticket_id = given.ticket_id
    and pg_column_size(search.words) + pg_column_size(given.words) < {_MOST_BYTES}
)
{_LEARN.format(given="given")}
""").bindparams(bindparam("messages", type_=Json))  # noqa: S608  # fmt: skip

_REPLACE_MESSAGES: Final = text(f"""
with given as materialized (
  select ticket_id, coalesce(new.words, '') as words from unnest(cast(:ids as bigint[])) as ticket_id
  left join ({_NEW}) as new using (ticket_id)
), written as (
  update ticket_search as search set words = ts_filter(search.words, '{{a}}') || given.words
  from given where search.ticket_id = given.ticket_id
)
{_LEARN.format(given="given")}
""").bindparams(bindparam("ids", type_=BigInts), bindparam("messages", type_=Json))  # noqa: S608  # fmt: skip


async def index_tickets(session: WriteSession, ticket_ids: Collection[int]) -> None:
    """After tickets were made, or columns among `SEARCHED_COLUMNS` changed. Words of messages stay."""
    if ticket_ids:
        await session.execute(_INDEX_TICKETS, {"ids": list(ticket_ids)})


async def index_messages(session: WriteSession, messages: Sequence[SearchedMessage]) -> None:
    """After messages were added, notes and drafts included."""
    if messages:
        await session.execute(_ADD_MESSAGES, {"messages": _shared(messages)})


async def reindex_messages(session: WriteSession, threads: Mapping[int, Sequence[SearchedMessage]]) -> None:
    """After messages were edited, deleted or moved: all messages of each ticket that are left."""
    if threads:
        left = [message for messages in threads.values() for message in messages]
        await session.execute(_REPLACE_MESSAGES, {"ids": list(threads), "messages": _shared(left)})


def _shared(messages: Sequence[SearchedMessage]) -> list[dict[str, object]]:
    rows = []
    for message in messages:
        parts = [message.subject, *message.sender, message.body_clean[:LONGEST_TEXT]]
        rows.append({"ticket_id": message.ticket_id, "texts": " ".join(part for part in parts if part)})
    return rows
