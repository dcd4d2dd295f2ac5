"""Streams of changes: one connection listens for the whole process, every stream gets what its caller may know
(platform.md 12, ADR 0021)."""

import asyncio
import contextvars
import secrets
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from assaydesk.domains.workbench.live_changes import CHANNEL, Changes, Notice, Topics, event_text, read_notice
from assaydesk.domains.workbench.live_reading import RESYNC, Event, Watcher, read_events
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.listen import ListenerLost, listen
from assaydesk.platform.errors import Busy, DomainError
from assaydesk.platform.security.actor import Actor

log = structlog.get_logger("live")

MOST_STREAMS: Final = 6
MOST_KEPT: Final = 20_000
MOST_UNREAD: Final = 200
_RETRY_MS: Final = 2_000
_GIVEN_WAY_MS: Final = 60_000
"""So long a stream that gave way is to stay away, or the streams of one person would push each other out for ever."""

_READY_SECONDS: Final = 5.0

LookAgain = Callable[[], Awaitable[Actor]]
"""The caller as he or she is now; raises a `DomainError` when the session is over."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: changes are collected, a sign of life is given, a stream lasts, what was told is kept."""

    collect: float = 0.5
    comment: float = 15.0
    life: float = 1800.0
    kept: float = 600.0


@dataclass(eq=False, slots=True)
class Stream:
    """One open connection. `position`: up to which notice it was told; `queue`: what is to be sent, None at the end."""

    watcher: Watcher
    look_again: LookAgain
    position: int
    epoch: str
    resync: bool = False
    stale: bool = False
    queue: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)

    def put(self, text: str, event_id: str) -> None:
        """To be sent; somebody who does not read is told once that something is missing."""
        if self.queue.qsize() >= MOST_UNREAD:
            while not self.queue.empty():
                self.queue.get_nowait()
            text = event_text(*RESYNC, event_id)
        self.queue.put_nowait(text)

    def end(self, text: str) -> None:
        self.queue.put_nowait(text)
        self.queue.put_nowait(None)


