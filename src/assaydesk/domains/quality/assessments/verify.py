"""Proof that evidence is verbatim: every stored quote is looked up again (`assaydesk assess --verify`)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import func, select

from assaydesk.domains.conversations.bodies import texts_of
from assaydesk.domains.conversations.models import Conversation, ConversationText
from assaydesk.domains.quality.assessments.filters import any_of
from assaydesk.domains.quality.assessments.models import AssessmentCriterion, JudgeRun
from assaydesk.domains.quality.assessments.stored import quotation
from assaydesk.domains.quality.assessments.types import Quotation
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import ReadSession

CHUNK: Final = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """A stored quote that does not stand in its message. `run_id`: it belongs to a run of the judge."""

    assessment_id: int
    criterion_id: int
    run_id: int | None
    conversation_id: int
    start: int
    end: int
    problem: str

    def __str__(self) -> str:
        run = "" if self.run_id is None else f", run {self.run_id}"
        return (
            f"Assessment {self.assessment_id}{run}, criterion {self.criterion_id}: characters {self.start} to "
            f"{self.end} of message {self.conversation_id}: {self.problem}"
        )


@dataclass(slots=True)
class EvidenceReport:
    """How much was looked at, and what is wrong."""

    assessments: int = 0
    quotes: int = 0
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Claim:
    assessment_id: int
    criterion_id: int
    run_id: int | None
    said: Quotation


async def verify_evidence(database: Database, progress: Callable[[int, int], object] | None = None) -> EvidenceReport:
    """Compare every quote of every assessment and every run with the message it names, deleted ones included.

    A message that was edited afterwards is compared in its earlier texts as well. `progress` hears how many rows were
    looked at, and how many there are. Reads in short transactions, so it may run beside everything else.
    """
    report = EvidenceReport()
    async with database.read() as session:
        answers = await session.scalar(select(func.count()).select_from(AssessmentCriterion)) or 0
        runs = await session.scalar(select(func.count()).select_from(JudgeRun)) or 0
    seen: set[int] = set()
    done, after = 0, (0, 0)
    while rows := await _answers_after(database, after):
        after = (rows[-1].assessment_id, rows[-1].criterion_id)
        done += len(rows)
        seen.update(row.assessment_id for row in rows)
        claims = [
            _Claim(row.assessment_id, row.criterion_id, None, quotation(item)) for row in rows for item in row.evidence
        ]
        await _check(database, claims, report)
        if progress is not None:
            progress(done, answers + runs)
    last = 0
    while found := await _runs_after(database, last):
        last = found[-1].id
        done += len(found)
        claims = [
            _Claim(row.assessment_id, answer["criterionId"], row.id, quotation(item))
            for row in found
            for answer in row.criteria
            for item in answer["evidence"]
        ]
        await _check(database, claims, report)
        if progress is not None:
            progress(done, answers + runs)
    report.assessments = len(seen)
    return report


async def _check(database: Database, claims: Sequence[_Claim], report: EvidenceReport) -> None:
    if not claims:
        return
    async with database.read() as session:
        texts = await _texts(session, {claim.said.conversation_id for claim in claims})
    for claim in claims:
        report.quotes += 1
        problem = _problem(claim.said, texts.get(claim.said.conversation_id))
        if problem is not None:
            report.faults.append(
                Fault(
                    claim.assessment_id,
                    claim.criterion_id,
                    claim.run_id,
                    claim.said.conversation_id,
                    claim.said.start,
                    claim.said.end,
                    problem,
                )
            )


def _problem(said: Quotation, texts: Iterable[str] | None) -> str | None:
    if texts is None:
        return "there is no such message"
    if not 0 <= said.start < said.end:
        return "these are no characters of a message"
    if any(text[said.start : said.end] == said.quote for text in texts):
        return None
    return "the words do not stand there"


async def _texts(session: ReadSession, ids: set[int]) -> dict[int, list[str]]:
    """The present plain text of each message, and the earlier ones of those that were edited."""
    query = select(Conversation.id, Conversation.type, Conversation.body_plain, Conversation.edited_at).where(
        any_of(Conversation.id, ids)
    )
    rows = (await session.execute(query)).all()
    found = {row.id: [row.body_plain] for row in rows}
    types: dict[int, Any] = {row.id: row.type for row in rows if row.edited_at is not None}
    if types:
        earlier = select(ConversationText.conversation_id, ConversationText.body).where(
            any_of(ConversationText.conversation_id, types)
        )
        for number, body in await session.execute(earlier):
            found[number].append(texts_of(body, types[number]).plain)
    return found


async def _answers_after(database: Database, after: tuple[int, int]) -> Sequence[Any]:
    C = AssessmentCriterion
    query = (
        select(C.assessment_id, C.criterion_id, C.evidence)
        .where(func.row(C.assessment_id, C.criterion_id) > func.row(*after))
        .order_by(C.assessment_id, C.criterion_id)
        .limit(CHUNK)
    )
    async with database.read() as session:
        return (await session.execute(query)).all()


async def _runs_after(database: Database, after: int) -> Sequence[Any]:
    query = (
        select(JudgeRun.id, JudgeRun.assessment_id, JudgeRun.criteria)
        .where(JudgeRun.id > after)
        .order_by(JudgeRun.id)
        .limit(CHUNK)
    )
    async with database.read() as session:
        return (await session.execute(query)).all()
