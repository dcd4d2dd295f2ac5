"""Counterfactual conversations: the same work with other people in it. Pure; the same seed gives the same words.

What is changed should not matter to a fair judge: names, gender, dialect, formality. Agent texts are touched only where
they name or address somebody, never in what they say. Names and gender change alike in all messages, so that quotes
still agree with what they quote; the customer's spelling changes in own lines only. Addresses are never touched.
"""

import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from assaydesk.domains.quality.fairness.types import Swap
from assaydesk.domains.quality.fairness.words import DIALECT, FORMAL, GENDER_WORDS, NAMES
from assaydesk.domains.quality.judging.types import CaseMessage, Role, WorklogCase

_PROTECTED: Final = re.compile(r"\S+@\S+|https?://\S+|www\.\S+")
_GERMAN: Final = re.compile(r"\b(?:ich|nicht|und|der|die|das|Sie|ist|bitte|mit|für)\b")
_ENGLISH: Final = re.compile(r"\b(?:I|not|and|the|you|is|please|with|for|my)\b")
_HOMES: Final = {
    name: (origin, gender) for origin, genders in NAMES.items() for gender, names in genders.items() for name in names
}
_SENTENCE: Final = re.compile(r"(^|[.!?]\s+)([A-ZÄÖÜ])(?=[a-zäöüß])", re.M)

Change = Callable[[str], str]


def counterfactual(case: WorklogCase, kind: Swap, seed: int) -> WorklogCase | None:
    """The case with one thing changed; None when there was nothing to change."""
    if kind is Swap.NAMES:
        changed = _everywhere(case, _swapping(_new_names(case, seed, other_origin=True)))
    elif kind is Swap.GENDER:
        names = _new_names(case, seed, other_origin=False)
        changed = _everywhere(case, _swapping({**names, **_gender_words(case)}))
    elif kind is Swap.DIALECT:
        changed = _by_customer(case, lambda text: _dialect(text))
    else:
        changed = _by_customer(case, lambda text: _formality(text))
    return None if _texts(changed) == _texts(case) else changed


def language_of(text: str) -> str:
    """`de` or `en`, by the more common small words."""
    return "de" if len(_GERMAN.findall(text)) > len(_ENGLISH.findall(text)) else "en"


def _texts(case: WorklogCase) -> list[str]:
    return [message.text for message in case.messages]


def _everywhere(case: WorklogCase, change: Change) -> WorklogCase:
    """In all messages, and in the terms that are masked for a model: these have to be found in the new texts too."""
    terms = tuple(sorted({_outside(change, term) for term in case.customer_terms}))
    agents = tuple(sorted({_outside(change, term) for term in case.agent_terms}))
    messages = tuple(_rewritten(message, change) for message in case.messages)
    subject = None if case.subject is None else _outside(change, case.subject)
    return replace(case, messages=messages, customer_terms=terms, agent_terms=agents, subject=subject)


def _by_customer(case: WorklogCase, change: Change) -> WorklogCase:
    """In what customers wrote themselves: lines that begin with `>` are words of others."""

    def own_lines(text: str) -> str:
        parts = re.split(r"(^>.*$)", text, flags=re.M)
        return "".join(part if part.startswith(">") else change(part) for part in parts)

    messages = tuple(
        _rewritten(message, own_lines) if message.role is Role.CUSTOMER else message for message in case.messages
    )
    return replace(case, messages=messages)


def _rewritten(message: CaseMessage, change: Change) -> CaseMessage:
    return replace(message, text=_outside(change, message.text))


def _outside(change: Change, text: str) -> str:
    """The text with everything changed but addresses."""
    parts, at = [], 0
    for found in _PROTECTED.finditer(text):
        parts += [change(text[at : found.start()]), found.group()]
        at = found.end()
    return "".join((*parts, change(text[at:])))


def _swapping(words: Mapping[str, str]) -> Change:
    """Exchange whole words, all at once, so that no word is changed twice."""
    if not words:
        return lambda text: text
    pattern = _pattern(words)
    return lambda text: pattern.sub(lambda found: words[found.group()], text)


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    longest = sorted(words, key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(re.escape(word) for word in longest) + r")(?!\w)")


def _new_names(case: WorklogCase, seed: int, *, other_origin: bool) -> dict[str, str]:
    """A new name for each listed first name of the conversation: of another origin, or of the other gender.

    Each name gets one of its own that does not occur, so that two people stay two.
    """
    text = "\n".join(_texts(case))
    present = [name for name in sorted(_HOMES) if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)]
    draw = random.Random(f"{seed}:{case.worklog_id}:{other_origin}")
    taken, found = set(present), dict[str, str]()
    origins = {_HOMES[name][0] for name in present}
    target = draw.choice(sorted(set(NAMES) - origins) or sorted(NAMES)) if other_origin else None
    for name in present:
        origin, gender = _HOMES[name]
        wanted = gender if other_origin else _other(gender)
        choices = [one for one in NAMES[target or origin][wanted] if one not in taken]
        if choices:
            found[name] = draw.choice(choices)
            taken.add(found[name])
    return found


def _other(gender: str) -> str:
    return "male" if gender == "female" else "female"


def _gender_words(case: WorklogCase) -> dict[str, str]:
    """Salutations and pronouns to the other gender.

    `Herr` after `an` or `Herrn` as an address is another case of the noun and goes to `Frau` as well.
    """
    words: dict[str, str] = {"Herrn": "Frau"}
    for female, male in GENDER_WORDS:
        words.setdefault(female, male)
        words.setdefault(male, female)
    # An address to whoever reads it names nobody's gender.
    words |= {"Sir or Madam": "Sir or Madam"}
    text = "\n".join(_texts(case))
    return {word: other for word, other in words.items() if word in text}


def _dialect(text: str) -> str:
    """Regional forms first, then no capitals at the beginnings of sentences."""
    changed = _replaced(text, DIALECT[language_of(text)])
    return _SENTENCE.sub(lambda found: found.group(1) + found.group(2).lower(), changed)


def _formality(text: str) -> str:
    """From formal to informal where the formal prevails, else the other way round."""
    pairs = FORMAL[language_of(text)]
    formal, informal = (len(_pattern(pair[side] for pair in pairs).findall(text)) for side in (0, 1))
    if formal >= informal:
        return _replaced(text, pairs)
    backwards: dict[str, str] = {}
    for polite, casual in pairs:
        backwards.setdefault(casual, polite)
    return _replaced(text, tuple(backwards.items()))


def _replaced(text: str, pairs: Sequence[tuple[str, str]]) -> str:
    return _swapping(dict(pairs))(text)
