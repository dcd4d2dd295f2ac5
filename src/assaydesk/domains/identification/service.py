"""Who wrote a ticket: read, look up, record (ticket.md 8.2). The public face of the domain."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from assaydesk.domains.conversations.service import messages_of
from assaydesk.domains.customers import service as customers
from assaydesk.domains.customers.service import Doors
from assaydesk.domains.customers.types import Message
from assaydesk.domains.identification import repository
from assaydesk.domains.identification.events import IdentificationDue
from assaydesk.domains.identification.search import Case, Findings, load, search
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.tickets import service as tickets
from assaydesk.domains.tickets.events import Changed
from assaydesk.domains.tickets.models import Ticket
from assaydesk.domains.tickets.types import SPAM, Patch
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import SYSTEM, ActorKind

RETRY_MINUTES: Final = (1, 5, 15)
CUSTOMER_FIELDS: Final = frozenset({"customer_id", "contract_id", "customer_legitimation"})
_LEGITIMATED: Final = 20
_MOST_MESSAGES: Final = 20


async def ask_for(session: WriteSession, ticket_ids: Collection[int]) -> None:
    """Have those of the tickets identified that need it."""
    rows = await tickets.load_tickets(session, ticket_ids)
    due = tuple(sorted(row.id for row in rows.values() if _is_open_question(row)))
    if due:
        await publish(session, IdentificationDue(due))


async def identify(doors: Doors, ticket_id: int) -> None:
    """Find out who wrote the ticket and write it down. Running twice changes nothing the second time."""
    async with doors.database.read() as session:
        case = await _collect(session, ticket_id)
    if case is None:
        return
    findings = await search(doors, case)
    if findings.hit is not None:
        await load(doors, findings)
    async with doors.database.write() as session:
        await _record(session, case, findings)


async def retry_due(session: WriteSession, now: datetime, *, limit: int = 200) -> int:
    """Ask anew where the operator's system failed and the time has come; answers how many there were."""
    due = await repository.take_due(session, now, limit)
    if due:
        await publish(session, IdentificationDue(tuple(due)))
    return len(due)


async def note_decisions(
    session: WriteSession, changes: Sequence[Changed], actor_id: int | None, kind: ActorKind, at: datetime
) -> None:
    """A person set, accepted or took away a customer: it counts as a correction when it differs from what was found."""
    if kind is not ActorKind.PERSON:
        return
    touched = [one for one in changes if not CUSTOMER_FIELDS.isdisjoint(one.by_hand)]
    known = await repository.get(session, [one.ticket_id for one in touched])
    rows = await tickets.load_tickets(session, known)
    for change in touched:
        found, row = known.get(change.ticket_id), rows.get(change.ticket_id)
        if found is None or row is None or found.corrected or found.level == 0:
            continue
        if (found.customer_id, found.contract_id) == (row.customer_id, row.contract_id) and row.customer_legitimation:
            continue
        await repository.note_correction(session, change.ticket_id)
        details = {"customerId": found.customer_id, "contractId": found.contract_id}
        await tickets.log_activity(
            session, change.ticket_id, "identificationCorrected", at=at, user_id=actor_id,
            details={name: value for name, value in details.items() if value is not None},
        )  # fmt: skip


async def customer_identified_correctly(session: ReadSession, ticket_ids: Collection[int]) -> dict[int, int | None]:
    """By ticket: 1 when nobody corrected what was found, 0 when somebody did, None when nothing was found."""
    known = await repository.get(session, ticket_ids)
    answer: dict[int, int | None] = dict.fromkeys(ticket_ids)
    for ticket_id, row in known.items():
        answer[ticket_id] = (0 if row.corrected else 1) if row.level > 0 else None
    return answer


def _is_open_question(row: Ticket) -> bool:
    return (
        row.direction == "in"
        and row.channel != "system"
        and row.spam_status not in SPAM
        and row.customer_legitimation < _LEGITIMATED
        and row.merged_into_ticket_id is None
        and row.deleted_at is None
    )


