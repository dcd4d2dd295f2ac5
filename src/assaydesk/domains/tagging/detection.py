"""Which tags apply to what came in: one decision, without database and model (tags.md 2)."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from assaydesk.domains.tagging.types import BY_CONDITION, Detected, Incoming, Method, TagRule
from assaydesk.kit.conditions import check_condition, holds


def detect(
    rules: Sequence[TagRule], incoming: Incoming, confidences: Mapping[int, float], zone: ZoneInfo
) -> list[Detected]:
    """The tags that apply, in the order of the rules; the default skill when no skill does.

    `confidences`: what the language model of this process thinks, for the tags that ask it.
    """
    found = [one for rule in rules if (one := _detect(rule, incoming, confidences.get(rule.id), zone)) is not None]
    skills = {rule.id for rule in rules if rule.is_skill}
    if not incoming.has_skill and not any(one.tag_id in skills for one in found):
        found += [
            Detected(rule.id, rule.name, 1.0, Method.DEFAULT)
            for rule in rules
            if rule.is_default_skill and _may_apply(rule, incoming)
        ]
    return found


def _may_apply(rule: TagRule, incoming: Incoming) -> bool:
    """Channels and sub-channels say where a tag may be detected; none means everywhere."""
    if rule.channels and incoming.channel is not None and incoming.channel not in rule.channels:
        return False
    return not (rule.subchannels and incoming.subchannel_id is not None) or incoming.subchannel_id in rule.subchannels


def _detect(rule: TagRule, incoming: Incoming, confidence: float | None, zone: ZoneInfo) -> Detected | None:
    if not _may_apply(rule, incoming):
        return None
    if Method.CHANNEL in rule.methods and rule.channels and incoming.channel in rule.channels:
        return Detected(rule.id, rule.name, 1.0, Method.CHANNEL)
    if Method.SUBCHANNEL in rule.methods and incoming.subchannel_id in rule.subchannels:
        return Detected(rule.id, rule.name, 1.0, Method.SUBCHANNEL)
    by_ai = rule.wants_ai and confidence is not None and confidence >= rule.threshold
    method = next((Method(one) for one in sorted(rule.methods) if one in BY_CONDITION), None)
    condition = rule.details.get("conditions")
    by_condition = (
        method is not None
        and isinstance(condition, Mapping)
        and not check_condition(condition)
        and holds(condition, incoming.data, zone)
    )
    if rule.details.get("combine") == "and" and rule.wants_ai and method is not None:
        if not (by_ai and by_condition):
            return None
        return Detected(rule.id, rule.name, round(confidence or 0.0, 3), Method.AI)
    if by_condition and method is not None:
        return Detected(rule.id, rule.name, 1.0, method)
    return Detected(rule.id, rule.name, round(confidence or 0.0, 3), Method.AI) if by_ai else None
