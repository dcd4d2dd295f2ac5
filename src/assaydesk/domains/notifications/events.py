"""What notifications tell others."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notified:
    """People were told something. `kind` is one of `notifications.types.Kind`."""

    user_ids: tuple[int, ...]
    kind: str
    ticket_id: int | None
