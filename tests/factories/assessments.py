"""Pieces of work, assessments of them, and a judge that answers from a script."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from assaydesk.domains.conversations.models import Conversation
from assaydesk.domains.quality.assessments import repository
from assaydesk.domains.quality.assessments.criteria import totals_of
from assaydesk.domains.quality.assessments.models import Assessment
from assaydesk.domains.quality.assessments.record import stored_totals
from assaydesk.domains.quality.assessments.types import CriterionAnswer, CriterionState, Origin, State
from assaydesk.domains.quality.judging.types import (
    Evidence,
    JudgeFailed,
    Judgement,
    JudgeSettings,
    RunInfo,
    Verdict,
    WorklogCase,
)
from assaydesk.domains.quality.scorecards.codec import content_hash
from assaydesk.domains.quality.scorecards.models import Scorecard
from assaydesk.domains.quality.scorecards.service import load_content
from assaydesk.domains.quality.scorecards.types import Content, Criterion
from assaydesk.domains.tickets.models import Ticket
from assaydesk.domains.worklogs.models import Worklog
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from tests.factories.profiles import make_profile
from tests.factories.scorecards import category, content, criterion
from tests.factories.tickets import make_ticket
from tests.factories.worklogs import make_message

REPLY = "Good morning Mr Mustermann, we have booked your reading of 4,711 kWh. Kind regards, Jane"


class Work(NamedTuple):
    ticket: Ticket
    question: Conversation
    reply: Conversation
    worklog: Worklog


async def make_work(
    session: WriteSession,
    user_id: int,
    *,
    at: datetime | None = None,
    text: str = REPLY,
    ticket: Ticket | None = None,
    reply_id: int | None = None,
    **values: Any,
) -> Work:
    """One reply to a customer, an hour ago or at `at`, with its worklog."""
    end = at or utc_now() - timedelta(hours=1)
    known = ticket or await make_ticket(session, created_at=end - timedelta(hours=1))
    question = await make_message(session, known.id, end - timedelta(minutes=30))
    numbered = {"id": reply_id} if reply_id else {}
    reply = await make_message(session, known.id, end, text=text, direction="out", agent_id=user_id, **numbered)
    defaults: dict[str, Any] = {
        "user_id": user_id,
        "ticket_id": known.id,
        "date": end.date(),
        "phase": 1,
        "started_at": end - timedelta(minutes=5),
        "latest_interaction": end,
        "worked_at": end,
        "action": "writeAction",
        "context": "reply",
        "action_list": ["reply"],
        "conversation_id": reply.id,
        "duration_ms": 300_000,
        "after_work_ms": 0,
    }
    worklog = Worklog(**(defaults | values))
    session.add(worklog)
    await session.flush()
    return Work(known, question, reply, worklog)


def judged(number: int, points: str | int = 5, **changes: Any) -> Criterion:
    """A criterion that the AI scores."""
    return criterion(number, points, auto_generate_by_ai=True, description="Is it so?", **changes)


def small_content(**changes: Any) -> Content:
    """Two criteria for the AI in category 1, one for people only in category 2."""
    return content([category(1, [judged(10), judged(11, 10)]), category(2, [criterion(22, 3)])], **changes)


async def make_assessment(
    session: WriteSession,
    work: Work,
    scorecard: Scorecard,
    *,
    state: State = State.AI_READY,
    answers: Sequence[CriterionAnswer] = (),
    **values: Any,
) -> Assessment:
    """A stored assessment, by default one that the AI has finished; `answers` are its criteria."""
    said = (await load_content(session, [scorecard.content_id]))[scorecard.content_id]
    now = utc_now()
    defaults: dict[str, Any] = {
        "worklog_id": work.worklog.id,
        "ticket_id": work.ticket.id,
        "assessed_user": work.worklog.user_id,
        "scorecard_id": scorecard.id,
        "scorecard_base_id": scorecard.base_id,
        "content_id": scorecard.content_id,
        "state": state,
        "ai_summary": "A summary.",
        "created_at": now,
        "modified_at": now,
        "judged_until": work.worklog.latest_interaction,
    }
    row = Assessment(**(defaults | stored_totals(totals_of(said, answers)) | values))
    session.add(row)
    await session.flush()
    await repository.save_answers(session, row.id, answers)
    return row


def ai_answer(number: int, score: str | int | None, category_id: int = 1, **changes: Any) -> CriterionAnswer:
    """What the AI said: a score, or None for "a person has to decide"."""
    points = None if score is None else Decimal(score)
    known = {
        "criterion_id": number,
        "category_id": category_id,
        "state": CriterionState.NEEDS_HUMAN if score is None else CriterionState.AI_SCORED,
        "score": points,
        "applicable": None if score is None else True,
        "reason": f"The AI on {number}.",
        "confidence": 0.9,
        "origin": Origin.AI,
        "ai_score": points,
        "ai_applicable": None if score is None else True,
        "ai_reason": f"The AI on {number}.",
    }
    return CriterionAnswer(**(known | changes))


def verdict(number: int, score: str | int | None, case: WorklogCase | None = None, **changes: Any) -> Verdict:
    """One answer of a judge; with a case it quotes the first word of the last assessed message."""
    quoted: tuple[Evidence, ...] = ()
    if case is not None and case.assessed_messages:
        message = case.assessed_messages[-1]
        word = message.text.split(" ")[0]
        quoted = (Evidence(message.conversation_id, word, 0, len(word)),)
    known: dict[str, Any] = {
        "criterion_id": number,
        "applicable": None if score is None else True,
        "score": None if score is None else Decimal(score),
        "reason": f"Judged {number}.",
        "confidence": 0.9,
        "evidence": quoted,
        "searched_conversation_ids": (),
        "tool_call_ids": (),
        "origin": "ai",
        "abstained": score is None,
        "produced_by": "model:script",
    }
    return Verdict(**(known | changes))


Script = Callable[[WorklogCase, Content], Sequence[Verdict]]


def full_marks(case: WorklogCase, said: Content) -> list[Verdict]:
    """Every criterion for the AI gets its maximum."""
    return [
        verdict(one.id, str(one.max_points), case)
        for _, one in said.criteria
        if one.auto_generate_by_ai or one.rule is not None
    ]


@dataclass
class ScriptedJudge:
    """Answers at once. `failures` come first, one a call; `scores` replace full marks."""

    scores: Mapping[int, str | int | None] | None = None
    failures: list[JudgeFailed] = field(default_factory=list)
    summary: str = "Judged by script."
    script: Script | None = None
    cases: list[WorklogCase] = field(default_factory=list)

    async def __call__(self, case: WorklogCase, said: Content, settings: JudgeSettings) -> Judgement:
        self.cases.append(case)
        if self.failures:
            raise self.failures.pop(0)
        if self.script is not None:
            verdicts = self.script(case, said)
        elif self.scores is not None:
            verdicts = [verdict(number, score, case) for number, score in self.scores.items()]
        else:
            verdicts = full_marks(case, said)
        return Judgement(tuple(verdicts), self.summary, run_info(said))


def run_info(said: Content, **changes: Any) -> RunInfo:
    now = datetime.now(UTC)
    known: dict[str, Any] = {
        "provider": "script",
        "model": "script-1",
        "prompt_version": "1",
        "content_hash": content_hash(said),
        "input_hash": "sha256:" + "0" * 64,
        "temperature": 0.0,
        "repeats": 1,
        "input_tokens": 100,
        "output_tokens": 20,
        "cost": Decimal("0.0123"),
        "currency": "EUR",
        "duration_ms": 8,
        "started_at": now,
        "finished_at": now,
    }
    return RunInfo(**(known | changes))


async def make_agent(session: WriteSession, **values: Any) -> int:
    """A person whose work is assessed."""
    return (await make_profile(session, role=2, **values)).id
