"""Vectors from hashed character n-grams: where the language model's wheel does not exist, and for tests.

They know spelling, not meaning: near words in the same language come out alike.
"""

from collections.abc import Sequence
from re import compile as regex
from typing import TYPE_CHECKING, Final
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

_DIMENSION: Final = 512
_WORD: Final = regex(r"\w+")
_SIZES: Final = (3, 4)


class HashedEmbedder:
    name = "hashed-1"

    def passages(self, texts: Sequence[str]) -> "NDArray[float32]":
        rows = np.zeros((len(texts), _DIMENSION), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for gram in _grams(text):
                value = crc32(gram.encode("utf-8", "surrogatepass"))
                row[value % _DIMENSION] += 1.0 if value & 0x8000_0000 else -1.0
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        rows /= np.where(norms > 0, norms, 1.0)
        return rows

    def queries(self, texts: Sequence[str]) -> "NDArray[float32]":
        return self.passages(texts)


def _grams(text: str) -> list[str]:
    grams: list[str] = []
    for word in _WORD.findall(text.casefold()):
        padded = f"<{word}>"
        grams.append(padded)
        grams += [padded[at : at + size] for size in _SIZES for at in range(len(padded) - size + 1)]
    return grams
