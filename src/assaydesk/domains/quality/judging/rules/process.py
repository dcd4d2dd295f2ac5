"""Rules about times, actions and tool calls of the worklog (docs/judging.md)."""

from collections import Counter
from collections.abc import Iterable
from enum import Enum, auto

from assaydesk.domains.quality.judging.rules import phrases
from assaydesk.domains.quality.judging.rules.findings import (
    Finding,
    Outcome,
    Params,
    by_calls,
    calls_in_order,
    met,
    not_applicable,
    not_met,
    own_text,
    quote,
    same_name,
    sentences,
)
from assaydesk.domains.quality.judging.types import CaseMessage, CaseToolCall, Evidence, Role, WorklogCase


class Consent(Enum):
    """What the customer said before a call."""

    GIVEN = auto()
    UNCLEAR = auto()
    NONE = auto()


def sla_met(params: Params, case: WorklogCase) -> Finding:
    if case.sla_met is None:
        return not_applicable("sla.unknown")
    return met("sla.met") if case.sla_met else not_met("sla.missed")


def duration_at_most(params: Params, case: WorklogCase) -> Finding:
    limit, spent = params["seconds"], case.duration_seconds
    if spent <= limit:
        return met("duration.met", spent=spent, limit=limit)
    return not_met("duration.over", spent=spent, limit=limit)


def reply_within(params: Params, case: WorklogCase) -> Finding:
    """Clock time from the last customer message before the first reply to that reply."""
    if not case.replies:
        return not_applicable("noReply")
    reply = case.replies[0]
    before = case.messages[: case.messages.index(reply)]
    asked = [message for message in before if message.role is Role.CUSTOMER]
    if not asked:
        return not_applicable("replyWithin.noQuestion")
    waited, limit = int((reply.at - asked[-1].at).total_seconds()), params["seconds"]
    if waited <= limit:
        return met("replyWithin.met", waited=waited, limit=limit)
    return not_met("replyWithin.late", waited=waited, limit=limit)


def action_taken(params: Params, case: WorklogCase) -> Finding:
    action = params["action"]
    if any(same_name(action, taken) for taken in case.action_list):
        return met("action.met", action=action)
    return not_met("action.missing", action=action)


def tool_called(params: Params, case: WorklogCase) -> Finding:
    """A call of `name`, with `before` ahead of the first call of that second name."""
    name, before = params["name"], params.get("before")
    calls = calls_in_order(case)
    wanted = _named(calls, [name])
    if before is None:
        if wanted:
            return by_calls(Outcome.MET, "tool.met", wanted[:1], name=name)
        return by_calls(Outcome.NOT_MET, "tool.missing", (), name=name)
    later = _named(calls, [before])
    if not later:
        return not_applicable("tool.beforeNotCalled", before=before)
    ahead = [call for call in wanted if calls.index(call) < calls.index(later[0])]
    if ahead:
        return by_calls(Outcome.MET, "tool.metBefore", (ahead[0], later[0]), name=name, before=before)
    return by_calls(Outcome.NOT_MET, "tool.missingBefore", later[:1], name=name, before=before)


def tool_not_called(params: Params, case: WorklogCase) -> Finding:
    made = _named(calls_in_order(case), params["names"])
    if made:
        return by_calls(Outcome.NOT_MET, "toolNot.called", made, name=made[0].name)
    return by_calls(Outcome.MET, "toolNot.met", ())


def tools_in_order(params: Params, case: WorklogCase) -> Finding:
    """Every one of `names` was called, in this order, others between or not. `when`: only if that one was made."""
    calls = calls_in_order(case)
    condition = params.get("when")
    if condition is not None and not _named(calls, [condition]):
        return not_applicable("tool.whenNotCalled", when=condition)
    found: list[CaseToolCall] = []
    remaining = iter(calls)
    for name in params["names"]:
        call = next((call for call in remaining if same_name(call.name, name)), None)
        if call is None:
            return by_calls(Outcome.NOT_MET, "toolsInOrder.missing", found, name=name)
        found.append(call)
    return by_calls(Outcome.MET, "toolsInOrder.met", found)


