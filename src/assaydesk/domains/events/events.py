"""What the event log tells others."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeliveriesWaiting:
    """Hooks have something to be told, or to be told again."""

    hook_ids: tuple[int, ...]
