"""Finding tickets (ticket.md 2.1, 2.2, 2.14, 6.5): the public face of the search."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal

from assaydesk.domains.settings.service import InstanceSettings, get_settings
from assaydesk.domains.tickets import repository
from assaydesk.domains.tickets.search import fields, listing, pages, words
from assaydesk.domains.tickets.search.cursor import BadCursor, fingerprint, read_cursor, write_cursor
from assaydesk.domains.tickets.search.fields import Present, order_column
from assaydesk.domains.tickets.search.lexicon import look_up
from assaydesk.domains.tickets.search.routable import (
    Viewer,
    backlog_condition,
    not_spam,
    routable_condition,
    viewer_of,
)
from assaydesk.domains.tickets.search.schemas import TicketQuery
from assaydesk.domains.tickets.search.stats import read_stats
from assaydesk.domains.tickets.search.wanted import Order, Wanted
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.errors import FieldError, UnknownFilterKey, ValidationFailed
from assaydesk.platform.filters import FilterInput, conditions
from assaydesk.platform.security.actor import Actor

__all__ = [
    "Viewer", "Wanted", "backlog_condition", "matching", "order_column", "routable_condition", "search_tickets",
    "ticket_stats", "viewer_of",
]  # fmt: skip

Scope = Literal["all", "skills"]


async def search_tickets(session: ReadSession, actor: Actor, search: TicketQuery) -> dict[str, Any]:
    """One page of compact tickets with its envelope. Raises `UnknownFilterKey`, `ValidationFailed`."""
    order = _order(search)
    wanted = await matching(session, actor, search.filters, scope=search.ticket_scope)
    sent = [item.model_dump(exclude_unset=True) for item in search.filters]
    name = fingerprint(sent, search.ticket_scope, order.field, order.descending)
    try:
        after = None if search.cursor is None else read_cursor(search.cursor, name)
        found = await pages.find(
            session, wanted, order, limit=search.limit, offset=0 if after else search.offset, after=after,
            exact_total=search.exact_total,
        )  # fmt: skip
    except BadCursor as failure:
        fault = FieldError("cursor", "bad_format", "Use nextCursor of an answer to the same filters and order.")
        raise ValidationFailed([fault]) from failure
    return {
        "tickets": await listing.compact_tickets(session, actor, found.ids),
        "total": found.total,
        "totalIsExact": found.is_exact,
        "limit": search.limit,
        "offset": search.offset,
        "nextCursor": None if found.last is None else write_cursor(found.last, name),
        "success": True,
    }


async def matching(
    session: ReadSession,
    actor: Actor,
    filters: Sequence[FilterInput],
    *,
    scope: Scope = "all",
    restricted: bool = True,
) -> Wanted:
    """The tickets that pass the filters, the scope and what the caller may see.

    `restricted` False leaves the backlog restriction out, as a filter `id` or `q` does (ticket.md 6.5). Raises
    `UnknownFilterKey`, or `ValidationFailed` with all other faults.
    """
    settings = await get_settings(session)
    present = Present(actor.user_id, utc_now(), settings.zone, timedelta(seconds=settings.worklog_gap_seconds))
    found, typed = _read(filters, present)
    is_named = any(item.key in ("id", fields.Q) for item in filters)
    restricted = restricted and not is_named and settings.backlog_restriction_enabled
    if scope == "skills":
        found += await _of_scope(session, actor, settings, present)
    elif restricted:
        viewer = await viewer_of(session, actor.user_id)
        if viewer.is_restricted:
            found.append(backlog_condition(viewer))
    sought = await look_up(session, typed) if typed else None
    return Wanted(
        filters=(repository.readable(actor), *found),
        query=sought.query or None if sought else None,
        common=sought.common if sought else None,
        exact_id=words.ticket_id_of(typed),
        nothing=bool(typed) and sought is None,
        is_narrowed=bool(found),
    )


async def ticket_stats(session: ReadSession, actor: Actor, filters: Sequence[FilterInput]) -> dict[str, Any]:
    """Numbers over the caller's backlog. Raises as `matching`."""
    wanted = await matching(session, actor, filters)
    return {
        "success": True,
        **await read_stats(session, wanted, now=utc_now(), zone=(await get_settings(session)).zone),
    }


def _order(search: TicketQuery) -> Order:
    if search.order_by_field == fields.RELEVANCE:
        if not any(item.key == fields.Q for item in search.filters):
            fault = FieldError("orderByField", "not_allowed", "The order relevance needs a filter q.")
            raise ValidationFailed([fault])
        return Order(fields.RELEVANCE, descending=True)
    order_column(search.order_by_field)
    return Order(search.order_by_field, descending=search.order_by_direction == "desc")


def _read(filters: Sequence[FilterInput], present: Present) -> tuple[list[Any], list[words.Term]]:
    """Conditions, and the terms of all filters `q`."""
    for item in filters:
        if item.key not in fields.KEYS:
            raise UnknownFilterKey(key=item.key, allowedKeys=list(fields.KEYS))
    known = fields.fields(present)
    faults: list[FieldError] = []
    found: list[Any] = []
    typed: list[words.Term] = []
    for index, item in enumerate(filters):
        if item.key == fields.Q:
            faults += _faults_of_q(index, item)
            typed += words.terms_of(item.value) if isinstance(item.value, str) else []
            continue
        try:
            found += conditions([fields.at_present(item, present)], known, present.zone)
        except ValidationFailed as failure:
            faults += [FieldError(f"filters.{index}{one.path[9:]}", one.code, one.message) for one in failure.fields]
    if faults:
        raise ValidationFailed(faults)
    return found, typed


def _faults_of_q(index: int, item: FilterInput) -> list[FieldError]:
    if item.comparator not in ("equal", "eq", "=", "contains", "like"):
        return [FieldError(f"filters.{index}.comparator", "not_allowed", "Use contains or equal.")]
    if not isinstance(item.value, str):
        code = "required" if item.value is None else "wrong_type"
        return [FieldError(f"filters.{index}.value", code, "Send the words as a text.")]
    fault = words.fault_of(item.value)
    return [] if fault is None else [FieldError(f"filters.{index}.value", *fault)]


async def _of_scope(session: ReadSession, actor: Actor, settings: InstanceSettings, present: Present) -> list[Any]:
    condition = routable_condition(
        await viewer_of(session, actor.user_id),
        now=present.now,
        wait_for_ai=timedelta(seconds=settings.routing_wait_for_ai_seconds),
        gap=present.gap,
        tag_matching=settings.routing_tag_matching,
        restricts_backlog=settings.backlog_restriction_enabled,
    )
    return [condition, not_spam()]
