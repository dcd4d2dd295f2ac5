"""What templates ask of others: the values of their variables, and who uses them."""

from typing import Any, Final

from assaydesk.platform.events import Slot

TEMPLATE_VARIABLES: Final[Slot[int, dict[str, Any]]] = Slot("template.variables")
"""Ticket id -> what templates may say about it (`ticket`, `in`, `customer`, `contract`, `intent`, `agent`,
`subchannel`), for a caller who may see it."""

CONTRACT_VARIABLES: Final[Slot[str, dict[str, Any]]] = Slot("template.contract")
"""Contract id -> the contract."""

TEMPLATE_USES: Final[Slot[int, list[int]]] = Slot("template.uses.aiAgent")
"""Template id -> AI agents that refer to it."""

AI_AGENT_TAG: Final[Slot[str, int]] = Slot("template.aiAgentTag")
"""Id or code of an AI agent -> its tag."""
