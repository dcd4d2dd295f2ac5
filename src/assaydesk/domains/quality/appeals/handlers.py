"""What appeals do when assessments change, and who is told."""

from assaydesk.domains.quality.appeals import notices, service
from assaydesk.domains.quality.appeals.events import QualityAppealCreated, QualityAppealDecided
from assaydesk.domains.quality.assessments.events import (
    AssessmentDeleted,
    QualityAssessmentReady,
    QualityAssessmentReviewed,
)
from assaydesk.domains.settings.service import get_settings
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import on


def register() -> None:
    on(AssessmentDeleted, _deleted)
    on(QualityAssessmentReady, _ready)
    on(QualityAssessmentReviewed, _reviewed)
    on(QualityAppealCreated, _created)
    on(QualityAppealDecided, _decided)


async def _deleted(session: WriteSession, event: AssessmentDeleted) -> None:
    await service.withdraw_with_assessment(session, event.assessment_id)


async def _ready(session: WriteSession, event: QualityAssessmentReady) -> None:
    if (await get_settings(session)).quality_agent_sees_from == "aiReady":
        await notices.tell_release(session, event.assessment_id)


async def _reviewed(session: WriteSession, event: QualityAssessmentReviewed) -> None:
    await notices.tell_release(session, event.assessment_id)


async def _created(session: WriteSession, event: QualityAppealCreated) -> None:
    await notices.tell_deciders(session, event.assessment_id)


async def _decided(session: WriteSession, event: QualityAppealDecided) -> None:
    await notices.tell_appellant(session, event.appeal_id, event.assessment_id)
