"""What teams tell, and what only others know about them."""

from dataclasses import dataclass
from typing import Final

from assaydesk.platform.events import Slot
from assaydesk.platform.security.actor import Actor


@dataclass(frozen=True, slots=True)
class TeamSettingsChosen:
    """Published before a team is stored. Who knows people and roles refuses unknown ones, and foreign rights.

    `roles`: the roles that the team hands down before and after, without None; empty when that does not change.
    """

    actor: Actor
    leader_ids: tuple[int, ...]
    roles: tuple[int, ...]
    new_role_id: int | None


@dataclass(frozen=True, slots=True)
class TeamDeleted:
    team_id: int


TEAM_MEMBERS: Slot[int, tuple[int, ...]] = Slot("team.members")
"""Ids of the members of each team, deleted people left out."""

TEAMS_OF_USER: Slot[int, tuple[int, ...]] = Slot("user.teams")
"""Ids of the teams that each user belongs to, inactive teams included."""

TEAM_USES: Final[dict[str, Slot[int, list[int]]]] = {name: Slot(f"team.uses.{name}") for name in ("scorecard",)}
"""Team id -> ids of the rows that name it; one slot a kind, filled by the domain that owns the kind."""
