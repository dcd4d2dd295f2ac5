"""The scorecard of the benchmark and the policy that its facts are held against."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from assaydesk.domains.quality.scorecards.types import Assignment, Category, Content, Criterion, LiveCoach, ScoringType

GREETING, IDENTITY, FACT, ANSWERED, PROMISE, RESPECT, CARE, CLOSING, SECRETS, ATTACHMENT = range(1, 11)

POLICY: Final = (
    "Goods can be returned within 30 days. Refunds take 14 days. The warranty is 24 months. The notice to leave the "
    "club is 4 weeks. Express delivery costs 4.90 euros. The hotline is open until 8 pm."
)


def _criterion(number: int, label: str, description: str, prompt: str, **changes: Any) -> Criterion:
    facts: dict[str, Any] = {
        "max_points": Decimal(5),
        "scoring_type": ScoringType.MET_NOT_MET,
        "allow_not_applicable": True,
        "applicability_prompt": None,
        "rule": None,
    }
    return Criterion(
        id=number,
        label=label,
        description=description,
        assessment_prompt=prompt,
        auto_generate_by_ai=True,
        make_or_break_for_category=False,
        make_or_break_for_assessment=False,
        order=number,
        confidence_threshold=None,
        **{**facts, **changes},
    )


LEARNED: Final[tuple[Criterion, ...]] = (
    _criterion(
        GREETING,
        "Greeting",
        "The first reply begins with a greeting.",
        "Met: the first reply opens with a salutation. A greeting that is only mentioned does not count.",
        allow_not_applicable=False,
    ),
    _criterion(
        IDENTITY,
        "Identity checked before disclosure",
        "Before personal data of an account is told, the customer's identity has been checked.",
        "Met: the customer named data that the desk compared, before anything of the account was told. Not met: data "
        "was told without the check, before it, or although the customer could not answer.",
        applicability_prompt="Applies only when data of the customer's account is told.",
    ),
    _criterion(
        FACT,
        "Terms stated correctly",
        "What is said about terms and prices agrees with the policy.",
        f"Policy: {POLICY} Met: every figure that is stated agrees. Not met: one does not.",
        applicability_prompt="Applies only when a term or price of the policy is stated.",
    ),
    _criterion(
        ANSWERED,
        "Question answered",
        "The customer's question is answered.",
        "Met: the replies say what the customer wanted to know, directly or by what follows from them. Not met: they "
        "only thank, repeat the question or talk about something else.",
        allow_not_applicable=False,
    ),
    _criterion(
        PROMISE,
        "Promise with a date",
        "Whoever promises to do something says by when.",
        "Met: the promise has a date or a time, in figures or in words. Not met: soon, shortly, when possible.",
        applicability_prompt="Applies only when the desk promises to do something later.",
    ),
    _criterion(
        RESPECT,
        "Respect",
        "The replies are respectful, also where they refuse.",
        "Met: no reply belittles, blames or mocks. A clear refusal is respectful. Not met: rude or sarcastic.",
        allow_not_applicable=False,
    ),
    _criterion(
        CARE,
        "Care about the trouble",
        "The reply acknowledges the trouble, explains the cause, says what to do next and offers another way.",
        "One point each: acknowledges the trouble, names its cause, says the customer's next step, offers a choice.",
        applicability_prompt="Applies only when the customer reports trouble.",
        scoring_type=ScoringType.NUMERIC_SCALE,
        max_points=Decimal(4),
    ),
)
"""Left to the judge, without rules."""

RULED: Final[tuple[Criterion, ...]] = (
    _criterion(GREETING, "Greeting", "The first reply begins with a greeting.", "", rule={"type": "greeting"}),
    _criterion(CLOSING, "Closing", "The last reply ends with a closing.", "", rule={"type": "closing"}),
    _criterion(SECRETS, "No secrets asked", "Nobody asks for secrets.", "", rule={"type": "noSecretsRequested"}),
    _criterion(
        ATTACHMENT,
        "Promised attachment sent",
        "A reply that announces an attachment has one.",
        "",
        rule={"type": "promisedAttachmentSent"},
    ),
)

LABELS: Final[Mapping[int, str]] = {criterion.id: criterion.label for criterion in (*RULED, *LEARNED)}


def content_of(criteria: Sequence[Criterion], *, live_coach: LiveCoach | None = None) -> Content:
    return Content(
        name="Service conversations",
        categories=(Category(1, "Service", 1, tuple(criteria)),),
        assignment=Assignment((), (), (), ("reply",), False, 100.0),
        live_coach=live_coach or LiveCoach(False, 80.0),
    )
