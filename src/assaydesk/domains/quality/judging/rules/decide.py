"""Criteria that code decides: the check of a rule's parameters, and its verdict (quality.md 2.6).

The types are in kinds.py. A verdict of a rule has confidence 1. A rule that cannot tell abstains.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from assaydesk.domains.quality.judging.rules.findings import Finding, Outcome
from assaydesk.domains.quality.judging.rules.kinds import RULE_TYPES
from assaydesk.domains.quality.judging.rules.parameters import Fault, check_parameters
from assaydesk.domains.quality.judging.types import Verdict, WorklogCase
from assaydesk.domains.quality.judging.wording import sentence
from assaydesk.domains.quality.scorecards.types import Criterion


def validate_rule(rule: Mapping[str, Any]) -> list[Fault]:
    """Every fault of a rule as an author wrote it; empty when it can be used."""
    kind = rule.get("type")
    if kind is None:
        return [("type", "required", f"Give the type of the rule: {', '.join(RULE_TYPES)}.")]
    if not isinstance(kind, str):
        return [("type", "wrong_type", "The type of a rule is a words.")]
    if kind not in RULE_TYPES:
        return [("type", "not_allowed", f"There is no rule type “{kind[:100]}”; use one of: {', '.join(RULE_TYPES)}.")]
    given = {name: value for name, value in rule.items() if name != "type"}
    faults = check_parameters(RULE_TYPES[kind].parameters, given)
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
