"""`import` and `assess`: work in, evidence out."""

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from assaydesk.cli.instance import CommandFailed, clear_errors, err, load_config, on_instance, out
from assaydesk.cli.options import DatabaseUrl, DataDir
from assaydesk.cli.output import assessment_table, write_report
from assaydesk.cli.running import found_when_empty
from assaydesk.domains.imports.service import import_conversations, import_scorecards
from assaydesk.domains.quality.assessments.service import (
    create_missing,
    end_waits,
    process_due,
    report_rows,
    verify_evidence,
)
from assaydesk.domains.settings.service import get_settings
from assaydesk.kit.clock import parse_instant
from assaydesk.platform.jobs.job import Runtime

importing = typer.Typer(
    help="Bring in conversations or scorecards from files.", no_args_is_help=True,
    epilog="Example: assaydesk import conversations chats.jsonl --from jsonl",
)  # fmt: skip
ASSESS_EXAMPLE = "Example: assaydesk assess --since 2024-06-01 --out report.html"


class Format(StrEnum):
    """Forms of conversation files (docs/import.md)."""

    JSONL = "jsonl"
    TAU_BENCH = "tau-bench"
    ABCD = "abcd"


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=err,
        transient=True, disable=not err.is_terminal,
    )  # fmt: skip


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise CommandFailed(f"{path} is no file." if path.exists() else f"There is no file {path}.")
    return path


@importing.command(epilog="Example: assaydesk import conversations chats.jsonl --from jsonl")
def conversations(
    file: Annotated[Path, typer.Argument(help="The file to read.", show_default=False)],
    form: Annotated[Format, typer.Option("--from", help="Its form.")] = Format.JSONL,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first broken line.")] = False,
    name: Annotated[str | None, typer.Option("--source", help="Name before the ids, to keep two files apart.")] = None,
    data_dir: DataDir = None,
    database: DatabaseUrl = None,
) -> None:
    """Import conversations: people, customers, tickets, messages, tool calls and worklogs.

    The same file twice changes nothing. A broken line is reported with its number and the rest is imported.
    """
    with clear_errors():
        source = _existing(file)
        config = load_config(quiet=True, data_dir=data_dir, database_url=database)

        async def run(runtime: Runtime) -> bool:
            with _bar() as bar:
                line = bar.add_task("Importing", total=None)
                report = await import_conversations(
                    runtime.database, source, fmt=form.value, strict=strict, source_name=name,
                    progress=lambda done, total: bar.update(line, completed=done, total=total),
                )  # fmt: skip
            for fault in report.faults:
                err.print(str(fault), markup=False, highlight=False, soft_wrap=True)
            for warning in report.warnings:
                err.print(f"note: {warning}", markup=False, highlight=False, soft_wrap=True, style="yellow")
            out.print(
                f"{report.imported} conversations imported, {report.unchanged} already there, "
                f"{report.skipped} empty, {len(report.faults)} with faults; {report.messages} messages, "
                f"{report.worklogs} worklogs.",
                highlight=False,
            )
            return not report.faults

        if not on_instance(config, run, before=found_when_empty):
            raise typer.Exit(1)


@importing.command(epilog="Example: assaydesk import scorecard examples/scorecards/*.json")
def scorecard(
    files: Annotated[list[Path], typer.Argument(help="Files with the body of POST /quality/scorecard.")],
    data_dir: DataDir = None,
    database: DatabaseUrl = None,
) -> None:
    """Create scorecards. A file whose scorecard exists already changes nothing."""
    with clear_errors():
        sources = [_existing(file) for file in files]
        config = load_config(quiet=True, data_dir=data_dir, database_url=database)

        async def run(runtime: Runtime) -> bool:
            results = await import_scorecards(runtime.database, sources)
            for result in results:
                console = err if result.fault else out
                console.print(str(result), markup=False, highlight=False, soft_wrap=True)
            return all(result.fault is None for result in results)

        if not on_instance(config, run, before=found_when_empty):
            raise typer.Exit(1)


def assess(
    scorecard: Annotated[int | None, typer.Option(help="Only this revision's family, with this revision.")] = None,
    since: Annotated[str | None, typer.Option(help="Only worklogs since this date.")] = None,
    report: Annotated[Path | None, typer.Option("--out", help="Write the table: .csv, .json or .html.")] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Only check that every stored quote stands in its message.")
    ] = False,
    data_dir: DataDir = None,
    database: DatabaseUrl = None,
) -> None:
    """Assess what is pending and print the results.

    Exits 1 when an assessment failed or, with --verify, when a quote does not stand in its message.
    """
    with clear_errors():
        if report is not None and report.suffix not in {".csv", ".json", ".html"}:
            raise CommandFailed("The report ends in .csv, .json or .html.", 2)
        if report is not None and not report.parent.is_dir():
            raise CommandFailed(f"There is no folder {report.parent} for the report.", 2)
        config = load_config(quiet=True, data_dir=data_dir, database_url=database)
        task = _verify if verify else partial(_assess, scorecard=scorecard, since=since, report=report)
        good = on_instance(config, task, before=found_when_empty)
        if not good:
            raise typer.Exit(1)


async def _verify(runtime: Runtime) -> bool:
    with _bar() as bar:
        line = bar.add_task("Checking quotes", total=None)
        result = await verify_evidence(
            runtime.database, progress=lambda done, total: bar.update(line, completed=done, total=total)
        )
    for fault in result.faults:
        err.print(str(fault), markup=False, highlight=False, soft_wrap=True)
    out.print(
        f"{result.quotes} quotes in {result.assessments} assessments checked, {len(result.faults)} do not stand in "
        "their message.",
        highlight=False,
    )
    return not result.faults


async def _assess(runtime: Runtime, scorecard: int | None, since: str | None, report: Path | None) -> bool:
    async with runtime.database.write() as session:
        zone = (await get_settings(session)).zone
        try:
            start = parse_instant(since, zone) if since is not None else None
        except ValueError as failure:
            raise CommandFailed(f"--since {since} is no date; write it like 2024-06-12.", 2) from failure
        created = await create_missing(session, scorecard_id=scorecard, since=start)
        await end_waits(session)
    with _bar() as bar:
        line = bar.add_task("Assessing", total=None)
        result = await process_due(
            runtime, on_progress=lambda done, total: bar.update(line, completed=done, total=total)
        )
    for one in result.failures:
        text = f"assessment {one.assessment_id} failed: {one.message} ({one.code})"
        err.print(text, markup=False, highlight=False, soft_wrap=True)
    async with runtime.database.read() as reader:
        rows = await report_rows(reader, scorecard_id=scorecard, since=start)
    if rows:
        out.print(assessment_table(rows))
    if report is not None:
        write_report(rows, report)
        out.print(f"Written: {report}", highlight=False)
    out.print(
        f"{created} assessments created, {result.done} processed, {result.failed} failed; {len(rows)} in all.",
        highlight=False,
    )
    return result.failed == 0
