"""What the plan knows about each piece of work is what the rules find in its texts."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from assaydesk.domains.demo.plan import plan_company
from assaydesk.domains.demo.thread import PlannedConversation
from assaydesk.domains.demo.types import Scorecard, Work, WorkOfReply
from assaydesk.domains.imports.formats.types import Message, ToolCall
from assaydesk.domains.imports.formats.types import Role as Speaker
from assaydesk.domains.quality.judging.rules.decide import judge_by_rule
from assaydesk.domains.quality.judging.types import CaseMessage, CaseToolCall, Role, WorklogCase
from assaydesk.domains.quality.scorecards.types import Criterion, ScoringType

PLAN = plan_company(datetime(2026, 3, 18, 14, 3, tzinfo=UTC))
ROLES = {
    Speaker.CUSTOMER: Role.CUSTOMER, Speaker.AGENT: Role.AGENT, Speaker.AI_AGENT: Role.AGENT, Speaker.NOTE: Role.NOTE,
    Speaker.SYSTEM: Role.SYSTEM,
}  # fmt: skip
LIVE = {"chat", "phone"}


def _case(one: PlannedConversation, reply: WorkOfReply) -> WorklogCase:
    """The conversation up to the reply; in a call or chat all lines of the person are assessed."""
    parsed = one.parsed
    live = parsed.channel in LIVE
    turns = [turn for turn in parsed.turns if turn.at and turn.at <= reply.at]
    messages = tuple(
        CaseMessage(
            number,
            ROLES[turn.role],
            turn.text,
            turn.at or reply.at,
            turn.author == reply.person and (live or turn.at == reply.at),
            tuple(attachment.name for attachment in turn.attachments),
        )
        for number, turn in enumerate(turns)
        if isinstance(turn, Message)
    )
    calls = tuple(
        CaseToolCall(number, turn.name, turn.arguments, turn.result, turn.at or reply.at, None)
        for number, turn in enumerate(turns)
        if isinstance(turn, ToolCall) and turn.author == reply.person
    )
    terms = (one.customer.name, one.customer.email, one.customer.contract_id)
    return WorklogCase(
        1, 1, parsed.channel, parsed.language, parsed.subject, messages, calls, ("reply",), 60, None, terms
    )


def _criterion(number: int, rule: dict[str, object]) -> Criterion:
    return Criterion(
        number, "x", "", Decimal(5), ScoringType.MET_NOT_MET, False, "", False, False, 0, True, None, None, rule
    )


def _judged(scorecard: Scorecard, part: str) -> Iterator[tuple[Work, bool | None, str]]:
    """Each piece of work on the scorecard's channels, what the rule of this part says, and why."""
    bodies = [one for category in scorecard.body["categories"] for one in category["criteria"]]
    number, rule = next((one["id"], one["rule"]) for one in bodies if scorecard.marks[one["id"]] == part)
    for one in PLAN.conversations:
        if one.parsed.channel not in scorecard.body["assignment"].get("channels", [one.parsed.channel]):
            continue
        for reply in one.works:
            verdict = judge_by_rule(_criterion(number, rule), _case(one, reply), "en")
            met = None if verdict.score is None else verdict.score > 0
            yield reply.work, met, f"{one.parsed.id}: {verdict.reason}"


@pytest.mark.parametrize(
    ("card", "part"),
    [
        ("written", "greeting"),
        ("written", "by_name"),
        ("written", "closing"),
        ("written", "no_placeholder"),
        ("written", "attachment"),
        ("spoken", "greeting"),
        ("spoken", "further_help"),
        ("spoken", "closing"),
        ("compliance", "no_secret"),
        ("compliance", "no_forbidden"),
        ("process", "confirmed"),
        ("process", "no_credit"),
    ],
)
def test_rules_find_what_the_plan_wrote(card: str, part: str) -> None:
    scorecard = next(one for one in PLAN.content.scorecards if one.key == card)
    differing = [
        (getattr(work, part), met, reason)
        for work, met, reason in _judged(scorecard, part)
        if met is not getattr(work, part) and met is not None
    ]
    assert not differing


def test_language_rule_finds_answers_in_the_wrong_language() -> None:
    written = next(one for one in PLAN.content.scorecards if one.key == "written")
    found = list(_judged(written, "same_language"))
    wrong = [reason for work, met, reason in found if met is False and work.same_language]
    assert not wrong
