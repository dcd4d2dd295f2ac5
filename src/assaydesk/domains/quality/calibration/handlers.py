"""What calibration sessions queue."""

from assaydesk.domains.quality.calibration.events import CalibrationAiWanted
from assaydesk.domains.quality.calibration.tasks import judge
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import on
from assaydesk.platform.jobs.queue import enqueue


def register() -> None:
    on(CalibrationAiWanted, _have_judged)


async def _have_judged(session: WriteSession, event: CalibrationAiWanted) -> None:
    key = f"{judge.name}:{event.calibration_id}"
    await enqueue(session, judge, key=key, calibration_id=event.calibration_id)