class Live:
    """The streams of one server process. Positions count the notices since the connection began (`epoch`)."""

    def __init__(self, database: Database, pace: Pace | None = None) -> None:
        self._database = database
        self._pace = pace or Pace()
        self._streams: list[Stream] = []
        self._notices: deque[tuple[int, float, Notice]] = deque()
        self._epoch = ""
        self._heard = 0
        self._ready = asyncio.Event()
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._stopped = False

    async def join(self, actor: Actor, topics: Topics, look_again: LookAgain, last_id: str | None) -> Stream:
        """A stream that begins at this moment, or behind the event that was the last to arrive.

        Raises `Busy` while the database cannot be listened to.
        """
        if not self._tasks and not self._stopped:
            # Not in the context of this request: the tasks outlive it.
            for work in (self._listen, self._tell, self._keep_looking):
                self._tasks.append(asyncio.create_task(work(), context=contextvars.Context()))
        try:
            await asyncio.wait_for(self._ready.wait(), _READY_SECONDS)
        except TimeoutError:
            raise Busy("Changes cannot be followed at the moment.") from None
        position = self._position_after(last_id)
        missed = last_id is not None and position is None
        stream = Stream(
            Watcher(actor, topics), look_again, self._heard if position is None else position, self._epoch, missed
        )
        own = [one for one in self._streams if one.watcher.actor.id == actor.id]
        for oldest in own[: max(0, len(own) - MOST_STREAMS + 1)]:
            oldest.end(f"retry: {_GIVEN_WAY_MS}\n\n")
            self._streams.remove(oldest)
        if self._stopped:
            stream.end(_end("shutdown"))
        else:
            self._streams.append(stream)
            self._wake.set()
        return stream

    async def texts(self, stream: Stream) -> AsyncIterator[str]:
        """What is sent, piece by piece, until the stream ends."""
        over = monotonic() + self._pace.life
        try:
            yield f"retry: {_RETRY_MS}\nid: {stream.epoch}-{stream.position}\n\n"
            while (left := over - monotonic()) > 0:
                try:
                    text = await asyncio.wait_for(stream.queue.get(), min(left, self._pace.comment))
                except TimeoutError:
                    text = f":\nid: {stream.epoch}-{stream.position}\n\n"
                if text is None:
                    return
                yield text
        finally:
            self.leave(stream)

    def leave(self, stream: Stream) -> None:
        with suppress(ValueError):
            self._streams.remove(stream)

    async def stop(self) -> None:
        """End every stream; the server is about to stop."""
        self._stopped = True
        for stream in self._streams:
            stream.end(_end("shutdown"))
        self._streams.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    def _position_after(self, last_id: str | None) -> int | None:
        """None when what came after that event is not known any more, or was counted by another process."""
        epoch, _, number = (last_id or "").partition("-")
        if epoch != self._epoch or not (number.isascii() and number.isdigit() and len(number) < 16):
            return None
        self._forget()
        first = self._notices[0][0] if self._notices else self._heard + 1
        return int(number) if first - 1 <= int(number) <= self._heard else None

    def _forget(self) -> None:
        known_since = monotonic() - self._pace.kept
        while self._notices and (self._notices[0][1] < known_since or len(self._notices) > MOST_KEPT):
            self._notices.popleft()

    async def _listen(self) -> None:
        while True:
            try:
                async for payload in listen(self._database.url, CHANNEL):
                    if payload is None:
                        self._begin()
                        continue
                    notice = read_notice(payload)
                    if notice is not None:
                        self._heard += 1
                        self._notices.append((self._heard, monotonic(), notice))
                        self._wake.set()
            except ListenerLost as failure:
                log.warning("live_listener_lost", error=str(failure)[:200])
                self._ready.clear()
                await asyncio.sleep(1)

    def _begin(self) -> None:
        """A new connection hears nothing of what was told before it: everybody reads again."""
        self._epoch, self._heard = secrets.token_hex(4), 0
        self._notices.clear()
        for stream in self._streams:
            stream.epoch, stream.position, stream.resync, stream.stale = self._epoch, 0, True, True
        self._ready.set()
        self._wake.set()

    async def _keep_looking(self) -> None:
        """Sessions run out and people stop to work without any row that changes."""
        while True:
            await asyncio.sleep(self._pace.comment)
            for stream in self._streams:
                stream.stale = stream.watcher.look = True
            if self._streams:
                self._wake.set()

    async def _tell(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(self._pace.collect)
            self._wake.clear()
            try:
                await self._tell_all()
            except (SQLAlchemyError, OSError) as failure:
                # Positions stand where they were: nothing is lost, it comes later.
                log.warning("live_not_read", error=type(failure).__name__)
                await asyncio.sleep(1)
                self._wake.set()
            except Exception as failure:
                # A stream must not fall silent: its reader is told to read again.
                log.error("live_failed", exc_info=failure)
                for stream in self._streams:
                    stream.position, stream.resync = self._heard, True
                await asyncio.sleep(1)
                self._wake.set()

    async def _tell_all(self) -> None:
        self._forget()
        epoch, until = self._epoch, self._heard
        groups: dict[int, list[Stream]] = {}
        for stream in self._streams:
            groups.setdefault(stream.position, []).append(stream)
        for position, streams in groups.items():
            first = self._notices[0][0] if self._notices else until + 1
            for stream in streams:
                stream.resync |= position < first - 1
            notices = [notice for number, _, notice in self._notices if position < number <= until]
            await self._tell_group(streams, Changes.of(notices), epoch, until)

    async def _tell_group(self, streams: Sequence[Stream], changes: Changes, epoch: str, until: int) -> None:
        for stream in streams:
            if stream.stale or changes.touches_rights_of(stream.watcher.actor.id):
                await self._check(stream)
        alive = [stream for stream in streams if stream in self._streams]
        if not alive:
            return
        async with self._database.read() as session:
            found = await read_events(session, changes, [stream.watcher for stream in alive])
        for stream in alive:
            if stream.epoch != epoch:
                continue  # The connection was lost meanwhile; the stream is told to read again.
            events = [RESYNC] if stream.resync else found[stream.watcher]
            _send(stream, events, until)
            stream.position, stream.resync = until, False

    async def _check(self, stream: Stream) -> None:
        """End a stream whose session is over or whose caller has other rights now."""
        before = stream.watcher.actor
        try:
            now = await stream.look_again()
        except DomainError:
            reason = "session"
        else:
            stream.stale = False
            if (now.permissions, now.team_ids) == (before.permissions, before.team_ids):
                return
            reason = "permissions"
        stream.end(_end(reason))
        self.leave(stream)


def _send(stream: Stream, events: Sequence[Event], until: int) -> None:
    """All but the last carry the id from before: a connection that breaks in between repeats rather than misses."""
    if RESYNC in events:
        events = [RESYNC, *(event for event in events if event[0] == "presence")]
    for place, (name, data) in enumerate(events, 1):
        event_id = f"{stream.epoch}-{until if place == len(events) else stream.position}"
        stream.put(event_text(name, data, event_id), event_id)


def _end(reason: str) -> str:
    return f'event: end\ndata: {{"reason":"{reason}"}}\n\n'
