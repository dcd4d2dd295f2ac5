"""When to learn: enough was corrected, or a person asked for it."""

from assaydesk.domains.quality.assessments.events import QualityAssessmentReviewed
from assaydesk.domains.quality.learning import service
from assaydesk.domains.quality.learning.events import LearningWanted
from assaydesk.domains.quality.learning.tasks import learn
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import on
from assaydesk.platform.jobs.queue import enqueue


def register() -> None:
    on(QualityAssessmentReviewed, count_corrections)
    on(LearningWanted, learn_soon)


async def count_corrections(session: WriteSession, event: QualityAssessmentReviewed) -> None:
    await service.note_review(session, event.assessment_id)


async def learn_soon(session: WriteSession, event: LearningWanted) -> None:
    await enqueue(session, learn, key=f"{learn.name}:{event.base_id}", base_id=event.base_id)
