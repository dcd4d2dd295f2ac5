"""The OpenAPI document: built by a command, committed, and served as it stands."""

import json
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

SECURITY: list[dict[str, list[str]]] = [{"bearer": []}, {"cookie": []}]


def build_document(app: FastAPI) -> dict[str, Any]:
    """The document of an application. Every operation that is not public needs a token or the cookie."""
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes,
        servers=[{"url": "/", "description": "This instance"}],
    )  # fmt: skip
    components = document.setdefault("components", {})
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "connect.sid"},
    }
    document["security"] = SECURITY
    for operations in document["paths"].values():
        for operation in operations.values():
            _complete(operation)
    return document


def _complete(operation: dict[str, Any]) -> None:
    """One group an operation, and our error body in place of the framework's own, which no answer has."""
    operation["tags"] = operation["tags"][-1:]  # A route may name a narrower group than its router's.
    responses = operation.get("responses", {})
    for status in ("422", *(() if operation.get("security") == [] else ("401", "403"))):
        current = responses.get(status, {})
        content = current.get("content", {}).get("application/json", {})
        if not content or "HTTPValidationError" in json.dumps(content):
            responses[status] = {
                "description": current.get("description", "") or {"401": "unauthenticated"}.get(status, "Error"),
                "content": {"application/json": {"schema": ERROR_SCHEMA}},
            }
    operation["responses"] = dict(sorted(responses.items()))


ERROR_SCHEMA: dict[str, Any] = {
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


_DEEPEST_LINE: Final = 3
"""Where lines begin: `paths` > address > method, `components` > `schemas` > name."""


def document_text(document: dict[str, Any]) -> str:
    """The document as it is committed: a line for each operation and each shape, so that a change is a line."""
    return _lines(document, depth=0) + "\n"


def _lines(value: Any, depth: int) -> str:
    if depth == _DEEPEST_LINE or not isinstance(value, dict) or not value:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    inner = " " * (depth + 1)
    members = (
        f"{inner}{json.dumps(key, ensure_ascii=False)}: {_lines(item, depth + 1)}" for key, item in value.items()
    )
    return "{\n" + ",\n".join(members) + "\n" + " " * depth + "}"
