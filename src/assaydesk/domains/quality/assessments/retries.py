"""What follows a failed try of the judge (quality.md 6, steps 5 and 6). Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from assaydesk.domains.quality.assessments.lifecycle import Command

WAITS: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
MOST_PATIENT: Final = timedelta(minutes=15)
ERROR_EVERY: Final = timedelta(hours=1)
ERROR_FOR: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Next:
    """`at` None: no further try by itself."""

    command: Command
    tries: int
    at: datetime | None
    failing_since: datetime | None


def after_failure(
    *, tries: int, failing_since: datetime | None, now: datetime, retry_after_seconds: float | None = None
) -> Next:
    """`tries` before this one; `failing_since` is when the state `error` was first reached, None before that.

    Waits of 1, 5 and 15 minutes, or what the service asks for when that is longer, up to 15 minutes; then the state
    `error`, with one try an hour for 24 hours.
    """
    if tries < len(WAITS):
        asked = timedelta(seconds=max(0.0, retry_after_seconds or 0.0))
        return Next(Command.WAIT, tries + 1, now + max(WAITS[tries], min(asked, MOST_PATIENT)), failing_since)
    since = failing_since or now
    again = now + ERROR_EVERY
    return Next(Command.GIVE_UP, tries + 1, again if again <= since + ERROR_FOR else None, since)


def after_interruption(*, tries: int, failing_since: datetime | None, now: datetime) -> Next:
    """The worker died: one try is counted, and the next one follows without a wait."""
    following = after_failure(tries=tries, failing_since=failing_since, now=now)
    return replace(following, at=None) if following.command is Command.WAIT else following
