"""`lint`: what is weak about a scorecard, from a file or a stored revision."""

import asyncio
import json
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from assaydesk import registry
from assaydesk.cli.instance import CommandFailed, clear_errors, err, load_config, on_instance, out
from assaydesk.cli.options import DatabaseUrl, DataDir
from assaydesk.domains.quality.judging.service import configured_ports
from assaydesk.domains.quality.scorecards.linting import Report, content_of_body, lint_content, outside_of
from assaydesk.domains.quality.scorecards.service import get_revision
from assaydesk.domains.settings.service import get_settings
from assaydesk.platform.config import Config
from assaydesk.platform.errors import ValidationFailed
from assaydesk.platform.jobs.job import Runtime

EXAMPLE = "Example: assaydesk lint examples/scorecards/courtesy-clarity-en.json"


def lint(
    source: Annotated[
        str, typer.Argument(metavar="FILE|ID", help="A file with the body of POST /quality/scorecard, or a revision.")
    ],
    language: Annotated[
        Literal["en", "de"] | None, typer.Option("--language", help="Of the findings; default: that of the instance.")
    ] = None,
    suggest: Annotated[bool, typer.Option(help="Ask the configured model for other wordings.")] = True,
    data_dir: DataDir = None,
    database: DatabaseUrl = None,
) -> None:
    """Print what is weak about a scorecard. A file needs no instance. Exits 1 when there are errors."""
    with clear_errors():
        config = load_config(quiet=True, data_dir=data_dir, database_url=database)
        if source.isdecimal() and not Path(source).exists():
            report = on_instance(config, partial(_stored, number=int(source), language=language, suggest=suggest))
        else:
            report = _of_file(config, Path(source), language or "en", suggest=suggest)
        _show(report)
        if report.has_errors:
            raise typer.Exit(1)


def _of_file(config: Config, path: Path, language: str, *, suggest: bool) -> Report:
    if not path.is_file():
        raise CommandFailed(f"{path} is no file." if path.exists() else f"There is no file {path}.")
    registry.register_handlers()  # The rule types are known from then on.
    try:
        content, _ = content_of_body(json.loads(path.read_text()))
    except ValueError as failure:
        raise CommandFailed(f"{path} is no JSON: {failure}.") from failure
    except ValidationFailed as failure:
        for fault in failure.fields:
            err.print(f"{fault.path}: {fault.message}", markup=False, highlight=False, soft_wrap=True)
        raise CommandFailed(f"{path} is no scorecard: {len(failure.fields)} faults.") from failure

    async def run() -> Report:
        ports = configured_ports(config)
        try:
            return await lint_content(
                content, language, outside_of(config, {"judge": ports}), suggest=suggest,
                timeout_seconds=config.llm_timeout_seconds,
            )  # fmt: skip
        finally:
            await ports.close()

    return asyncio.run(run())


async def _stored(runtime: Runtime, *, number: int, language: str | None, suggest: bool) -> Report:
    async with runtime.database.read() as session:
        revision = await get_revision(session, number)
        spoken = language or (await get_settings(session)).quality_text_language
    if revision is None:
        raise CommandFailed(f"There is no scorecard {number}.")
    outside, seconds = outside_of(runtime.config, runtime.ports), runtime.config.llm_timeout_seconds
    return await lint_content(revision.content, spoken, outside, suggest=suggest, timeout_seconds=seconds)


def _show(report: Report) -> None:
    for one in report.findings:
        place = f"criterion {one.criterion_id}" if one.criterion_id else f"category {one.category_id}"
        place = "scorecard" if one.criterion_id is None and one.category_id is None else place
        typer.echo(f"{one.severity.value:<8} {place}: {one.text} [{one.code.value}]")
        if one.suggestion is not None:
            typer.echo(f"         -> {one.suggestion}")
    if report.suggestions_failed:
        err.print("The model gave no wordings that can be used.", highlight=False)
    counts = [sum(one.severity == name for one in report.findings) for name in ("error", "warning", "hint")]
    out.print(f"{counts[0]} errors, {counts[1]} warnings, {counts[2]} hints.", highlight=False)
