"""An embedder that remembers: the same greeting comes back in a thousand conversations."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from threading import Lock
from typing import TYPE_CHECKING, Final

import numpy as np

from assaydesk.integrations.local_ai.port import Embedder

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

_CAPACITY: Final = 20_000
"""Vectors kept by a process: about 30 MB."""
_BATCH: Final = 32
"""Texts of one call of the engine; between batches other threads get their turn."""


class CachedEmbedder:
    def __init__(self, inner: Embedder, capacity: int = _CAPACITY) -> None:
        self._inner = inner
        self._capacity = capacity
        self._known: OrderedDict[bytes, NDArray[float32]] = OrderedDict()
        self._lock = Lock()
        self._computing = Lock()

    @property
    def name(self) -> str:
        return self._inner.name

    def passages(self, texts: Sequence[str]) -> "NDArray[float32]":
        return self._vectors("p", texts, self._inner.passages)

    def queries(self, texts: Sequence[str]) -> "NDArray[float32]":
        return self._vectors("q", texts, self._inner.queries)

    def _vectors(
        self, kind: str, texts: Sequence[str], embed: "Callable[[Sequence[str]], NDArray[float32]]"
    ) -> "NDArray[float32]":
        keys = [_key(kind, text) for text in texts]
        found: dict[bytes, NDArray[float32]] = {}
        self._recall(keys, found)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        # Texts of like length together: the engine works in step, and a short one waits for the longest of its batch.
        waiting = sorted(missing, key=lambda key: len(missing[key]))
        for start in range(0, len(waiting), _BATCH):
            # One thread at a time, and what another one has just computed is taken from it: several scorecards are
            # asked about the same sentences at the same moment.
            with self._computing:
                self._recall(waiting[start : start + _BATCH], found)
                batch = [key for key in waiting[start : start + _BATCH] if key not in found]
                if batch:
                    found.update(zip(batch, embed([missing[key] for key in batch]), strict=True))
                    self._keep({key: found[key] for key in batch})
        return np.stack([found[key] for key in keys]) if keys else np.zeros((0, 0), dtype=np.float32)

    def _recall(self, keys: Iterable[bytes], found: "dict[bytes, NDArray[float32]]") -> None:
        with self._lock:
            for key in keys:
                if key in self._known:
                    self._known.move_to_end(key)
                    found[key] = self._known[key]

    def _keep(self, vectors: "dict[bytes, NDArray[float32]]") -> None:
        with self._lock:
            for key, vector in vectors.items():
                # A copy, because a row alone would keep its whole batch alive.
                self._known[key] = vector.copy()
            while len(self._known) > self._capacity:
                self._known.popitem(last=False)


def _key(kind: str, text: str) -> bytes:
    return blake2b(f"{kind}{text}".encode("utf-8", "surrogatepass"), digest_size=16).digest()
