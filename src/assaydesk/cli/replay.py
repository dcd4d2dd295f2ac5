"""`replay`: one run of the judge once more."""

from functools import partial
from typing import Annotated, Any

import typer
from rich.table import Table

from assaydesk.cli.instance import CommandFailed, clear_errors, load_config, on_instance, out
from assaydesk.cli.options import DatabaseUrl, DataDir
from assaydesk.cli.running import found_when_empty
from assaydesk.domains.quality.assessments import replay as replays
from assaydesk.platform.errors import DomainError
from assaydesk.platform.jobs.job import Runtime
from assaydesk.platform.security.actor import SYSTEM

EXAMPLE = "Example: assaydesk replay 7001"


def replay(
    run: Annotated[int, typer.Argument(help="The number of the run (`judge.runId`).", show_default=False)],
    show: Annotated[bool, typer.Option("--show", help="Only show what the judge saw; ask nobody.")] = False,
    data_dir: DataDir = None,
    database: DatabaseUrl = None,
) -> None:
    """Ask the judge of a stored run again, and print what is different.

    Nothing is stored but an entry of the audit log. Exits 1 when an answer differs or the input is not the same.
    """
    with clear_errors():
        config = load_config(quiet=True, data_dir=data_dir, database_url=database)
        if not on_instance(config, partial(_replay, run_id=run, show=show), before=found_when_empty):
            raise typer.Exit(1)


async def _replay(runtime: Runtime, run_id: int, show: bool) -> bool:
    try:
        async with runtime.database.read() as session:
            item = await replays.recorded_by_id(session, runtime, run_id)
        if show:
            record = await replays.show_record(runtime, item)
            _print_input(record)
            for message in record["messages"]:
                mark = "assessed" if message["assessed"] else message["role"]
                out.print(f"\n#{message['conversationId']} {mark}, {message['at']}", style="bold", highlight=False)
                out.print(message["text"], markup=False, highlight=False)
            return bool(record["inputMatches"])
        found = await replays.replay(runtime, SYSTEM, item, opened=runtime.database.write)
    except DomainError as failure:
        raise CommandFailed(failure.message) from failure
    _print_input(found)
    out.print(_table(found["criteria"]))
    judge = found["judge"]
    cost = "" if judge["cost"] is None else f", {judge['cost']} {judge['currency']}"
    out.print(
        f"{judge['model'] or judge['provider']}: {found['changedCriteria']} of {len(found['criteria'])} answers differ"
        f"{cost}.",
        highlight=False,
    )
    return bool(found["inputMatches"]) and found["changedCriteria"] == 0


def _print_input(found: dict[str, Any]) -> None:
    if found["inputMatches"]:
        out.print(f"The input is the same ({found['inputHash'][:19]}).", highlight=False)
        return
    differs = found["differs"]
    what = "it is not known what" if differs is None else ", ".join(differs)
    out.print(f"The input is not the same any more: {what}.", highlight=False)


def _table(criteria: list[dict[str, Any]]) -> Table:
    table = Table("Criterion", "Score then", "Score now", "Confidence then", "now", "Differs", box=None)
    for one in criteria:
        before, after = one["before"] or {}, one["after"] or {}
        table.add_row(
            one["label"],
            _score(before),
            _score(after),
            *(str(side.get("confidence") if side.get("confidence") is not None else "") for side in (before, after)),
            ", ".join(one["changed"]),
        )
    return table


def _score(answer: dict[str, Any]) -> str:
    if not answer:
        return ""
    if answer["abstained"]:
        return "needs a person"
    return "not applicable" if answer["applicable"] is False else str(answer["score"])
