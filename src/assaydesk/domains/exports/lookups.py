"""Lookups that several exports share."""

from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Text, cast, func, literal
from sqlalchemy.dialects.postgresql import JSONB

from assaydesk.domains.exports.columns import Asked, Column, Lookup
from assaydesk.platform.db.base import Timestamp
from assaydesk.platform.filters import Kind

PERSON: Final = {"first_name": Text(), "last_name": Text(), "name_reports": Text(), "email": Text(), "type": Text()}


def person(column: str) -> Lookup:
    """The person whose id stands in a column of the row."""
    return Lookup(
        f"select p.first_name, p.last_name, p.name_reports, p.email, p.type "  # noqa: S608 - constant names
        f"from (select 1) one left join profiles p on p.id = {{r}}.{column}",
        PERSON,
    )


def tags(column: str) -> Lookup:
    """The tags of the ticket whose id stands in a column of the row; `main` is the one that decides (tags.md 2)."""
    return Lookup(
        f"""
        select coalesce(string_agg(g.name, ', ' order by g.id), '') as names,
          coalesce(jsonb_agg(g.name order by g.id), '[]')::text as list,
          (array_agg(g.id order by case g.complexity when 'complex' then 0 when 'moderate' then 1 else 2 end, g.id)
            filter (where g.type = 'skill'))[1] as main
        from ticket_tags tt join tags g on g.id = tt.tag_id
        where tt.ticket_id = {{r}}.{column} and g.reference = 'ticket'
        """,  # noqa: S608 - constant names
        {"names": Text(), "list": Text(), "main": BigInteger()},
    )


def topic(tag: Any, asked: Asked, *needs: str) -> list[Column]:
    """`topic` and `subTopic` of the tag that decides."""

    def looked_up(words: Any) -> ColumnElement[Any]:
        found: ColumnElement[Any] = literal(dict(words), JSONB)[cast(tag, Text)].astext
        return found

    return [
        Column("topic", looked_up(asked.roots), Kind.TEXT, needs, free=True),
        Column("subTopic", looked_up(asked.names), Kind.TEXT, needs, free=True),
    ]


MESSAGES: Final = Lookup(
    """
    select count(*) filter (where c.direction = 'in' and not c.private) as incoming,
      count(*) filter (where c.direction = 'out' and not c.private) as outgoing,
      count(*) filter (where c.direction = 'internal' or c.private) as internal,
      max(c.created_at) as last_at
    from conversations c where c.ticket_id = {r}.id and c.deleted_at is null and not c.is_draft
    """,
    {"incoming": BigInteger(), "outgoing": BigInteger(), "internal": BigInteger(), "last_at": Timestamp},
)
"""How many messages of each kind a ticket has. A draft is none yet."""

MANUAL_WORK: Final = Lookup(
    """
    select count(*) as entries from worklogs w join profiles p on p.id = w.user_id
    where w.ticket_id = {r}.id and p.type <> 'aiAgent'
    """,
    {"entries": BigInteger()},
)

PENDING: Final = Lookup(
    """
    select s.since, s.due,
      (select min(c.at) from ticket_changes c where c.ticket_id = {r}.ticket_id and c.at >= s.since
        and c.changes -> 'status' ->> 'old' = 'pending') as ended
    from (
      select min(c.at) as since,
        (array_agg(c.changes -> 'dueBy' ->> 'new' order by c.id desc)
          filter (where c.changes -> 'dueBy' ->> 'new' is not null))[1]::timestamptz as due
      from ticket_changes c
      where c.ticket_id = {r}.ticket_id and c.user_id = {r}.user_id and c.changes -> 'status' ->> 'new' = 'pending'
        and c.at between {r}.started_at and {r}.latest_interaction
    ) s
    """,
    {"since": Timestamp, "due": Timestamp, "ended": Timestamp},
)
"""When a worklog first set its ticket to pending, and until when it stayed so."""

OPENED: Final = Lookup(
    """
    select count(*) as times from ticket_changes c
    where c.ticket_id = {r}.ticket_id
      and c.changes -> 'status' ->> 'new' = 'open' and c.changes -> 'status' ->> 'old' in ('pending', 'closed')
      and c.at >= coalesce((select max(m.at) from work_messages m
        where m.ticket_id = {r}.ticket_id and m.at <= {r}.started_at), '-infinity')
      and c.at < coalesce((select min(m.at) from work_messages m
        where m.ticket_id = {r}.ticket_id and m.at > {r}.latest_interaction), 'infinity')
    """,
    {"times": BigInteger()},
)
"""How often a ticket was opened in the phase of a worklog: from one customer message to the next."""

CORRECTED: Final = Lookup(
    """
    select
      (select case when min(tt.set_at) is null then null when exists (
          select 1 from ticket_changes c join profiles p on p.id = c.user_id and p.type <> 'aiAgent'
          where c.ticket_id = {r}.ticket_id and c.changes ? 'tagIds' and c.at >= min(tt.set_at)) then 0 else 1 end
        from ticket_tags tt where tt.ticket_id = {r}.ticket_id and tt.set_by = 'ai') as tags,
      (select case when min(a.at) is null then null when exists (
          select 1 from ticket_changes c join profiles p on p.id = c.user_id and p.type <> 'aiAgent'
          where c.ticket_id = {r}.ticket_id and (c.changes ? 'customerId' or c.changes ? 'contractId')
            and c.at > min(a.at)) then 0 else 1 end
        from ticket_changes a left join profiles p on p.id = a.user_id
        where a.ticket_id = {r}.ticket_id and (a.user_id is null or p.type = 'aiAgent')
          and (a.changes -> 'customerId' ->> 'new' is not null or a.changes -> 'contractId' ->> 'new' is not null)
      ) as customer
    """,
    {"tags": BigInteger(), "customer": BigInteger()},
)
"""Whether somebody corrected what the AI had set: 1 nobody did, 0 somebody did, null when it had set nothing."""


def utc_epoch(moment: Any) -> ColumnElement[Any]:
    """Seconds since 1970, with fractions."""
    return cast(func.extract("epoch", moment), Text)
