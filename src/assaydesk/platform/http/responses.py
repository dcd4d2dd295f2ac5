"""The errors of an operation, for the API document."""

from typing import Any

from assaydesk.platform.errors import DomainError

_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["success", "error"],
    "properties": {
        "success": {"type": "boolean", "const": False},
        "error": {
            "type": "object",
            "required": ["code", "message", "details"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "details": {"type": "object", "required": ["txId"], "properties": {"txId": {"type": "string"}}},
            },
        },
    },
}


def errors(*classes: type[DomainError]) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route: one entry a status, with the codes that the operation may answer."""
    codes: dict[int, list[str]] = {}
    for error in classes:
        codes.setdefault(error.status, []).append(error.code)
    return {
        status: {
            "description": ", ".join(sorted(names)),
            "content": {"application/json": {"schema": _SCHEMA}},
        }
        for status, names in sorted(codes.items())
    }
