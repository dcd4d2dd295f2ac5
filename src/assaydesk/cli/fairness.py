"""`assaydesk fairness`: does the judge score the same work otherwise when only the people in it change?"""

import json
from functools import partial
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.table import Table

from assaydesk.cli.instance import CommandFailed, clear_errors, load_config, on_instance, out
from assaydesk.cli.options import DatabaseUrl, DataDir
from assaydesk.domains.quality.fairness.schemas import FairnessCreate
from assaydesk.domains.quality.fairness.service import carry_out, create_probe, find_probe, probe_json
from assaydesk.domains.quality.fairness.types import Swap
from assaydesk.platform.errors import DomainError
from assaydesk.platform.jobs.job import Runtime
from assaydesk.platform.security.actor import SYSTEM

EXAMPLE = "Example: assaydesk fairness 1 --sample 50"


def fairness(
    scorecard: Annotated[int, typer.Argument(help="The revision to judge with.", show_default=False)],
    sample: Annotated[int, typer.Option(help="Pieces of work to draw, 1 to 200.")] = 50,
    seed: Annotated[int, typer.Option(help="The same seed draws the same work and names.")] = 1,
    kind: Annotated[list[Swap] | None, typer.Option(help="Only this kind of change; may be repeated.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole result as JSON.")] = False,
    data_dir: DataDir = None,
    database: DatabaseUrl = None,
) -> None:
    """Judge past work again with other names, gender, dialect and formality, and print what moved."""
    with clear_errors():
        try:
            body = FairnessCreate(scorecard_id=scorecard, sample=sample, seed=seed, kinds=kind or list(Swap))
        except ValidationError as failure:
            raise CommandFailed("--sample is from 1 to 200.", 2) from failure
        config = load_config(quiet=True, data_dir=data_dir, database_url=database)
        found = on_instance(config, partial(_probe, body=body))
        if as_json:
            out.print_json(json.dumps(found))
        elif found["result"] is None:
            raise CommandFailed(found["error"]["message"])
        else:
            _print(found["result"])


async def _probe(runtime: Runtime, body: FairnessCreate) -> dict[str, Any]:
    try:
        async with runtime.database.write() as session:
            number = (await create_probe(session, SYSTEM, body)).id
    except DomainError as failure:
        raise CommandFailed(failure.message) from failure
    await carry_out(runtime, number)
    async with runtime.database.read() as reading:
        return probe_json(await find_probe(reading, SYSTEM, number))


def _print(result: dict[str, Any]) -> None:
    table = Table(title="Changed answers")
    for name in ("Swap", "Criterion", "n", "Flips", "By itself", "Beyond that", "95 %", "Shift", "95 %"):
        table.add_column(name)
    for kind in result["kinds"]:
        for line in ({"label": "all", **kind["overall"]}, *kind["criteria"]):
            table.add_row(
                kind["kind"], line["label"], str(line["n"]), _text(line["flips"]), _text(line["noiseFlips"]),
                _text(line["beyondNoise"]), _range(line["beyondNoiseCi95"]), _text(line["meanShift"]),
                _range(line["meanShiftCi95"]),
            )  # fmt: skip
    out.print(table)
    out.print(f"{result['judged']} pieces of work judged, {result['failed']} failed.", highlight=False)


def _text(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _range(value: list[float] | None) -> str:
    return "-" if value is None else f"{value[0]:.3f} to {value[1]:.3f}"
