"""The jobs of the golden sets: a run, and what has to be run by night."""

from contextlib import aclosing
from typing import Final

from assaydesk.domains.quality.assessments.dry_run import judge_cases
from assaydesk.domains.quality.golden import repository, runs
from assaydesk.domains.quality.golden.codec import case_from_json
from assaydesk.domains.quality.golden.models import GoldenRun, GoldenSet
from assaydesk.domains.quality.golden.service import queue_due, setup_of
from assaydesk.domains.quality.judging.loading import learned_of
from assaydesk.domains.quality.scorecards.service import load_content
from assaydesk.domains.settings.service import get_settings
from assaydesk.platform.jobs.job import Runtime, job

TRIES: Final = 3
"""How often an item is judged before the run fails."""


@job("quality.golden.run", timeout_seconds=7200)
async def run(runtime: Runtime, *, run_id: int) -> None:
    """Judge what this run has not judged yet. Each answer is kept at once: a broken-off job goes on where it was."""
    async with runtime.database.write() as session:
        if await runs.start_run(session, run_id) is None:
            return
    for _ in range(TRIES):
        if not await _judge_missing(runtime, run_id):
            break
    async with runtime.database.write() as session:
        await runs.finish_run(session, run_id)


async def _judge_missing(runtime: Runtime, run_id: int) -> bool:
    """Whether something is left that could not be judged."""
    async with runtime.database.read() as session:
        row = await session.get_one(GoldenRun, run_id)
        choice = runs.choice_of(row)
        found = await repository.to_judge(session, row)
        items = {item.worklog_id: item.id for item in found}
        cases = [case_from_json(item.case) for item in found if item.case is not None]
        content = (await load_content(session, [row.content_id]))[row.content_id]
        settings = await get_settings(session)
        base_id = (await session.get_one(GoldenSet, row.golden_set_id)).scorecard_base_id
        learned = (await learned_of(session, runtime.ports, [base_id])).get(base_id)
    failed = False
    if cases:
        judged_cases = judge_cases(runtime, cases, content, settings, choice=choice, learned=learned)
        async with aclosing(judged_cases) as results:
            async for judged in results:
                failed = failed or judged.failed
                async with runtime.database.write() as writing:
                    await runs.note_answer(writing, run_id, items[judged.worklog_id], judged)
    return failed


@job("quality.golden.nightly", cron="40 2 * * *", timeout_seconds=300)
async def nightly(runtime: Runtime) -> dict[str, int]:
    """Queue a run of every set in use whose prompt, model or content is another than in its last run."""
    async with runtime.database.write() as session:
        setup = setup_of(await get_settings(session), runtime.config, runtime.ports)
        return {"runs": await queue_due(session, setup)}
