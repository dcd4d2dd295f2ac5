"""Who sees and who changes a saved view (platform.md 13.1)."""

from typing import Any, Final

from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission

NEEDED: Final = {"team": Permission.MANAGE_TEAM_MEMBERS, "all": Permission.UPDATE_CLIENT_SETTINGS}
"""What sharing takes, and what changing a shared view of somebody else takes."""


def may_see(actor: Actor, view: Any) -> bool:
    """One's own, those of one's teams, and those for everybody."""
    if view.owner_id == actor.id or view.visibility == "all":
        return True
    return view.visibility == "team" and bool(actor.team_ids & set(view.team_ids))


def may_edit(actor: Actor, view: Any) -> bool:
    """The owner, and whoever could have shared it."""
    needed = NEEDED.get(view.visibility)
    return view.owner_id == actor.id or (needed is not None and actor.has(needed) and may_see(actor, view))


def right_to_share(actor: Actor, visibility: str) -> Permission | None:
    """The right that is missing, if one is."""
    needed = NEEDED.get(visibility)
    return None if needed is None or actor.has(needed) else needed
