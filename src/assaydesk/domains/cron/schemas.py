"""Wire shapes of periodic jobs and of the queue (platform.md 2)."""

from typing import Any

from pydantic import Field

from assaydesk.platform.schema import Boolean, Done, RequestSchema, Schema, unset


class CronRunRead(Schema):
    started_at: str
    finished_at: str | None
    duration_ms: int | None
    ok: bool | None = Field(description="null while it is at work.")
    error: str | None
    result: dict[str, Any] | None


class CronRead(Schema):
    name: str
    label: str
    description: str
    schedule: str = Field(description="Five fields, in the time zone of the instance.")
    enabled: bool
    can_disable: bool
    state: str = Field(description="idle, running or failed.")
    last_run: CronRunRead | None
    next_run_at: str | None = Field(description="null while it is switched off.")


class CronDetail(CronRead):
    success: bool
    runs: list[CronRunRead] = Field(description="The last 50, newest first.")


class CronList(Done):
    jobs: list[CronRead]


class CronRunRequest(RequestSchema):
    args: dict[str, Any] = Field(default_factory=dict)


class CronUpdate(RequestSchema):
    enabled: Boolean = unset()
    schedule: str | None = Field(None, max_length=100, description="null: the one it was made with.")


class CronUpdated(Done):
    next_run_at: str | None


class Queued(Done):
    id: int
    state: str


class JobRead(Schema):
    id: int
    name: str
    label: str
    queue: str
    state: str
    key: str | None
    attempts: int
    scheduled_at: str | None
    started_at: str | None
    finished_at: str | None
    heartbeat_at: str | None
    error: str | None
    arguments: dict[str, Any]


class JobList(Done):
    jobs: list[JobRead]
    counts: dict[str, int]
    total: int
    limit: int
    offset: int


class HealthCheck(Schema):
    name: str
    ok: bool
    latency_ms: int
    message: str


class HealthDetails(Done):
    status: str = Field(description="ok, degraded or error.")
    checks: list[HealthCheck]
