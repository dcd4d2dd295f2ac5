"""Does a criterion ask for two things at once? Rules over words, for English and German. Pure.

One score for two demands cannot say which of them failed. The rules rather miss one than cry wolf: "and" alone proves
nothing, so both sides must make a demand of their own.
"""

import re
from typing import Final

from assaydesk.domains.quality.scorecards.lint_words import (
    ADVERBS,
    AUXILIARIES,
    BASES_EN,
    CONCEPTS,
    INFINITIVES_DE,
    PAIRS,
    SUBORDINATE,
    VERBS_DE,
    VERBS_EN,
)

_SENTENCE: Final = re.compile(r"(?<=[.;!?:])\s+|\n+|\s+–\s+")
_AND: Final = re.compile(r"\s+(?:and|und|sowie|as well as|&)\s+", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W\d_][\w'’-]*")
_TOLD: Final = frozenset({"whether", "what", "how", "ob", "was", "wie"})
"""After these comes what is told or asked; it stands for the object of the verb before."""
_NUMBERS: Final = re.compile(r"(?:between|zwischen)\s+\S+\s*$", re.IGNORECASE)


def second_demand(label: str, description: str) -> str | None:
    """The words in which a second demand is joined to a first one; None when there is one demand.

    The label tells what the criterion is about, so it is looked at first.
    """
    for text in (label, description):
        for sentence in _SENTENCE.split(text):
            found = _joined(_main_clause(sentence))
            if found is not None:
                return found
    return None


def _main_clause(sentence: str) -> str:
    """Without conditions, purposes and reported speech: "and" in them joins no demands."""
    text = sentence.strip().rstrip(".;!?:")
    start = SUBORDINATE.match(text)
    if start is not None:
        _, comma, rest = text.partition(",")
        return _main_clause(rest) if comma else ""
    later = SUBORDINATE.search(text)
    if later is None:
        return text
    before, after = text[: later.start()], text[later.end() :]
    # ", and" after the part goes on with the main clause: "asks what happened, and offers help".
    back = re.search(r",\s+(and|und|sowie)\s+", after)
    tail = "" if back is None else f" {back.group(1)} {SUBORDINATE.split(after[back.end() :])[0]}"
    told = " it" if not tail and later.group().lower() in _TOLD else ""
    return before.rstrip(" ,") + told + tail


def _joined(clause: str) -> str | None:
    for joint in _AND.finditer(clause):
        left, right = clause[: joint.start()], clause[joint.end() :]
        if _NUMBERS.search(left) or not right.strip():
            continue
        if _two_concepts(left, right) or _two_actions(left, right):
            return f"{_last(left)}{clause[joint.start() : joint.end()]}{_first(right)}"
    return None


def _two_concepts(left: str, right: str) -> bool:
    """ "Greeting and identification", "correct and complete": two things that are judged, and not one by two names."""
    before, after = [word.lower() for word in _WORD.findall(left)], [word.lower() for word in _WORD.findall(right)]
    if not before or not after or any({before[-1], after[0]} == pair for pair in PAIRS):
        return False
    one = _group(before[-1])
    others = [_group(word) for word in after[:2]]
    other = next((group for group in others if group is not None), None)
    return one is not None and other is not None and one != other


def _group(word: str) -> str | None:
    """Also of German words with an ending: "korrekte", "vollständiger"."""
    for cut in range(3):
        found = CONCEPTS.get(word[: len(word) - cut] if cut else word)
        if found is not None and (not cut or word[-cut:] in {"e", "er", "en", "es", "em"}):
            return found
    return None


def _two_actions(left: str, right: str) -> bool:
    """Both sides do something: "greets the customer and asks for the matter", "Kunden begrüßen und Anliegen klären"."""
    after = _WORD.findall(right)
    position = 0
    while position < len(after) - 1 and after[position].lower() in ADVERBS:
        position += 1
    rest = after[position:]
    before = _WORD.findall(left)
    if not rest or not before:
        return False
    return _english(before, rest) or _german(before, rest)


def _english(before: list[str], after: list[str]) -> bool:
    first = after[0].lower()
    has_object = len(after) > 1 and after[1].lower() != "of"
    doing = any(word.lower() in VERBS_EN for word in before)
    if has_object and first in VERBS_EN and (doing or _helped(before)):
        return True
    # An order: "Greet the customer and confirm the identity".
    if has_object and first in BASES_EN and before[0].lower() in BASES_EN:
        return True
    # A clause with its own subject: "the reply is polite and the next step is named".
    own = first in {"the", "it", "they", "all", "every"} and any(
        word.lower() in AUXILIARIES | VERBS_EN for word in after[1:6]
    )
    return own and (doing or _helped(before))


def _german(before: list[str], after: list[str]) -> bool:
    """Nouns are capitalised, so that a small letter shows a verb."""
    doing = any(word in VERBS_DE for word in before)
    if after[0] in VERBS_DE and (doing or _helped(before)):
        return len(after) > 1
    if before[-1] in INFINITIVES_DE and any(word in INFINITIVES_DE for word in after[:6]):
        return True
    own = after[0].lower() in {"der", "die", "das", "es", "sie", "er", "ein", "eine", "alle", "jede"}
    return own and any(word in AUXILIARIES | VERBS_DE for word in after[1:6]) and (doing or _helped(before))


def _helped(words: list[str]) -> bool:
    return any(word.lower() in AUXILIARIES for word in words)


def _last(text: str) -> str:
    return " ".join(text.split()[-3:])


def _first(text: str) -> str:
    return " ".join(text.split()[:4])
