"""The four look-ups that the operator implements, over HTTP (platform.md 7.1).

Three steps: read what is known (session closed), ask (none open), keep the answer. A bad answer counts as a failure.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, NamedTuple, TypeVar

import structlog

from assaydesk.domains.code.service import ExecutorFailed, call_executor
from assaydesk.domains.customers import repository
from assaydesk.domains.customers.checks import (
    MOST_FOUND,
    BadAnswer,
    contract_answer,
    customer_answer,
    found_answer,
    match_answer,
)
from assaydesk.domains.customers.errors import ErpFailed
from assaydesk.domains.customers.keeping import keep_contract, keep_customer
from assaydesk.domains.customers.models import Contract, Customer
from assaydesk.domains.customers.types import ContractCopy, CustomerCopy, Lookup, Match, Origin
from assaydesk.domains.settings.service import InstanceSettings, get_settings
from assaydesk.integrations.web.port import WebClient
from assaydesk.kit.clock import utc_now
from assaydesk.kit.jsontext import json_dumps
from assaydesk.platform.db.engine import Database

log = structlog.get_logger("customers")

TIMEOUT_SECONDS: Final = 10.0
DOWN_SECONDS: Final = 15
"""So long nobody waits again for a system that gave no answer, unless told to."""

_NOT_FOUND: Final = 404
_DOWN: Final = ":down"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Doors:
    """Where look-ups find the database and the web. `keep` False: nothing is written, for dry runs."""

    database: Database
    web: WebClient
    keep: bool = True


class _Known(NamedTuple):
    settings: InstanceSettings
    is_kept: bool
    kept: Any
    is_down: bool


async def look_up_contract(doors: Doors, contract_id: str, *, refresh: bool = False) -> ContractCopy | None:
    """The contract as the operator's system knows it, kept as a copy; None when it knows none or nobody is to be asked.

    Raises `ErpFailed`.
    """

    def read(answer: Any, settings: InstanceSettings) -> ContractCopy | None:
        return contract_answer(answer, contract_id, settings.zone) if answer else None

    found = await _ask(doors, Lookup.CONTRACT_BY_ID, {"contractId": contract_id}, read, refresh=refresh)
    if found is not None and doors.keep:
        async with doors.database.write() as session:
            await keep_contract(session, found, Origin.ERP, utc_now())
    return found


async def look_up_customer(doors: Doors, customer_id: str, *, refresh: bool = False) -> CustomerCopy | None:
    """The same for a customer."""

    def read(answer: Any, _: InstanceSettings) -> CustomerCopy | None:
        return customer_answer(answer, customer_id) if answer else None

    found = await _ask(doors, Lookup.CUSTOMER_BY_ID, {"customerId": customer_id}, read, refresh=refresh)
    if found is not None and doors.keep:
        async with doors.database.write() as session:
            if customer_id not in await repository.merged_into(session, [customer_id]):
                await keep_customer(session, found, Origin.ERP, utc_now())
    return found


async def look_up_by_fields(doors: Doors, attributes: Mapping[str, Any], ticket_id: int | None) -> Match | None:
    """What the operator's search makes of the attributes; None when nobody is to be asked. Raises `ErpFailed`."""
    given = {**attributes, "ticketId": ticket_id}
    return await _ask(doors, Lookup.CONTRACT_BY_FIELDS, given, lambda answer, _: match_answer(answer))


async def look_up_by_text(doors: Doors, q: str) -> list[str] | None:
    """Ids of customers that the operator's search finds; None when nobody is to be asked. Raises `ErpFailed`."""
    given = {"q": q, "limit": MOST_FOUND, "offset": 0}
    return await _ask(doors, Lookup.CUSTOMER_BY_TEXT, given, lambda answer, _: found_answer(answer))


async def freshen_contract(doors: Doors, contract_id: str, *, refresh: bool = False) -> ContractCopy | None:
    """Ask anew when the copy is old or missing. A failure is answered only when there is no copy, or on `refresh`."""
    async with doors.database.read() as session:
        settings = await get_settings(session)
        row = (await repository.contracts(session, [contract_id])).get(contract_id)
        is_known, is_fresh = row is not None, _is_fresh(row, settings)
    if settings.search_contract_by_id_executor is None or (not refresh and is_fresh):
        return None
    try:
        return await look_up_contract(doors, contract_id, refresh=refresh)
    except ErpFailed:
        if refresh or not is_known:
            raise
        return None


