"""Deleting assessments and bringing them back; nothing is lost (quality.md 8.5)."""

from sqlalchemy.exc import IntegrityError

from assaydesk.domains.quality.assessments import queue, repository
from assaydesk.domains.quality.assessments.errors import AssessmentExists, refuse
from assaydesk.domains.quality.assessments.events import AssessmentDeleted, AssessmentsWaiting
from assaydesk.domains.quality.assessments.lifecycle import Command, Refusal, move
from assaydesk.domains.quality.assessments.models import Assessment
from assaydesk.domains.quality.assessments.types import Edit, State
from assaydesk.kit.clock import utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import SYSTEM, Actor


async def delete_assessment(session: WriteSession, actor: Actor, row: Assessment) -> None:
    """Hide a locked assessment; deleting again changes nothing. An answer of the judge on its way is discarded."""
    before = State(row.state)
    if before is State.DELETED:
        return
    row.state_before = before
    row.claim, row.heartbeat_at, row.refresh_request = None, None, None
    row.deleted_at = utc_now()
    await _change_state(session, actor, row, Command.DELETE, before)
    await publish(session, AssessmentDeleted(row.id))


async def restore_assessment(session: WriteSession, actor: Actor, row: Assessment) -> None:
    """Bring a locked assessment back in its old state. Raises `AssessmentNotDeleted`, `AssessmentExists`."""
    before, worklog_id, base_id = State(row.state), row.worklog_id, row.scorecard_base_id
    old = State(row.state_before) if row.state_before else None
    if before is State.DELETED:
        present = await repository.live_id(session, worklog_id, base_id)
        if present is not None:
            raise AssessmentExists(present)
    try:
        async with session.begin_nested():
            # Two restores at the same moment: the index lets only one through.
            row.deleted_at, row.state_before = None, None
            await _change_state(session, actor, row, Command.RESTORE, before, old)
    except IntegrityError as failure:
        raise AssessmentExists(await repository.live_id(session, worklog_id, base_id) or 0) from failure
    if row.state == State.UNPROCESSED:
        await publish(session, AssessmentsWaiting())


async def delete_unprocessed(session: WriteSession, base_id: int) -> None:
    """What was not judged yet goes with its scorecard family (quality.md 2.5)."""
    now = utc_now()
    ids = await queue.delete_unprocessed(session, base_id, now)
    changes = [Change(number, "state", State.UNPROCESSED, State.DELETED) for number in ids]
    await write_audit(session, SYSTEM, "assessment:state:delete", "assessment", changes)


async def _change_state(
    session: WriteSession,
    actor: Actor,
    row: Assessment,
    command: Command,
    before: State,
    old: State | None = None,
) -> None:
    state = move(before, command, old)
    if isinstance(state, Refusal):
        raise refuse(state, before, old or before)
    now = utc_now()
    row.state, row.modified_at, row.version = state, now, row.version + 1
    await repository.add_edits(session, row.id, [(actor.user_id, Edit("state", before, state))], at=now)
    change = Change(row.id, "state", before, state)
    await write_audit(session, actor, f"assessment:state:{command}", "assessment", [change])
