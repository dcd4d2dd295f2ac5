"""Finished reviews in which a person and the judge answered the same criteria."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from assaydesk.domains.quality.assessments.models import Assessment, JudgeRun
from assaydesk.domains.quality.assessments.types import CriterionAnswer, CriterionState, Origin, State
from assaydesk.domains.quality.scorecards.models import Scorecard
from assaydesk.platform.db.session import WriteSession
from tests.factories.assessments import ai_answer, make_assessment, make_work

REVIEWED_AT = datetime(2024, 6, 12, 10, 0, tzinfo=UTC)
Value = int | str | None
"""Points, `"n/a"` for not applicable, None for nothing."""


def both(number: int, ai: Value, human: Value, *, reviewer: int, category_id: int = 1) -> CriterionAnswer:
    """What the AI said, and what a person set over it; `human` None: left untouched."""
    scored = ai not in (None, "n/a")
    said = ai_answer(
        number,
        str(ai) if scored else None,
        category_id,
        **(
            {"state": CriterionState.NOT_APPLICABLE, "applicable": False, "ai_applicable": False} if ai == "n/a" else {}
        ),
    )
    if human is None:
        return said
    known = {name: getattr(said, name) for name in CriterionAnswer.__dataclass_fields__}
    known |= {
        "state": CriterionState.NOT_APPLICABLE if human == "n/a" else CriterionState.HUMAN_VERIFIED,
        "score": None if human == "n/a" else Decimal(str(human)),
        "applicable": human != "n/a",
        "origin": Origin.HUMAN,
        "last_edited_by_user_id": reviewer,
        "last_edited_at": REVIEWED_AT,
    }
    return CriterionAnswer(**known)


async def make_review(
    session: WriteSession,
    card: Scorecard,
    answers: Mapping[int, tuple[Value, Value]],
    *,
    agent: int,
    reviewer: int,
    at: datetime = REVIEWED_AT,
    state: State = State.REVIEWED,
    model: str | None = "model-1",
    prompt_version: str | None = "1",
    categories: Mapping[int, int] | None = None,
    work: Any = None,
    **values: Any,
) -> Assessment:
    """`answers`: criterion -> (AI, human)."""
    piece = work or await make_work(session, agent, at=at - timedelta(days=1))
    given = [
        both(number, ai, human, reviewer=reviewer, category_id=(categories or {}).get(number, 1))
        for number, (ai, human) in answers.items()
    ]
    row = await make_assessment(
        session, piece, card, state=state, answers=given,
        **({"assessed_by_user": reviewer, "assessment_date": at} | values),
    )  # fmt: skip
    run = JudgeRun(
        assessment_id=row.id, trigger="job", outcome="ok", provider="script", model=model,
        prompt_version=prompt_version, scorecard_id=card.id, content_hash="sha256:0", input_hash="sha256:0",
        duration_ms=1, started_at=at, finished_at=at,
    )  # fmt: skip
    session.add(run)
    await session.flush()
    row.run_id = run.id
    await session.flush()
    return row


def cells(matrix: Sequence[Sequence[int]], values: Sequence[Value]) -> list[tuple[Value, Value]]:
    """(AI, human) for every count of a confusion matrix; rows human, columns AI."""
    return [
        (values[column], values[row])
        for row, counts in enumerate(matrix)
        for column, count in enumerate(counts)
        for _ in range(count)
    ]
