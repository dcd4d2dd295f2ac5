"""Bounds that say something about the code and nothing about the machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import process_time

MOST_SECONDS = 60
"""The inputs of these tests take a second or two. Work that grows with the square of them takes many minutes."""


@contextmanager
def worked_through(most: float = MOST_SECONDS) -> Iterator[None]:
    """What is inside comes to its end with a bounded amount of work.

    Counted is the time of the processor for this process, not that of the clock: how busy the machine is makes no
    difference, and the bound is far above what a slow one needs.
    """
    begin = process_time()
    yield
    used = process_time() - begin
    assert used < most, f"{used:.0f} seconds of work"
