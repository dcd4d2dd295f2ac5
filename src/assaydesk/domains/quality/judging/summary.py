"""A summary without a model: facts and the first words of both sides, always the same for the same case."""

from collections.abc import Sequence
from typing import Final

from assaydesk.domains.quality.judging.rules.findings import own_text, sentences
from assaydesk.domains.quality.judging.types import CaseMessage, Role, Verdict, WorklogCase
from assaydesk.domains.quality.judging.wording import sentence

_MAX_QUOTE: Final = 160
_MIN_WORDS: Final = 4


def extractive_summary(case: WorklogCase, verdicts: Sequence[Verdict], language: str) -> str:
    """Empty when nothing was judged."""
    if not verdicts:
        return ""
    parts = []
    if case.worklog_id:
        # A draft is no work yet: nothing was sent, and no time was taken.
        minutes = max(1, round(case.duration_seconds / 60))
        parts.append(sentence("summary.work", language, {"count": len(case.replies), "minutes": minutes}))
    asked = [message for message in case.messages if message.role is Role.CUSTOMER]
    for wording, messages in (("summary.asked", asked[:1]), ("summary.answered", case.replies[-1:])):
        if messages and (quote := _telling_sentence(messages[0])):
            parts.append(sentence(wording, language, {"quote": quote}))
    scored = [verdict for verdict in verdicts if verdict.score is not None]
    waiting = sum(verdict.abstained for verdict in verdicts)
    met = sum(verdict.score != 0 for verdict in scored)
    if scored:
        parts.append(sentence("summary.scored", language, {"met": met, "count": len(scored)}))
    if waiting:
        parts.append(sentence("summary.waiting", language, {"count": waiting}))
    return " ".join(parts)


def _telling_sentence(message: CaseMessage) -> str:
    """The first sentence that says something, in one line."""
    text = own_text(message)
    found = [" ".join(text[start:end].split()) for start, end in sentences(text)]
    quote = next((line for line in found if len(line.split()) >= _MIN_WORDS), found[0] if found else "")
    return quote if len(quote) <= _MAX_QUOTE else quote[: _MAX_QUOTE - 1] + "…"
