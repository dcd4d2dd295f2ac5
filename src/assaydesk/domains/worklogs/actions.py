"""Actions: their order, texts and consequences for a worklog (worklog.md 3, 3.1, 6; quality.md 2.4)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from assaydesk.domains.worklogs.types import Action, AiUse, AutomationLevel, WorklogAction, WorklogContext

_TEXTS: Final[dict[str, dict[Action, str]]] = {
    "en": {
        Action.REPLY: "Sent reply to customer",
        Action.FORWARDED: "Forwarded ticket",
        Action.CLOSED: "Closed ticket",
        Action.PENDING: "Set ticket to pending",
        Action.DRAFT: "Wrote draft",
        Action.OPENED: "Reopened ticket",
        Action.DRAFT_APPROVED: "Approved draft",
        Action.INTENT_EXECUTED: "Executed AI agent",
        Action.INTERNAL_NOTE: "Wrote internal note",
        Action.ASSIGNED: "Changed assignment",
        Action.CUSTOMER_ASSIGNED: "Changed customer",
        Action.TAGGED: "Changed tags",
        Action.PRIORITY: "Changed priority",
        Action.SPAM_MARKED: "Changed spam status",
    },
    "de": {
        Action.REPLY: "Antwort an Kunden gesendet",
        Action.FORWARDED: "Ticket weitergeleitet",
        Action.CLOSED: "Ticket geschlossen",
        Action.PENDING: "Ticket auf wartend gesetzt",
        Action.DRAFT: "Entwurf geschrieben",
        Action.OPENED: "Ticket geöffnet",
        Action.DRAFT_APPROVED: "Entwurf freigegeben",
        Action.INTENT_EXECUTED: "KI-Agent ausgeführt",
        Action.INTERNAL_NOTE: "Interne Notiz geschrieben",
        Action.ASSIGNED: "Zuweisung geändert",
        Action.CUSTOMER_ASSIGNED: "Kunde geändert",
        Action.TAGGED: "Tags geändert",
        Action.PRIORITY: "Priorität geändert",
        Action.SPAM_MARKED: "Spam-Status geändert",
    },
}

COUNTING: Final = frozenset({Action.REPLY, Action.FORWARDED, Action.CLOSED, Action.PENDING, Action.DRAFT})
"""The actions that make a worklog."""

_ORDER: Final = {action: position for position, action in enumerate(Action)}

_LEVEL_LABELS: Final = {
    AutomationLevel.NONE: "None",
    AutomationLevel.MONITOR: "Monitor",
    AutomationLevel.ASSISTED: "Assisted",
    AutomationLevel.SPECIALIST: "Specialist",
    AutomationLevel.APPROVED: "Approved",
    AutomationLevel.AUTONOMOUS: "Autonomous",
}


def in_order(actions: Iterable[Action]) -> tuple[Action, ...]:
    """Each action once, in the order of the table in worklog.md 3."""
    return tuple(sorted(set(actions), key=_ORDER.__getitem__))


def action_texts(actions: Iterable[str], language: str | None) -> list[str]:
    """The readable texts, parallel to `actions`; English where `language` has none."""
    texts = _TEXTS.get((language or "en")[:2].lower(), _TEXTS["en"])
    return [texts[Action(action)] for action in actions]


def worklog_action(actions: Collection[str], *, automated: bool) -> WorklogAction:
    """What the worklog as a whole was; `automated`: an AI agent did it alone."""
    if automated:
        return WorklogAction.AUTO_PROCESS
    if Action.CLOSED in actions:
        return WorklogAction.CLOSE
    if Action.REPLY in actions:
        return WorklogAction.WRITE
    return WorklogAction.STATUS


def status_action_detail(action: WorklogAction, actions: Sequence[str]) -> Action | None:
    """First of `pending`, `forwarded`, `draft` when the worklog is a `statusAction`, else None."""
    if action is not WorklogAction.STATUS:
        return None
    return next((detail for detail in (Action.PENDING, Action.FORWARDED, Action.DRAFT) if detail in actions), None)


def context_of(actions: Collection[str], *, automated: bool) -> WorklogContext:
    """The context by which scorecards choose a worklog (quality.md 2.4)."""
    if automated:
        return WorklogContext.AUTOMATED
    if Action.REPLY in actions:
        return WorklogContext.REPLY
    if Action.CLOSED in actions:
        return WorklogContext.CLOSE_WITHOUT_REPLY
    return WorklogContext.STATUS


def automation_level(actions: Collection[str], told: Iterable[AiUse], *, automated: bool) -> AutomationLevel:
    """The highest level that applies; `told`: the AI uses that were reported for the worklog."""
    levels = [use.level for use in told]
    if automated:
        levels.append(AutomationLevel.AUTONOMOUS)
    if Action.INTENT_EXECUTED in actions:
        levels.append(AutomationLevel.SPECIALIST)
    return max(levels, default=AutomationLevel.NONE)


def level_label(level: int) -> str:
    """The readable name of an automation level."""
    return _LEVEL_LABELS[AutomationLevel(level)]
