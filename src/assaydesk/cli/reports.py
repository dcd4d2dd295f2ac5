"""`report`: figures on quality for the terminal, as JSON or as CSV."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from io import StringIO
from typing import Annotated, Any, Final

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from assaydesk.cli.instance import CommandFailed, clear_errors, err, load_config, on_instance, out
from assaydesk.cli.options import DatabaseUrl, DataDir
from assaydesk.cli.output import csv_cell, printable
from assaydesk.domains.quality.assessments.service import Viewer
from assaydesk.domains.quality.reports.agreement import agreement_report, collect_material, families_of
from assaydesk.domains.quality.reports.agreement_types import Asked, GroupBy, Source
from assaydesk.domains.settings.service import InstanceSettings, get_settings
from assaydesk.kit.clock import parse_instant
from assaydesk.platform.jobs.job import Runtime
from assaydesk.platform.security.actor import Actor, ActorKind
from assaydesk.platform.security.permissions import Permission

reporting = typer.Typer(
    help="Figures on quality.", no_args_is_help=True, epilog="Example: assaydesk report agreement --group-by month"
)

WORDS: Final = {
    "noPairs": "nothing to compare",
    "oneCategory": "one answer only",
    "fewPairs": "few pairs",
    "humanLabelsAllEqual": "people always answered the same",
    "untouchedScoresIncluded": "includes untouched scores",
    "oneReviewer": "one reviewer",
    "notBetterThanConstant": "not better than always the same answer",
}
_FIGURES: Final = (
    "coverage", "exactAgreement", "withinOne", "cohenKappa", "krippendorffAlpha", "applicabilityKappa",
    "meanAbsoluteError", "bias", "baseline",
)  # fmt: skip
_COUNTS: Final = ("n", "nExplicit", "assessments", "reviewers", "given", "answered", "abstentions")
_OPERATOR: Final = Actor(0, ActorKind.SYSTEM, frozenset({Permission.QUALITY_VIEW_ASSESSMENT_ALL}), frozenset())
"""Who can run a command on the instance can read its database."""


@reporting.command(epilog="Example: assaydesk report agreement --from 2024-06-01 --csv > agreement.csv")
def agreement(
    scorecard: Annotated[int | None, typer.Option(help="Only the scorecard of this revision.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="Reviewed on this date or later.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Reviewed on this date or earlier.")] = None,
    group_by: Annotated[GroupBy, typer.Option("--group-by", help="What a line stands for.")] = GroupBy.CRITERION,
    source: Annotated[Source, typer.Option(help="Where people and the judge answered the same.")] = Source.REVIEW,
    blind_only: Annotated[bool, typer.Option("--blind-only", help="Only answers that were given blind.")] = False,
    include_implicit: Annotated[
        bool, typer.Option("--include-implicit", help="Also scores that the reviewer left untouched.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, as the API answers it.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, a line for each group and one for all.")] = False,
    data_dir: DataDir = None,
    database: DatabaseUrl = None,
) -> None:
    """How far the judge and people agree, with intervals and with what one reaches without reading a word.

    Exits 1 when there is no such scorecard, 2 when an option makes no sense. Nothing to compare is no failure.
    """
    with clear_errors():
        if as_json and as_csv:
            raise CommandFailed("Use --json or --csv, not both.", 2)
        config = load_config(quiet=True, data_dir=data_dir, database_url=database)
        wanted = partial(
            _collect, scorecard=scorecard, since=since, until=until, group_by=group_by, source=source,
            blind_only=blind_only, include_implicit=include_implicit,
        )  # fmt: skip
        reports = on_instance(config, wanted)
        if as_json:
            out.print_json(json.dumps([report for _, report in reports]), indent=1)
        elif as_csv:
            out.file.write(csv_text(reports))
        else:
            _show(reports)


async def _collect(
    runtime: Runtime, *, scorecard: int | None, since: str | None, until: str | None, **asked: Any
) -> list[tuple[str, dict[str, Any]]]:
    """Name of the scorecard and report, of each family that was asked for."""
    found = []
    async with runtime.database.read() as session:
        settings = await get_settings(session)
        families = await families_of(session, scorecard)
        if scorecard is not None and not families:
            raise CommandFailed(f"There is no scorecard {scorecard}.")
        start = _instant("--from", since, settings)
        end = _instant("--to", until, settings, upper_end=True)
        for base_id, name in families:
            chosen = Asked(
                base_id=base_id, scorecard_id=None, since=start, until=end, min_n=settings.quality_report_min_n, **asked
            )
            found.append((name, chosen, await collect_material(session, Viewer(_OPERATOR, settings), chosen)))
    return [(name, await agreement_report(material, chosen)) for name, chosen, material in found]


def _instant(option: str, text: str | None, settings: InstanceSettings, *, upper_end: bool = False) -> datetime | None:
    if text is None:
        return None
    try:
        return parse_instant(text, settings.zone, upper_end=upper_end)
    except ValueError as failure:
        raise CommandFailed(f"{option} {text} is no date; write it like 2024-06-12.", 2) from failure


def _show(reports: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    if not reports:
        out.print("There is no scorecard.")
    for name, report in reports:
        if not report["overall"]["given"]:
            out.print(Text(f"{printable(name)}: no finished review of what the judge was given.\n"))
            continue
        out.print(agreement_table(name, report))
    if any(report["overall"]["given"] for _, report in reports):
        err.print(
            "Brackets: 95 % intervals. Kappa and alpha: agreement beyond chance, 1 is full, 0 is chance. Constant: "
            "agreement of always the same answer. By reviewer: of what the reviewer's other answers suggest. "
            "Bias above 0: the judge is more generous than people.",
            highlight=False,
        )


def agreement_table(name: str, report: Mapping[str, Any]) -> Table:
    """One line a group and one for all; figures that rest on nothing are dashes."""
    overall = report["overall"]
    title = Text(f"{printable(name)}: {overall['n']} pairs in {overall['assessments']} reviews", style="bold")
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False, title=title, title_justify="left")
    table.add_column(report["groupBy"], overflow="fold")
    for column in ("n", "Agree", "Within 1", "Kappa", "Alpha", "Error", "Bias", "Coverage", "Constant", "By reviewer"):
        table.add_column(column, justify="right")
    table.add_column("Remarks", overflow="fold")
    for group in (*report["groups"], overall):
        label = "all" if group is overall else printable(str(group["label"] or group["key"] or "-"))
        offset = group["baselines"]["reviewerOffset"]["exactAgreement"]
        remarks = ", ".join(WORDS.get(word, word) for word in group["warnings"])
        cells = [
            label, str(group["n"]), _with_interval(group, "exactAgreement"), _share(group["withinOne"]),
            _with_interval(group, "cohenKappa"), _figure(group["krippendorffAlpha"]),
            _figure(group["meanAbsoluteError"]), _figure(group["bias"]), _share(group["coverage"]),
            _share(group["baseline"]), _share(offset), remarks,
        ]  # fmt: skip
        table.add_row(*(Text(cell) for cell in cells), style="bold" if group is overall else "")
    return table


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.0f} %"


def _with_interval(group: Mapping[str, Any], name: str) -> str:
    interval = group["ci95"][name]
    if name == "exactAgreement":
        spread = "" if interval is None else f" [{100 * interval[0]:.0f}, {100 * interval[1]:.0f}]"
        return _share(group[name]) + spread
    spread = "" if interval is None else f" [{_figure(interval[0])}, {_figure(interval[1])}]"
    return _figure(group[name]) + spread


def csv_text(reports: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
    """RFC 4180; one line a group, and one with an empty key for all groups of a scorecard."""
    file = StringIO()
    writer = csv.writer(file)
    bounds = [f"{name}{end}" for name in _FIGURES for end in ("", "Low", "High")]
    writer.writerow(
        ["scorecardBaseId", "scorecard", "groupBy", "key", "label", "scoringType", *_COUNTS, *bounds,
         "reviewerOffset", "humanCeiling", "humanCeilingN", "note", "warnings"]
    )  # fmt: skip
    for name, report in reports:
        for group in (*report["groups"], report["overall"]):
            figures: list[Any] = []
            for figure in _FIGURES:
                figures += [group[figure], *(group["ci95"][figure] or (None, None))]
            ceiling = group["humanCeiling"] or {}
            row = [report["scorecardBaseId"], name, report["groupBy"], group["key"], group["label"]]
            row += [group["scoringType"], *(group[count] for count in _COUNTS), *figures]
            row += [group["baselines"]["reviewerOffset"]["exactAgreement"], ceiling.get("krippendorffAlpha")]
            row += [ceiling.get("n"), group["note"], list(group["warnings"])]
            writer.writerow([csv_cell(value) for value in row])
    return file.getvalue()
