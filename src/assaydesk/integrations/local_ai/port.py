"""The door to sentence vectors that need no network."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray


class Embedder(Protocol):
    """Texts to unit vectors, so that a product is a cosine. Slow: call it in a thread, never on the event loop.

    Safe to call from several threads.
    """

    @property
    def name(self) -> str:
        """What made the vectors; vectors of different names are not comparable."""

    def passages(self, texts: Sequence[str]) -> "NDArray[float32]":
        """One row a text that is to be found."""

    def queries(self, texts: Sequence[str]) -> "NDArray[float32]":
        """One row a text that is looked for."""
