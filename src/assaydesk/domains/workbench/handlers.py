"""What the workbench does when others change something."""

from assaydesk.domains.quality.assessments.events import AssessmentEdited
from assaydesk.domains.workbench import review
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import on


def register() -> None:
    on(AssessmentEdited, _edited)


async def _edited(session: WriteSession, event: AssessmentEdited) -> None:
    await review.note_edit(session, event.assessment_id, event.user_id, finished=event.finished, at=event.at)
