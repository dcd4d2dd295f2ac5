"""Scorecards from files with the body of `POST /quality/scorecard`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assaydesk.domains.quality.scorecards.service import create_scorecard, get_revision, list_scorecards
from assaydesk.domains.quality.scorecards.types import ScorecardState
from assaydesk.kit.jsontext import json_loads
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.errors import DomainError, ValidationFailed
from assaydesk.platform.security.actor import SYSTEM

_LIVING = (ScorecardState.DRAFT, ScorecardState.ACTIVE, ScorecardState.RETIRED)


@dataclass(frozen=True, slots=True)
class ScorecardResult:
    """What became of one file. Without `fault` there is a `scorecard_id`; not `created` means it was there before."""

    file: str
    name: str = ""
    scorecard_id: int | None = None
    created: bool = False
    fault: str | None = None
    ignored: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.fault is not None:
            return f"{self.file}: {self.fault}"
        said = "created" if self.created else "was there already"
        unknown = f"; unknown keys ignored: {', '.join(self.ignored)}" if self.ignored else ""
        return f"{self.file}: scorecard {self.scorecard_id} “{self.name}” {said}{unknown}"


class _AlreadyThere(Exception):
    def __init__(self, scorecard_id: int) -> None:
        self.scorecard_id = scorecard_id


async def import_scorecards(database: Database, files: Sequence[Path]) -> list[ScorecardResult]:
    """Make a scorecard of each file; one that exists with this name and content changes nothing.

    A file that is refused does not keep the others out. Existing means: any revision that is not deleted.
    """
    return [await _import_one(database, file) for file in files]


async def _import_one(database: Database, file: Path) -> ScorecardResult:
    try:
        body = _read(file)
        async with database.write() as session:
            return await _create(session, file.name, body)
    except ValidationFailed as failure:
        faults = "; ".join(
            f"{fault.path}: {fault.message}" if fault.path else fault.message for fault in failure.fields
        )
        return ScorecardResult(file.name, fault=faults)
    except (DomainError, _NoScorecard) as failure:
        return ScorecardResult(file.name, fault=str(failure))


class _NoScorecard(Exception):
    pass


def _read(file: Path) -> dict[str, Any]:
    try:
        body = json_loads(file.read_bytes().decode("utf-8-sig"))
    except OSError as failure:
        raise _NoScorecard(f"it cannot be read: {failure.strerror}.") from failure
    except UnicodeDecodeError as failure:
        raise _NoScorecard(f"byte {failure.start + 1} is not UTF-8; save the file as UTF-8.") from failure
    except json.JSONDecodeError as failure:
        raise _NoScorecard(f"line {failure.lineno}: no JSON: {failure.msg} at character {failure.colno}.") from failure
    except (ValueError, RecursionError) as failure:
        raise _NoScorecard(f"no JSON: {failure}.") from failure
    if not isinstance(body, dict):
        raise _NoScorecard("no scorecard: it must be one JSON object, the body of POST /quality/scorecard.")
    return body


async def _create(session: WriteSession, file: str, body: Mapping[str, Any]) -> ScorecardResult:
    """Made first and compared then, because only the domain of scorecards knows what a body comes to."""
    before = await list_scorecards(session, SYSTEM, states=_LIVING, full=False)
    try:
        async with session.begin_nested():
            created = await create_scorecard(session, SYSTEM, body)
            revision = await get_revision(session, created.scorecard_id)
            assert revision is not None
            name = revision.content.name
            for known in before:
                if (known["name"], known["contentHash"]) == (name, revision.content_hash):
                    raise _AlreadyThere(known["id"])
    except _AlreadyThere as found:
        return ScorecardResult(file, name, found.scorecard_id)
    return ScorecardResult(file, name, created.scorecard_id, created=True, ignored=created.ignored)
