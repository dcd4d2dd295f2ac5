"""One case, two criteria, and what every judgement must keep whatever the model said."""

from decimal import Decimal
from typing import Any

from assaydesk.domains.quality.judging.evidence import stands_in
from assaydesk.domains.quality.judging.service import JudgePorts, judge_case
from assaydesk.domains.quality.judging.types import Judgement, WorklogCase
from assaydesk.domains.quality.scorecards.types import Criterion, LiveCoach, ScoringType
from tests.factories.judging import judge_settings, make_case, make_content, make_criterion
from tests.servers.llm_server import Reply, answer, reply_of

CASE = make_case(
    ("C", "Hello, my invoice 4711 is wrong. Please correct it. Erika Nowak"),
    ("A", "Dear Ms Nowak, we are sorry for the mistake. The corrected invoice is on its way."),
    ("C", "Thank you, that was quick!"),
    ("A", "You are welcome. Have a nice day!"),
)
TONE = make_criterion(1, label="Tone")
SOLUTION = make_criterion(2, label="Solution", scoring_type=ScoringType.MET_NOT_MET, max_points=Decimal(10))

SORRY = {"conversationId": 2, "quote": "we are sorry for the mistake"}
CORRECTED = {"conversationId": 2, "quote": "The corrected invoice is on its way."}
GOOD_TONE = answer(1, score=4, evidence=[SORRY])
GOOD_SOLUTION = answer(2, score=10, evidence=[CORRECTED])
GOOD = Reply(reply_of(GOOD_TONE, GOOD_SOLUTION))


async def judge(
    ports: JudgePorts,
    case: WorklogCase = CASE,
    criteria: tuple[Criterion, ...] = (TONE, SOLUTION),
    live_coach: LiveCoach | None = None,
    **settings: Any,
) -> Judgement:
    """A judgement, checked: one verdict a criterion, verbatim evidence, scores on the scale, doubts without one."""
    content = make_content(criteria, live_coach=live_coach)
    judgement = await judge_case(case, content, judge_settings(**settings), ports=ports)
    wanted = [item for item in criteria if item.rule is not None or item.auto_generate_by_ai]
    assert [verdict.criterion_id for verdict in judgement.verdicts] == [item.id for item in wanted]
    texts = {item.conversation_id: item.text for item in case.messages}
    for criterion, verdict in zip(wanted, judgement.verdicts, strict=True):
        assert all(stands_in(evidence, texts[evidence.conversation_id]) for evidence in verdict.evidence)
        assert set(verdict.searched_conversation_ids) <= set(texts)
        assert verdict.reason
        if verdict.abstained or verdict.applicable is False:
            assert verdict.score is None
        else:
            assert verdict.score is not None
            assert 0 <= verdict.score <= criterion.max_points
    return judgement


def scores(judgement: Judgement) -> list[Decimal | None]:
    return [verdict.score for verdict in judgement.verdicts]


def abstentions(judgement: Judgement) -> list[bool]:
    return [verdict.abstained for verdict in judgement.verdicts]
