"""Writes of single rows of a family, each with its audit rows. The caller holds the family's lock."""

from collections.abc import Iterable

from assaydesk.domains.quality.scorecards import repository
from assaydesk.domains.quality.scorecards.codec import content_from_json, content_to_json
from assaydesk.domains.quality.scorecards.criteria import Highest, highest_of
from assaydesk.domains.quality.scorecards.events import ScorecardActivated
from assaydesk.domains.quality.scorecards.models import Scorecard, ScorecardFamily
from assaydesk.domains.quality.scorecards.repository import Stored
from assaydesk.domains.quality.scorecards.types import Content, ScorecardState
from assaydesk.kit.clock import utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import Actor


async def add_family(session: WriteSession, actor: Actor, content: Content, state: ScorecardState) -> Scorecard:
    """The first revision of a new family."""
    base_id = await repository.next_scorecard_id(session)
    family = ScorecardFamily(base_id=base_id, highest_category_id=0, highest_criterion_id=0)
    session.add(family)
    # The first revision refers to the family, and nothing tells the session about this order.
    await session.flush()
    return await add_revision(session, actor, family, content, state, revision=1, scorecard_id=base_id)


async def add_revision(
    session: WriteSession,
    actor: Actor,
    family: ScorecardFamily,
    content: Content,
    state: ScorecardState,
    *,
    revision: int,
    scorecard_id: int | None = None,
) -> Scorecard:
    now = utc_now()
    content_id, content_hash = await repository.store_content(session, content)
    row = Scorecard(
        id=scorecard_id or await repository.next_scorecard_id(session),
        base_id=family.base_id,
        revision=revision,
        name=content.name,
        state=state,
        content_id=content_id,
        version=1,
        created_at=now,
        modified_at=now,
        created_by=actor.user_id,
        modified_by=actor.user_id,
    )
    session.add(row)
    _count_ids(family, content)
    written = {"revision": revision, "state": state.value, **content_to_json(content)}
    changes = [Change(row.id, field, None, value) for field, value in written.items()]
    await write_audit(session, actor, "scorecard:revision:create", "scorecard", changes)
    await _note_activation(session, family, row, content_hash)
    return row


async def overwrite(
    session: WriteSession,
    actor: Actor,
    family: ScorecardFamily,
    stored: Stored,
    content: Content,
    state: ScorecardState,
) -> None:
    """Give a row other content, and a state when that differs too. The old content stays where assessments use it."""
    row, before, after = stored.row, {**stored.body, "state": stored.row.state}, content_to_json(content)
    row.content_id, content_hash = await repository.store_content(session, content)
    row.name, row.state = content.name, state
    _touch(row, actor)
    _count_ids(family, content)
    after["state"] = state.value
    changes = [Change(row.id, key, before[key], after[key]) for key in after if before[key] != after[key]]
    await write_audit(session, actor, "scorecard:content:change", "scorecard", changes)
    await _note_activation(session, family, row, content_hash)


async def move(
    session: WriteSession, actor: Actor, family: ScorecardFamily, moved: Iterable[Stored], state: ScorecardState
) -> None:
    """Put rows into a state."""
    changes = []
    for stored in moved:
        changes.append(Change(stored.row.id, "state", stored.row.state, state.value))
        stored.row.state = state
        _touch(stored.row, actor)
        await _note_activation(session, family, stored.row, stored.content_hash)
    await write_audit(session, actor, "scorecard:state:change", "scorecard", changes)
    # A row that gives up its place has to be written before the one that takes it: both are unique in the family.
    await session.flush()


def content_of(stored: Stored) -> Content:
    return content_from_json(stored.body)


def _touch(row: Scorecard, actor: Actor) -> None:
    row.version += 1
    row.modified_at, row.modified_by = utc_now(), actor.user_id


def _count_ids(family: ScorecardFamily, content: Content) -> None:
    """Remember the highest ids, so that a retired one is never given to another category or criterion."""
    before = Highest(family.highest_category_id, family.highest_criterion_id)
    family.highest_category_id, family.highest_criterion_id = highest_of(content.categories, before)


async def _note_activation(session: WriteSession, family: ScorecardFamily, row: Scorecard, content_hash: str) -> None:
    if row.state == ScorecardState.ACTIVE:
        family.activated_at = family.activated_at or row.modified_at
        # Handlers may look the row up.
        await session.flush()
        await publish(session, ScorecardActivated(row.id, row.base_id, content_hash))
