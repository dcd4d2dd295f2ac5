"""The errors of an operation, for the API document."""

from typing import Any

from assaydesk.platform.errors import DomainError
from assaydesk.platform.http.document import ERROR_SCHEMA


def errors(*classes: type[DomainError]) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route: one entry a status, with the codes that the operation may answer."""
    codes: dict[int, list[str]] = {}
    for error in classes:
        codes.setdefault(error.status, []).append(error.code)
    return {
        status: {
            "description": ", ".join(sorted(names)),
            "content": {"application/json": {"schema": ERROR_SCHEMA}},
        }
        for status, names in sorted(codes.items())
    }
