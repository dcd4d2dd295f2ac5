"""Requests made from the API document alone: a whole body for each operation, and one changed value at a time."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]
Place = tuple[str | int, ...]
METHODS = ("get", "post", "put", "patch", "delete")
_DEEPEST = 6
_ADDRESSES = ("to", "cc", "bcc")
# Names that point at rows; the numbers are those of `make_example_rows`.
_POINTERS = {"ticketid": 376189, "ticketids": 376189, "tagid": 6, "tagids": 6, "tags": 6, "agentid": 123, "userid": 123}
_POINTERS |= {"userids": 123, "assignedagentids": 123, "subchannelid": 123, "customerid": "83771"}


@dataclass(frozen=True, slots=True)
class Operation:
    method: str
    path: str
    parameters: list[dict[str, Any]]
    body: Any

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"


def operations(document: Document) -> Iterator[Operation]:
    """Every operation, with a body that fills each documented key (`None` where there is no JSON body)."""
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                content = methods[method].get("requestBody", {}).get("content", {})
                schema = content.get("application/json", {}).get("schema")
                body = None if schema is None else sample(document, schema)
                yield Operation(method, path, methods[method].get("parameters", []), body)


def sample(document: Document, schema: dict[str, Any], name: str = "", depth: int = 0) -> Any:
    """A value of this shape, text wherever text is allowed."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if "allOf" in schema:
        return sample(document, schema["allOf"][0], name, depth)
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        real = [choice for choice in choices if choice.get("type") != "null"] or choices
        real.sort(key=lambda choice: choice.get("type") != "string" or name.lower() in _POINTERS)
        return sample(document, real[0], name, depth)
    if "const" in schema or schema.get("enum"):
        return schema.get("const", (schema.get("enum") or [None])[0])
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if kind == "array":
        least = max(1, schema.get("minItems", 1))
        part = "address" if name.lower() in _ADDRESSES else name
        return [sample(document, schema.get("items", {}), part, depth + 1) for _ in range(least)]
    if kind == "object":
        if depth > _DEEPEST:
            return {}
        if "properties" in schema:
            return {key: sample(document, part, key, depth + 1) for key, part in schema["properties"].items()}
        return {"key": "text"}
    if kind in ("integer", "number"):
        return _POINTERS.get(name.lower(), max(1, schema.get("minimum", 1)))
    if kind == "boolean":
        return False
    return _text(schema, name)


def _text(schema: dict[str, Any], name: str) -> str:
    low = name.lower()
    if schema.get("format") == "date-time" or low in ("from", "to") or low.endswith(("at", "until", "by")):
        return "2099-05-04T10:00:00Z"
    if schema.get("format") == "date" or low in ("date", "birthday"):
        return "1990-05-04"
    if "email" in low or low == "address":
        return "tom@example.com"
    if low in ("lang", "language"):
        return "en"
    if "url" in low:
        return "https://example.com/a"
    return str(_POINTERS.get(low, "text"))


def without(body: Any, path: str) -> bool:
    """Take the value that a fault names (`a.0.b`) out of a body, or the nearest thing around it that is there."""
    keys = path.split(".")
    holder, found = body, None
    for key in keys:
        if isinstance(holder, list) and key.isdigit() and int(key) < len(holder):
            found, holder = (holder, int(key)), holder[int(key)]
        elif isinstance(holder, dict) and key in holder:
            found, holder = (holder, key), holder[key]
        else:
            break
    if found is None:
        return False
    found[0].pop(found[1])
    return True


def faults(answer: dict[str, Any]) -> list[str]:
    """The places that an error names."""
    details = answer.get("error", {}).get("details", {})
    named = [fault["path"] for fault in details.get("fields", [])]
    return named or ([details["field"]] if "field" in details else [])


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    """Where in a body a value can be changed: each leaf, and each whole list or object."""
    if at:
        yield at
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from places(part, (*at, key))


def at_place(body: Any, place: Place) -> Any:
    for key in place:
        body = body[key]
    return body


def changed(body: Any, place: Place, value: Any) -> Any:
    """The body with another value at one place."""
    made = copy.deepcopy(body)
    holder = at_place(made, place[:-1])
    holder[place[-1]] = value
    return made


def encoded(body: Any) -> bytes:
    """JSON as an attacker writes it: lone surrogates escaped, NaN and infinity as words."""
    return json.dumps(body).encode()
