"""What assessments do when others change something, and the slots they fill."""

from datetime import timedelta

from assaydesk.domains.quality.assessments import service
from assaydesk.domains.quality.assessments.events import AssessmentsWaiting
from assaydesk.domains.quality.assessments.filters import is_assessed
from assaydesk.domains.quality.assessments.tasks import process
from assaydesk.domains.quality.scorecards.events import ScorecardFamilyDeleted
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.worklogs.events import WORKLOG_ASSESSED, WORKLOG_ASSESSMENTS, WorklogTouched
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import on
from assaydesk.platform.jobs.queue import enqueue


def register() -> None:
    on(AssessmentsWaiting, judge_soon)
    on(WorklogTouched, note_growth)
    on(ScorecardFamilyDeleted, delete_with_family)
    WORKLOG_ASSESSMENTS.fill(service.assessments_of_worklogs)
    WORKLOG_ASSESSED.fill(is_assessed)


async def judge_soon(session: WriteSession, _: AssessmentsWaiting) -> None:
    await enqueue(session, process, key=process.name)


async def note_growth(session: WriteSession, event: WorklogTouched) -> None:
    now = utc_now()
    delay = timedelta(minutes=(await get_settings(session)).quality_assessment_delay_minutes)
    await service.mark_grown(session, event.worklog_ids, now=now, judge_again_at=now + delay)


async def delete_with_family(session: WriteSession, event: ScorecardFamilyDeleted) -> None:
    await service.delete_unprocessed(session, event.base_id)
