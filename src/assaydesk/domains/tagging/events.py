"""What tagging tells others."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IncomingHandled:
    """A new ticket was read by rules and model; people can take it now. `status`: `done`, `failed`, `skipped`."""

    ticket_id: int
    status: str
