"""Judging one claimed assessment, from its snapshot to its record: what the job and a refresh have in common."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from assaydesk.domains.quality.assessments.claims import Claimed, insist, new_token
from assaydesk.domains.quality.assessments.collect import Snapshot, collect
from assaydesk.domains.quality.assessments.judge import ask_judge, judge_of, judge_settings
from assaydesk.domains.quality.assessments.record import WORKLOG_GONE, Outcome, Work, record_failure, record_judgement
from assaydesk.domains.quality.judging.learned import Learned
from assaydesk.domains.quality.judging.loading import learned_of
from assaydesk.domains.quality.judging.types import JudgeFailed, Judgement
from assaydesk.domains.quality.scorecards.service import load_content
from assaydesk.domains.quality.scorecards.types import Content, PercentageBase
from assaydesk.domains.settings.service import InstanceSettings
from assaydesk.kit.clock import utc_now
from assaydesk.platform import metrics
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.jobs.job import Runtime


class Result(NamedTuple):
    outcome: Outcome
    failure: JudgeFailed | None


@dataclass(slots=True)
class Desk:
    """One judge at work. `token` marks its claims; contents never change, so each is read once."""

    runtime: Runtime
    settings: InstanceSettings
    token: str = field(default_factory=new_token)
    contents: dict[int, Content] = field(default_factory=dict)
    learned: dict[int, Learned] = field(default_factory=dict)

    async def read_up(self, session: ReadSession, items: Collection[Claimed]) -> dict[int, Snapshot]:
        """Snapshots by worklog id, and the contents that the items need."""
        wanted = {number for item in items for number in (item.content_id, item.target_content_id)}
        missing = wanted - self.contents.keys()
        if missing:
            self.contents.update(await load_content(session, missing))
        families = {item.base_id for item in items}
        found = await learned_of(session, self.runtime.ports, families)
        # What others of this process still judge keeps what it was read with.
        self.learned = {base: one for base, one in self.learned.items() if base not in families} | found
        return await collect(session, _worklogs(items), now=utc_now())

    async def judge(self, item: Claimed, snapshot: Snapshot | None, *, put_back: bool = False) -> Result:
        """Judge and record one. `put_back`: a person waits; after a failure everything stays as it was."""
        started = utc_now()
        answer: Judgement | JudgeFailed | None = WORKLOG_GONE
        if snapshot is not None:
            ask = judge_of(self.runtime.config, self.runtime.ports)
            asked = judge_settings(self.settings, self.runtime.config, self.learned.get(item.base_id))
            answer = await ask_judge(ask, snapshot.case, self.contents[item.target_content_id], asked)
        failure = answer if isinstance(answer, JudgeFailed) else None

        async def record() -> Outcome:
            if isinstance(answer, JudgeFailed) or snapshot is None:
                return await self._record_failure(item, failure or WORKLOG_GONE, started, put_back)
            return await self._record(item, snapshot, answer)

        outcome = await insist(record)
        metrics.assessments.labels(outcome).inc()
        return Result(outcome, failure)

    async def _record(self, item: Claimed, snapshot: Snapshot, judgement: Judgement | None) -> Outcome:
        now = utc_now()
        work = Work(item, snapshot, self.contents[item.target_content_id], self.contents[item.content_id])
        async with self.runtime.database.write() as session:
            return await record_judgement(
                session,
                self.token,
                work,
                judgement,
                now=now,
                base=PercentageBase(self.settings.quality_percentage_base),
                judge_again_at=now + timedelta(minutes=self.settings.quality_assessment_delay_minutes),
            )

    async def _record_failure(self, item: Claimed, failure: JudgeFailed, started: datetime, put_back: bool) -> Outcome:
        async with self.runtime.database.write() as session:
            return await record_failure(
                session,
                self.token,
                item,
                failure,
                content=None if failure is WORKLOG_GONE else self.contents[item.target_content_id],
                settings=judge_settings(self.settings, self.runtime.config),
                started=started,
                now=utc_now(),
                put_back=put_back,
            )


def _worklogs(items: Iterable[Claimed]) -> set[int]:
    return {item.worklog_id for item in items if item.worklog_id is not None}
