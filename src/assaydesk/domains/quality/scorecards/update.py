"""PATCH of a scorecard: carries out what `lifecycle.plan` decides (quality.md 2.3, 3.4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from assaydesk.domains.quality.scorecards import repository, writing
from assaydesk.domains.quality.scorecards.codec import content_hash
from assaydesk.domains.quality.scorecards.criteria import Highest, activation_faults
from assaydesk.domains.quality.scorecards.errors import (
    GoldenGateFailed,
    InvalidTransition,
    ScorecardDeleted,
    ScorecardNotFound,
    refuse,
)
from assaydesk.domains.quality.scorecards.events import (
    ACTIVATION_GATE,
    RULE_VALIDATORS,
    Activation,
    GateFinding,
    ScorecardFamilyDeleted,
)
from assaydesk.domains.quality.scorecards.lifecycle import Action, Ask, Family, Notice, Plan, Refusal, plan
from assaydesk.domains.quality.scorecards.models import Scorecard, ScorecardFamily
from assaydesk.domains.quality.scorecards.reading import Fault
from assaydesk.domains.quality.scorecards.repository import Stored
from assaydesk.domains.quality.scorecards.types import ScorecardState
from assaydesk.domains.quality.scorecards.validation import ReadBody, read_body
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.errors import PermissionDenied
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.versions import refuse_stale


class Updated(NamedTuple):
    scorecard_id: int
    message: str | None
    gate: GateFinding | None
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Rows:
    """A locked family. `newest` is the addressed row when every row is deleted; no plan looks at it then."""

    family: ScorecardFamily
    all: Sequence[Stored]
    addressed: Stored
    newest: Stored
    alive: bool

    @property
    def situation(self) -> Family:
        return Family(
            addressed=ScorecardState(self.addressed.row.state),
            newest=ScorecardState(self.newest.row.state) if self.alive else None,
            addressed_is_newest=self.addressed.row.id == self.newest.row.id,
        )

    def others(self, row: Stored | None, *states: ScorecardState) -> list[Stored]:
        return [stored for stored in self.all if stored is not row and stored.row.state in states]


async def update_scorecard(
    session: WriteSession,
    actor: Actor,
    *,
    scorecard_id: int,
    base_id: int,
    body: Mapping[str, Any],
    unmodified_since: str | None = None,
) -> Updated:
    """Change one scorecard; requests for one family take their turns.

    Raises `PermissionDenied`, `ValidationFailed`, `StaleObject`, `ScorecardDeleted`, `InvalidTransition`,
    `GoldenGateFailed`.
    """
    rows = await _lock(session, scorecard_id, base_id)
    may_delete = actor.has(Permission.QUALITY_DELETE_SCORECARD)
    highest = Highest(rows.family.highest_category_id, rows.family.highest_criterion_id)
    read = read_body(body, rules=RULE_VALIDATORS, highest=highest)
    ask = _ask(rows, read, may_delete)
    planned = plan(rows.situation, ask)
    if planned is Refusal.MAY_NOT_DELETE:
        raise PermissionDenied(Permission.QUALITY_DELETE_SCORECARD)
    refuse((*read.faults, *(read.incomplete if read.state is ScorecardState.ACTIVE else ())))
    if planned is Refusal.DELETED_WITH_CONTENT:
        message = "Delete without changing content: send only the state."
        refuse([Fault(key, "not_allowed", message) for key in read.content_keys])
    addressed = rows.addressed.row
    refuse_stale(unmodified_since, modified_at=addressed.modified_at, version=addressed.version)
    if planned is Refusal.ROW_IS_DELETED:
        raise ScorecardDeleted(scorecard_id)
    if isinstance(planned, Refusal):
        target = rows.newest if ask.changes_addressed else rows.addressed
        raise InvalidTransition(target.row.state, read.state or "")
    written, gate = await _carry_out(session, actor, rows, planned, read)
    notice = _message(planned.notice, written, addressed, rows.newest.row)
    said = filter(None, (notice, gate.message if gate else None))
    return Updated(written.id, " ".join(said) or None, gate, read.ignored)


async def delete_family(session: WriteSession, actor: Actor, base_id: int) -> None:
    """Hide all revisions; doing it twice changes nothing."""
    family = await repository.lock_family(session, base_id)
    rows = [row for row in await repository.revisions(session, base_id) if row.row.state != ScorecardState.DELETED]
    if rows:
        await writing.move(session, actor, family, rows, ScorecardState.DELETED)
        await publish(session, ScorecardFamilyDeleted(base_id))


async def _lock(session: WriteSession, scorecard_id: int, base_id: int) -> _Rows:
    family = await repository.lock_family(session, base_id)
    stored = await repository.revisions(session, base_id)
    addressed = next((row for row in stored if row.row.id == scorecard_id), None)
    if addressed is None:
        raise ScorecardNotFound(scorecard_id)
    newest = next((row for row in stored if row.row.state != ScorecardState.DELETED), None)
    return _Rows(family, stored, addressed, newest or addressed, alive=newest is not None)


def _ask(rows: _Rows, read: ReadBody, may_delete: bool) -> Ask:
    return Ask(
        state=read.state,
        names_content=bool(read.content_keys),
        changes_addressed=_changes(read, rows.addressed),
        changes_newest=_changes(read, rows.newest),
        create_new_revision=read.create_new_revision,
        may_delete=may_delete,
    )


def _changes(read: ReadBody, stored: Stored) -> bool:
    before = writing.content_of(stored)
    after = read.change.apply_to(before)
    return (after.name, content_hash(after)) != (before.name, content_hash(before))


async def _carry_out(
    session: WriteSession, actor: Actor, rows: _Rows, planned: Plan, read: ReadBody
) -> tuple[Scorecard, GateFinding | None]:
    """The written row, and what a golden set has against its content."""
    target = rows.newest if planned.on_newest else rows.addressed
    if planned.action is Action.NOTHING:
        return target.row, None
    if planned.action is Action.DELETE_FAMILY:
        await delete_family(session, actor, rows.family.base_id)
        return target.row, None
    gate: GateFinding | None = None
    content = writing.content_of(target)
    if planned.action in (Action.OVERWRITE, Action.ADD_REVISION):
        content = read.change.apply_to(content)
    if planned.state is ScorecardState.ACTIVE:
        refuse(read.incomplete or activation_faults(content.categories))
        gate = await _pass_gate(session, actor, rows, content_hash(content))
    adds = planned.action in (Action.ADD_REVISION, Action.ROLL_BACK)
    await _make_room(session, actor, rows, planned, keep=None if adds else target)
    if adds:
        number = rows.all[0].row.revision + 1
        added = await writing.add_revision(session, actor, rows.family, content, planned.state, revision=number)
        return added, gate
    if planned.action is Action.OVERWRITE:
        await writing.overwrite(session, actor, rows.family, target, content, planned.state)
    else:
        await writing.move(session, actor, rows.family, [target], planned.state)
    return target.row, gate


async def _pass_gate(session: WriteSession, actor: Actor, rows: _Rows, hashed: str) -> GateFinding | None:
    """What the golden sets say against this content becoming active; nothing when it scores as the active one does.

    Raises `GoldenGateFailed`.
    """
    if any(stored.row.state == ScorecardState.ACTIVE and stored.content_hash == hashed for stored in rows.all):
        return None
    activation = Activation(rows.family.base_id, hashed)
    finding = (await ACTIVATION_GATE.load(session, actor, [activation])).get(activation)
    if finding is not None and finding.blocks:
        raise GoldenGateFailed(finding)
    return finding


async def _make_room(session: WriteSession, actor: Actor, rows: _Rows, planned: Plan, keep: Stored | None) -> None:
    """Retire the rows whose place in the family is taken."""
    states = [ScorecardState.ACTIVE] if planned.retires_active else []
    states += [ScorecardState.DRAFT] if planned.retires_draft else []
    states += [ScorecardState.DELETED] if planned.restores_others else []
    await writing.move(session, actor, rows.family, rows.others(keep, *states), ScorecardState.RETIRED)


def _message(notice: Notice, written: Scorecard, addressed: Scorecard, newest: Scorecard) -> str | None:
    """Tell the client when the answer shows another row than the one it named."""
    if notice is Notice.NONE:
        return None
    row = f"revision {written.revision} (id {written.id})"
    if notice is Notice.UPDATED_INSTEAD:
        return f"Updated {row} instead of revision {addressed.revision} (id {addressed.id})."
    source = newest if notice is Notice.CREATED_FROM_NEWEST else addressed
    return f"Created {row} from revision {source.revision}."
