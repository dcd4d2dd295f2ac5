"""Criteria that code decides: the rule types, the check of their parameters, and the verdict (quality.md 2.6).

Every type is in `RULE_TYPES`, with the words that docs/judging.md and the OpenAPI document repeat. A verdict of a rule
has confidence 1. A rule that cannot tell abstains.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from assaydesk.domains.quality.judging import rules_manners as manners
from assaydesk.domains.quality.judging import rules_process as process
from assaydesk.domains.quality.judging import rules_text as text
from assaydesk.domains.quality.judging.findings import Finding, Outcome, Params
from assaydesk.domains.quality.judging.rule_parameters import Choice, Flag, Number, Parameter, Text, Texts, check
from assaydesk.domains.quality.judging.types import Verdict, WorklogCase
from assaydesk.domains.quality.judging.wording import sentence
from assaydesk.domains.quality.scorecards.types import Criterion

Fault = tuple[str, str, str]
"""Path below the rule, field code (conventions.md 4), message."""


@dataclass(frozen=True, slots=True)
class RuleType:
    name: str
    decide: Callable[[Params, WorklogCase], Finding]
    full_points: str
    """When the criterion gets full points."""
    not_applicable: str | None
    parameters: tuple[Parameter, ...] = ()
    draft: bool = False
    """Whether the draft of a reply, with what is known of its ticket, is enough: such criteria count in the live check."""


_WHERE_FIRST: Final = Choice("where", ("firstReply", "everyReply"))
_WHERE_LAST: Final = Choice("where", ("lastReply", "everyReply"))
_NO_REPLY: Final = "no reply in the worklog"
_SECONDS: Final = Number("seconds", 1, 31_536_000, required=True)

RULE_TYPES: Final[Mapping[str, RuleType]] = {
    kind.name: kind
    for kind in (
        RuleType(
            "containsAny",
            text.contains_any,
            "the replies contain one of the texts, in any case",
            _NO_REPLY,
            (Texts("texts"),),
            draft=True,
        ),
        RuleType(
            "containsAll",
            text.contains_all,
            "the replies together contain all of the texts, in any case",
            _NO_REPLY,
            (Texts("texts"),),
            draft=True,
        ),
        RuleType(
            "containsNone",
            text.contains_none,
            "the replies contain none of the texts, in any case",
            _NO_REPLY,
            (Texts("texts"),),
            draft=True,
        ),
        RuleType(
            "greeting",
            manners.greeting,
            "the first reply, or every reply, begins with a greeting (first 200 characters)",
            "no reply; with `newContactOnly`, the desk had answered before this worklog",
            (_WHERE_FIRST, Flag("newContactOnly")),
            draft=True,
        ),
        RuleType(
            "closing",
            manners.closing,
            "the last reply, or every reply, ends with a closing (last 400 characters)",
            _NO_REPLY,
            (_WHERE_LAST,),
            draft=True,
        ),
        RuleType(
            "furtherHelpOffered",
            manners.further_help_offered,
            "one of the last two replies offers further help",
            _NO_REPLY,
            draft=True,
        ),
        RuleType(
            "personalSalutation",
            manners.personal_salutation,
            "the first reply addresses the customer by name (first 200 characters)",
            "no reply; the name is not known and no name is used",
            draft=True,
        ),
        RuleType(
            "languageMatchesCustomer",
            manners.language_matches_customer,
            "every reply is in the language of the customer's messages",
            "one of the two languages cannot be told",
            draft=True,
        ),
        RuleType(
            "noPlaceholders",
            text.no_placeholders,
            "no reply has an unfilled part of a template: {{name}}, [Name], XXX",
            _NO_REPLY,
            draft=True,
        ),
        RuleType(
            "noPaymentData",
            text.no_payment_data,
            "no reply has a complete account or card number (check digits)",
            _NO_REPLY,
            draft=True,
        ),
        RuleType(
            "noSecretsRequested",
            manners.no_secrets_requested,
            "no reply asks for a password, PIN, TAN, one-time code or the check digits of a card",
            _NO_REPLY,
            draft=True,
        ),
        RuleType(
            "replyLength",
            text.reply_length,
            "every reply has at least `minWords` and at most `maxWords` words, quoted history left out",
            _NO_REPLY,
            (Number("minWords", 0, 100_000), Number("maxWords", 1, 100_000)),
            draft=True,
        ),
        RuleType(
            "sentenceLength",
            text.sentence_length,
            "a sentence of the replies has at most `words` words on average",
            _NO_REPLY,
            (Number("words", 1, 1000, required=True),),
            draft=True,
        ),
        RuleType(
            "promisedAttachmentSent",
            manners.promised_attachment_sent,
            "every reply that announces an attachment has one",
            "no reply announces one",
        ),
        RuleType("slaMet", process.sla_met, "`customerExperience.slaMet` is true", "`slaMet` is null"),
        RuleType(
            "durationAtMost",
            process.duration_at_most,
            "`time.duration` is at most `seconds`",
            None,
            (Number("seconds", 0, 31_536_000, required=True),),
        ),
        RuleType(
            "replyWithin",
            process.reply_within,
            "the first reply came at most `seconds` after the customer message before it (clock time)",
            "no reply, or no customer message before it",
            (_SECONDS,),
        ),
        RuleType(
            "actionTaken", process.action_taken, "`actionList` contains the action", None, (Text("action"),)
        ),
        RuleType(
            "toolCalled",
            process.tool_called,
            "a call of `name` was made, with `before` ahead of the first call of that second name",
            "`before` was not called",
            (Text("name"), Text("before", required=False)),
        ),
        RuleType("toolNotCalled", process.tool_not_called, "no call of `names` was made", None, (Texts("names"),)),
        RuleType(
            "toolsInOrder",
            process.tools_in_order,
            "all of `names` were called in this order, others between or not",
            "`when` was not called",
            (Texts("names", least=2), Text("when", required=False)),
        ),
        RuleType(
            "confirmationBeforeTool",
            process.confirmation_before_tool,
            "before each call of `names` the customer's latest message said yes to something the desk had written",
            "none of `names` was called",
            (Texts("names"),),
        ),
        RuleType(
            "oneToolCallAtATime",
            process.one_tool_call_at_a_time,
            "no two calls were made at the same time",
            "no call was made",
        ),
    )
}


def validate_rule(rule: Mapping[str, Any]) -> list[Fault]:
    """Every fault of a rule as an author wrote it; empty when it can be used."""
    kind = rule.get("type")
    if kind is None:
        return [("type", "required", f"Give the type of the rule: {', '.join(RULE_TYPES)}.")]
    if not isinstance(kind, str):
        return [("type", "wrong_type", "The type of a rule is a text.")]
    if kind not in RULE_TYPES:
        return [("type", "not_allowed", f"There is no rule type “{kind[:100]}”; use one of: {', '.join(RULE_TYPES)}.")]
    faults = check(RULE_TYPES[kind].parameters, {name: value for name, value in rule.items() if name != "type"})
    if not faults and kind == "replyLength":
        faults = _check_reply_length(rule)
    return faults


def decided_by_draft(rule: Mapping[str, Any]) -> bool:
    """Whether the live check may use the rule (quality.md 2.6, marked with an asterisk)."""
    kind = RULE_TYPES.get(str(rule.get("type")))
    return kind is not None and kind.draft


def judge_by_rule(criterion: Criterion, case: WorklogCase, language: str) -> Verdict:
    """The verdict of the criterion's rule. `criterion.rule` must not be None."""
    rule = criterion.rule or {}
    name = str(rule.get("type"))
    kind = RULE_TYPES.get(name)
    if kind is None or validate_rule(rule):
        # Content of an older release may hold a type or parameters that this one no longer knows.
        finding = Finding(Outcome.UNDECIDED, "rule.unknown", {"type": name})
    else:
        finding = kind.decide(rule, case)
    return _verdict(criterion, finding, f"rule:{name}", language)


