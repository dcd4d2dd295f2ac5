"""Whether the golden sets of a family let a content become active (quality.md 18)."""

from collections.abc import Collection
from typing import Any

from assaydesk.domains.quality.golden import repository
from assaydesk.domains.quality.golden.models import GoldenSet
from assaydesk.domains.quality.scorecards.events import Activation, GateFinding
from assaydesk.domains.settings.service import get_settings
from assaydesk.platform.db.session import ReadSession


async def check_activation(
    session: ReadSession, _: Any, activations: Collection[Activation]
) -> dict[Activation, GateFinding]:
    """What speaks against each activation: a set in use whose newest run with this content is missing or not passed.

    A set without anything to judge says nothing.
    """
    gate = (await get_settings(session)).quality_golden_gate
    found: dict[Activation, GateFinding] = {}
    if gate == "off":
        return found
    for activation in activations:
        for row in await repository.enabled_sets(session, activation.base_id):
            objection = await _objection(session, row, activation.content_hash, blocks=gate == "block")
            if objection is not None:
                found[activation] = objection
                break
    return found


async def _objection(session: ReadSession, row: GoldenSet, content_hash: str, *, blocks: bool) -> GateFinding | None:
    run = await repository.newest_finished(session, row.id, content_hash)
    if run is None:
        message = f"The golden set “{row.name}” (id {row.id}) has not been run with this content."
        return GateFinding(message, blocks, None, row.id, row.name)
    if run.passed:
        return None
    message = f"The golden set “{row.name}” (id {row.id}) did not pass with this content (run {run.id})."
    return GateFinding(message, blocks, run.id, row.id, row.name)
