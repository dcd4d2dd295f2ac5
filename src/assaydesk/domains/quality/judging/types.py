"""Shapes of judging: the case that is judged, the verdicts, and the record of a run (quality.md 4.2, 4.4 and 7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from assaydesk.domains.quality.judging.learned import Learned


class Role(StrEnum):
    """Who wrote a message. Other people of the desk are `agent` as well; `CaseMessage.assessed` tells them apart."""

    CUSTOMER = "customer"
    AGENT = "agent"
    NOTE = "note"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class CaseMessage:
    """One message. `text` is the plain body exactly as stored; evidence counts its code points."""

    conversation_id: int
    role: Role
    text: str
    at: datetime
    assessed: bool
    """Written by the assessed user in this worklog."""
    attachments: tuple[str, ...] = ()
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class CaseToolCall:
    """What an AI agent called, or a system action of a person (worklog.md 2.8)."""

    id: int
    name: str
    arguments: Any
    result: Any
    at: datetime
    conversation_id: int | None


@dataclass(frozen=True, slots=True)
class WorklogCase:
    """A frozen snapshot of one piece of work: no name and no history of the person who did it."""

    worklog_id: int
    ticket_id: int
    channel: str
    language: str | None
    subject: str | None
    messages: tuple[CaseMessage, ...]
    """Oldest first, up to the end of the worklog."""
    tool_calls: tuple[CaseToolCall, ...]
    action_list: tuple[str, ...]
    duration_seconds: int
    sla_met: bool | None
    customer_terms: tuple[str, ...] = ()
    """The customer's own data (name, e-mail, contract number ...), masked where the instance asks; never prompted."""
    agent_terms: tuple[str, ...] = ()
    """Names of the people of the desk that stand in signatures; always masked for a model."""

    @property
    def assessed_messages(self) -> tuple[CaseMessage, ...]:
        return tuple(message for message in self.messages if message.assessed)

    @property
    def replies(self) -> tuple[CaseMessage, ...]:
        """What the assessed user wrote to the customer in this worklog, without internal notes."""
        return tuple(message for message in self.messages if message.assessed and message.role is Role.AGENT)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of a message: `text[start:end] == quote`, counted in code points."""

    conversation_id: int
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """What the judge itself said, before calibration and before it was decided whether it may say so."""

    applicable: bool | None
    score: Decimal | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one criterion. `abstained`: a person has to decide; `score` is None and `reason` says why."""

    criterion_id: int
    applicable: bool | None
    score: Decimal | None
    reason: str
    confidence: float | None
    evidence: tuple[Evidence, ...]
    searched_conversation_ids: tuple[int, ...]
    tool_call_ids: tuple[int, ...]
    origin: Literal["ai", "rule"]
    abstained: bool
    produced_by: str
    """`rule:<type>`, `model:<name>` or `builtIn:<version>`."""
    raw: RawAnswer | None = None
    """Kept in the record of the run alone; `confidence` is the calibrated one."""


@dataclass(frozen=True, slots=True)
class RunInfo:
    """Provenance of one run (quality.md 7.4). Cost is None when no price is configured for the model."""

    provider: str
    model: str | None
    prompt_version: str | None
    content_hash: str
    input_hash: str
    temperature: float
    repeats: int
    input_tokens: int | None
    output_tokens: int | None
    cost: Decimal | None
    currency: str | None
    duration_ms: int
    started_at: datetime
    finished_at: datetime
    input_parts: Mapping[str, str] | None = None
    """Hashes of the parts of the input, to tell later which of them changed."""


@dataclass(frozen=True, slots=True)
class Judgement:
    verdicts: tuple[Verdict, ...]
    ai_summary: str
    run: RunInfo


@dataclass(frozen=True, slots=True)
class JudgeSettings:
    """Settings of the instance (conventions.md 13) and of the process that judging follows."""

    judge: Literal["auto", "model", "builtIn"]
    prompt_scope: Literal["scorecard", "criterion"]
    redact: bool
    abstain_threshold: float
    knock_out_confidence: float
    text_language: str
    model: str | None
    prompt_version: str | None
    timeout_seconds: float
    """Limit of one call of the model; a run may need several."""
    prices: Mapping[str, Any]
    """`{model: {"inputPerMillion", "outputPerMillion", "currency"}}`."""
    second_opinion: bool
    learned: "Learned | None" = None
    """What people's verified scores of this scorecard family have taught; None: nothing."""


class JudgeFailed(Exception):
    """The judge could not do its work; nothing was decided, the try may be repeated.

    `code`: ai_service_failed or llm_not_configured. `reason`: timeout, connection, auth, bad_response, rate_limited.
    """

    def __init__(
        self, code: str, message: str, *, reason: str | None = None, retry_after_seconds: float | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.reason = reason
        self.retry_after_seconds = retry_after_seconds
