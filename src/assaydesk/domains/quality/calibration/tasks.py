"""The judge's part in calibration sessions: it scores the same work, without storing an assessment."""

from assaydesk.domains.quality.assessments.dry_run import judge_worklogs
from assaydesk.domains.quality.calibration import repository, service
from assaydesk.domains.quality.calibration.models import Calibration
from assaydesk.domains.quality.judging.loading import learned_of
from assaydesk.domains.quality.scorecards.service import load_content
from assaydesk.domains.settings.service import get_settings
from assaydesk.platform.jobs.job import Runtime, job


@job("quality.calibration.judge", timeout_seconds=3600)
async def judge(runtime: Runtime, *, calibration_id: int) -> None:
    """Judge what waits. Each answer is kept as it comes, so that a job that is broken off goes on where it was."""
    async with runtime.database.read() as session:
        waiting = await repository.waiting_for_ai(session, calibration_id)
        row = await session.get(Calibration, calibration_id)
        if row is None or not waiting:
            return
        content = (await load_content(session, [row.content_id]))[row.content_id]
        settings = await get_settings(session)
        learned = (await learned_of(session, runtime.ports, [row.scorecard_base_id])).get(row.scorecard_base_id)
    async for judged in judge_worklogs(runtime, waiting, content, settings, learned=learned):
        async with runtime.database.write() as writing:
            await service.note_ai_answers(writing, calibration_id, judged)
