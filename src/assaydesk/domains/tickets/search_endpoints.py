"""Lists of tickets and their numbers (ticket.md 2.1, 2.2, 2.14)."""

from typing import Annotated, Literal

from fastapi import Body, Depends, Query
from starlette.responses import Response

from assaydesk.domains.tickets.search import service
from assaydesk.domains.tickets.search.schemas import TicketPage, TicketQuery, TicketStats
from assaydesk.platform.errors import PermissionDenied, UnknownFilterKey, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.query_filters import QueryFilters
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads
from assaydesk.platform.paging import Paging
from assaydesk.platform.schema import Boolean
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require

router = Router("ticket")

Searcher = Annotated[Actor, Depends(Require(Permission.READ_TICKET))]
ScopeParameter = Annotated[
    Literal["all", "skills"] | None,
    Query(alias="ticketScope", description="`skills`: what routing would give the caller, spam left out."),
]
SEARCH_ERRORS = (PermissionDenied, UnknownFilterKey, ValidationFailed)


async def query_string(
    paging: Paging,
    filters: QueryFilters,
    order_by_field: Annotated[str, Query(alias="orderByField", max_length=100)] = "id",
    order_by_direction: Annotated[Literal["asc", "desc"], Query(alias="orderByDirection")] = "asc",
    cursor: Annotated[str | None, Query(max_length=80_000, description="`nextCursor` of the previous answer.")] = None,
    exact_total: Annotated[Boolean, Query(alias="exactTotal", description="Count also above 10,000.")] = False,
    scope: ScopeParameter = None,
) -> TicketQuery:
    """The body of a search as a query string."""
    return TicketQuery.model_construct(
        limit=paging.limit,
        offset=paging.offset,
        order_by_field=order_by_field.removeprefix("t."),
        order_by_direction=order_by_direction,
        filters=filters,
        cursor=cursor,
        exact_total=exact_total,
        ticket_scope=scope or "all",
    )


@router.post(
    "/ticket/search",
    operation_id="searchTickets",
    response_model=TicketPage,
    responses=errors(*SEARCH_ERRORS),
)
async def search_tickets(
    session: Reads,
    actor: Searcher,
    search: Annotated[TicketQuery | None, Body()] = None,
    scope: ScopeParameter = None,
) -> Response:
    """Find tickets.

    Filter keys: `id`, `status`, `priority`, `channel`, `direction`, `subchannelId`, `tagId`, `agentId`,
    `assignedAgentId`, `workedOnById`, `customerId`, `contractId`, `customerLegitimation`, `externalTicketId`,
    `aiSupportLevel`, `aiAgentId`, `language`, `languageCode`, `sentiment`, `spamStatus`, `isEscalated`,
    `isCustomerActive`, `hasDraft`, `hasAttachment`, `from`, `subject`, `createdAt`, `modifiedAt`, `closedAt`, `dueBy`,
    `firstResponseDueBy`, `lastCustomerMessageAt`, `autoExecuteAt`, `q`. Users may be `me`; dates may be `now`, `today`
    or a distance such as `-7d`, `+2h`, `-30m`.

    `q` searches subject, messages, sender and ids: words are combined with AND over the whole ticket, `"..."` is a
    phrase, `-word` excludes. Accents, umlauts and inflections make no difference; a part of at least three characters
    is found inside longer words. A number alone also finds the ticket of that id, first.

    Order fields: those with one value, and `relevance` (with `q`; best first). `cursor` goes on after a page and costs
    the same on every page. `total` is exact up to 10,000, above that an estimate unless `exactTotal`.
    """
    wanted = search or TicketQuery()
    if scope is not None and "ticket_scope" not in wanted.model_fields_set:
        wanted = wanted.model_copy(update={"ticket_scope": scope})
    return json_answer(await service.search_tickets(session, actor, wanted))


@router.get("/tickets", operation_id="listTickets", response_model=TicketPage, responses=errors(*SEARCH_ERRORS))
async def list_tickets(
    session: Reads, actor: Searcher, wanted: Annotated[TicketQuery, Depends(query_string)]
) -> Response:
    """The same by query string: `filters[0][key]=status&filters[0][comparator]=in&filters[0][values][]=open`."""
    return json_answer(await service.search_tickets(session, actor, wanted))


@router.get(
    "/ticket/stats", operation_id="getTicketStats", response_model=TicketStats, responses=errors(*SEARCH_ERRORS)
)
async def ticket_stats(session: Reads, actor: Searcher, filters: QueryFilters) -> Response:
    """Numbers over the tickets in the caller's backlog, narrowed by `filters` as in the search.

    Days are those of the instance time zone. `byChannel`, `byPriority` and `byTag` count open tickets.
    """
    return json_answer(await service.ticket_stats(session, actor, filters))
