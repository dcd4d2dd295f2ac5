"""The committed JSON Schema and the parser accept and refuse the same lines."""

import json
from typing import Any

import jsonschema_rs
import pytest

from assaydesk.domains.imports.formats.findings import Severity
from assaydesk.domains.imports.formats.jsonl_shapes import conversation_schema
from tests.factories.imports import REPOSITORY, conversation, parsed

SCHEMA = REPOSITORY / "docs/schemas/conversation.schema.json"
WRITE = (
    'python -c "import json; from assaydesk.domains.imports.formats.jsonl_shapes import conversation_schema as s; '
    f'print(json.dumps(s(), indent=2))" > {SCHEMA.relative_to(REPOSITORY)}'
)
AT = "2026-05-04T10:00:00Z"


def entry(**entry: Any) -> dict[str, Any]:
    return conversation(people=[{"key": "mia"}, {"key": "bot", "type": "aiAgent"}], messages=[entry])


ACCEPTED: list[Any] = [
    conversation(),
    conversation(id=12),
    conversation(messages=[]),
    conversation(unknown={"a": 1}),
    conversation(people=None, tags=None, status=None, customer=None, csat=None, rawData=None),
    conversation(source="my-desk_1.2", channel="voice", subject="", language="de", status="open", startedAt=AT),
    conversation(customer={"name": "Ann", "customerId": 5, "contractId": "C-1", "email": "n/a"}),
    conversation(tags=["Billing > Refund"], rawData={"x": [1, None]}, csat={"answerStars": 5, "scale": 5}),
    conversation(segments=[{"author": "mia", "from": AT, "to": AT}]),
    entry(role="customer", text="x", at="2026-05-04"),
    entry(role="customer", text="x", at="2026-05-04 10:00"),
    entry(role="customer", text="x", at="2026-05-04T10:00:00.123+02:00"),
    entry(role="customer", text="x", at=1_777_888_920),
    entry(role="customer", text="x", at=1_777_888_920_123),
    entry(type="message", role="note", html="<p>x</p>", id=3),
    entry(role="agent", author="mia", text="x", aiUsage=4, attachments=[{"name": "a", "url": "HTTPS://x.example"}]),
    entry(role="aiAgent", author="bot", text="x"),
    entry(role="system", text=""),
    entry(type="toolCall", name="look up", author="bot", arguments=[1], result=None),
    entry(type="action", action="pending", author="mia", dueBy="2099-01-01"),
]
REFUSED: list[Any] = [
    "text", 5, None, [], {},
    {"id": "a"},
    {"messages": []},
    conversation(id=None), conversation(id=""), conversation(id="  "), conversation(id=True), conversation(id=1.5),
    conversation(id="x" * 151),
    conversation(messages=None), conversation(messages={}), conversation(messages=[None]), conversation(messages=["x"]),
    conversation(source="a b"), conversation(source=""), conversation(channel="fax"), conversation(status="done"),
    conversation(startedAt="soon"), conversation(startedAt=5), conversation(startedAt=True),
    conversation(subject=5), conversation(tags="x"), conversation(tags=[5]), conversation(rawData=[]),
    conversation(people={"key": "mia"}), conversation(people=[{"name": "Mia"}]),
    conversation(people=[{"key": "mia", "team": "x" * 101}]),
    conversation(people=[{"key": "mia", "type": "robot"}]), conversation(people=[{"key": "mia", "email": "mia"}]),
    conversation(customer="Ann"), conversation(customer={"customerId": "x" * 51}), conversation(customer={"name": " "}),
    conversation(segments=[{"author": "mia", "from": AT}]),
    conversation(csat={}), conversation(csat={"answerStars": "5"}), conversation(csat={"answerStars": 11}),
    entry(text="x"), entry(role="bot", text="x"), entry(role=None, text="x"), entry(role="customer", text=5),
    entry(role="customer", text="x", at="2026-13-04"), entry(role="customer", text="x", at="10:00"),
    entry(role="customer", text="x", at=[]), entry(role="customer", text="x", at=-1),
    entry(role="customer", text="x", at="1777888920"),
    entry(role="customer", text="x" * 1_000_001),
    entry(role="agent", author="mia", text="x", aiUsage=5), entry(role="agent", author="mia", text="x", aiUsage="1"),
    entry(role="customer", text="x", attachments=[{}]),
    entry(role="customer", text="x", attachments=[{"name": "a", "url": "javascript:alert(1)"}]),
    entry(type="note", text="x"), entry(type=None, role="customer", text="x"), entry(type="toolCall"),
    entry(type="toolCall", name=""), entry(type="toolCall", name="x" * 201), entry(type="action", author="mia"),
    entry(type="action", action="reply", author="mia"),
]  # fmt: skip


def accepts(line: Any) -> bool:
    _, findings = parsed(json.dumps(line))
    return all(finding.severity is not Severity.ERROR for finding in findings)


def test_the_committed_schema_is_that_of_the_code() -> None:
    assert json.loads(SCHEMA.read_text()) == conversation_schema(), f"write it again: {WRITE}"


@pytest.fixture(scope="module")
def schema() -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(conversation_schema())


@pytest.mark.parametrize("line", ACCEPTED, ids=lambda line: json.dumps(line)[-60:])
def test_schema_and_parser_accept(schema: jsonschema_rs.Validator, line: Any) -> None:
    assert schema.is_valid(line)
    assert accepts(line)


@pytest.mark.parametrize("line", REFUSED, ids=lambda line: json.dumps(line)[-60:])
def test_schema_and_parser_refuse(schema: jsonschema_rs.Validator, line: Any) -> None:
    assert not schema.is_valid(line)
    assert not accepts(line)
