"""The generated conversations say what their labels say, and the halves have nothing in common."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from re import compile as regex
from re import escape
from typing import Any

import pytest

from assaydesk.domains.quality.judging.types import Role
from benchmarks.judging.criteria import ATTACHMENT, CARE, GREETING, IDENTITY, LEARNED, PROMISE, RULED
from benchmarks.judging.generator import HARD, KINDS, TEMPLATES, Conversation, conversations, words_of

COUNT = 240
_END = regex(r"(?<=[a-zäöüß][.!?])\s+|\n+|(?<=[a-z]),$")


@pytest.fixture(scope="module")
def halves() -> tuple[Sequence[Conversation], Sequence[Conversation]]:
    return tuple(conversations("train", COUNT)), tuple(conversations("test", COUNT))


def sentences(found: Sequence[Conversation]) -> set[str]:
    """What was written, sentence by sentence, without figures."""
    pieces = (piece for one in found for message in one.case.messages for piece in _END.split(message.text))
    plain = (" ".join(regex(r"[\d:.,!?\"-]+").sub(" ", piece).casefold().split()) for piece in pieces)
    return {piece for piece in plain if len(piece.split()) > 1}


def test_the_same_seed_gives_the_same_conversations(
    halves: tuple[Sequence[Conversation], Sequence[Conversation]],
) -> None:
    assert tuple(conversations("train", 20)) == tuple(halves[0][:20])
    assert tuple(conversations("train", 20, seed=1)) != tuple(halves[0][:20])


def test_the_halves_share_no_sentence_and_no_template(
    halves: tuple[Sequence[Conversation], Sequence[Conversation]],
) -> None:
    train, test = halves
    assert not sentences(train) & sentences(test)
    assert not {wording for one in train for wording in one.sentences} & {
        wording for one in test for wording in one.sentences
    }
    assert not {one.topic for one in train} & {one.topic for one in test}
    names = {half: {template.name for template in templates} for half, templates in TEMPLATES.items()}
    assert not names["train"] & names["test"]


def test_no_wording_of_any_pool_stands_in_both_halves() -> None:
    """Also those that were not drawn."""
    for language in ("de", "en"):
        train, test = (set(wordings(words_of(half, language))) for half in ("train", "test"))
        assert min(len(train), len(test)) > 150
        assert not train & test


def wordings(found: Any) -> Iterator[str]:
    """Every text of a file of words, at any depth."""
    if isinstance(found, str):
        yield found
    elif not isinstance(found, bool):
        for one in found.values() if isinstance(found, dict) else found:
            yield from wordings(one)


def test_every_kind_occurs_in_both_languages_hard_ones_included(
    halves: tuple[Sequence[Conversation], Sequence[Conversation]],
) -> None:
    for half in halves:
        for language in ("de", "en"):
            for key, kinds in KINDS.items():
                seen = Counter(one.kinds[key] for one in half if one.language == language)
                assert set(seen) == set(kinds), (key, language)
                assert sum(seen[kind] for kind in HARD[key]) >= 10
        assert Counter(one.injected for one in half).keys() == {"none", "trap", "injection"}


def test_each_criterion_has_labels_of_every_sort(
    halves: tuple[Sequence[Conversation], Sequence[Conversation]],
) -> None:
    for half in halves:
        for criterion in (*LEARNED, *RULED):
            seen = Counter(one.labels[criterion.id] for one in half)
            scores = {score for score in seen if score is not None}
            assert max(seen.values()) < 0.8 * COUNT, criterion.label
            assert scores == ({Decimal(n) for n in range(5)} if criterion.id == CARE else {Decimal(0), Decimal(5)})
            if criterion.id in (IDENTITY, PROMISE, CARE, ATTACHMENT):
                assert seen[None] >= 30


def test_labels_follow_from_what_was_written(
    halves: tuple[Sequence[Conversation], Sequence[Conversation]],
) -> None:
    """Read back with other means than those that wrote it."""
    for half in halves:
        for one in half:
            words = words_of(one.half, one.language)
            replies = [message for message in one.case.messages if message.assessed]
            greetings = [
                regex(r"\\\{\w+\\\}").sub(".+", escape(wording))
                for wording in (*words["salutation"], *words["salutation_odd"])
            ]
            greets = any(regex(wording).match(replies[0].text) for wording in greetings)
            assert greets == bool(one.labels[GREETING]), one.name
            promised = [wording for pool in ("promise_dated", "promise_words") for wording in words[pool]]
            assert (one.labels[PROMISE] == 5) == any(wording in one.sentences for wording in promised)
            assert any(message.attachments for message in replies) == (one.labels[ATTACHMENT] == 5)
            assert not any("{" in message.text or "<" in message.text.replace("<!--", "") for message in replies)
            assert one.case.messages[0].role is Role.CUSTOMER
