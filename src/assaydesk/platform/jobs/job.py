"""Declaring jobs. A job is delivered at least once: it looks again before it acts."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from assaydesk.platform.config import Config
from assaydesk.platform.db.engine import Database


class RunLog(Protocol):
    """Remembers how runs went. `job_id` is the one of the queue, None for a run outside of it."""

    async def begin(self, job: "Job", job_id: int | None) -> None:
        """The run starts."""

    async def end(self, job: "Job", job_id: int | None, *, error: str | None, result: "JobResult") -> None:
        """The run ended; `error` names what went wrong, without contents of rows or messages."""


@dataclass(slots=True)
class Runtime:
    """What a job finds: it opens its own sessions. `ports` are the doors to models and other outside things."""

    config: Config
    database: Database
    ports: dict[str, Any] = field(default_factory=dict)
    run_log: RunLog | None = None


JobResult = Mapping[str, int | str] | None
"""What a run may tell about itself, such as `{"tickets": 3}`; kept with the last runs of a cron job."""

JobFunction = Callable[..., Awaitable[JobResult]]


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of background work. Arguments are ids and plain values.

    `retries` further tries follow a failed one, with growing waits. `cron` is read in the time zone of the
    instance; a cron job must do with no arguments. `cron_name` is its name in the API (platform.md 2), and
    `can_disable` says whether an administrator may switch it off.
    """

    name: str
    function: JobFunction
    queue: str
    priority: int
    retries: int
    retry_wait_seconds: int
    timeout_seconds: float
    cron: str | None
    cron_name: str | None = None
    can_disable: bool = True


JOBS: Final[dict[str, Job]] = {}


def api_name(name: str) -> str:
    """`auth.clean_up` as a name of the API: `authCleanUp`."""
    first, *others = name.replace("_", ".").split(".")
    return first + "".join(other[:1].upper() + other[1:] for other in others)


def job(
    name: str,
    *,
    queue: str = "default",
    priority: int = 0,
    retries: int = 3,
    retry_wait_seconds: int = 10,
    timeout_seconds: float = 600.0,
    cron: str | None = None,
    cron_name: str | None = None,
    can_disable: bool = True,
) -> Callable[[JobFunction], Job]:
    """Declare `async def work(runtime: Runtime, *, ids...) -> None` as the job `domain.verb`."""

    def declare(function: JobFunction) -> Job:
        declared = Job(
            name, function, queue, priority, retries, retry_wait_seconds, timeout_seconds, cron,
            cron_name if cron is None or cron_name else api_name(name), can_disable,
        )  # fmt: skip
        JOBS[name] = declared
        return declared

    return declare
