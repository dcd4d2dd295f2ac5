"""The API document: committed, complete for what is built, and agreeing with the specification's list of operations."""

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from assaydesk.platform.http.document import build_document, document_text

ROOT = Path(__file__).parents[2]
GROUPS = {
    "quality", "worklog", "ticket", "routing", "conversation", "attachment", "customer", "contract", "tag",
    "intentTemplate", "reminder", "team", "profile", "role", "survey", "event", "cron", "version", "health",
    "workbench",
}  # fmt: skip
"""Groups of the specification that are all there."""
PARTS = re.compile(
    r"/settings(/\{name\}|/compact|/category.*|/search|/subchannel.*|/eventHook.*|/secret.*)?$|"
    r"/export/(reporting_\w+|ticket|surveys|users|qualityAssessments|file/.*|job.*)$|"
    r"/api/auth/(login|logout|refresh|sessions?(/\{id\})?|password/\w+|providers)$|/audit$|/docs/open-api$"
)
"""Operations of other groups that are there."""
ADDED: dict[tuple[str, str], str] = {
    ("GET", "/api/mind/quality/report/scores/assessment"): "quality",
    ("POST", "/api/mind/quality/fairness"): "quality",
    ("GET", "/api/mind/quality/fairness"): "quality",
    ("GET", "/api/mind/quality/fairness/{id}"): "quality",
    ("POST", "/api/mind/quality/scorecard/lint"): "quality",
    ("GET", "/api/mind/quality/scorecard/{id}/lint"): "quality",
    ("POST", "/api/mind/quality/assessment/{id}/replay"): "quality",
    ("GET", "/api/mind/quality/assessment/{id}/replay/{runId}"): "quality",
    ("GET", "/api/mind/quality/report/agreement/pair"): "quality",
    ("GET", "/api/mind/quality/report/reviewers"): "quality",
    ("GET", "/api/mind/quality/samplingPlan"): "quality",
    ("POST", "/api/mind/quality/samplingPlan"): "quality",
    ("GET", "/api/mind/quality/samplingPlan/{id}"): "quality",
    ("PATCH", "/api/mind/quality/samplingPlan/{id}"): "quality",
    ("DELETE", "/api/mind/quality/samplingPlan/{id}"): "quality",
    ("GET", "/api/mind/quality/samplingPlan/{id}/draw"): "quality",
    ("POST", "/api/mind/quality/assessment/{id}/secondReview"): "quality",
    ("GET", "/api/mind/quality/assessment/{id}/secondReview"): "quality",
    ("PUT", "/api/mind/quality/assessment/{id}/secondReview"): "quality",
    ("GET", "/api/mind/quality/secondReview"): "quality",
    ("GET", "/api/mind/quality/scorecard/{id}/trust"): "quality",
    ("PATCH", "/api/mind/quality/scorecard/{id}/trust"): "quality",
    ("DELETE", "/api/mind/quality/scorecard/{id}/trust"): "quality",
    ("POST", "/api/mind/quality/scorecard/{id}/trust/train"): "quality",
}
"""Operations beyond the specification, with their group: `(method, path): group`."""


def _operations(document: dict[str, object]) -> dict[tuple[str, str], dict[str, object]]:
    found = {}
    for path, methods in document["paths"].items():  # type: ignore[attr-defined]
        for method, operation in methods.items():
            found[method.upper(), path] = operation
    return found


@pytest.fixture
def document(app: FastAPI) -> dict[str, object]:
    return build_document(app)


def test_the_committed_document_is_that_of_the_code(document: dict[str, object]) -> None:
    assert (ROOT / "openapi.json").read_text() == document_text(document), "run: make openapi"


def test_every_operation_has_a_text_and_names_its_permissions(document: dict[str, object]) -> None:
    for place, operation in _operations(document).items():
        assert operation.get("description"), place
        assert "x-permissions" in operation, place


def test_no_two_shapes_share_a_name(document: dict[str, Any]) -> None:
    assert [name for name in document["components"]["schemas"] if "__" in name] == []


def test_operation_ids_are_unique(document: dict[str, object]) -> None:
    ids = [operation["operationId"] for operation in _operations(document).values()]
    assert len(ids) == len(set(ids))


def _listed(shared_spec: Path) -> list[dict[str, str]]:
    rows = []
    for name in ("endpoints.csv", "endpoints-admin.csv"):
        with (shared_spec / name).open(newline="") as file:
            rows += list(csv.DictReader(file))
    return rows


def _full(path: str) -> str:
    return path if path.startswith("/api/") else f"/api/mind{path}"


def test_the_operations_of_the_groups_are_all_there(document: dict[str, object], shared_spec: Path) -> None:
    built = set(_operations(document))
    missing = [
        f"{row['method']} {row['path']}"
        for row in _listed(shared_spec)
        if (row["group"] in GROUPS or PARTS.match(row["path"])) and (row["method"], _full(row["path"])) not in built
    ]
    assert missing == []


def test_every_operation_stands_in_the_specification_under_its_group(
    document: dict[str, object], shared_spec: Path
) -> None:
    listed = {(row["method"], _full(row["path"])): row["group"] for row in _listed(shared_spec)}
    listed |= {("GET", "/api/mind/version"): "version"} | ADDED
    wrong = {
        place: operation.get("tags")
        for place, operation in _operations(document).items()
        if listed.get(place) not in (operation.get("tags") or [])
    }
    assert wrong == {}
