"""Scorecards: the public face of the domain. Reading needs no right; the endpoints ask for the right to write."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Literal, NamedTuple

from assaydesk.domains.quality.scorecards import repository, writing
from assaydesk.domains.quality.scorecards.codec import content_from_json
from assaydesk.domains.quality.scorecards.criteria import activation_faults
from assaydesk.domains.quality.scorecards.errors import ScorecardActive, ScorecardDeleted, ScorecardNotFound, refuse
from assaydesk.domains.quality.scorecards.events import RULE_VALIDATORS, ScorecardFamilyDeleted
from assaydesk.domains.quality.scorecards.models import Scorecard
from assaydesk.domains.quality.scorecards.repository import Stored
from assaydesk.domains.quality.scorecards.types import ActiveScorecard, Content, Revision, ScorecardState
from assaydesk.domains.quality.scorecards.update import Updated, delete_family, update_scorecard
from assaydesk.domains.quality.scorecards.validation import EMPTY_CONTENT, read_body, read_clone
from assaydesk.domains.quality.scorecards.views import scorecard_json
from assaydesk.domains.tags.service import descendants
from assaydesk.kit.clock import iso
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import SYSTEM, Actor
from assaydesk.platform.security.permissions import Permission

__all__ = ["Updated", "delete_family", "update_scorecard"]  # Slices of this file, reached through it.

IN_USE: Final = (ScorecardState.ACTIVE, ScorecardState.DRAFT)


class Created(NamedTuple):
    scorecard_id: int
    base_id: int
    ignored: tuple[str, ...]


async def find_scorecard(session: ReadSession, actor: Actor, scorecard_id: int) -> Scorecard:
    """The row, if this caller may know of it. Raises `ScorecardNotFound`."""
    return (await _visible(session, actor, scorecard_id)).row


async def read_scorecard(session: ReadSession, actor: Actor, scorecard_id: int, *, full: bool = True) -> dict[str, Any]:
    """One scorecard in its wire form. Raises `ScorecardNotFound`."""
    return (await _as_json(session, actor, [await _visible(session, actor, scorecard_id)], full=full))[0]


async def list_revisions(session: ReadSession, actor: Actor, base_id: int) -> list[dict[str, Any]]:
    """`id`, `revision`, `state` and `modifiedAt` of the family, the newest first."""
    rows = await repository.revision_states(session, base_id)
    return [
        {"id": row.id, "revision": row.revision, "state": row.state, "modifiedAt": iso(row.modified_at)}
        for row in rows
        if row.state != ScorecardState.DELETED or _sees_deleted(actor)
    ]


async def list_scorecards(
    session: ReadSession,
    actor: Actor,
    *,
    states: Collection[ScorecardState] = (ScorecardState.ACTIVE,),
    base_id: int | None = None,
    name_contains: str | None = None,
    full: bool = True,
) -> list[dict[str, Any]]:
    """By family, the newest revision first; deleted ones only for those who manage scorecards."""
    shown = {state for state in states if state is not ScorecardState.DELETED or _sees_deleted(actor)}
    found = await repository.find(session, states=shown, base_id=base_id, name_contains=name_contains, full=full)
    return await _as_json(session, actor, found, full=full)


async def create_scorecard(session: WriteSession, actor: Actor, body: Mapping[str, Any]) -> Created:
    """Make a family from the body of `POST /quality/scorecard`. Raises `ValidationFailed` with all faults."""
    read = read_body(body, rules=RULE_VALIDATORS, creating=True)
    state = read.state or ScorecardState.ACTIVE
    refuse((*read.faults, *(read.incomplete if state is ScorecardState.ACTIVE else ())))
    row = await writing.add_family(session, actor, read.change.apply_to(EMPTY_CONTENT), state)
    return Created(row.id, row.base_id, read.ignored)


async def clone_scorecard(session: WriteSession, actor: Actor, scorecard_id: int, body: Mapping[str, Any]) -> Created:
    """Copy one revision into a family of its own; ids of categories and criteria stay.

    Raises `ScorecardNotFound`, `ScorecardDeleted`, `ValidationFailed`.
    """
    source = await _visible(session, actor, scorecard_id)
    content = writing.content_of(source)
    read = read_clone(body, content.name)
    refuse(read.faults)
    if source.row.state == ScorecardState.DELETED:
        raise ScorecardDeleted(scorecard_id)
    state = read.state or ScorecardState.DRAFT
    refuse(activation_faults(content.categories) if state is ScorecardState.ACTIVE else ())
    row = await writing.add_family(session, actor, read.change.apply_to(content), state)
    return Created(row.id, row.base_id, read.ignored)


async def delete_scorecard(
    session: WriteSession, actor: Actor, scorecard_id: int, *, scope: Literal["family", "revision"] = "family"
) -> None:
    """Hide a family or one revision; deleting again changes nothing. Raises `ScorecardNotFound`, `ScorecardActive`."""
    base_id = (await _visible(session, actor, scorecard_id)).row.base_id
    if scope == "family":
        await delete_family(session, actor, base_id)
        return
    family = await repository.lock_family(session, base_id)
    rows = [
        stored for stored in await repository.revisions(session, base_id) if stored.row.state != ScorecardState.DELETED
    ]
    chosen = [stored for stored in rows if stored.row.id == scorecard_id]
    if any(stored.row.state == ScorecardState.ACTIVE for stored in chosen):
        raise ScorecardActive(scorecard_id)
    await writing.move(session, actor, family, chosen, ScorecardState.DELETED)
    if chosen and len(rows) == 1:
        await publish(session, ScorecardFamilyDeleted(base_id))


async def active_contents(session: ReadSession) -> list[ActiveScorecard]:
    """The active revision of every family, by family."""
    found = await repository.find(session, states=[ScorecardState.ACTIVE])
    return [
        ActiveScorecard(
            scorecard_id=stored.row.id,
            base_id=stored.row.base_id,
            content_id=stored.row.content_id,
            content=writing.content_of(stored),
            activated_at=stored.activated_at,
        )
        for stored in found
    ]


async def listed_tags(session: ReadSession, scorecards: Collection[ActiveScorecard]) -> dict[int, frozenset[int]]:
    """By `base_id`: the tags of an assignment with all below them, where it wants them; input of `matching.matches`."""
    return {
        scorecard.base_id: frozenset(await descendants(session, set(assignment.ticket_tags)))
        for scorecard in scorecards
        if (assignment := scorecard.content.assignment).include_child_tags and assignment.ticket_tags
    }


async def load_content(session: ReadSession, content_ids: Collection[int]) -> dict[int, Content]:
    """Contents that assessments refer to, by id."""
    return {number: content_from_json(body) for number, body in (await repository.bodies(session, content_ids)).items()}


async def get_revision(session: ReadSession, scorecard_id: int) -> Revision | None:
    """A revision in any state with its present content; None when there is none."""
    stored = await repository.get(session, scorecard_id)
    if stored is None:
        return None
    return Revision(
        scorecard_id=stored.row.id,
        base_id=stored.row.base_id,
        revision=stored.row.revision,
        state=ScorecardState(stored.row.state),
        content_id=stored.row.content_id,
        content_hash=stored.content_hash,
        content=writing.content_of(stored),
    )


async def using_tags(session: ReadSession, tag_ids: Collection[int]) -> dict[int, list[int]]:
    """By tag: the ids of the active and draft revisions whose assignment names it."""
    found = await repository.find(session, states=IN_USE, full=False)
    named = {stored.row.id: stored.body["assignment"]["ticketTags"] for stored in found}
    return {tag: [number for number, tags in named.items() if tag in tags] for tag in tag_ids}


async def using_teams(session: ReadSession, team_ids: Collection[int]) -> dict[int, list[int]]:
    """By team: the ids of the active and draft revisions whose assignment names it."""
    found = await repository.find(session, states=IN_USE, full=False)
    named = {stored.row.id: stored.body["assignment"]["teams"] for stored in found}
    return {team: [number for number, teams in named.items() if team in teams] for team in team_ids}


async def replace_tag(session: WriteSession, tag_id: int, replaced_by: int) -> None:
    """Name another tag in the assignments of active and draft revisions. The scorecards mean what they meant before,
    so no revision is made for it."""
    found = await repository.find(session, states=IN_USE, full=False)
    concerned = {stored.row.base_id for stored in found if tag_id in stored.body["assignment"]["ticketTags"]}
    for base_id in sorted(concerned):
        family = await repository.lock_family(session, base_id)
        for stored in await repository.revisions(session, base_id):
            content = writing.content_of(stored)
            tags = content.assignment.ticket_tags
            if stored.row.state in IN_USE and tag_id in tags:
                others = tuple(dict.fromkeys(replaced_by if tag == tag_id else tag for tag in tags))
                after = replace(content, assignment=replace(content.assignment, ticket_tags=others))
                await writing.overwrite(session, SYSTEM, family, stored, after, ScorecardState(stored.row.state))


def _sees_deleted(actor: Actor) -> bool:
    return actor.has(Permission.QUALITY_MANAGE_SCORECARDS)


async def _visible(session: ReadSession, actor: Actor, scorecard_id: int) -> Stored:
    stored = await repository.get(session, scorecard_id)
    if stored is None or (stored.row.state == ScorecardState.DELETED and not _sees_deleted(actor)):
        raise ScorecardNotFound(scorecard_id)
    return stored


async def _as_json(session: ReadSession, actor: Actor, found: Sequence[Stored], *, full: bool) -> list[dict[str, Any]]:
    assignments = [stored.body["assignment"] for stored in found]
    tags = {number for assignment in assignments for number in assignment["ticketTags"]}
    teams = {number for assignment in assignments for number in assignment["teams"]}
    known = await repository.known_ids(session, tags, teams)
    return [scorecard_json(stored, actor, known, full=full) for stored in found]
