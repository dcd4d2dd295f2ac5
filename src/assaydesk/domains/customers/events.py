"""What customers tell others."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CustomersMerged:
    """Customers became one: what belongs to `source_ids` (outside ids) belongs to `target_id` now."""

    target_id: str
    source_ids: tuple[str, ...]
    actor_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class CustomerChanged:
    """A copy was made, changed or deleted (`deleted`); `fields` are the names of what changed."""

    customer_id: str
    fields: tuple[str, ...]
    actor_id: int | None
    at: datetime
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class ContractChanged:
    """The same for a contract."""

    contract_id: str
    customer_id: str | None
    fields: tuple[str, ...]
    actor_id: int | None
    at: datetime
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class CustomerAnonymised:
    """The copy of a person says nothing about the person any more; `contracts` maps ids to what they became."""

    customer_id: str
    contracts: Mapping[str, str]
    at: datetime
