"""Guards and row loaders of periodic jobs and of the queue."""

from typing import Annotated

from fastapi import Depends, Path

from assaydesk.domains.cron import service
from assaydesk.domains.cron.service import CronNotFound, JobNotFound
from assaydesk.platform.http.query_lists import words
from assaydesk.platform.http.sessions import Writes
from assaydesk.platform.jobs.board import STATES
from assaydesk.platform.schema import Id
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require

Caller = Annotated[Actor, Depends(Require())]
Reader = Annotated[Actor, Depends(Require(Permission.READ_CRON))]
Manager = Annotated[Actor, Depends(Require(Permission.MANAGE_CRON))]
Operator = Annotated[Actor, Depends(Require(Permission.READ_SYSTEM_HEALTH))]
States = Annotated[
    tuple[str, ...],
    Depends(words("state", allowed=frozenset(STATES), description="waiting, running, failed, done, cancelled.")),
]


def _sees(actor: Actor) -> bool:
    return actor.has(Permission.READ_CRON, Permission.MANAGE_CRON)


async def cron_name(actor: Caller, name: Annotated[str, Path()]) -> str:
    """The name of a periodic job that exists, for callers who may know of it."""
    if not _sees(actor):
        raise CronNotFound(name=name[:100])
    service.find_cron(name)
    return name


class QueuedJob:
    """A job of the queue, held."""

    def __init__(self, job_id: int, state: str) -> None:
        self.id = job_id
        self.state = state


async def queued_job(session: Writes, actor: Caller, job_id: Annotated[Id, Path(alias="id")]) -> QueuedJob:
    """The addressed job, locked, before the right to act on it is judged."""
    if not _sees(actor):
        raise JobNotFound(jobId=job_id)
    return QueuedJob(job_id, await service.hold_job(session, job_id))


CronName = Annotated[str, Depends(cron_name)]
JobToChange = Annotated[QueuedJob, Depends(queued_job)]
