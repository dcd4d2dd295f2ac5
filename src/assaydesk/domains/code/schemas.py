"""Wire shapes of secrets (code.md 7)."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from assaydesk.platform.schema import Done, RequestSchema, Schema

Host = Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9.\-]+$")]


class SecretWrite(RequestSchema):
    value: Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=10_000)]
    hosts: list[Host] = Field(
        default_factory=list, max_length=50, description="Where it may be sent; empty = anywhere."
    )


class SecretRead(Schema):
    key: str
    hosts: list[str]
    modified_at: str
    modified_by: int | None
    last_used_at: str | None
    used_by: list[dict[str, Any]]


class SecretList(Done):
    secrets: list[SecretRead]
