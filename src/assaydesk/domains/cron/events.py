"""What happens to periodic jobs."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CronRunRequested:
    """Somebody wants a periodic job run at once. `name` is the one in the code."""

    name: str
    arguments: Mapping[str, int | str]
