"""Conversations and scorecards from files. The commands `import conversations` and `import scorecard` call this."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from re import fullmatch
from typing import BinaryIO, Final, TypeAlias

from sqlalchemy.exc import DBAPIError, OperationalError

from assaydesk.domains.imports.formats.abcd import parse_abcd
from assaydesk.domains.imports.formats.findings import Finding, Severity, UnreadableSource
from assaydesk.domains.imports.formats.jsonl import parse_jsonl
from assaydesk.domains.imports.formats.jsonl_shapes import SOURCE_NAME
from assaydesk.domains.imports.formats.reading import check_source, count_entries
from assaydesk.domains.imports.formats.tau_bench import parse_tau_bench
from assaydesk.domains.imports.formats.types import ParsedConversation, ParseOptions, SourceFormat
from assaydesk.domains.imports.scorecards import ScorecardResult, import_scorecards
from assaydesk.domains.imports.store import Stored, store_batch
from assaydesk.domains.settings.service import get_settings
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.engine import Database
from assaydesk.platform.errors import DomainError, Unprocessable

__all__ = [
    "ImportReport",
    "ScorecardResult",
    "SourceNameNotAllowed",
    "SourceUnreadable",
    "import_conversations",
    "import_scorecards",
]

Progress: TypeAlias = Callable[[int, int], None]
"""Called with how many conversations of the file are done, and how many there are."""

_BATCH: Final = 50
"""Conversations of one transaction: few statements for each, and little to do again after a kill."""
_PARSERS: Final = {
    SourceFormat.JSONL: parse_jsonl,
    SourceFormat.TAU_BENCH: parse_tau_bench,
    SourceFormat.ABCD: parse_abcd,
}


class SourceUnreadable(Unprocessable):
    """422: the file is not what it was said to be; nothing was imported."""


class SourceNameNotAllowed(Unprocessable):
    """422: the name that is to stand before the ids."""

    default_message = "A source name has up to 40 letters, digits, dots, hyphens and underscores, and no blanks."


@dataclass(slots=True)
class ImportReport:
    """What became of a file. `faults`: what was not imported; `warnings`: what was left out or looks odd.

    `stopped`: a fault ended a strict import; what stands after it was not looked at.
    """

    imported: int = 0
    unchanged: int = 0
    skipped: int = 0
    messages: int = 0
    tool_calls: int = 0
    worklogs: int = 0
    stopped: bool = False
    faults: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)

    def note(self, finding: Finding) -> None:
        """Keep a finding where it belongs."""
        (self.faults if finding.severity is Severity.ERROR else self.warnings).append(finding)
        self.skipped += finding.severity is Severity.SKIPPED

    def add(self, stored: Stored) -> None:
        """Count what one batch became."""
        self.imported += stored.imported
        self.unchanged += stored.unchanged
        self.messages += stored.messages
        self.tool_calls += stored.tool_calls
        self.worklogs += stored.worklogs
        for finding in stored.findings:
            self.note(finding)


async def import_conversations(
    database: Database,
    source: Path,
    *,
    fmt: str,
    strict: bool = False,
    progress: Progress | None = None,
    source_name: str | None = None,
    now: datetime | None = None,
) -> ImportReport:
    """Bring in the conversations of a file (worklog.md 2.8, docs/import.md).

    `source_name` stands before the ids, in place of the name that the format or the line says. What exists is left
    alone, so the same file twice changes nothing, and a file whose import was broken off is gone on with. Raises
    `SourceUnreadable` for a file that cannot be opened or is of another format, `SourceNameNotAllowed`, and
    `OperationalError` when the database is lost.
    """
    form = SourceFormat(fmt)
    if source_name is not None and not fullmatch(SOURCE_NAME, source_name):
        raise SourceNameNotAllowed
    present = now or utc_now()
    async with database.read() as session:
        zone = (await get_settings(session)).zone
    options = ParseOptions(not_after=present, file_name=source.stem, source=source_name, zone=zone)
    report = ImportReport()
    with _opened(source, form) as file:
        total = count_entries(file, form)
        batch: list[ParsedConversation] = []
        done = 0
        for result in _PARSERS[form](file, options):
            if isinstance(result, ParsedConversation):
                batch.append(result)
            else:
                report.note(result)
                done += result.severity is not Severity.WARNING
            broken = strict and bool(report.faults)
            if broken or len(batch) == _BATCH:
                await _store(database, batch, report, present, strict=strict)
                done += len(batch)
                batch = []
                if progress:
                    progress(done, total)
                report.stopped = strict and bool(report.faults)
            if report.stopped:
                return report
        await _store(database, batch, report, present, strict=strict)
    report.stopped = strict and bool(report.faults)
    if progress:
        progress(total, total)
    return report


@contextmanager
def _opened(source: Path, form: SourceFormat) -> Iterator[BinaryIO]:
    try:
        file = source.open("rb")
    except OSError as failure:
        raise SourceUnreadable(f"{source.name} cannot be read: {failure.strerror}.") from failure
    with file:
        try:
            check_source(file, form)
        except UnreadableSource as failure:
            raise SourceUnreadable(f"{source.name}: {failure}.") from failure
        yield file


async def _store(
    database: Database, batch: list[ParsedConversation], report: ImportReport, now: datetime, *, strict: bool
) -> None:
    """Store a batch in one transaction; when it is refused, one by one, to find out which one."""
    if not batch:
        return
    before = len(report.faults)
    try:
        async with database.write() as session:
            stored = await store_batch(session, batch, now)
    except OperationalError:
        raise
    except (DBAPIError, DomainError) as failure:
        if len(batch) == 1:
            report.note(Finding(batch[0].position, Severity.ERROR, f"{batch[0].id}: {_reason(failure)}"))
            return
        for one in batch:
            await _store(database, [one], report, now, strict=strict)
            if strict and len(report.faults) > before:
                return
    else:
        report.add(stored)


def _reason(failure: DBAPIError | DomainError) -> str:
    if isinstance(failure, DomainError):
        return failure.message
    return f"the database refuses it ({type(failure.orig).__name__})."
