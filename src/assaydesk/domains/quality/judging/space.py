"""The space in which one head decides: blocks of numbers made comparable, each centred and of one mean length.

Nothing here looks at scores, so an example that is left out may have helped to make the space.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from assaydesk.domains.quality.judging.features import FACTS, WORDS, Reading, Vectors, bag_of

BLOCKS: Final = ("facts", "words", "reply", "customer", "focus", "match", "near")
"""Facts and likeness to the criterion; words; mean of the replies and of the customer's sentences; the passages
that are most like the criterion; replies and customer together; the nearest passage to each of some typical ones."""
LANDMARKS: Final = 96
_POOL: Final = 2000
_ROUNDS: Final = 4
_SHARPNESS: Final = 40.0
_LIKENESS: Final = 4


@dataclass(frozen=True, slots=True)
class Space:
    anchors: Vectors
    middle: Vectors
    """Mean of all passages; what is common to every sentence says nothing."""
    landmarks: Vectors
    rarity: Vectors
    centre: Vectors
    scale: Vectors

    def rows(self, readings: Sequence[Reading]) -> Vectors:
        raw = np.stack([self._raw(reading) for reading in readings])
        return self._placed(raw)

    def row(self, reading: Reading, without: int | None = None) -> Vectors:
        """`without`: the passage that is left out."""
        return self._placed(self._raw(reading, without))

    def parts(self) -> Mapping[str, slice]:
        """Where each block stands in a row."""
        size = self.middle.shape[0]
        sizes = (FACTS + _LIKENESS, WORDS, size, size, size, size, len(self.landmarks))
        ends = np.cumsum(sizes)
        return {name: slice(int(end) - length, int(end)) for name, length, end in zip(BLOCKS, sizes, ends, strict=True)}

    def as_dict(self) -> dict[str, Any]:
        return {name: _packed(getattr(self, name)) for name in self.__slots__}

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> "Space":
        return Space(**{name: _unpacked(data[name]) for name in Space.__slots__})

    def _placed(self, raw: Vectors) -> Vectors:
        placed = (raw - self.centre) * self.scale
        facts = slice(0, FACTS + _LIKENESS)
        # One strange number must not outweigh everything else that is known of a case.
        bound = 3.0 / np.sqrt(FACTS + _LIKENESS)
        placed[..., facts] = np.clip(placed[..., facts], -bound, bound)
        return np.asarray(placed, dtype=np.float32)

    def _raw(self, reading: Reading, without: int | None = None) -> Vectors:
        keep = [at for at in range(len(reading.passages)) if at != without]
        size = self.middle.shape[0]
        vectors = reading.vectors[keep] if keep else np.zeros((0, size), dtype=np.float32)
        moved = vectors - self.middle
        reply = moved.mean(axis=0) if keep else np.zeros(size, dtype=np.float32)
        customer = (reading.asked - self.middle).mean(axis=0) if len(reading.asked) else np.zeros(size, np.float32)
        like = (vectors @ self.anchors.T).max(axis=1) if keep and len(self.anchors) else np.zeros(len(keep), np.float32)
        focus = reply
        if keep and len(self.anchors):
            weight = np.exp(_SHARPNESS * (like - like.max()))
            focus = (weight / weight.sum()) @ moved
        near = np.zeros(len(self.landmarks), dtype=np.float32)
        if keep and len(self.landmarks):
            near = np.maximum(_unit(moved) @ self.landmarks.T, 0.0).max(axis=0) ** 2
        best = np.sort(like)[::-1]
        likeness = (best[0], best[:2].mean(), best.mean(), like[-1]) if keep else (0.0,) * _LIKENESS
        bag = bag_of([reading.words[at] for at in keep]) * self.rarity
        length = float(np.linalg.norm(bag)) or 1.0
        parts = (reading.facts, np.array(likeness), bag / length, reply, customer, focus, reply * customer, near)
        return np.concatenate(parts).astype(np.float32)


def make_space(readings: Sequence[Reading], anchors: Vectors) -> Space:
    """The space of these cases."""
    pool = np.concatenate([reading.vectors for reading in readings if len(reading.passages)] or [anchors])
    if len(pool) > _POOL:
        pool = pool[np.linspace(0, len(pool) - 1, _POOL).astype(int)]
    middle = pool.mean(axis=0)
    seen = np.sum([bag_of(reading.words) for reading in readings], axis=0)
    rarity = np.where(seen > 0, np.log((len(readings) + 1) / (seen + 0.5)), 0.0)
    size = FACTS + _LIKENESS + WORDS + 4 * len(middle)
    landmarks = _typical(_unit(pool - middle))
    blank = Space(
        anchors.astype(np.float32),
        middle.astype(np.float32),
        landmarks,
        np.maximum(rarity, 0.0).astype(np.float32),
        np.zeros(size + len(landmarks), dtype=np.float32),
        np.ones(size + len(landmarks), dtype=np.float32),
    )
    raw = np.stack([blank._raw(reading) for reading in readings])
    centre = raw.mean(axis=0)
    scale = np.ones_like(centre)
    for name, part in blank.parts().items():
        block = raw[:, part] - centre[part]
        if name == "facts":
            spread = block.std(axis=0)
            usual = np.where(spread > 1e-6, spread, 1.0)
            scale[part] = np.where(spread > 1e-6, 1.0, 0.0) / usual / np.sqrt(block.shape[1])
        else:
            scale[part] = 1.0 / max(1e-6, float(np.sqrt((block**2).sum(axis=1).mean())))
    return Space(blank.anchors, blank.middle, landmarks, blank.rarity, centre, scale.astype(np.float32))


def _typical(units: Vectors) -> Vectors:
    """Middles of groups of like passages, found from a fixed beginning, so that the same passages give the same."""
    count = min(LANDMARKS, len(units))
    middles = units[np.linspace(0, len(units) - 1, count).astype(int)]
    for _ in range(_ROUNDS):
        nearest = (units @ middles.T).argmax(axis=1)
        sums = np.zeros_like(middles)
        np.add.at(sums, nearest, units)
        filled = np.bincount(nearest, minlength=count) > 0
        middles = np.where(filled[:, None], _unit(sums), middles)
    return np.asarray(middles, dtype=np.float16).astype(np.float32)


def _unit(rows: NDArray[Any]) -> Vectors:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 1e-9, lengths, 1.0), dtype=np.float32)


def _packed(array: Vectors) -> dict[str, Any]:
    return {"shape": list(array.shape), "values": np.ascontiguousarray(array, dtype="<f4").tobytes()}


def _unpacked(data: Mapping[str, Any]) -> Vectors:
    return np.frombuffer(data["values"], dtype="<f4").reshape(data["shape"]).astype(np.float32)
