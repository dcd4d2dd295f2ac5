"""One change of a ticket under way: the row before, the row after, what is wrong with it.

A state is a row of `tickets` as a dictionary, with `tag_ids`, a sorted tuple, beside its columns.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from assaydesk.domains.tickets.sla import Terms
from assaydesk.domains.tickets.types import TagFacts
from assaydesk.platform.errors import FieldError
from assaydesk.platform.schema import camel
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission

State: TypeAlias = dict[str, Any]

STATE_COLUMNS: Final = (
    "id", "version", "status", "priority", "priority_was_set_manually", "spam_status", "is_escalated", "closed_at",
    "auto_execute_at", "due_by", "due_by_was_set_manually", "due_by_before_pending", "due_by_before_pending_was_manual",
    "due_by_defers", "due_by_before_pending_defers", "escalated_for", "pending_since", "first_response_due_by",
    "first_response_was_set_manually", "first_response_at", "sla_started_at", "sla_due_at", "sla_paused_seconds",
    "customer_id", "contract_id", "customer_legitimation", "agent_id", "assigned_agent_ids", "responder_id",
    "last_customer_message_at", "merged_into_ticket_id",
)  # fmt: skip
"""The columns that the rules read; a patch adds those that it names."""


class UnknownRow(FieldError):
    """A patch names a row that does not exist."""


class NoDeferral(FieldError):
    """A ticket is to wait without a date to wait for."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What one request needs to know beside the tickets. `profiles`, `subchannels`: those that exist."""

    now: datetime
    actor: Actor
    terms: Terms
    tags: Mapping[int, TagFacts] = field(default_factory=dict)
    profiles: Collection[int] = ()
    subchannels: Collection[int] = ()
    pending_default: timedelta = timedelta(days=7)
    contract_customers: Mapping[str, str] = field(default_factory=dict)
    """Contract id -> the customer who has it, as far as that is known."""


@dataclass(slots=True)
class Outcome:
    """The row afterwards. `fields`: column -> (old, new); `by_hand`: those that the caller asked for.

    Nothing may be written when there are `faults` or `missing_rights`.
    """

    state: State
    fields: dict[str, tuple[Any, Any]]
    by_hand: frozenset[str]
    faults: list[FieldError]
    missing_rights: list[Permission]


class Work:
    """One change under way."""

    __slots__ = ("facts", "faults", "missing", "new", "old", "path", "recompute", "values")

    def __init__(self, state: State, facts: Facts, values: Mapping[str, Any], path: str = "") -> None:
        self.old, self.new = state, dict(state)
        self.facts, self.values, self.path = facts, values, path
        self.faults: list[FieldError] = []
        self.missing: list[Permission] = []
        self.recompute = False

    def fault(self, column: str, code: str, message: str) -> None:
        self.faults.append(FieldError(self.path + camel(column), code, message))

    def unknown(self, column: str, what: str) -> None:
        self.faults.append(UnknownRow(self.path + camel(column), "unknown", f"{what} does not exist."))

    def needs(self, right: Permission | None) -> None:
        if right is not None:
            self.missing.append(right)

    def done(self, asked: frozenset[str] = frozenset()) -> Outcome:
        old = self.old
        fields = {
            name: (old[name], value)
            for name, value in self.new.items()
            if value is not old[name] and value != old[name]
        }
        return Outcome(self.new, fields, asked & fields.keys(), self.faults, self.missing)
