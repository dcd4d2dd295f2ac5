"""The source keeps the rules, and each rule bites on a bad sample."""

import re
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from tests.architecture import rules
from tests.architecture.rules import RULES, Rule

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "assaydesk"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_source_keeps_the_rule(rule: Rule) -> None:
    faults = [
        fault
        for file in sorted(SOURCE.rglob("*.py"))
        if "versions" not in file.parts
        for fault in rule(PurePosixPath(file.relative_to(SOURCE).as_posix()), file.read_text())
    ]
    assert faults == []


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (rules.private_files, "domains/tickets/service.py", "from assaydesk.domains.tags.repository import page\n"),
        (rules.private_files, "domains/quality/judging/a.py", "import assaydesk.domains.quality.scorecards.deps\n"),
        (rules.commits, "domains/tickets/service.py", "async def f(session):\n    await session.commit()\n"),
        (rules.routers, "domains/tickets/endpoints.py", "from fastapi import APIRouter\nrouter = APIRouter()\n"),
        (rules.http_exceptions, "domains/tickets/service.py", "from fastapi import HTTPException\n"),
        (rules.environment, "domains/tickets/service.py", "import os\nA = os.environ['A']\n"),
        (rules.sql_in_its_place, "domains/tickets/endpoints.py", "from sqlalchemy import select\n"),
        (rules.sizes, "domains/tickets/handlers.py", "\n" * 161),
        (rules.unfinished, "domains/tickets/service.py", "# TO" + "DO later\n"),
    ],
)
def test_the_rule_finds_a_bad_sample(rule: Rule, path: str, text: str) -> None:
    assert list(rule(PurePosixPath(path), text))


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name]


def test_no_committed_file_names_a_package_registry_or_a_path_of_one_machine() -> None:

    registry = re.compile(
        r"--(extra-)?index-url +http|\"resolved\": *\"http|^ *registry *= *http|--find-links +http", re.M
    )
    machine = re.compile(r"(^|[^A-Za-z0-9_./-])/(wor[k]|roo[t]|hom[e])/[A-Za-z.]", re.M)
    faults = []
    for file in _tracked():
        if not file.is_file() or file.stat().st_size > 1_000_000:
            continue
        try:
            text = file.read_text()
        except UnicodeDecodeError:
            continue
        faults += [
            f"{file.name}: {found.group(0)!r}" for found in (registry.search(text), machine.search(text)) if found
        ]
    assert faults == []


def test_every_package_folder_is_marked_and_empty_inits_stay_empty() -> None:
    for init in SOURCE.rglob("__init__.py"):
        if init.parent == SOURCE:
            continue
        assert init.read_text() == "", init
