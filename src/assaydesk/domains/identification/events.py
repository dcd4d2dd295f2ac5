"""What identification tells others."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IdentificationDue:
    """It is to be found out who wrote these tickets."""

    ticket_ids: tuple[int, ...]
