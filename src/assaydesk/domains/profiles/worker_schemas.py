"""Wire shapes of service workers (people.md 7)."""

from typing import Annotated, Literal

from pydantic import Field

from assaydesk.domains.profiles.types import ProfileState
from assaydesk.platform.schema import Id, RequestSchema, Schema, unset

Name = Annotated[str, Field(min_length=1, max_length=100)]
Addresses = Annotated[list[str], Field(max_length=100)]


class WorkerCreate(RequestSchema):
    name: Name
    role_id: Id
    allowed_ips: Annotated[Addresses, Field(default_factory=list)]


class WorkerUpdate(RequestSchema):
    name: Name = unset()
    role_id: Id = unset()
    allowed_ips: Addresses = unset()
    state: Literal[ProfileState.ACTIVE, ProfileState.INACTIVE] = unset()


class WorkerRead(Schema):
    id: int
    name: str
    role_id: int | None
    allowed_ips: list[str]
    state: ProfileState
    last_seen: str | None


class WorkerList(Schema):
    success: bool
    service_workers: list[WorkerRead]
    total: int
    limit: int
    offset: int
