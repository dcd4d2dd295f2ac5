"""How long a person waits for the next ticket.

`measure` is for an instance that is filled already: each call takes a ticket and undoes it, so that all calls see the
same queue.
"""

import statistics
import time
from collections.abc import Sequence

from assaydesk.domains.routing.service import hand_out
from assaydesk.domains.settings.models import Setting
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.engine import Database
from assaydesk.platform.security.actor import Actor, ActorKind
from assaydesk.platform.security.permissions import Permission


class _Undo(Exception):
    """Ends a transaction without leaving anything."""


async def measure(
    database: Database, people: Sequence[int], *, mode: int | None = None, calls: int = 100
) -> dict[str, float]:
    """Milliseconds of one `getLatest` in the service: `p50` and `p95`; `handed` is the share that got a ticket.

    `people`: profiles that ask in turn. `mode`: the `routingMode` to measure, that of the instance when None.
    """
    if mode is not None:
        async with database.write() as session:
            await session.merge(Setting(name="routingMode", value=mode, modified_at=utc_now()))
    taken: list[float] = []
    handed = 0
    for call in range(calls + 3):
        actor = Actor(people[call % len(people)], ActorKind.PERSON, frozenset(Permission))
        try:
            async with database.write() as session:
                started = time.perf_counter()
                found = await hand_out(session, actor)
                taken.append((time.perf_counter() - started) * 1000)
                handed += found.ticket_id is not None
                raise _Undo
        except _Undo:
            pass
    ordered = sorted(taken[3:])
    return {
        "p50": statistics.median(ordered),
        "p95": ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))],
        "handed": handed / (calls + 3),
    }
