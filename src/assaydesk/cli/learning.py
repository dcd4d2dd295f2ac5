"""`learn`: learn now from what people verified, and show how far each judge can be trusted."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from assaydesk.cli.instance import CommandFailed, clear_errors, err, load_config, on_instance, out
from assaydesk.cli.options import DatabaseUrl, DataDir
from assaydesk.cli.output import printable
from assaydesk.cli.running import found_when_empty
from assaydesk.domains.quality.learning.service import Learnt, families_with_labels, learn_family, show_family
from assaydesk.domains.quality.scorecards.service import active_contents, get_revision
from assaydesk.platform.jobs.job import Runtime

EXAMPLE: Final = "Example: assaydesk learn --scorecard 17"


def learn(
    scorecard: Annotated[int | None, typer.Option(help="Only the family of this revision.")] = None,
    data_dir: DataDir = None,
    database: DatabaseUrl = None,
) -> None:
    """Learn from what people verified, as the worker does every night, and print what came of it.

    The same answers again change nothing. Exits 1 when there is no such scorecard.
    """
    with clear_errors():
        config = load_config(quiet=True, data_dir=data_dir, database_url=database)

        async def run(runtime: Runtime) -> list[tuple[str, Learnt, dict[str, Any]]]:
            return await _learn(runtime, scorecard)

        found = on_instance(config, run, before=found_when_empty)
    if not found:
        out.print("No review of an active scorecard is finished, so there is nothing to learn from.")
    for name, learnt, trust in found:
        state = "learned" if learnt.changed else "nothing new"
        version = trust["version"] or "no version"
        out.print(
            Text(
                f"{printable(name)}: {learnt.labels} verified answers, {learnt.heads} criteria learned; {version} "
                f"({state}, {learnt.duration_ms / 1000:.1f} s)"
            )
        )
        out.print(trust_table(trust))
    if found:
        err.print(
            "Held out: agreement of a head with answers that it has not seen. Threshold: below it a person decides; "
            "closed: too few answers, or too often wrong, for the target.",
            highlight=False,
        )


async def _learn(runtime: Runtime, scorecard: int | None) -> list[tuple[str, Learnt, dict[str, Any]]]:
    async with runtime.database.read() as session:
        active = {one.base_id: one for one in await active_contents(session)}
        families = [base_id for base_id in await families_with_labels(session) if base_id in active]
        if scorecard is not None:
            revision = await get_revision(session, scorecard)
            if revision is None:
                raise CommandFailed(f"There is no scorecard {scorecard}.")
            families = [base_id for base_id in families if base_id == revision.base_id]
    found = []
    for base_id in families:
        learnt = await learn_family(runtime, base_id)
        async with runtime.database.read() as session:
            trust = await show_family(session, base_id, active[base_id].content)
        found.append((active[base_id].content.name, learnt, trust))
    return found


def trust_table(trust: Mapping[str, Any]) -> Table:
    """A line for each judge of each criterion that the AI scores."""
    table = Table(box=SIMPLE_HEAD)
    for title in ("Criterion", "Judge"):
        table.add_column(title, overflow="fold")
    for title in ("Labels", "Missing", "Held out", "Pairs", "Agreement", "Threshold"):
        table.add_column(title, justify="right")
    for criterion in trust["criteria"]:
        if criterion["decidedBy"] != "ai":
            continue
        missing, head = criterion["missing"], criterion["head"]
        lacking = ", ".join(
            text
            for text, count in (
                (f"{missing['labels']}", missing["labels"]),
                (f"{missing['ofKind']} of another kind", missing["ofKind"]),
            )
            if count
        )
        held = "" if head is None else f"{head['heldOutAgreement']:.2f}"
        first = [printable(criterion["label"])]
        for judge in criterion["judges"] or [None]:
            table.add_row(*first, *_judge_cells(judge, criterion, lacking, held))
            first, lacking, held = [""], "", ""
    return table


def _judge_cells(
    judge: Mapping[str, Any] | None, criterion: Mapping[str, Any], lacking: str, held: str
) -> Sequence[str]:
    labels = str(criterion["labels"]["total"])
    if judge is None:
        return "", labels, lacking, held, "", "", ""
    agreement = "" if judge["agreement"] is None else f"{judge['agreement']:.2f}"
    threshold = "closed" if judge["threshold"] is None else f"{judge['threshold']:.2f}"
    return printable(judge["judge"]), labels, lacking, held, str(judge["n"]), agreement, threshold
