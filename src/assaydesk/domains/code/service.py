"""Running executors. This version runs those that call an HTTP address (code.md 2, `apiCall`)."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from assaydesk.domains.code.request import ApiRequest, BadExecutor, api_request
from assaydesk.integrations.web.port import WebClient, WebFailed
from assaydesk.kit.jsontext import json_loads

MAX_BYTES: Final = 10 * 1024 * 1024


class ExecutorFailed(Exception):
    """The executor gave no result; the text says why, for people. `status` is that of an HTTP answer."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


async def call_executor(
    web: WebClient,
    executor: Mapping[str, Any] | str,
    given: Mapping[str, Any],
    *,
    timeout_seconds: float,
    private_hosts: Collection[str] = (),
) -> Any:
    """The JSON that the far side answers, None for an empty answer. No session may be open.

    `timeout_seconds` bounds what the executor itself says. `private_hosts`, each `name` or `name:port`, may lie in
    private networks. Raises `ExecutorFailed` for everything that is no JSON with a status of 200 to 299.
    """
    if isinstance(executor, str):
        raise ExecutorFailed(f"The function {executor[:100]!r} is not available: this version runs apiCall executors.")
    try:
        request = api_request(executor, given)
    except BadExecutor as failure:
        raise ExecutorFailed(str(failure)) from failure
    try:
        answer = await web.request(
            request.method,
            request.url,
            headers=request.headers,
            body=request.body,
            timeout=min(timeout_seconds, request.timeout_seconds or timeout_seconds),
            max_bytes=MAX_BYTES,
            allow_private=is_listed(request, private_hosts),
        )
    except WebFailed as failure:
        raise ExecutorFailed(failure.message) from failure
    if not answer.ok:
        raise ExecutorFailed(f"The server answered with status {answer.status}.", status=answer.status)
    if not answer.body.strip():
        return None
    try:
        return json_loads(answer.body.decode("utf-8"))
    except (ValueError, RecursionError) as failure:
        raise ExecutorFailed("The answer is no JSON.") from failure


def is_listed(request: ApiRequest, private_hosts: Collection[str]) -> bool:
    """Whether an administrator opened the private host of the request."""
    try:
        parts = urlsplit(request.url)
        host, port = (parts.hostname or "").lower(), parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return False
    listed = {one.strip().lower() for one in private_hosts}
    return host in listed or f"{host}:{port}" in listed
