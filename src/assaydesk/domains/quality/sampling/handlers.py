"""What sampling does when a review is finished."""

from assaydesk.domains.quality.assessments.events import QualityAssessmentReviewed
from assaydesk.domains.quality.sampling import service
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import on


def register() -> None:
    on(QualityAssessmentReviewed, _reviewed)


async def _reviewed(session: WriteSession, event: QualityAssessmentReviewed) -> None:
    await service.ask_by_share(session, event.assessment_id)
