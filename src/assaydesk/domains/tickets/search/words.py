"""Reading what people type into the search (ticket.md 2.1). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from re import compile as regex
from typing import Final

MOST_CHARACTERS: Final = 200
MOST_WORDS: Final = 12
_TERM: Final = regex(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_TICKET_ID: Final = regex(r"#?([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase that a ticket must have, or must not have."""

    text: str
    is_phrase: bool = False
    is_excluded: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    """One bare word of a term, with every word of the tickets that counts as it.

    `common`: the frequent ones; `share`: of the tickets that have one of these, at most.
    """

    term: int
    words: tuple[str, ...]
    common: tuple[str, ...] = ()
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Sought:
    """A query of the search table. `common`: one with the frequent words alone, when many tickets may match it."""

    query: str
    common: str | None = None


def terms_of(q: str) -> list[Term]:
    """The terms in their order; a minus that stands alone says nothing."""
    found = []
    for match in _TERM.finditer(q):
        phrase = match["phrase"]
        text = (match["word"] if phrase is None else phrase).strip()
        if text.strip("-"):
            found.append(Term(text, is_phrase=phrase is not None, is_excluded=bool(match["minus"])))
    return found


def fault_of(q: str) -> tuple[str, str] | None:
    """Code and message of what is wrong with the text, if anything is."""
    if "\0" in q:
        return "bad_format", "A NUL character cannot be searched."
    if len(q) > MOST_CHARACTERS:
        return "too_long", f"At most {MOST_CHARACTERS} characters."
    if len(q.replace('"', " ").split()) > MOST_WORDS:
        return "too_long", f"At most {MOST_WORDS} words."
    if not any(character.isalnum() for character in q):
        return "too_short", "Write at least one word or number."
    return None


def ticket_id_of(terms: Sequence[Term]) -> int | None:
    """The id that a number alone may be."""
    if len(terms) != 1 or terms[0].is_excluded:
        return None
    match = _TICKET_ID.fullmatch(terms[0].text)
    return int(match[1]) if match is not None else None


def sought(
    terms: Sequence[Term], tokens: Mapping[int, Sequence[Token]], *, least: float | None = None
) -> Sought | None:
    """The query of the search table; None when nothing can match, empty when everything does.

    `tokens`: by position of the term, in their order. A term without any says nothing. `least`: the share of all
    tickets that each word must reach for the query to be a frequent one; None: no query is.
    """
    wanted, common, excluded = [], [], []
    may_be_many = least is not None
    for number, term in enumerate(terms):
        parts = tokens.get(number, ())
        if not parts:
            continue
        if not all(token.words for token in parts):
            if not term.is_excluded:
                return None
        elif term.is_excluded:
            excluded.append(f"!({_joined([part.words for part in parts])})")
        else:
            wanted.append(f"({_joined([part.words for part in parts])})")
            may_be_many = may_be_many and least is not None and min(part.share for part in parts) >= least
            common.append(f"({_joined([part.common for part in parts])})")
    if not wanted and not excluded and not any(term.is_excluded for term in terms):
        return None
    query = " & ".join([*wanted, *excluded])
    return Sought(query, " & ".join([*common, *excluded]) if query and may_be_many else None)


def _joined(tokens: Sequence[Sequence[str]]) -> str:
    """Words that follow one another. They hold nothing but letters and digits; the quotes keep them words."""
    return " <-> ".join("(" + " | ".join(f"'{word}'" for word in words) + ")" for words in tokens)
