"""A stored scorecard as the API shows it (quality.md 2.1)."""

from collections.abc import Mapping, Sequence
from typing import Any

from assaydesk.domains.quality.scorecards.repository import KnownIds, Stored
from assaydesk.domains.quality.scorecards.types import ScorecardState
from assaydesk.kit.clock import iso, iso_or_none
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission


def scorecard_json(stored: Stored, actor: Actor, known: KnownIds, *, full: bool) -> dict[str, Any]:
    row, body = stored.row, stored.body
    categories = {"categories": body["categories"]} if full else {"categoryCount": stored.category_count}
    return {
        "id": row.id,
        "baseId": row.base_id,
        "revision": row.revision,
        "name": row.name,
        "state": row.state,
        **categories,
        "assignment": body["assignment"],
        "liveCoach": body["liveCoach"],
        "createdAt": iso(row.created_at),
        "modifiedAt": iso(row.modified_at),
        "createdBy": row.created_by,
        "modifiedBy": row.modified_by,
        "version": row.version,
        "canEdit": can_edit(actor, row.state),
        "contentHash": stored.content_hash,
        "activatedAt": iso_or_none(stored.activated_at),
        "warnings": warnings(body["assignment"], known),
    }


def can_edit(actor: Actor, state: str) -> bool:
    """A deleted row can only be restored, which needs the right to delete."""
    may = actor.has(Permission.QUALITY_MANAGE_SCORECARDS)
    return may and (state != ScorecardState.DELETED or actor.has(Permission.QUALITY_DELETE_SCORECARD))


def warnings(assignment: Mapping[str, Sequence[int]], known: KnownIds) -> list[str]:
    """Ids that are stored but match nothing, as long as there is no such tag or team."""
    tags = [f"unknown_tag:{number}" for number in assignment["ticketTags"] if number not in known.tags]
    return tags + [f"unknown_team:{number}" for number in assignment["teams"] if number not in known.teams]