def one_tool_call_at_a_time(params: Params, case: WorklogCase) -> Finding:
    """No two calls with the same time, and no call with the time of a reply.

    A source that records them in one step gives them one time.
    """
    calls = calls_in_order(case)
    if not calls:
        return not_applicable("tool.none")
    times = Counter(call.at for call in calls) + Counter({reply.at for reply in case.replies})
    together = [call for call in calls if times[call.at] > 1]
    if together:
        return by_calls(Outcome.NOT_MET, "oneCall.together", together, count=len(together))
    return by_calls(Outcome.MET, "oneCall.met", calls)


def confirmation_before_tool(params: Params, case: WorklogCase) -> Finding:
    """Before each call of `names` the customer's latest message said yes to something the desk had written.

    Undecided when that message is neither a clear yes nor clearly something else: a yes with a condition, a choice
    between options, a yes and a no at once.
    """
    calls = _named(calls_in_order(case), params["names"])
    if not calls:
        return not_applicable("tool.noneOf", names=", ".join(params["names"]))
    answers = {call.id: _consent(case, call) for call in calls}
    without = [call for call in calls if answers[call.id][0] is Consent.NONE]
    unclear = [call for call in calls if answers[call.id][0] is Consent.UNCLEAR]
    for outcome, wording, chosen in (
        (Outcome.NOT_MET, "confirmation.missing", without),
        (Outcome.UNDECIDED, "confirmation.unclear", unclear),
        (Outcome.MET, "confirmation.met", calls),
    ):
        if chosen:
            return by_calls(outcome, wording, chosen, by=_quotes(answers, chosen), name=chosen[0].name)
    raise AssertionError("the last of the three always has the calls")


def _quotes(answers: dict[int, tuple[Consent, Evidence | None]], calls: Iterable[CaseToolCall]) -> tuple[Evidence, ...]:
    found = (answers[call.id][1] for call in calls)
    return tuple(dict.fromkeys(evidence for evidence in found if evidence is not None))


def _named(calls: Iterable[CaseToolCall], names: Iterable[str]) -> list[CaseToolCall]:
    wanted = list(names)
    return [call for call in calls if any(same_name(call.name, name) for name in wanted)]


def _consent(case: WorklogCase, call: CaseToolCall) -> tuple[Consent, Evidence | None]:
    """What the latest customer message before the call says, and the sentence that says it."""
    before = _messages_before(case, call)
    spoken = [at for at, message in enumerate(before) if message.role is Role.CUSTOMER]
    if not spoken:
        return Consent.NONE, None
    message = before[spoken[-1]]
    parts = [quote(message, *span) for span in sentences(own_text(message))]
    if not parts or not any(earlier.role is Role.AGENT for earlier in before[: spoken[-1]]):
        return Consent.NONE, parts[0] if parts else None
    # "Can you go ahead?" asks, it does not confirm.
    agreeing = [part for part in parts if phrases.CONSENT.search(part.quote) and not part.quote.endswith("?")]
    refusing = any(phrases.REFUSAL.search(part.quote) for part in parts)
    if agreeing:
        clear = not refusing and not any(phrases.CONDITION.search(part.quote) for part in agreeing)
        return (Consent.GIVEN if clear else Consent.UNCLEAR), agreeing[0]
    choosing = [part for part in parts if phrases.CHOICE.search(part.quote)]
    if choosing and not refusing:
        return Consent.UNCLEAR, choosing[0]
    return Consent.NONE, parts[0]


def _messages_before(case: WorklogCase, call: CaseToolCall) -> list[CaseMessage]:
    """Messages before the call: before the message that followed it, where that is known, else by time."""
    ids = [message.conversation_id for message in case.messages]
    if call.conversation_id in ids:
        return list(case.messages[: ids.index(call.conversation_id)])
    return [message for message in case.messages if message.at <= call.at]
