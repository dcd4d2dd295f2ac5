"""Making assessments: what is missing, by the job or by command, and single ones by hand (quality.md 6 and 8.3)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.exc import IntegrityError

from assaydesk.domains.quality.assessments import queue, repository
from assaydesk.domains.quality.assessments.criteria import totals_of
from assaydesk.domains.quality.assessments.errors import AssessmentExists, ScorecardNotActive
from assaydesk.domains.quality.assessments.events import AssessmentsWaiting
from assaydesk.domains.quality.assessments.models import Assessment
from assaydesk.domains.quality.assessments.permit import require_assessor
from assaydesk.domains.quality.assessments.queue import Family
from assaydesk.domains.quality.assessments.record import stored_totals
from assaydesk.domains.quality.assessments.repository import Seen
from assaydesk.domains.quality.assessments.sampling import is_blind
from assaydesk.domains.quality.assessments.types import State
from assaydesk.domains.quality.assessments.views import Viewer
from assaydesk.domains.quality.scorecards.service import active_contents, get_revision
from assaydesk.domains.quality.scorecards.types import Content, Revision, ScorecardState
from assaydesk.domains.settings.service import InstanceSettings, get_settings
from assaydesk.domains.tags.service import descendants
from assaydesk.domains.worklogs.service import WorklogNotFound, find_worklog
from assaydesk.kit.clock import utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import UnknownReference
from assaydesk.platform.events import publish

BATCH: Final = 2000
"""Assessments made in one transaction."""


async def create_due(session: WriteSession, *, now: datetime, limit: int = BATCH) -> int:
    """What the job makes: for active scorecards and work that is neither too fresh nor too old.

    Answers how many were made; as many as `limit` means that there may be more.
    """
    settings = await get_settings(session)
    until = now - timedelta(minutes=settings.quality_assessment_delay_minutes)
    oldest = now - timedelta(days=settings.quality_assessment_max_age_days)
    families = [
        await family_of(
            session,
            active.scorecard_id,
            active.base_id,
            active.content_id,
            active.content,
            since=max(oldest, active.activated_at) if active.activated_at else oldest,
            until=until,
        )
        for active in await active_contents(session)
    ]
    return await _create(session, families, settings, now, limit)


async def create_missing(
    session: WriteSession, *, scorecard_id: int | None = None, since: datetime | None = None
) -> int:
    """What the command makes: without delay, age and activation limit (quality.md 6, step 10).

    `scorecard_id`: the family of that revision, with that revision; otherwise all active ones. Answers how many were
    made. Raises `UnknownReference` for an unknown, deleted or draft revision.
    """
    now = utc_now()
    if scorecard_id is None:
        chosen = [
            (active.scorecard_id, active.base_id, active.content_id, active.content)
            for active in await active_contents(session)
        ]
    else:
        found = await usable_revision(session, scorecard_id)
        chosen = [(found.scorecard_id, found.base_id, found.content_id, found.content)]
    families = [await family_of(session, *one, since=since, until=None) for one in chosen]
    return await _create(session, families, await get_settings(session), now, None)


async def create_by_hand(
    session: WriteSession,
    viewer: Viewer,
    *,
    worklog_id: int,
    scorecard_id: int | None,
    scorecard_base_id: int | None,
    process_with_ai: bool,
) -> Seen:
    """One assessment that a supervisor asks for; assignment, context, age and sampling are not looked at.

    Raises `UnknownReference`, `PermissionDenied`, `SelfAssessment`, `ScorecardNotActive`, `AssessmentExists`.
    """
    worklog = await _visible_worklog(session, viewer, worklog_id)
    revision = await _chosen_revision(session, scorecard_id, scorecard_base_id)
    team_mate = await repository.shares_team(session, viewer.actor, worklog.user_id)
    require_assessor(viewer, worklog.user_id, team_mate=team_mate)
    if revision is None or revision.state is not ScorecardState.ACTIVE:
        raise ScorecardNotActive(scorecardId=scorecard_id, scorecardBaseId=scorecard_base_id)
    present = await repository.live_id(session, worklog_id, revision.base_id)
    if present is not None:
        raise AssessmentExists(present)
    now = utc_now()
    row = Assessment(
        worklog_id=worklog_id,
        ticket_id=worklog.ticket_id,
        scorecard_id=revision.scorecard_id,
        scorecard_base_id=revision.base_id,
        content_id=revision.content_id,
        state=State.UNPROCESSED if process_with_ai else State.AI_READY,
        assessed_user=worklog.user_id,
        blind_review=is_blind(worklog_id, revision.base_id, viewer.settings.quality_blind_review_percent),
        created_by=viewer.actor.user_id,
        created_at=now,
        modified_at=now,
        **stored_totals(totals_of(revision.content, ())),
    )
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError as failure:
        # The job, or somebody else, made it at the same moment.
        raise AssessmentExists(await repository.live_id(session, worklog_id, revision.base_id) or 0) from failure
    await write_audit(
        session, viewer.actor, "assessment:create", "assessment", [Change(row.id, "state", None, row.state)]
    )
    if process_with_ai:
        await publish(session, AssessmentsWaiting())
    seen = await repository.get(session, viewer.actor, viewer.settings, row.id)
    return seen or Seen(row, team_mate)


async def usable_revision(session: ReadSession, scorecard_id: int, field: str = "scorecardId") -> Revision:
    """An active or retired revision. Raises `UnknownReference` for all others."""
    found = await get_revision(session, scorecard_id)
    if found is None or found.state in (ScorecardState.DELETED, ScorecardState.DRAFT):
        raise UnknownReference(f"Scorecard {scorecard_id} does not exist.", field=field, value=scorecard_id)
    return found


async def _create(
    session: WriteSession, families: Iterable[Family], settings: InstanceSettings, now: datetime, limit: int | None
) -> int:
    made = 0
    blind = settings.quality_blind_review_percent
    for family in families:
        left = None if limit is None else limit - made
        made += await queue.create_missing(session, family, blind_percent=blind, now=now, limit=left)
    if made:
        await publish(session, AssessmentsWaiting())
    return made


async def family_of(
    session: ReadSession,
    scorecard_id: int,
    base_id: int,
    content_id: int,
    content: Content,
    *,
    since: datetime | None,
    until: datetime | None,
) -> Family:
    """The work of a time that a scorecard is for, as the queries want it."""
    assignment = content.assignment
    tags = set(assignment.ticket_tags)
    if assignment.include_child_tags and tags:
        tags = await descendants(session, tags)
    totals = totals_of(content, ())
    return Family(
        scorecard_id=scorecard_id,
        base_id=base_id,
        content_id=content_id,
        assignment=assignment,
        tags=frozenset(tags),
        total_max_points=totals.total_max_points,
        criteria=totals.unscored_criteria,
        since=since,
        until=until,
    )


async def _visible_worklog(session: ReadSession, viewer: Viewer, worklog_id: int) -> Any:
    try:
        return (await find_worklog(session, viewer.actor, worklog_id)).worklog
    except WorklogNotFound as failure:
        message = f"Worklog {worklog_id} does not exist."
        raise UnknownReference(message, field="worklogId", value=worklog_id) from failure


async def _chosen_revision(
    session: ReadSession, scorecard_id: int | None, scorecard_base_id: int | None
) -> Revision | None:
    """The named revision, or the active one of the named family; None when that family has none."""
    if scorecard_id is not None:
        found = await get_revision(session, scorecard_id)
        if found is None or found.state is ScorecardState.DELETED:
            raise UnknownReference(f"Scorecard {scorecard_id} does not exist.", field="scorecardId", value=scorecard_id)
        return found
    assert scorecard_base_id is not None
    states = await repository.revision_states(session, scorecard_base_id)
    if not states or all(row.state == ScorecardState.DELETED for row in states):
        message = f"There is no scorecard with the base id {scorecard_base_id}."
        raise UnknownReference(message, field="scorecardBaseId", value=scorecard_base_id)
    active = next((row.id for row in states if row.state == ScorecardState.ACTIVE), None)
    return None if active is None else await get_revision(session, active)
