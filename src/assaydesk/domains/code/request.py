"""The HTTP request that an executor of type `apiCall` stands for (code.md 2). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from re import compile as regex
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from assaydesk.kit.jsontext import json_dumps

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
_PLACEHOLDER: Final = regex(r"\{\{\s*([^{}\s]{1,100})\s*\}\}")
_NOT_IN_A_HEADER: Final = regex(r"[\r\n\x00]")


class BadExecutor(ValueError):
    """The executor cannot be run; the text says why."""


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """`timeout_seconds` None: the executor names none."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    timeout_seconds: float | None = None


def api_request(executor: Mapping[str, Any], given: Mapping[str, Any]) -> ApiRequest:
    """The request for one input. `url`, `query` and `body` take `{{name}}` of the input and of `parameters`.

    Without `request`, or without a body in it, the input itself is sent as JSON. Raises `BadExecutor`.
    """
    if executor.get("type") != "apiCall":
        raise BadExecutor(f"Executors of type {str(executor.get('type'))[:30]!r} cannot be run; apiCall can.")
    parameters = executor.get("parameters") or {}
    values = {**(parameters if isinstance(parameters, Mapping) else {}), **given}
    request = executor.get("request")
    request = request if isinstance(request, Mapping) else {"url": values.get("url")}
    method = str(request.get("method") or "POST").upper()
    if method not in METHODS:
        raise BadExecutor(f"The method {method[:20]!r} is not known.")
    headers = {str(name).lower(): _header(text, values) for name, text in _pairs(request.get("headers")).items()}
    body: bytes | None = None
    if method not in ("GET", "HEAD"):
        body = _body(request["body"] if request.get("body") is not None else dict(given), values)
        headers.setdefault("content-type", "application/json")
    headers.setdefault("accept", "application/json")
    timeout = request.get("timeoutSeconds")
    seconds = float(timeout) if isinstance(timeout, int | float) and not isinstance(timeout, bool) else None
    return ApiRequest(method, _url(request, values), headers, body, seconds if seconds and seconds > 0 else None)


def _url(request: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    pattern = request.get("url")
    if not isinstance(pattern, str) or not pattern.strip():
        raise BadExecutor("The executor has no url.")
    parts = urlsplit(_fill(pattern.strip(), values, escape=True))
    query = urlencode([(name, _fill(str(text), values)) for name, text in _pairs(request.get("query")).items()])
    return urlunsplit(parts._replace(query="&".join(part for part in (parts.query, query) if part)))


def _header(text: Any, values: Mapping[str, Any]) -> str:
    filled = _fill(str(text), values)
    if _NOT_IN_A_HEADER.search(filled):
        raise BadExecutor("A header value must not hold line breaks.")
    return filled


def _body(body: Any, values: Mapping[str, Any]) -> bytes:
    if isinstance(body, str):
        return _fill(body, values, as_json=True).encode()
    return json_dumps(_filled(body, values)).encode()


def _filled(value: Any, values: Mapping[str, Any]) -> Any:
    """Placeholders inside a JSON value; one that stands alone keeps the type of what it stands for."""
    if isinstance(value, str):
        alone = _PLACEHOLDER.fullmatch(value)
        return values[alone[1]] if alone and alone[1] in values else _fill(value, values)
    if isinstance(value, Mapping):
        return {key: _filled(item, values) for key, item in value.items()}
    return [_filled(item, values) for item in value] if isinstance(value, list) else value


def _fill(text: str, values: Mapping[str, Any], *, escape: bool = False, as_json: bool = False) -> str:
    """`escape`: for an address; `as_json`: inside a JSON text. What nobody knows stays as it is."""

    def put(found: Any) -> str:
        if found[1] not in values:
            return str(found[0])
        value = values[found[1]]
        plain = "" if value is None else value if isinstance(value, str) else json_dumps(value)
        if escape:
            # What comes from a message must not become another host, path or parameter.
            return quote(plain, safe="")
        return json_dumps(plain)[1:-1] if as_json else plain

    return _PLACEHOLDER.sub(put, text)


def _pairs(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
