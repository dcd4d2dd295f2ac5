"""In-process events and slots: how a lower domain reaches a higher one without knowing it (ADR 0003).

An event is published inside the transaction of the change; its handlers run at once in the same transaction, and when
one raises, everything is undone. A slot is a value that only a higher domain knows.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection
from typing import Any, Generic, TypeVar

from assaydesk.platform.db.session import ReadSession, WriteSession

E = TypeVar("E")
K = TypeVar("K")
V = TypeVar("V")

Handler = Callable[[WriteSession, Any], Awaitable[None]]
_handlers: dict[type, list[Handler]] = defaultdict(list)


def on(event_type: type[E], handler: Callable[[WriteSession, E], Awaitable[None]]) -> None:
    """Have `handler` called for every published event of the type. Registering twice does nothing."""
    if handler not in _handlers[event_type]:
        _handlers[event_type].append(handler)


async def publish(session: WriteSession, event: object) -> None:
    """Call the handlers of the event, in the caller's transaction. Their order means nothing."""
    for handler in _handlers[type(event)]:
        await handler(session, event)


SlotSource = Callable[[ReadSession, Any, Collection[K]], Awaitable[dict[K, V]]]


class Slot(Generic[K, V]):
    """A value of a row that a higher domain supplies: one query for a whole page, empty while nobody has filled it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._source: SlotSource[K, V] | None = None

    def fill(self, source: SlotSource[K, V]) -> None:
        """Register the one function `(session, actor, ids) -> {id: value}`."""
        self._source = source

    async def load(self, session: ReadSession, actor: Any, ids: Collection[K]) -> dict[K, V]:
        if self._source is None or not ids:
            return {}
        return await self._source(session, actor, ids)
