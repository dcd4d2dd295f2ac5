"""Who uses what belongs to code."""

from typing import Any

from assaydesk.platform.events import Slot

SECRET_USES: Slot[str, list[dict[str, Any]]] = Slot("secret.uses")
"""Key of a secret -> what names it, as `{"type", "id", "name"}`. Filled by event hooks."""
