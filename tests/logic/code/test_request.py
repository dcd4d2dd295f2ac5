"""The HTTP request of an executor (code.md 2)."""

from typing import Any

import pytest

from assaydesk.domains.code.request import BadExecutor, api_request


def executor(**request: Any) -> dict[str, Any]:
    return {"type": "apiCall", "request": {"url": "https://erp.example/x", **request}, "parameters": {"a": "1", "n": 5}}


def test_given_no_request_the_input_is_posted_to_the_address_in_the_parameters() -> None:
    made = api_request({"type": "apiCall", "parameters": {"url": "https://erp.example/y"}}, {"contractId": "V"})
    assert (made.method, made.url, made.body) == ("POST", "https://erp.example/y", b'{"contractId":"V"}')
    assert made.headers["content-type"] == "application/json"


def test_given_placeholders_they_are_filled_and_cannot_leave_their_place() -> None:
    made = api_request(
        executor(url="https://erp.example/{{id}}/{{unknown}}", query={"q": "{{id}}"}, timeoutSeconds=3),
        {"id": "../a?b=c&d"},
    )
    assert made.url == "https://erp.example/..%2Fa%3Fb%3Dc%26d/{{unknown}}?q=..%2Fa%3Fb%3Dc%26d"
    assert made.timeout_seconds == 3
    body = {"one": "{{n}}", "two": "no {{n}}", "three": ["{{a}}", 1], "four": "{{missing}}"}
    assert api_request(executor(body=body), {}).body == b'{"one":5,"two":"no 5","three":["1",1],"four":"{{missing}}"}'
    assert api_request(executor(body='{"x": "{{id}}"}'), {"id": 'a"b\n'}).body == b'{"x": "a\\"b\\n"}'
    assert api_request(executor(method="get", body="x"), {}).body is None


@pytest.mark.parametrize(
    "bad",
    [
        {"type": "sourceCode", "code": "print()"}, {"type": "apiCall"}, {"type": "apiCall", "request": {"url": " "}},
        executor(method="TRACE"), executor(headers={"X": "a\r\nEvil: {{a}}"}),
    ],
)  # fmt: skip
def test_given_what_cannot_be_run_it_is_said(bad: Any) -> None:
    with pytest.raises(BadExecutor):
        api_request(bad, {})


def test_given_a_secret_that_nobody_knows_the_placeholder_stays() -> None:
    made = api_request(executor(headers={"X-Key": "{{secret.ERP}}"}), {})
    assert made.headers["x-key"] == "{{secret.ERP}}"
