"""Sentence vectors that are kept in a folder, so that only the first run waits for them."""

from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assaydesk.domains.quality.judging.features import Reading, read_case, texts_of
from assaydesk.domains.quality.judging.passages import names_pattern, passages_of
from assaydesk.domains.quality.judging.types import WorklogCase
from assaydesk.integrations.local_ai.port import Embedder

FOLDER: Final = Path(__file__).parents[2] / ".benchmarks" / "judging"
"""Left out of the repository."""
_BATCH: Final = 32

Vectors = NDArray[np.float32]


class KeptEmbedder:
    """An embedder whose vectors survive the process. `save` writes what is new."""

    def __init__(self, inner: Embedder, folder: Path = FOLDER) -> None:
        self._inner = inner
        self._file = folder / f"{inner.name}.npz"
        self._known: dict[str, Vectors] = {}
        self._new = 0
        if self._file.exists():
            with np.load(self._file) as stored:
                self._known = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))

    @property
    def name(self) -> str:
        return self._inner.name

    def passages(self, texts: Sequence[str]) -> Vectors:
        return self._vectors("p", texts, self._inner.passages)

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self._vectors("q", texts, self._inner.queries)

    def save(self) -> None:
        if self._new:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            np.savez(self._file, keys=np.array(list(self._known)), vectors=np.stack(list(self._known.values())))
            self._new = 0

    def prepare(self, texts: Iterable[str]) -> None:
        """Compute what is missing, texts of like length together, and say how far it is."""
        missing = sorted({text for text in texts if _key("p", text) not in self._known}, key=lambda text: len(text))
        for start in range(0, len(missing), _BATCH * 8):
            self.passages(missing[start : start + _BATCH * 8])
            print(f"\rsentence vectors: {min(start + _BATCH * 8, len(missing))} of {len(missing)}", end="", flush=True)
            self.save()
        if missing:
            print()

    def _vectors(self, kind: str, texts: Sequence[str], embed: Callable[[Sequence[str]], Vectors]) -> Vectors:
        keys = [_key(kind, text) for text in texts]
        missing = list(dict.fromkeys(text for text, key in zip(texts, keys, strict=True) if key not in self._known))
        for start in range(0, len(missing), _BATCH):
            batch = missing[start : start + _BATCH]
            for text, vector in zip(batch, embed(batch), strict=True):
                self._known[_key(kind, text)] = vector
                self._new += 1
        return np.stack([self._known[key] for key in keys])


def read_cases(cases: Sequence[WorklogCase], embedder: KeptEmbedder) -> list[Reading]:
    """Every case as heads read it."""
    texts = [texts_of(case) for case in cases]
    embedder.prepare(text for one in texts for text in (*one.replies, *one.asked))
    return [read_case(case, embedder) for case in cases]


def message_vectors(cases: Sequence[WorklogCase], embedder: KeptEmbedder) -> list[tuple[Vectors, Vectors]]:
    """Sentence vectors of the last message of each case and of the one before it."""
    split = [tuple(_sentences(case, place) for place in (-1, -2)) for case in cases]
    embedder.prepare(text for pair in split for side in pair for text in side)
    return [(embedder.passages(last), embedder.passages(before)) for last, before in split]


def _sentences(case: WorklogCase, place: int) -> list[str]:
    """As `texts_of` gives them, names taken out, so that a sentence that was read before is known."""
    names = names_pattern(case)
    texts = [one.text for one in passages_of([case.messages[place]], least=1)]
    return [text if names is None else names.sub("…", text) for text in texts]


def _key(kind: str, text: str) -> str:
    return blake2b(f"{kind}{text}".encode(), digest_size=16).hexdigest()
