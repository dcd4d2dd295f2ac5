"""Long conversations cut to a budget: what is assessed is kept longest, and every cut is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from assaydesk.domains.quality.judging.types import CaseMessage, Role

MARK: Final = "\n[... {count} characters left out ...]\n"
_CONTEXT_SHARE: Final = 0.25
"""Part of the budget that stays for the messages around the assessed ones, when these alone would fill it."""
_LEAST: Final = 200
"""A message of the context is left out rather than cut below this many characters."""
_FRAME: Final = 120
"""Characters around each message that is shown: its fences, author and time."""


@dataclass(frozen=True, slots=True)
class Cut:
    texts: Mapping[int, str]
    """What is shown, by message id."""
    left_out: tuple[int, ...]
    not_in_full: frozenset[int]
    """Cut or left out."""


def cut_middle(text: str, limit: int) -> str:
    """At most about `limit` characters: the beginning and the end, with a mark that tells how much is missing."""
    if len(text) <= limit:
        return text
    head = limit * 2 // 3
    tail = limit - head
    return text[:head] + MARK.format(count=len(text) - head - tail) + (text[-tail:] if tail else "")


def share_out(messages: Sequence[CaseMessage], texts: Mapping[int, str], budget: int) -> Cut:
    """Share `budget` characters among the messages.

    Assessed messages come first and are cut evenly, the longest first. The rest goes to the context: the messages
    right before an assessed one, the first of the conversation, then the nearest others.
    """
    lengths = {message.conversation_id: len(texts[message.conversation_id]) for message in messages}
    if sum(lengths.values()) + _FRAME * len(lengths) <= budget:
        return Cut(dict(texts), (), frozenset())
    assessed = [message.conversation_id for message in messages if message.assessed]
    context = _by_importance(messages)
    around = sum(lengths[key] + _FRAME for key in context)
    frames = _FRAME * len(assessed)
    kept_for_assessed = max(0, max(int(budget * (1 - _CONTEXT_SHARE)), budget - around) - frames)
    limit = _even_limit([lengths[key] for key in assessed], kept_for_assessed)
    shown = {key: cut_middle(texts[key], limit) for key in assessed}
    left = budget - frames - sum(min(lengths[key], limit) for key in assessed)
    for key in context:
        room = left - _FRAME
        if room >= min(lengths[key], _LEAST):
            shown[key] = cut_middle(texts[key], room)
            left -= _FRAME + min(lengths[key], room)
    return Cut(
        shown,
        tuple(key for key in lengths if key not in shown),
        frozenset(key for key in lengths if shown.get(key) != texts[key]),
    )


def _even_limit(lengths: Sequence[int], budget: int) -> int:
    """The length above which texts are cut so that all together fit."""
    left, waiting = budget, sorted(lengths)
    while waiting and waiting[0] * len(waiting) <= left:
        left -= waiting.pop(0)
    return left // len(waiting) if waiting else max(lengths, default=0)


def _by_importance(messages: Sequence[CaseMessage]) -> list[int]:
    """Messages that are not assessed, the most useful first."""
    places = [at for at, message in enumerate(messages) if message.assessed]

    def rank(at: int) -> tuple[int, int, int]:
        nearest = min((abs(at - place) for place in places), default=at)
        asked = messages[at].role is Role.CUSTOMER and any(place == at + 1 for place in places)
        return (0 if asked else 1 if at == 0 else 2), nearest, -at

    return [messages[at].conversation_id for at in sorted(range(len(messages)), key=rank) if not messages[at].assessed]
