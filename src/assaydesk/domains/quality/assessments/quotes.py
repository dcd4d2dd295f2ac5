"""Evidence that people give, checked against the messages of the ticket (quality.md 7.3, 8.4)."""

from collections.abc import Sequence

from sqlalchemy import select

from assaydesk.domains.conversations.models import Conversation
from assaydesk.domains.conversations.moves import ever_stood_in
from assaydesk.domains.quality.assessments.filters import any_of
from assaydesk.domains.quality.assessments.schemas import EvidenceUpdate
from assaydesk.domains.quality.assessments.types import Quotation
from assaydesk.domains.quality.judging.evidence import Quote, QuoteFault, SearchText, check_quote
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.errors import FieldError

Checked = tuple[list[tuple[Quotation, ...]], list[FieldError]]


async def check_evidence(session: ReadSession, ticket_id: int, given: Sequence[Sequence[EvidenceUpdate]]) -> Checked:
    """The quotations of each criterion with their true offsets, and the faults with their paths."""
    ids = {item.conversation_id for items in given for item in items}
    texts = await _texts(session, ticket_id, ids) if ids else {}
    faults: list[FieldError] = []
    found: list[tuple[Quotation, ...]] = []
    for index, items in enumerate(given):
        kept: list[Quotation] = []
        for number, item in enumerate(items):
            checked = check_quote(texts, Quote(item.conversation_id, item.quote, item.start, item.end))
            if isinstance(checked, QuoteFault):
                faults.append(_fault(f"criteria.{index}.evidence.{number}", checked))
            else:
                kept.append(Quotation(checked.conversation_id, checked.quote, checked.start, checked.end))
        found.append(tuple(kept))
    return found, faults


def _fault(path: str, fault: QuoteFault) -> FieldError:
    if fault is QuoteFault.UNKNOWN_MESSAGE:
        return FieldError(f"{path}.conversationId", "unknown", "The ticket has no such message.")
    if fault is QuoteFault.AMBIGUOUS:
        return FieldError(f"{path}.start", "required", "The words occur more than once: say where with start and end.")
    return FieldError(f"{path}.quote", "unknown", "The message does not hold these words.")


async def _texts(session: ReadSession, ticket_id: int, ids: set[int]) -> dict[int, SearchText]:
    query = select(Conversation.id, Conversation.body_plain).where(
        any_of(Conversation.id, ids),
        ever_stood_in(ticket_id),
        Conversation.deleted_at.is_(None),
        ~Conversation.is_draft,
    )
    return {row.id: SearchText(row.body_plain) for row in await session.execute(query)}
