"""Declaring jobs. A job is delivered at least once: it looks again before it acts."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from assaydesk.platform.config import Config
from assaydesk.platform.db.engine import Database


@dataclass(slots=True)
class Runtime:
    """What a job finds: it opens its own sessions. `ports` are the doors to models and other outside things."""

    config: Config
    database: Database
    ports: dict[str, Any] = field(default_factory=dict)


JobFunction = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of background work. Arguments are ids and plain values.

    `retries` further tries follow a failed one, with growing waits. `cron` is read in UTC; a cron
    job takes no arguments.
    """

    name: str
    function: JobFunction
    queue: str
    priority: int
    retries: int
    retry_wait_seconds: int
    timeout_seconds: float
    cron: str | None


JOBS: Final[dict[str, Job]] = {}


def job(
    name: str,
    *,
    queue: str = "default",
    priority: int = 0,
    retries: int = 3,
    retry_wait_seconds: int = 10,
    timeout_seconds: float = 600.0,
    cron: str | None = None,
) -> Callable[[JobFunction], Job]:
    """Declare `async def work(runtime: Runtime, *, ids...) -> None` as the job `domain.verb`."""

    def declare(function: JobFunction) -> Job:
        declared = Job(name, function, queue, priority, retries, retry_wait_seconds, timeout_seconds, cron)
        JOBS[name] = declared
        return declared

    return declare