async def freshen_customer(doors: Doors, customer_id: str, *, with_contracts: bool = True) -> CustomerCopy | None:
    """The same for a customer, and for contracts of that customer that are not known yet."""
    async with doors.database.read() as session:
        settings = await get_settings(session)
        row = (await repository.customers(session, [customer_id])).get(customer_id)
        is_known, is_fresh = row is not None, _is_fresh(row, settings)
    if settings.search_customer_by_id_executor is None or is_fresh:
        return None
    try:
        found = await look_up_customer(doors, customer_id)
    except ErpFailed:
        if not is_known:
            raise
        return None
    if found is not None and with_contracts and settings.search_contract_by_id_executor is not None:
        async with doors.database.read() as session:
            known = set(await repository.contracts(session, found.contract_ids))
        for contract_id in [one for one in found.contract_ids if one not in known][:MOST_FOUND]:
            try:
                await look_up_contract(doors, contract_id)
            except ErpFailed:
                break
    return found


def _is_fresh(row: Contract | Customer | None, settings: InstanceSettings) -> bool:
    if row is None or row.origin == Origin.CONTRACT:
        return False
    since = row.fetched_at if row.origin == Origin.ERP else row.modified_at
    return since is not None and utc_now() - since < timedelta(seconds=settings.contract_cache_seconds)


async def _ask(
    doors: Doors,
    lookup: Lookup,
    given: Mapping[str, Any],
    read: Callable[[Any, InstanceSettings], T],
    *,
    refresh: bool = False,
) -> T | None:
    """The answer, checked; None when the look-up is not set up. `refresh`: do not take one that was kept."""
    question = sha256(json_dumps(dict(sorted(given.items()))).encode()).hexdigest()
    known = await _known(doors, lookup, question)
    executor = _executor(known.settings, lookup)
    if executor is None:
        return None
    if known.is_kept and not refresh:
        return read(known.kept, known.settings)
    if known.is_down and not refresh:
        raise ErpFailed(function=lookup.value, reason="It did not answer a moment ago.")
    started = utc_now()
    try:
        answer = await call_executor(
            doors.web, executor, given,
            timeout_seconds=TIMEOUT_SECONDS, private_hosts=known.settings.sandbox_allowed_private_hosts,
        )  # fmt: skip
    except ExecutorFailed as failure:
        if failure.status != _NOT_FOUND:
            log.warning("look_up_failed", function=lookup.value, reason=failure.message)
            if failure.status is None or failure.status >= 500:
                await _note_down(doors, lookup, started)
            raise ErpFailed(function=lookup.value, reason=failure.message) from failure
        answer = None
    try:
        checked = read(answer, known.settings)
    except BadAnswer as failure:
        log.warning("look_up_answered_badly", function=lookup.value, reason=str(failure))
        raise ErpFailed(function=lookup.value, reason=f"The answer breaks the rules: {failure}") from failure
    if doors.keep and known.settings.contract_cache_seconds > 0:
        async with doors.database.write() as session:
            await repository.keep_answer(session, lookup.value, question, answer, started)
    return checked


async def _known(doors: Doors, lookup: Lookup, question: str) -> _Known:
    async with doors.database.read() as session:
        settings = await get_settings(session)
        now = utc_now()
        since = now - timedelta(seconds=settings.contract_cache_seconds)
        kept = await repository.kept_answer(session, lookup.value, question, since)
        down_since = now - timedelta(seconds=DOWN_SECONDS)
        down = await repository.kept_answer(session, lookup.value + _DOWN, "", down_since)
        return _Known(settings, kept is not None, kept.answer if kept is not None else None, down is not None)


async def _note_down(doors: Doors, lookup: Lookup, now: datetime) -> None:
    if doors.keep:
        async with doors.database.write() as session:
            await repository.keep_answer(session, lookup.value + _DOWN, "", None, now)


def _executor(settings: InstanceSettings, lookup: Lookup) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = {
        Lookup.CONTRACT_BY_ID: settings.search_contract_by_id_executor,
        Lookup.CUSTOMER_BY_ID: settings.search_customer_by_id_executor,
        Lookup.CONTRACT_BY_FIELDS: settings.search_contract_by_fields_executor,
        Lookup.CUSTOMER_BY_TEXT: settings.search_customer_by_text_executor,
    }[lookup]
    return found
