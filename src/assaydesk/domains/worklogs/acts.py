"""What the changes and messages of others mean for time tracking (worklog.md 3). Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from assaydesk.domains.worklogs.types import Action, AiUse, AutomationLevel, Signal, SignalKind

_STATUS: Final = {"closed": Action.CLOSED, "pending": Action.PENDING, "open": Action.OPENED}
_FIELDS: Final = {
    "agent_id": Action.ASSIGNED,
    "assigned_agent_ids": Action.ASSIGNED,
    "customer_id": Action.CUSTOMER_ASSIGNED,
    "contract_id": Action.CUSTOMER_ASSIGNED,
    "customer_legitimation": Action.CUSTOMER_ASSIGNED,
    "tag_ids": Action.TAGGED,
    "priority": Action.PRIORITY,
    "due_by": Action.PRIORITY,
    "spam_status": Action.SPAM_MARKED,
}


def actions_of_change(fields: Mapping[str, tuple[Any, Any]], by_hand: Collection[str]) -> set[Action]:
    """The actions that a change of ticket fields raises; `fields`: old and new value of what really changed."""
    actions = {_FIELDS[name] for name in by_hand if name in fields and name in _FIELDS}
    if "status" in by_hand and "status" in fields:
        actions.add(_STATUS[fields["status"][1]])
    return actions


def action_of_message(*, direction: str, private: bool, is_draft: bool) -> Action | None:
    """The action that writing a message raises."""
    if private or direction == "internal":
        return Action.INTERNAL_NOTE
    if direction != "out":
        return None
    return Action.DRAFT if is_draft else Action.REPLY


def suggestion_taken(cortex_request_id: int | None, intent_ids: Sequence[Any]) -> AiUse | None:
    """What a reply says about the suggestions it took over (worklog.md 6)."""
    if intent_ids:
        return AiUse(AutomationLevel.SPECIALIST)
    return None if cortex_request_id is None else AiUse(AutomationLevel.ASSISTED)


def act(
    at: datetime, action: Action, *, tracked: bool, conversation_id: int | None = None, ai: AiUse | None = None
) -> Signal:
    """An action; made while tracking is off it shows no presence."""
    return Signal(at, SignalKind.ACTION if tracked else SignalKind.UNTRACKED, action, conversation_id, ai)