async def _collect(session: ReadSession, ticket_id: int) -> Case | None:
    row = (await tickets.load_tickets(session, [ticket_id])).get(ticket_id)
    if row is None or not _is_open_question(row) or await _a_person_decided(session, row):
        return None
    messages = (await messages_of(session, [ticket_id]))[ticket_id]
    written = [one for one in messages if one.direction == "in" and not one.private and not one.is_draft]
    texts = [one.body_clean or one.body_plain for one in written[-_MOST_MESSAGES:]]
    return Case(
        ticket_id=ticket_id,
        channel=row.channel,
        version=row.version,
        sender=row.from_address,
        texts=tuple(text for text in (row.subject, *texts) if text),
        own_addresses=(*row.to_addresses, *row.cc_emails),
        settings=await get_settings(session),
        before=_state(row),
    )


async def _record(session: WriteSession, case: Case, findings: Findings) -> None:
    ticket_id = case.ticket_id
    await tickets.lock_visible(session, SYSTEM, ticket_id)
    row = (await tickets.load_tickets(session, [ticket_id]))[ticket_id]
    if not _is_open_question(row) or _state(row) != case.before or await _a_person_decided(session, row):
        return  # Somebody was faster, or the ticket became another one.
    now = utc_now()
    last = (await repository.get(session, [ticket_id])).get(ticket_id)
    failures = last.failures if last is not None else 0
    hit = findings.hit
    if hit is None and findings.erp_failed:
        wait = RETRY_MINUTES[failures] if failures < len(RETRY_MINUTES) else None
        due_at = now + timedelta(minutes=wait) if wait is not None else None
        await repository.put(
            session, ticket_id,
            {"level": 0, "failures": failures + 1 if wait else 0, "due_at": due_at, "at": now, "customer_id": None,
             "contract_id": None},
        )  # fmt: skip
        findings.steps["result"] = f"next try in {wait} minutes" if wait else "no further try"
        await tickets.log_activity(session, ticket_id, "identification", at=now, details=findings.steps)
        return
    settled: dict[str, Any] = {"failures": 0, "due_at": None, "at": now}
    if hit is None:
        if last is None or last.failures:
            findings.steps["result"] = "nobody"
            await tickets.log_activity(session, ticket_id, "identification", at=now, details=findings.steps)
            await repository.put(session, ticket_id, settled | {"level": 0})
        return
    level = await _level(session, case, findings)
    same = case.before == (hit.customer_id, hit.contract_id, level)
    if not same:
        await tickets.log_activity(session, ticket_id, "identification", at=now, details=findings.steps)
        values = {"customer_id": hit.customer_id, "contract_id": hit.contract_id, "customer_legitimation": level}
        await tickets.update_tickets(session, SYSTEM, [Patch(ticket_id, values)], track_time=False, several=False)
    found = {"customer_id": hit.customer_id, "contract_id": hit.contract_id, "level": level}
    await repository.put(session, ticket_id, settled | found)


async def _level(session: ReadSession, case: Case, findings: Findings) -> int:
    """What the operator's search says of it, else what the rules of legitimation say."""
    assert findings.hit is not None
    if findings.level is not None:
        level = min(findings.level, _LEGITIMATED)
        findings.steps["result"] = f"level {level} by the search code" + (
            f": {findings.message}" if findings.message else ""
        )
        return level
    known = await customers.known_of(session, findings.hit.customer_id, findings.hit.contract_id)
    verdict = customers.judge_legitimation(
        case.settings, case.channel, known, Message(case.sender, case.texts), lang=case.settings.default_language
    )
    findings.steps["legitimation"] = "; ".join(verdict.log)
    level = max(verdict.level, 10)
    findings.steps["result"] = f"level {level}"
    return level


async def _a_person_decided(session: ReadSession, row: Ticket) -> bool:
    """What a person has set or taken away is not touched again."""
    return await tickets.was_set_by_somebody(session, row.id, ("customerId", "contractId", "customerLegitimation"))


def _state(row: Ticket) -> tuple[str | None, str | None, int]:
    return row.customer_id, row.contract_id, row.customer_legitimation
