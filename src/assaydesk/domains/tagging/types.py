"""What the detection of tags works on (tags.md 2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final


class Method(StrEnum):
    """Ways in which a tag is set. `DEFAULT`: no skill tag was found, and this is the one for that case."""

    CHANNEL = "assignByChannel"
    SUBCHANNEL = "assignBySubchannel"
    TICKET = "assignByTicketProperty"
    CONTRACT = "assignByContractProperty"
    CUSTOMER = "assignByCustomerProperty"
    CUSTOM = "assignByCustomLogic"
    AI = "assignByAI"
    DEFAULT = "defaultSkill"


BY_CONDITION: Final = frozenset({Method.TICKET, Method.CONTRACT, Method.CUSTOMER})
SET_BY: Final[Mapping[Method, str]] = {
    Method.CHANNEL: "channel",
    Method.SUBCHANNEL: "channel",
    Method.AI: "ai",
}
"""What a ticket notes about who set a tag; a rule did where nothing stands here."""

THRESHOLD: Final = 0.6


@dataclass(frozen=True, slots=True)
class TagRule:
    """A tag with its ways of being detected. `details` are its `detectionDetails`."""

    id: int
    name: str
    is_skill: bool = False
    is_default_skill: bool = False
    methods: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    subchannels: frozenset[int] = frozenset()
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def wants_ai(self) -> bool:
        return Method.AI in self.methods

    @property
    def threshold(self) -> float:
        """The least confidence, 0..1."""
        value = self.details.get("threshold")
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            return THRESHOLD
        return float(value)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A ticket, or a text alone. `data`: what conditions may ask; `skills`: skill tags it carries already."""

    text: str
    channel: str | None = None
    subchannel_id: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    has_skill: bool = False


@dataclass(frozen=True, slots=True)
class Detected:
    """A tag that applies. `confidence` 0..1, 1 for rules."""

    tag_id: int
    name: str
    confidence: float
    method: Method
