"""Reviewed work from which something can be learned: replies that ask for the identity, and replies that do not."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from assaydesk.domains.quality.assessments.models import Assessment
from assaydesk.domains.quality.assessments.types import CriterionAnswer, CriterionState, Origin, State
from assaydesk.domains.quality.scorecards.models import Scorecard
from assaydesk.domains.quality.scorecards.types import Content, ScoringType
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from tests.factories.assessments import make_assessment, make_work
from tests.factories.scorecards import category, content, criterion

ASKED = (
    "Please tell me your date of birth first.",
    "Could you confirm your contract number, please?",
    "Please confirm your date of birth before we go on.",
    "May I ask for your contract number first?",
)
BODY = (
    "The invoice is correct as it stands.",
    "Your reading was taken on Monday.",
    "The instalment falls next month.",
    "We have booked the payment.",
    "The meter belongs to the grid operator.",
    "Your tariff did not change this year.",
)
OPENING = ("Good morning,", "Hello,", "Thank you for your message.")


def learning_content(**changes: Any) -> Content:
    """Criterion 10 is met or not, 11 a scale; both are for the AI."""
    facts: dict[str, Any] = {"auto_generate_by_ai": True}
    identity = criterion(
        10,
        5,
        scoring_type=ScoringType.MET_NOT_MET,
        label="Identity",
        description="The agent asks for the date of birth or the contract number.",
        **facts | changes,
    )
    return content([category(1, [identity, criterion(11, 10, description="Is it friendly?", **facts)])])


def reply(rng: Random, *, met: bool) -> str:
    lines = [rng.choice(OPENING), *rng.sample(BODY, 2)]
    if met:
        lines.insert(1, rng.choice(ASKED))
    return "\n".join(lines)


def said(number: int, score: int | None, at: datetime, *, reviewer: int | None = None, ai: int | None = None) -> Any:
    """A person's answer; `ai` is what the judge had said, None: it abstained."""
    return CriterionAnswer(
        number,
        1,
        state=CriterionState.NOT_APPLICABLE if score is None else CriterionState.HUMAN_VERIFIED,
        score=None if score is None else Decimal(score),
        applicable=score is not None,
        origin=Origin.HUMAN,
        ai_score=None if ai is None else Decimal(ai),
        ai_applicable=None if ai is None else True,
        last_edited_by_user_id=reviewer,
        last_edited_at=at,
    )


async def make_reviewed(
    session: WriteSession, agent: int, card: Scorecard, count: int, *, seed: int = 1, reviewer: int | None = None
) -> list[Assessment]:
    """Finished reviews, half of them with points, one a minute; the judge had abstained."""
    rng, made = Random(seed), []
    start = utc_now() - timedelta(days=1)
    for at in range(count):
        met = at % 2 == 0
        work = await make_work(session, agent, text=reply(rng, met=met))
        answer = said(10, 5 if met else 0, start + timedelta(minutes=at), reviewer=reviewer)
        made.append(await make_assessment(session, work, card, state=State.REVIEWED, answers=[answer]))
    return made
