"""`generate`: many invented tickets."""

from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from assaydesk.cli.instance import clear_errors, err, load_config, on_instance, out
from assaydesk.cli.options import DatabaseUrl, DataDir
from assaydesk.cli.running import found_when_empty
from assaydesk.domains.demo.volume import Made, generate_tickets
from assaydesk.platform.jobs.job import Runtime

EXAMPLE = "Example: assaydesk generate --tickets 100000"


def generate(
    tickets: Annotated[int, typer.Option(min=1, max=20_000_000, help="How many generated tickets there shall be.")],
    data_dir: DataDir = None,
    database: DatabaseUrl = None,
) -> None:
    """Fill an instance with invented tickets, to see how it behaves when it is full.

    Each ticket has about three messages, a customer and tags, and is found by the search. A run that was broken off is
    continued by the same command; what is there is not made again. Not for an instance in use: while more than 100,000
    are made, the search has no index.
    """
    with clear_errors():
        config = load_config(quiet=True, data_dir=data_dir, database_url=database)

        async def run(runtime: Runtime) -> Made:
            with Progress(
                TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
                TimeRemainingColumn(), console=err, transient=True, disable=not err.is_terminal,
            ) as bar:  # fmt: skip
                line = bar.add_task("Generating", total=tickets)

                def show(done: int, total: int) -> None:
                    bar.update(line, completed=done, total=total)
                    if not err.is_terminal and done % 100_000 == 0:
                        err.print(f"{done} of {total} tickets", highlight=False)

                return await generate_tickets(runtime.database, tickets, progress=show)

        made = on_instance(config, run, before=found_when_empty)
        out.print(
            f"{made.tickets} tickets with {made.messages} messages generated, {made.before} were there already.",
            highlight=False,
        )