def _verdict(criterion: Criterion, finding: Finding, produced_by: str, language: str) -> Verdict:
    reason = sentence(finding.wording, language, finding.details)
    verdict = Verdict(
        criterion_id=criterion.id,
        applicable=True,
        score=criterion.max_points if finding.outcome is Outcome.MET else Decimal(0),
        reason=reason,
        confidence=1.0,
        evidence=finding.evidence,
        searched_conversation_ids=finding.searched,
        tool_call_ids=finding.tool_call_ids,
        origin="rule",
        abstained=False,
        produced_by=produced_by,
    )
    if finding.outcome is Outcome.NOT_APPLICABLE and criterion.allow_not_applicable:
        return replace(verdict, applicable=False, score=None)
    if finding.outcome in (Outcome.NOT_APPLICABLE, Outcome.UNDECIDED):
        why = sentence("abstain.prefix", language, {"why": reason})
        return replace(verdict, applicable=None, score=None, reason=why, confidence=None, abstained=True)
    return verdict


def _check_reply_length(rule: Mapping[str, Any]) -> list[Fault]:
    least, most = rule.get("minWords"), rule.get("maxWords")
    if least is None and most is None:
        return [("minWords", "required", "Give minWords, maxWords or both.")]
    if least is not None and most is not None and least > most:
        return [("maxWords", "out_of_range", "maxWords must not be less than minWords.")]
    return []


def _validator(name: str) -> Callable[[Mapping[str, Any]], list[Fault]]:
    return lambda rule: validate_rule({**rule, "type": name})


RULE_VALIDATORS: Final = {name: _validator(name) for name in RULE_TYPES}
"""For the scorecards' slot of rule types: a check of the parameters by type."""
