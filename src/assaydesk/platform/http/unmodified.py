"""The header `If-Unmodified-Since-Version` of operations on objects without a `version` (conventions.md 9)."""

from typing import Annotated

from fastapi import Header

from assaydesk.platform.versions import HEADER

UnmodifiedSince = Annotated[
    str | None, Header(alias=HEADER, max_length=40, description="The `modifiedAt` that was read; newer is 409.")
]
