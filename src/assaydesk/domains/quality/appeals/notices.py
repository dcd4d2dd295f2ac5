"""Who is told of assessments and appeals, inside the application (conventions.md 14); nobody who may not see them."""

from typing import Final

from assaydesk.domains.notifications.service import Kind, notify, was_told
from assaydesk.domains.profiles.actors import actor_of
from assaydesk.domains.profiles.service import holders_of
from assaydesk.domains.quality.appeals.lifecycle import may_decide
from assaydesk.domains.quality.appeals.models import Appeal
from assaydesk.domains.quality.appeals.types import AppealState
from assaydesk.domains.quality.appeals.wording import APPEALED, DECIDED, RELEASED
from assaydesk.domains.quality.assessments import service as assessments
from assaydesk.domains.quality.assessments.errors import AssessmentNotFound
from assaydesk.domains.quality.assessments.models import Assessment
from assaydesk.domains.quality.assessments.policy import released_states
from assaydesk.domains.quality.assessments.service import Viewer
from assaydesk.domains.settings.service import get_settings
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.security.permissions import Permission

PAGE: Final = "/quality/assessment/{}"


async def tell_release(session: WriteSession, assessment_id: int) -> None:
    """Tell the assessed person that there is something to read, once."""
    row = await session.get(Assessment, assessment_id)
    settings = await get_settings(session)
    if row is None or row.state not in released_states(settings.quality_agent_sees_from):
        return
    url = PAGE.format(assessment_id)
    if not await was_told(session, Kind.ASSESSMENT_READY, url, since=row.created_at) and await _sees(
        session, row.assessed_user, assessment_id
    ):
        await notify(session, [row.assessed_user], Kind.ASSESSMENT_READY, RELEASED, ticket_id=row.ticket_id, url=url)


async def tell_deciders(session: WriteSession, assessment_id: int) -> None:
    """Tell those who may decide an appeal about this assessment."""
    row = await session.get(Assessment, assessment_id)
    if row is None:
        return
    independent = (await get_settings(session)).quality_appeal_independent_decider
    people = [
        one
        for one in await holders_of(session, Permission.QUALITY_DECIDE_APPEALS)
        if may_decide(one, assessed_user=row.assessed_user, assessed_by=row.assessed_by_user, independent=independent)
        and await _sees(session, one, assessment_id)
    ]
    url = PAGE.format(assessment_id)
    await notify(session, people, Kind.APPEAL, APPEALED, ticket_id=row.ticket_id, url=url)


async def tell_appellant(session: WriteSession, appeal_id: int, assessment_id: int) -> None:
    """Tell how it was decided, unless the review was opened again and is hidden for now."""
    appeal = await session.get(Appeal, appeal_id)
    row = await session.get(Assessment, assessment_id)
    if appeal is None or row is None or not await _sees(session, appeal.created_by, assessment_id):
        return
    words, url = DECIDED[AppealState(appeal.state)], PAGE.format(assessment_id)
    await notify(session, [appeal.created_by], Kind.APPEAL, words, ticket_id=row.ticket_id, url=url)


async def _sees(session: ReadSession, user_id: int, assessment_id: int) -> bool:
    actor = await actor_of(session, user_id)
    if actor is None:
        return False
    try:
        await assessments.find_assessment(session, Viewer(actor, await get_settings(session)), assessment_id)
    except AssessmentNotFound:
        return False
    return True
